//! The fast path finds exactly what the plain run of the same detector files finds: on random documents dense with near
//! misses, and on a real source tree if one is named.

mod common;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use common::{fast, scanner, scanner_with};
use derbes::detect::finder::Engine;
use derbes::detect::{MARGIN, Match, Scratch, reference};
use proptest::prelude::*;
use proptest::sample::select;

/// What the detector files themselves give as examples and counterexamples, whole or cut.
fn example() -> impl Strategy<Value = Vec<u8>> {
    let categories = derbes::category::Categories::builtin().unwrap();
    let detectors = derbes::detect::Detectors::builtin(&categories, true).unwrap();
    let texts =
        |d: &derbes::detect::Detector| [d.definition.examples.clone(), d.definition.counterexamples.clone()].concat();
    let examples: Vec<String> = detectors.iter().flat_map(texts).collect();
    (select(examples), any::<proptest::sample::Index>(), 0..4, 0..6).prop_map(|(text, cut, part, charset)| {
        let mut text = match charset {
            0 => encoding_rs::WINDOWS_1251.encode(&text).0.into_owned(),
            1 => encoding_rs::IBM866.encode(&text).0.into_owned(),
            2 => encoding_rs::KOI8_R.encode(&text).0.into_owned(),
            _ => text.into_bytes(),
        };
        match part {
            0 => text.truncate(cut.index(text.len() + 1)),
            1 => drop(text.drain(..cut.index(text.len() + 1))),
            _ => {}
        }
        text
    })
}

/// Parts of documents: values, near misses, and what stands between them.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let fixed = select(vec![
        "900517132728",
        "900517132729",
        "750228150059",
        "701140001238",
        "9005 1713 2728",
        "900 517 132 728",
        "900517-132728",
        "9 0 0 5 1 7 1 3 2 7 2 8",
        "90 05 17 13 27 28",
        "900517 1 32728",
        "900 517 132728",
        "000 АВС 02",
        "А 000 ВСМ",
        "+7 700 000 00 19",
        "+77000000019",
        "8 (7172) 00-00-19",
        "87000000019",
        "%2B77000000019",
        "8.700.000.00.19",
        "(727) 000-00-19",
        "+7 (900) 000-00-19",
        "7000000019",
        "8 (71032) 0-00-19",
        "77000000019",
        "700 000 00 19",
        "+7(700)0000019",
        "KZ770000000000000001",
        "KZ77 0000 0000 0000 0001",
        "kz11000a0b0000000015",
        "DE09000000000000000001",
        "KZ780000000000000001",
        "КZ770000000000000001",
        "КZ77 0000 0000 0000 0001",
        "17.05.1990",
        "7.5.1990",
        "17.5.90",
        "17.05.90",
        "1990-05-17",
        "17-MAY-90",
        "19900517",
        "1990 г.р.",
        "1990ж.т.",
        "10.17.05.90",
        "(8-7172) 00-00-19",
        "redis://:",
        "://shop:",
        "Sunny%40day19",
        "@10.0.0.5:6379/0",
        "(+7 700) 000-00-19",
        "(+7) 700 000 00 19",
        "+8 (7172) 00-00-19",
        "May 17, 1990",
        "4400000000123453",
        "4400 0000 0012 3453",
        "4400-0000-0012-3453",
        "3700 000000 12346",
        "370000000012346",
        "4400000000123454",
        "aigerim@romashka-demo.kz",
        "a.b+c@mail.kz",
        "x собака mail точка kz",
        "aigerim (at) romashka-demo.kz",
        "аружан@ромашка.қаз",
        "x%40mail.kz",
        "git@github.com:a/b",
        "a@b.c",
        "@mail.kz",
        "sprite@2x.png",
        "u@romashka.KZ.Далее",
        "mail.kz",
        "-0000-",
        "1b4e28ba-2fa1-11d2-883f-900517132728",
        "2026-03-01 10:11:12,123",
    ])
    .prop_map(|s: &str| s.as_bytes().to_vec());
    let joint = select(vec![
        " ", "  ", "-", ".", ",", ":", "=", "\"", "\n", "/", "(", ")", "+", "%", "@", "\\n", "_", "'", ";", "\t", "№",
        "\u{a0}", "«", "–", "\u{2009}", "<a>", "&x=", "<<", "::", " - ", "\r\n", "://", "T", "%20", "&nbsp;",
        "\\u0040", "=D0=98", "=\r\n", "=\n", "=3D", "%22", "\\u0022",
    ])
    .prop_map(|s: &str| s.as_bytes().to_vec());
    let word = select(vec![
        "ИИН",
        "iin=",
        "IIN",
        "телефон ",
        "заказ ",
        "order",
        "карта: ",
        "a",
        "kz",
        "x7",
        "РНН ",
        "паспорт ",
        "удл ",
        "imei=",
        "mac ",
        "госномер ",
        "vin ",
        "lat=",
        "дата рождения ",
        "мая ",
        "password",
        "пароль",
        "Cookie",
        "SN=IIN",
        "ву ",
        "Иванов ",
        "Иван",
        "И.",
        "Иванович",
        "Ivanov ",
        "Ivan",
        "\\tAkhmetova ",
        "ул. ",
        "Абая",
        "г.",
        "кв.",
        "Серік ұлы",
        "//FM/",
    ])
    .prop_flat_map(|s: &str| {
        let (dos, koi) = (encoding_rs::IBM866.encode(s).0.into_owned(), encoding_rs::KOI8_R.encode(s).0.into_owned());
        let windows = encoding_rs::WINDOWS_1251.encode(s).0.into_owned();
        select(vec![s.as_bytes().to_vec(), windows, dos, koi])
    });
    let digits = proptest::collection::vec(b'0'..=b'9', 1..20);
    let noise = proptest::collection::vec(any::<u8>(), 1..4);
    prop_oneof![4 => fixed, 4 => example(), 4 => joint, 2 => word, 2 => digits, 1 => noise]
}

