//! Hostile containers: bombs, nests, lies and names cost no more than a budget, hide nothing that can be read, and are told.
//! And the property that holds for all others: a file gives in any nest of containers what it gives alone.

#[path = "common/run.rs"]
mod run;

use std::io::{Read, Write};
use std::path::PathBuf;

use derbes::finding::{Event, Finding};
use derbes::input::Origin;
use derbes::limits::Unpacking;
use derbes::report::{self, Format, Options};
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use proptest::prelude::*;
use proptest::sample::select;
use run::{Run, plan};

/// A file of this test.
fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("hostile");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn scan(name: &str, bytes: &[u8], unpacking: Unpacking) -> Run {
    run::run(&plan(vec![file(name, bytes)], unpacking))
}

const TEXT: &[u8] = "ИИН клиента 900517132728, тел. +7 (700) 000-00-19\n".as_bytes();

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = Vec::new();
    for (name, content) in members {
        let mut header = [0; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        header[156] = b'0';
        header[257..265].copy_from_slice(b"ustar\x0000");
        seal(&mut header);
        archive.extend(header);
        archive.extend(*content);
        archive.resize(archive.len().next_multiple_of(512), 0);
    }
    archive.resize(archive.len() + 1024, 0);
    archive
}

/// Writes the sum of a header of tar.
fn seal(header: &mut [u8]) {
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
}

/// A zip whose directory tells of members `times` over.
fn zip(members: &[(&str, &[u8])], times: usize) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in members {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(content).unwrap();
        let stored = encoder.finish().unwrap();
        let mut crc = flate2::Crc::new();
        crc.update(content);
        let mut header = vec![20, 0, 0, 8, 8, 0, 0, 0, 0, 0];
        header.extend(crc.sum().to_le_bytes());
        header.extend((stored.len() as u32).to_le_bytes());
        header.extend((content.len() as u32).to_le_bytes());
        header.extend((name.len() as u32).to_le_bytes());
        let at = archive.len() as u32;
        for _ in 0..times {
            directory.extend([b"PK\x01\x02\x14\0", &header[..], &[0; 10], &at.to_le_bytes(), name.as_bytes()].concat());
        }
        archive.extend([b"PK\x03\x04", &header[..], name.as_bytes(), &stored].concat());
    }
    let at = archive.len() as u32;
    let length = directory.len() as u32;
    archive.extend(directory);
    archive.extend(
        [&b"PK\x05\x06\0\0\0\0\xFF\xFF\xFF\xFF"[..], &length.to_le_bytes(), &at.to_le_bytes(), &[0; 2]].concat(),
    );
    archive
}

fn cpio(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = Vec::new();
    for (name, content) in members.iter().chain([&("TRAILER!!!", &b""[..])]) {
        let fields = [1, 0o100_644, 0, 0, 1, 0, content.len(), 0, 0, 0, 0, name.len() + 1, 0];
        archive.extend(b"070701");
        archive.extend(fields.iter().flat_map(|field| format!("{field:08X}").into_bytes()));
        archive.extend([name.as_bytes(), b"\0"].concat());
        archive.resize(archive.len().next_multiple_of(4), 0);
        archive.extend(*content);
        archive.resize(archive.len().next_multiple_of(4), 0);
    }
    archive
}

fn ar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = b"!<arch>\n".to_vec();
    for (name, content) in members {
        let length = name.len() + content.len();
        archive.extend(format!("#1/{:<13}0           0     0     100644  {length:<10}`\n", name.len()).into_bytes());
        archive.extend([name.as_bytes(), content].concat());
        archive.resize(archive.len().next_multiple_of(2), b'\n');
    }
    archive
}

#[test]
fn a_bomb_is_cut_off_at_the_ratio() {
    let zeros = zstd::encode_all(std::io::repeat(0).take(600 << 20), 1).unwrap();
    let budget = Unpacking { ratio: 1000, ..Unpacking::default() };
    for (name, bomb) in
        [("bomb.zst", zeros.clone()), ("bomb.zip", zip(&[("zeros.zst", &zeros)], 1)), ("bomb.gz", gzip(&zeros))]
    {
        let run = scan(name, &bomb, budget.clone());
        assert_eq!(run.missed().len(), 1, "{:?}", run.missed());
        assert!(run.missed()[0].contains("skipped: more than 1000 bytes from each stored one (--max-ratio)"));
        assert_eq!(run.summary().exit, 3);
    }
}

#[test]
fn members_that_overlap_are_read_once() {
    let run = scan("overlapping.zip", &zip(&[("a.txt", TEXT)], 10_000), Unpacking::default());
    assert_eq!(run.lines(), ["overlapping.zip!a.txt iin 1", "overlapping.zip!a.txt phone 1"]);
}

