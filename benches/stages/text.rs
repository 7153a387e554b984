//! What comes before detection: undoing compression and UTF-16, and finding the rows and cells of tables.

use std::io::{self, Write};

use derbes::decode::Decoder;
use derbes::layout::table::{Grid, HEAD, Reader, Shape};
use derbes::limits::Limits;
use divan::Bencher;
use divan::counter::BytesCount;

use super::text_of;

#[divan::bench]
fn decode_gzip(bencher: Bencher) {
    let text = text_of("app.log");
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(&text).expect("memory takes what is written");
    decode(bencher, &encoder.finish().expect("memory takes what is written"), text.len());
}

#[divan::bench]
fn decode_zstd(bencher: Bencher) {
    let text = text_of("app.log");
    decode(bencher, &zstd::encode_all(&text[..], 3).expect("memory takes what is written"), text.len());
}

#[divan::bench]
fn decode_utf16(bencher: Bencher) {
    let text = String::from_utf8(text_of("support.log")).expect("the corpus is UTF-8");
    let stored: Vec<u8> = format!("\u{FEFF}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    decode(bencher, &stored, text.len());
}

/// The rate is that of the text.
fn decode(bencher: Bencher, stored: &[u8], bytes: usize) {
    bencher.counter(BytesCount::new(bytes)).bench(|| {
        let mut decoder = Decoder::new(stored, Limits::default().layers)?;
        io::copy(&mut decoder, &mut io::sink())
    });
}

#[divan::bench(args = ["users.sql", "crm.sql"])]
fn tables(bencher: Bencher, name: &str) {
    let (text, block) = (text_of(name), Limits::default().block);
    let mut grid = Grid::default();
    bencher.counter(BytesCount::of_slice(&text)).bench_local(|| {
        let mut reader = Reader::new(Shape::of(&text[..text.len().min(HEAD)]));
        let mut segments = 0;
        for start in (0..text.len()).step_by(block) {
            reader.read(&text, start..text.len().min(start + block), 0, &mut grid);
            segments += grid.segments.len();
            grid.segments.clear();
        }
        segments
    });
}
