//! Documents of people and of their cars, certificates.

use super::kind::Place::{NamedOnly, Phrase};
use super::kind::{Kind, Value, changed, miss, notation};
use super::numbers::{bin, iin};
use super::random::Random;
use super::truth;

pub const KINDS: &[Kind] = &[ID_CARD, PASSPORT, LICENCE, PLATE, VIN, ZONE, CERTIFICATE];

const ID_CARD: Kind = Kind {
    detector: "kz-id-card",
    notations: &[
        notation("9 digits", NamedOnly, |r| Value::whole("kz-id-card", format!("04{}", r.digits(7)))),
        notation("any 9 digits", NamedOnly, |r| Value::whole("kz-id-card", r.digits(9))),
    ],
    misses: &[
        miss("8 digits", |r| r.digits(8)),
        miss("10 digits", |r| format!("0{}", r.digits(9))),
        miss("one digit", |r| r.of("0123456789", 1).repeat(9)),
        miss("counting", |_| "123456789".to_owned()),
        miss("fraction", |r| format!("{}.{}", r.digits(9), r.from(11, 99))),
    ],
};

const PASSPORT: Kind = Kind {
    detector: "kz-passport",
    notations: &[
        notation("8 digits", NamedOnly, |r| Value::whole("kz-passport", format!("N{}", r.digits(8)))),
        notation("with a space", NamedOnly, |r| Value::whole("kz-passport", format!("N {}", r.digits(8)))),
        notation("7 digits", NamedOnly, |r| Value::whole("kz-passport", format!("{}{}", r.of("ADNS", 1), r.digits(7)))),
    ],
    misses: &[
        miss("lower case", |r| format!("n{}", r.digits(8))),
        miss("two letters", |r| format!("NA{}", r.digits(8))),
        miss("6 digits", |r| format!("N{}", r.digits(6))),
        miss("11 digits", |r| format!("N{}", r.digits(11))),
        miss("counting", |_| "N12345678".to_owned()),
    ],
};

const LICENCE: Kind = Kind {
    detector: "kz-driver-licence",
    notations: &[
        notation("letters", NamedOnly, |r| {
            Value::whole("kz-driver-licence", format!("{}{}", letters(r, 2), r.digits(6)))
        }),
        notation("with a space", NamedOnly, |r| {
            Value::whole("kz-driver-licence", format!("{} {}", letters(r, 2), r.digits(6)))
        }),
        notation("10 digits", NamedOnly, |r| Value::whole("kz-driver-licence", format!("00{}", r.digits(8)))),
    ],
    misses: &[
        miss("5 digits", |r| format!("{}{}", letters(r, 2), r.digits(5))),
        miss("7 digits", |r| format!("{} {}", letters(r, 2), r.digits(7))),
        miss("3 letters", |r| format!("{}{}", letters(r, 3), r.digits(6))),
        miss("lower case", |r| format!("{}{}", letters(r, 2).to_lowercase(), r.digits(6))),
        miss("9 digits", |r| r.digits(9)),
    ],
};

const PLATE: Kind = Kind {
    detector: "kz-plate",
    notations: &[
        notation("private", NamedOnly, |r| plate(format!("{}{}{:02}", r.digits(3), letters(r, 3), r.from(1, 20)))),
        notation("private with spaces", NamedOnly, |r| {
            plate(format!("{} {} {:02}", r.digits(3), letters(r, 3), r.from(1, 20)))
        }),
        notation("company", NamedOnly, |r| plate(format!("{}{}{:02}", r.digits(3), letters(r, 2), r.from(1, 20)))),
        notation("until 2012", NamedOnly, |r| plate(format!("{} {} {}", letters(r, 1), r.digits(3), letters(r, 3)))),
        notation("Cyrillic letters", NamedOnly, |r| {
            plate(format!("{} {} {:02}", r.digits(3), alike(r, 3), r.from(1, 20)))
        }),
        notation("Cyrillic letters, compact", NamedOnly, |r| {
            plate(format!("{}{}{:02}", r.digits(3), alike(r, 2), r.from(1, 20)))
        }),
        notation("until 2012, Cyrillic", NamedOnly, |r| {
            plate(format!("{} {} {}", alike(r, 1), r.digits(3), alike(r, 3)))
        }),
        notation("until 2012, compact", NamedOnly, |r| {
            plate(format!("{}{}{}", letters(r, 1), r.digits(3), letters(r, 3)))
        }),
    ],
    misses: &[
        miss("region", |r| format!("{}{}{}", r.digits(3), letters(r, 3), r.from(21, 99))),
        miss("4 letters", |r| format!("{}{}{:02}", r.digits(3), letters(r, 4), r.from(1, 20))),
        miss("4 digits", |r| format!("{}{}{:02}", r.digits(4), letters(r, 3), r.from(1, 20))),
        miss("lower case", |r| format!("{}{}{:02}", r.digits(3), letters(r, 3).to_lowercase(), r.from(1, 20))),
        // Small letters that in the other charsets of single bytes are no capitals that look like Latin ones.
        miss("lower case, Cyrillic", |r| {
            format!("{} {}{}а {:02}", r.digits(3), r.pick(&["а", "в", "к"]), r.pick(&["в", "к"]), r.from(1, 20))
        }),
        miss("letters that no Latin ones look like", |r| {
            format!("{} {}Ж{} {:02}", r.digits(3), alike(r, 1), alike(r, 1), r.from(1, 20))
        }),
    ],
};

