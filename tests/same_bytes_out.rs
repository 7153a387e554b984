//! Same input, same bytes out: at any number of threads, any block size, any length of splits.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::OnceLock;

use derbes::category::Categories;
use derbes::detect::Own;
use derbes::finding::{Confidence, Event};
use derbes::limits::{Limits, Places};
use derbes::pipeline::{self, Plan, Progress};

fn plan(paths: Vec<PathBuf>, threads: usize, limits: Limits) -> Plan {
    let mut categories = Categories::builtin().unwrap();
    let own = Arc::new(Own::read(&["fixtures/detectors".into()], &mut categories).unwrap());
    let categories = Arc::new(categories);
    let today = jiff::civil::date(2026, 11, 22);
    Plan {
        all_detectors: true,
        own,
        policies: vec![derbes::policy::load("anysoft", &categories).unwrap()],
        min_confidence: Confidence::Low,
        limits,
        threads,
        ..Plan::new(paths, categories, today)
    }
}

/// The report as JSON Lines, without the time it took.
fn report(plan: &Plan) -> String {
    let mut lines = String::new();
    let mut sink = |event: Event| {
        let event = match event {
            Event::Summary(summary) => Event::Summary(derbes::finding::Summary { seconds: 0.0, ..summary }),
            event => event,
        };
        lines += &serde_json::to_string(&event)?;
        lines.push('\n');
        Ok(())
    };
    pipeline::run(plan, &Progress::default(), &mut sink).unwrap();
    lines
}

/// A file with long lines, short lines, values on every kind of border, and more keys than a file may name.
/// Written once: another test may be reading it.
fn corpus() -> PathBuf {
    static CORPUS: OnceLock<PathBuf> = OnceLock::new();
    CORPUS.get_or_init(write_corpus).clone()
}

fn write_corpus() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("same-bytes-out");
    std::fs::create_dir_all(&folder).unwrap();
    let mut text = String::new();
    for i in 0..1500 {
        let line = match i % 7 {
            0 => format!("{{\"key{i}\": \"aigerim{i}@romashka-demo.kz\", \"iin\": \"900517132728\"}}\n"),
            1 => format!("ИИН клиента 900517132728, тел. +7 (700) 000-{:02}-{:02};", i % 97, i % 89),
            2 => "KZ77 0000 0000 0000 0001 4400 0000 0012 3453\n".to_owned(),
            3 => "x".repeat(i % 300),
            4 if i % 4 == 0 => format!(
                "%2B7%20%28700%29%20000-{:02}-19 eyJpaW4iOiI5MDA1MTcxMzI3MjgifQ &#57;&#48;&#48;517132728\n",
                i % 97
            ),
            4 => format!("phone=8700000{:04}\r\n", i),
            5 if i % 2 == 0 => format!("договор ДГ-{i:06}, карта 99{i:06}; "),
            5 => format!("order 900517132728 rrn 750228150059 {i}\n"),
            _ => "\n".repeat(i % 5),
        };
        text += &line;
    }
    std::fs::write(folder.join("mixed.log"), &text).unwrap();
    std::fs::write(folder.join("one-line.txt"), text.replace('\n', " ")).unwrap();
    // Values near the roots of what they lie in, and out of reach of them.
    let records = |from: usize| -> String {
        let record = |i| {
            format!(
                "{{\"id\":{i},\"note\":\"{}\",\"user\":{{\"phones\":[\"+7 (700) 000-00-{:02}\"],\"e\":\"a{i}@romashka-demo.kz\"}}}}",
                "\\\"[{".repeat(i % 9),
                i % 97
            )
        };
        (from..from + 50).map(record).collect::<Vec<_>>().join(if from.is_multiple_of(100) { ",\n " } else { "," })
    };
    let arrays: String = (0..12).map(|n| format!("{{\"users\": [{}]}}\n", records(n * 50))).collect();
    std::fs::write(folder.join("users.json"), arrays).unwrap();
    let element =
        |i: usize| format!("<user id=\"{i}\"><!-- {} --><phone>8700000{i:04}</phone></user>\n", "<x>".repeat(i % 5));
    std::fs::write(folder.join("users.xml"), format!("<users>{}", (0..300).map(element).collect::<String>())).unwrap();
    let entry = |i: usize| format!("- id: {i}\n  at:\n    home: {{}}\n    phone: 8700000{i:04}\n");
    std::fs::write(folder.join("users.yaml"), format!("users:\n{}", (0..300).map(entry).collect::<String>())).unwrap();
    std::fs::write(folder.join("small.txt"), "тел. 87000000019\n").unwrap();
    for (name, text) in dumps() {
        std::fs::write(folder.join(name), text).unwrap();
    }
    folder
}

