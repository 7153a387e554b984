use jiff::civil::date;

use super::*;

const TODAY: Date = date(2026, 11, 22);

fn best(posture: Option<Posture>, traces: Traces) -> Option<(String, DateSource)> {
    let dated = Dates::builtin().unwrap().of(&traces, posture, TODAY)?;
    Some((dated.date.to_string(), dated.source))
}

#[test]
fn dates_in_names_are_read() {
    let cases = [
        ("clients-20210301.csv", Some("2021-03-01")),
        ("clients_20210301101112.csv", Some("2021-03-01")),
        ("clients-2021-03-01.csv", Some("2021-03-01")),
        ("clients_2021_03_01_10_11.csv", Some("2021-03-01")),
        ("clients.2021.03.01.csv", Some("2021-03-01")),
        ("2021-03-01T10-11-12.csv", Some("2021-03-01")),
        ("отчёт 01.03.2021.xlsx", Some("2021-03-01")),
        // Whoever reads it the other way has the later day.
        ("report 01-03-2021.csv", Some("2021-03-01")),
        ("report 03-01-2021.csv", Some("2021-03-01")),
        ("report 25-12-2020.csv", Some("2020-12-25")),
        ("clients-2021-03.csv", Some("2021-03-31")),
        ("clients-2024-02.csv", Some("2024-02-29")),
        ("app.log-20210301.gz", Some("2021-03-01")),
        ("app.log.2021-03-01.gz", Some("2021-03-01")),
        // A stretch of time ends with its last day.
        ("clients-2019-01-01_2021-03-01.csv", Some("2021-03-01")),
        ("backup-2021-03-01.tar.gz!var/users.csv", Some("2021-03-01")),
        ("backup-2021-03-01.tar.gz!var/users-2020-01-01.csv", Some("2020-01-01")),
        // No folder, no year alone, no number that is longer, no day that is none or yet to come.
        ("2021-03-01/clients.csv", None),
        ("clients-2021.csv", None),
        ("clients-202103011.csv", None),
        ("clients-20211301.csv", None),
        ("clients-2021-02-30.csv", None),
        ("clients-2021-13.csv", None),
        ("clients-2099-03-01.csv", None),
        ("clients-1970-01-01.csv", None),
        ("v1.2.2021.csv", None),
        ("IMG_0301.csv", None),
        ("clients.csv", None),
        ("", None),
    ];
    for (path, expected) in cases {
        let found = best(Some(Posture::Data), Traces { path, ..Traces::default() });
        assert_eq!(found, expected.map(|date| (date.to_owned(), DateSource::Name)), "{path}");
    }
}

#[test]
fn dumps_tell_when_they_were_made() {
    let cases = [
        "--\n-- PostgreSQL database dump\n--\n\n-- Started on 2021-03-01 10:11:12 +05\n",
        "\n-- Completed on 2021-03-01 10:11:12 +05\n\n--\n-- PostgreSQL database dump complete\n",
        "-- Dump completed on 2021-03-01 10:11:12\n",
        "-- Dump completed on 2021-03-01  9:11:12",
        "-- phpMyAdmin SQL Dump\n-- version 5.0\n-- Generation Time: Mar 01, 2021 at 10:11 AM\n",
        "-- Generation Time: 01 Mar 2021, 10:11\r\n",
        "-- Время создания: Мар 01 2021 г., 10:11\n",
        "/****** Object:  Table [dbo].[a]    Script Date: 01.03.2021 10:11:12 ******/\n",
        "-- Adminer 4.7.8 MySQL dump\n\n-- 2021-03-01 10:11:12\n",
    ];
    let expected = Some(("2021-03-01".to_owned(), DateSource::Dump));
    for text in cases {
        for posture in [Some(Posture::Data), Some(Posture::Logs), None] {
            let traces = Traces { path: "a-2020-01-01", head: text.as_bytes(), ..Traces::default() };
            assert_eq!(best(posture, traces), expected, "{text}");
            let traces = Traces { tail: text.as_bytes(), ..Traces::default() };
            assert_eq!(best(posture, traces), expected, "{text}");
        }
    }
}

#[test]
fn of_a_dump_that_was_added_to_the_last_date_counts() {
    let (head, tail) = (b"-- Started on 2019-03-01 10:11:12\n", b"-- Dump completed on 2021-03-01 10:11:12\n");
    let found = best(None, Traces { head, tail, ..Traces::default() });
    assert_eq!(found, Some(("2021-03-01".to_owned(), DateSource::Dump)));
}

