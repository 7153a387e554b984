//! Translates the data files of `patterns/` to JSON, which a run reads many times faster than TOML. What is not valid TOML
//! stays without a translation: the run that reads it names the line. Gives a digest of what decides about findings, by
//! which an audit knows what to scan again.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=patterns");
    let out = env::var_os("OUT_DIR").expect("cargo tells where to build");
    let mut digest = DefaultHasher::new();
    translate(Path::new("patterns"), &Path::new(&out).join("patterns"), &mut digest)?;
    println!("cargo::rustc-env=PATTERNS={:016x}", digest.finish());
    Ok(())
}

fn translate(from: &Path, to: &Path, digest: &mut DefaultHasher) -> io::Result<()> {
    fs::create_dir_all(to)?;
    let mut entries: Vec<_> = fs::read_dir(from)?.collect::<io::Result<_>>()?;
    entries.sort_by_key(fs::DirEntry::path);
    for from in entries.iter().map(fs::DirEntry::path) {
        let to = to.join(from.file_name().unwrap_or_default());
        if from.is_dir() {
            translate(&from, &to, digest)?;
        } else if from.extension().is_some_and(|extension| extension == "toml") {
            let text = fs::read_to_string(&from)?;
            // Policies judge what is found, and words tell of it: neither changes anything of it.
            if !from.starts_with("patterns/policies") && from != Path::new("patterns/report.toml") {
                (&from, &text).hash(digest);
            }
            let read = toml::from_str::<serde_json::Value>(&text);
            fs::write(to.with_extension("json"), read.map(|value| value.to_string()).unwrap_or_default())?;
        }
    }
    Ok(())
}
