//! The command line as transcripts: each file in `tests/cmd/` is a session with what it prints and its exit code.

#[test]
fn transcripts() {
    trycmd::TestCases::new().env("NO_COLOR", "1").case("tests/cmd/*.trycmd");
}
