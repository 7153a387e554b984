//! JSON Lines and JSON: takes events, gives one object for each. Keys and their order are a public contract.

use std::io::{self, BufWriter, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use super::{Report, text};
use crate::finding::Event;

/// Bytes of a value that are written together.
const PARTS: usize = 4 << 10;

/// One object a line.
pub(super) struct Jsonl<W>(pub W);

impl<W: Write> Report for Jsonl<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        write(&mut self.0, event)?;
        self.0.write_all(b"\n")?;
        if let Event::Summary(_) = event { self.0.flush() } else { Ok(()) }
    }
}

/// One array of the same objects, which the summary closes.
pub(super) struct Json<W> {
    out: W,
    begun: bool,
}

impl<W> Json<W> {
    pub fn new(out: W) -> Self {
        Self { out, begun: false }
    }
}

impl<W: Write> Report for Json<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        self.out.write_all(if self.begun { b",\n" } else { b"[\n" })?;
        self.begun = true;
        write(&mut self.out, event)?;
        let Event::Summary(_) = event else { return Ok(()) };
        self.out.write_all(b"\n]\n")?;
        self.out.flush()
    }
}

/// One value as compact, inert JSON.
pub(super) fn write(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    // A value is written in many small parts, and the writer behind may be several.
    let mut out = BufWriter::with_capacity(PARTS, out);
    value.serialize(&mut Serializer::with_formatter(&mut out, Inert))?;
    out.into_inner()?;
    Ok(())
}

/// A value as compact, inert JSON.
pub fn to_json(value: &impl Serialize) -> String {
    let mut json = Vec::new();
    // What is written to memory fails only for maps whose keys are no texts, of which there are none.
    let _ = write(&mut json, value);
    String::from_utf8(json).unwrap_or_default()
}

/// Compact JSON that does nothing to a terminal or a log: JSON itself leaves DEL, C1, marks of direction and the marks of
/// workflow commands as they are.
struct Inert;

impl Formatter for Inert {
    fn write_string_fragment<W: Write + ?Sized>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = unsafe_at(rest) {
            writer.write_all(&rest.as_bytes()[..at])?;
            let mut chars = rest[at..].chars();
            if let Some(c) = chars.next() {
                write!(writer, "\\u{:04x}", u32::from(c))?;
            }
            rest = chars.as_str();
        }
        writer.write_all(rest.as_bytes())
    }
}

fn unsafe_at(string: &str) -> Option<usize> {
    // Most strings hold nothing but what shows, and to see that by bytes is cheap.
    if string.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'#') {
        return None;
    }
    let character = string.find(text::is_unsafe);
    let command = string.find('#').and_then(|_| text::LOG_COMMANDS.iter().filter_map(|c| string.find(c)).min());
    [character, command].into_iter().flatten().min()
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::finding::Summary;
    use crate::report::{Format, Options};

    const LINES: [&str; 5] = [
        concat!(
            r#"{"type":"finding","path":"dumps/users.sql","category":"iin","detector":"kz-iin","confidence":"high","score":97,"#,
            r#""field":{"table":"public.users","column":"iin"},"hits":1200,"rows":1200,"share":1.0,"#,
            r#""places":[{"line":25,"column":3,"offset":812,"length":12,"mask":"**********17"}],"#,
            r#""evidence":["check-digit","key-name"],"#,
            r#""verdicts":[{"policy":"anysoft","outcome":"declared","clause":"5.3"},"#,
            r#"{"policy":"robotek","outcome":"minor","clause":"2.1","count":3}]}"#
        ),
        r#"{"type":"skipped","path":"a.7z!x","reason":"encrypted","bytes":123}"#,
        r#"{"type":"problem","path":"b.gz","message":"unexpected end of file after 812 bytes","examined":812}"#,
        r#"{"type":"stale","policy":"anysoft","category":"geolocation","clause":"5.2(г)"}"#,
        concat!(
            r#"{"type":"summary","files":10,"bytes_seen":4096,"bytes_examined":3973,"findings":1,"hits":1200,"#,
            r#""seconds":0.1,"exit":1,"version":"0.1.0"}"#
        ),
    ];

    fn written(format: Format, events: &[Event]) -> String {
        sample::written(format, Options::default(), events)
    }

    #[test]
    fn jsonl_has_the_keys_of_the_contract_in_their_order() {
        assert_eq!(written(Format::Jsonl, &sample::events()), LINES.join("\n") + "\n");
    }

    #[test]
    fn a_finding_without_field_rows_and_share_leaves_these_out() {
        let finding = sample::finding("a.env", None);
        let shown = written(Format::Jsonl, &[Event::Finding(finding)]);
        assert!(shown.contains(r#""score":97,"hits":1200,"places":"#), "{shown}");
    }

    #[test]
    fn json_is_one_array_of_the_same_objects() {
        assert_eq!(written(Format::Json, &sample::events()), format!("[\n{}\n]\n", LINES.join(",\n")));
        let empty = written(Format::Json, &[Event::Summary(Summary::default())]);
        assert_eq!(serde_json::from_str::<Vec<serde_json::Value>>(&empty).unwrap().len(), 1);
    }

    #[test]
    fn hostile_names_are_inert_and_come_back_whole() {
        let path = "a##[x\u{9b}2J\x1b[31m\u{7f}\u{202e}\n\"\\қ.txt";
        let shown = written(Format::Jsonl, &[Event::Finding(sample::finding(path, Some("k\u{85}\u{2066}")))]);
        assert!(!shown.trim_end_matches('\n').contains(text::is_unsafe) && !shown.contains("##["), "{shown}");
        let value: serde_json::Value = serde_json::from_str(&shown).unwrap();
        assert_eq!(value["path"], path);
        assert_eq!(value["field"]["key"], "k\u{85}\u{2066}");
    }
}
