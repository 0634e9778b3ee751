//! A connection to a server on this machine, from an address of the caller's choice.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufStream};
use tokio::net::{TcpSocket, TcpStream};

/// One kept connection, with the cookies of its browser.
pub(crate) struct Connection {
    stream: BufStream<TcpStream>,
    cookies: BTreeMap<String, String>,
}

impl Connection {
    /// Connects from this address of 127.0.0.0/8: the limits by address count the peer's.
    pub(crate) async fn open(from: Ipv4Addr, port: u16) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from((from, 0))).unwrap();
        let stream = socket.connect((Ipv4Addr::LOCALHOST, port).into()).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream: BufStream::new(stream), cookies: BTreeMap::new() }
    }

    /// GET.
    pub(crate) async fn get(&mut self, path: &str) -> Value {
        self.send("GET", path, "").await
    }

    /// POST of a form.
    pub(crate) async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Value {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        self.send("POST", path, &body).await
    }

    async fn send(&mut self, method: &str, path: &str, body: &str) -> Value {
        let cookies: Vec<_> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookie = match cookies.as_slice() {
            [] => String::new(),
            _ => format!("Cookie: {}\r\n", cookies.join("; ")),
        };
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost:4000\r\n{cookie}\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        self.stream.write_all(request.as_bytes()).await.unwrap();
        self.stream.flush().await.unwrap();
        self.receive(path).await
    }

    async fn receive(&mut self, path: &str) -> Value {
        let status = self.line().await;
        let mut length = 0;
        loop {
            let line = self.line().await;
            let Some((name, value)) = line.split_once(':') else { break };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.trim().parse().unwrap(),
                "set-cookie" => self.keep(value.trim()),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await.unwrap();
        let text = String::from_utf8_lossy(&body);
        assert!(status.starts_with("HTTP/1.1 2"), "{path}: {status}: {text}");
        serde_json::from_slice(&body).unwrap()
    }

    async fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).await.unwrap();
        line.trim_end().to_owned()
    }

    fn keep(&mut self, line: &str) {
        let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
        self.cookies.insert(name.to_owned(), value.to_owned());
    }
}