/// Dumps and delimited text, in which quotes, escapes and line ends stand on every kind of border.
fn dumps() -> [(&'static str, String); 6] {
    let iin = |i: usize| if i.is_multiple_of(9) { "\\N" } else { "900517132728" };
    let note = |i: usize| ["it\\'s \\\\", "a, (b); c", "", "--", "x\\n"][i % 5];
    let copy: String = (0..900).map(|i| format!("{i}\t{}\ta{i}@romashka-demo.kz\tx\\ty\n", iin(i))).collect();
    let rows = |from: usize| -> String {
        let row = |i| format!("({i},'900517132728','{}','+7 (700) 000-00-{:02}',NULL)", note(i), i % 97);
        (from..from + 40).map(row).collect::<Vec<_>>().join(",")
    };
    let values: String = (0..20).map(|n| format!("INSERT INTO `clients` VALUES {};\n", rows(n * 40))).collect();
    let single: String = (0..400)
        .map(|i| format!("INSERT INTO public.p VALUES ({i}, '900517132728', 'it''s\nINSERT {i}', '8700000{i:04}');\n"))
        .collect();
    let csv: String = (0..700)
        .map(|i| {
            format!(
                "{i};\"a; \"\"b\"\"\n{i}\";{};a{i}@romashka-demo.kz\r\n",
                if i % 4 == 0 { "" } else { "900517132728" }
            )
        })
        .collect();
    // Longer than what is looked at of a column: which values that is must not depend on where the text is cut.
    let calls: String = (0..5000)
        .map(|i| {
            let note = ["ИИН 900517132728, звонил", "тел. +7 (700) 000-00-19", "нет", "87000000019", ""][i % 7 % 5];
            let name = if i % 3 == 0 { format!("код {i}") } else { "Ахметова Айгерим".to_owned() };
            let born = format!("19{}-0{}-17", 50 + i % 50, 1 + i % 9);
            format!("{i};{name};{:012};{born};{note}\n", 809_486_302_519u64 + i as u64 * 7919)
        })
        .collect();
    let postgres =
        "-- PostgreSQL database dump\nCREATE TABLE public.u (id int, iin char(12), email text, note text);\n";
    [
        (
            "copy.sql",
            format!(
                "{postgres}COPY public.u FROM stdin;\n{copy}\\.\n\nCOPY public.v (id, iin, mail, n) FROM stdin;\n{copy}"
            ),
        ),
        (
            "values.sql",
            format!(
                "-- MySQL dump\nCREATE TABLE `clients` (`id` int, `iin` varchar(12), `note` text, `tel` varchar(20), x int);\n{values}"
            ),
        ),
        (
            "single.sql",
            format!(
                "-- PostgreSQL database dump\nCREATE TABLE public.p (id int, iin text, note text, phone text);\n{single}"
            ),
        ),
        ("clients.csv", format!("id;Примечание;ИИН;Почта\r\n{csv}")),
        ("tab.txt", copy),
        ("calls.csv", format!("id;ФИО;заказ;Дата рождения;Примечание\n{calls}")),
    ]
}

#[test]
fn at_any_number_of_threads_block_size_and_split() {
    let folder = corpus();
    // By default some detectors run in tables only.
    for (places, all_detectors) in [(Places::First(10), true), (Places::All, true), (Places::First(10), false)] {
        let limits = |block, split| Limits { block, split, places, ..Limits::default() };
        let plan = |threads, limits| Plan { all_detectors, ..plan(vec![folder.clone()], threads, limits) };
        let expected = report(&plan(1, limits(256 << 10, 16 << 20)));
        assert!(expected.lines().count() > 100, "{expected}");
        for (threads, block, split) in
            [(1, 64, 1 << 20), (1, 1000, 1 << 20), (2, 64, 777), (2, 4096, 10_000), (8, 300, 5000), (8, 1 << 20, 64)]
        {
            let got = report(&plan(threads, limits(block, split)));
            for (got, expected) in got.lines().zip(expected.lines()) {
                assert_eq!(got, expected, "{threads} threads, blocks of {block}, splits of {split}");
            }
            assert_eq!(got.lines().count(), expected.lines().count());
        }
    }
}

/// Values in tables of which no more places are listed are counted without a look at each.
#[test]
fn but_for_the_places_however_many_are_listed() {
    let folder = corpus();
    let of = |places, all_detectors| -> Vec<serde_json::Value> {
        let limits = Limits { block: 2000, places, ..Limits::default() };
        let report = report(&Plan { all_detectors, ..plan(vec![folder.clone()], 2, limits) });
        let without_places = |line: &str| {
            let mut event: serde_json::Value = serde_json::from_str(line).unwrap();
            event.as_object_mut().unwrap().remove("places");
            event
        };
        report.lines().map(without_places).collect()
    };
    for all_detectors in [false, true] {
        let expected = of(Places::All, all_detectors);
        assert!(expected.len() > 100);
        for places in [1, 2, 7] {
            assert_eq!(of(Places::First(places), all_detectors), expected, "{places} places");
        }
    }
}

#[test]
fn of_a_stream_whoever_scans_its_chunks() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("same-bytes-out-packed");
    std::fs::create_dir_all(&folder).unwrap();
    for file in std::fs::read_dir(corpus()).unwrap().map(|entry| entry.unwrap().path()) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(&std::fs::read(file).unwrap()).unwrap();
        let mut packed = packed.finish().unwrap();
        if name.starts_with("copy") {
            // Cut off.
            packed.truncate(packed.len() - 40);
        }
        let path = folder.join(name + ".gz");
        std::fs::write(&path, packed).unwrap();
        // Alone, so that the other threads have nothing else to do.
        let of = |threads, block, split| {
            let limits = Limits { block, split, places: Places::All, ..Limits::default() };
            report(&plan(vec![path.clone()], threads, limits))
        };
        let expected = of(1, 64 << 10, 16 << 20);
        for (threads, block, split) in [(2, 64 << 10, 80_000), (3, 64, 30_000), (8, 300, 5000)] {
            for (got, expected) in of(threads, block, split).lines().zip(expected.lines()) {
                assert_eq!(got, expected, "{path:?}: {threads} threads, splits of {split}");
            }
        }
    }
}

