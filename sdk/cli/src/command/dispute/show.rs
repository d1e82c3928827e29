use clap::Args;
use modchains_sdk::{
    Pubkey, clock,
    core::window::Moment,
    decode::{FetchedDispute, MadeMove},
    dispute::{Replayed, replay},
};
use serde_json::json;

use super::place::{move_text, phase_name, place, side_name};
use crate::{connection::Connection, error::Result, output::Report};

/// Arguments of `dispute show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Address of the dispute.
    dispute: Pubkey,
}

impl ShowArgs {
    /// Reads the dispute and its moves.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        connection.show_dispute(&self.dispute).await
    }
}

impl Connection {
    /// A dispute with its moves.
    pub async fn show_dispute(&self, dispute: &Pubkey) -> Result<Report> {
        let fetched = self.client.dispute(dispute).await?;
        let moves = self.client.dispute_moves(dispute, None).await?;
        Ok(details(&fetched, moves, self.client.now().await?))
    }
}

fn details(fetched: &FetchedDispute, moves: Vec<MadeMove>, now: Moment) -> Report {
    let FetchedDispute { dispute, request, game, case } = fetched;
    let (played, reached) = replay(case, [&request.input, &request.output], moves, |made| &made.step);
    let to_move = game.phase.to_move();
    let left = to_move.map(|side| game.clocks.left_seconds(side, now));
    let report = Report::new()
        .text("dispute", dispute.address)
        .text("request", dispute.value.request)
        .text("operator", request.request.value.operator)
        .text("challenger", dispute.value.challenger)
        .number("number", dispute.value.number)
        .text("phase", phase_name(&game.phase))
        .text("place", place(&game.phase))
        .maybe("to_move", to_move.map(side_name))
        .value("clock_left", left.map_or_else(|| "-".to_owned(), |left| clock::length(left.into())), json!(left))
        .number("operator_clock_seconds", game.clocks.operator_seconds)
        .number("challenger_clock_seconds", game.clocks.challenger_seconds)
        // The moves lie in the ledger, of which an endpoint may have lost the beginning.
        .flag("moves_complete", reached.phase == game.phase);
    let lines: Vec<String> = (1..).zip(&played).map(|(number, played)| line(number, played)).collect();
    report.drawing("moves", lines.join("\n"), played.iter().map(entry).collect())
}

fn line(number: usize, played: &Replayed<MadeMove>) -> String {
    format!(
        "{number:>4}  {:<10}  {:<44}  {}",
        side_name(played.side),
        place(&played.before.phase),
        move_text(&played.made.step),
    )
}

fn entry(played: &Replayed<MadeMove>) -> Report {
    Report::new()
        .text("side", side_name(played.side))
        .text("phase", phase_name(&played.before.phase))
        .text("place", place(&played.before.phase))
        .text("move", move_text(&played.made.step))
        .text("signature", played.made.signature)
        .number("slot", played.made.slot)
        .maybe("at", played.made.block_time_seconds)
}
