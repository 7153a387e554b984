use std::sync::Arc;

use super::super::{Format, sample};
use super::*;
use crate::category::Categories;
use crate::finding::{DateSource, Field, Ground, Outcome, Verdict};

fn options() -> Options {
    Options {
        categories: Some(Arc::new(Categories::builtin().unwrap())),
        language: Language::English,
        ..Options::default()
    }
}

fn written(options: Options, events: &[Event]) -> String {
    sample::written(Format::Html, options, events)
}

/// What an element of this id or name holds.
fn block<'p>(page: &'p str, begin: &str, end: &str) -> &'p str {
    page.split_once(begin).and_then(|(_, rest)| rest.split_once(end)).map(|(text, _)| text).unwrap()
}

fn rows(page: &str) -> Vec<serde_json::Value> {
    serde_json::from_str(block(page, "id=\"rows\">", "</script>")).unwrap()
}

/// The text that shows, a space between elements.
fn text(page: &str) -> String {
    let body = block(page, "<header>", "</main>");
    let shown = body.split('<').map(|part| part.split_once('>').map_or("", |(_, text)| text)).collect::<Vec<_>>();
    shown.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn history() -> History {
    let past =
        |id, moved| Past { id, started: "2026-11-22T02:30:00Z".to_owned(), findings: 2, moved, ..Past::default() };
    let date = Ground::Date { date: jiff::civil::date(2021, 3, 1), date_source: DateSource::Name };
    let verdict = Verdict { ground: Some(date), ..sample::verdict("anysoft", Outcome::Expired, Some("7.1"), None) };
    History {
        run: 2,
        paths: vec!["/backups".to_owned()],
        today: "2026-11-22".to_owned(),
        runs: vec![past(1, None), past(2, Some([0, 7, 1, 0, 0]))],
        is_cut_short: true,
        folders: vec![Folder {
            prefix: "dumps".to_owned(),
            objects: 10,
            bytes_seen: 4096,
            bytes_examined: 3973,
            missed: 1,
            not_examined: [("encrypted".to_owned(), 100), (UNREAD.to_owned(), 23)].into(),
        }],
        changes: vec![Change {
            movement: Movement::Expired,
            path: "dumps/<b>.sql".to_owned(),
            field: Some(Field::Key { key: "iin".to_owned() }),
            category: "iin".to_owned(),
            hits_before: 3,
            hits_now: 4,
            verdicts: vec![verdict],
        }],
    }
}

#[test]
fn base64_is_that_of_the_standard() {
    for (bytes, expected) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
        assert_eq!(base64(bytes.as_bytes()), expected);
    }
}

#[test]
fn only_this_style_and_this_script_are_allowed() {
    let page = written(options(), &sample::events());
    let policy = block(&page, "Content-Security-Policy\" content=\"", "\"");
    assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe"), "{policy}");
    for (begin, end) in [("<style>", "</style>"), ("<script>", "</script>")] {
        let digest = base64(&Sha256::digest(block(&page, begin, end)));
        assert!(policy.contains(&format!("-src 'sha256-{digest}'")), "{begin}: {policy}");
    }
    assert_eq!(page.matches("<style>").count() + page.matches("<script>").count(), 2);
    for outside in ["http:", "https:", " style=\"", " src=\"", " onclick", "@import", "url(", "innerHTML"] {
        assert!(!page.contains(outside), "{outside}");
    }
}

