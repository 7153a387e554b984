use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::given::{given, open};
use super::*;
use crate::decode::{SNIFF, sniff};

const CLIENTS: &[u8] = include_bytes!("../../../fixtures/containers/payload/clients.csv");

const STREAMED: [&[u8]; 12] = [
    include_bytes!("../../../fixtures/containers/zip/deflate.zip"),
    include_bytes!("../../../fixtures/containers/zip/stored.zip"),
    include_bytes!("../../../fixtures/containers/zip/undelimited.zip"),
    include_bytes!("../../../fixtures/containers/zip/streamed.zip"),
    include_bytes!("../../../fixtures/containers/zip/encrypted.zip"),
    include_bytes!("../../../fixtures/containers/tar/pax.tar"),
    include_bytes!("../../../fixtures/containers/tar/sparse-1.0.tar"),
    include_bytes!("../../../fixtures/containers/tar/sparse-gnu.tar"),
    include_bytes!("../../../fixtures/containers/cpio/newc.cpio"),
    include_bytes!("../../../fixtures/containers/cpio/bin.cpio"),
    include_bytes!("../../../fixtures/containers/ar/gnu.a"),
    include_bytes!("../../../fixtures/containers/ar/bsd.a"),
];

/// Those that are opened by libraries, or have their directory at the end.
const OTHERS: [&[u8]; 7] = [
    include_bytes!("../../../fixtures/containers/zip/lzma.zip"),
    include_bytes!("../../../fixtures/containers/zip/deflate64.zip"),
    include_bytes!("../../../fixtures/containers/7z/lzma2.7z"),
    include_bytes!("../../../fixtures/containers/7z/ppmd.7z"),
    include_bytes!("../../../fixtures/containers/7z/bcj2.7z"),
    include_bytes!("../../../fixtures/containers/7z/copy.7z"),
    include_bytes!("../../../fixtures/containers/7z/encrypted-names.7z"),
];

#[test]
fn a_cut_anywhere_gives_what_stands_before_it_and_is_told() {
    for stored in STREAMED {
        let whole = open(stored);
        let name = sniff(stored).container.unwrap().name;
        let mut most = 0;
        for cut in 0..=stored.len() {
            let given = open(&stored[..cut]);
            let bytes = given.members.iter().map(|(_, content)| content.len()).sum();
            assert!(bytes >= most, "{name} cut at {cut}");
            most = bytes;
            for ((name, content), (whole_name, whole)) in given.members.iter().zip(&whole.members) {
                assert_eq!(name, whole_name, "{name} cut at {cut}");
                assert!(whole.starts_with(content), "{name} cut at {cut}");
            }
            // Padding after the end may be missing, and what has no end of its own may end between two members.
            if sniff(&stored[..cut.min(SNIFF)]).container.is_some() && given.told == whole.told {
                assert!(name == "ar" || given.members == whole.members, "{name} cut at {cut}");
            }
        }
        assert_eq!(most, whole.members.iter().map(|(_, content)| content.len()).sum::<usize>());
    }
}

#[test]
fn a_damaged_header_of_tar_loses_one_member() {
    let member = |name: &str| {
        let stored = STREAMED[5];
        let start = stored.len() - 1024 - 512 - 512;
        let mut header = stored[start..start + 1024].to_vec();
        header[..100].fill(0);
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[148..156].fill(b' ');
        let sum: u32 = header[..512].iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        header
    };
    let mut archive = [member("a.csv"), member("b.csv"), member("c.csv"), vec![0; 1024]].concat();
    assert_eq!(open(&archive).told, [""; 0]);
    archive[1024 + 130] ^= 1;
    let given = open(&archive);
    let names: Vec<_> = given.members.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["a.csv", "c.csv"]);
    assert_eq!(given.told, ["a header of the tar archive: no tar header at byte 1024"]);
    // Archives may be joined.
    let joined = [member("a.csv"), vec![0; 1024], member("b.csv"), vec![0; 1024]].concat();
    assert_eq!(open(&joined).members.len(), 2);
    assert_eq!(open(&joined).members[1].1, CLIENTS);
    assert_eq!(open(&joined[..1024]).told, ["the tar archive has no end"]);
}

