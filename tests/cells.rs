//! What stands in the cells of tables: nothing that would be found in plain text is lost since it stands in a table, and
//! nothing of a column is taken for its name.

use std::path::Path;
use std::sync::Arc;

use derbes::category::Categories;
use derbes::finding::{Confidence, Event, Field, Finding};
use derbes::pipeline::{self, Plan, Progress};

/// The findings in a file of this name and text: `detector table.column hits confidence`, one a line.
fn found(name: &str, text: &[u8]) -> String {
    found_by(name, text, false)
}

/// The same, by all detectors or by those that run without being told to.
fn found_by(name: &str, text: &[u8], all_detectors: bool) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cells");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join(name);
    std::fs::write(&file, text).unwrap();
    let categories = Arc::new(Categories::builtin().unwrap());
    let plan = Plan { all_detectors, ..Plan::new(vec![file], categories, jiff::civil::date(2026, 11, 22)) };
    let mut lines = Vec::new();
    let mut sink = |event| {
        if let Event::Finding(finding) = event {
            lines.push(line(&finding));
        }
        Ok(())
    };
    pipeline::run(&plan, &Progress::default(), &mut sink).unwrap();
    lines.join("\n")
}

fn line(finding: &Finding) -> String {
    let field = match &finding.field {
        Some(Field::Column { table, column }) => format!("{table}.{column}"),
        Some(Field::Key { key }) => key.to_string(),
        None => "-".to_owned(),
    };
    let confidence = match finding.confidence {
        Confidence::High => "high",
        Confidence::Medium => "medium",
        Confidence::Low => "low",
    };
    format!("{} {field} {} {confidence}", finding.detector, finding.hits)
}

/// Rows of a text that repeat what `row` gives for 0, 1, ...
fn rows(count: usize, row: impl Fn(usize) -> String) -> String {
    (0..count).map(row).collect()
}

#[test]
fn a_value_among_words_in_a_cell_is_found_as_in_plain_text() {
    let note =
        |i| if i == 5 { "перезвонить: +7 (701) 000-00-19 вечером" } else { "нет ответа" };
    let text = format!("id;заказ;Примечание\n{}", rows(12, |i| format!("{i};80948630251{};{}\n", i % 10, note(i))));
    assert_eq!(found("calls.csv", text.as_bytes()), "kz-phone calls.3 1 high");

    let text = rows(30, |i| {
        let said = if i == 7 { "мой ИИН 900517132728, жду" } else { "номер заказа 809486302519" };
        format!("{i}\t2026-03-01\t{said}\n")
    });
    let text = format!("COPY chat (id, at, message) FROM stdin;\n{text}\\.\n");
    assert_eq!(found("chat.sql", text.as_bytes()), "kz-iin chat.message 1 medium");
}

#[test]
fn one_value_that_is_written_as_such_values_are_is_found_among_others() {
    let value = |i| if i == 3 { "4400 0000 0012 3453" } else { "1000 2000 3000 4000" };
    let text = format!("id,ref,sum\n{}", rows(12, |i| format!("{i},{},100\n", value(i))));
    let plain = found("refs.txt", format!("ref: {}\n", value(3)).as_bytes());
    assert_eq!(plain, "", "a card in groups is not enough by itself");
    assert_eq!(found("refs.csv", text.as_bytes()), "");
    let value = |i| if i == 3 { "+7 701 000 00 19" } else { "70010000" };
    let text = format!("id,ref,sum\n{}", rows(12, |i| format!("{i},{},100\n", value(i))));
    assert_eq!(found("refs.csv", text.as_bytes()), "kz-phone refs.ref 1 medium");
}

#[test]
fn numbers_that_pass_by_chance_are_no_findings() {
    let order = |i: usize| 809_486_302_519 + i as u64 * 7919;
    let text = format!("id,order_no,sum\n{}", rows(3000, |i| format!("{i},{:012},100\n", order(i))));
    assert_eq!(found("orders.csv", text.as_bytes()), "");
}

