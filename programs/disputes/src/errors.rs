//! What can be wrong, as facts about the world, and what to do about it. Codes are positional: variants are only ever
//! appended.

use anchor_lang::prelude::*;
use modchains_core::{
    dispute::DisputeError,
    provable::check::{GraphProblem, RecordProblem},
};
pub use modchains_program_kit::refusal::ensure;
use modchains_program_kit::refusals;

refusals! {
    /// Every refusal of the program.
    pub enum DisputesError {
        /// The signer did not register the graph.
        NotGraphRegistrar = "the signer did not register the graph"
            => "sign with the key that opened the registration",
        /// The signer is not the operator's authority.
        NotOperatorAuthority = "the signer is not the operator's authority"
            => "sign with the key that the operator was registered with",
        /// The signer did not open the dispute.
        NotChallenger = "the signer did not open the dispute"
            => "sign with the key that opened it",
        /// The signer is neither the operator's authority nor its defender.
        NotDefender = "the signer is neither the operator's authority nor its defender"
            => "sign with one of the two keys",
        /// The graph is sealed.
        GraphSealed = "the graph is sealed"
            => "use it as it is, or register another one",
        /// The graph is not sealed.
        GraphNotSealed = "the graph is not sealed"
            => "extend it with all its records and seal it first",
        /// The graph is being closed.
        GraphClosing = "the graph is being closed"
            => "name a graph that stays",
        /// Nobody announced that the graph will be closed.
        GraphNotClosing = "nobody announced that the graph will be closed"
            => "start closing it first",
        /// Requests that name the graph may still be disputed.
        GraphStillNeeded = "requests that name the graph may still be disputed"
            => "wait for the end of the time that was announced",
        /// A graph has 1 to 16,384 nodes.
        NodeCountOutOfBounds = "a graph has 1 to 16,384 nodes"
            => "name the number of its records",
        /// Other records come next.
        RecordsOutOfOrder = "other records come next"
            => "read the graph account and send the records after those it has read",
        /// The graph was opened for fewer records.
        TooManyRecords = "the graph was opened for fewer records"
            => "open it with the number of its records",
        /// The graph was opened for more records.
        RecordsMissing = "the graph was opened for more records"
            => "send the rest of the records first",
        /// The records hash to another root.
        RootMismatch = "the records hash to another root"
            => "register the graph under the root of its records",
        /// The length of inputs or outputs does not grow steadily with the size.
        LengthsUnsteady = "the length of inputs or outputs does not grow steadily with the size"
            => "let rows or columns depend on the size, not both",
        /// The graph is another one.
        GraphMismatch = "the graph is another one"
            => "pass the graph that the account names",
        /// The operator answers for another service.
        OperatorServiceMismatch = "the operator answers for another service"
            => "pass the service that the operator answers for",
        /// The service offers another model.
        ServiceModelMismatch = "the service offers another model"
            => "pass the model that the service offers",
        /// The operator is another one.
        OperatorMismatch = "the operator is another one"
            => "pass the operator that the account names",
        /// The challenger is another one.
        ChallengerMismatch = "the challenger is another one"
            => "pass the challenger that the dispute names",
        /// The dispute is about another request.
        DisputeOfOtherRequest = "the dispute is about another request"
            => "pass the request that the dispute names",
        /// The request was replaced by another at its address.
        RequestReplaced = "the request was replaced by another at its address"
            => "there is nothing left to decide",
        /// The operator is the model's creator.
        OperatorIsCreator = "the operator is the model's creator"
            => "let another operator attest that it holds the bundle",
        /// The result is not one that can be disputed.
        ResultNotPosted = "the result is not one that can be disputed"
            => "settle the dispute if there is one",
        /// The program does not have these semantics.
        JudgeVersionUnknown = "the program does not have these semantics"
            => "register the graph again",
        /// The move was made by another program.
        MoveUnderCall = "the move was made by another program"
            => "send moves as instructions of a transaction, where the other side can read them",
        /// The dispute is not over.
        DisputeRunning = "the dispute is not over"
            => "wait for its end",
        /// The account's state does not add up.
        StateInconsistent = "the account's state does not add up"
            => "report it: no instruction should lead here",
        /// Bytes are no record: an unknown operation, or something where nothing belongs.
        RecordMalformed = "bytes are no record: an unknown operation, or something where nothing belongs"
            => "encode the graph with the library",
        /// The first node and no other takes the input.
        InputNodeMisplaced = "the first node and no other takes the input"
            => "put the input first",
        /// A node has another number of inputs than its operation takes.
        InputCountRefused = "a node has another number of inputs than its operation takes"
            => "see the operation's definition",
        /// A node reads one that is not before it.
        InputNotEarlier = "a node reads one that is not before it"
            => "order the nodes so that each reads earlier ones",
        /// An operation does not take or give elements of these kinds.
        KindRefused = "an operation does not take or give elements of these kinds"
            => "see the operation's definition",
        /// A node has another shape than its operation gives.
        ShapeRefused = "a node has another shape than its operation gives"
            => "compute the shape from the inputs'",
        /// A node has no row or column for the smallest input.
        NodeEmpty = "a node has no row or column for the smallest input"
            => "raise the smallest size of the input",
        /// A parameter of an operation is out of range.
        ParameterRefused = "a parameter of an operation is out of range"
            => "see the operation's definition",
        /// A constant is no element of its kind.
        ConstantRefused = "a constant is no element of its kind"
            => "use finite values, and zero for the negative zero",
        /// Weights are missing, or stand where none belong.
        WeightsRefused = "weights are missing, or stand where none belong"
            => "see the operation's definition",
        /// A node has too many elements.
        TooManyElements = "a node has too many elements"
            => "split the node, or lower the largest size of the input",
        /// A node reduces more columns than an exact sum may have.
        TooManyColumns = "a node reduces more columns than an exact sum may have"
            => "sum in two steps",
        /// An element of a node needs too much evidence.
        TooMuchEvidence = "an element of a node needs too much evidence"
            => "sum in two steps",
        /// The graph has no node.
        NodeMissing = "the graph has no node"
            => "add the input at least",
        /// The graph has too many nodes.
        TooManyNodes = "the graph has too many nodes"
            => "fuse or drop nodes",
        /// An inference takes too many multiplications and additions.
        TooManyMultiplyAdds = "an inference takes too many multiplications and additions"
            => "use a smaller model or input",
        /// The outputs of all nodes are too large.
        TraceTooLarge = "the outputs of all nodes are too large"
            => "use a smaller model or input",
        /// The way to an element takes too many moves.
        TooManyReveals = "the way to an element takes too many moves"
            => "use shorter rows",
        /// The game is over.
        GameOver = "the game is over"
            => "settle the dispute",
        /// It is the operator's turn.
        OperatorToMove = "it is the operator's turn"
            => "wait for the operator's move, or call time once its clock has run out",
        /// It is the challenger's turn.
        ChallengerToMove = "it is the challenger's turn"
            => "wait for the challenger's move, or call time once its clock has run out",
        /// The side to move has used up its time.
        ClockRanOut = "the side to move has used up its time"
            => "call time, as the move came too late",
        /// The side to move still has time.
        ClockRunning = "the side to move still has time"
            => "wait until the clock of the side to move has run out",
        /// The game does not stand where this move is made.
        PhaseOther = "the game does not stand where this move is made"
            => "read the dispute again and make the move of its present phase",
        /// The posted output has another length than the last node's.
        OutputLength = "the posted output has another length than the last node's"
            => "concede: a result of this length has no trace",
        /// Output and siblings do not lead to the root that the operator is bound to.
        TraceUnproven = "output and siblings do not lead to the root that the operator is bound to"
            => "send the siblings of the last leaf in the trace that was revealed first",
        /// The path has another length than the tree is deep.
        PathLength = "the path has another length than the tree is deep"
            => "send one sibling for each level of the tree",
        /// Another number of nodes is to be shown.
        NodeCount = "another number of nodes is to be shown"
            => "show the nodes four levels down, or all leaves",
        /// A node after the last leaf is not empty.
        PaddingNotEmpty = "a node after the last leaf is not empty"
            => "fill places after the last leaf with the empty node of their height",
        /// The nodes do not hash to the one that they were asked for.
        NodesUnproven = "the nodes do not hash to the one that they were asked for"
            => "show the nodes of the trace to whose root the operator is bound",
        /// What is picked does not exist.
        PickOutside = "what is picked does not exist"
            => "pick one of what was shown",
        /// The record is not the node's.
        RecordUnproven = "the record is not the node's"
            => "send the record with its siblings in the tree over the graph's records",
        /// Another number of pieces is to be shown.
        PieceCount = "another number of pieces is to be shown"
            => "show the next 16 pieces with what follows them, or all that are left and nothing",
        /// The piece is not what the row has there.
        PieceUnproven = "the piece is not what the row has there"
            => "show what the trace or the bundle has at this place",
        /// The piece has another length.
        PieceLength = "the piece has another length"
            => "send as many bytes as the row has at this place",
        /// The node has no such input.
        InputOutside = "the node has no such input"
            => "name one of the node's inputs",
        /// The shape of this input is known.
        InputKnown = "the shape of this input is known"
            => "go on with what is missing",
        /// The shape of an input has to be proven first.
        InputUnknown = "the shape of an input has to be proven first"
            => "prove the records of all inputs first",
        /// The element has no such operand.
        OperandOutside = "the element has no such operand"
            => "name an operand that the element is computed from",
        /// This of the operand is known.
        OperandKnown = "this of the operand is known"
            => "go on with what is missing",
        /// Something else of the operand has to be proven first.
        OperandUnknown = "something else of the operand has to be proven first"
            => "prove tensor and row of the operand first",
        /// The rows are not the tensor's.
        TensorUnproven = "the rows are not the tensor's"
            => "send the root over the rows with the leaf's siblings in the operator's trace",
        /// The row is not the tensor's.
        RowUnproven = "the row is not the tensor's"
            => "send the row's hash with its siblings in its tensor",
        /// The row of weights does not end like this.
        EndUnproven = "the row of weights does not end like this"
            => "send the bias that the row of weights ends with",
        /// Pieces are skipped that are needed.
        SkippedTooFar = "pieces are skipped that are needed"
            => "skip only pieces before the one in which the element lies",
        /// The evidence stands at another step.
        StepOutOfOrder = "the evidence stands at another step"
            => "read the dispute again and show the next pieces",
        /// Something that the element is computed from was not shown.
        EvidenceIncomplete = "something that the element is computed from was not shown"
            => "show the rest of the evidence first",
        /// The input is shorter than the graph takes.
        InputLength = "the input is shorter than the graph takes"
            => "the request has an input that the graph does not take",
    }
}

