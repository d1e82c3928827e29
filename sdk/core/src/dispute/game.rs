use core::ops::ControlFlow;

use super::{Case, Clocks, DisputeError, Entered, Phase, Proof, Result, Reveal, Shown, Side, Verdict};
use crate::{
    hash::{Hash, Sha256},
    rounded::Buckets,
    window::Moment,
};

/// A game: where it stands, and how much time both sides have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "chain", derive(borsh::BorshSerialize, borsh::BorshDeserialize))]
pub struct Game {
    /// The time that both sides have left.
    pub clocks: Clocks,
    /// Where it stands.
    pub phase: Phase,
}

impl Game {
    /// A new game, which is the operator's turn.
    pub const fn open(clock_seconds: u32, now: Moment) -> Self {
        Self { clocks: Clocks::start(clock_seconds, now), phase: Phase::Trace }
    }

    /// The operator proves the last leaf of its trace, which is that of the posted `output`. Gives the trace's root too, to
    /// which the operator is bound from then on.
    ///
    /// # Errors
    /// When the output has another length, when another number of siblings leads to the root, and when the operator is
    /// bound to another root.
    #[inline(never)]
    pub fn trace(
        &self,
        sha256: impl Sha256,
        case: &Case,
        output: &[u8],
        siblings: &[Hash],
        now: Moment,
    ) -> Result<(Self, Hash)> {
        self.require_turn(Side::Operator, now)?;
        if self.phase != Phase::Trace {
            return Err(DisputeError::PhaseOther);
        }
        let last = case.nodes.saturating_sub(1);
        let leaf = case.output.leaf_of_bytes(&sha256, last, output).ok_or(DisputeError::OutputLength)?;
        let tensors = case.tensors(&sha256, leaf, last, siblings)?;
        let root = case.trace_root(&sha256, &tensors);
        if case.trace != Hash::default() && case.trace != root {
            return Err(DisputeError::TraceUnproven);
        }
        Ok((self.next(case, Phase::tensors(case.nodes, tensors), now), root))
    }

    /// Shows what lies below the place where the game stands.
    ///
    /// # Errors
    /// When something else lies there, and when a node that has no leaf below it is not empty.
    #[inline(never)]
    pub fn show(&self, sha256: impl Sha256, case: &Case, reveal: &Reveal<'_>, now: Moment) -> Result<Self> {
        self.require_turn(Side::Operator, now)?;
        self.phase.require_shown(sha256, case, reveal)?;
        Ok(self.next(case, self.phase.shown(), now))
    }

    /// The challenger picks one of what was shown, which he repeats: a node of the graph, a row, a piece of it, an element. After
    /// the last of some pieces the next index is what follows them.
    ///
    /// # Errors
    /// When this was not shown, and when there is nothing at that index.
    #[inline(never)]
    pub fn pick(&self, sha256: impl Sha256, case: &Case, reveal: &Reveal<'_>, index: u32, now: Moment) -> Result<Self> {
        self.require_turn(Side::Challenger, now)?;
        self.phase.require_shown(sha256, case, reveal)?;
        Ok(self.next(case, self.phase.picked(case, reveal, index)?, now))
    }

    /// The challenger proves the record of the node that he picked, or where what the element is computed from lies.
    ///
    /// # Errors
    /// When it does not lie there, when it is not needed, and when something else has to be proven before it.
    #[inline(never)]
    pub fn anchor(&self, sha256: impl Sha256, case: &Case, proof: &Proof<'_>, now: Moment) -> Result<Self> {
        self.require_turn(Side::Challenger, now)?;
        let phase = match (self.phase, proof) {
            (Phase::Record { node, leaf }, Proof::Node { record, siblings }) => {
                case.require_record(sha256, node, *record, siblings)?;
                Phase::entered(case, Entered { node, record: **record }, leaf)?
            }
            (Phase::Evidence(evidence), _) => Phase::Evidence(evidence.anchored(sha256, case, proof)?),
            _ => return Err(DisputeError::PhaseOther),
        };
        Ok(self.next(case, phase, now))
    }

    /// The challenger shows the next pieces of the rows that the element is computed from, or the pieces in which its
    /// operands lie. `step` is the number of pieces that were taken of a row before. The buckets are empty and are left so.
    ///
    /// # Errors
    /// When they are not those, and when rows were not proven before.
    #[inline(never)]
    pub fn stream(
        &self,
        sha256: impl Sha256,
        case: &Case,
        buckets: &mut Buckets,
        step: u32,
        shown: [Option<Shown<'_>>; 2],
        now: Moment,
    ) -> Result<Self> {
        self.require_turn(Side::Challenger, now)?;
        let Phase::Evidence(evidence) = self.phase else { return Err(DisputeError::PhaseOther) };
        let phase = match evidence.streamed(sha256, case, buckets, step, shown)? {
            ControlFlow::Continue(evidence) => Phase::Evidence(evidence),
            ControlFlow::Break(verdict) => Phase::Over(verdict),
        };
        Ok(self.next(case, phase, now))
    }

    /// Decides the element, once everything that it is computed from was shown. `input` is what the request asked, `bias`
    /// what the row of weights ends with, zeros where there is none.
    ///
    /// # Errors
    /// When something was not shown, and when the row of weights does not end like that.
    #[inline(never)]
    pub fn judge(&self, sha256: impl Sha256, case: &Case, input: &[u8], bias: [u8; 4], now: Moment) -> Result<Self> {
        self.require_turn(Side::Challenger, now)?;
        let Phase::Evidence(evidence) = self.phase else { return Err(DisputeError::PhaseOther) };
        Ok(self.next(case, Phase::Over(evidence.verdict(sha256, case, input, bias)?), now))
    }

    /// Ends the game once the side to move has used up its clock.
    ///
    /// # Errors
    /// Before that.
    pub fn time_out(&self, now: Moment) -> Result<Self> {
        let side = self.phase.to_move().ok_or(DisputeError::GameOver)?;
        match self.clocks.left_seconds(side, now) {
            0 => Ok(Self { clocks: self.clocks, phase: Phase::Over(Verdict::Silent { side }) }),
            _ => Err(DisputeError::ClockRunning),
        }
    }

    /// The side to move gives up.
    ///
    /// # Errors
    /// When the other side is to move.
    pub fn concede(&self, side: Side, now: Moment) -> Result<Self> {
        self.require_turn(side, now)?;
        Ok(Self { clocks: self.clocks, phase: Phase::Over(Verdict::Conceded { side }) })
    }

    fn require_turn(&self, side: Side, now: Moment) -> Result<()> {
        match (self.phase.to_move(), side) {
            (None, _) => Err(DisputeError::GameOver),
            (Some(to_move), _) if to_move == side => self.clocks.require_time(side, now),
            (_, Side::Operator) => Err(DisputeError::ChallengerToMove),
            (_, Side::Challenger) => Err(DisputeError::OperatorToMove),
        }
    }

    fn next(&self, case: &Case, phase: Phase, now: Moment) -> Self {
        let clocks = match (self.phase.to_move(), phase.to_move()) {
            (Some(mover), Some(side)) if mover != side => self.clocks.turned(mover, case.grace_seconds, now),
            _ => self.clocks,
        };
        Self { clocks, phase }
    }
}
