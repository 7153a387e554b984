//! Translates the data files of `patterns/` to JSON, which a run reads many times faster than TOML. What is not valid TOML
//! stays without a translation: the run that reads it names the line.

use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=patterns");
    let out = env::var_os("OUT_DIR").expect("cargo tells where to build");
    translate(Path::new("patterns"), &Path::new(&out).join("patterns"))
}

fn translate(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let from = entry?.path();
        let to = to.join(from.file_name().unwrap_or_default());
        if from.is_dir() {
            translate(&from, &to)?;
        } else if from.extension().is_some_and(|extension| extension == "toml") {
            let read = toml::from_str::<serde_json::Value>(&fs::read_to_string(&from)?);
            fs::write(to.with_extension("json"), read.map(|value| value.to_string()).unwrap_or_default())?;
        }
    }
    Ok(())
}
