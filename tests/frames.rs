//! What several threads unpack of one compressed file is what one thread unpacks: in reports of whole files, of damaged ones
//! and of those that are beyond a budget, also where real clients have written them.

#[allow(dead_code)]
#[path = "common/run.rs"]
mod run;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use derbes::finding::{Event, Summary};
use derbes::limits::{Limits, Places, Unpacking};
use proptest::prelude::*;
use proptest::sample::Index;

/// 3 MiB of lines, of which some have values.
static TEXT: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let line = |nth: usize| match nth % 40 {
        0 => format!("{nth} ИИН клиента 900517132728, тел. +7 (700) 000-{:02}-{:02}\n", nth % 97, nth % 89),
        20 => format!("{{\"key\": \"aigerim{nth}@romashka-demo.kz\"}}\n"),
        _ => format!("{nth} INFO {:x} {}\n", nth.wrapping_mul(0x9e37_79b9_7f4a_7c15), "в очереди ".repeat(nth % 5)),
    };
    (0..50_000).flat_map(|nth| line(nth).into_bytes()).collect()
});

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn zstd(text: &[u8]) -> Vec<u8> {
    zstd::encode_all(text, 1).unwrap()
}

/// A tar archive of one file.
fn tar(text: &[u8]) -> Vec<u8> {
    let mut header = [0; 512];
    header[..5].copy_from_slice(b"a.log");
    header[124..136].copy_from_slice(format!("{:011o}\0", text.len()).as_bytes());
    header[257..265].copy_from_slice(b"ustar\x0000");
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    [&header[..], text, &vec![0; 1024 + (512 - text.len() % 512) % 512]].concat()
}

/// A file of this test alone.
fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("frames");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// The report as JSON Lines, without the time it took.
fn report(path: &Path, threads: usize, block: usize, unpacking: &Unpacking) -> Vec<String> {
    let mut plan = run::plan(vec![path.to_owned()], unpacking.clone());
    plan.threads = threads;
    plan.limits = Limits { block, split: 1 << 20, places: Places::All, ..plan.limits };
    let timeless = |event| match event {
        Event::Summary(summary) => Event::Summary(Summary { seconds: 0.0, ..summary }),
        event => event,
    };
    run::run(&plan).events.into_iter().map(|event| serde_json::to_string(&timeless(event)).unwrap()).collect()
}

/// Holds what several threads report against what one does, and gives it.
fn the_same(path: &Path, unpacking: &Unpacking) -> Vec<String> {
    let alone = report(path, 1, 64 << 10, unpacking);
    for (threads, block) in [(2, 64 << 10), (3, 4096), (4, 300)] {
        let got = report(path, threads, block, unpacking);
        for (got, alone) in got.iter().zip(&alone) {
            assert_eq!(got, alone, "{}: {threads} threads, blocks of {block}", path.display());
        }
        assert_eq!(got.len(), alone.len());
    }
    alone
}

/// The report of what is stored, and that of its text.
fn as_its_text(name: &str, stored: &[u8]) {
    let path = file(name, stored);
    let plain = report(&file("plain.log", &TEXT), 1, 64 << 10, &Unpacking::default());
    let findings = |report: &[String]| -> Vec<String> {
        let of_text = report.iter().filter(|line| line.starts_with("{\"type\":\"finding\""));
        of_text.map(|line| line[line.find("\"category\"").unwrap()..].to_owned()).collect()
    };
    let got = the_same(&path, &Unpacking::default());
    assert!(findings(&got) == findings(&plain) && findings(&got).len() >= 3, "{name}");
    assert_eq!(got.len(), findings(&got).len() + 1, "{name}: {got:?}");
}

#[test]
fn whoever_unpacks_them() {
    for length in [20_000, 65_280, 300_000, 2_000_000] {
        let packed = |frame: fn(&[u8]) -> Vec<u8>| TEXT.chunks(length).flat_map(frame).collect::<Vec<u8>>();
        as_its_text("members.gz", &packed(gzip));
        as_its_text("frames.zst", &packed(zstd));
        // In it, a compressed file is looked for as everywhere.
        as_its_text("layers.zst", &gzip(&TEXT).chunks(length / 5).flat_map(zstd).collect::<Vec<u8>>());
    }
}

