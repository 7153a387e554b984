use std::io::Write;
use std::sync::mpsc;

use flate2::write::GzEncoder;
use proptest::prelude::*;

use super::*;
use crate::decode::tests::{TEXT, drain};
use crate::decode::{Decoder, Meter};

/// What helpers do with frames that are given to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Do {
    /// They want none.
    Refuse,
    /// Nobody comes to unpack them.
    Nothing,
    /// They unpack them at once.
    Unpack,
    /// A thread unpacks them, the last first where several wait.
    Race,
}

struct Fake {
    does: Do,
    racer: mpsc::Sender<Weak<Frames>>,
}

impl Fake {
    fn new(does: Do) -> Arc<Self> {
        let (racer, given) = mpsc::channel::<Weak<Frames>>();
        std::thread::spawn(move || {
            while let Ok(frames) = given.recv() {
                let mut waiting: Vec<_> = std::iter::once(frames).chain(given.try_iter()).collect();
                while let Some(frames) = waiting.pop() {
                    if let Some(frames) = frames.upgrade() {
                        frames.unpack();
                    }
                }
            }
        });
        Arc::new(Self { does, racer })
    }
}

impl Helpers for Fake {
    fn threads(&self) -> usize {
        3
    }

    fn want(&self) -> bool {
        self.does != Do::Refuse
    }

    fn give(&self, frames: Weak<Frames>) {
        match self.does {
            Do::Refuse => panic!("nobody wants them"),
            Do::Nothing => {}
            Do::Unpack => drop(frames.upgrade().map(|frames| frames.unpack())),
            Do::Race => self.racer.send(frames).unwrap(),
        }
    }
}

/// Bounds under which short texts have many pieces.
const SHORT: Bounds = Bounds {
    block: 50,
    longest: Size { stored: 400, text: 3000 },
    together: Size { stored: 150, text: 500 },
    ahead: 1200,
};

/// What was read of a stream.
struct Got {
    text: Vec<u8>,
    error: Option<String>,
    stored: u64,
    streamed: u64,
}

impl Got {
    /// Holds it against what is to be read of it; texts are too long to be shown.
    fn gives(&self, text: &[u8], error: Option<&str>) {
        assert_eq!((self.text.len(), self.error.as_deref()), (text.len(), error));
        assert!(self.text == text);
    }
}

fn read(stored: &[u8], bounds: Bounds, does: Do, by: usize) -> Got {
    let sharing = Sharing { bounds, ..Sharing::new(Fake::new(does)) };
    let streamed = sharing.streamed.clone();
    let mut decoder = Decoder::open(stored, 1, &Meter::generous(), Some(sharing)).unwrap();
    let (text, error) = drain(&mut decoder, by);
    Got { text, error, stored: decoder.stored_read(), streamed: streamed.get() }
}

/// What is read is the same whoever unpacks, and what is read by one who knows of no frames.
fn the_same(stored: &[u8], bounds: Bounds) -> Got {
    let got = whoever_unpacks(stored, bounds);
    let mut decoder = Decoder::new(stored, 1).unwrap();
    let (text, error) = drain(&mut decoder, 1000);
    assert!(text == got.text && error == got.error, "{error:?} {:?}", got.error);
    got
}

