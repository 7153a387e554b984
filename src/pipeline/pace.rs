//! The pace of reading: takes how many bytes a second may be read, makes threads wait that would read more.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Longest sleep, so that a run can be told to end.
const NAP: Duration = Duration::from_millis(200);

pub struct Pace {
    /// Bytes a second; none for as many as there are.
    most: Option<u64>,
    begun: Instant,
    read: AtomicU64,
}

impl Pace {
    pub fn new(most: Option<u64>) -> Self {
        Self { most, begun: Instant::now(), read: AtomicU64::new(0) }
    }

    /// Counts bytes that were read, and waits for as long as they may take.
    pub fn spend(&self, bytes: u64) {
        let Some(most) = self.most else { return };
        let read = self.read.fetch_add(bytes, Ordering::Relaxed) + bytes;
        let due = Duration::from_secs_f64(read as f64 / most.max(1) as f64);
        while let Some(left) = due.checked_sub(self.begun.elapsed()).filter(|left| !left.is_zero()) {
            std::thread::sleep(left.min(NAP));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_takes_longer() {
        let pace = Pace::new(Some(1_000_000));
        pace.spend(50_000);
        pace.spend(50_000);
        assert!(pace.begun.elapsed() >= Duration::from_millis(100));
        let begun = Instant::now();
        Pace::new(None).spend(u64::MAX);
        assert!(begun.elapsed() < Duration::from_secs(5));
    }
}