#[test]
fn a_zip_gives_what_its_directory_hides_and_tells_what_it_makes_up() {
    let stored = STREAMED[0];
    let directory = memchr::memmem::find(stored, b"PK\x01\x02").unwrap();
    let entry = memchr::memmem::find(&stored[directory + 4..], b"PK\x01\x02").unwrap() + 4;
    let hidden = [&stored[..directory], &stored[directory + entry..]].concat();
    assert_eq!(open(&hidden), open(stored));
    let mut made_up = stored.to_vec();
    made_up[directory + 42] = 1;
    let given = open(&made_up);
    assert_eq!(given.members, open(stored).members);
    assert_eq!(given.told, ["1 members are not where the zip directory has them"]);
    // Bytes between members, as signed packages have them, and a member whose sum is wrong.
    let signed = [&[0; 5][..], &26u64.to_le_bytes(), b"PK", &26u64.to_le_bytes(), b"APK Sig Block 42"].concat();
    let between = |bytes: &[u8]| open(&[&stored[..directory], bytes, &stored[directory..]].concat());
    assert_eq!(between(&signed), open(stored));
    assert_eq!(between(&signed[8..]).told, [": bytes of the zip archive that belong to no member (31)"]);
    let mut broken = stored.to_vec();
    broken[14] ^= 1;
    let given = open(&broken);
    assert_eq!((given.members, &*given.told[0]), (open(stored).members, "zip checksum mismatch"));
}

/// What a zip header says of a member: the method, the sum, and the stored and the whole length.
type Said = (u16, u32, usize, usize);

/// A zip of one member, whose header says `local` and whose directory says `listed`; `after` stands after it.
fn zip(name: &str, local: Said, stored: &[u8], after: &[u8], listed: Said) -> Vec<u8> {
    let said = |(method, crc, stored, length): Said| {
        let lengths = [crc.to_le_bytes(), (stored as u32).to_le_bytes(), (length as u32).to_le_bytes()].concat();
        [&[20, 0, 0, 0][..], &method.to_le_bytes(), &[0; 4], &lengths, &(name.len() as u32).to_le_bytes()].concat()
    };
    let members = [b"PK\x03\x04", &said(local)[..], name.as_bytes(), stored, after].concat();
    let entry = [b"PK\x01\x02\x14\0", &said(listed)[..], &[0; 14], name.as_bytes()].concat();
    let places = [(entry.len() as u32).to_le_bytes(), (members.len() as u32).to_le_bytes()].concat();
    [&members, &entry, &b"PK\x05\x06\0\0\0\0\x01\0\x01\0"[..], &places, &[0; 2]].concat()
}

#[test]
fn bytes_of_a_zip_that_belong_to_no_member_are_counted() {
    let text = b"900517132728";
    let right = (0, crc32fast::hash(b"hi"), 2, 2);
    let whole = zip("a", right, b"hi", b"", right);
    assert_eq!(open(&whole), given(&[("a", b"hi")], &[]));
    let lost = |bytes: usize| format!(": bytes of the zip archive that belong to no member ({bytes})");
    // After the end, where padding with zeros is none; before the directory; alone after an empty archive.
    assert_eq!(open(&[&whole[..], &[0; 9]].concat()), given(&[("a", b"hi")], &[]));
    assert_eq!(open(&[&whole[..], text].concat()), given(&[("a", b"hi")], &[&lost(12)]));
    assert_eq!(open(&[&whole[..], b"1"].concat()), given(&[("a", b"hi")], &[&lost(1)]));
    let gap = zip("a", right, b"hi", b"PK 900517132728 P", right);
    assert_eq!(open(&gap), given(&[("a", b"hi")], &[&lost(17)]));
    let empty = [&b"PK\x05\x06"[..], &[0; 18], text].concat();
    assert_eq!(open(&empty), given(&[], &[&lost(12)]));
    // What is left of a member once its stream of a stored block has ended.
    let stream = [&b"\x01\x02\0\xFD\xFFhi"[..], text].concat();
    let slack = (8, right.1, stream.len(), 2);
    assert_eq!(open(&zip("a", slack, &stream, b"", slack)), given(&[("a", b"hi")], &[&lost(12)]));
    // A name of a folder hides no content, and comments are read.
    assert_eq!(open(&zip("a/", right, b"hi", b"", right)), given(&[("a/", b"hi")], &[]));
    let mut comment = whole.clone();
    *comment.last_chunk_mut().unwrap() = 12u16.to_le_bytes();
    comment.extend(text);
    assert_eq!(open(&comment), given(&[("a", b"hi"), ("(comment)", text)], &[]));
}

#[test]
fn a_header_of_a_zip_that_lies_is_held_against_the_directory() {
    let text = b"900517132728";
    let right = (0, crc32fast::hash(text), 12, 12);
    let different = "1 members have another length or sum in the zip directory";
    let nothing = zip("a", (0, 0, 0, 0), text, b"", right);
    let lost = ": bytes of the zip archive that belong to no member (12)";
    assert_eq!(open(&nothing), given(&[("a", b"")], &[different, lost]));
    let short = zip("a", (0, crc32fast::hash(b"9005"), 4, 4), text, b"", right);
    let lost = ": bytes of the zip archive that belong to no member (8)";
    assert_eq!(open(&short), given(&[("a", b"9005")], &[different, lost]));
}