#[test]
fn a_quote_that_is_never_closed_hides_nothing() {
    let name = |i| if i == 4 { "\"Тест" } else { "Тест" };
    let text = format!("id;имя;тел\n{}", rows(40, |i| format!("{i};{};+7 (701) 000-00-{i:02}\n", name(i))));
    assert_eq!(
        found("clients.csv", text.as_bytes()),
        "kz-phone clients.имя 9 high\nname-column clients.имя 32 medium\nkz-phone clients.тел 31 high"
    );
}

#[test]
fn values_that_are_nobodys_hide_no_others() {
    let value = |i| if i % 5 < 3 { "+7 777 777 77 77" } else { "+7 (701) 000-00-19" };
    let text = format!("id,phone\n{}", rows(50, |i| format!("{i},{}\n", value(i))));
    assert_eq!(found("clients.csv", text.as_bytes()), "kz-phone clients.phone 50 high");
}

#[test]
fn a_column_that_is_empty_at_first_is_looked_at_where_it_is_not() {
    let name = |i| if i < 3000 { "" } else { "Ахметова Айгерим" };
    let text = format!(
        "id;iin;fio\n{}",
        rows(9000, |i| format!("{i};{};{}\n", if i % 2 == 0 { "900517132728" } else { "" }, name(i)))
    );
    assert_eq!(found("people.csv", text.as_bytes()), "kz-iin people.iin 4500 high\nname-column people.fio 6000 medium");
}

#[test]
fn words_are_a_header_if_they_name_something() {
    let row = |_| "Ахметова;Айгерим;Серікқызы\n".to_owned();
    let text = format!("Фамилия;Имя;Отчество\n{}", rows(9, row));
    assert_eq!(
        found("people.csv", text.as_bytes()),
        "name-column people.Фамилия 9 medium\nname-column people.Имя 9 medium\nname-column people.Отчество 9 medium"
    );
    // One word for a category is enough; what may be a person's words is not shown.
    let text = format!("id,fio,comment,status,city\n{}", rows(9, |i| format!("{i},Иванов Иван,t,a,c\n")));
    assert_eq!(found("people.csv", text.as_bytes()), "name-column people.fio 9 medium");
    let text = format!("new,Смирнова Анна,n/a,none\n{}", rows(9, |i| format!("{i},Иванов Иван,5,1890-01-01\n")));
    assert!(!found("people.csv", text.as_bytes()).contains("Смирнова"));
    // The first row is one of values: no name of a person becomes that of a column.
    let text = format!("Ахметова;Айгерим;нет\n{}", rows(9, |_| "Иванов;Иван;+7 (701) 000-00-19\n".to_owned()));
    assert_eq!(found("people.csv", text.as_bytes()), "kz-phone people.3 9 high");
}

#[test]
fn a_value_of_another_kind_takes_no_name_from_a_column() {
    let name = |i| {
        if i == 7 { "Ахметова Айгерим, +7 (701) 000-00-19" } else { "Ахметова Айгерим" }
    };
    let text = format!("id;ФИО;Примечание\n{}", rows(40, |i| format!("{i};{};нет\n", name(i))));
    assert_eq!(found("people.csv", text.as_bytes()), "kz-phone people.ФИО 1 high\nname-column people.ФИО 40 medium");
    // A firm among people, a post behind the name.
    let name =
        |i| if i % 3 == 0 { "ТОО «Ромашка 12»" } else { "Ахметова Айгерим, инженер" };
    let text = format!("id;ИИН/БИН;ФИО\n{}", rows(60, |i| format!("{i};;{}\n", name(i))));
    assert_eq!(found("people.csv", text.as_bytes()), "name-column people.ФИО 60 medium");
}

#[test]
fn the_cell_before_a_value_is_its_key() {
    let text = "Поле;Значение\nИИН;900517132728\nТелефон;87010000019\nЗаказ;809486302519\nСчет;809486302520\n";
    assert_eq!(found("card.csv", text.as_bytes()), "kz-iin card.2 1 medium\nkz-phone card.2 1 high");
    let text = "INSERT INTO settings (id,name,value) VALUES\n(1,'admin_iin','900517132728'),\n(2,'admin_phone','87010000019'),\n\
                (3,'theme','dark'),\n(4,'lang','kk');\n";
    let found = found("settings.sql", text.as_bytes());
    assert!(found.contains("kz-iin settings.value 1") && found.contains("kz-phone settings.value 1"), "{found}");
}

