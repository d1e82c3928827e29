//! Any history of a request: money in is money out, and nothing is paid twice.

use modchains_core::{
    bond::Forfeit,
    request::{ChallengeOutcome, OperatorKey, RequestError, RequestState, RequestStatus, RequestTerms},
};
use proptest::prelude::*;

use super::{Act, at, patient, terms};

/// Operators, who challenge each other too.
const OPERATORS: usize = 4;
/// What every operator has at first, in atoms: more than everything that a history can lock.
const PURSE_ATOMS: u64 = 1 << 50;

/// A try in a history: what, by which operator, how many seconds after the one before.
type Try = (Act, u8, u16);

/// What an operator has.
#[derive(Debug, Clone, Copy)]
struct Purse {
    bond: u64,
    locked: u64,
    earned: u64,
}

/// An open challenge, and whether the dispute has found it lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Challenge {
    number: u32,
    challenger: usize,
}

/// What is where, counted by hand.
#[derive(Debug)]
struct ShadowLedger {
    state: RequestState,
    operators: [Purse; OPERATORS],
    open: Vec<Challenge>,
    /// The challenge that proved the result wrong.
    proof: Option<u32>,
    escrow: u64,
    returned: u64,
    /// Shares of stakers, creator, reserve and protocol of a final fee.
    shared: u64,
    sink: u64,
    settlements: u32,
}

impl ShadowLedger {
    fn new(terms: RequestTerms) -> Self {
        let purse = Purse { bond: PURSE_ATOMS, locked: 0, earned: 0 };
        Self {
            state: RequestState::new(terms),
            operators: [purse; OPERATORS],
            open: Vec::new(),
            proof: None,
            escrow: terms.price_atoms().unwrap(),
            returned: 0,
            shared: 0,
            sink: 0,
            settlements: 0,
        }
    }

    fn holder(&self) -> usize {
        self.state.operator.map_or(0, |key| usize::from(key[0]))
    }

    /// Tries an act as `operator`; whether it was done.
    fn attempt(&mut self, tried: Act, operator: usize, now_seconds: i64) -> Result<(), RequestError> {
        let (state, now, key) = (self.state, at(now_seconds), key(operator));
        let (terms, seen) = (state.terms, state.terms.created_at_seconds);
        let result_bond = terms.result_bond_atoms;
        let holder = self.holder();
        self.state = match tried {
            Act::Claim => {
                let next = state.claim(&key, &patient(&terms), now_seconds)?;
                self.operators[operator].locked += result_bond;
                next
            }
            Act::Expire => {
                let expiry = state.expire_claim(now_seconds)?;
                self.operators[holder].locked -= result_bond;
                self.operators[holder].bond -= expiry.forfeited_atoms;
                self.escrow += expiry.forfeited_atoms;
                expiry.next
            }
            Act::Post => {
                let (class, bytes) = (terms.numeric_class as u8, usize::from(terms.output_bytes_max));
                state.post(&key, seen, class, bytes, now)?
            }
            Act::Challenge => {
                let next = state.open_challenge(&key, seen, None, now)?;
                self.operators[operator].locked += challenge_bond(&terms);
                self.open.push(Challenge { number: state.challenges, challenger: operator });
                next
            }
            Act::Overturn => self.overturn(operator, now_seconds)?,
            Act::Lose => self.settle(operator, ChallengeOutcome::Lost)?,
            Act::Prove => self.settle(operator, ChallengeOutcome::Moot)?,
            Act::Reward => {
                let (_, earliest) = state.earliest.ok_or(RequestError::RewardWaits)?;
                let reward = state.claim_reward(&earliest, now)?;
                self.escrow -= reward.reward_atoms;
                self.operators[usize::from(earliest[0])].earned += reward.reward_atoms;
                reward.next
            }
            Act::Finalize => self.finalize(now_seconds)?,
            Act::Refund => {
                let refund = state.refund(now)?;
                self.give_back(refund.refund_atoms);
                self.settlements += 1;
                refund.next
            }
            Act::Close => {
                let closing = state.close()?;
                self.give_back(closing.due_atoms);
                closing.next
            }
        };
        Ok(())
    }

    fn overturn(&mut self, operator: usize, now_seconds: i64) -> Result<RequestState, RequestError> {
        let (state, now, holder) = (self.state, at(now_seconds), self.holder());
        let (seen, result_bond) = (state.terms.created_at_seconds, state.terms.result_bond_atoms);
        let overturn = state.overturn(seen, now)?;
        // The first of those that are open, or any other.
        self.proof = Some(self.open[operator % self.open.len()].number);
        let Forfeit { sink_atoms, winner_atoms } = overturn.forfeit;
        self.operators[holder].locked -= result_bond;
        self.operators[holder].bond -= result_bond;
        self.sink += sink_atoms;
        self.escrow += winner_atoms;
        self.settlements += 1;
        Ok(overturn.next)
    }

    fn finalize(&mut self, now_seconds: i64) -> Result<RequestState, RequestError> {
        let (state, terms, now, holder) = (self.state, self.state.terms, at(now_seconds), self.holder());
        let result_bond = terms.result_bond_atoms;
        let finality = state.finalize(None, now)?;
        let legs = finality.legs;
        assert!(terms.moves_curve() || legs.reserve == 0, "the curve is not moved");
        let shared = legs.vault + legs.creator + legs.reserve + legs.protocol;
        assert_eq!(shared + legs.operator, finality.price_atoms, "every atom of the price goes somewhere");
        self.operators[holder].locked -= result_bond;
        self.operators[holder].earned += legs.operator;
        self.escrow -= finality.price_atoms;
        self.shared += shared;
        self.settlements += 1;
        Ok(finality.next)
    }

