use modchains_core::provable::{ElementKind, Line, Node, Place, Reads, Tensor};

/// Most pieces that one move passes by their hashes: what fits a transaction beside everything else.
pub(super) const SKIPPED_MAX: u32 = 24;

/// How many moves it takes a challenger to prove what an element of a node must be, beside the records of the node's inputs,
/// which every element of it needs.
#[must_use]
pub fn evidence_moves(node: &Node, row: u32, column: u32) -> u32 {
    let Some(reads) = node.reads(row, column) else { return u32::MAX };
    let moves = match reads {
        Reads::Request { .. } => 0,
        Reads::Copy(place) | Reads::One(place) => of_element(node, place),
        Reads::Two(first, second) => of_element(node, first).saturating_add(of_element(node, second)),
        Reads::Lookup { index, column } => {
            let table = of_element(node, Place::Weights { row: 0, column });
            of_element(node, index).saturating_add(table)
        }
        Reads::Row(line) => of_row(line).saturating_add(pieces(node)),
        Reads::Rows(first, second) => of_row(first).saturating_add(of_row(second)).saturating_add(pieces(node)),
    };
    // And the judgement.
    moves.saturating_add(1)
}

/// A row's proofs: of the tensor and of the row, or of the row alone.
const fn of_row(line: Line) -> u32 {
    match line {
        Line::Input { .. } => 2,
        Line::Weights { .. } => 1,
    }
}

/// A single element's: those of its row, what passes before its piece, and the piece.
fn of_element(node: &Node, place: Place) -> u32 {
    let (line, column, kind) = match place {
        Place::Word(_) => return 0,
        Place::Input { input, row, column } => {
            let tensor = node.inputs.get(usize::from(input));
            (Line::Input { input, row }, column, tensor.map(|tensor| tensor.kind))
        }
        Place::Weights { row, column } => (Line::Weights { row }, column, node.weights().map(|tensor| tensor.kind)),
    };
    let passed = column / kind.unwrap_or(ElementKind::Float).per_piece() as u32;
    of_row(line).saturating_add(passed.div_ceil(SKIPPED_MAX)).saturating_add(1)
}

fn pieces(node: &Node) -> u32 {
    let Tensor { kind, columns, .. } = node.operand();
    kind.pieces(columns)
}
