//! Password hashing: argon2id, on blocking threads, and never more of it than the machine can bear.
//!
//! One hash takes 19 MiB and tens of milliseconds. Without a bound, a flood of passwords would take memory
//! and cores from everything else; with it, a few wait and the rest are told to come back.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::available_parallelism;

use argon2::password_hash::phc::PasswordHash as Phc;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use super::error::AppError;
use crate::flow::password::{Password, PasswordHash};

/// Hashes and compares passwords.
#[derive(Debug)]
pub struct Hasher {
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    hashed: AtomicU64,
}

/// What comparing a password showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Compared {
    /// Whether it is the password.
    pub(super) matches: bool,
    /// The same password under today's parameters, if the stored hash has weaker ones.
    pub(super) rehashed: Option<PasswordHash>,
}

impl Hasher {
    /// A hasher that leaves half of the machine to everything else.
    #[must_use]
    pub fn new() -> Self {
        let cores = available_parallelism().map_or(1, usize::from);
        Self {
            running: Arc::new(Semaphore::new((cores / 2).max(1))),
            waiting: Arc::new(Semaphore::new(QUEUE)),
            hashed: AtomicU64::new(0),
        }
    }

    /// How many passwords were hashed or compared: the work that must not tell a known user from an unknown.
    #[must_use]
    pub fn hashed(&self) -> u64 {
        self.hashed.load(Ordering::Relaxed)
    }

    /// Hashes a new password.
    ///
    /// # Errors
    /// [`AppError::Busy`] if too many wait already, [`AppError::Hash`] if it cannot be hashed.
    pub(super) async fn hash(&self, password: &Password) -> Result<PasswordHash, AppError> {
        let password = password.clone();
        self.run(move || hash(&password)).await
    }

    /// Compares a password with a hash; without one it does the same work for nothing.
    ///
    /// # Errors
    /// [`AppError::Busy`] if too many wait already, [`AppError::Hash`] if the stored hash is broken.
    pub(super) async fn compare(
        &self,
        password: &Password,
        stored: Option<&PasswordHash>,
    ) -> Result<Compared, AppError> {
        let password = password.clone();
        let stored = stored.map(|hash| hash.as_str().to_owned());
        self.run(move || compare(&password, stored.as_deref())).await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let place = Arc::clone(&self.waiting).try_acquire_owned().map_err(|_| AppError::Busy)?;
        let turn = Arc::clone(&self.running).acquire_owned().await.map_err(|_| AppError::Busy)?;
        self.hashed.fetch_add(1, Ordering::Relaxed);
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            drop((turn, place));
            result
        });
        done.await.map_err(|_| AppError::Hash)?
    }
}

impl Default for Hasher {
    fn default() -> Self {
        Self::new()
    }
}

fn hash(password: &Password) -> Result<PasswordHash, AppError> {
    let phc: Phc = argon2()?.hash_password(password.reveal()).map_err(|_| AppError::Hash)?;
    Ok(PasswordHash::new(phc.to_string()))
}

fn compare(password: &Password, stored: Option<&str>) -> Result<Compared, AppError> {
    let phc = Phc::new(stored.unwrap_or(NOBODY)).map_err(|_| AppError::Hash)?;
    let matches = argon2()?.verify_password(password.reveal(), &phc).is_ok() && stored.is_some();
    let rehashed = if matches && is_weaker(&phc) { Some(hash(password)?) } else { None };
    Ok(Compared { matches, rehashed })
}

fn argon2() -> Result<Argon2<'static>, AppError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| AppError::Hash)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Whether a hash was made with less work than today's.
fn is_weaker(phc: &Phc) -> bool {
    Params::try_from(phc).is_ok_and(|found| {
        found.m_cost() < MEMORY_KIB || (found.m_cost() == MEMORY_KIB && found.t_cost() < PASSES)
    })
}

/// OWASP Password Storage: argon2id with 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// How many may wait or run; at some 30 ms each the last waits for a second.
const QUEUE: usize = 32;
/// The hash of a random password that was thrown away: comparing with it takes as long as with anybody's.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$S3mcDTBVn5tVpfmMbkFRJw$\
                      lJ8qfP0dOwBRZ3sTDYbPM9HjVX3mQb7bO2oQyFQxr4I";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_matches_its_own_hash_alone() {
        let right = Password::typed("correct horse battery staple");
        let stored = hash(&right).unwrap();
        assert!(compare(&right, Some(stored.as_str())).unwrap().matches);
        let longer = Password::typed("correct horse battery staple ");
        assert!(!compare(&longer, Some(stored.as_str())).unwrap().matches);
        assert!(!compare(&right, None).unwrap().matches);
    }

    #[test]
    fn a_weaker_hash_is_made_anew() {
        let password = Password::typed("correct horse battery staple");
        let weak = Argon2::new(
            Algorithm::Argon2id,
            Version::V0x13,
            Params::new(8 * 1024, 1, 1, None).unwrap(),
        );
        let stored: Phc = weak.hash_password(password.reveal()).unwrap();
        let compared = compare(&password, Some(&stored.to_string())).unwrap();
        let rehashed = compared.rehashed.unwrap();
        assert!(rehashed.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_eq!(compare(&password, Some(rehashed.as_str())).unwrap().rehashed, None);
    }
}
