use std::time::Duration;

use clap::Args;
use modchains_sdk::{
    Pubkey,
    core::dispute::{Phase, Side},
    decode::{Fetched, FetchedDispute},
    dispute::{Obstacle, Player, Rule, Seen, Table, transactions, turn},
    disputes::instructions::DisputeOpenArgs,
    instruction::disputes::Disputed,
    oracle::state::Service,
    provable::{GraphTree, Move},
};
use tokio::time::sleep;

use super::{
    own::{BundleArg, Own},
    place::{move_text, place, side_name},
};
use crate::{
    argument::RequestArg,
    connection::{Connection, Consent, Sender, spinner},
    error::{CliError, Result},
    output::Report,
};

/// The pause between two looks at a dispute.
const POLL: Duration = Duration::from_secs(2);

/// Arguments of `challenge`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "Only an operator of the same service can challenge, with free bond for the challenge. Look first
whether the result is wrong: `modchains replay REQUEST`. Play on with `modchains dispute play`."
)]
pub struct ChallengeArgs {
    #[command(flatten)]
    request: RequestArg,
}

impl ChallengeArgs {
    /// Opens the dispute.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let request = self.request.address(connection).await?;
        let dispute = connection.open_dispute(&request).await?;
        connection.show_dispute(&dispute).await
    }
}

impl Connection {
    /// Challenges the result of a request.
    pub async fn open_dispute(&self, request: &Pubkey) -> Result<Pubkey> {
        let signer = self.signer()?;
        let fetched = self.client.request(request).await?;
        let state = &fetched.request.value;
        // The number of the next challenge is one that this challenger has not used.
        let nonce = state.challenges;
        let of = Disputed::new(request, &state.graph, &state.service, &state.operator, &signer.pubkey(), nonce);
        let open = of.open(DisputeOpenArgs { created_at_seconds: state.created_at_seconds, nonce });
        let service: Fetched<Service> = self.client.state(&state.service).await?;
        let quote = self.token(&service.value.quote_mint).await?;
        let about = Report::new().text("request", request).text("dispute", of.dispute).amount(
            "challenge_bond",
            quote.amount(state.challenge_bond_atoms),
            &quote.symbol,
        );
        self.ask_and_send("Challenging the result", &about, &[open], signer).await?;
        Ok(of.dispute)
    }
}

/// Arguments of `dispute play`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "The moves follow from the game and from what the bundle computes, which is checked against every
hash on chain; you choose nothing. Without --wait it ends when the other side is to move."
)]
pub struct PlayArgs {
    /// Address of the dispute.
    dispute: Pubkey,
    #[command(flatten)]
    bundle: BundleArg,
    /// Play until the dispute is over, and settle it.
    #[arg(long)]
    wait: bool,
}

impl PlayArgs {
    /// Plays.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        connection.play_dispute(&self.dispute, &self.bundle, self.wait).await
    }
}

impl Connection {
    /// Makes the moves of the signer in a dispute; to its end when told to wait for it.
    pub async fn play_dispute(&self, address: &Pubkey, bundle: &BundleArg, waits: bool) -> Result<Report> {
        let signer = self.signer()?;
        let fetched = self.client.dispute(address).await?;
        let side = side_of(&fetched, &signer.pubkey());
        let own = bundle.compute(self, &fetched.request).await?;
        let about = Report::new()
            .text("dispute", address)
            .text("you_are", side_name(side))
            .text("place", place(&fetched.game.phase));
        let consent = self.confirm(&about)?;
        let mut made = Vec::new();
        loop {
            let fetched = self.client.dispute(address).await?;
            if let Phase::Over(_) = fetched.game.phase {
                let settle = fetched.disputed().settle();
                let report = self.show_dispute(address).await?;
                self.send_agreed("Settling the dispute", &[settle], signer, &consent).await?;
                return Ok(report.list("made", made).flag("settled", true));
            }
            let moves = self.decide(&fetched, side, &own).await?;
            if moves.is_empty() {
                if !waits {
                    return Ok(self.show_dispute(address).await?.list("made", made).flag("settled", false));
                }
                let spinner = spinner("Waiting for the other side");
                sleep(POLL).await;
                spinner.finish_and_clear();
                continue;
            }
            made.extend(
                moves
                    .iter()
                    .map(|(rule, step)| Report::new().text("rule", rule.to_string()).text("move", move_text(step))),
            );
            self.make(&fetched, &moves, signer, &consent).await?;
        }
    }

    async fn decide(&self, fetched: &FetchedDispute, side: Side, own: &Own) -> Result<Vec<(Rule, Move)>> {
        let mut seen = Seen::default();
        if side == Side::Challenger {
            for made in self.client.dispute_moves(&fetched.dispute.address, None).await? {
                seen.learn(&made.step);
            }
        }
        let player = match side {
            Side::Operator => Player::Operator,
            Side::Challenger => Player::Challenger(&seen),
        };
        let graph = own.graph.graph();
        let tree = own.computed.tree(&graph).ok_or_else(|| stuck(Obstacle::GraphOther))?;
        let graph = GraphTree::new(graph, &own.graph);
        if graph.root() != fetched.case.graph {
            return Err(stuck(Obstacle::GraphOther));
        }
        let now = self.client.now().await?;
        let table = Table { game: &fetched.game, case: &fetched.case, now, graph: &graph, own: &tree };
        turn(&table, player, [&fetched.request.input, &fetched.request.output]).map_err(stuck)
    }

    async fn make(
        &self,
        fetched: &FetchedDispute,
        moves: &[(Rule, Move)],
        signer: &Sender,
        consent: &Consent,
    ) -> Result<()> {
        for instructions in transactions(&fetched.disputed(), &signer.pubkey(), moves) {
            self.send_agreed("Making moves", &instructions, signer, consent).await?;
        }
        Ok(())
    }
}

fn stuck(obstacle: Obstacle) -> CliError {
    CliError::unfit(format!("no move can be made: {obstacle}"), "the clock runs on; try again")
}

/// Who is asked: whoever is not the challenger answers for the operator, which everybody may once it is bound to its trace.
fn side_of(fetched: &FetchedDispute, key: &Pubkey) -> Side {
    if fetched.dispute.value.player == *key { Side::Challenger } else { Side::Operator }
}

/// Arguments of `dispute settle`.
#[derive(Debug, Args)]
pub struct SettleArgs {
    /// Address of the dispute.
    dispute: Pubkey,
}

impl SettleArgs {
    /// Settles.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let fetched = connection.client.dispute(&self.dispute).await?;
        let about = Report::new().text("dispute", self.dispute).text("outcome", place(&fetched.game.phase));
        let settle = fetched.disputed().settle();
        let receipt = connection.ask_and_send("Settling the dispute", &about, &[settle], signer).await?;
        Ok(about.receipt(&receipt))
    }
}
