//! What can be typed. Clap stays in this file: it gives plain values and pairs every `--output` with its `--format`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand};
use clap_complete::Shell;
use derbes::finding::Confidence;
use derbes::limits::Places;
use derbes::pipeline::FailOn;
use derbes::report::Format;
use derbes::report::html::Language;
use jiff::civil::Date;

#[cfg(feature = "audit")]
mod audit;
mod budgets;
mod detection;
mod policy;

#[cfg(feature = "audit")]
pub use audit::{Audit, AuditCommand, AuditRun, Reports, Subject};
use budgets::Budgets;
#[cfg(feature = "audit")]
use detection::SHAPE;
pub use detection::{DetectorsCommand, Explain, Shape};
pub use policy::PolicyCommand;

const ABOUT: &str = "Finds personal data in code, logs, dumps and backups, and holds it against what a privacy policy \
declares. Values are masked in every report.";

const EXIT_CODES: &str = "\
Exit codes:
  0  nothing that the run was told to fail on
  1  findings that it was told to fail on
  2  wrong command line, derbes.toml, baseline, policy or output file; no repository
  3  something could not be examined (with --fail-on-incomplete; always with git)";

const SCAN_EXAMPLES: &str = "\
Examples:
  derbes scan --staged
  derbes scan src logs/app.log.gz --policy anysoft
  pg_dump shop | derbes scan - --policy ./privacy.toml --fail-on forbidden
  derbes scan . --format human --format jsonl --output findings.jsonl
  derbes scan /backups --policy anysoft --policy justcode --matrix";

