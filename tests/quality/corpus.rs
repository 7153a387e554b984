//! The labelled corpus: documents of five sorts in three languages and six charsets, the same for the same seed. Each
//! notation of each detector's values stands there, and for each a near miss in the same surroundings.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use encoding_rs::{Encoding, IBM866, KOI8_R, WINDOWS_1251};
use serde::Deserialize;

use super::kind::{Kind, Label, Place, Value};
use super::random::Random;
use super::{addresses, fillers, money, network, numbers, papers, people, phones, places};

pub const SORTS: [&str; 5] = ["log", "code", "config", "csv", "chat"];
pub const LANGUAGES: [&str; 3] = ["ru", "kk", "en"];
pub const CHARSETS: [&str; 6] = ["utf-8", "windows-1251", "cp866", "koi8-r", "utf-16le", "utf-16be"];

/// Lines are drawn again until the charset has all their letters.
const MOST_DRAWS: usize = 200;

pub fn kinds() -> impl Iterator<Item = &'static Kind> {
    let numbers = [numbers::KINDS, phones::KINDS, money::KINDS, papers::KINDS, network::KINDS, places::KINDS];
    numbers.into_iter().chain([people::KINDS, addresses::KINDS]).flatten()
}

/// How a value is named.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Contexts {
    keys: Vec<String>,
    ru: Vec<String>,
    kk: Vec<String>,
    en: Vec<String>,
}

static CONTEXTS: LazyLock<BTreeMap<String, Contexts>> =
    LazyLock::new(|| toml::from_str(include_str!("contexts.toml")).unwrap());

fn contexts(name: &str) -> &'static Contexts {
    CONTEXTS.get(name).unwrap_or_else(|| panic!("contexts.toml has no [{name}]"))
}

/// `[[V]]` is the value, `[[K]]` a key, `[[P]]` a phrase with the value; the rest are fillers.
struct Frames {
    keys: &'static [&'static str],
    phrases: &'static [&'static str],
}

