use super::*;

#[test]
#[ignore]
fn dump() {
    let file = std::env::var("DUMP").unwrap();
    let text = read::read(&file, &std::fs::read(&file).unwrap()).unwrap();
    for p in outline::outline(&text.paragraphs) {
        println!("{:12} {:?}{} | {}", p.clause, p.kind, if p.point { "*" } else { "" }, p.text);
    }
}
