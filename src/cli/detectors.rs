//! `derbes detectors`: takes what was typed, prints detectors, or what came of their examples.

use std::sync::Arc;

use derbes::category::Categories;
use derbes::classify::Weights;
use derbes::detect::Detectors;
use derbes::error::{Error, Result};
use derbes::pipeline::{self, Fault, Plan, Trial};
use derbes::report::{self, escape};

use super::args::{DetectorsCommand, Shape};
use super::print;

/// An example is not found, or a counterexample is.
const FAILED: u8 = 1;

pub fn run(command: DetectorsCommand) -> Result<u8> {
    let categories = Arc::new(Categories::builtin()?);
    match command {
        DetectorsCommand::List { format } => list(&Detectors::builtin(&categories, true)?, format),
        DetectorsCommand::Show { id } => show(&id, &categories),
        DetectorsCommand::Test { .. } => test(categories),
    }
}

fn list(detectors: &Detectors, format: Shape) -> Result<u8> {
    match format {
        Shape::Human => print(&report::list(detectors)),
        Shape::Json => print(&report::list_json(detectors).map_err(|e| Error::new(e.to_string()))?),
    }
}

fn show(id: &str, categories: &Categories) -> Result<u8> {
    let detectors = Detectors::builtin(categories, true)?;
    let found = (0..).zip(detectors.iter()).find(|(_, detector)| &*detector.definition.id == id);
    let Some((index, detector)) = found else {
        return Err(Error::new(format!("there is no detector `{id}`")).help("`derbes detectors list` names them all"));
    };
    let weights = Weights::builtin(detectors.iter().map(|d| &*d.definition.id))?;
    print(&report::show(&detector.definition, index, categories, &weights))
}

fn test(categories: Arc<Categories>) -> Result<u8> {
    let plan = Plan::new(Vec::new(), categories, jiff::Zoned::now().date());
    let trials = pipeline::trial(&plan, |_| true)?;
    print(&trials.iter().map(told).collect::<String>())?;
    let failed = trials.iter().filter(|trial| !trial.failures.is_empty()).count();
    Ok(if failed == 0 { 0 } else { FAILED })
}

fn told(trial: &Trial) -> String {
    let head = report::tried(&trial.detector, trial.examples, trial.counterexamples);
    if trial.failures.is_empty() {
        return format!("{head}: all as they should be\n");
    }
    let failures = trial.failures.iter().map(|failure| {
        let fault = match &failure.fault {
            Fault::Missed(why) => report::missed(*why),
            Fault::Lost(winner) => format!("a value of `{winner}` is found instead"),
            Fault::Several(found) => format!("{found} values are found, not one"),
            Fault::Low(score) => format!("found, but its score of {score} is low"),
            Fault::Found(score) => format!("found, with a score of {score}, and should not be"),
        };
        format!("  {}\n    {fault}\n", escape(&failure.text))
    });
    format!("{head}: {} wrong\n{}", trial.failures.len(), failures.collect::<String>())
}