fn frames(sort: &str) -> Frames {
    match sort {
        "log" => Frames {
            keys: &[
                "[[iso]] INFO  [[uuid]] payment accepted [[K]]=[[V]] amount=[[price]] rrn=[[rrn]]",
                r#"{"ts":"[[iso]]","level":"info","trace_id":"[[digest]]","[[K]]":"[[V]]","took_ms":[[small]]}"#,
                r#"[[syslog]] app[[[small]]]: order=[[order]] [[K]]="[[V]]" version=[[version]]"#,
                r#"[[time]] DEBUG body={\"id\":[[small]],\"[[K]]\":\"[[V]]\",\"ean\":\"[[ean]]\"}"#,
            ],
            phrases: &[
                "[[time]] WARN  [[P]]",
                "[[epoch]] [worker-[[small]]] [[P]]",
                "[[milliseconds]] order=[[order]] status=new [[P]]",
            ],
        },
        "code" => Frames {
            keys: &[
                r#"    client.[[K]] = "[[V]]""#,
                "const [[K]] = '[[V]]'; // since [[version]]",
                "    '[[K]]' => '[[V]]',",
                "UPDATE clients SET [[K]] = '[[V]]' WHERE id = [[small]];",
            ],
            phrases: &["    // [[P]]", "# [[P]]", r#"    log.info("[[P]]");"#, "/* [[commit]] */ // [[P]]"],
        },
        "config" => Frames {
            keys: &[
                "[[K]]=[[V]]",
                r#"[[K]]: "[[V]]""#,
                "<[[K]]>[[V]]</[[K]]>",
                r#"  "[[K]]": "[[V]]","#,
                "  - [[K]]: [[V]]",
            ],
            phrases: &["# [[P]]", "; [[P]]"],
        },
        "chat" => Frames {
            keys: &["[[K]]: [[V]]", "[[K]] = [[V]]"],
            phrases: &["[[[clock]]] Клиент: [[P]]", "[[P]]", "- [[P]]", "[[moment]] > [[P]]", "Сумма [[price]]. [[P]]"],
        },
        _ => Frames {
            keys: &[],
            phrases: &[
                "[[small]];[[V]];[[U]];[[moment]]",
                r#"[[U]];"[[V]]";[[price]]"#,
                "[[V]]\t[[U]]\t[[uuid]]",
                "\"[[U]]\",\"[[V]]\",[[small]]",
            ],
        },
    }
}

/// One line of a document.
#[derive(Default)]
struct Line {
    text: String,
    labels: Vec<Label>,
}

/// A file of the corpus with what is to be found in it.
pub struct Document {
    pub name: String,
    pub stored: Vec<u8>,
    /// As it is scanned.
    pub text: Vec<u8>,
    pub labels: Vec<Label>,
    /// Near misses by the detector that they are made for.
    pub misses: BTreeMap<&'static str, usize>,
}

/// The whole corpus. Detectors that `often` names stand in it three times as often as the others.
pub fn documents(seed: u64, often: &[&str]) -> Vec<Document> {
    let mut documents = Vec::new();
    for sort in SORTS {
        for language in LANGUAGES {
            for charset in CHARSETS {
                let random = Random::new(seed + documents.len() as u64);
                let mut writer =
                    Writer { sort, language, charset, random, document: Document::new(sort, language, charset) };
                writer.fill(often);
                documents.push(writer.document);
            }
        }
    }
    documents
}

impl Document {
    fn new(sort: &str, language: &str, charset: &str) -> Self {
        let name = format!("{sort}.{language}.{charset}.txt");
        let (stored, text) = match charset {
            "utf-16le" => (vec![0xFF, 0xFE], Vec::new()),
            _ => (Vec::new(), Vec::new()),
        };
        Self { name, stored, text, labels: Vec::new(), misses: BTreeMap::new() }
    }
}

struct Writer {
    sort: &'static str,
    language: &'static str,
    charset: &'static str,
    random: Random,
    document: Document,
}

impl Writer {
    fn fill(&mut self, often: &[&str]) {
        self.head();
        for kind in kinds() {
            for _ in 0..if often.contains(&kind.detector) { 3 } else { 1 } {
                self.kind(kind);
            }
        }
    }

    /// A first line that shows the charset, and names columns.
    fn head(&mut self) {
        let text = match (self.sort, self.language) {
            ("csv", "en") => "number;value;amount;moment",
            ("csv", _) => "номер;значение;сумма;время",
            (_, "en") => "# notes",
            _ => "# заметки",
        };
        self.push(Line { text: text.to_owned(), labels: Vec::new() });
    }

    fn kind(&mut self, kind: &Kind) {
        for (i, notation) in kind.notations.iter().enumerate() {
            let named = notation.place != Place::Anywhere || self.sort != "csv" && !self.random.chance(4);
            if self.sort != "csv" || notation.place == Place::Anywhere {
                let context = if named { kind.detector } else { "bare" };
                self.draw(|w| {
                    let value = (notation.write)(&mut w.random);
                    w.line(context, notation.place, value)
                });
            }
            let miss = &kind.misses[i % kind.misses.len()];
            self.miss(kind.detector, kind.detector, notation.place, |r| (miss.write)(r));
            if notation.place == Place::NamedOnly && self.sort != "csv" {
                let own = format!("{}-other", kind.detector);
                let other = if CONTEXTS.contains_key(&own) { &*own } else { "other" };
                self.miss(kind.detector, other, notation.place, |r| (notation.write)(r).text);
            }
        }
        for miss in kind.misses {
            // What only stands after words of its own has no place in a phrase that names nothing.
            let alone = kind.notations.iter().all(|n| n.place != Place::Phrase);
            let context = if alone && self.random.chance(3) { "bare" } else { kind.detector };
            self.miss(kind.detector, context, Place::Named, |r| (miss.write)(r));
        }
    }

    fn miss(&mut self, detector: &'static str, context: &str, place: Place, write: impl Fn(&mut Random) -> String) {
        let place = if place == Place::Key { Place::Key } else { Place::Named };
        let drawn = self.draw(|w| {
            let text = write(&mut w.random);
            w.line(context, place, Value { text, labels: Vec::new() })
        });
        *self.document.misses.entry(detector).or_default() += usize::from(drawn);
    }

    /// Pushes the first of the lines that the charset can write.
    fn draw(&mut self, line: impl Fn(&mut Self) -> Line) -> bool {
        (0..MOST_DRAWS).any(|_| {
            let line = line(self);
            self.push(line)
        })
    }

    /// A line with a value, named as `context` says.
    fn line(&mut self, context: &str, place: Place, value: Value) -> Line {
        let Frames { keys: key_frames, phrases: phrase_frames } = frames(self.sort);
        let Contexts { keys, ru, kk, en } = contexts(context);
        let phrases = match self.language {
            "ru" => ru,
            "kk" => kk,
            _ => en,
        };
        let under_key = match place {
            Place::Phrase => false,
            Place::Key => true,
            _ => self.random.chance(2),
        };
        let mut line = Line::default();
        if under_key && !keys.is_empty() && !key_frames.is_empty() && !value.text.contains('\n') {
            let key = one_of(keys, &mut self.random);
            let frame = self.random.pick(key_frames);
            line.expand(frame, key, "{}", &value, &mut self.random);
        } else {
            let phrase = one_of(phrases, &mut self.random);
            let frame = self.random.pick(phrase_frames);
            line.expand(frame, "", phrase, &value, &mut self.random);
        }
        line
    }

    /// Whether the charset has all letters of the line; then it is written.
    fn push(&mut self, line: Line) -> bool {
        let Line { mut text, labels } = line;
        text.push('\n');
        let single = |charset: &'static Encoding| {
            let (bytes, _, unmappable) = charset.encode(&text);
            (!unmappable).then(|| bytes.into_owned())
        };
        let utf16 = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
        let bytes = match self.charset {
            "windows-1251" => single(WINDOWS_1251),
            "cp866" => single(IBM866),
            "koi8-r" => single(KOI8_R),
            "utf-16le" => Some(utf16(u16::to_le_bytes)),
            "utf-16be" => Some(utf16(u16::to_be_bytes)),
            _ => Some(text.clone().into_bytes()),
        };
        let Some(bytes) = bytes else { return false };
        let document = &mut self.document;
        let of_one_byte = !self.charset.starts_with("utf");
        let at = |index: usize| if of_one_byte { text[..index].chars().count() } else { index };
        let base = document.text.len();
        document.labels.extend(labels.iter().map(|label| Label {
            detector: label.detector,
            span: base + at(label.span.start)..base + at(label.span.end),
        }));
        document.stored.extend(&bytes);
        document.text.extend(if of_one_byte { bytes } else { text.into_bytes() });
        true
    }
}

