use proptest::prelude::*;
use proptest::sample::select;

use super::*;

/// The candidates of a range; its line ends are counted besides.
fn found<W: Width>(engine: Engine, text: &[u8], range: Range<usize>) -> Vec<(usize, Anchor)> {
    let (mut all, mut at, mut candidates) = (Vec::new(), range.start, Candidates::default());
    let line_ends = text[range.clone()].iter().filter(|byte| **byte == b'\n').count();
    while at < range.end {
        at = engine.find::<W>(text, at..range.end, &mut candidates, &mut |anchors, _| anchors);
        all.extend(candidates.iter().map(|(anchor, at)| (at, anchor)));
        candidates.clear();
    }
    assert_eq!(candidates.take_line_ends(), line_ends);
    all.sort_unstable();
    // Two steps may name the same.
    all.dedup();
    all
}

/// All wide candidates of a text but those beside words.
fn wide(engine: Engine, text: &[u8]) -> Vec<(usize, Anchor)> {
    let mut all = found::<Whole>(engine, text, 0..text.len());
    all.retain(|(_, anchor)| anchor.is_wide() && *anchor < Anchor::LatinCapital);
    all
}

#[test]
fn every_anchor_beside_words_in_every_engine() {
    use Anchor::*;
    let table: [(&str, &[(usize, Anchor)]); 25] = [
        ("a собака b", &[(1, Spelled)]),
        ("a(\u{441}обаки) собак", &[(1, Spelled)]),
        ("Ж: 9 0 0 5", &[(4, Apart)]),
        ("Ж 90 05 1", &[(3, House), (3, Apart)]),
        ("123 АВ 02", &[(0, PlateBeyond), (9, House)]),
        ("А 123-ВС", &[(0, PlateBeyond), (1, PlateBeyond), (3, House), (3, PlateBeyond)]),
        ("Ab Cde", &[(2, LatinCapital)]),
        ("Ab-Cd Efg", &[(5, LatinCapital)]),
        ("Ab Cd-E", &[(2, LatinCapital)]),
        ("Ab Cd Efg", &[(2, LatinCapital), (5, LatinCapital)]),
        ("Ab Cd efg", &[(2, LatinCapital)]),
        ("Ab\u{a0}C. D.", &[(2, LatinCapital), (4, LatinCapital)]),
        ("ab Cde aB Cde Ab  Cde", &[]),
        ("Windows NT", &[]),
        ("I.I. Ab", &[(0, LatinCapital), (2, LatinCapital)]),
        ("Ab I.I.", &[(2, LatinCapital), (3, LatinCapital)]),
        ("//FM/AB", &[(5, LatinCapital)]),
        ("ab. 12", &[(4, LatinHouse)]),
        ("ab 12345", &[]),
        ("150 Ab", &[(0, LatinHouse)]),
        ("Аб Вг", &[(5, Capital)]),
        ("Аб вг", &[]),
        ("И.\u{a0}И. Аб", &[(3, Capital), (5, Capital), (9, Capital)]),
        ("//FM/АБ", &[(5, Capital)]),
        ("д. 5, №7 аб-8", &[(4, House), (10, House), (17, House)]),
    ];
    for (text, expected) in table {
        for engine in Engine::all() {
            for shift in [0, 38, 41, 47, 48, 60, 127] {
                let text = ["_".repeat(shift).as_bytes(), text.as_bytes()].concat();
                let expected: Vec<_> = expected.iter().map(|(at, anchor)| (at + shift, *anchor)).collect();
                let all = found::<Whole>(engine, &text, 0..text.len()).into_iter();
                let got: Vec<_> = all.filter(|(_, anchor)| *anchor >= LatinCapital).collect();
                assert_eq!(got, expected, "{engine:?} {shift} {}", text.escape_ascii());
            }
        }
    }
}

#[test]
fn a_word_of_which_a_step_does_not_see_the_end_is_named() {
    for engine in Engine::all() {
        for shift in 0..100 {
            for length in 2..100 {
                let text = format!("{}A{}-b Cde", " ".repeat(shift), "a".repeat(length));
                let word = shift..text.len() - 4;
                let found = found::<Wide>(engine, text.as_bytes(), 0..text.len());
                let mut capitals = found.iter().filter(|(_, anchor)| *anchor == Anchor::LatinCapital);
                assert!(capitals.any(|(at, _)| word.start < *at && *at <= word.end), "{engine:?} {text} {found:?}");
            }
        }
    }
}