#[test]
fn in_archives_and_beyond_budgets() {
    let archive = tar(&TEXT);
    let cut = &archive[..archive.len() * 2 / 3];
    for (name, stored) in [("whole.tar.gz", &archive[..]), ("cut.tar.gz", cut)] {
        let got =
            the_same(&file(name, &stored.chunks(100_000).flat_map(gzip).collect::<Vec<u8>>()), &Unpacking::default());
        assert!(got.iter().any(|line| line.contains("!a.log")));
    }
    let path = file("budget.gz", &TEXT.chunks(100_000).flat_map(gzip).collect::<Vec<u8>>());
    for bytes in [150_000, 1_500_000, 2_222_222] {
        let got = the_same(&path, &Unpacking { bytes, ..Unpacking::default() });
        assert!(got.iter().any(|line| line.contains(&format!("more than {bytes} bytes unpacked"))));
    }
}

/// The text of these members is cut and damaged within, where a layer around it is whole.
#[test]
fn damage_of_an_inner_layer_is_told_of_at_the_same_place() {
    let mut inner = gzip(&TEXT);
    for at in [1000, inner.len() / 2, inner.len() - 3] {
        inner[at] ^= 0x55;
        let path = file("inner.zst", &inner.chunks(70_000).flat_map(zstd).collect::<Vec<u8>>());
        let got = the_same(&path, &Unpacking::default());
        assert!(got.iter().any(|line| line.starts_with("{\"type\":\"problem\"")), "{got:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn however_they_are_damaged(
        is_gzip: bool,
        length in 20_000..900_000usize,
        cut in any::<Option<Index>>(),
        flips in prop::collection::vec((any::<Index>(), 1..=u8::MAX), 0..3),
    ) {
        let frame = if is_gzip { gzip } else { zstd };
        let mut stored: Vec<u8> = TEXT.chunks(length).flat_map(frame).collect();
        for (at, change) in flips {
            let at = at.index(stored.len());
            stored[at] ^= change;
        }
        stored.truncate(cut.map_or(stored.len(), |cut| cut.index(stored.len() + 1)));
        the_same(&file("damaged", &stored), &Unpacking::default());
    }
}

/// What a command makes of the text; none where there is no such command.
fn packed(command: &str, arguments: &[&str]) -> Option<Vec<u8>> {
    let path = file("client.log", &TEXT);
    let child = Command::new(command).args(arguments).arg(path).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let Ok(child) = child else {
        println!("skipped: {command} is missing");
        return None;
    };
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{command}");
    Some(output.stdout)
}

#[test]
fn as_real_clients_write_them() {
    for (command, arguments) in [
        ("bgzip", &["-c"][..]),
        ("pzstd", &["-q", "-c", "-p", "4"]),
        ("gzip", &["-c"]),
        ("zstd", &["-q", "-c"]),
        ("zstd", &["-q", "-c", "--long"]),
        ("zstd", &["-q", "-c", "--no-check", "--rsyncable", "-T2"]),
    ] {
        if let Some(stored) = packed(command, arguments) {
            as_its_text("client.packed", &stored);
        }
    }
    // As rotated logs are appended to one another.
    if let (Some(one), Some(other)) = (packed("gzip", &["-c", "-1"]), packed("gzip", &["-c", "-9", "-n"])) {
        let twice = the_same(&file("twice.gz", &[one, other].concat()), &Unpacking::default());
        assert!(twice.iter().all(|line| !line.starts_with("{\"type\":\"problem\"")), "{twice:?}");
    }
}

#[test]
fn what_one_thread_alone_can_unpack_is_told_of_and_is_whole() {
    let zeros = vec![b'0'; 1 << 20];
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    (0..257).for_each(|_| encoder.write_all(&zeros).unwrap());
    let path = file("long.gz", &encoder.finish().unwrap());
    let [one, two] = [1, 2].map(|threads| report(&path, threads, 64 << 10, &Unpacking::default()));
    assert_eq!(one, two);
    let message =
        "one thread unpacked much of it, since its gzip members are long; several threads unpack what bgzip writes";
    assert_eq!(one.len(), 2);
    assert!(one[0].starts_with("{\"type\":\"problem\"") && one[0].contains(message), "{}", one[0]);
    assert!(one[1].contains("\"findings\":0") && one[1].contains("\"exit\":0"), "{}", one[1]);
}
