//! The order of the stages: a stage knows the vocabulary and the stages before it, never a later one, and only the
//! pipeline knows them all.

use std::path::{Path, PathBuf};

const STAGES: [&str; 9] =
    ["source", "decode", "layout", "detect", "classify", "policy", "suppress", "subject", "report"];

/// What no stage may be known to.
const VOCABULARY: [&str; 7] = ["category", "data", "error", "finding", "input", "lexicon", "limits"];

fn files(folder: &Path) -> Vec<PathBuf> {
    ignore::Walk::new(folder)
        .flatten()
        .map(|e| e.into_path())
        .filter(|p| p.extension().is_some_and(|e| e == "rs"))
        .collect()
}

/// The modules of this crate that a file imports or names by their path.
fn imports(file: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap();
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code: String = code.flat_map(|line| [line, "\n"]).collect();
    let name = |rest: &str| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let single = code.split("crate::").skip(1).map(name);
    let nested = code.split("use crate::{").skip(1).flat_map(|list| {
        let list = list.split("};").next().unwrap_or_default();
        list.split(',').map(|item| name(item.trim())).collect::<Vec<_>>()
    });
    single.chain(nested).filter(|name| !name.is_empty()).collect()
}

fn files_of(module: &str) -> Vec<PathBuf> {
    let single = PathBuf::from(format!("src/{module}.rs"));
    if single.exists() { vec![single] } else { files(Path::new("src").join(module).as_path()) }
}

#[test]
fn no_stage_imports_a_later_one() {
    let mut seen = 0;
    for (i, stage) in STAGES.iter().enumerate() {
        for file in files_of(stage) {
            seen += 1;
            for import in imports(&file) {
                let later = STAGES[i + 1..].contains(&&*import) || matches!(&*import, "pipeline" | "cli" | "audit");
                assert!(!later, "{} imports {import}, a later stage", file.display());
            }
        }
    }
    assert!(seen > 20, "the stages were not found");
}

#[test]
fn the_vocabulary_knows_no_stage() {
    for module in VOCABULARY {
        let files = files_of(module);
        assert!(!files.is_empty(), "{module}");
        for file in files {
            for import in imports(&file) {
                assert!(!STAGES.contains(&&*import) && import != "pipeline", "{} imports {import}", file.display());
            }
        }
    }
}
