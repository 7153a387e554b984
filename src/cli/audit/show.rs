//! What is told of audits to a person: takes runs, changes and ledgers, gives text. The caller makes it inert.

use derbes::audit::{Change, Diff, Entry, Kind, Run};
use derbes::finding::{Field, Verdict};
use derbes::report::{escape, size};

/// The runs of a store, a line each.
pub fn runs(runs: &[Run]) -> String {
    let line = |run: &Run| {
        let outcome = match &run.totals {
            None => "cut short".to_owned(),
            Some(totals) => {
                let incomplete = if totals.incomplete { ", INCOMPLETE" } else { "" };
                let (findings, hits) = (totals.findings, totals.hits);
                format!(
                    "{} files, {}, {findings} findings, {hits} hits, exit code {}{incomplete}",
                    totals.files,
                    size(totals.bytes_seen),
                    totals.exit
                )
            }
        };
        format!("{:>4}  {}  {}: {outcome}\n", run.id, run.started, escape(&run.paths.join(" ")))
    };
    if runs.is_empty() { "no run yet\n".to_owned() } else { runs.iter().map(line).collect() }
}

/// What changed, by what kind of change it is.
pub fn diff(diff: &Diff) -> String {
    let objects = diff.objects;
    let mut text = format!(
        "from run {} to run {}: {} files new, {} gone, {} changed\n",
        diff.from, diff.to, objects.new, objects.gone, objects.changed
    );
    let kinds = [
        (Kind::Undeclared, "not covered any more"),
        (Kind::Expired, "newly expired"),
        (Kind::New, "new"),
        (Kind::Changed, "changed"),
        (Kind::Gone, "gone"),
    ];
    for (kind, title) in kinds {
        let changes: Vec<&Change> = diff.changes.iter().filter(|change| change.kind == kind).collect();
        if changes.is_empty() {
            continue;
        }
        text += &format!("\n{title}\n");
        changes.iter().for_each(|change| text += &line(change));
    }
    text
}

fn line(change: &Change) -> String {
    let under = field(change.field.as_ref());
    let hits = match change.kind {
        Kind::New => format!("{} hits", change.hits_now),
        Kind::Gone => format!("{} hits before", change.hits_before),
        _ if change.hits_before == change.hits_now => format!("{} hits", change.hits_now),
        _ => format!("{} hits, {} before", change.hits_now, change.hits_before),
    };
    let Change { path, category, detector, confidence, .. } = change;
    let path = escape(path);
    format!("  {path}{under}: {category} ({detector}, {confidence}): {hits}{}\n", verdicts(&change.verdicts))
}

/// ` table.column`, or ` key`.
pub fn field(field: Option<&Field>) -> String {
    field.map(|field| format!(" {}", escape(&field.to_string()))).unwrap_or_default()
}

/// What the policies say, each with its clause.
pub fn verdicts(verdicts: &[Verdict]) -> String {
    let one = |verdict: &Verdict| {
        let clause = verdict.clause.as_ref().map(|clause| format!(" {clause}")).unwrap_or_default();
        let ground = verdict.ground.as_ref().map(|ground| format!(", {ground}")).unwrap_or_default();
        format!("{} ({}{clause}{ground})", verdict.outcome, verdict.policy)
    };
    let all: Vec<String> = verdicts.iter().map(one).collect();
    if all.is_empty() { String::new() } else { format!("; {}", all.join(", ")) }
}

/// A line for each folder, below it the reasons.
pub fn coverage(entries: &[Entry]) -> String {
    let mut text = String::new();
    for entry in entries {
        let Entry { prefix, objects, bytes_seen, bytes_examined, not_examined, missed } = entry;
        let (seen, examined) = (size(*bytes_seen), size(*bytes_examined));
        let missed = if *missed > 0 { format!(", {missed} missed") } else { String::new() };
        text += &format!("{}: {objects} objects, {seen} seen, {examined} examined{missed}\n", escape(prefix));
        for (reason, bytes) in not_examined {
            text += &format!("  {} not examined: {}\n", size(*bytes), escape(reason));
        }
    }
    text
}
