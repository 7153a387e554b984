//! The JSON Schema of a policy file, for editors: takes the categories, gives the schema. A test holds it to the
//! parser, key by key.

use serde_json::{Map, Value, json};

use crate::category::Categories;

/// The schema as JSON text, ending with a line end.
pub fn schema(categories: &Categories) -> String {
    let ids: Vec<_> = categories.iter().map(|category| &*category.id).collect();
    let titles: Vec<_> = categories.iter().map(|category| &category.title.en).collect();
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A privacy policy as derbes reads it",
        "$defs": definitions(),
    });
    schema["$defs"]["category"] = json!({ "enum": ids, "x-taplo": { "docs": { "enumValues": titles } } });
    let table = policy();
    schema.as_object_mut().into_iter().for_each(|schema| schema.extend(table.clone()));
    // A value of ours always has a text.
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}

fn text(about: &str) -> Value {
    json!({ "type": "string", "description": about })
}

fn texts(about: &str) -> Value {
    json!({ "type": "array", "items": { "type": "string" }, "description": about })
}

fn link(definition: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{definition}") })
}

fn links(definition: &str) -> Value {
    json!({ "type": "array", "items": link(definition) })
}

/// A table with these keys and no others.
fn table(required: &[&str], keys: &[(&str, Value)]) -> Map<String, Value> {
    let properties: Map<String, Value> = keys.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
    let table =
        json!({ "type": "object", "required": required, "properties": properties, "additionalProperties": false });
    match table {
        Value::Object(table) => table,
        _ => Map::new(),
    }
}

fn policy() -> Map<String, Value> {
    table(
        &["id", "languages", "operator"],
        &[
            (
                "id",
                json!({ "type": "string", "pattern": "^[a-z0-9-]+$", "description": "Lower-case Latin letters, digits and hyphens" }),
            ),
            ("languages", links("language")),
            ("updated", link("date")),
            ("operator", link("operator")),
            ("document", link("document")),
            ("law", texts("The laws that the document names as governing it")),
            ("declares", links("declaration")),
            ("forbids", links("prohibition")),
            ("subjects", link("subjects")),
            ("storage", link("storage")),
            ("retention", links("retention")),
            ("deadlines", link("deadlines")),
            ("security", link("security")),
            ("note", links("note")),
        ],
    )
}

fn definitions() -> Value {
    let clause = json!({
        "oneOf": [{ "type": "string", "minLength": 1 }, { "type": "array", "items": { "type": "string", "minLength": 1 }, "minItems": 1 }],
        "description": "Where the document says it, in its own numbering; the clause that decides first",
    });
    json!({
        "language": { "type": "string", "pattern": "^[a-z]{2}$" },
        "country": { "type": "string", "pattern": "^[A-Z]{2}$" },
        "date": { "type": "string", "format": "date" },
        "clause": clause,
        "period": {
            "type": "string",
            "pattern": "^([1-9][0-9]*[dmy]|unlimited|until-withdrawal|until-purpose)$",
            "description": "30d, 6m, 3y, unlimited, until-withdrawal, until-purpose",
        },
        "operator": operator(),
        "document": document(),
        "declaration": declaration(),
        "prohibition": table(&["category", "clause"], &[("category", link("category")), ("clause", link("clause")), ("note", text("What the prohibition leaves open"))]),
        "subjects": subjects(),
        "storage": storage(),
        "retention": retention(),
        "deadline": deadline(),
        "deadlines": table(&[], &["answer", "correct", "block", "destroy"].map(|act| (act, link("deadline")))),
        "security": security(),
        "note": table(&["text", "clauses"], &[("text", text("Where the document contradicts itself or must be read with care")), ("clauses", link("clause"))]),
    })
}

fn operator() -> Map<String, Value> {
    table(
        &["name"],
        &[
            ("name", text("Who declares")),
            ("bin", json!({ "type": "string", "pattern": "^[0-9]{12}$" })),
            ("contacts", texts("Where a person can turn to")),
            ("site", text("The site that the policy is of")),
        ],
    )
}

fn document() -> Map<String, Value> {
    table(
        &[],
        &[
            ("title", text("As the document bears it")),
            ("address", text("Where it is published")),
            ("date", link("date")),
            ("languages", links("language")),
            (
                "sha256",
                json!({ "type": "string", "pattern": "^[0-9a-fA-F]{64}$", "description": "Of the document's bytes" }),
            ),
            ("reviewed", text("How, by whom and when this file was held against the document")),
        ],
    )
}

