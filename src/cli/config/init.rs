//! `derbes init`: takes what stands at the root of the repository, gives a commented `derbes.toml` that fits it.

use std::path::Path;

use derbes::error::{Error, Result};

use super::{NAME, Root};

/// Folders that are tests by their name.
const TESTS: [&str; 5] = ["tests", "test", "spec", "fixtures", "testdata"];

/// Folders that hold data by their name.
const DATA: [&str; 7] = ["dumps", "dump", "backups", "backup", "data", "exports", "sql"];

/// Writes the file.
///
/// # Errors
/// There is one already; no repository; it cannot be written.
pub fn init() -> Result<String> {
    let root = Root::find();
    if !root.is_repository {
        let help = "run `derbes init` inside the repository that it is for";
        return Err(Error::new("this is not a git repository").help(help));
    }
    let file = root.file(Path::new(NAME));
    let place = file.display().to_string();
    let text = fitting(&root.folder);
    let written = std::fs::OpenOptions::new().write(true).create_new(true).open(&file);
    let written = written.and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()));
    written.map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            Error::new("exists already").at(&place).help("`derbes config show` shows it")
        }
        _ => Error::new(format!("cannot be written: {error}")).at(&place),
    })?;
    Ok(format!("{place} is written. Next: `derbes scan`, then `derbes hook install`\n"))
}

/// The text of a configuration for what is in a folder.
fn fitting(root: &Path) -> String {
    let present = |names: &[&str]| {
        let patterns = names.iter().filter(|name| root.join(name).is_dir()).map(|name| format!("\"/{name}/\""));
        patterns.collect::<Vec<_>>().join(", ")
    };
    let mut text = HEAD.to_owned();
    match &*present(&DATA) {
        "" => text += &commented(&paths("\"/dumps/\"")),
        data => text += &paths(data),
    }
    text += ALLOW;
    match &*present(&TESTS) {
        "" => text += &commented(&allow("\"/tests/\"")),
        tests => text += &commented(&allow(tests)),
    }
    text
}

const HEAD: &str = "\
# How derbes scans this repository. `derbes config show` prints what holds and where it comes from.

[scan]
# Findings less sure than this are left out: low, medium, high.
min-confidence = \"medium\"
# What fails: any, undeclared, forbidden, never. By default any finding, and where a policy is bound, what it does not
# cover.
# fail-on = \"any\"
# Whether marks in comments count, which allow a value where it stands.
inline = true
# A baseline named .derbes-baseline at the root counts without being named.
# baseline = \".derbes-baseline\"

[detectors]
# Whether the detectors run too that are off by default, as with --all-detectors.
all = false
# Detectors whose hits do not count, such as \"email\".
off = []
# Folders of your own detectors, such as \"detectors\".
folders = []

# Which policies hold where, what may stand there, and in which country it lies. Paths are patterns as in .gitignore.
# Postures: `code`, nothing personal, declared or not; `test-data`, values that are made up; `logs`, what systems record
# by themselves; `data`, what is declared. Where policies are bound and no posture is, the name of a path tells.
";

const ALLOW: &str = "
# What may stand, by path, category or value, each with a reason and, at best, an end.
";

fn paths(patterns: &str) -> String {
    format!(
        "[[paths]]\npaths = [{patterns}]\n# policies = [\"anysoft\", \"privacy.toml\"]\nposture = \"data\"\n# country = \"KZ\"\n"
    )
}

fn allow(patterns: &str) -> String {
    format!(
        "[[allow]]\npaths = [{patterns}]\ncategories = [\"iin\"]\nvalue = '9005\\d{{8}}'\n\
         reason = \"made-up persons\"\nuntil = 2027-12-31\n"
    )
}

fn commented(text: &str) -> String {
    text.lines().map(|line| format!("# {}\n", line.strip_prefix("# ").unwrap_or(line))).collect()
}
