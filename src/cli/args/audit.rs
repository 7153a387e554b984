//! What can be typed after `derbes audit` and `derbes subject`.

use std::num::NonZeroU64;
use std::path::PathBuf;

use clap::Subcommand;
use derbes::audit::Proof;
use derbes::finding::Confidence;
use derbes::limits::Places;
use derbes::pipeline::FailOn;
use derbes::report::Format;
use derbes::report::html::Language;
use jiff::civil::Date;

use super::budgets::{Budgets, size};
use super::{COLOR, CONFIDENCE, Color, FAIL_ON, FORMAT, LANGUAGE, SHAPE, Scan, Shape, Values, country, one_of};

const EXAMPLES: &str = "\
Examples:
  derbes audit /backups --store backups.store --policy anysoft
  derbes audit runs --store backups.store
  derbes audit diff --store backups.store
  derbes audit report --store backups.store --format html --lang kk --output report.html
  derbes audit coverage --store backups.store";

const SUBJECT_EXAMPLES: &str = "\
Examples:
  derbes subject - --store backups.store < value.txt
  derbes subject '+7 700 000 00 19' --store backups.store --received 2026-11-22

Exit codes: 0 found nowhere, 1 found, 2 wrong, 3 found nowhere, and not everything was examined.
What is typed on a command line stays in the history of the shell: give it on standard input.";

/// Audit files and folders again and again: scan what is new, remember the rest
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
#[command(arg_required_else_help = true)]
pub struct Audit {
    #[command(subcommand)]
    pub command: Option<AuditCommand>,
    #[command(flatten)]
    pub run: AuditRun,
}

#[derive(Debug, clap::Args)]
pub struct AuditRun {
    /// Files and folders, all of what is under them; `./runs` for one that is called like a command
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,

    /// Where it is kept what was found. Made, with a key beside it, if it is not there
    #[arg(long, value_name = "FILE", required = true)]
    pub store: Option<PathBuf>,

    /// What proves that a file is unchanged: its `content`, which is read each time, or its size, times and `inode`
    #[arg(long, value_name = "PROOF", value_parser = one_of(PROOF), default_value = "content")]
    proof: Proof,

    /// Take a file of the same size and time of modification for unchanged, though any program may set that time
    #[arg(long, conflicts_with = "proof")]
    trust_mtime: bool,

    /// Bytes that are read in a second at most, such as 50M
    #[arg(long, value_name = "SIZE", value_parser = rate)]
    pub max_rate: Option<NonZeroU64>,

    /// Write how the run ended to this file, as JSON, for a monitoring system
    #[arg(long, value_name = "FILE")]
    pub summary_file: Option<PathBuf>,

    /// Do not exit with code 3 if something could not be examined
    #[arg(long, help_heading = "Verdict")]
    pub allow_incomplete: bool,

    /// This file instead of derbes.toml at the root of the repository
    #[arg(long, value_name = "FILE", help_heading = "Reading")]
    config: Option<PathBuf>,

    /// Judge findings by this policy: a built-in id or a policy file. May repeat
    #[arg(long = "policy", value_name = "ID|FILE", help_heading = "Verdict")]
    policies: Vec<String>,

    /// Count what a declared document only implies, such as the ИИН in an identity card, as undeclared
    #[arg(long, help_heading = "Verdict")]
    strict: bool,

    /// The country that what is audited lies in, such as KZ: policies may name those where data is kept
    #[arg(long, value_name = "CC", value_parser = country, help_heading = "Verdict")]
    country: Option<String>,

    /// Findings that make the exit code 1. Default: `any`, or `undeclared` with --policy
    #[arg(long, value_name = "WHAT", value_parser = one_of(FAIL_ON), hide_default_value = true, help_heading = "Verdict")]
    fail_on: Option<FailOn>,

    /// Leave out findings less sure than this. Default: medium
    #[arg(long, value_name = "LEVEL", value_parser = one_of(CONFIDENCE), hide_default_value = true, help_heading = "Verdict")]
    min_confidence: Option<Confidence>,

    /// The day that ages and retention are judged by. Default: today
    #[arg(long, value_name = "YYYY-MM-DD", help_heading = "Verdict")]
    today: Option<Date>,

    #[command(flatten)]
    pub reports: Reports,

    /// Places kept for each finding. Default: 10, of which the human report shows 3
    #[arg(long, value_name = "N", help_heading = "Report")]
    places: Option<u16>,

    /// Follow symbolic links
    #[arg(long, help_heading = "Reading")]
    follow: bool,

    /// Look also for documents, births, vehicles, network addresses, devices, accounts, places, cookies and passwords
    #[arg(long, help_heading = "Reading")]
    all_detectors: bool,

    /// Run also the detectors in this folder, or this detector file. May repeat
    #[arg(long = "detectors", value_name = "DIR|FILE", help_heading = "Reading")]
    own: Vec<PathBuf>,

    /// Switch a detector off. May repeat
    #[arg(long = "no-detector", value_name = "ID", help_heading = "Reading")]
    off: Vec<String>,

    /// Let no `derbes:allow` in a comment count
    #[arg(long, help_heading = "Reading")]
    no_inline: bool,

    /// Threads, at most 1024. Default: one for each core
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024), help_heading = "Reading")]
    threads: Option<u16>,

    #[command(flatten)]
    budgets: Budgets,
}

