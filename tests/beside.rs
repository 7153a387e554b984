//! What is found only where something else tells of it: names and addresses in Latin letters beside an ИИН, addresses in cells
//! of tables without a column for them; wherever the text is cut into blocks.

#[allow(dead_code)]
#[path = "common/run.rs"]
mod run;

use std::path::PathBuf;

use derbes::limits::Unpacking;
use run::plan;

/// What a scan finds in a text that lies under a name, at several sizes of blocks.
fn found(name: &str, text: &str) -> Vec<String> {
    let at = |block: usize| {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("beside").join(block.to_string());
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        let mut plan = plan(vec![path], Unpacking::default());
        plan.limits.block = block;
        run::run(&plan).lines()
    };
    let whole = at(64 << 10);
    for block in [64, 200] {
        assert_eq!(at(block), whole, "{block}");
    }
    whole.into_iter().filter(|line| !line.contains(" iin ")).collect()
}

#[test]
fn names_and_addresses_in_latin_letters_stand_under_keys_beside_an_iin() {
    let object =
        r#"{"id":5,"user":{"iin":"900517132728","full_name":"Ivanov Ivan","address":"150 Abay Avenue, apt. 5"}}"#;
    let text = format!("{}{object}\n", "{\"message\":\"Ivanov Ivan\"}\n".repeat(9)).repeat(3);
    assert_eq!(
        found("users.jsonl", &text),
        ["users.jsonl name $.user.full_name 3", "users.jsonl address $.user.address 3"]
    );
    let pretty = "{\n  \"fio\": \"AKHMETOV BOLAT SERIKULY\",\n  \"iin\": \"900517132728\"\n}\n";
    assert_eq!(found("pretty.jsonl", pretty), ["pretty.jsonl name $.fio 1"]);
    let log = "INFO user iin=900517132728 fio=\"Akhmetova Aigerim\" status=OK\nINFO fio=\"Akhmetova Aigerim\"\n";
    assert_eq!(found("app.log", log), ["app.log name fio 1"]);
}

#[test]
fn names_in_latin_letters_stand_after_the_tags_of_a_message() {
    let lines = "//FM/IVANOV\n//NM/IVAN\n//FT/IVANOVICH\n//IDN/900517132728\n";
    let names = |file: &str| ["FM", "NM", "FT"].map(|tag| format!("{file} name {tag} 1"));
    assert_eq!(found("message.log", &lines.replace('\n', "")), names("message.log"));
    assert_eq!(found("lines.log", lines), names("lines.log"));
}

#[test]
fn what_no_key_names_or_what_no_iin_stands_beside_is_no_name() {
    for text in [
        "{\"full_name\":\"Ivanov Ivan\"}\n",
        "{\"iin\":\"900517132728\",\"service\":\"Ivan Petrov\",\"product\":\"Samsung Galaxy 5\"}\n",
        "{\"iin\":\"900517132728\"}{\"full_name\":\"Ivanov Ivan\"}\n",
        "iin=900517132728\nfull_name=\"Ivanov Ivan\"\n",
        "iin=900517132728 full_name=\"Windows NT\"\n",
    ] {
        assert_eq!(found("other.jsonl", text), [""; 0], "{text}");
    }
}

#[test]
fn addresses_stand_in_cells_whose_table_has_no_column_for_them() {
    let row = "1;87000000019;доставить: г. Алматы, ул. Абая, д. 150, кв. 12\n2;;позвонить\n";
    assert_eq!(
        found("orders.csv", &format!("id;телефон;comment\n{}", row.repeat(4))),
        ["orders.csv phone orders.телефон 4", "orders.csv address orders.comment 4"]
    );
    let row = "87000000019;звонить 15 раз;ул. Абая 150\n";
    let named = format!("телефон;comment;адрес\n{}", row.repeat(4));
    assert_eq!(found("named.csv", &named), ["named.csv phone named.телефон 4", "named.csv address named.адрес 4"]);
}