fn one_of<'a>(all: &'a [String], random: &mut Random) -> &'a str {
    &all[random.from(0, all.len() as u32 - 1) as usize]
}

impl Line {
    fn expand(&mut self, frame: &str, key: &str, phrase: &str, value: &Value, random: &mut Random) {
        let mut rest = frame;
        while let Some(open) = rest.find("[[") {
            // `[[[clock]]]` is a clock in brackets.
            let open = open + usize::from(rest[open..].starts_with("[[["));
            let close = open + rest[open..].find("]]").unwrap();
            self.text += &rest[..open];
            match &rest[open + 2..close] {
                "K" => self.text += key,
                "V" => self.value(value),
                "U" => self.text += &fillers::unnamed(random),
                "P" => {
                    let (before, after) = phrase.split_once("{}").unwrap();
                    self.text += before;
                    self.value(value);
                    self.text += after;
                }
                filler => self.text += &fillers::write(filler, random),
            }
            rest = &rest[close + 2..];
        }
        self.text += rest;
    }

    fn value(&mut self, value: &Value) {
        let base = self.text.len();
        self.text += &value.text;
        let moved =
            |label: &Label| Label { detector: label.detector, span: base + label.span.start..base + label.span.end };
        self.labels.extend(value.labels.iter().map(moved));
    }
}
