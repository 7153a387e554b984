//! Texts to measure with: logs and dumps as systems write them, of any length, the same on every machine. All values in
//! them are made up.

use std::fmt::{self, Write as _};
use std::io::{self, Write};

#[path = "../../tests/quality/random.rs"]
mod random;
mod values;

pub use random::Random;
use values::{address, clock, email, iban, iin, name, order, phone, time};

/// A text: its records stand between a head and a tail.
pub struct Text {
    pub name: &'static str,
    head: &'static str,
    record: fn(&mut Random, &mut String) -> fmt::Result,
    tail: &'static str,
}

/// What is measured from outside: the files of `compare.sh`, then those that count one thing each.
pub const TEXTS: [Text; 9] = [
    lines("app.log", application),
    lines("access.log", access),
    lines("events.jsonl", event),
    Text {
        name: "users.sql",
        head: COPY,
        record: customer,
        tail: "\\.\n\n--\n-- PostgreSQL database dump complete\n--\n",
    },
    Text { name: "crm.sql", head: CREATE, record: insert, tail: "-- Dump completed\n" },
    lines("plain.log", noise),
    lines("dense.log", dense),
    lines("support.log", support),
    lines("fields.jsonl", field),
];

const fn lines(name: &'static str, record: fn(&mut Random, &mut String) -> fmt::Result) -> Text {
    Text { name, head: "", record, tail: "" }
}

impl Text {
    pub fn named(name: &str) -> Option<&'static Self> {
        TEXTS.iter().find(|text| text.name == name)
    }

    /// Writes whole records until there are so many bytes.
    pub fn write(&self, bytes: u64, out: &mut impl Write) -> io::Result<()> {
        let mut random = Random::new(20_261_122);
        let (mut records, mut written) = (self.head.to_owned(), 0);
        while written + (records.len() as u64) < bytes {
            (self.record)(&mut random, &mut records).map_err(io::Error::other)?;
            if records.len() >= 1 << 16 {
                out.write_all(records.as_bytes())?;
                written += records.len() as u64;
                records.clear();
            }
        }
        records += self.tail;
        out.write_all(records.as_bytes())
    }
}

/// One line in a hundred tells of a person.
fn application(r: &mut Random, out: &mut String) -> fmt::Result {
    match r.from(1, 200) {
        1 | 2 => {
            prefix(r, out)?;
            writeln!(out, "user iin={} phone={} logged in", iin(r), phone(r))
        }
        3 => {
            prefix(r, out)?;
            writeln!(out, "sent receipt to {} account {}", email(r), iban(r))
        }
        _ => noise(r, out),
    }
}

fn prefix(r: &mut Random, out: &mut String) -> fmt::Result {
    let level = r.pick(&["INFO", "WARN", "DEBUG", "ERROR"]);
    let class = r.pick(&["PaymentService", "AuthFilter", "OrderController", "CatalogClient"]);
    let (port, worker) = (r.from(8000, 8999), r.from(0, 199));
    write!(out, "{},{:03} {level} [http-{port}-exec-{worker}] kz.demo.shop.{class} - ", time(r), r.from(0, 999))
}

/// A line of an application's log that tells of nobody.
fn noise(r: &mut Random, out: &mut String) -> fmt::Result {
    prefix(r, out)?;
    let (one, other, status) = (r.from(0, 9999), r.from(0, 999_999), r.pick(&["200", "201", "404", "500"]));
    match r.from(1, 10) {
        1..=3 => {
            let id = [8, 4, 4, 4, 12].map(|digits| r.hex(digits)).join("-");
            writeln!(out, "request id={id} took {one} ms status={status} bytes={other}")
        }
        4..=6 => {
            let (cents, terminal) = (r.from(0, 99), r.digits(8));
            writeln!(out, "order {} amount {other}.{cents:02} KZT terminal {terminal} rrn {}", order(r), order(r))
        }
        _ => writeln!(
            out,
            "transaction committed; cache hit ratio 0.{other:06}; thread pool active={} queued={one}",
            r.from(0, 199)
        ),
    }
}

/// Every line tells of a person.
fn dense(r: &mut Random, out: &mut String) -> fmt::Result {
    prefix(r, out)?;
    writeln!(out, "user iin={} phone={} email={} account={}", iin(r), phone(r), email(r), iban(r))
}

/// Words beyond ASCII; one line in eight tells of a person.
fn support(r: &mut Random, out: &mut String) -> fmt::Result {
    let (receipt, sum) = (r.from(1000, 9999), r.from(100, 99_999));
    write!(out, "{} чек {receipt} сумма {sum},00 тг, ", time(r))?;
    match r.from(1, 16) {
        1 => writeln!(out, "покупатель {}, ИИН {}, тел. {}", name(r), iin(r), phone(r)),
        2 => writeln!(out, "доставка по адресу: {}, эл. почта {}", address(r), email(r)),
        3..=9 => writeln!(out, "оплачен картой, заказ {} передан на склад", order(r)),
        _ => writeln!(out, "Касса {} закрыта, расхождений нет. Смена передана", r.from(1, 20)),
    }
}

