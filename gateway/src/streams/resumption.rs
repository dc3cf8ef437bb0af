//! How long, and how often, a broken upstream is asked again.

use std::{
    hash::{BuildHasher, RandomState},
    time::Duration,
};

use tokio::time::Instant;

use super::config::ResumeConfig;

pub(super) struct Persistence {
    config: ResumeConfig,
    jitter: RandomState,
    attempt: u32,
    broken_since: Option<Instant>,
    opened_at: Option<Instant>,
}

impl Persistence {
    pub(super) fn new(config: ResumeConfig) -> Self {
        Self { config, jitter: RandomState::new(), attempt: 0, broken_since: None, opened_at: None }
    }

    /// An event came: the upstream is sound.
    pub(super) fn rewarded(&mut self) {
        self.attempt = 0;
        self.broken_since = None;
    }

    /// The upstream takes the subscription again. Whether it holds is another question.
    pub(super) fn opened(&mut self) {
        self.opened_at = Some(Instant::now());
    }

    /// How long to wait before the next attempt; `None` when it was long enough.
    pub(super) fn next_pause(&mut self) -> Option<Duration> {
        let longest = Duration::from_millis(self.config.max_pause_ms);
        // One that held for a while was sound, however quiet.
        if self.opened_at.take().is_some_and(|at| at.elapsed() > longest) {
            self.rewarded();
        }
        let since = *self.broken_since.get_or_insert_with(Instant::now);
        if since.elapsed() >= Duration::from_millis(self.config.max_elapsed_ms) {
            return None;
        }
        let whole =
            Duration::from_millis(self.config.first_pause_ms) * 2_u32.saturating_pow(self.attempt.min(16));
        self.attempt += 1;
        // Between half and all of it, so that streams which broke together don't come back together.
        let share = u32::try_from(self.jitter.hash_one(self.attempt) % 1_000).unwrap_or_default();
        Some(whole.min(longest) * (1_000 + share) / 2_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn pauses_grow_up_to_the_longest_and_end_after_the_whole_time() {
        let config = ResumeConfig { first_pause_ms: 10, max_pause_ms: 100, max_elapsed_ms: 1_000 };
        let mut persistence = Persistence::new(config);
        let mut pauses = Vec::new();
        let begun = Instant::now();
        while let Some(pause) = persistence.next_pause() {
            pauses.push(pause.as_millis());
            tokio::time::sleep(pause).await;
        }
        assert!((5..=10).contains(&pauses[0]), "{pauses:?}");
        assert!(pauses[6..].iter().all(|pause| (50..=100).contains(pause)), "{pauses:?}");
        assert!((1_000..1_200).contains(&begun.elapsed().as_millis()), "{pauses:?}");
        persistence.opened();
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert!(persistence.next_pause().is_some_and(|pause| pause.as_millis() <= 10));
    }
}