impl From<DisputeError> for DisputesError {
    fn from(error: DisputeError) -> Self {
        match error {
            DisputeError::GameOver => Self::GameOver,
            DisputeError::OperatorToMove => Self::OperatorToMove,
            DisputeError::ChallengerToMove => Self::ChallengerToMove,
            DisputeError::ClockRanOut => Self::ClockRanOut,
            DisputeError::ClockRunning => Self::ClockRunning,
            DisputeError::PhaseOther => Self::PhaseOther,
            DisputeError::OutputLength => Self::OutputLength,
            DisputeError::TraceUnproven => Self::TraceUnproven,
            DisputeError::PathLength => Self::PathLength,
            DisputeError::NodeCount => Self::NodeCount,
            DisputeError::PaddingNotEmpty => Self::PaddingNotEmpty,
            DisputeError::NodesUnproven => Self::NodesUnproven,
            DisputeError::PickOutside => Self::PickOutside,
            DisputeError::RecordUnproven => Self::RecordUnproven,
            DisputeError::PieceCount => Self::PieceCount,
            DisputeError::PieceUnproven => Self::PieceUnproven,
            DisputeError::PieceLength => Self::PieceLength,
            DisputeError::InputOutside => Self::InputOutside,
            DisputeError::InputKnown => Self::InputKnown,
            DisputeError::InputUnknown => Self::InputUnknown,
            DisputeError::OperandOutside => Self::OperandOutside,
            DisputeError::OperandKnown => Self::OperandKnown,
            DisputeError::OperandUnknown => Self::OperandUnknown,
            DisputeError::TensorUnproven => Self::TensorUnproven,
            DisputeError::RowUnproven => Self::RowUnproven,
            DisputeError::EndUnproven => Self::EndUnproven,
            DisputeError::SkippedTooFar => Self::SkippedTooFar,
            DisputeError::StepOutOfOrder => Self::StepOutOfOrder,
            DisputeError::EvidenceIncomplete => Self::EvidenceIncomplete,
            DisputeError::InputLength => Self::InputLength,
        }
    }
}

