//! Mailboxes, accounts, addresses of networks and devices, secrets.

use super::kind::Place::{Anywhere, Key, NamedOnly, Phrase};
use super::kind::{Kind, Value, changed, miss, notation};
use super::phones::mobile;
use super::random::Random;
use super::truth;

pub const KINDS: &[Kind] = &[EMAIL, SPELLED, SOCIAL, IPV4, IPV6, MAC, IMEI, COOKIE, PASSWORD, PASSWORD_IN_URL];

const EMAIL: Kind = Kind {
    detector: "email",
    notations: &[
        notation("plain", Anywhere, |r| email(format!("{}@{}", name(r), domain(r)))),
        notation("with a dot", Anywhere, |r| email(format!("{}.{}@{}", name(r), name(r), domain(r)))),
        notation("with digits", Anywhere, |r| email(format!("{}_{}@{}", name(r), r.from(1, 2010), domain(r)))),
        notation("with a plus", Anywhere, |r| email(format!("{}+shop@{}", name(r), domain(r)))),
        notation("upper case", Anywhere, |r| email(format!("{}@{}", name(r), domain(r)).to_uppercase())),
        notation("subdomain", Anywhere, |r| email(format!("{}@mx.{}", name(r), domain(r)))),
        notation("Cyrillic", Anywhere, |r| email(format!("{}@ромашка.қаз", r.pick(&["айгерим", "болат", "сауле"])))),
        notation("punycode", Anywhere, |r| email(format!("{}@romashka.xn--80ao21a", name(r)))),
        notation("%40", Key, |r| email(format!("{}%40{}", name(r), domain(r)))),
        notation("mailto:", Phrase, |r| Value::within("mailto:", "email", format!("{}@{}", name(r), domain(r)), "")),
        notation("in angles", Phrase, |r| Value::within("Тест <", "email", format!("{}@{}", name(r), domain(r)), ">")),
        notation("digits only", Anywhere, |r| email(format!("{}@{}", r.digits(6), domain(r)))),
        notation("messenger", Anywhere, |r| {
            let number = format!("7{}", mobile(r));
            email(format!("{number}@s.whatsapp.net")).with("kz-phone", &number)
        }),
    ],
    misses: &[
        miss("repository", |r| format!("git@github.com:{}/shop.git", name(r))),
        miss("login of a database", |r| format!("postgres://{0}:{0}@db.{1}/shop", name(r), domain(r))),
        miss("login of a page", |r| format!("https://{}@{}/", name(r), domain(r))),
        miss("picture", |r| format!("{}@{}x.png", name(r), r.from(2, 3))),
        miss("package", |r| format!("@{}/node@{}.1.0", name(r), r.from(1, 20))),
        miss("action", |r| format!("actions/{}@v{}", name(r), r.from(1, 9))),
        miss("no such domain", |r| format!("{}@{}.c", name(r), name(r))),
        miss("host", |r| format!("{}@localhost", name(r))),
        miss("two dots", |r| format!("{}@{}..kz", name(r), name(r))),
        miss("reserved", |r| format!("{}@example.{}", name(r), r.pick(&["com", "org", "net"]))),
        miss("decorator", |r| format!("@{}.route", name(r))),
        miss("image digest", |r| format!("{}@sha256:{}", name(r), r.hex(64))),
        miss("unit", |r| format!("{}@{}.service", name(r), r.from(1, 9))),
    ],
};

const SPELLED: Kind = Kind {
    detector: "email-spelled",
    notations: &[
        notation("(at)", Key, |r| spelled(format!("{} (at) {}", name(r), domain(r)))),
        notation("[at]", Anywhere, |r| spelled(format!("{}[at]{}", name(r), domain(r)))),
        notation("[at] and [dot]", Anywhere, |r| {
            spelled(format!("{} [at] {}", name(r), domain(r).replace('.', " [dot] ")))
        }),
        notation("[dot]", Anywhere, |r| spelled(format!("{}@{}", name(r), domain(r).replace('.', "[dot]")))),
        notation("собака", Anywhere, |r| spelled(format!("{} собака {}", name(r), domain(r)))),
        notation("(собака)", Anywhere, |r| spelled(format!("{}(собака){}", name(r), domain(r)))),
    ],
    misses: &[
        miss("at", |r| format!("{} at {}", name(r), domain(r))),
        miss("no domain", |r| format!("{} (at) {}", name(r), name(r))),
        miss("another word", |r| format!("{} (by) {}", name(r), domain(r))),
        miss("index", |r| format!("{}[at].{}", name(r), name(r))),
        miss("reserved", |r| format!("{} (at) example.{}", name(r), r.pick(&["com", "org", "net"]))),
        miss("dogs", |r| format!("собаки {}", domain(r))),
    ],
};