/// Parts of documents, many in some encoding.
fn encoded() -> impl Strategy<Value = Vec<u8>> {
    let pieces = select(vec![
        "%39%30%30517132728",
        "&#57;&#48;&#48;517132728",
        "\\u0039\\u0030051713\\u0032728",
        "9００５17132728",
        "900517\u{AD}132728",
        "%2B7%20%28700%29%20000-00-19",
        "+7&nbsp;700&nbsp;000&nbsp;00&nbsp;19",
        "aigerim&#64;romashka-demo.kz",
        "eyJpaW4iOiI5MDA1MTcxMzI3MjgifQ",
        "YWlnZXJpbUByb21hc2hrYS1kZW1vLmt6OnNlY3JldA==",
        "\\u0418\\u0418\\u041d",
        "\\u0418\\u0432\\u0430\\u043d\\u043e\\u0432 \\u0418.\\u0418.",
        "\\\\u0418\\\\u0432\\\\u0430\\\\u043d\\\\u043e\\\\u0432 \\\\u0418\\\\u0432\\\\u0430\\\\u043d",
        "%D1%83%D0%BB.%20%D0%90%D0%B1%D0%B0%D1%8F%2C%205",
        "&#1091;&#1076;&#1083; 012345678",
        "%D0%98%D0%98%D0%9D",
        "%20",
        "&nbsp;",
        "\\u0040",
        "=D0=98",
    ]);
    prop_oneof![1 => pieces.prop_map(|s: &str| s.as_bytes().to_vec()), 3 => piece()]
}

fn document() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(piece(), 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn on_random_documents(text in document(), binary in any::<bool>()) {
        thread_local! {
            static SCANNERS: Vec<derbes::detect::Scanner> = Engine::all().into_iter().map(scanner).collect();
        }
        SCANNERS.with(|scanners| {
            let plain = reference::scan(&scanners[0], &text, binary);
            for scanner in scanners {
                prop_assert_eq!(&fast(scanner, &text, binary), &plain);
            }
            Ok(())
        })?;
    }
}

/// A folder with a user's own detectors: for each built-in one another that takes whatever its check takes, found by the
/// same anchor, and one more without an anchor that takes less; and patterns without a check.
fn own() -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(write_own).clone()
}

