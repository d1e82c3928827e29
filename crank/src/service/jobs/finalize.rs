//! Making results final when their challenge windows are over.

use std::collections::HashMap;

use futures_util::future::join_all;
use modchains_sdk::{Instruction, Pubkey, instruction::oracle::result_finalize};
use tokio::sync::mpsc;

use super::submit::{Outcome, submit};
use crate::{
    chain::{TRANSACTION_BYTES_MAX, pack, transaction_bytes},
    service::{
        context::{Context, Unfinal},
        post::BUDGET_UNITS,
    },
};

/// Compute units that one finalization may use, with room to spare.
const UNITS: u32 = 45_000;

/// Results that wait for their windows.
pub struct Finalizer {
    waiting: HashMap<Pubkey, Unfinal>,
    /// Results whose shared transaction failed; each goes alone.
    alone: HashMap<Pubkey, Unfinal>,
    settle: mpsc::Sender<Vec<Pubkey>>,
}

/// Whether it can be made final.
fn should_run(unfinal: &Unfinal, now_seconds: i64) -> bool {
    unfinal.posted.finalize(now_seconds).is_ok()
}

fn build(context: &Context, group: &[Unfinal]) -> Vec<Instruction> {
    let finalize = |unfinal: &Unfinal| {
        let served = &context.models[unfinal.model];
        result_finalize(&served.model, &unfinal.request, &served.operator)
    };
    group.iter().map(finalize).collect()
}

fn units(group: &[Unfinal]) -> u32 {
    BUDGET_UNITS + UNITS * u32::try_from(group.len()).unwrap_or(u32::MAX / UNITS / 2)
}

impl Finalizer {
    /// Nothing waits yet; what became final or not is named to `settle`.
    pub fn new(settle: mpsc::Sender<Vec<Pubkey>>) -> Self {
        Self { waiting: HashMap::new(), alone: HashMap::new(), settle }
    }

    /// Adds a result.
    pub fn add(&mut self, unfinal: Unfinal) {
        if !self.alone.contains_key(&unfinal.request) {
            self.waiting.insert(unfinal.request, unfinal);
        }
    }

    /// Makes everything final that can be, and says whether there was anything.
    pub async fn run(&mut self, context: &Context, now_seconds: i64) -> bool {
        let groups = self.due(context, now_seconds);
        let is_any = !groups.is_empty();
        let sent = groups.iter().map(|group| submit(context, "result_finalize", units(group), build(context, group)));
        let outcomes = join_all(sent).await;
        for (group, outcome) in groups.into_iter().zip(outcomes) {
            let requests = group.iter().map(|unfinal| unfinal.request).collect();
            if outcome == Outcome::NotDone && group.len() > 1 {
                self.alone.extend(group.into_iter().map(|unfinal| (unfinal.request, unfinal)));
            }
            // A full queue drops the keys; after the next start the journal has them.
            self.settle.try_send(requests).ok();
        }
        is_any
    }

    /// Takes out what is due, in groups that fit one transaction.
    fn due(&mut self, context: &Context, now_seconds: i64) -> Vec<Vec<Unfinal>> {
        let mut groups: Vec<Vec<Unfinal>> = self.alone.drain().map(|(_, unfinal)| vec![unfinal]).collect();
        let (due, waiting) = self.waiting.drain().partition(|(_, unfinal)| should_run(unfinal, now_seconds));
        self.waiting = waiting;
        let due: HashMap<Pubkey, Unfinal> = due;
        let payer = context.chain.payer.address();
        groups.extend(pack(due.into_values().collect(), |group| {
            transaction_bytes(&context.chain.payer.budgeted(units(group), build(context, group)), &payer)
                <= TRANSACTION_BYTES_MAX
        }));
        groups
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is the test's failure")]

    use modchains_sdk::core::request::RequestStatus;

    use super::*;
    use crate::service::settle::tests::request;

    #[test]
    fn a_result_is_final_from_the_end_second_of_its_window() {
        let request = request(RequestStatus::Posted, Pubkey::new_unique());
        let posted = request.state().unwrap();
        let unfinal = Unfinal { model: 0, request: request.request.address, posted };
        assert!(!should_run(&unfinal, posted.challenge_until_seconds - 1));
        assert!(should_run(&unfinal, posted.challenge_until_seconds));
    }
}
