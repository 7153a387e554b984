//! The command `derbes`: turns the outcome into an exit code, nothing else.

use std::process::ExitCode;

mod cli;

fn main() -> ExitCode {
    cli::run(std::env::args_os()).into()
}
