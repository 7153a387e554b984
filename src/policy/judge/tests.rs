use jiff::civil::date;

use super::*;
use crate::finding::{Confidence, DateSource, Dated, EvidenceSet, Facts};
use crate::input::Origin;
use crate::policy::Policies;

const ORDER: [&str; 5] = ["club-1c", "justcode", "robotek", "anysoft", "aitu-sauda"];

const TODAY: Date = date(2026, 11, 22);

fn judge(strict: bool) -> Judge {
    Judge { categories: Arc::new(Categories::builtin().unwrap()), today: TODAY, strict }
}

fn five() -> Vec<Policy> {
    let builtin = Policies::builtin(&Categories::builtin().unwrap()).unwrap();
    ORDER.iter().map(|id| builtin.get(id).unwrap().clone()).collect()
}

fn policy(body: &str) -> Policy {
    let text = format!("id = \"a\"\nlanguages = []\noperator = {{ name = \"A\" }}\n{body}");
    Policy::parse("a.toml", &text, &Categories::builtin().unwrap()).unwrap()
}

fn finding(category: &str, hits: u64, facts: Facts) -> Finding {
    Finding {
        path: Origin::stdin(),
        category: category.into(),
        detector: "test".into(),
        confidence: Confidence::High,
        score: 90,
        field: None,
        hits,
        rows: None,
        share: None,
        places: Vec::new(),
        evidence: EvidenceSet::new(),
        verdicts: Vec::new(),
        stood: None,
        facts,
    }
}

/// Of nobody in particular.
fn plain(category: &str) -> Finding {
    finding(category, 2, Facts::default())
}

fn aged(category: &str, ages: &[(u8, u64)]) -> Finding {
    finding(category, 12, Facts { ages: ages.iter().copied().collect(), ..Facts::default() })
}

fn impersonal(category: &str, hits: u64, impersonal: u64) -> Finding {
    finding(category, hits, Facts { impersonal, ..Facts::default() })
}

fn made_up(category: &str, hits: u64, made_up: u64) -> Finding {
    finding(category, hits, Facts { made_up, ..Facts::default() })
}

fn nowhere() -> Setting {
    Setting::default()
}

fn posture(posture: Posture) -> Setting {
    Setting { posture: Some(posture), ..Setting::default() }
}

fn country(country: &str) -> Setting {
    Setting { country: Some(country.into()), ..Setting::default() }
}

fn dated(year: i16, month: i8, day: i8) -> Setting {
    let dated = Dated { date: date(year, month, day), source: DateSource::Name };
    Setting { dated: Some(dated), ..Setting::default() }
}

/// `outcome clause [ground] *count`, each where there is one.
fn shown(verdict: &Verdict) -> String {
    let clause = verdict.clause.as_ref().map(|clause| format!(" {clause}")).unwrap_or_default();
    let ground = verdict.ground.as_ref().map(|ground| format!(" [{ground}]")).unwrap_or_default();
    let count = verdict.count.map(|count| format!(" *{count}")).unwrap_or_default();
    format!("{}{clause}{ground}{count}", verdict.outcome)
}

/// What each policy says of each category, whosever the data is: declared, implied, undeclared, forbidden, not personal.
#[test]
fn each_category_under_each_of_the_five_policies() {
    #[rustfmt::skip]
    let rows: [(&str, &str); 43] = [
        // In the order of `ORDER`.
        ("name", "DDDDD"), ("birth-date", "DUDUI"), ("sex", "IUIUI"), ("citizenship", "IUIUI"), ("photo", "DUDUD"),
        ("signature", "DUDUI"), ("family", "UUUUU"), ("iin", "IDIDI"), ("rnn", "UUUUU"), ("id-document", "DUDUD"),
        ("driver-licence", "UUUUU"), ("vehicle", "UUUUU"), ("eds-certificate", "UUUUU"), ("phone", "DDDDD"),
        ("email", "DDDDD"), ("address", "UDDUU"), ("social-account", "UUUUD"), ("iban", "UUUUU"),
        ("payment-card", "UUUFU"), ("transaction", "UUUDU"), ("income", "UUUUU"), ("ip-address", "DDDDD"),
        ("cookie", "DDDDD"), ("geolocation", "DDDDD"), ("device", "DDDDD"), ("user-id", "DDDUU"),
        ("credentials", "UUUUU"), ("visit-history", "DDDDD"), ("search-history", "UUUUD"), ("preferences", "DDDDU"),
        ("education", "DUDUU"), ("occupation", "DUDUU"), ("language", "DUDUU"), ("message-content", "DUDDD"),
        ("health", "UUUUU"), ("biometric", "UUUFU"), ("genetic", "UUUFU"), ("ethnicity", "IUIUI"),
        ("religion", "UUUUU"), ("political-views", "UUUUU"), ("criminal-record", "UUUUU"), ("bin", "NNNNN"),
        ("bic", "NNNNN"),
    ];
    let letter = |outcome| match outcome {
        Outcome::Declared => 'D',
        Outcome::Implied => 'I',
        Outcome::Undeclared => 'U',
        Outcome::Forbidden => 'F',
        Outcome::NotPersonal => 'N',
        Outcome::Expired | Outcome::Misplaced | Outcome::Minor => '?',
    };
    let policies = five();
    for (category, expected) in rows {
        let outcomes = |judge: Judge| -> String {
            let finding = plain(category);
            policies.iter().map(|policy| letter(judge.verdict(policy, &finding, &nowhere()).outcome)).collect()
        };
        assert_eq!(outcomes(judge(false)), expected, "{category}");
        assert_eq!(outcomes(judge(true)), expected.replace('I', "U"), "strictly, {category}");
    }
    let all = Categories::builtin().unwrap();
    assert!(all.iter().all(|category| rows.iter().any(|(row, _)| *row == &*category.id)));
}

