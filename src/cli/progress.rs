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
        let (files, bytes) = (progress.files.load(Relaxed), progress.bytes.load(Relaxed));
        let rate = bytes as f64 / begun.elapsed().as_secs_f64();
        bar.set_message(format!("{files} files, {}, {}/s", size(bytes), size(rate as u64)));
        bar.tick();
    }
}