#[derive(Debug, Parser)]
#[command(name = "derbes", version, about = ABOUT, after_help = EXIT_CODES, arg_required_else_help = true)]
#[command(max_term_width = 100, disable_help_subcommand = true)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Find personal data in files and folders
    Scan(Box<Scan>),
    /// Audit files and folders again and again: scan what is new, remember the rest
    #[cfg(feature = "audit")]
    Audit(Box<Audit>),
    /// Tell where a person's data lies in what was audited
    #[cfg(feature = "audit")]
    Subject(Subject),
    /// Tell what a scan makes of one place, and why
    Explain(Explain),
    /// Show and test detectors
    #[command(subcommand, disable_help_subcommand = true, arg_required_else_help = true)]
    Detectors(DetectorsCommand),
    /// Write a commented derbes.toml that fits this repository
    Init,
    /// Show the configuration
    #[command(subcommand, disable_help_subcommand = true, arg_required_else_help = true)]
    Config(ConfigCommand),
    /// Scan each commit before it is made
    #[command(subcommand, disable_help_subcommand = true, arg_required_else_help = true)]
    Hook(HookCommand),
    /// Show what the policies declare
    #[command(subcommand, disable_help_subcommand = true, arg_required_else_help = true)]
    Policy(PolicyCommand),
    /// Print what a shell needs to complete command lines
    Completions { shell: Shell },
}

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print the effective configuration and where each value comes from
    Show {
        /// This file instead of derbes.toml at the root of the repository
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
pub enum HookCommand {
    /// Install a git hook that scans what is staged, after the hook that is there
    Install,
    /// Remove it and put back the hook that was there before
    Remove,
}

/// Find personal data in files and folders
#[derive(Debug, clap::Args)]
#[command(after_help = SCAN_EXAMPLES)]
#[command(group = clap::ArgGroup::new("git").args(["staged", "range", "history"]))]
pub struct Scan {
    /// Files and folders; `-` is standard input. Default: the current folder
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// Scan what is staged in git, not the files in the working tree; of changed files, the added lines
    #[arg(long, help_heading = "Git")]
    pub staged: bool,

    /// Scan what a range of commits adds since B left A, as a merge request shows it
    #[arg(long, value_name = "A..B", help_heading = "Git")]
    pub range: Option<String>,

    /// Scan all that ever stood in a commit, each version of a file once
    #[arg(long, conflicts_with = "whole_files", help_heading = "Git")]
    pub history: bool,

    /// With --history: only commits since this day
    #[arg(long, value_name = "YYYY-MM-DD", requires = "history", help_heading = "Git")]
    pub since: Option<Date>,

    /// With --staged or --range: all lines of a changed file count, not only the added ones
    #[arg(long, requires = "git", help_heading = "Git")]
    pub whole_files: bool,

    /// Keep the hits quiet that this file knows. Default: .derbes-baseline at the root of the repository, if it is there
    #[arg(long, value_name = "FILE", help_heading = "Known")]
    pub baseline: Option<PathBuf>,

    /// Record the hits in this file, to be quiet from now on; those of files that are not scanned stay in it
    #[arg(long, value_name = "FILE", conflicts_with = "prune_baseline", help_heading = "Known")]
    pub write_baseline: Option<PathBuf>,

    /// Take out of the baseline what is not found any more
    #[arg(long, conflicts_with = "git", help_heading = "Known")]
    pub prune_baseline: bool,

    /// Let no `derbes:allow` in a comment count
    #[arg(long, help_heading = "Known")]
    pub no_inline: bool,

    /// This file instead of derbes.toml at the root of the repository
    #[arg(long, value_name = "FILE", help_heading = "Reading")]
    pub config: Option<PathBuf>,

    /// Judge findings by this policy: a built-in id or a policy file. May repeat
    #[arg(long = "policy", value_name = "ID|FILE", help_heading = "Verdict")]
    pub policies: Vec<String>,

    /// Count what a declared document only implies, such as the ИИН in an identity card, as undeclared
    #[arg(long, help_heading = "Verdict")]
    pub strict: bool,

    /// The country that what is scanned lies in, such as KZ: policies may name those where data is kept
    #[arg(long, value_name = "CC", value_parser = country, help_heading = "Verdict")]
    pub country: Option<String>,

    /// Findings that make the exit code 1. Default: `any`, or `undeclared` with --policy, which includes forbidden,
    /// minor, misplaced and expired
    #[arg(long, value_name = "WHAT", value_parser = one_of(FAIL_ON), hide_default_value = true, help_heading = "Verdict")]
    pub fail_on: Option<FailOn>,

    /// Exit with code 3 if something could not be examined. Always so with git
    #[arg(long, help_heading = "Verdict")]
    pub fail_on_incomplete: bool,

    /// Leave out findings less sure than this. Default: medium
    #[arg(long, value_name = "LEVEL", value_parser = one_of(CONFIDENCE), hide_default_value = true, help_heading = "Verdict")]
    pub min_confidence: Option<Confidence>,

    /// The day that ages and retention are judged by. Default: today
    #[arg(long, value_name = "YYYY-MM-DD", help_heading = "Verdict")]
    pub today: Option<Date>,

    /// Format of the report. May repeat, each but one with its --output. Default: human
    #[arg(long = "format", value_name = "FORMAT", value_parser = one_of(FORMAT), help_heading = "Report")]
    formats: Vec<Format>,

    /// Write the --format before it to this file. Default: standard output
    #[arg(long = "output", value_name = "FILE", help_heading = "Report")]
    outputs: Vec<PathBuf>,

    /// Show which policy says what of each category that was found, in place of the findings: in human, markdown, csv and
    /// json; the other formats hold the findings all the same
    #[arg(long, help_heading = "Report")]
    pub matrix: bool,

    /// Places listed for each finding: a number or `all`. Default: 10, of which the human report shows 3
    #[arg(long, value_name = "N", value_parser = places, help_heading = "Report")]
    pub places: Option<Places>,

    /// Colours in the human report. `auto`: on a terminal, unless NO_COLOR is set
    #[arg(long, value_name = "WHEN", value_parser = one_of(COLOR), default_value = "auto", help_heading = "Report")]
    pub color: Color,

    /// The language that the page of `html` opens in
    #[arg(long, value_name = "LANG", value_parser = one_of(LANGUAGE), default_value = "ru", help_heading = "Report")]
    pub lang: Language,

    /// Scan also what .gitignore, .ignore and .derbesignore leave out
    #[arg(long, help_heading = "Reading")]
    pub no_ignore: bool,

    /// Follow symbolic links
    #[arg(long, help_heading = "Reading")]
    pub follow: bool,

    /// Skip binary files; otherwise the text in them is scanned
    #[arg(long, help_heading = "Reading")]
    pub skip_binary: bool,

    /// Look also for documents, births, vehicles, network addresses, devices, accounts, places, cookies and passwords:
    /// slower, and less sure
    #[arg(long, help_heading = "Reading")]
    pub all_detectors: bool,

    /// Run also the detectors in this folder, or this detector file. May repeat
    #[arg(long = "detectors", value_name = "DIR|FILE", help_heading = "Reading")]
    pub own: Vec<PathBuf>,

    /// Switch a detector off. May repeat
    #[arg(long = "no-detector", value_name = "ID", help_heading = "Reading")]
    pub off: Vec<String>,

    /// Threads, at most 1024. Default: one for each core
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024), help_heading = "Reading")]
    pub threads: Option<u16>,

    #[command(flatten)]
    pub budgets: Budgets,

    /// What to write and where; none is standard output.
    #[arg(skip)]
    pub reports: Vec<(Format, Option<PathBuf>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    Auto,
    Always,
    Never,
}

type Values<T> = &'static [(&'static str, T)];

pub const FAIL_ON: Values<FailOn> = &[
    ("any", FailOn::Any),
    ("undeclared", FailOn::Undeclared),
    ("forbidden", FailOn::Forbidden),
    ("never", FailOn::Never),
];
pub const CONFIDENCE: Values<Confidence> =
    &[("low", Confidence::Low), ("medium", Confidence::Medium), ("high", Confidence::High)];
const FORMAT: Values<Format> = &[
    ("human", Format::Human),
    ("jsonl", Format::Jsonl),
    ("json", Format::Json),
    ("sarif", Format::Sarif),
    ("junit", Format::Junit),
    ("gitlab-codequality", Format::GitlabCodequality),
    ("gitlab-secrets", Format::GitlabSecrets),
    ("github", Format::Github),
    ("markdown", Format::Markdown),
    ("csv", Format::Csv),
    ("html", Format::Html),
];
const LANGUAGE: Values<Language> = &[("ru", Language::Russian), ("kk", Language::Kazakh), ("en", Language::English)];
const COLOR: Values<Color> = &[("auto", Color::Auto), ("always", Color::Always), ("never", Color::Never)];

