use super::begins;
use crate::decode::container::given::open;

const LETTER: &[u8] = include_bytes!("../../../../fixtures/mail/letter.eml");
const BOX: &[u8] = include_bytes!("../../../../fixtures/mail/box.mbox");

#[test]
fn text_is_decoded_and_what_is_attached_is_a_member() {
    let given = open(LETTER);
    assert_eq!(given.told, [""; 0]);
    for line in [
        "From: Ахметова Айгерим",
        "Subject: Список: ИИН 900517132728",
        "--=inner=--",
        "Добрый день! Мой ИИН 750228150059, тел. +7 701 000 00 19.",
        "<p>Добрый день! Мой ИИН <b>750228150059</b></p>",
    ] {
        assert!(given.text.lines().any(|own| own.starts_with(line)), "{line}: {}", given.text);
    }
    let names: Vec<_> = given.members.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["файл.zip", "phones.csv", "part 3.eml"]);
    let inside = open(&given.members[0].1);
    assert_eq!((&*inside.members[0].0, &inside.told), ("x.csv", &given.told));
    assert!(given.members[1].1.starts_with(b"phone\r\n+7 700 000 00 15\r\n"));
    assert!(open(&given.members[2].1).text.contains("ИИН 850112118154"));
}

#[test]
fn messages_of_an_mbox_follow_one_another() {
    let given = open(BOX);
    assert_eq!((given.text.matches("ИИН 900517252607").count(), &*given.told), (2, &[][..]));
    assert!(given.text.contains("\n>From the start"));
    let names: Vec<_> = given.members.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["2/файл.zip", "2/phones.csv", "2/part 3.eml"]);
    assert_eq!(open(&given.members[0].1).told, [""; 0]);
    // Of messages without parts, lines are those of the file.
    let first = |text: &str| text.lines().position(|line| line.starts_with("ИИН 900517252607"));
    assert_eq!(first(&given.text), first(&String::from_utf8_lossy(BOX)));
}

#[test]
fn a_cut_anywhere_gives_what_stands_before_it_and_is_told() {
    let whole = open(LETTER);
    let border = memchr::memmem::find(LETTER, b"--=outer=").unwrap();
    let end = memchr::memmem::rfind(LETTER, b"--=outer=--").unwrap();
    for cut in 0..end {
        let given = open(&LETTER[..cut]);
        if begins(&LETTER[..cut]) && cut > border {
            assert_eq!(given.told, ["a message ends before the last of its parts does"], "{cut}");
        }
        // The first is whole where another comes after it.
        if given.members.len() > 1 {
            assert_eq!(given.members[0], whole.members[0], "{cut}");
        }
    }
}

#[test]
fn mail_is_told_from_other_text() {
    for (text, expected) in [
        ("From: a@b.kz\nTo: c\nSubject: d\n\ntext", true),
        ("Received: by x\n\tfor y\nReceived: by z\nDate: 1\n\n", true),
        ("From a@b.kz Sat May  2 05:00:00 2026\nFrom: a\nDate: b\n\n", true),
        ("From a@b.kz\nFrom: a\nTo: b\n", false),
        ("Content-Type: text/html\nDate: today\nServer: x\n\n", false),
        ("HTTP/1.1 200 OK\nFrom: a\nDate: b\nTo: c\n\n", false),
        ("from: a@b.kz\nto: c@b.kz\nsubject: hello\n", false),
        ("name: app\nversion: 1\nfrom: base\n", false),
        ("2026-05-01 From: a\nTo: b\nDate: c\n", false),
        ("", false),
    ] {
        assert_eq!(begins(text.as_bytes()), expected, "{text}");
    }
}

#[test]
fn parts_inside_one_another_end_and_borders_may_be_missing() {
    let mut deep = String::from("From: a\nDate: b\nTo: c\n");
    for level in 0..100 {
        deep += &format!("Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n");
    }
    let given = open((deep + "\nИИН 900517132728\n").as_bytes());
    assert!(given.text.contains("ИИН 900517132728") && !given.told.is_empty());
    let outer = "From: a\nDate: b\nTo: c\nContent-Type: multipart/mixed; boundary=o\n\n--o\n\
                 Content-Type: multipart/mixed; boundary=i\n\n--i\n\none\n--o\n\ntwo\n--o--\nend\n";
    let given = open(outer.as_bytes());
    assert_eq!(given.told, [""; 0]);
    assert!(given.text.ends_with("--i\n\none\n--o\n\ntwo\n--o--\nend\n"), "{:?}", given.text);
}
