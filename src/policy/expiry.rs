//! Whether data is kept longer than its policy says: takes a declaration and a day by which the data was collected, gives
//! what has run out. Data that may yet be kept by any reading is not expired.

use jiff::civil::Date;

use super::model::{Basis, Declaration, Policy, Retention};
use super::period::Period;

/// A period that holds for data, and what it rests on.
struct Term<'p> {
    period: Period,
    /// Whether it is counted from an event, which data does not tell.
    from_event: bool,
    basis: Basis<'p>,
}

/// The clause, and where it stands, by which data of this declaration, collected on the day `collected` at the latest, must be gone `today`.
///
/// A period that is counted from an event may begin at any time after the collection, and one without a limit never
/// ends: beside either nothing is expired. The end of a purpose or a withdrawal can only come sooner than a counted
/// period, and data does not tell of them. Of several counted periods the longest decides.
pub fn expired<'p>(
    policy: &'p Policy,
    declaration: &'p Declaration,
    collected: Date,
    today: Date,
) -> Option<Basis<'p>> {
    let mut longest: Option<(Date, Basis)> = None;
    for term in terms(policy, declaration) {
        match term.period {
            Period::UntilPurpose | Period::UntilWithdrawal => {}
            Period::Unlimited => return None,
            Period::Days(_) | Period::Months(_) | Period::Years(_) if term.from_event => return None,
            counted => {
                let last = counted.last_day(collected)?;
                if longest.is_none_or(|(day, _)| day < last) {
                    longest = Some((last, term.basis));
                }
            }
        }
    }
    longest.filter(|(last, _)| *last < today).map(|(_, basis)| basis)
}

/// The periods that hold for a declaration: its own, or those of its category, or else those of all data.
fn terms<'p>(policy: &'p Policy, declaration: &'p Declaration) -> Vec<Term<'p>> {
    if let Some(period) = declaration.retention {
        return vec![Term { period, from_event: false, basis: declaration.basis() }];
    }
    let named = policy.retention.iter().any(|retention| retention.categories.contains(&declaration.category));
    let holds = |categories: &[_]| match named {
        true => categories.contains(&declaration.category),
        false => categories.is_empty(),
    };
    let terms = policy.retention.iter().filter(|retention| holds(&retention.categories));
    let basis = |r: &'p Retention| Basis { clause: &r.clause, line: r.line };
    terms.map(|r| Term { period: r.period, from_event: r.after.is_some(), basis: basis(r) }).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::category::Categories;

    fn clause(terms: &str, collected: Date, today: Date) -> Option<String> {
        let head = "id = \"a\"\nlanguages = []\noperator = { name = \"A\" }\n\
                    [[declares]]\ncategory = \"iin\"\nclause = \"1\"\n";
        let policy = Policy::parse("a.toml", &format!("{head}{terms}"), &Categories::builtin().unwrap()).unwrap();
        expired(&policy, &policy.declares[0], collected, today).map(|basis| basis.clause.main().to_owned())
    }

    /// One `[[retention]]` for each period, with the clauses 2, 3 and so on.
    fn retention(periods: &[&str]) -> String {
        let entry = |(n, period): (usize, &&str)| {
            let (period, rest) = period.split_once(' ').unwrap_or((period, ""));
            format!("[[retention]]\nperiod = \"{period}\"\nclause = \"{}\"\n{rest}\n", n + 2)
        };
        periods.iter().enumerate().map(entry).collect()
    }

    #[test]
    fn data_is_expired_on_the_day_after_the_last() {
        let collected = date(2021, 3, 1);
        for (today, expected) in [
            (date(2021, 3, 1), None),
            (date(2024, 2, 29), None),
            (date(2024, 3, 1), None),
            (date(2024, 3, 2), Some("2")),
            (date(2026, 11, 22), Some("2")),
        ] {
            assert_eq!(clause(&retention(&["3y"]), collected, today).as_deref(), expected, "{today}");
        }
    }

    #[test]
    fn what_may_yet_be_kept_is_not_expired() {
        const EVENT: &str = "after = \"the end\"";
        const OF_IIN: &str = "categories = [\"iin\"]";
        let of_event = &*format!("1y {EVENT}");
        let of_iin = &*format!("5y {OF_IIN}");
        let of_iin_and_event = &*format!("1y {EVENT}\n{OF_IIN}");
        let cases: &[(&[&str], Option<&str>)] = &[
            (&[], None),
            (&["1y"], Some("2")),
            (&["1y", "30d"], Some("2")),
            (&["30d", "1y"], Some("3")),
            (&["1y", "9y"], None),
            (&["unlimited"], None),
            (&["1y", "unlimited"], None),
            (&["until-purpose"], None),
            (&["until-withdrawal"], None),
            (&["until-purpose", "1y", "until-withdrawal"], Some("3")),
            (&[of_event], None),
            (&["1y", of_event], None),
            (&["1y", of_iin], None),
            (&["9y", "1y categories = [\"iin\"]"], Some("3")),
            (&["1y", of_iin_and_event], None),
            (&["65535y"], None),
        ];
        for (periods, expected) in cases {
            let found = clause(&retention(periods), date(2024, 1, 1), date(2026, 11, 22));
            assert_eq!(found.as_deref(), *expected, "{periods:?}");
        }
    }

    #[test]
    fn the_period_of_a_declaration_goes_before_all_others() {
        let own = |period: &str, rest: &str| format!("retention = \"{period}\"\n{rest}");
        let (collected, today) = (date(2024, 1, 1), date(2026, 11, 22));
        assert_eq!(clause(&own("1y", &retention(&["9y"])), collected, today).as_deref(), Some("1"));
        assert_eq!(clause(&own("9y", &retention(&["1y"])), collected, today), None);
        assert_eq!(clause(&own("until-purpose", &retention(&["1y"])), collected, today), None);
    }
}
