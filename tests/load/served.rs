//! The built `local` under load, from the same machine.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::statistics::Durations;
use crate::visitor::Visitor;
use crate::{process, say};

/// Measures the server at this path, or the one that was built beside this benchmark.
pub(crate) fn run(server: Option<&Path>) {
    let server = server.map_or_else(built, Path::to_owned);
    let server = Server::start(&server);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    say("| what | at once | number | a second | p50 ms | p99 ms | CPU ms each |");
    say("| --- | --: | --: | --: | --: | --: | --: |");
    runtime.block_on(async {
        sign_ups(&server, 1, 100).await;
        for (at_once, count) in CASES {
            let measured = sign_ups(&server, at_once, count).await;
            say(&measured.row("sign-up", at_once));
        }
        for (at_once, count) in CASES {
            let measured = refreshes(&server, at_once, 4 * count).await;
            say(&measured.row("token refresh", at_once));
        }
    });
}

/// What a number of equal pieces of work took.
struct Measured {
    durations: Durations,
    wall: Duration,
    cpu: Duration,
}

impl Measured {
    fn row(&self, what: &str, at_once: u32) -> String {
        let count = self.durations.count();
        let number = f64::from(u32::try_from(count).unwrap());
        format!(
            "| {what} | {at_once} | {count} | {:.0} | {:.2} | {:.2} | {:.2} |",
            number / self.wall.as_secs_f64(),
            self.durations.percentile(50),
            self.durations.percentile(99),
            self.cpu.as_secs_f64() * 1_000.0 / number,
        )
    }
}

async fn sign_ups(server: &Server, at_once: u32, count: u32) -> Measured {
    let left = Arc::new(AtomicU32::new(count));
    let port = server.port;
    measured(
        server,
        (0..at_once).map(|_| {
            let left = Arc::clone(&left);
            async move {
                let mut took = Vec::new();
                while take(&left) {
                    took.push(Visitor::sign_up(port).await.took);
                }
                took
            }
        }),
    )
    .await
}

async fn refreshes(server: &Server, at_once: u32, count: u32) -> Measured {
    let left = Arc::new(AtomicU32::new(count));
    let mut visitors = Vec::new();
    for _ in 0..at_once {
        visitors.push(Visitor::sign_up(server.port).await);
    }
    measured(
        server,
        visitors.into_iter().map(|mut visitor| {
            let left = Arc::clone(&left);
            async move {
                let mut took = Vec::new();
                while take(&left) {
                    took.push(visitor.refresh().await);
                }
                took
            }
        }),
    )
    .await
}

async fn measured<W>(server: &Server, workers: impl Iterator<Item = W>) -> Measured
where
    W: Future<Output = Vec<Duration>> + Send + 'static,
{
    let (cpu, start) = (process::cpu(server.child.id()), Instant::now());
    let took = workers.collect::<JoinSet<_>>().join_all().await.concat();
    let (wall, cpu) = (start.elapsed(), process::cpu(server.child.id()).saturating_sub(cpu));
    Measured { durations: Durations::new(took), wall, cpu }
}

fn take(left: &AtomicU32) -> bool {
    left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
}

struct Server {
    child: Child,
    port: u16,
}

impl Server {
    /// Starts the server on any free port and reads from its greeting which one it took.
    fn start(path: &Path) -> Self {
        let mut child = Command::new(path)
            .args(["--memory", "--port", "0"])
            .env("POSTERN_LOG", "warn")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut port = None;
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            if let Some((_, rest)) = line.split_once("http://localhost:") {
                let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
                port = digits.parse().ok();
                break;
            }
        }
        Self { child, port: port.unwrap() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// `local` as `cargo build --release` leaves it: beside the directory of this benchmark.
fn built() -> PathBuf {
    let here = std::env::current_exe().unwrap();
    here.ancestors().nth(2).unwrap().join("local")
}

/// How many at once, and how many in all.
const CASES: [(u32, u32); 3] = [(1, 500), (16, 1_000), (64, 1_000)];
