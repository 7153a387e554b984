//! Values that are written in an encoding are found where they are written, with evidence that says so.

mod common;

use common::{fast, scanner};
use derbes::detect::finder::Engine;
use derbes::detect::reference;
use derbes::finding::Evidence;

/// The text with what was found by `id` in brackets, `!` after what was encoded.
fn found(id: &str, text: &str) -> String {
    thread_local! {
        static SCANNER: derbes::detect::Scanner = scanner(Engine::best());
    }
    SCANNER.with(|scanner| {
        let matches = fast(scanner, text.as_bytes(), false);
        assert_eq!(matches, reference::scan(scanner, text.as_bytes(), false), "{text}");
        let own = matches.iter().filter(|m| &*scanner.detectors.get(m.detector).definition.id == id);
        let shown = own.map(|m| {
            let mark = if m.evidence.contains(Evidence::Encoded) { "!" } else { "" };
            let word = [Evidence::KeyName, Evidence::ContextWord].iter().any(|e| m.evidence.contains(*e));
            format!("{}{mark}{}", &text[m.span.clone()], if word { " named" } else { "" })
        });
        shown.collect::<Vec<_>>().join(", ")
    })
}

#[test]
fn in_every_encoding() {
    for (id, text, expected) in [
        ("kz-iin", "iin=%39%30%30517132728&x=1", "%39%30%30517132728! named"),
        ("kz-iin", "ИИН &#57;&#48;&#48;517132728", "&#57;&#48;&#48;517132728! named"),
        ("kz-iin", "\"iin\": \"\\u0039\\u0030051713\\u0032728\"", "\\u0039\\u0030051713\\u0032728! named"),
        ("kz-iin", "ИИН 9００５17132728", "9００５17132728! named"),
        ("kz-iin", "ИИН：９００５17132728", "９００５17132728! named"),
        ("kz-phone", "тел：８７０0０00００19", "８７０0０00００19! named"),
        ("kz-iin", "ИИН 900517\u{AD}132728", "900517\u{AD}132728! named"),
        ("kz-iin", "ИИН 900517\u{200B}132728.", "900517\u{200B}132728! named"),
        ("kz-phone", "tel=%2B7%20%28700%29%20000-00-19&a", "%2B7%20%28700%29%20000-00-19! named"),
        ("kz-phone", "<b>+7&nbsp;700&nbsp;000&nbsp;00&nbsp;19</b>", "+7&nbsp;700&nbsp;000&nbsp;00&nbsp;19!"),
        ("kz-phone", "{\"phone\":\"\\u002B77000000019\"}", "\\u002B77000000019! named"),
        ("email", "aigerim&#64;romashka-demo.kz", "aigerim&#64;romashka-demo.kz!"),
        ("email", "\"email\":\"aigerim\\u0040romashka-demo.kz\"", "aigerim\\u0040romashka-demo.kz! named"),
        ("email", "aigerim＠romashka-demo.kz", "aigerim＠romashka-demo.kz!"),
        ("email", "to=3Daigerim@romashka-demo.kz", "aigerim@romashka-demo.kz"),
        ("email", "<aigerim@romashka-=\r\ndemo.kz>", "aigerim@romashka-=\r\ndemo.kz!"),
        ("email", "aige=\nrim@romashka-demo.kz", "aige=\nrim@romashka-demo.kz!"),
        ("kz-iin", "=D0=98=D0=98=D0=9D 900517=\r\n132728", "900517=\r\n132728! named"),
        ("kz-phone", "tel: +7 (700) 000=\n-00-19", "+7 (700) 000=\n-00-19! named"),
        ("kz-iin", "<a iin=3D900517132728>", "900517132728! named"),
        // Numbers that the end of an escape is glued to.
        ("kz-iin", "?q=%7B%22iin%22%3A%22900517132728%22%7D", "900517132728! named"),
        ("kz-iin", "{\\u0022iin\\u0022:\\u0022900517132728\\u0022}", "900517132728! named"),
        ("kz-phone", "phone%3D87000000019%26x", "87000000019! named"),
        // {"iin":"900517132728"}, as the payload of a token.
        ("kz-iin", "t=eyJhbGciOiJub25lIn0.eyJpaW4iOiI5MDA1MTcxMzI3MjgifQ.x", "I5MDA1MTcxMzI3Mjg! named"),
        // aigerim@romashka-demo.kz:secret
        (
            "email",
            "Authorization: Basic YWlnZXJpbUByb21hc2hrYS1kZW1vLmt6OnNlY3JldA==",
            "YWlnZXJpbUByb21hc2hrYS1kZW1vLmt6!",
        ),
        // The same two in hexadecimal digits, as dumps write binary values.
        ("kz-iin", "(7,0x393030353137313332373238,1)", "393030353137313332373238!"),
        ("kz-iin", "\\\\x7b2269696e223a22393030353137313332373238227d", "393030353137313332373238! named"),
        ("kz-iin", "X'393030353137313332373238'", "393030353137313332373238!"),
        ("kz-iin", "0x7B2269696E223A22393030353137313332373238227D", "393030353137313332373238! named"),
        ("kz-iin", "393030353137313332373238", ""),
        (
            "email",
            "(0x6169676572696d40726f6d6173686b612d64656d6f2e6b7a3a736563726574)",
            "6169676572696d40726f6d6173686b612d64656d6f2e6b7a!",
        ),
    ] {
        assert_eq!(found(id, text), expected, "{text}");
    }
}

