use std::collections::BTreeSet;

use jiff::civil::date;

use super::*;

fn builtin() -> Policies {
    Policies::builtin(&Categories::builtin().unwrap()).unwrap()
}

fn of(id: &str) -> Policy {
    builtin().get(id).unwrap().clone()
}

fn declared(policy: &Policy) -> BTreeSet<&str> {
    policy.declares.iter().map(|declaration| &*declaration.category).collect()
}

fn forbidden(policy: &Policy) -> Vec<&str> {
    policy.forbids.iter().map(|prohibition| &*prohibition.category).collect()
}

fn periods(policy: &Policy) -> Vec<(Period, &str)> {
    policy.retention.iter().map(|retention| (retention.period, retention.clause.main())).collect()
}

#[test]
fn every_builtin_file_is_read_under_its_own_id() {
    let policies = builtin();
    let ids: Vec<_> = policies.iter().map(|policy| &*policy.id).collect();
    assert_eq!(ids, EMBEDDED.iter().map(|embedded| embedded.id).collect::<Vec<_>>());
    for policy in &policies {
        assert_eq!(&*policy.file, format!("patterns/policies/{}.toml", policy.id));
        assert!(policy.declares.len() > 10, "{}", policy.id);
    }
}

#[test]
fn every_clause_is_one_that_the_documents_number() {
    let is_numbered = |clause: &str| {
        let (number, point) = clause.split_once('(').map_or((clause, None), |(number, point)| (number, Some(point)));
        number.split('.').all(|part| part.parse::<u8>().is_ok_and(|part| part > 0))
            && point.is_none_or(|point| point.ends_with(')') && point.chars().count() == 2)
    };
    for policy in &builtin() {
        let declared = policy.declares.iter().map(|declaration| &declaration.clause);
        let forbidden = policy.forbids.iter().map(|prohibition| &prohibition.clause);
        let rest = policy.retention.iter().map(|r| &r.clause).chain(policy.notes.iter().map(|note| &note.clauses));
        for clause in declared.chain(forbidden).chain(rest).flat_map(Clause::all) {
            assert!(is_numbered(clause), "{}: {clause}", policy.id);
        }
    }
}

#[test]
fn a_declaration_knows_the_line_of_its_category() {
    for embedded in EMBEDDED {
        let policy = embedded.parse(&Categories::builtin().unwrap()).unwrap();
        for declaration in &policy.declares {
            let line = embedded.text.lines().nth(declaration.line - 1).unwrap();
            assert_eq!(line, format!("category = \"{}\"", declaration.category));
        }
    }
}

#[test]
fn anysoft_asks_the_iin_of_a_payer_and_keeps_no_card() {
    let policy = of("anysoft");
    let iin = policy.declaration("iin").unwrap();
    assert_eq!(iin.clause.all(), ["5.3", "9.1", "9.2"]);
    assert!(iin.condition.as_ref().unwrap().contains("payer"));
    assert_eq!(forbidden(&policy), ["payment-card", "biometric", "genetic"]);
    assert_eq!(policy.prohibition("payment-card").unwrap().clause.main(), "5.3");
    assert_eq!(policy.updated, Some(date(2024, 1, 3)));
    assert_eq!(policy.operator.bin.as_deref(), Some("140340014652"));
    assert!(periods(&policy).contains(&(Period::Years(3), "7.3")));
    assert!(!declared(&policy).contains("health"), "a class of data that is not named is not declared");
}

#[test]
fn only_anysoft_forbids() {
    for id in ["club-1c", "justcode", "robotek", "aitu-sauda"] {
        assert!(forbidden(&of(id)).is_empty(), "{id}");
    }
}

#[test]
fn justcode_declares_a_closed_list() {
    let policy = of("justcode");
    let expected = [
        "name",
        "iin",
        "address",
        "email",
        "phone",
        "user-id",
        "preferences",
        "cookie",
        "ip-address",
        "geolocation",
        "device",
        "visit-history",
    ];
    assert_eq!(declared(&policy), BTreeSet::from(expected));
    assert_eq!(policy.declaration("iin").unwrap().clause.main(), "5");
    assert_eq!(policy.updated, None);
    let destroy = policy.deadlines.destroy.as_ref().unwrap();
    assert_eq!((destroy.days, destroy.unit, destroy.clause.main()), (30, Unit::Calendar, "17.4"));
    assert!(policy.notes.iter().any(|note| note.text.contains("210140019844") && note.text.contains("211240026660")));
}

#[test]
fn two_policies_serve_adults_only() {
    let min_age = |policy: &Policy| policy.subjects.as_ref().and_then(|subjects| subjects.min_age);
    let expected =
        [("club-1c", None), ("justcode", Some(18)), ("robotek", None), ("anysoft", Some(18)), ("aitu-sauda", None)];
    for (id, age) in expected {
        assert_eq!(min_age(&of(id)), age, "{id}");
    }
    assert_eq!(of("anysoft").subjects.unwrap().clause.main(), "2.1");
}

