//! Sequences that can be done again, and shorter ones that still fail.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::{
    actions::{self, Action},
    failure::{Failure, Recorded},
    laws::{Broken, Laws},
    setup::Setup,
    step::Ending,
};

/// A failing sequence as it lies in a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Sequence {
    /// Seed of the run that found it.
    pub seed: u64,
    /// Episode of that run.
    pub episode: u64,
    /// Name of the mutant it was found with; none for the programs as they are.
    pub mutant: Option<String>,
    /// The law that it breaks.
    pub law: String,
    /// What was found instead.
    pub detail: String,
    /// What to do.
    pub steps: Vec<Recorded>,
}

impl Sequence {
    /// The shortest sequence that was found to fail like `failure` within `limit`.
    pub fn shortened(start: &Setup, failure: &Failure, mutant: Option<String>, limit: Duration) -> Self {
        let mut steps = shorten(start, failure, limit);
        let detail = match again(start, &mut steps) {
            Some(broken) => broken.detail,
            None => failure.broken.detail.clone(),
        };
        let law = failure.broken.law.to_owned();
        Self { seed: failure.seed, episode: failure.episode, mutant, law, detail, steps }
    }

    /// Reads a sequence.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        serde_json::from_str(&text).with_context(|| format!("{} is no sequence", path.display()))
    }

    /// Writes the sequence, the folder included.
    pub fn write(&self, path: &Path) -> Result<()> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        }
        let text = serde_json::to_string_pretty(self)?;
        std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
    }
}

fn find<'a>(actions: &'a [Action], name: &str) -> Option<&'a Action> {
    actions.iter().find(|action| action.name == name)
}

/// Does the steps again, with what each was in words, and returns the law that breaks.
pub fn again(start: &Setup, steps: &mut [Recorded]) -> Option<Broken> {
    let (actions, mut laws, mut setup) = (actions::all(), Laws::new(), start.clone());
    for step in steps {
        let Some(action) = find(&actions, &step.action) else { continue };
        let done = setup.step(action, step.seed, &mut laws);
        step.what = match &done.ending {
            Ending::Accepted | Ending::Waited => done.what,
            Ending::Skipped => "nothing".to_owned(),
            Ending::Refused(name) => format!("{}: refused, {name}", done.what),
        };
        if done.broken.is_some() {
            return done.broken;
        }
    }
    None
}

/// Leaves out steps, half of them at first, then ever fewer at a time, as long as the same law still breaks.
fn shorten(start: &Setup, failure: &Failure, limit: Duration) -> Vec<Recorded> {
    let began = Instant::now();
    let fails = |steps: &[Recorded]| {
        let mut steps = steps.to_vec();
        again(start, &mut steps).is_some_and(|broken| broken.law == failure.broken.law)
    };
    let mut steps = failure.steps.clone();
    if !fails(&steps) {
        return steps;
    }
    let mut chunk = steps.len().div_ceil(2);
    loop {
        let mut place = 0;
        while place < steps.len() && began.elapsed() < limit {
            let end = (place + chunk).min(steps.len());
            let mut shorter = steps.clone();
            shorter.drain(place..end);
            if fails(&shorter) {
                steps = shorter;
            } else {
                place = end;
            }
        }
        if chunk == 1 || began.elapsed() >= limit {
            return steps;
        }
        chunk = chunk.div_ceil(2);
    }
}
