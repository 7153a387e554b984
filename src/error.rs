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

    /// An error of a TOML file, with the line it is on, quoted: not what may be somebody's data, named by mistake.
    pub fn toml(file: &str, text: &str, error: &toml::de::Error) -> Self {
        let Some(span) = error.span() else { return Self::new(error.message()).at(file) };
        let line = text[..span.start.min(text.len())].matches('\n').count();
        let quoted = text.lines().nth(line).unwrap_or_default().trim();
        let quoted = name::shown(quoted).filter(|quoted| !quoted.is_empty());
        let quoted = quoted.map(|quoted| format!("\n  {quoted}")).unwrap_or_default();
        Self::new(format!("{}{quoted}", error.message())).at(format!("{file}:{}", line + 1))
    }

    /// An error about the value of a top-level key of a TOML file, with the line it is on, quoted.
    pub fn key(file: &str, text: &str, key: &str, message: impl Into<String>) -> Self {
        let parsed = toml::de::DeTable::parse(text).ok();
        let at = parsed.and_then(|table| table.get_ref().get(key).map(|value| value.span().start));
        let Some(at) = at else { return Self::new(message).at(file) };
        let line = text[..at.min(text.len())].matches('\n').count();
        let quoted = text.lines().nth(line).unwrap_or_default().trim();
        Self::new(format!("{}\n  {quoted}", message.into())).at(format!("{file}:{}", line + 1))
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
}
