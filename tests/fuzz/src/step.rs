//! One step: an action is chosen, sent, checked by every law and remembered.

use modchains_exchange::state::Model;
use modchains_sdk::instruction::Token;
use modchains_tests::chain::Chain;
use solana_instruction::Instruction;

use crate::{
    actions::{Action, listing},
    corrupt,
    laws::{Broken, Laws, Sight, holdings},
    past,
    pick::Pick,
    seen::Seen,
    setup::{Setup, treasury},
};

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// Nothing could be done: there was no request to claim, say.
    Skipped,
    /// Time passed.
    Waited,
    /// The transaction was accepted.
    Accepted,
    /// The transaction was refused, with the error's name.
    Refused(String),
}

/// What a step was and what came of it.
#[derive(Debug, Clone)]
pub struct Step {
    /// How it ended.
    pub ending: Ending,
    /// The law it broke, if any.
    pub broken: Option<Broken>,
    /// In words.
    pub what: String,
}

impl Setup {
    /// A setup on `chain` with its first models listed and what lies behind every episode.
    pub fn new(chain: Chain) -> Self {
        let mut setup = Self::unlisted(chain);
        for instruction in setup.configuration() {
            setup.must(vec![instruction]);
        }
        past::abandon(&mut setup);
        setup.list(0);
        past::decide(&mut setup);
        (1..listing::SHAPES.len()).for_each(|index| setup.list(index));
        setup
    }

    fn list(&mut self, index: usize) {
        for instruction in listing::complete(self, index) {
            self.must(vec![instruction]);
        }
    }

    /// Sends what the setup itself relies on.
    #[track_caller]
    pub(crate) fn must(&mut self, instructions: Vec<Instruction>) {
        let seen = Seen::send(&mut self.chain, instructions, false);
        if let Err(refusal) = &seen.result {
            panic!("the setup failed: {}\n{}", refusal.name, refusal.logs.join("\n"));
        }
        seen.write_to(&mut self.ledger);
        self.remember(&seen);
    }

    /// Runs one step: `action` with the choices of `seed`.
    pub fn step(&mut self, action: &Action, seed: u64, laws: &mut Laws) -> Step {
        let mut pick = Pick::new(seed);
        let Some(mut plan) = (action.build)(self, &mut pick) else {
            return Step { ending: Ending::Skipped, broken: None, what: String::new() };
        };
        let mut what = std::mem::take(&mut plan.what);
        if plan.instructions.is_empty() {
            self.chain.advance(plan.wait_seconds);
            return Step { ending: Ending::Waited, broken: None, what };
        }
        let corrupted = pick.percent(corrupt::PERCENT) && corrupt::corrupt(self, &mut plan.instructions, &mut pick);
        if corrupted {
            what.push_str(", with a wrong account");
        }
        let seen = Seen::send(&mut self.chain, std::mem::take(&mut plan.instructions), corrupted);
        if seen.result.is_ok() {
            seen.write_to(&mut self.ledger);
        }
        let broken = laws.check(&Sight { setup: self, plan: &plan, seen: &seen });
        let ending = match &seen.result {
            Ok(_) => Ending::Accepted,
            Err(refusal) => Ending::Refused(refusal.name.clone()),
        };
        if ending == Ending::Accepted {
            self.remember(&seen);
        }
        Step { ending, broken, what }
    }

    fn remember(&mut self, seen: &Seen) {
        self.memory.record(seen);
        if seen.corrupted {
            for (account, atoms) in holdings::surplus(self) {
                *self.memory.gifts.entry(account).or_default() += atoms;
            }
        }
        // Whoever may hold a new model's token gets an account for it.
        for mint in seen.changes::<Model>().filter(|change| change.before.is_none()) {
            let token = Token::of_model(&mint.address);
            for person in self.people.iter().copied().chain([treasury()]) {
                self.chain.put_tokens(token.account_of(&person), token.program, token.mint, person, 0);
            }
        }
    }
}