#[test]
fn a_nest_without_end_is_left_at_the_depth() {
    let mut nest = zip(&[("x.txt", TEXT)], 1);
    for _ in 0..40 {
        nest = zip(&[("x.txt", TEXT), ("x.zip", &nest)], 1);
    }
    let run = scan("nest.zip", &nest, Unpacking::default());
    assert_eq!(run.findings().len(), 2 * 16);
    assert_eq!(run.missed().len(), 1);
    assert!(run.missed()[0].contains("skipped: more than 16 containers inside one another (--max-depth)"));
    // Compressed streams inside one another, too.
    let layers = (0..6).fold(TEXT.to_vec(), |inner, _| gzip(&inner));
    let run = scan("layers.zip", &zip(&[("a.gz", &layers), ("b.txt", TEXT)], 1), Unpacking::default());
    assert_eq!(run.missed(), ["layers.zip!a.gz problem: more than 4 compressed layers inside one another"]);
    assert_eq!(run.findings().len(), 2);
}

#[test]
fn a_wide_nest_ends_with_the_members() {
    // Each has sixteen of the one inside: 16^6 in all.
    let mut nest = b"text".to_vec();
    for depth in 0..6 {
        let name = if depth == 0 { "x" } else { "x.tar" };
        nest = zstd::encode_all(&*tar(&[(name, &*nest); 16]), 3).unwrap();
    }
    let run = scan("wide.tar.zst", &nest, Unpacking { members: 5000, ..Unpacking::default() });
    assert_eq!(run.missed().len(), 1, "{:?}", run.missed());
    assert!(run.missed()[0].contains("skipped: more than 5000 members (--max-members)"), "{:?}", run.missed());
    assert!(run.summary().incomplete);
}

#[test]
fn names_lead_nowhere_and_steer_nothing() {
    let names =
        ["../../etc/passwd", "/etc/shadow", "a\x1B[31m\x07.txt", "b\n::error::.txt", "c\u{202E}gpj.txt", "..\\d.txt"];
    let members = names.map(|name| (name, TEXT));
    for (name, archive) in [("names.tar", tar(&members)), ("names.zip", zip(&members, 1)), ("names.a", ar(&members))] {
        let run = scan(name, &archive, Unpacking::default());
        assert_eq!(run.findings().len(), 2 * names.len(), "{name}");
        let paths: Vec<_> =
            run.findings().iter().map(|f| f.path.as_str().split_once('!').unwrap().1.to_owned()).collect();
        assert!(
            paths.iter().all(|path| !path.starts_with('/') && !path.split('/').any(|part| part == "..")),
            "{paths:?}"
        );
        let shared = Shared::default();
        let mut report = report::new(Format::Human, Box::new(shared.clone()), Options::default());
        run.events.iter().for_each(|event| report.event(event).unwrap());
        drop(report);
        let shown = String::from_utf8(shared.0.lock().unwrap().clone()).unwrap();
        assert!(shown.contains("etc/passwd") && !shown.contains(['\x1B', '\x07', '\u{202E}']), "{shown}");
        assert!(!shown.lines().any(|line| line.starts_with("::")), "{shown}");
    }
}

#[test]
fn what_a_header_lies_about_costs_that_member_alone() {
    let members = [("a.txt", TEXT), ("b.txt", TEXT), ("c.txt", TEXT)];
    let archive = zip(&members, 1);
    let second = archive.windows(5).position(|bytes| bytes == b"b.txt").unwrap() - 30;
    for (at, byte) in [(18, 3), (18, 60), (14, 0), (22, 0xFF), (8, 77), (6, 1)] {
        let mut lying = archive.clone();
        lying[second + at] = byte;
        let run = scan("lying.zip", &lying, Unpacking::default());
        let whole = |name: &str| run.findings().iter().filter(|f| f.path.as_str().ends_with(name)).count() == 2;
        assert!(whole("a.txt") && (whole("c.txt") || at == 18), "byte {at}: {:?}", run.lines());
        assert!(whole("b.txt") || !run.missed().is_empty(), "byte {at}: {:?}", run.lines());
    }
    let mut endless = tar(&members);
    endless[1024 + 124..1024 + 135].copy_from_slice(b"77777777777");
    seal(&mut endless[1024..1536]);
    let run = scan("endless.tar", &endless, Unpacking::default());
    assert!(run.missed()[0].contains("endless.tar!b.txt problem: unexpected end of file"), "{:?}", run.missed());
    assert_eq!(run.missed().len(), 1, "a cut is told of where it is met: {:?}", run.missed());
}

