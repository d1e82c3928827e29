use core::fmt;

/// Why a move is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisputeError {
    /// The game has ended.
    GameOver,
    /// It is the operator's turn.
    OperatorToMove,
    /// It is the challenger's turn.
    ChallengerToMove,
    /// The side to move has used up its time.
    ClockRanOut,
    /// The side to move still has time.
    ClockRunning,
    /// The game does not stand where this move is made.
    PhaseOther,
    /// The posted output has another length than the last node's.
    OutputLength,
    /// The posted output and the siblings do not lead to the root that the operator is bound to.
    TraceUnproven,
    /// A path has another length than the tree is deep.
    PathLength,
    /// Another number of nodes is to be shown.
    NodeCount,
    /// A node after the last leaf is not empty.
    PaddingNotEmpty,
    /// The nodes do not hash to the one that they were asked for.
    NodesUnproven,
    /// What is picked does not exist.
    PickOutside,
    /// The record is not the node's.
    RecordUnproven,
    /// Another number of pieces is to be shown, or what follows them is missing or too much.
    PieceCount,
    /// The piece is not what the row has there.
    PieceUnproven,
    /// The piece has another length.
    PieceLength,
    /// The node has no such input.
    InputOutside,
    /// The shape of this input is known.
    InputKnown,
    /// The shape of an input has to be proven first.
    InputUnknown,
    /// The element has no such operand.
    OperandOutside,
    /// The operand has been proven so far already.
    OperandKnown,
    /// Something else of the operand has to be proven first.
    OperandUnknown,
    /// The rows are not the tensor's.
    TensorUnproven,
    /// The row is not the tensor's.
    RowUnproven,
    /// The row of weights does not end like this.
    EndUnproven,
    /// The move skips pieces that the element is computed from, or the piece in which its operand lies.
    SkippedTooFar,
    /// The evidence stands at another step.
    StepOutOfOrder,
    /// Something that the element is computed from was not shown.
    EvidenceIncomplete,
    /// The request's input is shorter than the graph takes.
    InputLength,
}

impl DisputeError {
    /// What it says of the game.
    pub const fn message(self) -> &'static str {
        match self {
            Self::GameOver => "the game is over",
            Self::OperatorToMove => "it is the operator's turn",
            Self::ChallengerToMove => "it is the challenger's turn",
            Self::ClockRanOut => "the side to move has used up its time",
            Self::ClockRunning => "the side to move still has time",
            Self::PhaseOther => "the game does not stand where this move is made",
            Self::OutputLength => "the posted output has another length than the last node's",
            Self::TraceUnproven => "output and siblings do not lead to the root that the operator is bound to",
            Self::PathLength => "the path has another length than the tree is deep",
            Self::NodeCount => "another number of nodes is to be shown",
            Self::PaddingNotEmpty => "a node after the last leaf is not empty",
            Self::NodesUnproven => "the nodes do not hash to the one that they were asked for",
            Self::PickOutside => "what is picked does not exist",
            Self::RecordUnproven => "the record is not the node's",
            Self::PieceCount => "another number of pieces is to be shown",
            Self::PieceUnproven => "the piece is not what the row has there",
            Self::PieceLength => "the piece has another length",
            Self::InputOutside => "the node has no such input",
            Self::InputKnown => "the shape of this input is known",
            Self::InputUnknown => "the shape of an input has to be proven first",
            Self::OperandOutside => "the element has no such operand",
            Self::OperandKnown => "this of the operand is known",
            Self::OperandUnknown => "something else of the operand has to be proven first",
            Self::TensorUnproven => "the rows are not the tensor's",
            Self::RowUnproven => "the row is not the tensor's",
            Self::EndUnproven => "the row of weights does not end like this",
            Self::SkippedTooFar => "pieces are skipped that are needed",
            Self::StepOutOfOrder => "the evidence stands at another step",
            Self::EvidenceIncomplete => "something that the element is computed from was not shown",
            Self::InputLength => "the input is shorter than the graph takes",
        }
    }
}

impl fmt::Display for DisputeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.message())
    }
}

impl core::error::Error for DisputeError {}
