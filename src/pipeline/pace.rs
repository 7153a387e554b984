//! The pace of reading: takes how many bytes a second may be read, makes threads wait that would read more.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::work::lock;

/// Longest sleep, so that a run can be told to end.
const NAP: Duration = Duration::from_millis(200);

pub struct Pace {
    /// Bytes a second; none for as many as there are.
    most: Option<u64>,
    /// When all that was read so far may have been read. A time in which nothing was read is not made up for.
    due: Mutex<Instant>,
}

impl Pace {
    pub fn new(most: Option<u64>) -> Self {
        Self { most, due: Mutex::new(Instant::now()) }
    }

    /// Counts bytes that were read, and waits for as long as they may take.
    pub fn spend(&self, bytes: u64) {
        let Some(most) = self.most else { return };
        let takes = Duration::from_secs_f64(bytes as f64 / most.max(1) as f64);
        let due = {
            let mut due = lock(&self.due);
            *due = (*due).max(Instant::now()) + takes;
            *due
        };
        while let Some(left) = due.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
            std::thread::sleep(left.min(NAP));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_takes_longer() {
        let (pace, begun) = (Pace::new(Some(1_000_000)), Instant::now());
        pace.spend(50_000);
        pace.spend(50_000);
        assert!(begun.elapsed() >= Duration::from_millis(100));
        // What was not read meanwhile may not be read at once.
        std::thread::sleep(Duration::from_millis(100));
        let begun = Instant::now();
        pace.spend(50_000);
        assert!(begun.elapsed() >= Duration::from_millis(50));
        let begun = Instant::now();
        Pace::new(None).spend(u64::MAX);
        assert!(begun.elapsed() < Duration::from_secs(5));
    }
}
