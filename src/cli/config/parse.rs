//! Reads `derbes.toml`: its text into an unvalidated table of the same shape, with spans, and that into a [`Config`].

use std::path::PathBuf;
use std::sync::Arc;

use derbes::category::Categories;
use derbes::classify::column_ids;
use derbes::detect::{Detectors, Own};
use derbes::error::{Error, Result};
use derbes::finding::Posture;
use derbes::limits::Places;
use derbes::suppress::{Paths, Rule};
use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

use super::super::args::{CONFIDENCE, FAIL_ON};
use super::{Bound, Config, Root, Set};

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct Unvalidated {
    scan: Scan,
    paths: Vec<Spanned<UnvalidatedPaths>>,
    detectors: UnvalidatedDetectors,
    allow: Vec<Spanned<Allow>>,
    limits: UnvalidatedLimits,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct Scan {
    min_confidence: Option<Spanned<String>>,
    fail_on: Option<Spanned<String>>,
    baseline: Option<Spanned<PathBuf>>,
    inline: Option<Spanned<bool>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct UnvalidatedPaths {
    paths: Vec<String>,
    #[serde(default)]
    policies: Vec<String>,
    posture: Option<Spanned<String>>,
    country: Option<Spanned<String>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct UnvalidatedDetectors {
    all: Option<Spanned<bool>>,
    off: Vec<Spanned<String>>,
    folders: Vec<Spanned<PathBuf>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Allow {
    paths: Option<Vec<String>>,
    #[serde(default)]
    categories: Vec<Spanned<String>>,
    value: Option<Spanned<String>>,
    reason: Spanned<String>,
    until: Option<Spanned<toml::value::Datetime>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct UnvalidatedLimits {
    places: Option<Spanned<Count>>,
    fields: Option<Spanned<usize>>,
    layers: Option<Spanned<usize>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Count {
    Number(usize),
    Word(String),
}

/// The file that is read, to name its lines.
struct File<'a> {
    name: &'a Arc<str>,
    text: &'a str,
}

pub fn parse(name: &Arc<str>, text: &str, root: Root, typed: &[PathBuf], mut categories: Categories) -> Result<Config> {
    let file = File { name, text };
    let table: Unvalidated = toml::from_str(text).map_err(|e| Error::toml(name, text, &e))?;
    let Unvalidated { scan, paths, detectors, allow, limits } = table;
    let folders: Vec<_> = detectors.folders.into_iter().map(|folder| (folder.span(), file.set(folder))).collect();
    for (span, folder) in &folders {
        if !root.file(&folder.value).is_dir() {
            let message = format!("there is no folder `{}`", folder.value.display());
            return Err(file.wrong(&Spanned::new(span.clone(), ()), message));
        }
    }
    let folders: Vec<_> = folders.into_iter().map(|(_, folder)| folder).collect();
    let paths_of_own: Vec<_> =
        folders.iter().map(|folder| root.file(&folder.value)).chain(typed.iter().cloned()).collect();
    let own = Own::read(&paths_of_own, &mut categories)?;
    let categories = Arc::new(categories);
    Ok(Config {
        file: Some(name.clone()),
        root,
        min_confidence: scan.min_confidence.map(|typed| file.one_of(&typed, CONFIDENCE)).transpose()?,
        fail_on: scan.fail_on.map(|typed| file.one_of(&typed, FAIL_ON)).transpose()?,
        baseline: scan.baseline.map(|typed| file.set(typed)),
        inline: scan.inline.map(|typed| file.set(typed)),
        places: limits.places.map(|typed| file.places(typed)).transpose()?,
        fields: limits.fields.map(|typed| file.set(typed)),
        layers: limits.layers.map(|typed| file.set(typed)),
        detectors_all: detectors.all.map(|typed| file.set(typed)),
        detectors_off: file.detectors(detectors.off, &own, &categories)?,
        bound: paths.into_iter().map(|paths| file.bound(paths)).collect::<Result<_>>()?,
        rules: allow.into_iter().map(|allow| file.rule(allow, &categories)).collect::<Result<_>>()?,
        folders,
        own: Arc::new(own),
        categories,
    })
}

impl File<'_> {
    fn line(&self, at: usize) -> u64 {
        self.text[..at.min(self.text.len())].matches('\n').count() as u64 + 1
    }

    fn set<T>(&self, spanned: Spanned<T>) -> Set<T> {
        let line = self.line(spanned.span().start);
        Set { value: spanned.into_inner(), line }
    }

    /// An error with its line, quoted.
    fn wrong<T>(&self, at: &Spanned<T>, message: impl AsRef<str>) -> Error {
        Error::quoting(self.name, self.text, at.span().start, message.as_ref())
    }

    fn one_of<T: Copy>(&self, typed: &Spanned<String>, values: &[(&str, T)]) -> Result<Set<T>> {
        let found = values.iter().find(|(name, _)| *name == typed.as_ref());
        let (_, value) = found.ok_or_else(|| {
            let names: Vec<_> = values.iter().map(|(name, _)| *name).collect();
            self.wrong(typed, format!("`{}` is none of {}", typed.as_ref().escape_debug(), names.join(", ")))
        })?;
        Ok(Set { value: *value, line: self.line(typed.span().start) })
    }

    fn places(&self, typed: Spanned<Count>) -> Result<Set<Places>> {
        let places = match typed.as_ref() {
            Count::Number(number) => Places::First(*number),
            Count::Word(word) if word == "all" => Places::All,
            Count::Word(_) => return Err(self.wrong(&typed, "write a number, or \"all\"")),
        };
        Ok(Set { value: places, line: self.line(typed.span().start) })
    }

    fn detectors(&self, off: Vec<Spanned<String>>, own: &Own, categories: &Categories) -> Result<Vec<Set<Arc<str>>>> {
        if off.is_empty() {
            return Ok(Vec::new());
        }
        let detectors = Detectors::with(own, categories, true)?;
        let columns = column_ids()?;
        let id = |typed: Spanned<String>| {
            if detectors.find(typed.as_ref()).is_none() && !columns.contains(typed.as_ref()) {
                let known: Vec<_> = detectors.iter().map(|d| &*d.definition.id).collect();
                let error = self.wrong(&typed, format!("there is no detector `{}`", typed.as_ref().escape_debug()));
                return Err(error.help(format!("known detectors: {}", known.join(", "))));
            }
            let Set { value, line } = self.set(typed);
            Ok(Set { value: value.into(), line })
        };
        off.into_iter().map(id).collect()
    }

    fn bound(&self, typed: Spanned<UnvalidatedPaths>) -> Result<Set<Bound>> {
        let paths = self.paths(&typed, typed.as_ref().paths.clone())?;
        let UnvalidatedPaths { policies, posture, country, .. } = typed.as_ref();
        if policies.is_empty() && posture.is_none() && country.is_none() {
            return Err(self.wrong(&typed, "these paths have neither policies nor a posture nor a country"));
        }
        let postures = Posture::ALL.map(|posture| (posture.name(), posture));
        let posture = posture.as_ref().map(|posture| self.one_of(posture, &postures)).transpose()?;
        let is_code = |code: &str| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
        if let Some(wrong) = country.as_ref().filter(|country| !is_code(country.as_ref())) {
            return Err(self.wrong(wrong, "a country is a two-letter code in capitals, such as KZ"));
        }
        let Set { value, line } = self.set(typed);
        let country = value.country.map(|country| country.into_inner().into());
        let bound = Bound { paths, policies: value.policies, posture: posture.map(|set| set.value), country };
        Ok(Set { value: bound, line })
    }

    fn paths<T>(&self, at: &Spanned<T>, patterns: Vec<String>) -> Result<Paths> {
        if patterns.is_empty() {
            return Err(self.wrong(at, "`paths` is empty"));
        }
        Paths::new(patterns).map_err(|error| self.wrong(at, error.message))
    }

    fn rule(&self, typed: Spanned<Allow>, categories: &Categories) -> Result<Rule> {
        let allow = typed.as_ref();
        if let Some(unknown) = allow.categories.iter().find(|category| categories.get(category.as_ref()).is_none()) {
            return Err(self.wrong(unknown, format!("there is no category `{}`", unknown.as_ref().escape_debug())));
        }
        if !allow.reason.as_ref().chars().any(char::is_alphanumeric) {
            return Err(self.wrong(&allow.reason, "an allow rule needs a reason"));
        }
        if allow.paths.is_none() && allow.categories.is_empty() && allow.value.is_none() {
            let message = "this rule would allow everything: name paths, categories or a value";
            return Err(self.wrong(&typed, message));
        }
        let paths = match &allow.paths {
            Some(patterns) => self.paths(&typed, patterns.clone())?,
            None => Paths::new(vec!["*".to_owned()])?,
        };
        let value = allow.value.as_ref().map(|value| {
            regex::bytes::Regex::new(&format!("^(?:{})$", value.as_ref())).map_err(|error| {
                let cause = error.to_string();
                self.wrong(value, format!("no regular expression: {}", cause.lines().last().unwrap_or_default()))
            })
        });
        let until = allow.until.as_ref().map(|until| {
            until.as_ref().to_string().parse::<Date>().map_err(|_| self.wrong(until, "write a day, as 2027-01-01"))
        });
        let (value, until) = (value.transpose()?, until.transpose()?);
        let line = self.line(typed.span().start);
        let allow = typed.into_inner();
        Ok(Rule {
            paths,
            categories: allow.categories.into_iter().map(|category| category.into_inner().into()).collect(),
            value,
            reason: allow.reason.into_inner(),
            until,
            place: (self.name.clone(), line),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Config> {
        parse(&"derbes.toml".into(), text, Root::default(), &[], Categories::builtin().unwrap())
    }

    #[test]
    fn every_key_is_read_with_its_line() {
        let text = "\
[scan]
min-confidence = \"high\"
fail-on = \"forbidden\"
baseline = \"known\"
inline = false
[limits]
places = \"all\"
fields = 5
layers = 2
[detectors]
all = true
off = [\"email\"]
[[paths]]
paths = [\"dumps/\"]
policies = [\"anysoft\"]
posture = \"data\"
[[allow]]
categories = [\"iin\"]
value = '9005\\d{8}'
reason = \"made up\"
until = 2027-01-01
";
        let config = parsed(text).unwrap();
        assert_eq!(config.min_confidence.unwrap().line, 2);
        assert_eq!(config.places.unwrap().value, Places::All);
        assert!(config.detectors_all.unwrap().value);
        assert_eq!(&*config.detectors_off[0].value, "email");
        assert_eq!(config.bound[0].value.policies, ["anysoft"]);
        assert_eq!(config.rules[0].until, Some(jiff::civil::date(2027, 1, 1)));
        assert_eq!(config.rules[0].place.1, 17);
        assert!(config.rules[0].paths.contain("any/file"));
    }

    #[test]
    fn own_detectors_are_read_and_may_be_switched_off() {
        let config = parsed("[detectors]\nfolders = [\"fixtures/detectors\"]\noff = [\"contract\"]\n").unwrap();
        assert_eq!(config.own.detectors.len(), 3);
        assert!(config.categories.get("contract").is_some());
        assert_eq!((&*config.detectors_off[0].value, config.folders[0].line), ("contract", 2));
        let config = parsed("[detectors]\noff = [\"name-column\"]\n").unwrap();
        assert_eq!(&*config.detectors_off[0].value, "name-column");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line_quoted() {
        for (text, place, message) in [
            ("[detectors]\nfolders = [\"nowhere\"]", 2, "there is no folder `nowhere`"),
            ("[scan]\ncolour = 1", 2, "unknown field `colour`"),
            ("[scna]", 1, "unknown field `scna`"),
            (
                "[scan]\nmin-confidence = \"sure\"",
                2,
                "`sure` is none of low, medium, high\n  min-confidence = \"sure\"",
            ),
            ("[detectors]\noff = [\"x\"]", 2, "there is no detector `x`\n  off = [\"x\"]"),
            ("[[allow]]\npaths = [\"a\"]", 1, "missing field `reason`"),
            ("[[allow]]\npaths = [\"a\"]\nreason = \" \"", 3, "an allow rule needs a reason"),
            ("[[allow]]\nreason = \"r\"", 1, "this rule would allow everything"),
            ("[[allow]]\nreason = \"r\"\ncategories = [\"x\"]", 3, "there is no category `x`"),
            ("[[allow]]\nreason = \"r\"\nvalue = '('", 3, "no regular expression"),
            ("[[allow]]\nreason = \"r\"\nvalue = 'a'\nuntil = 10:00:00", 4, "write a day"),
            ("[[paths]]\npaths = [\"a\"]", 1, "these paths have neither"),
            ("[[paths]]\npaths = []\nposture = \"code\"", 1, "`paths` is empty"),
            ("[[paths]]\npaths = [\"a\"]\nposture = \"x\"", 3, "`x` is none of code, test-data, logs, data"),
            ("[[paths]]\npaths = [\"a\"]\ncountry = \"kz\"", 3, "a country is a two-letter code"),
            ("[limits]\nplaces = \"few\"", 2, "write a number"),
        ] {
            let error = parsed(text).unwrap_err();
            assert_eq!(error.place, Some(format!("derbes.toml:{place}")), "{error}");
            assert!(error.message.starts_with(message), "{error}");
        }
    }
}
