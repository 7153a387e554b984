//! Checks that one file alone cannot fail: takes policies, gives what contradicts between them and within them, with
//! both places.

use super::model::{Policy, Retention};
use crate::error::Error;

/// What is wrong with policies that were read: ids that two files share, and periods that contradict.
pub fn check(policies: &[Policy]) -> Vec<Error> {
    let mut wrong = Vec::new();
    for (i, policy) in policies.iter().enumerate() {
        wrong.extend(policies[..i].iter().find_map(|first| shared_id(first, policy)));
        wrong.extend(periods(policy));
    }
    wrong
}

/// What is wrong if two policies share an id: a verdict names the policy by it.
pub fn shared_id(first: &Policy, second: &Policy) -> Option<Error> {
    let message = format!("the id `{}` is also that of {}", second.id, first.place(first.line));
    let error = Error::new(message).at(second.place(second.line)).help("give each policy an id of its own");
    (first.id == second.id).then_some(error)
}

/// Two periods for the same data, and a period of a declaration that its own entry contradicts.
fn periods(policy: &Policy) -> Vec<Error> {
    let at = |line: usize| policy.place(line);
    let mut wrong = Vec::new();
    for (i, retention) in policy.retention.iter().enumerate().filter(|(_, retention)| retention.period.is_counted()) {
        for first in policy.retention[..i].iter().filter(|first| contradicts(first, retention)) {
            let of = shared(first, retention).map_or("data".to_owned(), |category| format!("`{category}`"));
            let message = format!(
                "{of} is kept {} by this entry and {} by the one at {}",
                retention.period,
                first.period,
                at(first.line)
            );
            wrong.push(Error::new(message).at(at(retention.line)).help(HELP));
        }
    }
    for declaration in &policy.declares {
        let Some(own) = declaration.retention else { continue };
        let named =
            |retention: &&Retention| retention.categories.contains(&declaration.category) && retention.period != own;
        if let Some(retention) = policy.retention.iter().find(named) {
            let category = &declaration.category;
            let message = format!(
                "`{category}` is kept {own} by its declaration and {} by the entry at {}",
                retention.period,
                at(retention.line)
            );
            wrong.push(Error::new(message).at(at(declaration.line)).help(HELP));
        }
    }
    wrong
}

const HELP: &str =
    "keep what the document means; if it says both, name the event that each counts from, or tell so in a [[note]]";

fn contradicts(first: &Retention, second: &Retention) -> bool {
    let same_data = first.categories.is_empty() && second.categories.is_empty() || shared(first, second).is_some();
    same_data && first.period.is_counted() && first.period != second.period && first.after == second.after
}

fn shared<'r>(first: &'r Retention, second: &Retention) -> Option<&'r str> {
    first.categories.iter().find(|category| second.categories.contains(category)).map(|category| &**category)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::category::Categories;
    use crate::policy::Policies;

    fn policy(file: &str, id: &str, body: &str) -> Policy {
        let text = format!("id = \"{id}\"\nlanguages = []\noperator = {{ name = \"A\" }}\n{body}");
        Policy::parse(file, &text, &Categories::builtin().unwrap()).unwrap()
    }

    fn shown(policies: &[Policy]) -> Vec<String> {
        check(policies).iter().map(|error| format!("{}: {}", error.place.as_deref().unwrap(), error.message)).collect()
    }

    #[test]
    fn an_id_that_two_files_share_names_both() {
        let policies = [policy("a.toml", "a", ""), policy("b.toml", "b", ""), policy("c.toml", "a", "")];
        assert_eq!(shown(&policies), ["c.toml:1: the id `a` is also that of a.toml:1"]);
    }

    #[test]
    fn periods_that_contradict_name_both_lines() {
        let retention =
            |period: &str, rest: &str| format!("[[retention]]\nperiod = \"{period}\"\nclause = \"1\"\n{rest}");
        let declares = "[[declares]]\ncategory = \"iin\"\nclause = \"1\"\n";
        let cases = [
            (
                retention("3y", "") + &retention("5y", ""),
                "a.toml:8: data is kept 5y by this entry and 3y by the one at a.toml:5",
            ),
            (retention("3y", "") + &retention("5y", "after = \"the end\""), ""),
            (retention("3y", "") + &retention("until-purpose", ""), ""),
            (
                declares.to_owned()
                    + &retention("3y", "categories = [\"iin\"]\n")
                    + &retention("1y", "categories = [\"iin\"]"),
                "a.toml:12: `iin` is kept 1y by this entry and 3y by the one at a.toml:8",
            ),
            (
                declares.to_owned() + "retention = \"1y\"\n" + &retention("3y", "categories = [\"iin\"]\n"),
                "a.toml:5: `iin` is kept 1y by its declaration and 3y by the entry at a.toml:9",
            ),
        ];
        for (body, expected) in cases {
            assert_eq!(shown(&[policy("a.toml", "a", &body)]).join("\n"), expected, "{body}");
        }
    }

    #[test]
    fn the_five_policies_pass() {
        let policies: Vec<_> = Policies::builtin(&Categories::builtin().unwrap()).unwrap().iter().cloned().collect();
        assert_eq!(shown(&policies), [""; 0]);
    }
}