fn spelled(text: String) -> Value {
    Value::whole("email-spelled", text)
}

const SOCIAL: Kind = Kind {
    detector: "social-account",
    notations: &[
        notation("Telegram", Anywhere, |r| {
            Value::within("https://", "social-account", format!("t.me/{}_{}", name(r), name(r)), "")
        }),
        notation("Instagram", Anywhere, |r| {
            Value::whole("social-account", format!("instagram.com/{}.{}", name(r), name(r)))
        }),
        notation("VK", Anywhere, |r| Value::whole("social-account", format!("vk.com/id{}", r.digits(9)))),
        notation("OK", Anywhere, |r| {
            Value::within("https://", "social-account", format!("ok.ru/profile/{}", r.digits(12)), "")
        }),
        notation("Facebook", Anywhere, |r| {
            Value::within("https://www.", "social-account", format!("facebook.com/{}.{}", name(r), name(r)), "")
        }),
        notation("TikTok", Anywhere, |r| {
            Value::whole("social-account", format!("tiktok.com/@{}_{}", name(r), name(r)))
        }),
    ],
    misses: &[
        miss("share", |r| format!("https://t.me/share/url?url={}", name(r))),
        miss("invitation", |r| format!("https://t.me/joinchat/{}", r.hex(16))),
        miss("group", |r| format!("vk.com/club{}", r.digits(8))),
        miss("post", |r| format!("https://instagram.com/p/{}", r.hex(10))),
        miss("script", |_| "https://vk.com/js/api/openapi.js".to_owned()),
        miss("button", |_| "https://www.facebook.com/sharer/sharer.php".to_owned()),
        miss("template", |_| "https://t.me/{name}".to_owned()),
        miss("other host", |r| format!("https://romashka-demo.kz/{}", name(r))),
    ],
};

const IPV4: Kind = Kind {
    detector: "ipv4",
    notations: &[
        notation("public", Anywhere, |r| Value::whole("ipv4", public(r))),
        notation("with a port", Anywhere, |r| Value::within("", "ipv4", public(r), ":8080")),
        notation("in a link", Anywhere, |r| Value::within("http://", "ipv4", public(r), "/")),
    ],
    misses: &[
        miss("private", |r| format!("{}.{}", r.pick(&["10.0", "192.168", "172.16", "172.31"]), octets(r, 2))),
        miss("this host", |r| format!("127.{}", octets(r, 3))),
        miss("link", |r| format!("169.254.{}", octets(r, 2))),
        miss("documentation", |r| format!("{}.{}", r.pick(&["192.0.2", "198.51.100", "203.0.113"]), r.from(1, 254))),
        miss("resolver", |r| r.pick(&["8.8.8.8", "1.1.1.1", "77.88.8.8"]).to_owned()),
        miss("version", |r| format!("{}.{}.{}.{}", r.from(1, 9), r.from(0, 20), r.from(0, 9), r.from(0, 9))),
        miss("browser", |r| format!("Chrome/{}.0.{}.{}", r.from(90, 130), r.from(0, 255), r.from(0, 255))),
        miss("no octet", |r| format!("95.56.{}.{}", r.from(1, 254), r.from(256, 999))),
        miss("five numbers", |r| format!("{}.{}", public(r), r.from(1, 254))),
        miss("network", |r| format!("95.56.{}.0/24", r.from(1, 254))),
        miss("revision", |r| {
            format!("$Revision: {}.{}.{}.{} $", r.from(1, 9), r.from(33, 99), r.from(1, 9), r.from(1, 99))
        }),
    ],
};

