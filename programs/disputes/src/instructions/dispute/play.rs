//! What all moves share.

use anchor_lang::{
    prelude::*,
    solana_program::instruction::{TRANSACTION_LEVEL_STACK_HEIGHT, get_stack_height},
};
use modchains_core::{
    dispute::{Case, DisputeError, Game},
    request::RequestStatus,
};
use modchains_program_interface::oracle::Request;
use modchains_program_kit::account;

use crate::{
    errors::{DisputesError, ensure},
    state::{Dispute, Graph},
};

/// Makes a move: `step` gives the next game. Nothing but the dispute is written.
///
/// # Errors
/// Under a call, where the other side could not read from the ledger what was shown; when the accounts are those of another
/// dispute; when the result is not disputed any more; and when `step` refuses.
// One frame of the stack has 4 KiB.
#[inline(never)]
pub fn play(
    dispute: &AccountLoader<Dispute>,
    request: &AccountInfo,
    graph: &AccountLoader<Graph>,
    step: impl FnOnce(&Game, &Case) -> core::result::Result<Game, DisputeError>,
) -> Result<()> {
    ensure(get_stack_height() == TRANSACTION_LEVEL_STACK_HEIGHT, DisputesError::MoveUnderCall)?;
    let mut dispute = dispute.load_mut()?;
    let case = {
        let view = account::view::<Request>(request)?;
        require_disputed(&dispute, request.key, &view)?;
        ensure(view.graph == graph.key(), DisputesError::GraphMismatch)?;
        graph.load()?.case(view.size, view.trace_root, view.grace_seconds)?
    };
    let next = step(&dispute.game()?, &case).map_err(DisputesError::from)?;
    dispute.set_game(&next)
}

/// Refuses a request that is not the dispute's, or whose result was overturned by another one.
pub fn require_disputed(dispute: &Dispute, key: &Pubkey, request: &Request) -> Result<()> {
    dispute.require_of(key, request)?;
    ensure(request.status == RequestStatus::Posted as u8, DisputesError::ResultNotPosted)
}

/// Input and output of a request, which follow its fields.
///
/// # Errors
/// When the account is shorter than the request says.
pub fn with_input_and_output<T>(request: &AccountInfo, then: impl FnOnce(&[u8], &[u8]) -> T) -> Result<T> {
    let (input_bytes, output_bytes) = {
        let view = account::view::<Request>(request)?;
        (usize::from(view.input_bytes), usize::from(view.output_bytes))
    };
    let data = request.try_borrow_data()?;
    let both = data.get(Request::INPUT_OFFSET..).and_then(|rest| rest.split_at_checked(input_bytes));
    let both = both.and_then(|(input, rest)| Some((input, rest.get(..output_bytes)?)));
    let (input, output) = both.ok_or(DisputesError::StateInconsistent)?;
    Ok(then(input, output))
}