/// Which reports are written, and where.
#[derive(Clone, Debug, clap::Args)]
pub struct Reports {
    /// Format of the report. May repeat, each but one with its --output. Default: human
    #[arg(long = "format", value_name = "FORMAT", value_parser = one_of(FORMAT), help_heading = "Report")]
    pub(super) formats: Vec<Format>,

    /// Write the --format before it to this file. Default: standard output
    #[arg(long = "output", value_name = "FILE", help_heading = "Report")]
    pub(super) outputs: Vec<PathBuf>,

    /// Colours in the human report. `auto`: on a terminal, unless NO_COLOR is set
    #[arg(long, value_name = "WHEN", value_parser = one_of(COLOR), default_value = "auto", help_heading = "Report")]
    pub color: Color,

    /// The language that the page of `html` opens in
    #[arg(long, value_name = "LANG", value_parser = one_of(LANGUAGE), default_value = "ru", help_heading = "Report")]
    pub lang: Language,

    /// What to write and where; none is standard output.
    #[arg(skip)]
    pub list: Vec<(Format, Option<PathBuf>)>,
}

#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// List the runs of a store
    Runs {
        #[arg(long, value_name = "FILE")]
        store: PathBuf,
        /// How the list is written
        #[arg(long, value_name = "FORMAT", value_parser = one_of(SHAPE), default_value = "human")]
        format: Shape,
    },
    /// Show what changed from one run to another: new, gone, changed, newly undeclared, newly expired
    Diff {
        /// Two runs of the same paths. Default: the last two that ended
        #[arg(value_name = "RUN", num_args = 2)]
        runs: Vec<i64>,
        #[arg(long, value_name = "FILE")]
        store: PathBuf,
        /// How the changes are written
        #[arg(long, value_name = "FORMAT", value_parser = one_of(SHAPE), default_value = "human")]
        format: Shape,
    },
    /// Write the report of a run again
    Report {
        /// Default: the last one that ended
        #[arg(value_name = "RUN")]
        run: Option<i64>,
        #[arg(long, value_name = "FILE")]
        store: PathBuf,
        #[command(flatten)]
        reports: Reports,
        /// Places that the human report shows of a finding
        #[arg(long, value_name = "N", help_heading = "Report")]
        places: Option<u16>,
    },
    /// Show how many bytes were seen, examined and not examined, by folder and reason
    Coverage {
        /// Default: the last one that ended
        #[arg(value_name = "RUN")]
        run: Option<i64>,
        #[arg(long, value_name = "FILE")]
        store: PathBuf,
        /// Folders below one another that are told apart
        #[arg(long, value_name = "N", default_value_t = 2)]
        depth: usize,
        /// How the ledger is written
        #[arg(long, value_name = "FORMAT", value_parser = one_of(SHAPE), default_value = "human")]
        format: Shape,
    },
    /// Seal the store with a new key besides
    RotateKey {
        #[arg(long, value_name = "FILE")]
        store: PathBuf,
    },
}

/// Tell where a person's data lies in what was audited
#[derive(Debug, clap::Args)]
#[command(after_help = SUBJECT_EXAMPLES)]
pub struct Subject {
    /// An ИИН, a telephone number in any notation, an e-mail address or an IBAN; `-` is standard input
    #[arg(value_name = "VALUE", allow_hyphen_values = true)]
    pub value: String,

    #[arg(long, value_name = "FILE")]
    pub store: PathBuf,

    /// The day on which the request was received, for the deadlines that policies promise. Default: today
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub received: Option<Date>,

    /// Tell also of what was there in earlier runs only
    #[arg(long)]
    pub all_runs: bool,

    /// How the answer is written
    #[arg(long, value_name = "FORMAT", value_parser = one_of(SHAPE), default_value = "human")]
    pub format: Shape,
}

const PROOF: Values<Proof> = &[("content", Proof::Content), ("inode", Proof::Inode)];

fn rate(typed: &str) -> Result<NonZeroU64, String> {
    NonZeroU64::new(size(typed)?).ok_or_else(|| "write how many bytes, such as 50M".to_owned())
}

impl AuditRun {
    pub fn proof(&self) -> Proof {
        if self.trust_mtime { Proof::Modified } else { self.proof }
    }

    /// The scan that it is: all files under the paths, ignored or not, and no baseline.
    pub fn scan(self) -> Scan {
        Scan {
            paths: self.paths,
            staged: false,
            range: None,
            history: false,
            since: None,
            whole_files: false,
            baseline: None,
            write_baseline: None,
            prune_baseline: false,
            no_inline: self.no_inline,
            config: self.config,
            policies: self.policies,
            strict: self.strict,
            country: self.country,
            fail_on: self.fail_on,
            fail_on_incomplete: !self.allow_incomplete,
            min_confidence: self.min_confidence,
            today: self.today,
            formats: Vec::new(),
            outputs: Vec::new(),
            matrix: false,
            places: self.places.map(|places| Places::First(places.into())),
            color: self.reports.color,
            lang: self.reports.lang,
            no_ignore: true,
            follow: self.follow,
            skip_binary: false,
            all_detectors: self.all_detectors,
            own: self.own,
            off: self.off,
            threads: self.threads,
            budgets: self.budgets,
            reports: self.reports.list,
        }
    }
}