impl From<GraphProblem> for DisputesError {
    fn from(problem: GraphProblem) -> Self {
        match problem {
            GraphProblem::Node { problem, .. } => problem.into(),
            GraphProblem::NoNode => Self::NodeMissing,
            GraphProblem::TooManyNodes => Self::TooManyNodes,
            GraphProblem::TooManyMultiplyAdds { .. } => Self::TooManyMultiplyAdds,
            GraphProblem::TraceTooLarge { .. } => Self::TraceTooLarge,
            GraphProblem::TooManyReveals { .. } => Self::TooManyReveals,
        }
    }
}

impl From<RecordProblem> for DisputesError {
    fn from(problem: RecordProblem) -> Self {
        match problem {
            RecordProblem::Malformed => Self::RecordMalformed,
            RecordProblem::InputMisplaced => Self::InputNodeMisplaced,
            RecordProblem::InputCount { .. } => Self::InputCountRefused,
            RecordProblem::InputNotEarlier { .. } => Self::InputNotEarlier,
            RecordProblem::Kind => Self::KindRefused,
            RecordProblem::Shape => Self::ShapeRefused,
            RecordProblem::Empty => Self::NodeEmpty,
            RecordProblem::Parameter => Self::ParameterRefused,
            RecordProblem::Constant { .. } => Self::ConstantRefused,
            RecordProblem::Weights => Self::WeightsRefused,
            RecordProblem::TooManyElements => Self::TooManyElements,
            RecordProblem::TooManyColumns { .. } => Self::TooManyColumns,
            RecordProblem::TooMuchEvidence { .. } => Self::TooMuchEvidence,
        }
    }
}