fn declaration() -> Map<String, Value> {
    table(
        &["category", "clause"],
        &[
            ("category", link("category")),
            ("clause", link("clause")),
            ("purposes", texts("Short words")),
            ("condition", text("When, of whom or in which form only")),
            ("retention", link("period")),
            ("recipients", texts("Who gets it")),
            ("source", json!({ "enum": ["subject", "automatic", "third-party"] })),
        ],
    )
}

fn subjects() -> Map<String, Value> {
    table(
        &["clause"],
        &[
            ("min-age", json!({ "type": "integer", "minimum": 0, "maximum": 255, "description": "In full years" })),
            ("minors", json!({ "type": "boolean", "description": "Whether data of minors is expected" })),
            ("third-persons", links("category")),
            ("clause", link("clause")),
        ],
    )
}

fn storage() -> Map<String, Value> {
    table(
        &["clause"],
        &[
            ("countries", links("country")),
            ("media", json!({ "type": "array", "items": { "enum": ["electronic", "material"] } })),
            ("cross-border", json!({ "type": "boolean", "description": "Whether data may be sent abroad" })),
            ("clause", link("clause")),
        ],
    )
}

fn retention() -> Map<String, Value> {
    table(
        &["period", "clause"],
        &[
            ("period", link("period")),
            ("after", text("The event that the period is counted from")),
            ("categories", links("category")),
            ("clause", link("clause")),
        ],
    )
}

fn deadline() -> Map<String, Value> {
    table(
        &["days", "unit", "clause"],
        &[
            ("days", json!({ "type": "integer", "minimum": 0, "maximum": 65535, "description": "0 for at once" })),
            ("unit", json!({ "enum": ["working", "calendar"] })),
            ("after", text("The event that the days are counted from")),
            ("clause", link("clause")),
        ],
    )
}

fn security() -> Map<String, Value> {
    table(
        &[],
        &[
            ("tls", text("The least version, such as 1.2")),
            ("encryption", text("What is encrypted")),
            ("hashing", text("What is hashed")),
            ("access", text("Who has access")),
            ("clause", link("clause")),
        ],
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::policy::Policy;

    fn whole() -> Value {
        serde_json::from_str(&schema(&Categories::builtin().unwrap())).unwrap()
    }

    /// Fails when `docs/policy.schema.json` is stale: `derbes policy schema > docs/policy.schema.json` writes it anew.
    #[test]
    fn the_schema_in_the_docs_is_that_of_the_code() {
        let stored = include_str!("../../docs/policy.schema.json").replace("\r\n", "\n");
        assert!(
            stored == schema(&Categories::builtin().unwrap()),
            "run: derbes policy schema > docs/policy.schema.json"
        );
    }

    /// The parser, asked for a key that does not exist, names those that do.
    #[test]
    fn every_table_has_the_keys_that_the_parser_takes() {
        let head = "id = \"a\"\nlanguages = []\noperator = { name = \"A\" }\n";
        let cases = [
            ("", format!("nosuch = 1\n{head}")),
            ("operator", "id = \"a\"\nlanguages = []\noperator = { name = \"A\", nosuch = 1 }".to_owned()),
            ("document", format!("{head}[document]\nnosuch = 1")),
            ("declaration", format!("{head}[[declares]]\nnosuch = 1")),
            ("prohibition", format!("{head}[[forbids]]\nnosuch = 1")),
            ("subjects", format!("{head}[subjects]\nnosuch = 1")),
            ("storage", format!("{head}[storage]\nnosuch = 1")),
            ("retention", format!("{head}[[retention]]\nnosuch = 1")),
            ("deadlines", format!("{head}[deadlines]\nnosuch = 1")),
            ("deadline", format!("{head}[deadlines]\nanswer = {{ nosuch = 1 }}")),
            ("security", format!("{head}[security]\nnosuch = 1")),
            ("note", format!("{head}[[note]]\nnosuch = 1")),
        ];
        let schema = whole();
        for (definition, text) in cases {
            let error = Policy::parse("a.toml", &text, &Categories::builtin().unwrap()).unwrap_err().message;
            let named: BTreeSet<_> =
                error.lines().next().unwrap().split('`').skip(3).step_by(2).map(str::to_owned).collect();
            let table = if definition.is_empty() { &schema } else { &schema["$defs"][definition] };
            let keys: BTreeSet<_> = table["properties"].as_object().unwrap().keys().cloned().collect();
            assert_eq!(keys, named, "{definition}: {error}");
        }
    }
}