#[test]
fn an_encoded_value_in_a_cell_is_found_as_in_plain_text() {
    for (cell, detector) in [
        ("/q?iin=%39%30%30517132728&x=1", "kz-iin"),
        ("ИИН 900517\u{200b}132728", "kz-iin"),
        ("ИИН ９００５１７１３２７２８", "kz-iin"),
        ("тел.&nbsp;+7&nbsp;701&nbsp;000&nbsp;00&nbsp;19", "kz-phone"),
        ("iin=3D900517132728", "kz-iin"),
        (r#"{""fio"": ""\\u0418\\u0432\\u0430\\u043d\\u043e\\u0432 \\u0418.\\u0418.""}"#, "person-name"),
        ("/q?fio=%D0%98%D0%B2%D0%B0%D0%BD%D0%BE%D0%B2%20%D0%98.%D0%98.", "person-name"),
    ] {
        let text = format!("id,name,data\n{}7,T,{cell}\n", rows(50, |i| format!("{i},T,x\n")));
        let found = found("data.csv", text.as_bytes());
        assert!(found.starts_with(&format!("{detector} data.data 1 ")), "{cell}: {found}");
    }
}

#[test]
fn values_in_escaped_letters_end_with_their_cell() {
    let row = |i| {
        format!(
            "{i};\\u0433. \\u0410\\u043b\\u043c\\u0430\\u0442\\u044b;\\u0443\\u043b. \\u0410\\u0431\\u0430\\u044f, 5\n"
        )
    };
    let text = format!("id;a;b\n{}", rows(30, row));
    assert_eq!(found("escaped.csv", text.as_bytes()), "postal-address escaped.3 30 medium");
}

/// Numbers that pass the check of an ИИН and that of a taxpayer's number of before 2013.
const BOTH: [&str; 5] = ["520517100105", "520517102419", "310901105000", "310901107804", "480228110607"];

#[test]
fn numbers_that_words_beside_them_give_another_meaning_are_no_findings() {
    let number = |i: usize| {
        if i.is_multiple_of(40) { "520517100105".to_owned() } else { format!("{}", 123456789012 + 97531 * i) }
    };
    let text = |words: &str| format!("id,note\n{}", rows(400, |i| format!("{i},{words} {} оплачен\n", number(i))));
    assert_eq!(found("numbered.csv", text("Заказ №").as_bytes()), "");
    assert!(found("named.csv", text("Клиент с ИИН").as_bytes()).starts_with("kz-iin named.2 10 "));
}

#[test]
fn detectors_that_need_a_word_take_no_values_from_columns_of_others() {
    let iin = |i: usize| if i.is_multiple_of(10) { BOTH[i / 10] } else { "900517132728" };
    let text = format!("id;ИИН;сумма\n{}", rows(50, |i| format!("{i};{};{}\n", iin(i), 100 * i)));
    assert_eq!(found_by("both.csv", text.as_bytes(), true), "kz-iin both.ИИН 50 high");
}

#[test]
fn what_may_be_a_value_is_no_name() {
    let text = "id,\"900517132728\",x\n1,750228150059,y\n".to_owned();
    let said = found("odd.csv", text.as_bytes());
    assert!(!said.contains("900517132728"), "{said}");
    let text = "INSERT INTO \"aigerim@romashka-demo.kz 900517132728\" (iin) VALUES ('900517132728');\n";
    let said = found("odd.sql", text.as_bytes());
    assert!(said.contains("kz-iin unnamed.iin 1"), "{said}");
    let said = found("key.env", "password=S3cretWord9=900517132728\n".as_bytes());
    assert!(!said.contains("S3cret"), "{said}");
}

/// Tables of one name in two databases of a dump, of which one holds people and the other orders.
#[test]
fn columns_of_parents_stand_before_those_of_a_table() {
    let dump = format!(
        "--\n-- PostgreSQL database dump\n--\nCREATE TABLE public.base (\n    id integer,\n    email text\n);\n\n\
         CREATE TABLE public.child (\n    email text,\n    phone text\n)\nINHERITS (public.base);\n\n{}\
         --\n-- PostgreSQL database dump complete\n--\n",
        rows(20, |i| format!(
            "INSERT INTO public.child VALUES ({i}, 'u{i}@romashka-demo.kz', '+7 701 000 00 {i:02}');\n"
        ))
    );
    let expected = "email public.child.email 20 high\nkz-phone public.child.phone 20 high";
    assert_eq!(found("child.sql", dump.as_bytes()), expected);
}

#[test]
fn a_line_of_no_values_below_a_header_is_no_row() {
    let header = "№;ФИО;ИИН;Телефон\n1;2;3;4\n";
    let text = format!("{header}{}", rows(20, |i| format!("{i};Иванов Пётр;900517132728;+7 701 000 00 {i:02}\n")));
    let all = found("form.csv", text.as_bytes());
    assert_eq!(all, "name-column form.ФИО 20 medium\nkz-iin form.ИИН 20 high\nkz-phone form.Телефон 20 high");
    let text = text.replace("1;2;3;4", "---+---+---+---").replace(';', "|");
    assert_eq!(found("drawn.csv", text.as_bytes()), all.replace("form", "drawn"));
}

#[test]
fn a_header_of_two_lines_names_the_columns_by_both() {
    let header = "Ведомость;;;;\n№;Работник;;Телефон;Примечание\n;ФИО;ИИН;;\n";
    let row = |i| format!("{i};Иванов Пётр;900517132728;+7 701 000 00 {i:02};нет\n");
    let expected = "name-column wages.ФИО 20 medium\nkz-iin wages.ИИН 20 high\nkz-phone wages.Телефон 20 high";
    assert_eq!(found("wages.csv", format!("{header}{}", rows(20, row)).as_bytes()), expected);
    let text = format!("{header}1;2;3;4;5\n{}", rows(20, row));
    assert_eq!(found("wages.csv", text.as_bytes()), expected);
}

#[test]
fn a_list_of_values_below_a_name_is_a_column() {
    let text = format!("ИИН\n{}", rows(20, |_| "900517132728\n".to_owned()));
    assert_eq!(found("list.csv", text.as_bytes()), "kz-iin list.ИИН 20 high");
    let text = format!("order_no\r\n{}", rows(900, |i| format!("{}\r\n", 809_486_302_519 + 7 * i)));
    assert_eq!(found("orders-list.csv", text.as_bytes()), "");
}

#[test]
fn each_row_of_an_insert_all_is_one_of_its_table() {
    let into = |i: usize| format!("  INTO hr.emp (id, fio, iin) VALUES ({i}, 'Иванов Пётр', '900517132728')\n");
    let phone = "  INTO hr.phones (emp_id, phone) VALUES (1, '+7 701 000 00 19')\n";
    let dump = format!("SET DEFINE OFF;\nINSERT ALL\n{}{phone}SELECT 1 FROM dual;\nCOMMIT;\n", rows(20, into));
    let expected = "name-column hr.emp.fio 20 medium\nkz-iin hr.emp.iin 20 high\nkz-phone hr.phones.phone 1 high";
    assert_eq!(found("all.sql", dump.as_bytes()), expected);
    // A line of prose that begins so is none.
    let text = format!("SET a = 1;\ninto the\nvalues of (\n{}", rows(9, |i| format!("u{i}@romashka-demo.kz\n")));
    assert_eq!(found("log.sql", text.as_bytes()), "email - 9 high");
}

/// As `mysqldump --tab` writes the table `client-list`.
#[test]
fn a_table_whose_name_its_file_encodes_is_called_as_its_definition_says() {
    let definition = "-- MySQL dump 10.13\nCREATE TABLE `client-list` (`id` int, `fio` text, `phone` text);\n";
    assert_eq!(found("client@002dlist.sql", definition.as_bytes()), "");
    let text = rows(20, |i| format!("{i}\tИванов Пётр\t+7 701 000 00 {i:02}\n"));
    let expected = "name-column client-list.fio 20 medium\nkz-phone client-list.phone 20 high";
    assert_eq!(found("client@002dlist.txt", text.as_bytes()), expected);
}

#[test]
fn columns_of_sqlite_may_be_computed_or_named_by_strings() {
    let dump = format!(
        "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE IF NOT EXISTS 'citizens'(id integer, 'ИИН клиента' text, \
         age int generated always as (id + 1) virtual, year int as (id + 2), phone text);\n{}COMMIT;\n",
        rows(20, |i| format!("INSERT INTO citizens VALUES({i},'900517132728','+7 701 000 00 {i:02}');\n"))
    );
    let expected = "kz-iin citizens.ИИН клиента 20 high\nkz-phone citizens.phone 20 high";
    assert_eq!(found("computed.sql", dump.as_bytes()), expected);
}

#[test]
fn tables_of_one_name_in_two_databases_stand_apart() {
    let orders = rows(40, |i| format!("({i},{},'товар')", 240000000000_u64 + 7919 * i as u64)).replace(")(", "),(");
    let people = rows(40, |i| format!("({i},'900517132728','Иванов Иван Иванович')")).replace(")(", "),(");
    let shop =
        format!("CREATE TABLE `t` (`id` int, `number` bigint, `what` text);\nINSERT INTO `t` VALUES {orders};\n");
    let crm = format!("CREATE TABLE `t` (`id` int, `iin` char(12), `fio` text);\nINSERT INTO `t` VALUES {people};\n");
    let head = "-- phpMyAdmin SQL Dump\n";
    let both = format!("{head}USE `shop`;\n{shop}USE `crm`;\n{crm}");
    assert_eq!(found("both.sql", both.as_bytes()), "kz-iin crm.t.iin 40 high\nname-column crm.t.fio 40 medium");
    let turned = format!("{head}USE `crm`;\n{crm}USE `shop`;\n{shop}");
    assert_eq!(found("turned.sql", turned.as_bytes()), "kz-iin t.iin 40 high\nname-column t.fio 40 medium");
}

/// Days decades apart are births in a column whose name says nothing, and none in one that tells what else began then.
#[test]
fn days_of_what_is_named_are_no_births() {
    let day = |i: usize| format!("19{:02}-0{}-1{}", 50 + i * 7 % 50, 1 + i % 9, i % 9);
    let table = |name: &str| format!("id;товар;{name};сумма\n{}", rows(60, |i| format!("{i};Стол;{};100\n", day(i))));
    assert_eq!(found("col_5.csv", table("col_5").as_bytes()), "birth-date col_5.col_5 60 medium");
    for name in ["Дата постройки", "hire_date", "Дата приема", "published", "data_vvoda", "құрылған күні"]
    {
        assert_eq!(found("days.csv", table(name).as_bytes()), "", "{name}");
    }
}

#[test]
fn columns_are_known_by_their_names_however_people_write_the_values() {
    for (name, value, expected) in [
        ("Дата рождения", "1990-05-16T18:00:00.000Z", "birth-date-column people.Дата рождения 30 medium"),
        ("Оклад", "1 250 000,50 ₸", "income-column people.Оклад 30 medium"),
        (
            "Удостоверение личности",
            "№ 012345678, выдано МВД РК",
            "id-document-column people.Удостоверение личности 30 medium",
        ),
        ("Гос. номер", "123 ABC 02", "vehicle-column people.Гос. номер 30 medium"),
        ("Диагноз", "J06.9", "health-column people.Диагноз 30 medium"),
        ("Образование", "высшее", "education-column people.Образование 30 medium"),
    ] {
        let text = format!("id;ИИН;{name}\n{}", rows(30, |i| format!("{i};900517132728;{value}\n")));
        assert_eq!(found("people.csv", text.as_bytes()), format!("kz-iin people.ИИН 30 high\n{expected}"));
    }
}
