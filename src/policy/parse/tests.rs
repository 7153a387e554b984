use super::*;

const HEAD: &str = "id = \"a\"\nlanguages = [\"ru\"]\noperator = { name = \"A\" }\n";

fn parse(rest: &str) -> Result<Policy> {
    Policy::parse("a.toml", &format!("{HEAD}{rest}"), &Categories::builtin().unwrap())
}

#[test]
fn the_example_of_the_design_is_read() {
    let text = r#"
        id = "anysoft"
        languages = ["ru"]
        updated = 2024-01-03
        operator = { name = "A", bin = "140340014652", site = "https://a.example" }
        [[declares]]
        category = "iin"
        clause = "5.3"
        condition = "asked of the payer on an internet payment"
        [[forbids]]
        category = "payment-card"
        clause = "5.3"
        [subjects]
        min-age = 18
        clause = "2.1"
        [storage]
        countries = ["KZ"]
        clause = "8.4(а)"
        [[retention]]
        period = "3y"
        clause = "7.3"
    "#;
    let policy = Policy::parse("a.toml", text, &Categories::builtin().unwrap()).unwrap();
    assert_eq!(policy.updated, Some(jiff::civil::date(2024, 1, 3)));
    assert_eq!((policy.declares[0].line, policy.forbids[0].line), (7, 11));
    assert_eq!(policy.storage.unwrap().clause.main(), "8.4(а)");
    assert_eq!(policy.retention[0].period, Period::Years(3));
}

#[test]
fn a_clause_may_be_several() {
    let policy = parse("[[declares]]\ncategory = \"iin\"\nclause = [\"5.3\", \"9.2\"]").unwrap();
    assert_eq!(policy.declares[0].clause.main(), "5.3");
    assert_eq!(policy.declares[0].clause.to_string(), "5.3, 9.2");
}

#[test]
fn what_is_wrong_is_told_with_file_and_line() {
    let declares = |category: &str| format!("[[declares]]\ncategory = \"{category}\"\nclause = \"1\"\n");
    let (email, phone) = (declares("email"), declares("phone"));
    let cases = [
        (declares("pasport"), 5, "there is no category `pasport`"),
        (format!("{email}{phone}{email}"), 11, "category `email` is declared twice: here and at a.toml:5"),
        (
            format!("{email}retention = \"3y\"\n{phone}{email}retention = \"5y\""),
            12,
            "category `email` is declared twice: here and at a.toml:5; kept 5y here and 3y there",
        ),
        (
            format!("{email}[[forbids]]\ncategory = \"email\"\nclause = \"2\""),
            8,
            "category `email` is forbidden here and declared at a.toml:5",
        ),
        (format!("{email}retention = \"3 years\""), 7, "`3 years` is no period"),
        (format!("{email}colour = 1"), 7, "unknown field `colour`"),
        ("[[declares]]\ncategory = \"email\"".into(), 4, "missing field `clause`"),
        ("[[declares]]\ncategory = \"email\"\nclause = \"\"".into(), 6, "a clause must name a place"),
        ("[[declares]]\ncategory = \"email\"\nclause = []".into(), 6, "a clause must name a place"),
        ("[[declares]]\ncategory = \"email\"\nclause = 5.3".into(), 6, "a clause is a text such as"),
        ("[[declares]]\ncategory = \"email\"\nclause = \"\\u001b[31m\"".into(), 6, "a clause must name a place"),
        (format!("{email}source = \"friend\""), 7, "unknown variant `friend`"),
        ("updated = \"2024-01-03\"".into(), 4, "invalid type"),
        ("updated = 2024-01-03T10:00:00".into(), 4, "a date is written as year-month-day"),
        ("updated = 2024-02-30".into(), 4, ""),
        (
            "[[retention]]\nperiod = \"3y\"\ncategories = [\"iin\"]\nclause = \"1\"".into(),
            6,
            "a retention is given for `iin`, which this policy does not declare",
        ),
        ("[subjects]\nthird-persons = [\"x\"]\nclause = \"1\"".into(), 5, "there is no category `x`"),
        ("[subjects]\nmin-age = 300\nclause = \"1\"".into(), 5, "invalid value"),
        ("[storage]\ncountries = [\"kz\"]\nclause = \"1\"".into(), 4, "a country is a two-letter code"),
        ("document = { sha256 = \"ab\" }".into(), 4, "the document's SHA-256 must have 64"),
        ("[deadlines]\nanswer = { days = 3, unit = \"weeks\", clause = \"1\" }".into(), 5, "unknown variant `weeks`"),
        ("id = \"b\"".into(), 4, "duplicate key"),
        ("declares".into(), 4, ""),
    ];
    for (rest, line, message) in cases {
        let error = parse(&rest).unwrap_err();
        assert_eq!(error.place.as_deref(), Some(&*format!("a.toml:{line}")), "{rest}: {error}");
        assert!(error.message.starts_with(message), "{rest}: {error}");
    }
}

#[test]
fn what_an_editor_on_windows_saves_is_read() {
    let text = format!("\u{feff}{HEAD}colour = 1").replace('\n', "\r\n");
    let error = Policy::parse("a.toml", &text, &Categories::builtin().unwrap()).unwrap_err();
    assert_eq!(error.place.as_deref(), Some("a.toml:4"), "{error}");
    assert!(Policy::parse("a.toml", text.trim_end_matches("colour = 1"), &Categories::builtin().unwrap()).is_ok());
}

#[test]
fn the_head_is_checked() {
    let categories = Categories::builtin().unwrap();
    let cases = [
        ("id = \"A b\"\nlanguages = []\noperator = { name = \"A\" }", 1, "an id has lower-case"),
        ("id = \"a\"\nlanguages = [\"rus\"]\noperator = { name = \"A\" }", 2, "a language is a two-letter code"),
        ("id = \"a\"\nlanguages = []\noperator = { name = \"A\", bin = \"12\" }", 3, "the operator's BIN must"),
    ];
    for (text, line, message) in cases {
        let error = Policy::parse("a.toml", text, &categories).unwrap_err();
        assert_eq!(error.place.as_deref(), Some(&*format!("a.toml:{line}")), "{error}");
        assert!(error.message.starts_with(message), "{error}");
    }
}