/// Every outcome under every policy that can have it, with the clause, the ground and the hits.
#[test]
fn each_outcome_under_each_of_the_five_policies() {
    let adults: &[(u8, u64)] = &[(18, 1), (40, 11)];
    let mixed: &[(u8, u64)] = &[(9, 1), (17, 2), (18, 4), (70, 5)];
    let children: &[(u8, u64)] = &[(0, 5), (17, 7)];
    let (code, test, logs, data) = (Posture::Code, Posture::TestData, Posture::Logs, Posture::Data);
    #[rustfmt::skip]
    let rows: &[(Finding, Setting, [&str; 5])] = &[
        (plain("phone"), nowhere(), ["declared 2", "declared 5", "declared 2", "declared 5.2(б)", "declared 2.3"]),
        (impersonal("email", 8, 3), nowhere(),
            ["declared 2 *5", "declared 5 *5", "declared 2 *5", "declared 5.2(б) *5", "declared 2.3 *5"]),
        (impersonal("email", 8, 8), nowhere(), ["not-personal"; 5]),
        (plain("bin"), nowhere(), ["not-personal"; 5]),
        (plain("iban"), nowhere(), ["undeclared"; 5]),
        (plain("a-category-of-the-user"), nowhere(), ["undeclared"; 5]),
        (impersonal("payment-card", 2, 1), nowhere(),
            ["undeclared *1", "undeclared *1", "undeclared *1", "forbidden 5.3 *1", "undeclared *1"]),
        (plain("genetic"), nowhere(), ["undeclared", "undeclared", "undeclared", "forbidden 5.1", "undeclared"]),

        // Two serve adults only, two expect pupils, one names no age.
        (aged("iin", adults), nowhere(), ["implied 2", "declared 5", "implied 2", "declared 5.3", "implied 2.3"]),
        (aged("iin", mixed), nowhere(),
            ["implied 2 [declares data of pupils]", "minor 1 *3", "implied 2 [declares data of pupils]",
             "minor 2.1 *3", "implied 2.3"]),
        (aged("iin", children), nowhere(),
            ["implied 2 [declares data of pupils]", "minor 1", "implied 2 [declares data of pupils]", "minor 2.1",
             "implied 2.3"]),
        (aged("birth-date", mixed), nowhere(),
            ["declared 2 [declares data of pupils]", "minor 1 *3", "declared 2 [declares data of pupils]",
             "minor 2.1 *3", "implied 2.3"]),
        (aged("birth-date", adults), nowhere(),
            ["declared 2", "undeclared", "declared 2", "undeclared", "implied 2.3"]),

        // Three years by one clause for what payments need; the others count from events, or not at all.
        (plain("iin"), dated(2021, 3, 1),
            ["implied 2", "declared 5", "implied 2", "expired 7.1(ж) [data of 2021-03-01 by the file's name]",
             "implied 2.3"]),
        (plain("transaction"), dated(2023, 11, 21),
            ["undeclared", "undeclared", "undeclared",
             "expired 7.1(ж) [data of 2023-11-21 by the file's name]", "undeclared"]),
        (plain("transaction"), dated(2023, 11, 22),
            ["undeclared", "undeclared", "undeclared", "declared 5.3", "undeclared"]),
        (plain("phone"), dated(1999, 1, 1),
            ["declared 2", "declared 5", "declared 2", "declared 5.2(б)", "declared 2.3"]),
        (impersonal("iin", 9, 2), dated(2021, 3, 1),
            ["implied 2 *7", "declared 5 *7", "implied 2 *7",
             "expired 7.1(ж) [data of 2021-03-01 by the file's name] *7", "implied 2.3 *7"]),
        (aged("iin", mixed), dated(2021, 3, 1),
            ["implied 2 [declares data of pupils]", "minor 1 *3", "implied 2 [declares data of pupils]",
             "minor 2.1 *3", "implied 2.3"]),

        // Three say where data is kept, one of them sends it abroad.
        (plain("phone"), country("KZ"), ["declared 2", "declared 5", "declared 2", "declared 5.2(б)", "declared 2.3"]),
        (plain("phone"), country("DE"),
            ["declared 2", "misplaced 11.1 [kept in DE]", "declared 2", "misplaced 8.4(а) [kept in DE]",
             "declared 2.3"]),
        (plain("iban"), country("DE"), ["undeclared"; 5]),
        (plain("payment-card"), country("DE"),
            ["undeclared", "undeclared", "undeclared", "forbidden 5.3", "undeclared"]),

        // In source code nothing, in test data what is made up, in logs what systems record.
        (plain("phone"), posture(code), ["misplaced [in source code]"; 5]),
        (made_up("phone", 5, 5), posture(code), ["misplaced [in source code]"; 5]),
        (plain("iin"), posture(code), ["misplaced [in source code]"; 5]),
        (impersonal("email", 8, 3), posture(code), ["misplaced [in source code] *5"; 5]),
        (plain("bin"), posture(code), ["not-personal"; 5]),
        (plain("iban"), posture(code), ["undeclared"; 5]),
        (aged("iin", children), posture(code),
            ["misplaced [in source code]", "minor 1", "misplaced [in source code]", "minor 2.1",
             "misplaced [in source code]"]),
        (plain("phone"), posture(test), ["misplaced [in test data]"; 5]),
        (made_up("phone", 5, 5), posture(test), ["not-personal [in test data]"; 5]),
        (made_up("phone", 5, 3), posture(test), ["misplaced [in test data] *2"; 5]),
        (made_up("iban", 5, 3), posture(test), ["undeclared *2"; 5]),
        (impersonal("email", 8, 8), posture(test), ["not-personal"; 5]),
        (plain("phone"), posture(logs), ["misplaced [in logs]"; 5]),
        (plain("ip-address"), posture(logs),
            ["declared 5", "declared 14", "declared 5", "declared 5.2(г)", "declared 2.3"]),
        (plain("user-id"), posture(logs), ["declared 7", "declared 5", "declared 7", "undeclared", "undeclared"]),
        (plain("phone"), posture(data), ["declared 2", "declared 5", "declared 2", "declared 5.2(б)", "declared 2.3"]),
        (made_up("phone", 5, 5), nowhere(),
            ["declared 2", "declared 5", "declared 2", "declared 5.2(б)", "declared 2.3"]),
    ];
    let (judge, policies) = (judge(false), five());
    let mut seen = BTreeSet::new();
    for (finding, setting, expected) in rows {
        let verdicts: Vec<_> = policies.iter().map(|policy| judge.verdict(policy, finding, setting)).collect();
        assert_eq!(verdicts.iter().map(|v| &*v.policy).collect::<Vec<_>>(), ORDER);
        assert_eq!(verdicts.iter().map(shown).collect::<Vec<_>>(), expected, "{} {setting:?}", finding.category);
        verdicts.iter().for_each(assert_rule);
        seen.extend(verdicts.into_iter().map(|verdict| (verdict.policy.to_string(), verdict.outcome)));
    }
    // What no finding can come to: only anysoft forbids and keeps for a time, only two name an age, and two declare no
    // document that carries more.
    let never = [
        ("club-1c", vec![Outcome::Forbidden, Outcome::Minor, Outcome::Expired]),
        ("justcode", vec![Outcome::Forbidden, Outcome::Implied, Outcome::Expired]),
        ("robotek", vec![Outcome::Forbidden, Outcome::Minor, Outcome::Expired]),
        ("anysoft", vec![Outcome::Implied]),
        ("aitu-sauda", vec![Outcome::Forbidden, Outcome::Minor, Outcome::Expired]),
    ];
    for (policy, never) in never {
        for outcome in Outcome::ALL {
            assert_eq!(seen.contains(&(policy.to_owned(), outcome)), !never.contains(&outcome), "{policy} {outcome}");
        }
    }
}

