use super::*;

fn scan(typed: &str) -> Result<Scan, String> {
    let args = ["derbes", "scan"].into_iter().chain(typed.split_whitespace()).map(OsString::from);
    match parse(args) {
        Ok(Command::Scan(scan)) => Ok(*scan),
        Ok(other) => panic!("{other:?}"),
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn the_definition_is_sound() {
    Args::command().debug_assert();
}

#[test]
fn an_output_belongs_to_the_format_before_it() {
    let file = |name: &str| Some(PathBuf::from(name));
    let cases = [
        ("", vec![(Format::Human, None)]),
        ("--output a", vec![(Format::Human, file("a"))]),
        ("--format json", vec![(Format::Json, None)]),
        ("--format json --output a --format human", vec![(Format::Json, file("a")), (Format::Human, None)]),
        ("--format human --format jsonl --output a", vec![(Format::Human, None), (Format::Jsonl, file("a"))]),
        (
            "--format json --output a --format json --output b",
            vec![(Format::Json, file("a")), (Format::Json, file("b"))],
        ),
    ];
    for (typed, reports) in cases {
        assert_eq!(scan(typed).unwrap().reports, reports, "{typed}");
    }
}

#[test]
fn wrong_usage_is_told() {
    let cases = [
        ("--format json --format human", "two formats would go to standard output"),
        ("--output a --format json", "`--output a` stands before any --format"),
        ("--format json --output a --output b", "`--output b` is the second"),
        ("--format json --output a --format jsonl --output a", "two reports would be written to `a`"),
        ("--country kz", "write a two-letter code in capitals"),
        ("--threads 0", "0 is not in 1..=1024"),
        ("--places many", "write a number, or `all`"),
        ("--today 2026-02-30", "2026-02-30"),
        ("--min-confidence sure", "possible values: low, medium, high"),
    ];
    for (typed, message) in cases {
        let error = scan(typed).unwrap_err();
        assert!(error.contains(message), "{typed}: {error}");
    }
}

#[test]
fn without_arguments_the_current_folder_is_scanned() {
    let scan = scan("").unwrap();
    assert!(scan.paths.is_empty() && !scan.staged);
    assert_eq!((scan.min_confidence, scan.color, scan.places), (None, Color::Auto, None));
    assert_eq!((scan.fail_on, scan.threads, scan.today), (None, None, None));
}
