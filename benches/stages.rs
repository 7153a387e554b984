//! What each stage costs, on made-up texts: `cargo bench`, or `cargo bench -- tables` for those of one name.

#[path = "stages/detection.rs"]
mod detection;
#[path = "stages/findings.rs"]
mod findings;
#[path = "stages/text.rs"]
mod text;

mod corpus;

use corpus::Text;
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};

const BYTES: u64 = 1 << 20;

criterion_group!(stages, text::decode, text::tables, detection::find, detection::scan, findings::all);
criterion_main!(stages);

/// A text of the corpus by its name.
fn text_of(name: &str) -> Vec<u8> {
    let mut text = Vec::new();
    let known = Text::named(name).expect("the name is written in this bench");
    known.write(BYTES, &mut text).expect("memory takes what is written");
    text
}

/// Measures one piece of work under a name, by the bytes of text in it.
fn by_bytes<T>(group: &mut BenchmarkGroup<WallTime>, name: &str, bytes: usize, work: impl FnMut() -> T) {
    group.throughput(Throughput::Bytes(bytes as u64));
    one(group, name, work);
}

/// The same by how many things it is done to.
fn by_number<T>(group: &mut BenchmarkGroup<WallTime>, name: &str, number: usize, work: impl FnMut() -> T) {
    group.throughput(Throughput::Elements(number as u64));
    one(group, name, work);
}

fn one<T>(group: &mut BenchmarkGroup<WallTime>, name: &str, mut work: impl FnMut() -> T) {
    group.bench_function(name, |bencher| bencher.iter(&mut work));
}

/// The benches of one stage, of as many samples as differences of a few per cent need.
fn group<'c>(criterion: &'c mut Criterion, stage: &str) -> BenchmarkGroup<'c, WallTime> {
    let mut group = criterion.benchmark_group(stage);
    group.sample_size(20);
    group
}