#[test]
fn sums_and_lengths_of_a_zip_are_checked_in_every_method() {
    let wrong = (0, 1, 2, 2);
    assert_eq!(open(&zip("a", wrong, b"hi", b"", wrong)), given(&[("a", b"hi")], &["zip checksum mismatch"]));
    let wrong = (8, crc32fast::hash(b"hi"), 7, 1);
    let given = open(&zip("a", wrong, b"\x01\x02\0\xFD\xFFhi", b"", wrong));
    assert_eq!(given.told, ["zip length mismatch"]);
    assert_eq!(given.members[0].1, b"hi");
}

/// A header of tar, and a content padded to whole blocks.
fn tar(name: &str, kind: u8, length: &[u8], content: &[u8]) -> Vec<u8> {
    let mut header = [0; 512];
    header[..name.len()].copy_from_slice(name.as_bytes());
    header[124..124 + length.len()].copy_from_slice(length);
    header[156] = kind;
    header[257..265].copy_from_slice(b"ustar  \0");
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    let mut archive = [&header, content].concat();
    archive.resize(archive.len().next_multiple_of(512), 0);
    archive
}

#[test]
fn contents_that_others_hide_are_given() {
    let text: &[u8] = b"900517132728";
    let end = [0; 1024];
    for (name, kind) in [("a/", 0), ("a", b'D'), ("a", b'V'), ("a", b'N'), ("a", b'S')] {
        let archive = [&tar(name, kind, b"14", text)[..], &end].concat();
        assert_eq!(open(&archive), given(&[(name, text)], &[]), "{}", char::from(kind));
    }
    assert_eq!(open(&[&tar("a/", 0, b"0", b"")[..], &end].concat()), given(&[], &[]));
    let map = tar("pax", b'x', b"26", b"22 GNU.sparse.map=0,0\n");
    let archive = [&map[..], &tar("a", b'0', b"14", text), &end].concat();
    assert_eq!(open(&archive), given(&[("a", text)], &[]));
    let cpio = |name: &str, mode: u32, content: &[u8]| {
        let fields = [1, mode, 0, 0, 1, 0, content.len() as u32, 0, 0, 0, 0, name.len() as u32 + 1, 0];
        let fields: String = fields.iter().map(|field| format!("{field:08X}")).collect();
        let mut archive = format!("070701{fields}{name}\0").into_bytes();
        archive.resize(archive.len().next_multiple_of(4), 0);
        archive.extend(content);
        archive.resize(archive.len().next_multiple_of(4), 0);
        archive
    };
    let end = cpio("TRAILER!!!", 0, b"");
    let archive = [cpio("d", 0o40_755, text), cpio("e", 0o40_755, b""), cpio("l", 0o120_777, b"d"), end].concat();
    assert_eq!(open(&archive), given(&[("d", text)], &[]));
    let symbols = [format!("!<arch>\n{:<48}{:<10}`\n", "/", text.len()).as_bytes(), text].concat();
    assert_eq!(open(&symbols), given(&[("(symbols)", text)], &[]));
}

#[test]
fn headers_of_tar_that_cannot_be_cost_one_file() {
    let next = [&tar("b", b'0', b"2", b"hi")[..], &[0; 1024]].concat();
    let archive = [tar("a", b'0', b"zzz", b""), next.clone()].concat();
    assert_eq!(open(&archive), given(&[("b", b"hi")], &["a tar header at byte 0 tells no length"]));
    let damaged = "a header of the tar archive: no tar header at byte 512";
    for kind in [b'L', b'K', b'x', b'g'] {
        let archive = [tar("long", kind, b"24000000", &[b'a'; 600]), next.clone()].concat();
        assert_eq!(open(&archive), given(&[("b", b"hi")], &["5242880 bytes of tar headers before one file", damaged]));
    }
    // Headers that are short each add up.
    let record = [&b"2097152 k="[..], &vec![b'a'; (2 << 20) - 11], b"\n"].concat();
    let archive = [tar("pax", b'x', b"10000000", &record).repeat(3), next].concat();
    let told = open(&archive);
    assert_eq!(told.told[0], "6291456 bytes of tar headers before one file");
    assert_eq!(told.members, [("b".to_owned(), b"hi".to_vec())]);
}