#[test]
fn a_cut_at_any_place_is_told_and_what_stands_before_it_is_found() {
    let inner = gzip(&tar(&[("a.txt", TEXT), ("b.txt", &TEXT.repeat(20))]));
    let archive = zip(&[("a.txt", TEXT), ("inner.tgz", &inner), ("z.txt", TEXT)], 1);
    let mut most = 0;
    for cut in 1..archive.len() {
        let run = scan("cut.zip", &archive[..cut], Unpacking::default());
        let hits = run.summary().hits;
        assert!(hits >= most, "cut at {cut}: {:?}", run.lines());
        most = hits;
        assert!(cut < 4 || run.summary().incomplete, "cut at {cut}: {:?}", run.lines());
    }
    assert_eq!(most, 2 * 23);
}

#[test]
fn the_end_of_a_container_is_told_besides_that_of_its_last_member() {
    // A damaged stream, and then a damaged header; a cut stream, and then a cut header.
    let damaged = [&gzip(TEXT)[..10], &[0xFF; 8]].concat();
    let broken = [ar(&[("a.gz", &damaged)]), vec![b'X'; 60], ar(&[("b.txt", TEXT)])].concat();
    let run = scan("broken.a", &broken, Unpacking::default());
    assert_eq!(run.missed().len(), 2, "{:?}", run.missed());
    assert!(run.missed()[0].contains("broken.a problem: a header of the ar archive is damaged"), "{:?}", run.missed());
    let whole = tar(&[("a.gz", &gzip(TEXT)[..20]), ("b.txt", TEXT)]);
    let run = scan("headless.tar", &whole[..1024 + 200], Unpacking::default());
    assert_eq!(run.missed().len(), 2, "{:?}", run.missed());
    assert!(run.missed()[0].contains("headless.tar problem: unexpected end of file"), "{:?}", run.missed());
}

/// What a report is written to.
#[derive(Clone, Default)]
struct Shared(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A way to wrap a file, and the name of the member that it is then.
type Wrap = (&'static str, fn(&[u8]) -> Vec<u8>);

const MEMBER: &str = "payload.txt";

const WRAPS: [Wrap; 7] = [
    ("", gzip),
    ("", |bytes| zstd::encode_all(bytes, 1).unwrap()),
    (MEMBER, |bytes| tar(&[(MEMBER, bytes)])),
    (MEMBER, |bytes| zip(&[(MEMBER, bytes)], 1)),
    (MEMBER, |bytes| cpio(&[(MEMBER, bytes)])),
    (MEMBER, |bytes| ar(&[(MEMBER, bytes)])),
    (MEMBER, |bytes| gzip(&tar(&[(MEMBER, bytes)]))),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_file_gives_in_any_nest_what_it_gives_alone(
        lines in prop::collection::vec(select(vec![
            "ИИН 900517132728", "тел. +7 (700) 000-00-19; a@romashka-demo.kz", "", "id;ИИН;Телефон", "1;750228150059;87000000019",
            "INSERT INTO t (iin) VALUES ('900517132728'),('750228150059');", "COPY t (iin) FROM stdin;", "900517132728", "\\.",
        ]), 0..60),
        wraps in prop::collection::vec(select(WRAPS.to_vec()), 1..5),
        wide: bool,
    ) {
        let text = lines.join("\n");
        let stored: Vec<u8> = if wide { text.encode_utf16().flat_map(u16::to_le_bytes).collect() } else { text.into_bytes() };
        let moved = |run: &Run| -> Vec<Finding> {
            run.findings().into_iter().map(|finding| Finding { path: Origin::stdin(), ..finding.clone() }).collect()
        };
        let alone = scan(MEMBER, &stored, Unpacking::default());
        // A table without a name is called by its file.
        let name = if wraps.iter().all(|(member, _)| member.is_empty()) { MEMBER } else { "nest" };
        let nest = wraps.iter().fold(stored, |inner, (_, wrap)| wrap(&inner));
        let nested = scan(name, &nest, Unpacking::default());
        prop_assert_eq!(moved(&nested), moved(&alone));
        let faults = |run: &Run| run.events.iter().filter(|event| matches!(event, Event::Problem(_))).count();
        prop_assert_eq!(faults(&nested), faults(&alone));
        let summary = nested.summary();
        prop_assert_eq!(summary.bytes_seen, nest.len() as u64);
    }
}

#[test]
#[cfg(unix)]
fn a_file_of_terabytes_with_holes_costs_what_stands_in_it() {
    use std::os::unix::fs::FileExt;
    let path = file("disk.img", TEXT);
    let image = std::fs::File::options().write(true).open(&path).unwrap();
    let length = 4 << 40;
    if image.set_len(length).and_then(|()| image.write_all_at(TEXT, 3 << 40)).is_err() {
        println!("skipped: this file system takes no file of 4 TB");
        return std::fs::remove_file(&path).unwrap();
    }
    let run = run::run(&plan(vec![path.clone()], Unpacking::default()));
    std::fs::remove_file(&path).unwrap();
    assert_eq!(run.findings().iter().map(|finding| finding.hits).sum::<u64>(), 4);
    assert_eq!((run.summary().bytes_seen, run.summary().bytes_examined), (length, length));
}
