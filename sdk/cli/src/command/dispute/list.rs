use clap::Args;
use modchains_sdk::{Pubkey, address, clock, core::window::Moment, decode::FetchedDispute};
use serde_json::json;

use super::place::{phase_name, side_name};
use crate::{argument::ModelArg, connection::Connection, error::Result, output::Report};

/// Arguments of `dispute list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    #[command(flatten)]
    model: ModelArg,
    /// Only those of this player, the authority of the challenger's operator account.
    #[arg(long, value_name = "ADDRESS")]
    player: Option<Pubkey>,
}

impl ListArgs {
    /// Reads the disputes.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let model = self.model.address(connection).await?;
        let disputes = connection.client.disputes_of_service(&address::oracle::service(&model)).await?;
        let now = connection.client.now().await?;
        let is_of_player =
            |dispute: &&FetchedDispute| self.player.is_none_or(|player| dispute.dispute.value.player == player);
        let rows = disputes.iter().filter(is_of_player).map(|dispute| row(dispute, now)).collect();
        Ok(Report::new().text("model", model).list("disputes", rows))
    }
}

fn row(fetched: &FetchedDispute, now: Moment) -> Report {
    let to_move = fetched.game.phase.to_move();
    let left = to_move.map(|side| fetched.game.clocks.left_seconds(side, now));
    Report::new()
        .text("dispute", fetched.dispute.address)
        .text("request", fetched.dispute.value.request)
        .text("challenger", fetched.dispute.value.challenger)
        .text("phase", phase_name(&fetched.game.phase))
        .maybe("to_move", to_move.map(side_name))
        .value("clock_left", left.map_or_else(|| "-".to_owned(), |left| clock::length(left.into())), json!(left))
}
