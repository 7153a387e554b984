//! What comes before detection: undoing compression and UTF-16, and finding the rows and cells of tables.

use std::io::{self, Write};

use criterion::Criterion;
use derbes::decode::Decoder;
use derbes::layout::table::{Grid, HEAD, Reader, Shape};
use derbes::limits::Limits;

use super::{by_bytes, group, text_of};

pub fn decode(criterion: &mut Criterion) {
    let mut group = group(criterion, "decode");
    let mut measure = |name: &str, stored: &[u8], bytes: usize| {
        // The rate is that of the text.
        by_bytes(&mut group, name, bytes, || {
            let mut decoder = Decoder::new(stored, Limits::default().layers)?;
            io::copy(&mut decoder, &mut io::sink())
        });
    };
    let text = text_of("app.log");
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(&text).expect("memory takes what is written");
    measure("gzip", &encoder.finish().expect("memory takes what is written"), text.len());
    measure("zstd", &zstd::encode_all(&text[..], 3).expect("memory takes what is written"), text.len());
    let text = String::from_utf8(text_of("support.log")).expect("the corpus is UTF-8");
    let stored: Vec<u8> = format!("\u{FEFF}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    measure("UTF-16", &stored, text.len());
}

pub fn tables(criterion: &mut Criterion) {
    let mut group = group(criterion, "tables");
    for name in ["users.sql", "crm.sql"] {
        let (text, block) = (text_of(name), Limits::default().block);
        let mut grid = Grid::default();
        by_bytes(&mut group, name, text.len(), || {
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
}