#[test]
fn every_event_is_a_row_and_stands_on_the_page_without_scripts() {
    let page = written(options(), &sample::events());
    let rows = rows(&page);
    let found = serde_json::json!([
        7,
        "dumps/users.sql",
        "public.users",
        "iin",
        "iin",
        "high",
        1200,
        1200,
        ["line", 25],
        "**********17",
        [[7, "robotek", "2.1", 3, []], [1, "anysoft", "5.3", null, []]]
    ]);
    assert_eq!(rows[0], found);
    assert_eq!(rows[1], serde_json::json!(["skipped", "a.7z!x", [{ "word": "phrase-encrypted", "numbers": "" }], 123]));
    let problem = serde_json::json!(["problem", "b.gz", [{ "word": "phrase-end-of-file", "numbers": "" }], 812]);
    assert_eq!((&rows[2], rows.len()), (&problem, 3));
    let text = text(&page);
    for part in [
        "Incomplete: not everything could be examined",
        "Not examined 123 B",
        "Minor the person is younger than the policy allows 1 1,200",
        "dumps/users.sql public.users.iin line 25 **********17 Individual identification number high 1,200 values 1,200 \
         Minor robotek , cl. 2.1 3 of 1,200 values Declared anysoft , cl. 5.3",
        "Shown: 1 of 1",
        "Problem b.gz unexpected end of file 812 bytes",
        "Skipped a.7z!x encrypted 123 bytes",
        "anysoft Location",
        "A single scan has no history",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn the_page_opens_in_the_language_that_is_asked_for() {
    for (language, code, title) in [
        (Language::Russian, "ru", "Аудит персональных данных"),
        (Language::Kazakh, "kk", "Дербес деректер аудиті"),
        (Language::English, "en", "Personal data audit"),
    ] {
        let page = written(Options { language, ..options() }, &sample::events());
        assert!(page.contains(&format!("<html lang=\"{code}\">")), "{code}");
        assert_eq!(block(&page, "<title data-t=\"title\">", "</title>"), title);
    }
}

#[test]
fn what_a_store_knows_stands_on_the_page() {
    let page = written(Options { history: Some(Arc::new(history())), ..options() }, &sample::events());
    let text = text(&page);
    for part in [
        "Run 2 Ages and terms judged as of 22 Nov 2026 Audited /backups Started",
        "encrypted 1 100 81.3 %",
        "could not be read to the end 23 18.7 %",
        "dumps 10 4,096 3,973 123 1",
        "A later run has begun and not ended",
        "Changed since run 1 Listed: 1 of 8; derbes audit diff lists all.",
        "newly expired dumps/&lt;b&gt;.sql iin Individual identification number 3 4 Expired anysoft , cl. 7.1",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn a_run_that_missed_nothing_says_so_and_one_that_missed_a_path_does_not() {
    let shown = |summary: Summary| text(&written(options(), &[Event::Summary(summary)]));
    let clean = shown(Summary { bytes_seen: 7, bytes_examined: 7, ..Summary::default() });
    assert!(clean.contains("Complete: all that was to be examined was examined Seen 7 B"), "{clean}");
    assert!(clean.contains("Every byte was examined.") && clean.contains("Nothing was found"), "{clean}");
    let missing = shown(Summary { exit: 2, ..Summary::default() });
    assert!(missing.contains("Incomplete: not everything could be examined A path that was"), "{missing}");
    let left_out = shown(Summary { bytes_seen: 7, ..Summary::default() });
    assert!(left_out.contains("What was left out on purpose") && left_out.contains("to the end 7 100 %"), "{left_out}");
}

#[test]
fn all_rows_are_data_and_the_gravest_stand_on_the_page() {
    let found = |at: usize| {
        let outcome = if at % 100 == 99 { Outcome::Forbidden } else { Outcome::Declared };
        let verdicts = vec![sample::verdict("p", outcome, None, None)];
        Event::Finding(Finding { verdicts, ..sample::finding(&format!("{at:04}.txt"), None) })
    };
    let events: Vec<_> = (0..1000).map(found).chain([Event::Summary(Summary::default())]).collect();
    let page = written(options(), &events);
    assert_eq!(rows(&page).len(), 1000);
    let listed: Vec<_> =
        block(&page, "list found", "</table>").split("<tr><td class=\"where\"><bdi>").skip(1).collect();
    assert_eq!(listed.len(), LISTED);
    assert!(
        listed[0].starts_with("0099.txt") && listed[9].starts_with("0999.txt") && listed[10].starts_with("0000.txt")
    );
    assert!(text(&page).contains("Shown: the first 300 of 1,000"));
}

/// All words that the page and its script name are there.
#[test]
fn no_word_is_missing() {
    let page = written(Options { history: Some(Arc::new(history())), ..options() }, &sample::events());
    let words = Words::new(options().categories.as_deref());
    let keys = page.split(" data-t=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    let spoken = SCRIPT.split("spoken(\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    let keys: Vec<_> = keys.chain(spoken).collect();
    assert!(keys.len() > 150, "{}", keys.len());
    keys.iter().for_each(|key| assert!(words.contains(key), "{key}"));
}

/// HTML by the tokenizer of the standard: no error, and every element that begins ends.
#[cfg(feature = "html")]
#[test]
fn the_page_is_html() {
    use html5gum::{DefaultEmitter, Token, Tokenizer};

    const VOID: [&[u8]; 3] = [b"meta", b"input", b"br"];
    let hostile = "\"><img src=x onerror=y></script><!--]]>'&amp;";
    let mut events = sample::events();
    events.insert(0, Event::Finding(sample::finding(hostile, Some(hostile))));
    let page = written(Options { history: Some(Arc::new(history())), ..options() }, &events);
    let (mut open, mut seen) = (Vec::new(), 0);
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    for token in Tokenizer::new_with_emitter(&page, emitter).map(Result::unwrap) {
        match token {
            Token::StartTag(tag) if !tag.self_closing && !VOID.contains(&tag.name.as_slice()) => open.push(tag.name),
            Token::StartTag(tag) => assert_ne!(tag.name.as_slice(), b"img"),
            Token::EndTag(tag) => assert_eq!(open.pop().as_ref(), Some(&tag.name)),
            Token::Error(error) => panic!("{error:?}"),
            _ => continue,
        }
        seen += 1;
    }
    assert!(open.is_empty() && seen > 500, "{open:?} {seen}");
}