fn whoever_unpacks(stored: &[u8], bounds: Bounds) -> Got {
    let alone = read(stored, bounds, Do::Refuse, 1000);
    for (does, by) in [(Do::Refuse, 7), (Do::Nothing, 1 << 16), (Do::Unpack, 1000), (Do::Race, 300)] {
        let got = read(stored, bounds, does, by);
        assert_eq!(
            (got.text == alone.text, got.error, got.stored),
            (true, alone.error.clone(), alone.stored),
            "{does:?}"
        );
    }
    alone
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn zstd(text: &[u8]) -> Vec<u8> {
    ::zstd::encode_all(text, 3).unwrap()
}

/// A frame that does not tell how much text it has.
fn zstd_stream(text: &[u8]) -> Vec<u8> {
    let mut encoder = ::zstd::stream::write::Encoder::new(Vec::new(), 3).unwrap();
    encoder.include_checksum(true).unwrap();
    text.chunks(700).for_each(|piece| {
        encoder.write_all(piece).unwrap();
        encoder.flush().unwrap();
    });
    encoder.finish().unwrap()
}

/// A block as bgzip writes them: a gzip member whose header tells its length.
fn bgzf(text: &[u8]) -> Vec<u8> {
    let member = gzip(text);
    let length = (member.len() + 8 - 1) as u16;
    [&member[..3], &[4], &member[4..10], &[6, 0, b'B', b'C', 2, 0], &length.to_le_bytes(), &member[10..]].concat()
}

fn skippable(length: u32, content: &[u8]) -> Vec<u8> {
    [&[0x5A, 0x2A, 0x4D, 0x18][..], &length.to_le_bytes(), content].concat()
}

/// So many different lines, from one on.
fn lines(from: usize, count: usize) -> Vec<u8> {
    (from..from + count).flat_map(|line| format!("{line} {} {TEXT}", line * 7919 % 1000).into_bytes()).collect()
}

#[test]
fn frames_that_follow_one_another_are_unpacked_apart() {
    for (kind, frame) in [gzip, bgzf, zstd, zstd_stream].into_iter().enumerate() {
        let texts: Vec<Vec<u8>> = (0..40).map(|nth| lines(nth * 10, 1 + nth % 9)).collect();
        let stored: Vec<u8> = texts.iter().flat_map(|text| frame(text)).collect();
        let got = the_same(&stored, SHORT);
        got.gives(&texts.concat(), None);
        assert_eq!((got.stored, got.streamed), (stored.len() as u64, 0), "{kind}");
    }
}

#[test]
fn one_frame_and_what_is_too_long_are_a_stream() {
    for frame in [gzip, zstd, zstd_stream] {
        let (short, long) = (lines(0, 2), lines(100, 100));
        let got = the_same(&frame(&short), SHORT);
        assert_eq!(got.streamed, short.len() as u64);
        // More than is held as it is stored.
        let got = the_same(&[frame(&short), frame(&long), frame(&short), frame(&short)].concat(), SHORT);
        assert_eq!(got.streamed, long.len() as u64);
    }
    // No more than that, but with more text.
    let zeros = vec![b'0'; 5000];
    for (frame, streamed) in [(gzip as fn(&[u8]) -> Vec<u8>, 5000), (zstd, 5000), (zstd_stream, 5000 + 200)] {
        let stored = [frame(&lines(0, 10)), frame(&zeros), frame(&lines(0, 10)), frame(&lines(0, 10))].concat();
        let got = the_same(&stored, SHORT);
        assert_eq!((got.streamed > 0, got.error), (true, None));
        assert!(got.streamed >= streamed, "{}", got.streamed);
    }
}

#[test]
fn a_length_that_lies_is_only_a_guess() {
    let texts = [lines(0, 8), lines(50, 8), lines(90, 8)];
    let members = texts.each_ref().map(|text| gzip(text));
    // The length of its text, which is checked, in the trailer of the second.
    let mut stored = members.concat();
    let trailer = members[0].len() + members[1].len() - 4;
    for length in [0, 1, u32::MAX] {
        stored[trailer..trailer + 4].copy_from_slice(&length.to_le_bytes());
        let got = the_same(&stored, SHORT);
        got.gives(&texts[..2].concat(), Some("gzip length mismatch"));
    }
    // A block whose header tells another length of itself, which nobody needs.
    let blocks = texts.each_ref().map(|text| bgzf(text));
    let mut stored = blocks.concat();
    for length in [0, 1, u16::MAX] {
        stored[blocks[0].len() + 16..][..2].copy_from_slice(&length.to_le_bytes());
        the_same(&stored, SHORT).gives(&texts.concat(), None);
    }
    // Content sizes of zstd: descriptor, and eight bytes of size.
    let mut huge = vec![0x28, 0xB5, 0x2F, 0xFD, 0xE0];
    huge.extend(u64::MAX.to_le_bytes());
    huge.extend([1, 0, 0]);
    let stored = [zstd(&texts[0]), huge.clone(), huge, zstd(&texts[1])].concat();
    let got = the_same(&stored, SHORT);
    assert!(got.text == texts[0] && got.error.unwrap().starts_with("zstd window above 8 MiB"));
}

#[test]
fn what_only_looks_like_a_frame_is_none() {
    // Stored blocks, and so the beginnings of members within a member, of which whole ones too.
    let inner = [gzip(b"inner"), b"text".to_vec(), zstd(b"inner")].concat().repeat(40);
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::none());
    encoder.write_all(&inner).unwrap();
    let outer = encoder.finish().unwrap();
    let raw = {
        let mut random = 1u64;
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (random >> 56) as u8
        })
        .take(300)
        .collect();
        [&noise[..], &zstd(b"inner"), &noise[..100]].concat()
    };
    let got = the_same(&[gzip(&lines(0, 3)), outer.clone(), gzip(&lines(3, 3)), outer].concat(), SHORT);
    got.gives(&[lines(0, 3), inner.clone(), lines(3, 3), inner].concat(), None);
    let got = the_same(&[zstd(&lines(0, 3)), zstd(&raw), zstd(&lines(3, 3))].concat(), SHORT);
    got.gives(&[lines(0, 3), raw, lines(3, 3)].concat(), None);
}

#[test]
fn skippable_and_empty_frames_have_no_text() {
    let text = lines(0, 9);
    let frame = [skippable(4, b"1234"), zstd(&text)].concat();
    let got = the_same(&frame.repeat(20), SHORT);
    got.gives(&text.repeat(20), None);
    assert_eq!(got.streamed, 0);
    let mut stored = zstd(b"").repeat(3000);
    stored.extend(zstd(&text));
    the_same(&stored, SHORT).gives(&text, None);
    the_same(&gzip(b"").repeat(3000), SHORT).gives(b"", None);
    // One that would take 4 GiB.
    let got = the_same(&[zstd(&text), skippable(u32::MAX, &zstd(&text).repeat(9))].concat(), SHORT);
    got.gives(&text, Some("unexpected end of file"));
}