    fn give_back(&mut self, atoms: u64) {
        self.escrow -= atoms;
        self.returned += atoms;
    }

    /// Settles one of the open challenges as the disputes program would: the one that landed the proof as proved.
    fn settle(&mut self, pick: usize, outcome: ChallengeOutcome) -> Result<RequestState, RequestError> {
        let (state, terms) = (self.state, self.state.terms);
        let Some(challenge) = self.open.get(pick % self.open.len().max(1)).copied() else {
            let refused = state.settle_challenge(&key(pick), terms.created_at_seconds, state.challenges, outcome);
            return refused.map(|_| panic!("no challenge is open"));
        };
        let is_proof = self.proof == Some(challenge.number);
        let outcome = if is_proof { ChallengeOutcome::Proved } else { outcome };
        let challenger = key(challenge.challenger);
        let settled = state.settle_challenge(&challenger, terms.created_at_seconds, challenge.number, outcome)?;
        let Forfeit { sink_atoms, winner_atoms } = settled.forfeit;
        let purse = &mut self.operators[challenge.challenger];
        purse.locked -= challenge_bond(&terms);
        purse.bond -= sink_atoms + winner_atoms;
        purse.earned += settled.stipend_atoms;
        self.escrow -= settled.stipend_atoms;
        self.sink += sink_atoms;
        let holder = self.holder();
        self.operators[holder].earned += winner_atoms;
        self.open.retain(|open| *open != challenge);
        Ok(settled.next)
    }

    /// What must hold of a request and its escrow at any time.
    fn require(&self) {
        let (state, terms) = (&self.state, &self.state.terms);
        let price = if state.status.is_settled() { 0 } else { terms.price_atoms().unwrap() };
        let due = state.requester_due_atoms + state.reward_due_atoms + state.stipend_due_atoms;
        assert_eq!(self.escrow, price + due, "{state:?}");
        let at_work = matches!(state.status, RequestStatus::Claimed | RequestStatus::Posted);
        let results = if at_work { terms.result_bond_atoms } else { 0 };
        let challenges = self.open.len() as u64 * challenge_bond(terms);
        let locked: u64 = self.operators.iter().map(|purse| purse.locked).sum();
        assert_eq!(locked, results + challenges, "{state:?}");
        assert!(self.operators.iter().all(|purse| purse.bond >= purse.locked), "nothing is locked that is not there");
        assert_eq!(u32::from(state.status.is_settled()), self.settlements, "settled once");
        assert_eq!(self.open.len() as u32, state.open_challenges);
        let with_operators: u64 = self.operators.iter().map(|purse| purse.bond + purse.earned).sum();
        let everything = with_operators + self.escrow + self.returned + self.shared + self.sink;
        assert_eq!(everything, OPERATORS as u64 * PURSE_ATOMS + terms.price_atoms().unwrap(), "no atom is lost");
    }
}

fn challenge_bond(terms: &RequestTerms) -> u64 {
    terms.proof.map_or(0, |proof| proof.challenge_bond_atoms)
}

fn key(operator: usize) -> OperatorKey {
    [operator as u8; 32]
}

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let acts = prop_oneof![
        4 => Just(Act::Claim),
        3 => Just(Act::Expire),
        4 => Just(Act::Post),
        6 => Just(Act::Challenge),
        1 => Just(Act::Overturn),
        3 => Just(Act::Lose),
        2 => Just(Act::Prove),
        2 => Just(Act::Reward),
        1 => Just(Act::Finalize),
        1 => Just(Act::Refund),
        1 => Just(Act::Close),
    ];
    let pause = prop_oneof![6 => 0u16..100, 1 => 0u16..10_000];
    prop::collection::vec((acts, 1u8..OPERATORS as u8, pause), 1..80)
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn money_in_is_money_out_and_nothing_is_paid_twice(terms in terms(), tries in tries()) {
        let mut ledger = ShadowLedger::new(terms);
        let mut now = terms.created_at_seconds;
        for (tried, operator, pause) in tries {
            now += i64::from(pause);
            ledger.attempt(tried, operator.into(), now).ok();
            ledger.require();
        }
        // Whatever was tried, time and anybody settle every request in the end.
        let outcome = if ledger.state.status == RequestStatus::Overturned { Act::Prove } else { Act::Lose };
        for _ in 0..ledger.open.len() {
            ledger.attempt(outcome, 0, now).unwrap();
            ledger.require();
        }
        for tried in [Act::Expire, Act::Finalize, Act::Refund, Act::Reward, Act::Close] {
            now += 20_000;
            ledger.attempt(tried, 0, now).ok();
            ledger.require();
        }
        prop_assert!(ledger.state.status.is_settled());
        prop_assert_eq!((ledger.escrow, ledger.state.close().map(|closing| closing.due_atoms)), (0, Ok(0)));
        // A requester gets either an answer that stands or the price back, and the forfeited claim bonds either way.
        let is_final = ledger.state.status == RequestStatus::Finalized;
        prop_assert_eq!(ledger.returned >= terms.price_atoms().unwrap(), !is_final);
        prop_assert_eq!(ledger.shared > 0 || is_final, is_final);
    }
}