/// As where nobody reads the report any more: threads that scan chunks for one another end all the same.
#[test]
#[cfg(feature = "bzip2")]
fn a_run_that_is_stopped_ends() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("same-bytes-out-stopped");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("a.txt"), "ИИН 900517132728\n").unwrap();
    // Takes longer to unpack than to scan, so that the others mostly wait for what one thread unpacks.
    let letters = (0..10_000_000_u64).map(|nth| b"abcdefgh"[(nth.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 61) as usize]);
    let text: Vec<u8> = letters.enumerate().map(|(at, letter)| if at % 80 == 79 { b'\n' } else { letter }).collect();
    let mut packed = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    packed.write_all(&text).unwrap();
    std::fs::write(folder.join("b.bz2"), packed.finish().unwrap()).unwrap();
    // Which they unpack for one another.
    let members = text.chunks(300_000).flat_map(|text| {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(text).unwrap();
        packed.finish().unwrap()
    });
    std::fs::write(folder.join("c.gz"), members.collect::<Vec<u8>>()).unwrap();
    let (ended, all) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for run in 0..40 {
            let limits = Limits { split: 4_000_000, ..Limits::default() };
            let plan = Plan { all_detectors: false, ..plan(vec![folder.clone()], 2 + run % 2, limits) };
            let mut gone = |_| {
                // While the other file is scanned.
                std::thread::sleep(std::time::Duration::from_millis(5 * run as u64));
                Err(std::io::ErrorKind::BrokenPipe.into())
            };
            assert!(pipeline::run(&plan, &Progress::default(), &mut gone).is_err());
        }
        ended.send(()).unwrap();
    });
    all.recv_timeout(std::time::Duration::from_secs(120)).expect("every run ends");
}

#[test]
fn whatever_the_order_of_the_paths() {
    let folder = corpus();
    let names = ["mixed.log", "one-line.txt", "small.txt"].map(|name| folder.join(name));
    let forward = report(&plan(names.to_vec(), 2, Limits::default()));
    let backward = report(&plan(names.iter().rev().cloned().collect(), 2, Limits::default()));
    assert_eq!(forward, backward);
}

#[test]
fn of_databases_sheets_and_documents_too() {
    let folders: Vec<PathBuf> = ["sqlite", "office", "compound", "dbf", "mail", "bson", "redis", "parquet", "pdf"]
        .map(|name| PathBuf::from("fixtures").join(name))
        .into();
    let limits = |block, split| Limits { block, split, places: Places::All, ..Limits::default() };
    let expected = report(&plan(folders.clone(), 1, limits(256 << 10, 16 << 20)));
    assert!(expected.lines().count() > 60, "{expected}");
    for (threads, block, split) in [(1, 64, 1 << 20), (2, 1000, 1 << 20), (8, 4096, 1000)] {
        assert_eq!(
            report(&plan(folders.clone(), threads, limits(block, split))),
            expected,
            "{threads} threads, blocks of {block}, splits of {split}"
        );
    }
}
