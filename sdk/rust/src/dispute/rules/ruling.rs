use crate::provable::Move;

/// Why a side cannot make the move that it has to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Obstacle {
    /// What the operator showed is not among what was seen.
    #[error(
        "what the operator showed was not found in the ledger; ask an endpoint that keeps the history of the dispute"
    )]
    Unseen,
    /// The operator is bound to another trace than the own one.
    #[error("the own trace is not the one that the result is bound to; check the bundle against its hashes")]
    TraceOther,
    /// Something is missing in the own graph, trace or weights.
    #[error("the own graph is not the one of this dispute; check the bundle against its hashes")]
    GraphOther,
}

/// What a rule says: a move, nothing, or that it cannot say.
pub(super) type Ruling = Result<Option<Move>, Obstacle>;
