//! What a run did, in tables and in JSON.

use std::collections::BTreeMap;

use comfy_table::{Cell, CellAlignment, Table, presets};
use serde_json::json;

use crate::{failure::Failure, laws, step::Ending};

/// How often an action was done, and how that ended.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tally {
    /// Accepted transactions.
    pub accepted: u64,
    /// Refused transactions.
    pub refused: u64,
    /// Times at which there was nothing to do it with.
    pub skipped: u64,
}

/// Everything counted.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// The run's seed.
    pub seed: u64,
    /// Episodes played.
    pub episodes: u64,
    /// Times that passed.
    pub waits: u64,
    /// By action.
    pub tallies: BTreeMap<&'static str, Tally>,
    /// Refusals by error.
    pub refusals: BTreeMap<String, u64>,
    /// Facts found to hold, by law.
    pub held: BTreeMap<&'static str, u64>,
    /// The law that was broken; the one of the earliest episode when several were.
    pub failure: Option<Failure>,
    /// How long it took.
    pub seconds: f64,
}

impl Report {
    /// An empty report.
    pub fn new(seed: u64) -> Self {
        Self { seed, ..Self::default() }
    }

    /// Counts a step.
    pub fn count(&mut self, action: &'static str, ending: &Ending) {
        if *ending == Ending::Waited {
            self.waits += 1;
            return;
        }
        let tally = self.tallies.entry(action).or_default();
        match ending {
            Ending::Accepted => tally.accepted += 1,
            Ending::Skipped => tally.skipped += 1,
            Ending::Refused(name) => {
                tally.refused += 1;
                *self.refusals.entry(name.clone()).or_default() += 1;
            }
            Ending::Waited => {}
        }
    }

    /// Adds facts that held.
    pub fn hold(&mut self, held: BTreeMap<&'static str, u64>) {
        for (law, facts) in held {
            *self.held.entry(law).or_default() += facts;
        }
    }

    /// Adds another report of the same run.
    pub fn add(&mut self, other: Self) {
        self.episodes += other.episodes;
        self.waits += other.waits;
        for (action, tally) in other.tallies {
            let mine = self.tallies.entry(action).or_default();
            mine.accepted += tally.accepted;
            mine.refused += tally.refused;
            mine.skipped += tally.skipped;
        }
        for (name, count) in other.refusals {
            *self.refusals.entry(name).or_default() += count;
        }
        self.hold(other.held);
        let is_earlier = |failure: &Failure| self.failure.as_ref().is_none_or(|mine| failure.episode < mine.episode);
        if let Some(failure) = other.failure.filter(is_earlier) {
            self.failure = Some(failure);
        }
    }

    /// Accepted and refused transactions.
    pub fn totals(&self) -> (u64, u64) {
        let tallies = self.tallies.values();
        (tallies.clone().map(|tally| tally.accepted).sum(), tallies.map(|tally| tally.refused).sum())
    }

    /// Facts found to hold.
    pub fn facts(&self) -> u64 {
        self.held.values().sum()
    }

    /// For people.
    pub fn text(&self) -> String {
        let (accepted, refused) = self.totals();
        let executed = accepted + refused;
        let mut text = format!("{}\n{}\n", self.actions_table(), self.laws_table());
        text.push_str(&format!(
            "{executed} transactions executed in {} episodes and {:.1} s ({:.0} a second): {accepted} accepted, {refused} \
             refused; {} times passed; {} facts checked by {} laws; seed {}\n",
            self.episodes,
            self.seconds,
            executed as f64 / self.seconds.max(1e-9),
            self.waits,
            self.facts(),
            self.held.len(),
            self.seed,
        ));
        text
    }

    fn actions_table(&self) -> Table {
        let mut table = table(["action", "executed", "accepted", "refused", "share"]);
        for (action, tally) in &self.tallies {
            let executed = tally.accepted + tally.refused;
            let share = (100 * tally.accepted).checked_div(executed).unwrap_or(0);
            let numbers = [executed, tally.accepted, tally.refused].map(|number| right(&number.to_string()));
            table.add_row([vec![Cell::new(action)], numbers.to_vec(), vec![right(&format!("{share} %"))]].concat());
        }
        table
    }

    fn laws_table(&self) -> Table {
        let mut table = table(["law", "held"]);
        for law in laws::all() {
            let held = self.held.get(law.name).copied().unwrap_or(0);
            table.add_row(vec![Cell::new(law.name), right(&held.to_string())]);
        }
        table
    }

    /// For machines.
    pub fn json(&self) -> serde_json::Value {
        let (accepted, refused) = self.totals();
        let tallies: BTreeMap<_, _> = self
            .tallies
            .iter()
            .map(|(action, tally)| (*action, json!({ "accepted": tally.accepted, "refused": tally.refused })))
            .collect();
        let failure = self.failure.as_ref().map(|failure| {
            let (law, detail) = (failure.broken.law, &failure.broken.detail);
            json!({ "episode": failure.episode, "step": failure.steps.len(), "law": law, "detail": detail })
        });
        json!({
            "seed": self.seed,
            "seconds": self.seconds,
            "episodes": self.episodes,
            "executed": accepted + refused,
            "accepted": accepted,
            "refused": refused,
            "actions": tallies,
            "refusals": self.refusals,
            "laws": self.held,
            "facts": self.facts(),
            "failure": failure,
        })
    }
}

/// An empty table in the fuzzer's style.
pub fn table<const COLUMNS: usize>(header: [&str; COLUMNS]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY).set_header(header);
    table
}

fn right(text: &str) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}