fn one_of<T: Copy + Send + Sync + 'static>(values: Values<T>) -> impl TypedValueParser<Value = T> {
    let names = values.iter().map(|(name, _)| *name);
    PossibleValuesParser::new(names).try_map(move |typed| {
        values.iter().find(|(name, _)| *name == typed).map(|(_, value)| *value).ok_or("not one of the possible values")
    })
}

fn country(typed: &str) -> Result<String, String> {
    let is_code = typed.len() == 2 && typed.bytes().all(|byte| byte.is_ascii_uppercase());
    if is_code { Ok(typed.to_owned()) } else { Err("write a two-letter code in capitals, such as KZ".to_owned()) }
}

fn places(typed: &str) -> Result<Places, String> {
    match typed {
        "all" => Ok(Places::All),
        _ => typed.parse().map(Places::First).map_err(|_| "write a number, or `all`".to_owned()),
    }
}

/// Reads a command line, the name of the program first.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, clap::Error> {
    let args: Vec<OsString> = args.into_iter().collect();
    let mut parser = Args::command();
    let about_a_person = args.get(1).is_some_and(|command| command == "subject");
    let matches = parser.try_get_matches_from_mut(args);
    let matches = matches.map_err(|error| if about_a_person { unquoted(error) } else { error })?;
    let mut command = Args::from_arg_matches(&matches).map_err(|e| e.format(&mut parser))?.command;
    let wrong = |help: &str, message: String| {
        let more = format!("{message}\n\nFor more information, try 'derbes {help} --help'.\n");
        clap::Error::raw(ErrorKind::ArgumentConflict, more)
    };
    match (&mut command, matches.subcommand()) {
        (Command::Scan(scan), Some(("scan", matches))) => {
            let list = reports(&scan.formats, &scan.outputs, matches).map_err(|message| wrong("scan", message))?;
            scan.reports = list;
        }
        #[cfg(feature = "audit")]
        (Command::Audit(audit), Some(("audit", matches))) => {
            let (reports, matches) = match (&mut audit.command, matches.subcommand()) {
                (Some(AuditCommand::Report { reports, .. }), Some((_, matches))) => (reports, matches),
                _ => (&mut audit.run.reports, matches),
            };
            let list = self::reports(&reports.formats, &reports.outputs, matches);
            reports.list = list.map_err(|message| wrong("audit", message))?;
        }
        _ => {}
    }
    Ok(command)
}

/// An error that repeats nothing of what was typed: that may be a person's.
fn unquoted(error: clap::Error) -> clap::Error {
    use ErrorKind::{DisplayHelp, DisplayVersion, MissingRequiredArgument};
    if matches!(error.kind(), DisplayHelp | DisplayVersion | MissingRequiredArgument) {
        return error;
    }
    let message = "this cannot be read; it is not repeated here, since it may be about a person\n\n  \
        tip: put a value with spaces in quotes, or give it on standard input, with '-' in its place\n\n\
        For more information, try 'derbes subject --help'.\n";
    clap::Error::raw(error.kind(), message)
}

/// Writes what makes a shell complete command lines.
pub fn complete(shell: Shell, script: &mut Vec<u8>) {
    clap_complete::generate(shell, &mut Args::command(), "derbes", script);
}

/// Pairs every `--output` with the `--format` before it.
fn reports(
    formats: &[Format],
    files: &[PathBuf],
    matches: &ArgMatches,
) -> Result<Vec<(Format, Option<PathBuf>)>, String> {
    let position = |id| matches.try_contains_id(id).ok().and_then(|_| matches.indices_of(id)).into_iter().flatten();
    let formats: Vec<_> = position("formats").zip(formats).collect();
    let outputs: Vec<_> = position("outputs").zip(files).collect();
    let mut reports: Vec<_> = formats.iter().map(|(_, format)| (**format, None)).collect();
    if reports.is_empty() {
        reports.push((Format::Human, None));
    }
    for (index, file) in outputs {
        let before = formats.iter().filter(|(format, _)| *format < index).count();
        if before == 0 && !formats.is_empty() {
            return Err(format!("`--output {}` stands before any --format", file.display()));
        }
        let (_, output) = &mut reports[before.saturating_sub(1)];
        if output.is_some() {
            return Err(format!("`--output {}` is the second for one --format", file.display()));
        }
        if files.iter().filter(|other| *other == file).count() > 1 {
            return Err(format!("two reports would be written to `{}`", file.display()));
        }
        *output = Some(file.clone());
    }
    if reports.iter().filter(|(_, output)| output.is_none()).count() > 1 {
        return Err("two formats would go to standard output: give all but one an --output".to_owned());
    }
    Ok(reports)
}

#[cfg(test)]
mod tests;
