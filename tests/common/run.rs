//! A run over paths, with all its events.

use std::path::PathBuf;
use std::sync::Arc;

use derbes::category::Categories;
use derbes::finding::{Event, Finding, Summary};
use derbes::limits::{Limits, Unpacking};
use derbes::pipeline::{self, Plan, Progress};

/// What a run gives.
pub struct Run {
    pub events: Vec<Event>,
}

impl Run {
    /// What was found, skipped and failed, a line each, in order: what is in the containers named from them on.
    pub fn lines(&self) -> Vec<String> {
        self.events.iter().filter_map(line).collect()
    }

    /// What was skipped and failed.
    pub fn missed(&self) -> Vec<String> {
        let missed = self.events.iter().filter(|event| matches!(event, Event::Skipped(_) | Event::Problem(_)));
        missed.filter_map(line).collect()
    }

    pub fn findings(&self) -> Vec<&Finding> {
        let mut findings = Vec::new();
        for event in &self.events {
            if let Event::Finding(finding) = event {
                findings.push(finding);
            }
        }
        findings
    }

    pub fn summary(&self) -> &Summary {
        match self.events.last() {
            Some(Event::Summary(summary)) => summary,
            other => panic!("{other:?}"),
        }
    }
}

/// One event, its path without the folders before it.
pub fn line(event: &Event) -> Option<String> {
    let short = |path: &str| match path.split_once('!') {
        Some((container, member)) => format!("{}!{member}", container.rsplit('/').next().unwrap_or_default()),
        None => path.rsplit('/').next().unwrap_or_default().to_owned(),
    };
    Some(match event {
        Event::Finding(f) => {
            let field = f.field.as_ref().map(|field| format!(" {field}")).unwrap_or_default();
            format!("{} {}{field} {}", short(f.path.as_str()), f.category, f.hits)
        }
        Event::Skipped(s) => format!("{} skipped: {} ({})", short(s.path.as_str()), s.reason, s.bytes),
        Event::Problem(p) => format!("{} problem: {}", short(p.path.as_str()), p.message),
        _ => return None,
    })
}

pub fn plan(paths: Vec<PathBuf>, unpacking: Unpacking) -> Plan {
    let categories = Arc::new(Categories::builtin().unwrap());
    let limits = Limits { unpacking, ..Limits::default() };
    let fail_on_incomplete = true;
    Plan { limits, fail_on_incomplete, ignore: false, ..Plan::new(paths, categories, jiff::civil::date(2026, 11, 22)) }
}

pub fn run(plan: &Plan) -> Run {
    let mut events = Vec::new();
    let mut sink = |event| {
        events.push(event);
        Ok(())
    };
    pipeline::run(plan, &Progress::default(), &mut sink).unwrap();
    Run { events }
}