#[cfg(all(feature = "bzip2", feature = "xz"))]
#[test]
fn members_of_unknown_length_end_with_their_first_stream() {
    let text: &[u8] = include_bytes!("../../../fixtures/containers/layers/text");
    for (method, stored) in [
        (12, include_bytes!("../../../fixtures/containers/layers/text.bz2").to_vec()),
        (95, include_bytes!("../../../fixtures/containers/layers/text.xz").to_vec()),
        (93, zstd::encode_all(text, 3).unwrap()),
    ] {
        let right = (method, crc32fast::hash(text), stored.len(), text.len());
        let numbers = [right.1, right.2 as u32, right.3 as u32].map(u32::to_le_bytes).concat();
        let after = [b"PK\x07\x08", &numbers[..]].concat();
        let mut archive = zip("a", (method, 0, 0, 0), &stored, &after, right);
        archive[6] = 8;
        assert!(open(&archive) == given(&[("a", text)], &[]), "method {method}: {:?}", open(&archive).told);
    }
}

/// A number of a 7z directory, below 128^2.
#[cfg(feature = "sevenz")]
fn short(number: usize) -> Vec<u8> {
    if number < 128 { vec![number as u8] } else { vec![0x80 | (number >> 8) as u8, number as u8] }
}

/// A 7z of members that are stored as they are, with these sums.
#[cfg(feature = "sevenz")]
fn sevenz(members: &[(&str, &[u8], u32)]) -> Vec<u8> {
    let packed = members.iter().flat_map(|member| member.1).copied().collect::<Vec<_>>();
    let length = short(packed.len());
    let lengths = members[1..].iter().flat_map(|member| short(member.1.len()));
    let sums = members.iter().flat_map(|member| member.2.to_le_bytes());
    let names = members.iter().flat_map(|member| format!("{}\0", member.0).encode_utf16().collect::<Vec<_>>());
    let names: Vec<_> = std::iter::once(0).chain(names.flat_map(u16::to_le_bytes)).collect();
    let header = [
        &[1, 4, 6, 0, 1, 9][..],
        &length,
        &[0, 7, 11, 1, 0, 1, 1, 0, 12],
        &length,
        &[0, 8, 13, members.len() as u8, 9],
        &lengths.collect::<Vec<_>>(),
        &[10, 1],
        &sums.collect::<Vec<_>>(),
        &[0, 0, 5, members.len() as u8, 17],
        &short(names.len()),
        &names,
        &[0, 0],
    ]
    .concat();
    let places = [(packed.len() as u64).to_le_bytes(), (header.len() as u64).to_le_bytes()].concat();
    let head = [&places[..], &crc32fast::hash(&header).to_le_bytes()].concat();
    [b"7z\xBC\xAF\x27\x1C\0\x04", &crc32fast::hash(&head).to_le_bytes()[..], &head, &packed, &header].concat()
}

#[cfg(feature = "sevenz")]
#[test]
fn a_wrong_sum_in_a_7z_loses_nothing_and_bytes_of_no_member_are_told() {
    let (text, sum) = (&b"900517132728"[..], crc32fast::hash(b"900517132728"));
    let right = sevenz(&[("a", text, sum), ("b", text, sum)]);
    assert_eq!(open(&right), given(&[("a", text), ("b", text)], &[]));
    let wrong = sevenz(&[("a", text, 1), ("b", text, sum)]);
    assert_eq!(open(&wrong), given(&[("a", text), ("b", text)], &["7z checksum mismatch"]));
    let lost = ": bytes of the 7z archive that belong to no member (12)";
    assert_eq!(open(&[&right[..], text].concat()), given(&[("a", text), ("b", text)], &[lost]));
}

#[test]
fn numbers_are_told_in_digits() {
    assert_eq!(number(b"0000644\0", 8), Some(0o644));
    assert_eq!(number(b" 12 ", 10), Some(12));
    assert_eq!(number(b"", 10), Some(0));
    assert_eq!(number(b"+1", 10), None);
    assert_eq!(number(b"-1", 10), None);
    assert_eq!(number(b"8", 8), None);
    assert_eq!(number(b"99999999999999999999999", 10), None);
}

proptest! {
    #[test]
    fn any_bytes_are_opened_without_a_panic(
        magic in select(vec![
            &b"PK\x03\x04\x14\0"[..], b"PK\x05\x06", b"7z\xBC\xAF\x27\x1C\0\x04", b"!<arch>\n", b"070701", b"070707",
            b"\xC7\x71", b"\x71\xC7", b"",
        ]),
        rest in prop::collection::vec(any::<u8>(), 0..2000),
    ) {
        open(&[magic, &rest].concat());
    }

    #[test]
    fn broken_containers_are_opened_without_a_panic(
        stored in select([&STREAMED[..], &OTHERS].concat()),
        changes in prop::collection::vec((any::<Index>(), any::<u8>()), 1..4),
        cut in prop::option::of(any::<Index>()),
    ) {
        let mut stored = stored.to_vec();
        for (at, byte) in changes {
            let at = at.index(stored.len());
            stored[at] = byte;
        }
        if let Some(cut) = cut {
            stored.truncate(cut.index(stored.len()));
        }
        open(&stored);
    }
}
