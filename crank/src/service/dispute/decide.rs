//! What is this operator's to do, without side effects.

use modchains_sdk::{
    Pubkey,
    core::{
        dispute::{Phase, Side},
        request::RequestStatus,
        window::Moment,
    },
    decode::{FetchedDispute, FetchedRequest},
    dispute::price_of_clock,
    hash::sha256,
};

/// What a dispute needs of this operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Its moves as this side, if it is its turn.
    Play(Side),
    /// It is over: the oracle is to be told.
    Settle,
    /// It is others'.
    Leave,
}

/// Decides about a dispute. `authority` is this operator's key, `operators` are its accounts.
pub fn next_step(dispute: &FetchedDispute, authority: &Pubkey, operators: &[Pubkey]) -> Step {
    let is_defended = operators.contains(&dispute.request.request.value.operator);
    let is_own = dispute.dispute.value.player == *authority;
    let is_decided = dispute.request.status() != Ok(RequestStatus::Posted);
    match dispute.game.phase {
        _ if !is_defended && !is_own => Step::Leave,
        Phase::Over(_) => Step::Settle,
        // Another challenge was proved: this one is moot.
        _ if is_decided => Step::Settle,
        _ if is_own => Step::Play(Side::Challenger),
        _ => Step::Play(Side::Operator),
    }
}

/// What to offer for a compute unit of the next move, in micro-lamports: more, the less time is left.
pub fn price(dispute: &FetchedDispute, price_max: u64, now: Moment) -> u64 {
    let Some(side) = dispute.game.phase.to_move() else { return 0 };
    let left_seconds = dispute.game.clocks.left_seconds(side, now);
    price_of_clock(0, price_max, left_seconds, dispute.request.request.value.clock_seconds)
}

/// Whether a result of another operator is to be computed again: all with at least `all_from_atoms` at stake, and a share of the
/// others in proportion, which nobody can foresee who does not know the `secret`.
pub fn is_sampled(request: &FetchedRequest, all_from_atoms: u64, secret: &[u8; 32]) -> bool {
    let state = &request.request.value;
    let stake_atoms = state.fee_atoms.saturating_add(state.value_at_risk_atoms);
    if stake_atoms >= all_from_atoms {
        return true;
    }
    let drawn = sha256(&[secret, request.request.address.as_ref(), &state.created_at_seconds.to_le_bytes()]);
    let [first, second, third, fourth, ..] = drawn;
    let drawn = u64::from(u32::from_le_bytes([first, second, third, fourth]));
    // drawn / 2^32 < stake / all_from
    u128::from(drawn) * u128::from(all_from_atoms) < u128::from(stake_atoms) << 32
}

/// Whether this operator can challenge a result: it is another's, provable, and open to challenges.
pub fn is_challengeable(request: &FetchedRequest, operators: &[Pubkey], now: Moment) -> bool {
    let state = &request.request.value;
    let is_provable = state.graph != Pubkey::default();
    let is_open = request.state().is_ok_and(|state| state.is_challengeable(None, now));
    is_provable && is_open && !operators.contains(&state.operator)
}