/// A verdict by a clause names the entry of the policy file that holds the clause.
fn assert_rule(verdict: &Verdict) {
    let Some(clause) = &verdict.clause else { return assert_eq!(verdict.rule, None) };
    let Rule { file, line } = verdict.rule.as_ref().unwrap();
    let text = std::fs::read_to_string(&**file).unwrap();
    let lines: Vec<&str> = text.lines().skip(*line as usize - 1).collect();
    let entry = lines.iter().skip(1).position(|line| line.starts_with('[')).map_or(&lines[..], |end| &lines[..=end]);
    let holds = |line: &&str| line.starts_with("clause = ") && line.contains(&format!("\"{clause}\""));
    assert!(entry.iter().any(holds), "{clause}, {file}:{line}");
}

#[test]
fn the_gravest_outcome_is_given_with_the_hits_it_holds_for() {
    const ADULTS: &str = "[subjects]\nmin-age = 18\nclause = \"1\"\n";
    let forbids = format!("{ADULTS}[[forbids]]\ncategory = \"iin\"\nclause = \"2\"");
    let mixed = finding("iin", 10, Facts { ages: [(5, 2), (30, 4)].into(), impersonal: 3, made_up: 0 });
    let documents = "[[declares]]\ncategory = \"driver-licence\"\nclause = \"3\"\n\
                     [[declares]]\ncategory = \"id-document\"\nclause = \"4\"\n";
    let paper = "[[declares]]\ncategory = \"iin\"\nclause = \"3\"\n\
                 [storage]\nmedia = [\"material\"]\nclause = \"6\"\n";
    let cases = [
        (forbids.as_str(), &mixed, "forbidden 2 *7"),
        (ADULTS, &mixed, "minor 1 *2"),
        ("", &mixed, "undeclared *7"),
        ("", &impersonal("email", 8, 3), "undeclared *5"),
        ("", &impersonal("email", 8, 9), "not-personal"),
        (documents, &mixed, "implied 3 *7"),
        (&format!("{documents}[[forbids]]\ncategory = \"iin\"\nclause = \"5\""), &plain("iin"), "forbidden 5"),
        (paper, &mixed, "misplaced 6 [to be kept on material media only] *7"),
    ];
    for (body, finding, expected) in cases {
        assert_eq!(shown(&judge(false).verdict(&policy(body), finding, &nowhere())), expected, "{body}");
    }
}

