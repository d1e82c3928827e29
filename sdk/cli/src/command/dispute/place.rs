//! Phases, sides and moves in words.

use modchains_sdk::{
    core::dispute::{Operand, Phase, Side, Verdict},
    disputes::instructions::{DisputeAnchorArgs, RevealArgs},
    provable::Move,
};

/// A side, in a word.
pub const fn side_name(side: Side) -> &'static str {
    match side {
        Side::Operator => "operator",
        Side::Challenger => "challenger",
    }
}

/// How far a game has gone down, in a word.
pub const fn phase_name(phase: &Phase) -> &'static str {
    match phase {
        Phase::Trace => "trace",
        Phase::Tensors(_) => "nodes",
        Phase::Record { .. } => "record",
        Phase::Rows { .. } => "rows",
        Phase::Row(_) => "row",
        Phase::Piece(_) => "piece",
        Phase::Evidence(_) => "evidence",
        Phase::Over(_) => "over",
    }
}

/// Where a game stands.
pub fn place(phase: &Phase) -> String {
    match phase {
        Phase::Trace => "at the root of the trace".to_owned(),
        Phase::Tensors(tree) => format!("among the nodes from {} on", tree.at.index << tree.at.height),
        Phase::Record { node, .. } => format!("at node {node}"),
        Phase::Rows { entered, tree } => {
            format!("node {}, among the rows from {} on", entered.node, tree.at.index << tree.at.height)
        }
        Phase::Row(row) => format!("node {}, row {}, from piece {} on", row.entered.node, row.row, row.start),
        Phase::Piece(piece) => format!("node {}, row {}, piece {}", piece.entered.node, piece.row, piece.piece),
        Phase::Evidence(evidence) => {
            let known = evidence.operands.iter().filter(|operand| **operand != Operand::Unknown).count();
            format!(
                "node {}, row {}, column {}: claimed {:08x}, {known} operands known, {} elements taken",
                evidence.entered.node, evidence.row, evidence.column, evidence.claimed, evidence.taken,
            )
        }
        Phase::Over(verdict) => verdict_text(verdict),
    }
}

/// How a game ended.
pub fn verdict_text(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Equal => {
            "the element is right: this challenge is lost, and nothing is said about the result".to_owned()
        }
        Verdict::Unequal { word } => format!("the element must be {word:08x}: the result is wrong"),
        Verdict::WeightsUnlawful => "a row of weights holds what is no value: the result is void".to_owned(),
        Verdict::Silent { side } => format!("the {} said nothing in time and has lost", side_name(*side)),
        Verdict::Conceded { side } => format!("the {} gave up and has lost", side_name(*side)),
    }
}

/// What a move says.
pub fn move_text(step: &Move) -> String {
    match step {
        Move::Trace(_) => "shows that the trace ends with the posted output".to_owned(),
        Move::Reveal(shown) => format!("shows {}", shown_text(shown)),
        Move::Pick(args) => format!("picks number {} of {}", args.index, shown_text(&args.shown)),
        Move::Anchor(anchor) => match anchor {
            DisputeAnchorArgs::Node { .. } => "proves the record of the node".to_owned(),
            DisputeAnchorArgs::Record { input, .. } => format!("proves the record of input {input}"),
            DisputeAnchorArgs::Tensor { operand, .. } => {
                format!("proves the output in which operand {operand} lies, under the operator's root")
            }
            DisputeAnchorArgs::Row { operand, .. } => format!("proves the row of operand {operand}"),
            DisputeAnchorArgs::Skip { operand, pieces, .. } => {
                format!("passes {} pieces of the row of operand {operand}", pieces.len())
            }
        },
        Move::Stream(args) => match (&args.first, &args.second) {
            (Some(_), Some(_)) => format!("shows piece {} of both rows", args.step),
            (Some(_), None) => format!("shows piece {} of the first operand", args.step),
            _ => format!("shows piece {} of the second operand", args.step),
        },
        Move::Judge(_) => "has the element decided".to_owned(),
        Move::TimeOut => "calls time".to_owned(),
        Move::Concede => "gives up".to_owned(),
    }
}

fn shown_text(shown: &RevealArgs) -> String {
    match shown {
        RevealArgs::Nodes { nodes } => format!("{} hashes", nodes.len()),
        RevealArgs::Pieces { pieces, next: None } => format!("the last {} pieces of the row", pieces.len()),
        RevealArgs::Pieces { pieces, .. } => format!("{} pieces of the row and what follows them", pieces.len()),
        RevealArgs::Elements { bytes } => format!("the {} bytes of the piece", bytes.len()),
    }
}
