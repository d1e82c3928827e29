use modchains_sdk::{
    Instruction, Pubkey,
    core::dispute::Side,
    decode::FetchedDispute,
    dispute::{Seen, transactions},
};

use super::{
    decide::{Step, next_step, price},
    fault::DisputeFault,
    own::Library,
    reach::Reach,
};
use crate::service::context::Context;

/// Looks at all disputes about results of the services, and does what is this operator's to do: first where the least time is
/// left.
pub async fn all(context: &Context, reach: &Reach, library: &mut Library) -> Result<(), DisputeFault> {
    let now = context.chain.now();
    let mut disputes = Vec::new();
    for served in &context.models {
        disputes.extend(reach.disputes(context, &served.service).await?);
    }
    let left_seconds = |dispute: &FetchedDispute| {
        let side = dispute.game.phase.to_move();
        side.map_or(0, |side| dispute.game.clocks.left_seconds(side, now))
    };
    disputes.sort_by_key(left_seconds);
    let authority = context.chain.payer.address();
    let operators: Vec<Pubkey> = context.models.iter().map(|served| served.operator).collect();
    for dispute in disputes {
        let address = dispute.dispute.address;
        let done = match next_step(&dispute, &authority, &operators) {
            Step::Leave => continue,
            Step::Settle => settle(context, reach, &dispute).await,
            Step::Play(side) => play(context, reach, library, dispute, side).await,
        };
        if let Err(error) = done {
            tracing::warn!(dispute = %address, %error, "a dispute waits");
        }
    }
    Ok(())
}

async fn settle(context: &Context, reach: &Reach, dispute: &FetchedDispute) -> Result<(), DisputeFault> {
    let instructions: [Instruction; 1] = [dispute.disputed().settle()];
    reach.send(context, &instructions, 0).await?;
    tracing::info!(dispute = %dispute.dispute.address, phase = ?dispute.game.phase, "dispute settled");
    Ok(())
}

async fn play(
    context: &Context,
    reach: &Reach,
    library: &mut Library,
    dispute: FetchedDispute,
    side: Side,
) -> Result<(), DisputeFault> {
    let now = context.chain.now();
    let is_turn = dispute.game.phase.to_move() == Some(side);
    let is_time_up = dispute.game.phase.to_move().is_some_and(|side| dispute.game.clocks.left_seconds(side, now) == 0);
    if !is_turn && !is_time_up {
        return Ok(());
    }
    let (disputed, address) = (dispute.disputed(), dispute.dispute.address);
    let price = price(&dispute, reach.price_max(), now);
    let mut seen = Seen::default();
    if side == Side::Challenger {
        for made in reach.moves(context, &dispute).await? {
            seen.learn(&made.step);
        }
    }
    let own = library.own(&dispute.request).await?;
    let moves = own.turn(dispute, side, seen, now).await?;
    for (rule, _) in &moves {
        tracing::info!(dispute = %address, ?side, %rule, "move");
    }
    for instructions in transactions(&disputed, &context.chain.payer.address(), &moves) {
        reach.send(context, &instructions, price).await?;
    }
    Ok(())
}
