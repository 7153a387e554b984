//! E-mail addresses whose signs are spelled out, so that programs do not read them: `name (at) mail.kz`,
//! `name@mail[dot]kz`, `name собака mail точка ru`.

use super::{Domain, IN_LOCAL, LONGEST, LONGEST_LOCAL, is_no_mailbox, lowercase};
use crate::detect::boundary::{byte, byte_before};
use crate::detect::charset::Charset;
use crate::detect::check::{Checked, Subject};
use crate::detect::word::{Word, fold};
use crate::finding::{Evidence, EvidenceSet, Refusal};

pub fn check(subject: &Subject) -> Option<Checked> {
    let (text, start) = (subject.text, subject.start);
    let local_end =
        start + text[start..].iter().take(LONGEST_LOCAL + 1).take_while(|b| IN_LOCAL[usize::from(**b)]).count();
    if start_of_local(text, local_end) != Some(start) {
        return None;
    }
    let local = lowercase(std::str::from_utf8(&text[start..local_end]).ok()?);
    if local.starts_with('.') || local.ends_with('.') || local.contains("..") {
        return None;
    }
    if is_no_mailbox(local.as_bytes()) {
        return subject.refuse(Refusal::Nobody);
    }
    let Sign { end: domain_start, spelled } = sign(text, local_end, "at", "собака", b'@')?;
    let (written, ends) = domain(text, domain_start);
    let Some(domain) = Domain::read(&written, 0) else { return subject.refuse(Refusal::Parts) };
    let last = domain.length - 1;
    let end = ends[last];
    if end - start > LONGEST {
        return None;
    }
    // With an `@` and all its dots it is written as ever.
    if !spelled && end - domain_start == domain.length {
        return None;
    }
    let is_test = subject.registry.is_test_domain(&domain.name) || subject.registry.is_test_mailbox(local.as_bytes());
    // «ask me (at) mail.kz» may be a sentence.
    let sign = &text[local_end..domain_start];
    let is_sentence = sign.is_ascii() && sign.contains(&b' ') && local.bytes().all(|b| b.is_ascii_alphabetic());
    let bare = is_sentence && end - domain_start == domain.length;
    let evidence = EvidenceSet::new()
        .with(Evidence::SpelledOut)
        .with_if(bare, Evidence::Bare)
        .with_if(is_test, Evidence::TestValue);
    Some(Checked { end, evidence, age: None, impersonal: subject.registry.is_role_mailbox(local.as_bytes()) })
}

/// Where the local part begins whose sign the finder sees at a position: an `@`, a bracket, or the space before a word.
pub fn start_of_address(text: &[u8], at: usize) -> Option<usize> {
    let end = match byte(text, at) {
        b'@' | b' ' => at,
        b'(' | b'[' | b'{' => at - usize::from(byte_before(text, at, 1) == b' '),
        _ => return None,
    };
    sign(text, end, "at", "собака", b'@')?;
    start_of_local(text, end)
}

fn start_of_local(text: &[u8], end: usize) -> Option<usize> {
    let before = &text[end.saturating_sub(LONGEST_LOCAL + 1)..end];
    let length = before.iter().rev().take_while(|byte| IN_LOCAL[usize::from(**byte)]).count();
    let start = end - length;
    // After a letter of another script it is no more than a part of a word.
    ((1..=LONGEST_LOCAL).contains(&length) && byte_before(text, start, 1) < 0x80).then_some(start)
}

/// A sign in an address.
struct Sign {
    end: usize,
    spelled: bool,
}

/// The sign at a place: as it is, or its Latin or Cyrillic name in brackets, the Cyrillic one also between spaces.
fn sign(text: &[u8], at: usize, latin: &str, cyrillic: &str, plain: u8) -> Option<Sign> {
    if byte(text, at) == plain {
        return Some(Sign { end: at + 1, spelled: false });
    }
    let space = |at: usize| usize::from(byte(text, at) == b' ');
    let open = at + space(at);
    let close = match byte(text, open) {
        b'(' => b')',
        b'[' => b']',
        b'{' => b'}',
        _ if open > at => {
            let end = word_end(text, open, "", cyrillic)?;
            return (byte(text, end) == b' ').then(|| Sign { end: end + 1, spelled: true });
        }
        _ => return None,
    };
    let name = open + 1 + space(open + 1);
    let end = word_end(text, name, latin, cyrillic)?;
    let end = end + space(end);
    (byte(text, end) == close).then(|| Sign { end: end + 1 + space(end + 1), spelled: true })
}

/// Where the word at a place ends, if it is one of these.
fn word_end(text: &[u8], at: usize, latin: &str, cyrillic: &str) -> Option<usize> {
    if let Some(word) = text.get(at..at + latin.len()).filter(|word| !latin.is_empty() && word.is_ascii()) {
        let whole = !byte(text, at + latin.len()).is_ascii_alphanumeric();
        return (word.eq_ignore_ascii_case(latin.as_bytes()) && whole).then_some(at + latin.len());
    }
    let expected = fold(cyrillic);
    Charset::CYRILLIC.iter().find_map(|charset| {
        Word::at(text, at, *charset).filter(|word| word.folded() == &*expected).map(|word| word.end)
    })
}

/// How the Latin names of an `@` begin, those of dots after them.
pub fn signs() -> impl Iterator<Item = Vec<u8>> {
    ["(at", "( at", "[at", "[ at", "{at", "{ at"].into_iter().map(Into::into)
}

/// What is written at a place as a domain with its dots, and where each of its bytes ends.
fn domain(text: &[u8], start: usize) -> (Vec<u8>, Vec<usize>) {
    let (mut written, mut ends, mut at) = (Vec::new(), Vec::new(), start);
    while at - start <= LONGEST {
        let label = byte(text, at);
        let (as_byte, end) = if label.is_ascii_alphanumeric() || matches!(label, b'-' | b'.') {
            (label, at + 1)
        } else {
            match sign(text, at, "dot", "точка", b'.') {
                Some(dot) => (b'.', dot.end),
                None => break,
            }
        };
        written.push(as_byte);
        ends.push(end);
        at = end;
    }
    (written, ends)
}