const VIN: Kind = Kind {
    detector: "vin",
    notations: &[
        notation("American", NamedOnly, |r| Value::whole("vin", american_vin(r))),
        notation("no check digit", NamedOnly, |r| {
            Value::whole("vin", format!("XTA{}{}", r.of(VIN_LETTERS, 7), r.digits(7)))
        }),
    ],
    misses: &[
        miss("16 characters", |r| {
            let vin = american_vin(r);
            vin[1..].to_owned()
        }),
        miss("18 characters", |r| format!("{}0", american_vin(r))),
        miss("letter O", |r| {
            let vin = american_vin(r);
            format!("{}O{}", &vin[..5], &vin[6..])
        }),
        miss("lower case", |r| american_vin(r).to_lowercase()),
        miss("serial of letters", |r| {
            let vin = american_vin(r);
            format!("{}ABCD", &vin[..13])
        }),
    ],
};

const ZONE: Kind = Kind {
    detector: "mrz",
    notations: &[
        notation("TD3", Phrase, |r| {
            let zone = td3(r);
            Value::whole("mrz", format!("{}\n{}", zone[0], zone[1]))
        }),
        notation("TD1", Phrase, |r| Value::whole("mrz", td1(r).join("\n"))),
        notation("TD1 in one line", Phrase, |r| Value::whole("mrz", td1(r).join(" "))),
        notation("TD3 escaped", Phrase, |r| Value::whole("mrz", td3(r).join("\\n"))),
    ],
    misses: &[
        miss("check digit of the birth", |r| {
            let zone = td3(r);
            format!("{}\n{}", zone[0], changed(&zone[1], 19, r))
        }),
        miss("last check digit", |r| {
            let zone = td1(r);
            format!("{}\n{}\n{}", zone[0], changed(&zone[1], 29, r), zone[2])
        }),
        miss("one line", |r| {
            let [first, _] = td3(r);
            first
        }),
        miss("shift operators", |_| "cout << P << endl << std::hex << value;".to_owned()),
    ],
};

const CERTIFICATE: Kind = Kind {
    detector: "eds-certificate",
    notations: &[
        notation("subject", Phrase, |r| {
            let n = iin(r);
            Value::within("CN=ТЕСТОВ ТЕСТ,", "eds-certificate", format!("SERIALNUMBER=IIN{n}"), ",C=KZ")
                .with("kz-iin", &n)
        }),
        notation("serialNumber", Phrase, |r| {
            let n = iin(r);
            Value::whole("eds-certificate", format!("serialNumber = IIN{n}")).with("kz-iin", &n)
        }),
        notation("OID", Phrase, |r| {
            let n = iin(r);
            Value::whole("eds-certificate", format!("2.5.4.5=IIN{n}")).with("kz-iin", &n)
        }),
        notation("base64 at 0", Phrase, |r| base64_value(0, r)),
        notation("base64 at 1", Phrase, |r| base64_value(1, r)),
        notation("base64 at 2", Phrase, |r| base64_value(2, r)),
    ],
    misses: &[
        miss("check digit", |r| {
            let n = iin(r);
            format!("SERIALNUMBER=IIN{}", changed(&n, 11, r))
        }),
        miss("published", |_| "SERIALNUMBER=IIN123456789011".to_owned()),
        miss("13 digits", |r| format!("SERIALNUMBER=IIN{}0", iin(r))),
        miss("base64 of a wrong check digit", |r| {
            let n = iin(r);
            base64(&subject(&format!("IIN{}", changed(&n, 11, r)), 1))
        }),
        miss("base64 of a company", |r| base64(&subject(&format!("BIN{}", bin(r)), 2))),
    ],
};

