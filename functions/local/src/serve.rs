//! Serves a router on this machine, over HTTP/1.1.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::Request;
use http_body_util::Limited;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use postern::http::SourceIp;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::ServiceExt;

/// The sockets of one port.
#[derive(Debug)]
pub struct Listeners {
    sockets: Vec<TcpListener>,
    port: u16,
}

impl Listeners {
    /// Binds the port on 127.0.0.1 and, where the machine has IPv6, on `::1`: browsers take either for
    /// `localhost`. Port 0 takes any that is free on both.
    ///
    /// # Errors
    /// What the system said, for one an address in use.
    pub async fn loopback(port: u16) -> io::Result<Self> {
        for _ in 0..FREE_PORT_TRIES {
            match Self::loopback_once(port).await {
                Err(error) if port == 0 && error.kind() == io::ErrorKind::AddrInUse => {}
                bound => return bound,
            }
        }
        Self::loopback_once(port).await
    }

    /// Binds one address, such as a container bridge's.
    ///
    /// # Errors
    /// What the system said.
    pub async fn at(address: SocketAddr) -> io::Result<Self> {
        let socket = TcpListener::bind(address).await?;
        let port = socket.local_addr()?.port();
        Ok(Self { sockets: vec![socket], port })
    }

    async fn loopback_once(port: u16) -> io::Result<Self> {
        let mut listeners = Self::at((Ipv4Addr::LOCALHOST, port).into()).await?;
        match TcpListener::bind((Ipv6Addr::LOCALHOST, listeners.port)).await {
            Ok(socket) => listeners.sockets.push(socket),
            // Somebody else would answer half of the browsers.
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err(error),
            Err(error) => tracing::debug!(%error, "no IPv6 on this machine"),
        }
        Ok(listeners)
    }

    /// The port, also when any was asked for.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }
}

/// Says when to stop; clones say it together.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// A stop that `when` decides, and the task that waits for it.
    pub fn when(when: impl Future<Output = ()> + Send + 'static) -> Self {
        let (sender, receiver) = watch::channel(false);
        tokio::spawn(async move {
            when.await;
            sender.send_replace(true);
        });
        Self(receiver)
    }

    /// A stop at Ctrl-C or a request to terminate.
    ///
    /// # Errors
    /// What the system said, if it does not let us listen for signals.
    pub fn on_signal() -> io::Result<Self> {
        #[cfg(unix)]
        let mut terminate = {
            use tokio::signal::unix::{SignalKind, signal};
            signal(SignalKind::terminate())?
        };
        Ok(Self::when(async move {
            #[cfg(unix)]
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            #[cfg(not(unix))]
            let _ = tokio::signal::ctrl_c().await;
        }))
    }

    async fn asked(mut self) {
        // The sender is gone only after it has spoken, or with the whole runtime.
        let _ = self.0.wait_for(|stop| *stop).await;
    }
}

/// Serves until it is told to stop, then lets the requests under way finish.
///
/// Each request carries the peer's address as [`SourceIp`], which the gateway names in the cloud.
pub async fn serve(listeners: Listeners, router: Router, stop: Stop) {
    let mut sockets = JoinSet::new();
    for socket in listeners.sockets {
        sockets.spawn(accept(socket, router.clone(), stop.clone()));
    }
    sockets.join_all().await;
}

async fn accept(socket: TcpListener, router: Router, stop: Stop) {
    let mut connections = JoinSet::new();
    let mut asked = pin!(stop.clone().asked());
    loop {
        tokio::select! {
            () = &mut asked => break,
            Some(_) = connections.join_next() => {}
            accepted = socket.accept() => match accepted {
                Ok((stream, peer)) => {
                    connections.spawn(converse(stream, peer.ip(), router.clone(), stop.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "could not accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
    drop(socket);
    let finished = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(GRACE, finished).await;
}

/// Answers one connection's requests until either side has had enough.
async fn converse(stream: TcpStream, peer: IpAddr, router: Router, stop: Stop) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "could not switch off delays");
    }
    let source = SourceIp(peer.to_canonical());
    let service = service_fn(move |request: Request<Incoming>| {
        let router = router.clone();
        async move {
            let mut request = request.map(|body| Body::new(Limited::new(body, BODY_LIMIT)));
            request.extensions_mut().insert(source);
            router.oneshot(request).await
        }
    });
    let mut builder = auto::Builder::new(TokioExecutor::new()).http1_only();
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_headers(HEADER_COUNT)
        .max_buf_size(HEADER_LIMIT);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.asked() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke off");
    }
}

const FREE_PORT_TRIES: usize = 16;
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// Also how long an idle connection is kept: it is the wait for the next request's headers.
const HEADER_TIMEOUT: Duration = Duration::from_secs(75);
const HEADER_COUNT: usize = 100;
/// The gateway allows 10 KiB of headers; a laptop's browser brings the cookies of every other project.
const HEADER_LIMIT: usize = 64 * 1024;
/// The gateway's own limit on a request.
const BODY_LIMIT: usize = 10 * 1024 * 1024;
const GRACE: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use axum::Extension;
    use axum::routing::{get, post};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::oneshot;

    use super::*;

    struct Server {
        port: u16,
        quit: oneshot::Sender<()>,
        running: tokio::task::JoinHandle<()>,
    }

    async fn start() -> Server {
        let router = Router::new()
            .route("/ip", get(async |Extension(ip): Extension<SourceIp>| ip.0.to_string()))
            .route("/echo", post(async |body: String| body));
        let listeners = Listeners::loopback(0).await.unwrap();
        let port = listeners.port();
        let (quit, quitting) = oneshot::channel();
        let stop = Stop::when(async { quitting.await.unwrap_or_default() });
        let running = tokio::spawn(serve(listeners, router, stop));
        Server { port, quit, running }
    }

    async fn ask(stream: &mut TcpStream, request: &str) -> String {
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"$") && stream.read_buf(&mut answer).await.unwrap() > 0 {}
        String::from_utf8(answer).unwrap()
    }

    #[tokio::test]
    async fn the_application_learns_the_address_of_the_peer() {
        let server = start().await;
        let mut stream = TcpStream::connect(("127.0.0.1", server.port)).await.unwrap();
        let request = "GET /ip HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        assert!(ask(&mut stream, request).await.ends_with("127.0.0.1"));
    }

    #[tokio::test]
    async fn a_connection_serves_one_request_after_another() {
        let server = start().await;
        let mut stream = TcpStream::connect(("127.0.0.1", server.port)).await.unwrap();
        let request = "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\n\r\nhello$";
        assert!(ask(&mut stream, request).await.ends_with("hello$"));
        assert!(ask(&mut stream, request).await.ends_with("hello$"));
    }

    #[tokio::test]
    async fn a_stop_closes_idle_connections_and_the_port() {
        let server = start().await;
        let mut stream = TcpStream::connect(("127.0.0.1", server.port)).await.unwrap();
        let request = "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n$";
        assert!(ask(&mut stream, request).await.ends_with('$'));
        server.quit.send(()).unwrap();
        server.running.await.unwrap();
        assert_eq!(stream.read(&mut [0; 1]).await.unwrap(), 0);
        assert!(TcpStream::connect(("127.0.0.1", server.port)).await.is_err());
    }

    #[tokio::test]
    async fn a_port_that_is_taken_is_an_error() {
        let server = start().await;
        let error = Listeners::loopback(server.port).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
    }
}
