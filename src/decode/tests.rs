use std::io::{BufReader, Write};

use flate2::write::GzEncoder;
use proptest::prelude::*;

use super::gzip::Gzip;
use super::*;

pub const TEXT: &str = "2024-01-03 12:00:07 INFO Плательщик найден, заказ 12345678, e-mail a@example.kz\n";

/// All that a reader gives, read by `block`, and the message of the error that it ends with.
pub fn drain(mut reader: impl Read, block: usize) -> (Vec<u8>, Option<String>) {
    let mut text = Vec::new();
    let mut buf = vec![0; block];
    loop {
        match reader.read(&mut buf) {
            Ok(0) => return (text, None),
            Ok(length) => text.extend_from_slice(&buf[..length]),
            Err(error) => return (text, Some(error.to_string())),
        }
    }
}

pub fn one_byte_at_a_time(stored: &[u8]) -> BufReader<&[u8]> {
    BufReader::with_capacity(1, stored)
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn zstd(text: &[u8]) -> Vec<u8> {
    ::zstd::encode_all(text, 3).unwrap()
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn decode(stored: &[u8]) -> (Vec<u8>, Option<String>) {
    drain(Decoder::new(stored, 4).unwrap(), 1000)
}

#[test]
fn plain_text_is_given_as_it_is() {
    for text in ["", "a", "\u{FEFF}id,iin\n", &TEXT.repeat(1000)] {
        assert_eq!(decode(text.as_bytes()), (text.as_bytes().to_vec(), None));
    }
}

#[test]
fn layers_are_opened_inside_one_another() {
    let text = TEXT.repeat(1000);
    let stored = gzip(&zstd(&gzip(&utf16(&text))));
    let mut decoder = Decoder::new(&stored[..], 4).unwrap();
    assert!(!decoder.is_binary());
    let mut got = String::new();
    decoder.read_to_string(&mut got).unwrap();
    assert_eq!(got, text);
    assert_eq!(decoder.stored_read(), stored.len() as u64);
}

#[test]
fn every_kind_of_layer_is_opened() {
    let text = include_str!("../../fixtures/containers/layers/text");
    for stored in [
        &include_bytes!("../../fixtures/containers/layers/text.gz")[..],
        include_bytes!("../../fixtures/containers/layers/text.zst"),
        #[cfg(feature = "bzip2")]
        include_bytes!("../../fixtures/containers/layers/text.bz2"),
        #[cfg(feature = "xz")]
        include_bytes!("../../fixtures/containers/layers/text.xz"),
        #[cfg(feature = "xz")]
        include_bytes!("../../fixtures/containers/layers/text.lzma"),
        #[cfg(feature = "lz4")]
        include_bytes!("../../fixtures/containers/layers/text.lz4"),
        #[cfg(feature = "lz4")]
        include_bytes!("../../fixtures/containers/layers/legacy.lz4"),
    ] {
        assert_eq!(decode(stored), (text.as_bytes().to_vec(), None));
        assert_eq!(decode(&gzip(stored)), (text.as_bytes().to_vec(), None));
    }
}

#[test]
fn layers_beyond_the_bound_are_an_error() {
    let stored = gzip(&gzip(&zstd(b"text")));
    assert!(Decoder::new(&stored[..], 3).is_ok());
    let error = Decoder::new(&stored[..], 2).err().unwrap();
    assert_eq!(error.to_string(), "more than 2 compressed layers inside one another");
    assert!(Decoder::new(&gzip(b"text")[..], 0).is_err());
}

#[test]
fn binary_is_what_the_innermost_bytes_are() {
    let is_binary = |stored: &[u8]| Decoder::new(stored, 4).unwrap().is_binary();
    assert!(!is_binary(&gzip(b"text")));
    assert!(!is_binary(&zstd(&utf16("text"))));
    assert!(is_binary(&gzip(b"ustar\0\0\0\0text")));
    assert!(is_binary(b"\x7FELF\0\0"));
}

#[test]
fn damage_of_an_outer_layer_comes_after_all_text_before_it() {
    let text = TEXT.repeat(40);
    let inner = gzip(text.as_bytes());
    let stored = gzip(&inner);
    for cut in 12..stored.len() {
        let (got, error) = decode(&stored[..cut]);
        assert_eq!(error.as_deref(), Some("unexpected end of file"), "cut at {cut}");
        let readable = drain(Gzip::new(&stored[..cut]), 100).0;
        let expected = if readable.len() < 3 { readable } else { drain(Gzip::new(&readable[..]), 100).0 };
        assert_eq!(got, expected, "cut at {cut}");
    }
}

#[test]
fn an_error_stays() {
    let stored = gzip(TEXT.as_bytes());
    let mut decoder = Decoder::new(&stored[..stored.len() - 1], 4).unwrap();
    assert_eq!(drain(&mut decoder, 9), (TEXT.as_bytes().to_vec(), Some("unexpected end of file".to_owned())));
    assert_eq!(drain(&mut decoder, 9), (Vec::new(), Some("unexpected end of file".to_owned())));
}

#[test]
fn an_error_of_the_source_comes_after_its_bytes() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("no such device"))
        }
    }
    let decoder = Decoder::new(b"text".chain(Broken), 4).unwrap();
    assert_eq!(drain(decoder, 9), (b"text".to_vec(), Some("no such device".to_owned())));
}

#[test]
fn a_bomb_is_read_as_a_stream() {
    // 256 MiB of zeros in a kilobyte: two layers, of which no more is read than is asked for.
    let stored = gzip(&zstd(&vec![0; 256 << 20]));
    assert!(stored.len() < 16 << 10);
    let mut decoder = Decoder::new(&stored[..], 4).unwrap();
    let length = io::copy(&mut decoder.by_ref().take(300 << 20), &mut io::sink()).unwrap();
    assert_eq!(length, 256 << 20);
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(stored in prop::collection::vec(any::<u8>(), 0..2000), magic in 0..6usize) {
        let magic: &[u8] = [
            &[][..],
            &[0x1F, 0x8B, 8, 0],
            &[0x28, 0xB5, 0x2F, 0xFD],
            &[0x50, 0x2A, 0x4D, 0x18, 1, 0, 0, 0],
            &[0xFF, 0xFE],
            &[0xFE, 0xFF],
        ][magic];
        let stored = [magic, &stored].concat();
        if let Ok(mut decoder) = Decoder::new(&stored[..], 4) {
            drain(&mut decoder, 100);
            prop_assert!(decoder.stored_read() <= stored.len() as u64);
        }
    }

    #[test]
    fn broken_streams_are_read_without_a_panic(at in 0..400usize, byte: u8, zipped: bool, block in 1usize..300) {
        let text = TEXT.repeat(10);
        let mut stored = if zipped { gzip(text.as_bytes()) } else { zstd(text.as_bytes()) };
        let at = at % stored.len();
        stored[at] = byte;
        if let Ok(decoder) = Decoder::new(&stored[..], 4) {
            drain(decoder, block);
        }
    }

    #[test]
    fn text_comes_back_at_any_size_of_read(
        text in prop::collection::vec(b' '..b'~', 0..3000),
        times in 1..20usize,
        block in 1usize..5000,
    ) {
        let text = text.repeat(times);
        for stored in [gzip(&text), zstd(&text), zstd(&gzip(&text))] {
            prop_assert_eq!(drain(Decoder::new(&stored[..], 4).unwrap(), block), (text.clone(), None));
            let drip = Decoder::new(one_byte_at_a_time(&stored), 4).unwrap();
            prop_assert_eq!(drain(drip, block), (text.clone(), None));
        }
    }
}