#[test]
fn words_in_escapes_name_a_plain_value() {
    for text in [
        "\"\\u0418\\u0418\\u041d\": \"900517132728\"",
        "%D0%98%D0%98%D0%9D=900517132728",
        "&#1048;&#1048;&#1053; 900517132728",
        "=D0=98=D0=98=D0=9D 900517132728",
    ] {
        assert_eq!(found("kz-iin", text), "900517132728 named", "{text}");
    }
}

/// As `json.dumps` of Python and `json_encode` of PHP write what is not ASCII, and as a dump has that again.
fn escaped(text: &str, escape: impl Fn(char) -> String) -> String {
    text.chars().map(|letter| if letter.is_ascii() { letter.into() } else { escape(letter) }).collect()
}

#[test]
fn what_is_written_in_escaped_letters() {
    let json = |letter: char| format!("\\u{:04x}", u32::from(letter));
    let dumped = |letter: char| format!("\\\\u{:04X}", u32::from(letter));
    let percent = |letter: char| letter.encode_utf8(&mut [0; 4]).bytes().map(|byte| format!("%{byte:02X}")).collect();
    let entity = |letter: char| format!("&#{};", u32::from(letter));
    let escapes: [&dyn Fn(char) -> String; 4] = [&json, &dumped, &percent, &entity];
    for (id, before, value, named) in [
        ("person-name", r#"{"id": 7, "fio": ""#, "Ахметова Айгерим Серікқызы", " named"),
        ("person-name", "msg=", "Иванов И.И.", ""),
        ("postal-address", r#"{"addr": ""#, "г. Алматы, ул. Абая, д. 15, кв. 7", " named"),
        ("birth-date", "", "5 мая 1990 г.р.", " named"),
    ] {
        for escape in escapes {
            let text = format!(r#"{before}{}", "x": 1}}"#, escaped(value, escape));
            let written = escaped(value.trim_end_matches(" г.р."), escape);
            assert_eq!(found(id, &text), format!("{written}!{named}"), "{text}");
        }
    }
    // A word in escapes names what has to be named.
    for escape in escapes {
        let text = format!("{}: 012345678", escaped("удостоверение личности №", escape));
        assert_eq!(found("kz-id-card", &text), "012345678! named", "{text}");
    }
    assert_eq!(found("person-name", &escaped("улица Ивана Франко", json)), "");
}

#[test]
fn what_only_looks_encoded_is_nothing() {
    for (id, text) in [
        ("kz-iin", "iin=%39%30%30517132729"),
        ("kz-iin", "0%39%30%30517132728"),
        ("kz-iin", "iin=%411900517132728"),
        ("kz-iin", "ИИН 900517=\r\n132729"),
        ("kz-iin", "ИИН 900517==\n132728"),
        ("kz-iin", "id=46cb24ad1c954097c30a1a77bbf728dd"),
        ("email", "aigerim&#65;romashka-demo.kz"),
        ("kz-iin", "t=eyJpaW4iOiI5MDA1MTcxMzI3MjkifQ0"),
    ] {
        assert_eq!(found(id, text), "", "{text}");
    }
    // What a check reads as it stands is no encoded value.
    assert_eq!(found("kz-phone", "phone=%2B77000000019"), "%2B77000000019 named");
    assert_eq!(found("email", "email=aigerim%40romashka-demo.kz"), "aigerim%40romashka-demo.kz named");
    assert_eq!(found("kz-phone", "+7\u{2009}700 000 00 19"), "+7\u{2009}700 000 00 19");
}

/// As a backup of SQL Server holds the values of `nvarchar` columns, at even places and odd ones.
#[test]
fn in_utf_16_among_binary_bytes() {
    let scanner = scanner(Engine::best());
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    for shift in 0..3 {
        let row = |value: &str| [&b"\x30\0\x10\0\x01\0\0\0"[..], &wide(value), &[0, 0, 2, 1, 5]].concat();
        let values =
            ["ИИН: 900517132728", "+7 700 000-00-19", "aigerim@romashka-demo.kz", "Ахметова Айгерим Серікқызы"];
        let text = [vec![0xFF; shift], values.map(row).concat()].concat();
        let matches = fast(&scanner, &text, true);
        assert_eq!(matches, reference::scan(&scanner, &text, true));
        let shown = matches.iter().map(|m| {
            assert!(m.evidence.contains(Evidence::Encoded));
            let (units, []) = text[m.span.clone()].as_chunks() else { panic!("{:?}", m.span) };
            String::from_utf16_lossy(&units.iter().map(|unit| u16::from_le_bytes(*unit)).collect::<Vec<_>>())
        });
        let expected = ["900517132728", values[1], values[2], values[3]];
        assert_eq!(shown.collect::<Vec<_>>(), expected, "{shift}");
        assert!(matches[0].evidence.contains(Evidence::KeyName));
        assert!(fast(&scanner, &text, false).is_empty(), "where all is text, NUL is none of it");
    }
}