#[test]
fn a_window_beyond_the_bound_is_refused_among_frames_too() {
    // A window of 2 GiB, and a last block of one raw byte.
    let wide = [0x28, 0xB5, 0x2F, 0xFD, 0, 21 << 3, 9, 0, 0, b'x'];
    let text = lines(0, 5);
    let got = the_same(&[zstd(&text), wide.to_vec(), zstd(&text)].concat(), SHORT);
    assert!(got.text == text && got.error.unwrap().starts_with("zstd window above 8 MiB"));
}

#[test]
fn what_follows_the_last_frame_is_named() {
    let text = lines(0, 5);
    for (frame, named) in [(gzip as fn(&[u8]) -> Vec<u8>, "gzip member"), (zstd, "zstd frame")] {
        for garbage in [&b"garbage"[..], b"x"] {
            let got = the_same(&[&frame(&text).repeat(4)[..], garbage].concat(), SHORT);
            got.gives(&text.repeat(4), Some(&format!("trailing garbage after the last {named}")));
        }
    }
    // Zeros between members are the end of them, as at the end of a tape.
    let got = the_same(&[gzip(&text), vec![0; 99], gzip(&text), gzip(&text)].concat(), SHORT);
    got.gives(&text, Some("trailing garbage after the last gzip member"));
    let got = the_same(&[gzip(&text), gzip(&text), vec![0; 999]].concat(), SHORT);
    got.gives(&text.repeat(2), None);
}

#[test]
fn an_error_of_the_source_comes_where_it_stands() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("no such device"))
        }
    }
    let text = lines(0, 5);
    let stored = gzip(&text).repeat(7);
    for does in [Do::Refuse, Do::Nothing, Do::Unpack, Do::Race] {
        let sharing = Sharing { bounds: SHORT, ..Sharing::new(Fake::new(does)) };
        let mut decoder = Decoder::open(stored.chain(Broken), 1, &Meter::generous(), Some(sharing)).unwrap();
        assert_eq!(drain(&mut decoder, 99), (text.repeat(7), Some("no such device".to_owned())), "{does:?}");
        assert_eq!(drain(&mut decoder, 99), (Vec::new(), Some("no such device".to_owned())), "{does:?}");
    }
}

#[test]
fn much_that_one_thread_unpacks_is_told_of() {
    let told = |stored: &[u8]| {
        let mut decoder =
            Decoder::open(stored, 1, &Meter::generous(), Some(Sharing::new(Fake::new(Do::Race)))).unwrap();
        let length = io::copy(&mut decoder, &mut io::sink()).unwrap();
        assert!(length > 256 << 20);
        decoder.unshared()
    };
    let zeros = |length: usize| vec![b'0'; length];
    assert!(told(&gzip(&zeros(257 << 20))).unwrap().contains("bgzip"));
    assert!(told(&zstd(&zeros(257 << 20))).unwrap().contains("pzstd"));
    assert_eq!(told(&gzip(&zeros(4 << 20)).repeat(65)), None);
}

fn frames() -> impl Strategy<Value = Vec<u8>> {
    let text = (0..300usize, 0..30usize).prop_map(|(from, count)| lines(from, count));
    let text = prop_oneof![9 => text, 1 => Just(vec![b'a'; 4000]), 1 => Just(Vec::new())];
    (prop::collection::vec((text, any::<bool>(), any::<bool>()), 1..20), any::<bool>()).prop_map(|(texts, is_gzip)| {
        let frame = |(text, a, b): &(Vec<u8>, bool, bool)| match (is_gzip, a) {
            (true, true) => bgzf(text),
            (true, false) => gzip(text),
            (false, true) => [zstd(text), if *b { skippable(3, b"abc") } else { Vec::new() }].concat(),
            (false, false) => zstd_stream(text),
        };
        texts.iter().flat_map(frame).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn whoever_unpacks_however_it_is_damaged(
        stored in frames(),
        cut in any::<Option<prop::sample::Index>>(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), 1..=u8::MAX), 0..3),
        together in 1..400usize,
    ) {
        let mut stored = stored;
        let is_window_changed = stored[0] == 0x28 && !flips.is_empty();
        for (at, change) in flips {
            let at = at.index(stored.len());
            // What it is told by stays.
            stored[at] ^= if at < 4 { 0 } else { change };
        }
        stored.truncate(cut.map_or(stored.len(), |cut| cut.index(stored.len() + 1)));
        let bounds = Bounds { together: Size { stored: together, text: 3 * together }, ..SHORT };
        if is_window_changed && Decoder::new(&stored[..], 1).is_ok() {
            // A stream forgets what stands before its window, where all of a frame is at hand.
            whoever_unpacks(&stored, bounds);
        } else if Decoder::new(&stored[..], 1).is_ok() {
            the_same(&stored, bounds);
        }
    }
}