fn write_own() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("own-detectors");
    std::fs::create_dir_all(&folder).unwrap();
    let write = |id: &str, text: String| std::fs::write(folder.join(format!("{id}.toml")), text).unwrap();
    let categories = derbes::category::Categories::builtin().unwrap();
    for detector in derbes::detect::Detectors::builtin(&categories, true).unwrap().iter() {
        let definition = &detector.definition;
        let (id, category) = (&definition.id, &definition.category);
        let (anchor, check) = (definition.anchor.as_ref().unwrap(), definition.check.as_ref().unwrap());
        let head = format!("category = '{category}'\ncheck = '{check}'\n");
        write(
            &format!("all-{id}"),
            format!("id = 'all-{id}'\n{head}anchor = '{anchor}'\npattern = '(?s-u:.{{1,322}})'\n"),
        );
        write(&format!("some-{id}"), format!("id = 'some-{id}'\n{head}pattern = '[0-9A-Za-z+@].{{0,24}}[0-9]'\n"));
    }
    for (id, pattern) in [
        ("digits", "[0-9]{2,6}"),
        ("line", "(?m)^[^\\n]{1,9}$"),
        ("word", "\\b(?i:иин|iin|kz)\\b.{0,5}"),
        ("short-first", "a|ab|abc"),
        ("bytes", "(?-u:[\\x80-\\xFF]{3,7})"),
    ] {
        write(id, format!("id = '{id}'\ncategory = 'user-id'\npattern = '{pattern}'\n"));
    }
    folder
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn with_encoded_values(pieces in proptest::collection::vec(encoded(), 0..30)) {
        thread_local! {
            static SCANNER: derbes::detect::Scanner = scanner(Engine::best());
        }
        let text = pieces.concat();
        SCANNER.with(|scanner| {
            prop_assert_eq!(fast(scanner, &text, false), reference::scan(scanner, &text, false));
            Ok(())
        })?;
    }

    #[test]
    fn wherever_the_text_is_cut(
        pieces in proptest::collection::vec(encoded(), 0..400), stretch in 100..6000usize, binary in any::<bool>(),
    ) {
        thread_local! {
            static SCANNER: derbes::detect::Scanner = scanner(Engine::best());
        }
        let text = pieces.concat();
        SCANNER.with(|scanner| {
            let shown = String::from_utf8_lossy(&text);
            prop_assert_eq!(in_stretches(scanner, &text, stretch, binary), fast(scanner, &text, binary), "{}", shown);
            Ok(())
        })?;
    }
}

/// The matches of a text that is scanned in parts of so many bytes, of each of which no more is shown than has to be.
fn in_stretches(scanner: &derbes::detect::Scanner, text: &[u8], bytes: usize, binary: bool) -> Vec<Match> {
    let (mut all, mut scratch) = (Vec::new(), Scratch::default());
    for start in (0..text.len()).step_by(bytes) {
        let shown = start.saturating_sub(MARGIN);
        let end = text.len().min(start + bytes);
        let window = &text[shown..text.len().min(end + MARGIN)];
        let mut found = Vec::new();
        scanner.scan(window, start - shown..end - shown, binary, &mut scratch, &mut found);
        let moved = |range: std::ops::Range<usize>| range.start + shown..range.end + shown;
        all.extend(found.into_iter().map(|m| Match { span: moved(m.span), key: m.key.map(moved), ..m }));
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn with_users_own_detectors(text in document(), binary in any::<bool>()) {
        thread_local! {
            static SCANNER: derbes::detect::Scanner = scanner_with(Engine::best(), &[own()]);
        }
        SCANNER.with(|scanner| {
            prop_assert_eq!(fast(scanner, &text, binary), reference::scan(scanner, &text, binary));
            Ok(())
        })?;
    }
}

#[test]
fn on_the_tree_that_derbes_reference_tree_names() {
    let scanner = scanner(Engine::best());
    let root = std::env::var_os("DERBES_REFERENCE_TREE").unwrap_or_else(|| "src".into());
    let (mut files, mut bytes, mut matches) = (0, 0, 0);
    for entry in ignore::Walk::new(Path::new(&root)).flatten().filter(|e| e.file_type().is_some_and(|t| t.is_file())) {
        let text = std::fs::read(entry.path()).unwrap();
        let plain = reference::scan(&scanner, &text, false);
        assert_eq!(fast(&scanner, &text, false), plain, "{}", entry.path().display());
        files += 1;
        bytes += text.len();
        matches += plain.len();
    }
    println!("{files} files, {bytes} bytes, {matches} matches");
    assert!(files > 0);
}
