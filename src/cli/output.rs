//! Where reports go: takes format and file pairs, opens all before the scan begins, and gives every event to each.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use derbes::error::{Error, Result};
use derbes::finding::Event;
use derbes::report::{self, Format, Options, Report};

use super::args::Color;

/// The reports of one run.
pub struct Outputs {
    open: Vec<(String, Box<dyn Report>)>,
}

impl Outputs {
    pub fn open(reports: &[(Format, Option<PathBuf>)], color: Color, options: &Options) -> Result<Self> {
        let open = reports.iter().map(|(format, file)| match file {
            None => {
                let options = Options { color: on_terminal(color), ..options.clone() };
                Ok(("standard output".to_owned(), report::new(*format, stdout(), options)))
            }
            Some(file) => {
                let options = Options { color: color == Color::Always, ..options.clone() };
                let out = Box::new(BufWriter::new(create(file)?));
                Ok((file.display().to_string(), report::new(*format, out, options)))
            }
        });
        Ok(Self { open: open.collect::<Result<_>>()? })
    }

    /// Gives the event to every report. A report whose reader has gone is dropped; only when none is left does
    /// this fail, with no message. Any other failure ends the run.
    pub fn event(&mut self, event: &Event) -> std::result::Result<(), Failure> {
        let mut failure = None;
        self.open.retain_mut(|(place, report)| match report.event(event) {
            Ok(()) => true,
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => false,
            Err(e) => {
                failure.get_or_insert_with(|| Error::new(e.to_string()).at(&*place));
                false
            }
        });
        match failure {
            Some(error) => Err(Failure::Write(error)),
            None if self.open.is_empty() => Err(Failure::Gone),
            None => Ok(()),
        }
    }
}

/// Why nothing more can be reported.
#[derive(Debug, PartialEq, Eq)]
pub enum Failure {
    /// Nobody reads any more.
    Gone,
    Write(Error),
}

/// Lines as they come for a person who watches, blocks for a pipe or file.
fn stdout() -> Box<dyn Write> {
    let out = io::stdout();
    if out.is_terminal() { Box::new(out) } else { Box::new(BufWriter::with_capacity(64 << 10, out)) }
}

fn on_terminal(color: Color) -> bool {
    let wanted = || {
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        set("NO_COLOR").is_none() && set("TERM").is_none_or(|term| term != "dumb") && io::stdout().is_terminal()
    };
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => wanted(),
    }
}

fn create(file: &Path) -> Result<File> {
    let place = file.display().to_string();
    if file.is_dir() {
        return Err(Error::new("is a directory").at(place).help("--output names a file"));
    }
    File::create(file).map_err(|e| Error::new(format!("cannot be written: {e}")).at(place))
}

#[cfg(test)]
mod tests {
    use derbes::finding::Summary;

    use super::*;

    /// A report that fails with this kind.
    struct Failing(io::ErrorKind);

    impl Report for Failing {
        fn event(&mut self, _: &Event) -> io::Result<()> {
            Err(self.0.into())
        }
    }

    struct Counting(std::rc::Rc<std::cell::Cell<u32>>);

    impl Report for Counting {
        fn event(&mut self, _: &Event) -> io::Result<()> {
            self.0.set(self.0.get() + 1);
            Ok(())
        }
    }

    fn outputs(reports: Vec<Box<dyn Report>>) -> Outputs {
        Outputs { open: reports.into_iter().map(|report| ("out".to_owned(), report)).collect() }
    }

    #[test]
    fn a_reader_that_left_stops_only_its_own_report() {
        let event = Event::Summary(Summary::default());
        let seen = std::rc::Rc::default();
        let gone = || Box::new(Failing(io::ErrorKind::BrokenPipe));
        let mut both = outputs(vec![gone(), Box::new(Counting(std::rc::Rc::clone(&seen)))]);
        assert_eq!(both.event(&event), Ok(()));
        assert_eq!(both.event(&event), Ok(()));
        assert_eq!(seen.get(), 2);
        assert_eq!(outputs(vec![gone()]).event(&event), Err(Failure::Gone));
    }

    #[test]
    fn a_full_disk_is_told_with_the_file() {
        let mut full = outputs(vec![Box::new(Failing(io::ErrorKind::StorageFull))]);
        let Err(Failure::Write(error)) = full.event(&Event::Summary(Summary::default())) else { panic!() };
        assert_eq!(error.place.as_deref(), Some("out"));
    }
}
