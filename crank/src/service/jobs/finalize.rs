//! Making results final when their challenge windows are over and their challenges settled.

use std::collections::HashMap;

use futures_util::future::join_all;
use modchains_sdk::{
    Instruction, Pubkey,
    core::{request::RequestError, window::Moment},
    instruction::oracle::result_finalize,
};
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

/// What a result needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    /// Nothing before the end of its window.
    Wait,
    /// A look: its window was to be over, but challenges were open when it was last looked at.
    Look,
    /// It can be made final.
    Finalize,
}

/// What a result needs now. When another result of the operator was proved wrong is not known here; the program refuses.
fn need(unfinal: &Unfinal, now: Moment) -> Need {
    match unfinal.posted.finalize(None, now) {
        Ok(_) => Need::Finalize,
        Err(RequestError::ChallengesOpen) => Need::Look,
        Err(_) => Need::Wait,
    }
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
    pub async fn run(&mut self, context: &Context, now: Moment) -> bool {
        self.look(now);
        let groups = self.due(context, now);
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

    /// Hands on what has to be looked at again; what a full queue drops stays here.
    fn look(&mut self, now: Moment) {
        let contested: Vec<Pubkey> = self
            .waiting
            .values()
            .filter(|unfinal| need(unfinal, now) == Need::Look)
            .map(|unfinal| unfinal.request)
            .collect();
        if !contested.is_empty() && self.settle.try_send(contested.clone()).is_ok() {
            self.waiting.retain(|request, _| !contested.contains(request));
        }
    }

    /// Takes out what is due, in groups that fit one transaction.
    fn due(&mut self, context: &Context, now: Moment) -> Vec<Vec<Unfinal>> {
        let mut groups: Vec<Vec<Unfinal>> = self.alone.drain().map(|(_, unfinal)| vec![unfinal]).collect();
        let (due, waiting) = self.waiting.drain().partition(|(_, unfinal)| need(unfinal, now) == Need::Finalize);
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

    fn unfinal() -> Unfinal {
        let request = request(RequestStatus::Posted, Pubkey::new_unique());
        Unfinal { model: 0, request: request.request.address, posted: request.state().unwrap() }
    }

    /// So many seconds after the result, with slots of 400 milliseconds.
    fn after(unfinal: &Unfinal, seconds: u32) -> Moment {
        let posted_at = unfinal.posted.posted_at;
        Moment { seconds: posted_at.seconds + i64::from(seconds), slot: posted_at.slot + u64::from(seconds) * 5 / 2 }
    }

    #[test]
    fn a_result_is_final_from_the_end_second_of_its_window() {
        let unfinal = unfinal();
        let window_seconds = unfinal.posted.window_seconds;
        assert_eq!(need(&unfinal, after(&unfinal, window_seconds - 1)), Need::Wait);
        assert_eq!(need(&unfinal, after(&unfinal, window_seconds)), Need::Finalize);
        let standing_still = Moment { slot: unfinal.posted.posted_at.slot, ..after(&unfinal, 10 * window_seconds) };
        assert_eq!(need(&unfinal, standing_still), Need::Wait);
    }

    #[test]
    fn a_result_under_challenge_is_looked_at_again_once_its_window_is_over() {
        let mut unfinal = unfinal();
        (unfinal.posted.challenges, unfinal.posted.open_challenges) = (1, 1);
        let window_seconds = unfinal.posted.window_seconds;
        assert_eq!(need(&unfinal, after(&unfinal, window_seconds - 1)), Need::Wait);
        assert_eq!(need(&unfinal, after(&unfinal, window_seconds)), Need::Look);
    }
}
