//! The progress line: takes the counters of a run, shows them on standard error if that is a terminal and the run is
//! long, and makes way for whatever else is written to the terminal.

use std::io::{self, IsTerminal};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use derbes::pipeline::Progress;
use derbes::report::size;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

const AFTER: Duration = Duration::from_secs(1);
const EVERY: Duration = Duration::from_millis(200);

/// The line on the terminal, hidden until a run is long.
pub struct Line {
    bar: ProgressBar,
    /// Whether the reports go to a terminal as well.
    shared: bool,
}

impl Line {
    /// Runs `work` while a line tells how far `progress` is.
    pub fn beside<T>(progress: &Progress, work: impl FnOnce(&Line) -> T) -> T {
        let style = ProgressStyle::with_template("{msg}").unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden()).with_style(style);
        let line = Self { bar, shared: io::stdout().is_terminal() };
        if !io::stderr().is_terminal() {
            return work(&line);
        }
        progress.watched.store(true, Relaxed);
        std::thread::scope(|scope| {
            // Dropped when the work ends, also by a panic: that wakes the thread at once.
            let (_working, ended) = mpsc::channel::<()>();
            let bar = line.bar.clone();
            scope.spawn(move || show(&bar, progress, &ended));
            let outcome = work(&line);
            line.clear();
            outcome
        })
    }

    /// Takes the line away while `write` writes to the terminal.
    pub fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        if self.shared { self.bar.suspend(write) } else { write() }
    }

    /// Takes the line away for good.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

fn show(bar: &ProgressBar, progress: &Progress, ended: &mpsc::Receiver<()>) {
    let begun = Instant::now();
    let mut wait = AFTER;
    while ended.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) && !bar.is_finished() {
        if wait == AFTER {
            bar.set_draw_target(ProgressDrawTarget::stderr());
            wait = EVERY;
        }
        let files = progress.files.load(Relaxed);
        let told = match progress.total.load(Relaxed) {
            0 => amount(progress.bytes.load(Relaxed), begun.elapsed()),
            total => amount_of(progress.stored.load(Relaxed), total, begun.elapsed()),
        };
        bar.set_message(format!("{files} files, {told}"));
        bar.tick();
    }
}

fn rate(bytes: u64, elapsed: Duration) -> f64 {
    bytes as f64 / elapsed.as_secs_f64().max(0.001)
}

fn amount(bytes: u64, elapsed: Duration) -> String {
    format!("{}, {}/s", size(bytes), size(rate(bytes, elapsed) as u64))
}

/// The same with the time that the rest takes at this rate.
fn amount_of(done: u64, total: u64, elapsed: Duration) -> String {
    let (rate, rest) = (rate(done, elapsed), total.saturating_sub(done));
    let left = match rate {
        0.0 => String::new(),
        rate => format!(", {} left", duration(rest as f64 / rate)),
    };
    format!("{} of {}, {}/s{left}", size(done), size(total), size(rate as u64))
}

fn duration(seconds: f64) -> String {
    match seconds.round() as u64 {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7200 => format!("{} min", seconds / 60),
        seconds => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_that_is_left_follows_from_the_rate() {
        let ten = Duration::from_secs(10);
        assert_eq!(amount_of(10 << 20, 100 << 20, ten), "10.0 MiB of 100.0 MiB, 1.0 MiB/s, 90 s left");
        assert_eq!(amount_of(1 << 20, 1 << 30, ten), "1.0 MiB of 1.0 GiB, 102.4 KiB/s, 2 h 50 min left");
        assert_eq!(amount_of(0, 1 << 30, ten), "0 B of 1.0 GiB, 0 B/s");
        assert_eq!(amount(20 << 20, ten), "20.0 MiB, 2.0 MiB/s");
    }
}