#[test]
fn two_policies_cover_schoolchildren_and_keep_without_limit() {
    for id in ["club-1c", "robotek"] {
        let policy = of(id);
        assert_eq!(policy.subjects.as_ref().unwrap().minors, Some(true));
        assert_eq!(policy.declaration("education").unwrap().clause.main(), "2");
        let expected = [(Period::Unlimited, "4"), (Period::UntilWithdrawal, "5"), (Period::UntilPurpose, "6")];
        assert_eq!(periods(&policy), expected);
        assert!(policy.notes.iter().any(|note| note.clauses.all() == ["4", "5", "6"]));
        let answer = policy.deadlines.answer.as_ref().unwrap();
        assert_eq!((answer.days, answer.clause.main()), (30, "7"));
    }
}

#[test]
fn robotek_alone_of_the_twins_declares_the_residence() {
    let (club, robotek) = (of("club-1c"), of("robotek"));
    let more: Vec<_> = declared(&robotek).difference(&declared(&club)).copied().collect();
    assert_eq!((more, declared(&club).len() + 1), (vec!["address"], declared(&robotek).len()));
    assert_eq!(robotek.declaration("address").unwrap().clause.main(), "2");
    assert!(club.notes.iter().any(|note| note.text.contains("postal index") && note.text.contains("undeclared")));
    let spellings = ["tobotek.kz", "robotek.kz", "roboteck.kz"];
    assert!(robotek.notes.iter().any(|note| spellings.iter().all(|spelling| note.text.contains(spelling))));
}

#[test]
fn aitu_sauda_speaks_kazakh_and_russian_and_keeps_three_years_more() {
    let policy = of("aitu-sauda");
    assert_eq!(policy.languages, ["kk", "ru"]);
    assert_eq!(periods(&policy), [(Period::Years(3), "2.5")]);
    assert!(policy.retention[0].after.as_ref().unwrap().contains("user agreement"));
    let storage = policy.storage.as_ref().unwrap();
    assert_eq!((storage.countries.as_slice(), storage.cross_border), (&["KZ".to_owned()][..], Some(true)));
    assert_eq!(policy.security.as_ref().unwrap().tls.as_deref(), Some("1.2"));
    for category in ["id-document", "photo", "social-account", "search-history"] {
        assert!(policy.declaration(category).is_some_and(|d| d.clause.main() == "2.3"), "{category}");
    }
}

#[test]
fn three_policies_name_kazakhstan_as_the_place_of_storage() {
    let expected = [("justcode", "11.1"), ("anysoft", "8.4(а)"), ("aitu-sauda", "2.5")];
    for (id, clause) in expected {
        let storage = of(id).storage.unwrap();
        assert_eq!((storage.countries, storage.clause.main()), (vec!["KZ".to_owned()], clause));
    }
    for id in ["club-1c", "robotek"] {
        let storage = of(id).storage.unwrap();
        assert_eq!((storage.countries.len(), storage.media), (0, vec![Medium::Electronic]));
    }
}

#[test]
fn a_builtin_id_is_loaded() {
    let policy = load("anysoft", &Categories::builtin().unwrap()).unwrap();
    assert_eq!(&*policy.file, "patterns/policies/anysoft.toml");
}

#[test]
fn what_cannot_be_loaded_is_told_clearly() {
    let categories = Categories::builtin().unwrap();
    let unknown = load("anysof", &categories).unwrap_err();
    assert_eq!(unknown.message, "there is no policy `anysof`");
    for embedded in EMBEDDED {
        assert!(unknown.help.as_ref().unwrap().contains(embedded.id));
    }
    let directory = load(concat!(env!("CARGO_MANIFEST_DIR"), "/patterns"), &categories).unwrap_err();
    assert!(directory.message.contains("this is a directory"), "{directory}");
    let missing = load("no-such-policy.toml", &categories).unwrap_err();
    assert_eq!(missing.place.as_deref(), Some("no-such-policy.toml"));
    assert_eq!(missing.message, "there is no such file");
    let document = load(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/wrong/scanned.pdf"), &categories).unwrap_err();
    assert!(document.help.unwrap().starts_with("`derbes policy draft "), "{}", document.message);
    let empty = load("", &categories).unwrap_err();
    assert_eq!(empty.message, "there is no policy ``");
}

#[test]
fn a_file_is_loaded_with_its_errors_placed() {
    let categories = Categories::builtin().unwrap();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/patterns/policies/justcode.toml");
    let policy = load(file, &categories).unwrap();
    assert_eq!((&*policy.id, &*policy.file), ("justcode", file));
    let other = concat!(env!("CARGO_MANIFEST_DIR"), "/rustfmt.toml");
    let error = load(other, &categories).unwrap_err();
    assert_eq!(error.place, Some(format!("{other}:1")));
    assert!(error.message.starts_with("unknown field `max_width`"), "{error}");
}
