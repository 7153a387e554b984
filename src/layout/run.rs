//! Runs of text among binary bytes.

use std::ops::Range;

/// How many readable ASCII bytes stand together around a span, as far as `most`.
pub fn text_run(text: &[u8], span: Range<usize>, most: usize) -> usize {
    let readable = |byte: &&u8| matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r');
    let before = text[..span.start].iter().rev().take(most).take_while(readable).count();
    let after = text[span.end..].iter().take(most).take_while(readable).count();
    (before + span.len() + after).min(most)
}
