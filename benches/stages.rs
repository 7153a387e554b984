//! What each stage costs, on made-up texts: `cargo bench`, or `cargo bench -- tables` for those of one name.

#[path = "stages/detection.rs"]
mod detection;
#[path = "stages/findings.rs"]
mod findings;
#[path = "stages/text.rs"]
mod text;

mod corpus;

use corpus::Text;

const BYTES: u64 = 1 << 20;

fn main() {
    divan::main();
}

/// A text of the corpus by its name.
fn text_of(name: &str) -> Vec<u8> {
    let mut text = Vec::new();
    let known = Text::named(name).expect("the name is written in this bench");
    known.write(BYTES, &mut text).expect("memory takes what is written");
    text
}