fn access(r: &mut Random, out: &mut String) -> fmt::Result {
    let (b, c, d, day) = (r.from(0, 255), r.from(0, 255), r.from(1, 254), r.from(1, 28));
    let (page, bytes, from) = (r.from(0, 999_999), r.from(0, 99_999), r.from(0, 9999));
    let section = r.pick(&["orders", "items", "cart", "static/app"]);
    let query = if r.chance(300) { format!("?phone={}&email={}", digits(&phone(r)), email(r)) } else { String::new() };
    let status = r.pick(&["200", "200", "200", "304", "404"]);
    write!(out, "10.{b}.{c}.{d} - - [{day:02}/Mar/2026:{} +0500] \"GET /api/v1/{section}/{page}{query} ", clock(r))?;
    write!(out, "HTTP/1.1\" {status} {bytes} \"https://shop.demo/catalog/{from}\" ")?;
    out.write_str(
        "\"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Firefox/140.0\"\n",
    )
}

fn digits(phone: &str) -> String {
    phone.chars().filter(char::is_ascii_digit).collect()
}

fn event(r: &mut Random, out: &mut String) -> fmt::Result {
    let (trace, span, path) = (r.hex(32), r.hex(16), r.pick(&["profile", "orders", "payments", "documents"]));
    let time = time(r).replace(' ', "T");
    write!(out, "{{\"ts\":\"{time}.{:03}Z\",\"level\":\"info\",\"trace_id\":\"{trace}\",", r.from(0, 999))?;
    write!(out, "\"span\":\"{span}\",\"msg\":\"handled\",\"ms\":{}.{:03},", r.from(0, 999), r.from(0, 999))?;
    write!(out, "\"path\":\"/v2/{path}/{}\"", r.digits(9))?;
    if r.chance(50) {
        let (iin, phone, email) = (iin(r), phone(r), email(r));
        write!(out, ",\"user\":{{\"iin\":\"{iin}\",\"phone\":\"{phone}\",\"email\":\"{email}\"}}")?;
    }
    out.write_str("}\n")
}

/// One value a line, each under a key of its own: a finding each.
fn field(r: &mut Random, out: &mut String) -> fmt::Result {
    let key = r.of("abcdefghijklmnopqrstuvwxyz", 8);
    match r.from(1, 3) {
        1 => writeln!(out, "{{\"{key}_phone\":\"{}\"}}", phone(r)),
        2 => writeln!(out, "{{\"{key}_email\":\"{}\"}}", email(r)),
        _ => writeln!(out, "{{\"{key}_iin\":\"{}\"}}", iin(r)),
    }
}

const COPY: &str = "--
-- PostgreSQL database dump
--
CREATE TABLE public.customers (
    id bigint NOT NULL,
    iin character(12),
    fio text,
    phone character varying(32),
    email text,
    iban character varying(34),
    created_at timestamp without time zone,
    order_no bigint,
    status text,
    note text
);

COPY public.customers (id, iin, fio, phone, email, iban, created_at, order_no, status, note) FROM stdin;
";

fn customer(r: &mut Random, out: &mut String) -> fmt::Result {
    write!(out, "{}\t{}\t{}\t{}\t{}\t", r.from(1, 1 << 30), iin(r), name(r), phone(r), email(r))?;
    let (iban, time, order) = (iban(r), time(r), order(r));
    writeln!(out, "{iban}\t{time}.{:06}\t{order}\t{}\t\\N", r.from(0, 999_999), r.pick(&["active", "blocked", "new"]))
}

const CREATE: &str = "-- MySQL dump 10.13
CREATE TABLE `crm_clients` (
  `id` int NOT NULL,
  `fio` varchar(255) DEFAULT NULL,
  `tel` varchar(32) DEFAULT NULL,
  `barcode` bigint DEFAULT NULL,
  `addr` text,
  `registered` date DEFAULT NULL,
  `balance` decimal(12,2) DEFAULT NULL,
  `note` text,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB;
";

/// A statement of many rows.
fn insert(r: &mut Random, out: &mut String) -> fmt::Result {
    out.write_str("INSERT INTO `crm_clients` VALUES ")?;
    for row in 0..400 {
        let comma = if row > 0 { "," } else { "" };
        write!(out, "{comma}({},'{}','{}',{},", r.from(1, 1 << 30), name(r), phone(r), order(r))?;
        write!(out, "'{}','{}',{}.{:02},", address(r), &time(r)[..10], r.from(0, 999_999), r.from(0, 99))?;
        write!(out, "'comment ''quoted'' text {}')", r.from(0, 99_999))?;
    }
    out.write_str(";\n")
}
