//! Writes texts to measure with. Needs no crate, so that `rustc -O` alone builds it.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

#[path = "mod.rs"]
mod corpus;

use corpus::{TEXTS, Text};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, kib, names @ ..] = &arguments[..] else { return usage() };
    let Ok(kib) = kib.parse::<u64>() else { return usage() };
    for name in names {
        let Some(text) = Text::named(name) else { return usage() };
        if let Err(error) = write(text, kib << 10, &Path::new(folder).join(name)) {
            eprintln!("corpus: {folder}/{name}: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn write(text: &Text, bytes: u64, path: &Path) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    text.write(bytes, &mut out)?;
    out.flush()
}

fn usage() -> ExitCode {
    let names: Vec<_> = TEXTS.iter().map(|text| text.name).collect();
    eprintln!("usage: corpus FOLDER KIB NAME...\nnames: {}", names.join(" "));
    ExitCode::from(2)
}
