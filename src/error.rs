//! Vocabulary of what stops a run before it starts: a wrong command line, config, policy or detector file. What fails
//! during a run is an [`Event`](crate::finding::Event), not an error.

use std::fmt;

use crate::finding::name;

/// A message with the place it is about and the remedy, each where known. It ends a run with exit code 2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// `FILE`, or `FILE:LINE`.
    pub place: Option<String>,
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub fn new(message: impl Into<String>) -> Self {
        Self { place: None, message: message.into(), help: None }
    }

    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.place = Some(place.into());
        self
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// An error of a TOML file, with the line it is on.
    pub fn toml(file: &str, text: &str, error: &toml::de::Error) -> Self {
        match error.span() {
            Some(span) => Self::quoting(file, text, span.start, error.message()),
            None => Self::new(name::told(error.message())).at(file),
        }
    }

    /// An error about the value of a top-level key of a TOML file, with the line it is on.
    pub fn key(file: &str, text: &str, key: &str, message: impl AsRef<str>) -> Self {
        let parsed = toml::de::DeTable::parse(text).ok();
        match parsed.and_then(|table| table.get_ref().get(key).map(|value| value.span().start)) {
            Some(at) => Self::quoting(file, text, at, message.as_ref()),
            None => Self::new(name::told(message.as_ref())).at(file),
        }
    }

    /// An error about what stands at an offset in the text of a file, whose line is quoted. Neither the line nor the message
    /// shows what may be somebody's data, written there by mistake.
    pub fn quoting(file: &str, text: &str, at: usize, message: &str) -> Self {
        let line = text[..at.min(text.len())].matches('\n').count();
        let quoted = text.lines().nth(line).unwrap_or_default().trim();
        let quoted = name::shown(quoted).filter(|quoted| !quoted.is_empty());
        let quoted = quoted.map(|quoted| format!("\n  {quoted}")).unwrap_or_default();
        Self::new(format!("{}{quoted}", name::told(message))).at(format!("{file}:{}", line + 1))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.message)?;
        match &self.help {
            Some(help) => write!(f, "\nhelp: {help}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_toml_error_quotes_its_line() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Empty {}
        let text = "\ncolour = 1\n";
        let error = Error::toml("a.toml", text, &toml::from_str::<Empty>(text).unwrap_err());
        assert!(error.to_string().starts_with("a.toml:2: unknown field `colour`"), "{error}");
        assert!(error.to_string().ends_with("\n  colour = 1"), "{error}");
        let error = Error::key("a.toml", text, "colour", "no colour");
        assert_eq!(error.to_string(), "a.toml:2: no colour\n  colour = 1");
        assert_eq!(Error::key("a.toml", text, "size", "no size").to_string(), "a.toml: no size");
    }
    #[test]
    fn an_error_repeats_nobodys_data() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(rename_all = "kebab-case")]
        enum Kind {
            Small,
        }
        #[derive(Debug, serde::Deserialize)]
        struct Table {
            #[allow(dead_code)]
            kind: Kind,
        }
        for (value, message) in [
            ("\"big\"", "unknown variant `big`, expected `small`\n  kind = \"big\""),
            ("\"900517132728\"", "unknown variant `************`, expected `small`\n  kind = \"************\""),
            ("\"a@romashka-demo.kz\"", "a wrong value, expected `small`"),
        ] {
            let text = format!("kind = {value}\n");
            let error = Error::toml("a.toml", &text, &toml::from_str::<Table>(&text).unwrap_err());
            assert_eq!(error.to_string(), format!("a.toml:1: {message}"));
        }
        let error = Error::key("a.toml", "id = \"tel-7010000019\"\n", "id", "`tel-7010000019` is no id");
        assert_eq!(error.to_string(), "a.toml:1: `tel-**********` is no id\n  id = \"tel-**********\"");
        let error = Error::key("a.toml", "", "id", "unknown category `a@romashka-demo.kz`");
        assert_eq!(error.to_string(), "a.toml: a wrong value");
    }
}
