use anchor_lang::prelude::*;
use modchains_core::numeric_class::NumericClass;
use modchains_program_interface::{disputes::Graph, exchange::ModelVersion};

use crate::errors::{OracleError, ensure};

/// The graph account that decides results of a version: none where they cannot be proved, and else one that is sealed, not
/// about to close, and of the version's root and class.
pub(super) fn of_version(version: &ModelVersion, graph: Option<(Pubkey, &Graph)>) -> Result<Pubkey> {
    let numeric_class = NumericClass::from_code(version.numeric_class).ok_or(OracleError::StateInconsistent)?;
    if !numeric_class.is_provable() {
        ensure(graph.is_none(), OracleError::GraphUnexpected)?;
        return Ok(Pubkey::default());
    }
    let (key, graph) = graph.ok_or(OracleError::GraphMissing)?;
    ensure(graph.is_sealed == 1, OracleError::GraphNotSealed)?;
    ensure(graph.closing_at_seconds == 0, OracleError::GraphClosing)?;
    let is_of_version = graph.root == version.graph_root && graph.numeric_class == version.numeric_class;
    ensure(is_of_version, OracleError::GraphOfOtherVersion)?;
    Ok(key)
}
