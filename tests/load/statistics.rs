//! Percentiles.

use std::time::Duration;

/// Durations of one kind.
#[derive(Debug)]
pub(crate) struct Durations(Vec<Duration>);

impl Durations {
    /// Sorts them.
    pub(crate) fn new(mut all: Vec<Duration>) -> Self {
        all.sort_unstable();
        Self(all)
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// The duration that so many of a hundred do not exceed, in milliseconds.
    pub(crate) fn percentile(&self, percent: usize) -> f64 {
        let rank = (self.0.len() * percent).div_ceil(100).max(1) - 1;
        self.0.get(rank).unwrap().as_secs_f64() * 1_000.0
    }
}