#[test]
fn every_wide_anchor_in_every_engine() {
    use Anchor::*;
    let table: [(&str, &[(usize, Anchor)]); 46] = [
        ("123456789012", &[(0, AnyDigits12)]),
        ("(: 045678910;", &[(3, Digits9)]),
        ("(: 04567891;", &[]),
        ("N12345678", &[(0, Series)]),
        ("N 1234567", &[(0, Series)]),
        ("AB 123456", &[(0, Series)]),
        ("AB123456", &[(0, Series)]),
        ("123ABC02", &[(0, Plate)]),
        ("123 AB 02", &[(0, Plate)]),
        ("A 585 CUO", &[(0, Plate)]),
        ("XTA21099043456789", &[(0, Alphanumeric17)]),
        ("x << y<<<", &[(5, Filler)]),
        ("PSUlO", &[(1, Certificate)]),
        ("+ +4 +0500] +49 30 901", &[(12, Plus)]),
        ("1.2.3.4", &[(0, Dotted)]),
        ("//1.2.3.4", &[(2, Dotted)]),
        ("v1.2.3.4 -1.2.3.4", &[]),
        ("=43.2389", &[(1, Decimal)]),
        ("43.2389, 76.9286", &[(0, Decimal)]),
        ("=43.2389Z", &[]),
        ("2001:db8::", &[(0, Hex)]),
        ("2001:db8:1:2:3:4:5:6", &[(0, Hex)]),
        ("2026:02:08:59 +0500]", &[]),
        ("0a:1b:2c:3a:4b:5f", &[(0, Hardware), (3, Hardware), (6, Hardware)]),
        ("t.me/a", &[(1, Profile)]),
        ("13/05/1990", &[(0, Date)]),
        ("1990-05-13T", &[(0, Date)]),
        ("3/05/1990", &[(0, Date)]),
        ("13.5.1990", &[(0, Date), (3, Decimal)]),
        ("3.5.1990", &[(0, Date), (2, Decimal)]),
        ("13.05.90", &[(0, Date)]),
        ("3.5.90 13:05:90", &[]),
        ("13-MAY-90", &[(0, Date)]),
        ("10.13.05.90", &[(0, Dotted)]),
        ("=19900513;", &[(1, Date)]),
        ("(: 19900513;", &[(3, Date)]),
        ("no 19900513", &[]),
        ("=199005130", &[(1, Digits9)]),
        ("=99900513;", &[]),
        ("May 3, 1990", &[(4, Year)]),
        ("May 13, 1990", &[(4, Year)]),
        ("мая 1990 г", &[(7, Year)]),
        ("pass=", &[(3, Key)]),
        ("a (at) b", &[(2, Bracketed)]),
        ("a[at]b(id) \"at\"", &[(1, Bracketed), (6, Bracketed)]),
        ("\"pwd\" : ", &[(3, Key)]),
    ];
    for (text, expected) in table {
        for engine in Engine::all() {
            for shift in [0, 41, 47, 48, 60, 127] {
                let text = [" ".repeat(shift).as_bytes(), text.as_bytes()].concat();
                let expected: Vec<_> = expected.iter().map(|(at, anchor)| (at + shift, *anchor)).collect();
                assert_eq!(wide(engine, &text), expected, "{engine:?} {shift}");
            }
        }
    }
}

#[test]
fn anchors_are_listed_in_their_order() {
    assert!(Anchor::ALL.iter().enumerate().all(|(i, anchor)| *anchor as usize == i));
}

#[test]
fn one_table_for_every_engine() {
    use Anchor::{At, Digits12, Digits13, Groups, Iban, Phone};
    let table: [(&str, &[(usize, Anchor)]); 17] = [
        ("", &[]),
        ("&amp; \\u0040", &[(0, At), (6, At)]),
        ("x=3D y=33 9=\r\n", &[(1, At), (11, At)]),
        ("id 120456789012;", &[(3, Digits12)]),
        ("id 123456789012;", &[]),
        ("id 1234567890123;", &[(3, Digits13)]),
        ("a@b.kz c%40d.kz", &[(1, At), (8, At)]),
        ("KZ86 1254", &[(0, Iban)]),
        (" \\nKZ86 1254", &[(1, At), (3, Iban)]),
        ("КZ86 1254", &[(2, Iban)]),
        ("KZ86ABCDEFGHIJK", &[(0, Iban)]),
        ("KZ86ABCDEFGHIJ", &[]),
        ("123 456 789 012", &[(0, Groups), (4, Groups)]),
        ("2026-03-01", &[]),
        ("+7 (701) 234-50-09", &[(1, Phone), (4, Phone)]),
        ("+7 0", &[]),
        ("tel 87012345009", &[(4, Phone)]),
    ];
    for (text, expected) in table {
        for engine in Engine::all() {
            for shift in [0, 51, 60, 63, 64, 127] {
                let text = [" ".repeat(shift).as_bytes(), text.as_bytes()].concat();
                let expected: Vec<_> = expected.iter().map(|(at, anchor)| (at + shift, *anchor)).collect();
                assert_eq!(found::<Narrow>(engine, &text, 0..text.len()), expected, "{engine:?} {shift}");
            }
        }
    }
}