/// Whether the reward of an overturned result can be had.
pub fn is_reward_due(request: &FetchedRequest, operators: &[Pubkey], now: Moment) -> bool {
    let challenger = &request.request.value.earliest_challenger;
    let claim =
        |challenger: &Pubkey| request.state().is_ok_and(|state| state.claim_reward(challenger.as_array(), now).is_ok());
    operators.contains(challenger) && claim(challenger)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is the test's failure")]

    use modchains_sdk::{
        core::{
            dispute::{Case, Game, Verdict},
            provable::{ElementKind, Tensor},
        },
        decode::Fetched,
        disputes::state::Dispute,
    };

    use super::*;
    use crate::service::settle::tests::{NOW, request};

    const START: Moment = Moment { seconds: NOW, slot: 1 };

    fn dispute(operator: Pubkey, player: Pubkey, status: RequestStatus) -> FetchedDispute {
        let mut request = request(status, operator);
        request.request.value.clock_seconds = 86_400;
        let value = Dispute { player, request: request.request.address, ..bytemuck::Zeroable::zeroed() };
        let output = Tensor { kind: ElementKind::Int8, rows: 1, columns: 1 };
        FetchedDispute {
            dispute: Fetched { address: Pubkey::new_unique(), value, lamports: 1, slot: 1 },
            request,
            game: Game::open(86_400, START),
            case: Case { graph: [1; 32], nodes: 2, size: 1, output, trace: [0; 32], grace_seconds: 900 },
        }
    }

    #[test]
    fn results_of_this_operator_are_defended_and_its_challenges_played() {
        let [operator, authority, stranger] = [0; 3].map(|_| Pubkey::new_unique());
        let step = |dispute: &FetchedDispute| next_step(dispute, &authority, &[operator]);
        let posted = RequestStatus::Posted;
        assert_eq!(step(&dispute(operator, stranger, posted)), Step::Play(Side::Operator));
        assert_eq!(step(&dispute(stranger, authority, posted)), Step::Play(Side::Challenger));
        assert_eq!(step(&dispute(stranger, stranger, posted)), Step::Leave);
    }

    #[test]
    fn what_is_over_or_overtaken_is_settled_by_whoever_took_part() {
        let [operator, authority, stranger] = [0; 3].map(|_| Pubkey::new_unique());
        let step = |dispute: &FetchedDispute| next_step(dispute, &authority, &[operator]);
        let moot = dispute(operator, stranger, RequestStatus::Overturned);
        assert_eq!(step(&moot), Step::Settle);
        let mut over = dispute(stranger, authority, RequestStatus::Posted);
        over.game.phase = Phase::Over(Verdict::Equal);
        assert_eq!(step(&over), Step::Settle);
        over.dispute.value.player = stranger;
        assert_eq!(step(&over), Step::Leave);
    }

    #[test]
    fn a_move_offers_more_the_less_time_is_left() {
        let dispute = dispute(Pubkey::new_unique(), Pubkey::new_unique(), RequestStatus::Posted);
        let after = |seconds: u32| Moment { seconds: NOW + i64::from(seconds), slot: 1 + u64::from(seconds) * 3 };
        let prices = [0, 43_200, 64_800, 86_399].map(|seconds| price(&dispute, 1_000, after(seconds)));
        assert_eq!(prices, [0, 2, 4, 1_000]);
    }

    #[test]
    fn all_large_results_are_sampled_and_small_ones_in_proportion() {
        let mut request = request(RequestStatus::Posted, Pubkey::new_unique());
        let mut sampled = |stake_atoms: u64, all_from_atoms: u64| {
            request.request.value.fee_atoms = stake_atoms / 2;
            request.request.value.value_at_risk_atoms = stake_atoms - stake_atoms / 2;
            let drawn = (0..2_000_u64).filter(|number| {
                request.request.value.created_at_seconds = *number as i64;
                is_sampled(&request, all_from_atoms, &[7; 32])
            });
            drawn.count()
        };
        assert_eq!((sampled(1_000, 1_000), sampled(5, 1), sampled(0, 1_000)), (2_000, 2_000, 0));
        let quarter = sampled(250, 1_000);
        assert!((400..600).contains(&quarter), "{quarter} of 2000");
    }

    #[test]
    fn own_results_and_those_that_cannot_be_proved_are_not_challenged() {
        let [operator, other] = [0; 2].map(|_| Pubkey::new_unique());
        let mut posted = request(RequestStatus::Posted, other);
        assert!(is_challengeable(&posted, &[operator], START));
        assert!(!is_challengeable(&posted, &[other], START));
        assert!(!is_challengeable(&posted, &[operator], Moment { seconds: NOW + 1_000, slot: 10_000 }));
        posted.request.value.graph = Pubkey::default();
        assert!(!is_challengeable(&posted, &[operator], START));
        assert!(!is_challengeable(&request(RequestStatus::Finalized, other), &[operator], START));
    }
}
