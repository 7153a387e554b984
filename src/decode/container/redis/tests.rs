use std::collections::BTreeMap;

use serde_json::Value;

use crate::decode::container::given::{Given, open};

fn stored(name: &str) -> Vec<u8> {
    std::fs::read(format!("fixtures/redis/{name}.rdb")).unwrap()
}

/// The values of all lines by the names that they stand under, in the order of the alphabet: sets and keys have none.
fn values(given: &Given) -> BTreeMap<String, Vec<String>> {
    fn walk(path: &str, value: Value, values: &mut BTreeMap<String, Vec<String>>) {
        match value {
            Value::Object(fields) => {
                fields.into_iter().for_each(|(name, value)| walk(&format!("{path}/{name}"), value, values));
            }
            Value::Array(elements) => elements.into_iter().for_each(|value| walk(path, value, values)),
            Value::String(text) => values.entry(path.to_owned()).or_default().push(text),
            other => panic!("{path}: {other}"),
        }
    }
    let mut values = BTreeMap::new();
    for line in given.text.lines() {
        walk("", serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")), &mut values);
    }
    values.values_mut().for_each(|values| values.sort());
    values.retain(|path, _| !path.starts_with("/(aux)"));
    values
}

#[test]
fn values_stand_under_the_pattern_of_their_key() {
    let given = open(&stored("7.0"));
    assert_eq!((&*given.told, given.members.len()), (&[][..], 0));
    let user =
        r#"{"key":"user:1","user:…":{"iin":"900517132728","phone":"87010000011","fio":"Иванов Пётр","age":"44"}}"#;
    assert!(given.text.lines().any(|line| line == user), "{}", given.text);
    let values = values(&given);
    for (path, expected) in [
        ("/user:…/iin", &["850112118154", "900517132728", "900517252607"][..]),
        ("/user:…:phone", &["87010000011"]),
        ("/user:…:name", &["Иванов Пётр"]),
        ("/profile:…/client/email", &["aigerim@romashka-demo.kz"]),
        ("/session:…", &["ИИН 750228150059"]),
        ("/large", &["2000000000"]),
        ("/queue:letters", &["a letter to aigerim@romashka-demo.kz", "and one to none@romashka-demo.kz"]),
        (
            "/queue:phones",
            &["+7 701 000 00 12", "-1", "200", "20000000", "3000000000", "5000", "70000", "87010000010", "87010000013"],
        ),
        ("/numbers", &["-70000", "1", "200"]),
        ("/scores", &["-inf", "1", "2.5", "87010000014", "u1@romashka-demo.kz", "u2@romashka-demo.kz", "x", "y"]),
        ("/phones", &["1", "2", "87010000016", "87010000017"]),
        ("/events/iin", &["750228150059", "850112118154", "900517132728"]),
        ("/events/consumer", &["aigerim@romashka-demo.kz"]),
        ("/(deleted)/events/iin", &["900517252607"]),
    ] {
        assert_eq!(values[path], expected, "{path}");
    }
    let note = &values["/note:…"][0];
    assert!(note.len() == 30 * "заявка клиента ".len() + " тел. +7 701 000 00 19".len() - 1, "{note}");
    assert_eq!(&values["/note:…/text"][0], note);
    assert_eq!(values["/key"].len(), 23);
}

#[test]
fn versions_and_ways_to_store_change_nothing() {
    let expected = values(&open(&stored("7.0")));
    for name in ["7.0-plain", "7.0-tiny", "6.2", "6.2-tiny", "7.4", "7.4-tiny", "valkey-9.1", "valkey-9.1-tiny"] {
        let given = open(&stored(name));
        assert_eq!((&*given.told, given.members.len()), (&[][..], 0), "{name}");
        let mut values = values(&given);
        if name == "7.4" {
            assert_eq!(values.remove("/doc:…/client/phone").unwrap(), ["+7 701 000 00 21"]);
            assert!(values.remove("/(function)").unwrap()[0].contains("-- ask aigerim@romashka-demo.kz"));
            values.get_mut("/key").unwrap().retain(|key| key != "doc:1");
        }
        values.retain(|path, _| !path.starts_with("/(module)"));
        assert_eq!(values, expected, "{name}");
    }
}

/// A dump of one key, `k`, with a value of this type that is stored so.
fn dump(kind: u8, value: &[u8]) -> Vec<u8> {
    [b"REDIS0003\xFE\0\xFD\x01\x02\x03\x04", &[kind][..], b"\x01k", value, b"\xFF"].concat()
}

#[test]
fn what_only_old_servers_write_is_read() {
    for (kind, value, expected) in [
        (1, &b"\x02\x01a\x02bc"[..], "{'key':'k','k':['a']}\n{'k':['bc']}"),
        (
            3,
            b"\x03\x01a\x031.5\x01b\xFF\x01c\xFE",
            "{'key':'k','k':['a']}\n{'k':['1.5']}\n{'k':['b']}\n{'k':['-inf']}\n{'k':['c']}\n{'k':['inf']}",
        ),
        (9, b"\x19\x02\x03foo\x03\x00bar\x05hello\x05\x01world?\xFF", "{'key':'k','k':{'foo':'bar','hello':'world'}}"),
        (10, b"\x0F\x0F\0\0\0\x0C\0\0\0\x02\0\0\xF3\x02\xF6\xFF", "{'key':'k','k':['2']}\n{'k':['5']}"),
        (7, b"\x05\x01\x2A\x05\x03{a}\x04\0\0\0\0\0\0\xF8\x3F\0", "{'key':'k','k':['42']}\n{'k':[{a}]}\n{'k':['1.5']}"),
        (22, b"\x01\0\x01f\x01v", "{'key':'k','k':{'f':'v'}}"),
    ] {
        let given = open(&dump(kind, value));
        assert_eq!((&*given.text.trim_end().replace('"', "'"), &*given.told), (expected, &[][..]));
    }
}

#[test]
fn what_is_not_known_is_told_and_what_follows_is_scanned() {
    for (kind, value, expected) in [
        (6, &b"tel. 87010000019"[..], "a value of the unknown type 6, at byte 17"),
        (200, b"tel. 87010000019", "a value of the unknown type 200, at byte 17"),
        (18, b"\x01\x03 tel. 87010000019", "a part of a list of the unknown kind 3, at byte 21"),
        (0, b"\xC5 tel. 87010000019", "a string of the unknown encoding 5, at byte 20"),
    ] {
        let given = open(&dump(kind, value));
        assert_eq!(given.told, [format!("Redis dump: {expected}")]);
        assert!(memchr::memmem::find(&given.members[0].1, b"tel. 87010000019").is_some());
    }
    let given = open(&[&dump(0, b"\x01v")[..], b"*1\r\n$3\r\nSET\r\n"].concat());
    assert_eq!((&*given.told, &given.members[0].1[..]), (&[][..], &b"*1\r\n$3\r\nSET\r\n"[..]));
}

#[test]
fn long_values_stand_on_several_lines() {
    let field = [&b"\x01f\x40\x64"[..], &[b'x'; 100]].concat();
    let given = open(&dump(4, &[&b"\x41\x2C"[..], &field.repeat(300)].concat()));
    assert_eq!((given.text.matches("xxx\"").count(), given.text.lines().count(), &*given.told), (300, 15, &[][..]));
    for line in given.text.lines() {
        assert!(line.len() < 2200 && line.contains("\"k\":{") && line.ends_with("}}"), "{line}");
    }
    let value = [&b"\x80\0\x0F\x42\x40"[..], &[b'x'; 1_000_000]].concat();
    assert_eq!(open(&dump(0, &value)).text.len(), 1_000_000 + r#"{"key":"k","k":""}"#.len() + 1);
}

#[test]
fn a_cut_anywhere_gives_what_stands_before_it_and_is_told() {
    for name in ["7.0", "7.4-tiny"] {
        let stored = stored(name);
        let whole = open(&stored);
        for cut in 9..stored.len() {
            let given = open(&stored[..cut]);
            assert_eq!(given.told.len(), 1, "{name} {cut}");
            let text = given.text.trim_end_matches(['\n', '\u{FFFD}']);
            assert!(whole.text.starts_with(text), "{name} {cut}: {text}");
        }
    }
}

proptest::proptest! {
    #[test]
    fn foreign_bytes_cost_no_more_than_they_hold(
        changes in proptest::collection::vec((9usize..1500, proptest::num::u8::ANY), 1..12),
        fixture in proptest::sample::select(&["7.0", "6.2-tiny", "7.4-tiny", "valkey-9.1-tiny"][..]),
    ) {
        let mut stored = stored(fixture);
        for (at, byte) in changes {
            stored[at] = byte;
        }
        // A reference of LZF gives 264 bytes for three, and a line repeats the name of its key.
        proptest::prop_assert!(open(&stored).length() < 200 * stored.len());
    }
}
