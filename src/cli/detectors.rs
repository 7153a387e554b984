//! `derbes detectors`: takes what was typed, prints detectors, or what came of their examples.

use std::sync::Arc;

use derbes::category::Categories;
use derbes::classify::Weights;
use derbes::detect::{Definition, Detectors, Own};
use derbes::error::{Error, Result};
use derbes::pipeline::{self, Fault, Plan, Trial};
use derbes::report::{self, escape};

use super::args::{DetectorsCommand, Shape};
use super::config::Config;
use super::plan::no_detector;
use super::print;

/// An example is not found, or a counterexample is.
const FAILED: u8 = 1;

pub fn run(command: DetectorsCommand) -> Result<u8> {
    match command {
        DetectorsCommand::List { format, own } => list(&detectors(&Config::load(None, &own)?)?, format),
        DetectorsCommand::Show { id, own } => show(&id, &Config::load(None, &own)?),
        DetectorsCommand::Test { file: None } => test(Config::load(None, &[])?, &|_| true),
        DetectorsCommand::Test { file: Some(file) } => {
            // The file alone: derbes.toml may name its folder already.
            let mut categories = Categories::builtin()?;
            let own = Own::read(&[file], &mut categories)?;
            let ids: Vec<_> = own.detectors.iter().map(|detector| detector.definition.id.clone()).collect();
            let config = Config { own: Arc::new(own), categories: Arc::new(categories), ..Config::default() };
            test(config, &|definition| ids.contains(&definition.id))
        }
    }
}

fn detectors(config: &Config) -> Result<Detectors> {
    Detectors::with(&config.own, &config.categories, true)
}

fn list(detectors: &Detectors, format: Shape) -> Result<u8> {
    match format {
        Shape::Human => print(&report::detectors::list(detectors)),
        Shape::Json => print(&report::detectors::list_json(detectors).map_err(|e| Error::new(e.to_string()))?),
    }
}

fn show(id: &str, config: &Config) -> Result<u8> {
    let detectors = detectors(config)?;
    let found = (0..).zip(detectors.iter()).find(|(_, detector)| &*detector.definition.id == id);
    let Some((index, detector)) = found else {
        return Err(no_detector(id));
    };
    let weights = Weights::of(&detectors, &[])?;
    print(&report::detectors::show(&detector.definition, index, &config.categories, &weights))
}

fn test(config: Config, wanted: &dyn Fn(&Definition) -> bool) -> Result<u8> {
    let Config { own, categories, .. } = config;
    let plan = Plan { own, ..Plan::new(Vec::new(), categories, jiff::Zoned::now().date()) };
    let trials = pipeline::trial(&plan, wanted)?;
    print(&trials.iter().map(told).collect::<String>())?;
    let failed = trials.iter().filter(|trial| !trial.failures.is_empty()).count();
    Ok(if failed == 0 { 0 } else { FAILED })
}

fn told(trial: &Trial) -> String {
    let head = report::detectors::tried(&trial.detector, trial.examples, trial.counterexamples);
    if trial.failures.is_empty() {
        return format!("{head}: all as they should be\n");
    }
    let failures = trial.failures.iter().map(|failure| {
        let fault = match &failure.fault {
            Fault::Missed(why) => report::detectors::missed(*why),
            Fault::Lost(winner) => format!("a value of `{winner}` is found instead"),
            Fault::Several(found) => format!("{found} values are found, not one"),
            Fault::Low(score) => format!("found, but its score of {score} is low"),
            Fault::Found(score) => format!("found, with a score of {score}, and should not be"),
        };
        format!("  {}\n    {fault}\n", escape(&failure.text))
    });
    format!("{head}: {} wrong\n{}", trial.failures.len(), failures.collect::<String>())
}
