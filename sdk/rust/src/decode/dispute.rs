//! A dispute with what it is about, and its moves as transactions made them.

use anchor_lang::{AnchorDeserialize, Discriminator};
use modchains_core::dispute::{Case, Game};
use modchains_disputes::{
    ID, instruction as data,
    state::{Dispute, Graph},
};
use solana_account::Account;
use solana_signature::Signature;

use super::{Call, Fetched, FetchedRequest, State, decode};
use crate::{Pubkey, Result, SdkError, instruction::disputes::Disputed, provable::Move};

/// A dispute, its request and the graph that decides it, read together.
#[derive(Debug, Clone)]
pub struct FetchedDispute {
    /// The dispute.
    pub dispute: Fetched<Dispute>,
    /// The request whose result is disputed.
    pub request: FetchedRequest,
    /// Where the game stands.
    pub game: Game,
    /// What the game is about.
    pub case: Case,
}

impl FetchedDispute {
    /// Reads a dispute by its accounts.
    ///
    /// # Errors
    /// When an account is of another type, and when the request is another one than was disputed.
    pub fn decode(dispute: &Fetched<Dispute>, request: &Account, graph: &Account) -> Result<Self> {
        let refuse = |reason| SdkError::NotDecoded { what: Dispute::NAME, address: dispute.address, reason };
        let at = dispute.value.request;
        let request = FetchedRequest::decode(&at, request, dispute.slot)?;
        let terms = &request.request.value;
        if terms.created_at_seconds != dispute.value.created_at_seconds {
            return Err(refuse("another request was created at the address of the one that was disputed"));
        }
        let graph: Graph = decode(&terms.graph, graph)?;
        let game = dispute.value.game().map_err(|_| refuse("its game is unknown to this release"))?;
        let case = graph.case(terms.size, terms.trace_root, terms.grace_seconds);
        let case = case.map_err(|_| refuse("its graph has other sizes than the request"))?;
        Ok(Self { dispute: *dispute, request, game, case })
    }

    /// The accounts that its instructions are about.
    pub fn disputed(&self) -> Disputed {
        let (dispute, request) = (&self.dispute.value, &self.request.request.value);
        Disputed {
            dispute: self.dispute.address,
            request: dispute.request,
            graph: request.graph,
            service: request.service,
            operator: request.operator,
            challenger: dispute.challenger,
            player: dispute.player,
        }
    }
}

/// A move of a dispute, and the transaction that made it.
#[derive(Debug, Clone)]
pub struct MadeMove {
    /// The move.
    pub step: Move,
    /// The transaction.
    pub signature: Signature,
    /// Where it landed.
    pub slot: u64,
    /// When, unix seconds, if the node knows.
    pub block_time_seconds: Option<i64>,
}

/// The moves of a dispute among the instructions of a transaction, in order. The program refuses moves that other programs make,
/// so nothing is missing.
pub fn moves_of(calls: &[Call], dispute: &Pubkey) -> Vec<Move> {
    calls.iter().filter(|call| call.program == ID).filter_map(|call| move_of(call, dispute)).collect()
}

fn move_of(call: &Call, dispute: &Pubkey) -> Option<Move> {
    let (place, step) = if let Some(data::DisputeReveal { args }) = read(call) {
        (0, Move::Reveal(args))
    } else if let Some(data::DisputePick { args }) = read(call) {
        (1, Move::Pick(args))
    } else if let Some(data::DisputeAnchor { args }) = read(call) {
        (1, Move::Anchor(args))
    } else if let Some(data::DisputeStream { args }) = read(call) {
        (1, Move::Stream(args))
    } else if let Some(data::DisputeJudge { args }) = read(call) {
        (1, Move::Judge(args))
    } else if let Some(data::TraceReveal { args }) = read(call) {
        (1, Move::Trace(args))
    } else if let Some(data::DisputeTimeout {}) = read(call) {
        (0, Move::TimeOut)
    } else if let Some(data::DisputeConcede {}) = read(call) {
        (1, Move::Concede)
    } else {
        return None;
    };
    (call.accounts.get(place) == Some(dispute)).then_some(step)
}

fn read<T: Discriminator + AnchorDeserialize>(call: &Call) -> Option<T> {
    T::deserialize(&mut call.data.strip_prefix(T::DISCRIMINATOR)?).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use modchains_disputes::instructions::{
        DisputeAnchorArgs, DisputeJudgeArgs, DisputePickArgs, DisputeStreamArgs, PieceArgs, RevealArgs, TraceRevealArgs,
    };
    use solana_instruction::Instruction;

    use super::*;

    fn disputed() -> Disputed {
        let [request, graph, service, operator, player] = [0; 5].map(|_| Pubkey::new_unique());
        Disputed::new(&request, &graph, &service, &operator, &player, 3)
    }

    fn call(instruction: Instruction) -> Call {
        let accounts = instruction.accounts.iter().map(|meta| meta.pubkey).collect();
        Call { program: instruction.program_id, accounts, data: instruction.data }
    }

    #[test]
    fn every_move_is_read_as_it_was_sent() {
        let of = disputed();
        let shown = RevealArgs::Pieces { pieces: vec![[1; 32]; 3], next: Some([2; 32]) };
        let piece = Some(PieceArgs { bytes: vec![7; 384], next: [3; 32] });
        let stream = DisputeStreamArgs { step: 4, first: piece, second: None };
        let anchor = DisputeAnchorArgs::Skip { operand: 1, pieces: vec![[5; 32]], next: [6; 32] };
        let sent = [
            (of.trace(&of.player, TraceRevealArgs { siblings: vec![[1; 32]] }), "Trace"),
            (of.reveal(shown.clone()), "Reveal"),
            (of.pick(DisputePickArgs { shown, index: 2 }), "Pick"),
            (of.anchor(anchor), "Anchor"),
            (of.stream(stream), "Stream"),
            (of.judge(DisputeJudgeArgs { bias: [1, 2, 3, 4] }), "Judge"),
            (of.timeout(), "TimeOut"),
            (of.concede(&of.player), "Concede"),
        ];
        let calls: Vec<Call> = sent.iter().map(|(instruction, _)| call(instruction.clone())).collect();
        let read = moves_of(&calls, &of.dispute);
        assert_eq!(read.len(), sent.len());
        for (step, (instruction, name)) in read.iter().zip(&sent) {
            assert!(format!("{step:?}").starts_with(name), "{step:?}");
            assert_eq!(of.step(&of.player, step), *instruction);
        }
    }

    #[test]
    fn what_is_not_a_move_of_the_dispute_is_passed_over() {
        let (of, other) = (disputed(), disputed());
        let mut torn = call(of.reveal(RevealArgs::Elements { bytes: vec![1; 8] }));
        torn.data.truncate(10);
        let mut foreign = call(of.timeout());
        foreign.program = Pubkey::new_unique();
        let calls = [torn, foreign, call(of.settle()), call(other.timeout())];
        assert!(moves_of(&calls, &of.dispute).is_empty());
    }
}