fn letters(r: &mut Random, count: usize) -> String {
    r.of("ABCDEFHKLMNPRSTUVWXYZ", count)
}

/// Cyrillic letters that look like Latin ones.
fn alike(r: &mut Random, count: usize) -> String {
    let letters = ["А", "В", "Е", "К", "М", "Н", "О", "Р", "С", "Т", "У", "Х"];
    (0..count).map(|_| r.pick(&letters)).collect()
}

fn plate(text: String) -> Value {
    Value::whole("kz-plate", text)
}

const VIN_LETTERS: &str = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ";

fn american_vin(r: &mut Random) -> String {
    let vin = format!("{}{}{}", r.pick(&["1FA", "1HG", "4T1", "5YJ"]), r.of(VIN_LETTERS, 8), r.digits(6));
    let digit = truth::vin_digit(&vin);
    format!("{}{digit}{}", &vin[..8], &vin[9..])
}

fn checked(field: &str) -> String {
    format!("{field}{}", truth::zone_digit(field))
}

/// A passport's zone.
fn td3(r: &mut Random) -> [String; 2] {
    let surname = letters(r, 6);
    let first = format!("{:<<44}", format!("P<KAZ{surname}<<{}", letters(r, 5)));
    let number = checked(&format!("N{}", r.digits(8)));
    let (birth, expiry) = (checked(&iin(r)[..6]), checked(&format!("3{}0101", r.from(0, 4))));
    let personal = checked(&format!("{:<<14}", iin(r)));
    let whole = truth::zone_digit(&format!("{number}{birth}{expiry}{personal}"));
    [first, format!("{number}KAZ{birth}{}{expiry}{personal}{whole}", r.of("MF", 1))]
}

/// An identity card's zone.
fn td1(r: &mut Random) -> [String; 3] {
    let number = checked(&format!("04{}", r.digits(7)));
    let optional = format!("{:<<15}", iin(r));
    let (birth, expiry) = (checked(&iin(r)[..6]), checked(&format!("3{}0101", r.from(0, 4))));
    let fill = "<".repeat(11);
    let whole = truth::zone_digit(&format!("{number}{optional}{birth}{expiry}{fill}"));
    let third = format!("{:<<30}", format!("{}<<{}", letters(r, 7), letters(r, 5)));
    [format!("IDKAZ{number}{optional}"), format!("{birth}{}{expiry}KAZ{fill}{whole}", r.of("MF", 1)), third]
}

/// The attribute of a certificate's subject in DER, after so many bytes more than a multiple of three.
fn subject(serial: &str, shift: usize) -> Vec<u8> {
    let mut der = vec![0x30; 6 + shift];
    der.extend([0x06, 0x03, 0x55, 0x04, 0x05, 0x13, serial.len() as u8]);
    der.extend(serial.bytes());
    der.extend([0x31, 0x0B, 0x30, 0x09]);
    der
}

/// What stands in base64 for the value, from the characters that hold `IIN` or the end of the length before it.
fn base64_value(shift: usize, r: &mut Random) -> Value {
    let der = subject(&format!("IIN{}", iin(r)), shift);
    let text = base64(&der);
    let iin_at = 6 + shift + 7;
    // The first whole character of the length byte, and the last one with bits of the last digit.
    let first = match iin_at % 3 {
        0 => iin_at / 3 * 4 - 1,
        1 => iin_at / 3 * 4,
        _ => iin_at / 3 * 4 + 2,
    };
    let last = ((iin_at + 15) * 8).div_ceil(6);
    Value::within(&text[..first], "eds-certificate", &text[first..last], &text[last..])
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = three.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for i in 0..4 {
            text.push(if i > three.len() { '=' } else { char::from(ALPHABET[(bits >> (18 - 6 * i) & 63) as usize]) });
        }
    }
    text
}