const IPV6: Kind = Kind {
    detector: "ipv6",
    notations: &[
        notation("short", Anywhere, |r| Value::whole("ipv6", format!("2a02:{}::{}", group(r), group(r)))),
        notation("long", Anywhere, |r| Value::whole("ipv6", format!("2a03:{}", [(); 7].map(|()| group(r)).join(":")))),
        notation("with a port", Anywhere, |r| {
            Value::within("[", "ipv6", format!("2a00:{}:{}::1", group(r), group(r)), "]:443")
        }),
    ],
    misses: &[
        miss("documentation", |r| format!("2001:db8:{}::1", group(r))),
        miss("link", |r| format!("fe80::{}", group(r))),
        miss("this host", |_| "::1".to_owned()),
        miss("network", |r| format!("2a02:{}::/32", group(r))),
        miss("tunnel", |r| format!("2002:{}:{}::1", group(r), group(r))),
        miss("date", |r| format!("2026:02:{}:{}", r.from(10, 28), r.from(10, 59))),
    ],
};

const MAC: Kind = Kind {
    detector: "mac-address",
    notations: &[
        notation("colons", NamedOnly, |r| Value::whole("mac-address", mac(r, ":"))),
        notation("hyphens", NamedOnly, |r| Value::whole("mac-address", mac(r, "-").to_uppercase())),
    ],
    misses: &[
        miss("everybody", |_| "ff:ff:ff:ff:ff:ff".to_owned()),
        miss("nobody", |_| "00:00:00:00:00:00".to_owned()),
        miss("group", |r| format!("01:00:5e:{}", &mac(r, ":")[9..])),
        miss("5 octets", |r| mac(r, ":")[..14].to_owned()),
        miss("7 octets", |r| format!("{}:0a", mac(r, ":"))),
    ],
};

const IMEI: Kind = Kind {
    detector: "imei",
    notations: &[notation("15 digits", NamedOnly, |r| Value::whole("imei", imei(r)))],
    misses: &[
        miss("check digit", |r| {
            let n = imei(r);
            changed(&n, 14, r)
        }),
        miss("14 digits", |r| imei(r)[..14].to_owned()),
        miss("17 digits", |r| format!("{}99", imei(r))),
        miss("zeros", |_| "000000000000000".to_owned()),
    ],
};

const COOKIE: Kind = Kind {
    detector: "cookie",
    notations: &[
        notation("Cookie", Phrase, |r| Value::within("Cookie: ", "cookie", format!("lang=ru; sid={}", session(r)), "")),
        notation("Set-Cookie", Phrase, |r| {
            Value::within("Set-Cookie: ", "cookie", format!("session={}", session(r)), "; Path=/; HttpOnly")
        }),
        notation("JSON", Phrase, |r| {
            Value::within(
                "{\"cookie\": \"",
                "cookie",
                format!("_ga=GA1.2.{}.{}; lang=kk", r.digits(9), r.digits(10)),
                "\"}",
            )
        }),
    ],
    misses: &[
        miss("language", |r| format!("Cookie: lang={}", r.pick(&["ru", "kk", "en"]))),
        miss("empty", |_| "Set-Cookie: sid=; Max-Age=0".to_owned()),
        miss("policy", |r| format!("Cookie policy: accept={}", session(r))),
        miss("variable", |_| "Cookie: {sid}".to_owned()),
    ],
};

