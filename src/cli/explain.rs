//! `derbes explain`: takes a place, prints what a scan makes of it.

use std::path::{Path, PathBuf};

use derbes::error::{Error, Result};
use derbes::input::{Origin, Target};
use derbes::pipeline::{self, Spot};
use derbes::report;

use super::args::{Explain, Shape};
use super::{plan, print};

pub fn run(typed: &Explain) -> Result<u8> {
    let spot = spot(&typed.place)?;
    let plan = plan::of_explanation(typed)?;
    let explanation = pipeline::explain(&plan, &spot)?;
    match typed.format {
        Shape::Human => print(&report::explain(&explanation, &plan.categories)),
        Shape::Json => print(&report::explain_json(&explanation).map_err(|e| Error::new(e.to_string()))?),
    }
}

/// Reads `PATH:LINE[:COLUMN]`; a path may have colons itself.
fn spot(typed: &str) -> Result<Spot> {
    let number = |text: &str| text.parse::<u64>().ok().filter(|n| *n > 0);
    let last = |text: &'_ str| text.rsplit_once(':').and_then(|(rest, n)| Some((rest.to_owned(), number(n)?)));
    let Some((path, line)) = last(typed) else {
        let help = "write PATH:LINE or PATH:LINE:COLUMN, as reports do: app.log:22:67";
        return Err(Error::new("this names no line").at(typed).help(help));
    };
    let (path, line, column) = match last(&path) {
        Some((shorter, earlier)) if !Path::new(&path).exists() => (shorter, earlier, Some(line)),
        _ => (path, line, None),
    };
    let (path, member) = within(&path);
    let target = match path {
        "-" => Target::stdin(),
        _ => Target { origin: Origin::file(&below(path)), ..Target::file(PathBuf::from(path)) },
    };
    Ok(Spot { target, member: member.map(str::to_owned), line, column })
}

/// The file of a path, and the member in it: a file may have `!` in its name itself.
fn within(path: &str) -> (&str, Option<&str>) {
    let is_there = |file: &str| file == "-" || Path::new(file).is_file();
    let mut cuts = path.match_indices('!').map(|(at, _)| (&path[..at], Some(&path[at + 1..])));
    if Path::new(path).exists() { (path, None) } else { cuts.find(|(file, _)| is_there(file)).unwrap_or((path, None)) }
}

/// The path as reports name it: relative where it lies under the current folder.
fn below(path: &str) -> PathBuf {
    let path = Path::new(path);
    let current = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(&current).unwrap_or(path).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_from_its_end() {
        for (typed, path, line, column) in [
            ("a.log:5", "a.log", 5, None),
            ("./a.log:5:7", "a.log", 5, Some(7)),
            ("C:/x/a:b.log:5:7", "C:/x/a:b.log", 5, Some(7)),
            ("-:3", "-", 3, None),
        ] {
            let spot = spot(typed).unwrap();
            assert_eq!((spot.target.origin.as_str(), spot.line, spot.column), (path, line, column), "{typed}");
        }
        for typed in ["a.log", "a.log:", "a.log:x", "a.log:0", ""] {
            assert!(spot(typed).is_err(), "{typed}");
        }
        for (typed, path, member) in [
            ("Cargo.toml!a.tar!b.sql:5:7", "Cargo.toml", Some("a.tar!b.sql")),
            ("-!b.sql:5:7", "-", Some("b.sql")),
            ("nowhere.zip!b.sql:5:7", "nowhere.zip!b.sql", None),
        ] {
            let spot = spot(typed).unwrap();
            assert_eq!((spot.target.origin.as_str(), spot.member.as_deref()), (path, member), "{typed}");
            assert_eq!((spot.line, spot.column), (5, Some(7)));
        }
    }
}
