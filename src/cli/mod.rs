//! The command line: takes what was typed, gives the exit code. The only part that prints.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;

use clap::error::ErrorKind;
use derbes::error::{Error, Result};
use derbes::report::escape;

use args::{Command, ConfigCommand, HookCommand};
use config::Config;

mod args;
#[cfg(feature = "audit")]
mod audit;
mod columns;
mod config;
mod detectors;
mod explain;
mod hook;
mod output;
mod plan;
mod policy;
mod progress;
mod scan;
#[cfg(feature = "audit")]
mod subject;

/// A wrong command line, config, policy or detector file.
const WRONG: u8 = 2;

/// Does what was typed and gives the exit code.
pub fn run(args: impl IntoIterator<Item = OsString>) -> u8 {
    let outcome = match args::parse(args) {
        Ok(Command::Scan(scan)) => scan::run(*scan),
        #[cfg(feature = "audit")]
        Ok(Command::Audit(audit)) => audit::run(*audit),
        #[cfg(feature = "audit")]
        Ok(Command::Subject(subject)) => subject::run(&subject),
        Ok(Command::Explain(explain)) => explain::run(&explain),
        Ok(Command::Detectors(command)) => detectors::run(command),
        Ok(Command::Init) => config::init().and_then(|told| print(&told)),
        Ok(Command::Config(ConfigCommand::Show { config })) => effective(config.as_deref()),
        Ok(Command::Hook(HookCommand::Install)) => hook::install().and_then(|told| print(&told)),
        Ok(Command::Hook(HookCommand::Remove)) => hook::remove().and_then(|told| print(&told)),
        Ok(Command::Policy(command)) => policy::run(command),
        Ok(Command::Completions { shell }) => completions(shell),
        Err(error) => return usage(&error),
    };
    outcome.unwrap_or_else(|error| {
        complain(&error_lines(&error));
        WRONG
    })
}

fn effective(file: Option<&Path>) -> Result<u8> {
    print(&config::show(&Config::load(file, &[])?))
}

fn completions(shell: clap_complete::Shell) -> Result<u8> {
    let mut script = Vec::new();
    args::complete(shell, &mut script);
    write(&script)
}

/// Prints a text of several lines, inert.
fn print(text: &str) -> Result<u8> {
    let shown: String = text.lines().map(|line| format!("{}\n", escape(line))).collect();
    write(shown.as_bytes())
}

/// To standard output. A reader that has seen enough is no error.
fn write(bytes: &[u8]) -> Result<u8> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => Err(Error::new(e.to_string()).at("standard output")),
        _ => Ok(0),
    }
}

/// Help and the version, asked for, go to standard output; a usage error to standard error.
fn usage(error: &clap::Error) -> u8 {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        // A reader that has seen enough is no error.
        let _ = error.print();
        return 0;
    }
    let text = error.to_string();
    let (prefix, text) = text.strip_prefix("error: ").map_or(("", &*text), |rest| ("derbes: ", rest));
    let lines: Vec<_> = text.lines().map(|line| escape(line).to_string()).collect();
    complain(&format!("{prefix}{}", lines.join("\n")));
    WRONG
}

/// `derbes: PLACE: MESSAGE`, further lines of the message indented, then the remedy.
fn error_lines(error: &Error) -> String {
    let indented = |text: &str| {
        let lines: Vec<_> = text.lines().map(|line| escape(line.trim()).to_string()).collect();
        lines.join("\n  ")
    };
    let place = error.place.as_ref().map(|place| format!("{}: ", escape(place))).unwrap_or_default();
    let help = error.help.as_ref().map(|help| format!("\nhelp: {}", indented(help))).unwrap_or_default();
    format!("derbes: {place}{}{help}", indented(&error.message))
}

/// To standard error; if that is closed, the exit code still tells.
fn complain(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_shows_its_place_message_and_remedy() {
        let error = Error::new("unknown field `x`\n  x = 1").at("p.toml:3").help("see `derbes policy show`");
        assert_eq!(error_lines(&error), "derbes: p.toml:3: unknown field `x`\n  x = 1\nhelp: see `derbes policy show`");
    }

    #[test]
    fn an_error_about_a_hostile_file_is_inert() {
        let error = Error::new("bad \x1b[2J\nderbes: all is well").at("a\x1b]0;x\x07\nb.toml").help("\u{202e}");
        assert_eq!(
            error_lines(&error),
            "derbes: a\\x1B]0;x\\x07\\x0Ab.toml: bad \\x1B[2J\n  derbes: all is well\nhelp: \\u{202E}"
        );
    }
}