const PASSWORD: Kind = Kind {
    detector: "password",
    notations: &[
        notation("plain", Phrase, |r| Value::within("password=", "password", secret(r), "")),
        notation("quoted", Phrase, |r| {
            Value::within("\"password\": \"", "password", format!("{}!{}", name(r), r.from(10, 99)), "\"")
        }),
        notation("Russian", Phrase, |r| Value::within("пароль: ", "password", secret(r), "")),
        notation("Kazakh", Phrase, |r| Value::within("құпиясөз: ", "password", secret(r), "")),
        notation("bcrypt", Phrase, |r| {
            Value::within(
                "password_hash: '",
                "password",
                format!("$2b$12${}", r.of("abcdefABCDEF0123456789./", 53)),
                "'",
            )
        }),
        notation("MD5", Phrase, |r| Value::within("user_pwd=", "password", r.hex(32), "")),
    ],
    misses: &[
        miss("variable", |r| format!("password=${{{}_PASSWORD}}", name(r).to_uppercase())),
        miss("stars", |_| "\"password\": \"********\"".to_owned()),
        miss("call", |_| "password = getpass()".to_owned()),
        miss("type", |_| "password: string".to_owned()),
        miss("placeholder", |r| format!("password={}", r.pick(&["changeme", "your_password", "secret", "example"]))),
        miss("template", |_| "\"password\": \"{{ vault_password }}\"".to_owned()),
        miss("another word", |r| format!("bypass={}", secret(r))),
        miss("comparison", |r| format!("password == \"{}\"", secret(r))),
        miss("attribute", |_| "password = user.password1".to_owned()),
    ],
};

const PASSWORD_IN_URL: Kind = Kind {
    detector: "password-in-url",
    notations: &[
        notation("database", Phrase, |r| {
            let before = format!("postgres://{}:", name(r));
            Value::within(&before, "password-in-url", secret(r), "@10.0.0.5:5432/shop")
        }),
        notation("no user", Phrase, |r| {
            Value::within("REDIS_URL=redis://:", "password-in-url", secret(r), "@localhost:6379/0")
        }),
        notation("escaped", Phrase, |r| {
            let before = format!("https://{}:", name(r));
            Value::within(&before, "password-in-url", format!("{}%21{}", name(r), r.digits(2)), "@localhost/shop.git")
        }),
    ],
    misses: &[
        miss("variable", |r| format!("postgres://{}:${{DB_PASSWORD}}@localhost/shop", name(r))),
        miss("the same", |r| {
            let user = name(r);
            format!("amqp://{user}:{user}@localhost")
        }),
        miss("placeholder", |r| {
            format!("amqp://{}:{}@localhost", name(r), r.pick(&["password", "secret", "changeme"]))
        }),
        miss("user alone", |r| format!("ssh://{}@localhost:{}/shop", name(r), r.from(1000, 9999))),
        miss("port", |r| format!("http://localhost:{}/{}@shop", r.from(1000, 9999), secret(r))),
    ],
};

fn email(text: String) -> Value {
    Value::whole("email", text)
}

fn name(r: &mut Random) -> &'static str {
    r.pick(&["aigerim", "bolat", "saule", "timur", "dana", "yerlan", "madina", "arman", "zarina", "nurlan"])
}

/// Of these only the last three can be looked up, and they belong to large providers.
fn domain(r: &mut Random) -> &'static str {
    r.pick(&[
        "romashka-demo.kz",
        "shop-demo.com.kz",
        "steppe-demo.ru",
        "demo-bank.kz",
        "mail.ru",
        "gmail.com",
        "inbox.ru",
    ])
}

fn octets(r: &mut Random, count: usize) -> String {
    let all: Vec<String> = (0..count).map(|_| r.from(1, 254).to_string()).collect();
    all.join(".")
}

fn public(r: &mut Random) -> String {
    format!("{}.{}", r.pick(&["95.56", "2.72", "37.99", "178.91", "212.154", "89.218"]), octets(r, 2))
}

fn group(r: &mut Random) -> String {
    format!("{}{}", r.of("123456789abcdef", 1), r.hex(3))
}

fn mac(r: &mut Random, joint: &str) -> String {
    let octets = [(); 5].map(|()| r.hex(2));
    format!("{}{joint}{}", r.pick(&["00", "3c", "a4", "d8"]), octets.join(joint))
}

fn imei(r: &mut Random) -> String {
    let body = format!("35{}", r.digits(12));
    format!("{body}{}", truth::luhn_last(&body))
}

fn session(r: &mut Random) -> String {
    format!("{}7{}", r.hex(12), r.hex(12))
}

fn secret(r: &mut Random) -> String {
    format!("{}{}{}", name(r), r.from(1960, 2025), r.pick(&["x", "Q", "-z"]))
}
