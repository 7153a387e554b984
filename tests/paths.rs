//! The paths that values of keyed text stand under.

use std::path::{Path, PathBuf};

use derbes::limits::Unpacking;

#[allow(dead_code)]
#[path = "common/run.rs"]
mod run;

use run::{plan, run};

fn found(path: PathBuf, block: usize) -> Vec<String> {
    let mut plan = plan(vec![path], Unpacking::default());
    plan.limits.block = block;
    let run = run(&plan);
    run.findings().iter().map(|found| format!("{} {}", found.field.as_ref().unwrap(), found.hits)).collect()
}

fn written(name: &str, text: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("paths");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join(name);
    std::fs::write(&file, text).unwrap();
    file
}

#[test]
fn each_value_stands_under_its_path() {
    for (file, expected) in [
        (
            "events.jsonl",
            &["$.user.iin 2", "$.user.phone 1", "$.contacts[*].email 1", "$.manager.phone 1", "$.user.phones[*] 2"][..],
        ),
        (
            "order.xml",
            &[
                "/КоммерческаяИнформация/Документ/Контрагенты/Контрагент/ИИН 1",
                "/КоммерческаяИнформация/Документ/Контрагенты/Контрагент/Контакт/@Значение 1",
            ],
        ),
        ("owners.yaml", &["owners[*].contact.phone 2", "iin 1"]),
        ("owner.toml", &["owner.contact.phone 1", "staff[*].iin 1"]),
    ] {
        assert_eq!(found(Path::new("fixtures/keyed").join(file), 64 << 10), expected, "{file}");
    }
}

#[test]
fn records_far_from_the_root_fall_together() {
    let record = r#"{"id":1,"tags":["a","b"],"user":{"email":"aigerim@romashka-demo.kz"}}"#;
    let text = format!(r#"{{"owner":{{"email":"aigerim@romashka-demo.kz"}},"users":[{}]}}"#, [record; 500].join(",\n"));
    let file = written("users.json", &text);
    for block in [64, 1000, 64 << 10] {
        assert_eq!(found(file.clone(), block), ["$.owner.email 1", "…[*].user.email 500"]);
    }
    let record = "<user><tag/><email>aigerim@romashka-demo.kz</email></user>\n";
    let file = written("users.xml", &format!("<users>{}</users>", record.repeat(500)));
    assert_eq!(found(file, 64 << 10), ["…/user/email 500"]);
}
