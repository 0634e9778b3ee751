//! Time and chance: the only places where the process asks the world for either.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::digest;
use data_encoding::HEXLOWER;

use crate::flow::Timestamp;

/// Where the time comes from.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// Milliseconds since the epoch that somebody sets.
    Set(Arc<AtomicI64>),
}

/// Where chance comes from.
#[derive(Clone, Debug)]
pub enum Entropy {
    /// The operating system.
    System,
    /// A number that is counted up: each draw is known to who knows the first.
    Seeded(Arc<AtomicU64>),
}

impl Clock {
    /// What time it is.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => system_time(),
            Self::Set(millis) => Timestamp::from_millis(millis.load(Ordering::SeqCst)),
        }
    }
}

impl Entropy {
    /// 32 bytes that nobody can know.
    #[must_use]
    pub fn draw(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        match self {
            Self::System => system_chance(&mut bytes),
            Self::Seeded(next) => {
                let seed = next.fetch_add(1, Ordering::SeqCst).to_be_bytes();
                bytes.copy_from_slice(digest::digest(&digest::SHA256, &seed).as_ref());
            }
        }
        bytes
    }

    /// 128 random bits, hexadecimal.
    #[must_use]
    pub fn hex(&self) -> String {
        HEXLOWER.encode(self.draw().get(..16).unwrap_or_default())
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
fn system_time() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

fn system_chance(bytes: &mut [u8]) {
    // aws-lc ends the process rather than answer without entropy; the error is another back end's.
    let _ = aws_lc_rs::rand::fill(bytes);
}
