//! Accounts of social networks and messengers, by the address of their page. The networks, and the pages of theirs that
//! are nobody's, stand in `patterns/social-networks.toml`.

use super::{Checked, Subject};
use crate::detect::Registry;
use crate::detect::boundary::{byte, byte_before};
use crate::detect::finder::Literal;
use crate::finding::Refusal;

/// Longest name of an account.
const LONGEST_NAME: usize = 64;
/// Longest host, without `www.`.
const LONGEST_HOST: usize = 16;

pub fn check(subject: &Subject) -> Option<Checked> {
    let (text, start) = (subject.text, subject.start);
    let host =
        text[start..].iter().take(LONGEST_HOST + 1).take_while(|b| b.is_ascii_alphanumeric() || **b == b'.').count();
    let host = text.get(start..start + host)?;
    let dot = start + host.iter().position(|b| *b == b'.')?;
    if start_of_host(text, dot) != Some(start) || byte(text, start + host.len()) != b'/' {
        return None;
    }
    let Some(network) = subject.registry.social_network(host) else { return subject.refuse(Refusal::Parts) };
    let mut name = start + host.len() + 1;
    for prefix in &network.prefixes {
        name += if text[name.min(text.len())..].starts_with(prefix.as_bytes()) { prefix.len() } else { 0 };
    }
    let part = |b: &&u8| b.is_ascii_alphanumeric() || matches!(**b, b'_' | b'.' | b'-');
    let length = text.get(name..)?.iter().take(LONGEST_NAME + 1).take_while(part).count();
    let account = std::str::from_utf8(&text[name..name + length]).ok()?.trim_end_matches(['.', '-']);
    let lower = account.to_ascii_lowercase();
    let stem = lower.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-' || c == '_');
    let file =
        lower.rsplit_once('.').is_some_and(|(_, end)| matches!(end, "php" | "js" | "html" | "png" | "svg" | "ico"));
    let nobody = network.reserved.contains(&lower) || network.reserved.contains(stem);
    // Numbers of accounts are longer than a year: `facebook.com/2008/fbml`.
    let year = stem.is_empty() && account.len() < 5;
    let fits = (3..=LONGEST_NAME).contains(&account.len())
        && !year
        && account.starts_with(|c: char| c.is_ascii_alphanumeric());
    let end = name + account.len();
    // `</a>` only ends the element that holds the address.
    let template = match byte(text, end) {
        b'<' => byte(text, end + 1) != b'/',
        next => matches!(next, b'{' | b'$' | b'%' | b'@'),
    };
    if !fits || nobody || file || template {
        return subject.refuse(Refusal::Nobody);
    }
    Some(Checked { end, ..Checked::default() })
}

/// The hosts.
pub fn hosts(registry: &Registry) -> impl Iterator<Item = Literal> + '_ {
    let host = |host: &str| Literal {
        text: format!("{host}/").to_ascii_lowercase().into_bytes().into(),
        begins: false,
        ends: false,
    };
    registry.social_hosts().map(host)
}

/// Where the host begins whose last dot stands at `dot`; a subdomain other than `www` and `m` is no page of a person.
pub fn start_of_host(text: &[u8], dot: usize) -> Option<usize> {
    let length = text[..dot].iter().rev().take(LONGEST_HOST).take_while(|b| b.is_ascii_alphanumeric()).count();
    let start = dot - length;
    let before = &text[..start];
    let subdomain = before.ends_with(b"www.") || before.ends_with(b"/m.");
    let alone =
        !matches!(byte_before(text, start, 1), b'.' | b'-' | b'_' | b'@' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z');
    (length > 0 && (alone || subdomain)).then_some(start)
}
