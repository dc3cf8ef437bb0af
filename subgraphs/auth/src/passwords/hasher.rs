//! How passwords are kept: argon2id (RFC 9106), off the threads that answer requests, few at a time.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use argon2::{
    Algorithm, Argon2, Params, PasswordHash, PasswordHasher as _, PasswordVerifier as _, Version,
    password_hash::Error as Argon2Error,
};
use chrono::TimeDelta;
use tokio::{sync::Semaphore, task::JoinError};

use crate::passwords::{Password, Presented};

/// Memory in KiB, passes and lanes: the second choice of OWASP's cheat sheet, 19 MiB a hash.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// More hashes at once than this would only fill memory.
const MAX_AT_ONCE: usize = 8;
/// Whoever comes when so many wait is asked to come again.
const MAX_WAITING: usize = 256;

#[derive(Debug, thiserror::Error)]
pub(crate) enum HashError {
    #[error("too many are logging in right now; try again in a moment")]
    Busy,
    #[error("a password could not be hashed: {0}")]
    Argon2(Argon2Error),
    #[error(transparent)]
    Stopped(#[from] JoinError),
}

impl HashError {
    /// After this there may be room again.
    pub(crate) const WAIT: TimeDelta = TimeDelta::seconds(1);
}

/// What comparing a password with a hash showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Wrong,
    Right,
    /// Right, and the hash is weaker than new ones: make it anew.
    RightButWeak,
}

/// Hashes passwords and compares them.
#[derive(Debug)]
pub(crate) struct Hasher {
    at_once: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    /// What passwords of accounts that don't exist are compared with, so that it takes as long.
    dummy: String,
    computed: Arc<AtomicU64>,
}

impl Hasher {
    pub(crate) fn try_new() -> Result<Self, HashError> {
        let processors = std::thread::available_parallelism().map_or(1, usize::from).min(MAX_AT_ONCE);
        let dummy = hash_now(b"nobody's password").map_err(HashError::Argon2)?;
        Ok(Self {
            at_once: Arc::new(Semaphore::new(processors)),
            waiting: Arc::new(Semaphore::new(MAX_WAITING)),
            dummy,
            computed: Arc::default(),
        })
    }

    /// The hash of a new password, as a PHC string.
    pub(crate) async fn hash(&self, password: Password) -> Result<String, HashError> {
        self.compute(move || hash_now(&password.into_bytes())).await
    }

    /// The hash of a password that was right.
    pub(crate) async fn hash_again(&self, password: Presented) -> Result<String, HashError> {
        self.compute(move || hash_now(&password.into_bytes())).await
    }

    /// Compares a password with a hash; with none it takes as long, and is wrong.
    pub(crate) async fn verify(
        &self,
        password: Presented,
        hash: Option<String>,
    ) -> Result<Verdict, HashError> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.dummy.clone());
        let verdict = self.compute(move || verify_now(&password.into_bytes(), &hash)).await?;
        Ok(if known { verdict } else { Verdict::Wrong })
    }

    /// How many hashes were computed.
    #[cfg(test)]
    pub(crate) fn computed(&self) -> u64 {
        self.computed.load(Ordering::Relaxed)
    }

    async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Argon2Error> + Send + 'static,
    ) -> Result<T, HashError> {
        let _place = self.waiting.try_acquire().map_err(|_| HashError::Busy)?;
        let turn = self.at_once.clone().acquire_owned().await.map_err(|_| HashError::Busy)?;
        let computed = self.computed.clone();
        let result = tokio::task::spawn_blocking(move || {
            // Held until the work is done, even when nobody waits for it any more.
            let _turn = turn;
            computed.fetch_add(1, Ordering::Relaxed);
            work()
        });
        result.await?.map_err(HashError::Argon2)
    }
}

fn argon2() -> Result<Argon2<'static>, Argon2Error> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| Argon2Error::ParamsInvalid)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash_now(password: &[u8]) -> Result<String, Argon2Error> {
    Ok(argon2()?.hash_password(password)?.to_string())
}

fn verify_now(password: &[u8], hash: &str) -> Result<Verdict, Argon2Error> {
    let hash = PasswordHash::new(hash).map_err(|_| Argon2Error::EncodingInvalid)?;
    match argon2()?.verify_password(password, &hash) {
        Ok(()) if is_weak(&hash)? => Ok(Verdict::RightButWeak),
        Ok(()) => Ok(Verdict::Right),
        Err(Argon2Error::PasswordInvalid) => Ok(Verdict::Wrong),
        Err(error) => Err(error),
    }
}

fn is_weak(hash: &PasswordHash) -> Result<bool, Argon2Error> {
    let params = Params::try_from(hash)?;
    let other = hash.algorithm.as_str() != Algorithm::Argon2id.as_str();
    Ok(other || params.m_cost() < MEMORY_KIB || params.t_cost() < PASSES || params.p_cost() < LANES)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        Password::parse(text, &[]).unwrap()
    }

    #[tokio::test]
    async fn a_hash_fits_its_password_only_and_names_its_parameters() {
        let hasher = Hasher::try_new().unwrap();
        let hash = hasher.hash(password("correct horse")).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        let right = hasher.verify(Presented::new("correct horse"), Some(hash.clone())).await.unwrap();
        assert_eq!(right, Verdict::Right);
        let wrong = hasher.verify(Presented::new("correct house"), Some(hash)).await.unwrap();
        assert_eq!(wrong, Verdict::Wrong);
    }

    #[tokio::test]
    async fn an_account_that_is_not_there_costs_as_much_as_a_wrong_password() {
        let hasher = Hasher::try_new().unwrap();
        for presented in ["anything", "nobody's password", &"x".repeat(100_000)] {
            let before = hasher.computed();
            let verdict = hasher.verify(Presented::new(presented), None).await.unwrap();
            assert_eq!((verdict, hasher.computed() - before), (Verdict::Wrong, 1));
        }
    }

    #[tokio::test]
    async fn a_hash_of_lower_cost_is_right_and_weak() {
        let params = Params::new(8 * 1024, 1, 1, None).unwrap();
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let hash = argon2.hash_password(b"correct horse").unwrap().to_string();
        let hasher = Hasher::try_new().unwrap();
        let verdict = hasher.verify(Presented::new("correct horse"), Some(hash)).await.unwrap();
        assert_eq!(verdict, Verdict::RightButWeak);
    }

    #[tokio::test]
    async fn when_too_many_wait_the_next_is_sent_away() {
        let hasher = Hasher::try_new().unwrap();
        let _full = hasher.waiting.acquire_many(u32::try_from(MAX_WAITING).unwrap()).await.unwrap();
        let refused = hasher.verify(Presented::new("anything"), None).await;
        assert!(matches!(refused, Err(HashError::Busy)));
    }
}