/// Whether a long word has a capital, or stands where hexadecimal digits may be marked.
fn is_telling(text: &[u8], at: usize) -> bool {
    let marked = match &text[..at] {
        [.., b'@' | b'%' | b'\\' | b'&'] => true,
        [.., letter, mark] => letter.is_ascii_alphabetic() && !matches!(mark, b' ' | b'-'),
        _ => false,
    };
    let zero_x = matches!(text[at..], [b'0' | b'1', letter, ..] if letter.is_ascii_alphabetic());
    marked || zero_x || text[at..at + 24].iter().any(u8::is_ascii_uppercase)
}

#[test]
fn every_long_run_of_marked_digits_is_named() {
    for engine in Engine::all() {
        for start in 2..120 {
            for (mark, word) in [("  ", "0x"), (" \\", "x3"), ("X'", "a3")] {
                let text = [" ".repeat(start - 2).as_bytes(), mark.as_bytes(), word.as_bytes(), &[b'a'; 22]].concat();
                let found = found::<Narrow>(engine, &text, 0..text.len());
                assert!(found.contains(&(start, Anchor::Run)), "{engine:?} {start} {mark}{word}");
            }
        }
    }
}

#[test]
fn every_long_run_with_a_capital_is_named() {
    for engine in Engine::all() {
        for start in 0..120 {
            for capital in 0..24 {
                let mut text = vec![b' '; 2 * start + 24];
                text[start..start + 24].fill(b'x');
                text[start + capital] = b'X';
                let found = found::<Narrow>(engine, &text, 0..text.len());
                assert_eq!(found, [(start, Anchor::Run)], "{engine:?} {capital}");
            }
        }
    }
}

#[test]
fn line_ends_are_counted_once_where_candidates_fill_their_room() {
    for engine in Engine::all() {
        assert_eq!(found::<Narrow>(engine, &b"@\n".repeat(9000), 0..18_000).len(), 9000);
    }
}

#[test]
fn a_colon_between_letters_is_told_of() {
    for engine in Engine::all() {
        for start in 0..200 {
            for (glued, expected) in [("w:a", true), ("w: a", false), ("5:a", false), ("W:Я", false), ("::", false)] {
                let text = [&" ".repeat(start), glued, &" ".repeat(9)].concat();
                let mut candidates = Candidates::default();
                engine.find::<Narrow>(text.as_bytes(), 0..text.len(), &mut candidates, &mut |anchors, _| anchors);
                assert_eq!(candidates.take_glued_colon(), expected, "{engine:?} {text}");
                assert!(!candidates.take_glued_colon());
            }
        }
    }
}

proptest! {
    #[test]
    fn engines_agree_wherever_the_range_is_cut(
        text in proptest::collection::vec(prop_oneof![4 => Just(b'7'), 2 => Just(b'0'), 1 => select(b" -K@%./:=<+dSU\"e\n".as_slice()),
            1 => any::<u8>()], 0..400),
        cut in 0usize..400,
    ) {
        let cut = cut.min(text.len());
        // Whether so many bytes are seen depends on where steps begin.
        let found = |engine: Engine, range: Range<usize>| {
            let mut found = found::<Whole>(engine, &text, range);
            let is_run = |range: Range<usize>| text.get(range).is_some_and(|run| run.iter().all(u8::is_ascii_alphanumeric));
            found.retain(|(at, anchor)| match anchor {
                Anchor::Run => is_run(*at..at + 24) && is_telling(&text, *at),
                Anchor::Alphanumeric17 => {
                    is_run(*at..at + 17)
                        && !is_run(*at..at + 18)
                        && !text[*at..at + 17].iter().any(u8::is_ascii_lowercase)
                }
                // As what stands two bytes before these.
                Anchor::Iban => *at < 2 || !is_run(*at - 2..*at),
                Anchor::Date if is_run(*at..*at + 8) => {
                    *at < 2 || text[*at - 1] != b' ' || text[*at - 2].is_ascii() && !text[*at - 2].is_ascii_alphanumeric()
                }
                // As what stands before and after these.
                Anchor::Hex | Anchor::LatinCapital | Anchor::Dotted | Anchor::Decimal => false,
                _ => true,
            });
            found
        };
        let whole = found(Engine::Portable, 0..text.len());
        for engine in Engine::all() {
            let mut parts = found(engine, 0..cut);
            parts.extend(found(engine, cut..text.len()));
            parts.sort_unstable();
            parts.dedup();
            prop_assert_eq!(&parts, &whole);
        }
    }
}