#[test]
fn what_a_document_implies_expires_with_it() {
    let body = "[[declares]]\ncategory = \"id-document\"\nclause = \"1\"\nretention = \"1y\"\n";
    let verdict = |strict| shown(&judge(strict).verdict(&policy(body), &plain("iin"), &dated(2025, 1, 1)));
    assert_eq!(verdict(false), "expired 1 [data of 2025-01-01 by the file's name]");
    assert_eq!(verdict(true), "undeclared");
    // Another document that carries it, and may yet be kept.
    let both = format!("{body}[[declares]]\ncategory = \"driver-licence\"\nclause = \"4\"\nretention = \"9y\"\n");
    let found = judge(false).verdict(&policy(&both), &plain("iin"), &dated(2025, 1, 1));
    assert_eq!(shown(&found), "implied 1");
}

#[test]
fn a_posture_alone_judges_by_the_line_that_binds_it() {
    let rows = [
        (plain("phone"), Posture::Code, Some("misplaced line 3 [in source code]")),
        (plain("bin"), Posture::Code, Some("not-personal line 3 [in source code]")),
        (plain("phone"), Posture::TestData, Some("misplaced line 3 [in test data]")),
        (made_up("phone", 5, 3), Posture::TestData, Some("misplaced line 3 [in test data] *2")),
        (made_up("phone", 5, 5), Posture::TestData, Some("not-personal line 3 [in test data]")),
        (plain("phone"), Posture::Logs, Some("misplaced line 3 [in logs]")),
        (plain("cookie"), Posture::Logs, None),
        (plain("phone"), Posture::Data, None),
    ];
    for (finding, posture, expected) in rows {
        let verdict = judge(false).verdict_of_posture(&"derbes.toml".into(), 3, &finding, posture);
        assert_eq!(verdict.as_ref().map(shown).as_deref(), expected, "{posture:?}");
    }
}

#[test]
fn what_is_declared_and_never_seen_is_stale() {
    let policies = five();
    let declared: BTreeSet<Arc<str>> =
        policies.iter().flat_map(|policy| policy.declares.iter().map(|d| d.category.clone())).collect();
    assert_eq!(stale(&policies, &declared), []);

    let mut seen = declared.clone();
    seen.remove("geolocation");
    let found = stale(&policies, &seen);
    let shown: Vec<_> = found.iter().map(|s| (&*s.policy, &*s.category, s.clause.as_deref().unwrap())).collect();
    let expected = [
        ("club-1c", "geolocation", "3"),
        ("justcode", "geolocation", "14"),
        ("robotek", "geolocation", "3"),
        ("anysoft", "geolocation", "5.2(г)"),
        ("aitu-sauda", "geolocation", "2.3"),
    ];
    assert_eq!(shown, expected);

    let all: usize = policies.iter().map(|policy| policy.declares.len()).sum();
    assert_eq!(stale(&policies, &BTreeSet::new()).len(), all);
}
