//! What can be typed after `derbes explain` and `derbes detectors`.

use std::path::PathBuf;

use clap::Subcommand;
use derbes::finding::Confidence;
use jiff::civil::Date;

use super::{CONFIDENCE, Values, country, one_of};

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  derbes explain logs/app.log.gz:22
  derbes explain src/users.rs:14:9 --policy anysoft
  pg_dump shop | derbes explain -:1200
  derbes explain 'backup.zip!dumps.tar.gz!users.sql:1200'";

const TEST_EXAMPLES: &str = "\
Examples:
  derbes detectors test
  derbes detectors test ./detectors/contract.toml";

/// Tell what a scan makes of one place, and why
#[derive(Debug, clap::Args)]
#[command(after_help = EXPLAIN_EXAMPLES)]
pub struct Explain {
    /// A place as reports name it, both numbers from 1, the column in bytes; `-` is standard input
    #[arg(value_name = "PATH:LINE[:COLUMN]", allow_hyphen_values = true)]
    pub place: String,

    /// Judge by this policy: a built-in id or a policy file. May repeat
    #[arg(long = "policy", value_name = "ID|FILE")]
    pub policies: Vec<String>,

    /// Count what a declared document only implies, such as the ИИН in an identity card, as undeclared
    #[arg(long)]
    pub strict: bool,

    /// The country that the place lies in, such as KZ: policies may name those where data is kept
    #[arg(long, value_name = "CC", value_parser = country)]
    pub country: Option<String>,

    /// This file instead of derbes.toml at the root of the repository
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Take for granted that all detectors run
    #[arg(long)]
    pub all_detectors: bool,

    /// Run also the detectors in this folder, or this detector file. May repeat
    #[arg(long = "detectors", value_name = "DIR|FILE")]
    pub own: Vec<PathBuf>,

    /// Switch a detector off. May repeat
    #[arg(long = "no-detector", value_name = "ID")]
    pub off: Vec<String>,

    /// The least confidence that a report is asked for. Default: that of derbes.toml, or medium
    #[arg(long, value_name = "LEVEL", value_parser = one_of(CONFIDENCE))]
    pub min_confidence: Option<Confidence>,

    /// The day that ages and retention are judged by. Default: today
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub today: Option<Date>,

    /// How the explanation is written
    #[arg(long, value_name = "FORMAT", value_parser = one_of(SHAPE), default_value = "human")]
    pub format: Shape,
}

#[derive(Debug, Subcommand)]
pub enum DetectorsCommand {
    /// List all detectors
    List {
        /// How the list is written
        #[arg(long, value_name = "FORMAT", value_parser = one_of(SHAPE), default_value = "human")]
        format: Shape,
        /// List also the detectors in this folder, or this detector file. May repeat
        #[arg(long = "detectors", value_name = "DIR|FILE")]
        own: Vec<PathBuf>,
    },
    /// Show one detector whole
    Show {
        /// Id of a detector
        #[arg(value_name = "ID")]
        id: String,
        /// Know also the detectors in this folder, or this detector file. May repeat
        #[arg(long = "detectors", value_name = "DIR|FILE")]
        own: Vec<PathBuf>,
    },
    /// Run the examples and counterexamples of detectors; exit with code 1 if one fails
    #[command(after_help = TEST_EXAMPLES)]
    Test {
        /// A detector file, or a folder of them. Default: the built-in detectors, and those that derbes.toml names
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
}

/// For whom something is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Human,
    Json,
}

pub const SHAPE: Values<Shape> = &[("human", Shape::Human), ("json", Shape::Json)];
