//! What can be typed after `derbes policy`.

use std::path::PathBuf;

use clap::Subcommand;

const DRAFT_EXAMPLES: &str = "\
Every entry names the place it comes from; what is unsure stands commented out. Review the draft, then check it:
  derbes policy draft privacy.docx --output privacy.toml
  derbes policy check privacy.toml";

#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// List the built-in policies
    List,
    /// Show one policy: what it declares and forbids, clause by clause
    Show {
        /// Id of a built-in policy, or a policy file
        #[arg(value_name = "ID|FILE")]
        policy: String,
    },
    /// Check policy files: what is wrong with them, by line
    Check {
        /// Policy files
        #[arg(value_name = "FILE", required = true)]
        files: Vec<String>,
    },
    /// Draft a policy file from a privacy policy: text, Markdown, HTML, Word or PDF
    #[command(after_help = DRAFT_EXAMPLES)]
    Draft {
        /// The privacy policy, in Russian, Kazakh or English
        #[arg(value_name = "DOCUMENT")]
        document: PathBuf,
        /// Write the draft to this file, which must not exist. Default: standard output
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Show what a new edition of a policy adds, drops, shortens and forbids
    Diff {
        /// The old edition
        #[arg(value_name = "OLD")]
        old: String,
        /// The new edition
        #[arg(value_name = "NEW")]
        new: String,
        /// A report of `derbes scan --format jsonl`: tell which data found the new edition no longer covers, and exit
        /// with code 1 if there is any
        #[arg(long, value_name = "REPORT")]
        against: Option<PathBuf>,
    },
    /// Print policies side by side, as Markdown
    Table {
        /// Ids of built-in policies, or policy files. Default: all built-in policies
        #[arg(value_name = "ID|FILE")]
        policies: Vec<String>,
    },
    /// Print the JSON Schema of policy files, for editors
    Schema,
}