#[test]
fn a_comment_that_tells_another_date_is_none_of_the_dump() {
    for text in ["-- valid until 2021-03-01 10:11:12\n", "Dump completed on 2021-03-01 10:11:12\n", "-- 2021-03-01\n"] {
        assert_eq!(best(None, Traces { head: text.as_bytes(), ..Traces::default() }), None, "{text}");
    }
}

#[test]
fn the_last_times_of_a_log_date_it() {
    let cases = [
        ("2021-02-28T23:59:59.1+05:00 INFO a\n2021-03-01T00:00:00Z INFO b\n", Some("2021-03-01")),
        ("2021/03/01 10:11:12 [error] 1#1: a\n", Some("2021-03-01")),
        ("10.0.0.1 - - [01/Mar/2021:10:11:12 +0500] \"GET / HTTP/1.1\" 200\n", Some("2021-03-01")),
        ("01.03.2021 10:20  Чек 5100\n", Some("2021-03-01")),
        ("{\"time\":\"2021-03-01 10:11:12,123\",\"born\":\"2024-01-01\"}\n", Some("2021-03-01")),
        ("2021-03-01 10:11 token valid until 2099-01-01 00:00\n", Some("2021-03-01")),
        ("born 2021-03-01\n", None),
        ("Mar  1 10:11:12 host app\n", None),
        ("", None),
    ];
    for (text, expected) in cases {
        let found = best(Some(Posture::Logs), Traces { tail: text.as_bytes(), ..Traces::default() });
        assert_eq!(found, expected.map(|date| (date.to_owned(), DateSource::Data)), "{text}");
        // A log goes on after its first lines, and rows of data are in no order.
        assert_eq!(best(Some(Posture::Logs), Traces { head: text.as_bytes(), ..Traces::default() }), None);
        assert_eq!(best(Some(Posture::Data), Traces { tail: text.as_bytes(), ..Traces::default() }), None);
    }
}

#[test]
fn a_log_that_ends_in_a_long_line_is_dated_all_the_same() {
    for length in [0, 10, 500, 1000, 3000] {
        let text = format!("2021-03-01 10:11:12 ERROR a\n{}\n", "  at b\n".repeat(length / 7));
        let found = best(Some(Posture::Logs), Traces { tail: text.as_bytes(), ..Traces::default() });
        assert_eq!(found, Some(("2021-03-01".to_owned(), DateSource::Data)), "{length}");
    }
}

#[test]
fn the_best_date_there_is_counts() {
    let modified = Some(date(2024, 4, 4));
    let tail = &b"2021-01-01 10:11 INFO a\n"[..];
    let logs = Some(Posture::Logs);
    let all = Traces { path: "logs/app-2023-03-03.log", tail, modified, ..Traces::default() };
    assert_eq!(best(logs, all), Some(("2021-01-01".to_owned(), DateSource::Data)));
    let no_times = Traces { tail: b"", ..all };
    assert_eq!(best(logs, no_times), Some(("2023-03-03".to_owned(), DateSource::Name)));
    let no_name = Traces { path: "logs/app.log", ..no_times };
    assert_eq!(best(logs, no_name), Some(("2024-04-04".to_owned(), DateSource::File)));
    assert_eq!(best(logs, Traces { modified: None, ..no_name }), None);
    // What archives set that are to be the same each time.
    for day in [date(1970, 1, 1), date(1980, 1, 1)] {
        assert_eq!(best(logs, Traces { modified: Some(day), ..no_name }), None);
    }
}

#[test]
fn code_and_what_no_name_tells_of_have_no_date() {
    let traces = Traces { path: "a-2021-03-01.x", modified: Some(date(2024, 4, 4)), ..Traces::default() };
    for posture in [Some(Posture::Code), Some(Posture::TestData), None] {
        assert_eq!(best(posture, traces), None, "{posture:?}");
    }
    let dump = Traces { head: b"-- Started on 2021-03-01 10:11:12\n", ..traces };
    for posture in [Posture::Code, Posture::TestData] {
        assert_eq!(best(Some(posture), dump), None, "{posture:?}");
    }
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_read(path in ".{0,40}", head: Vec<u8>, tail in "[0-9T:/. a-z-]{0,80}") {
        let traces = Traces { path: &path, head: &head, tail: tail.as_bytes(), modified: None };
        let found = Dates::builtin().unwrap().of(&traces, Some(Posture::Logs), TODAY);
        proptest::prop_assert!(found.is_none_or(|dated| dated.date <= TODAY));
    }
}
