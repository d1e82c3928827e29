use std::{
    collections::{BTreeMap, VecDeque},
    slice,
};

use clap::Args;
use modchains_sdk::{
    Pubkey, SdkError, address,
    client::{Claimable, Holding},
    decode::{Event, Receipt, VaultEvent},
    instruction::claim::{Claim, ClaimBatch, claim_batches},
};

use crate::{
    amount::Amount,
    connection::{Connection, Consent, Sender, TokenView},
    error::{CliError, Result},
    output::Report,
};

/// Arguments of `claim`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "Everything that is claimable is paid, over as many transactions as that takes; you are asked once. Revenue in SOL is
unwrapped in the same transaction, with any other wrapped SOL of yours. Where one payment is refused, a frozen token
account say, the others are made all the same.

Examples:
  modchains claim MODEL
  modchains claim --all
  modchains claim --all --mint MINT"
)]
pub struct ClaimArgs {
    /// The models whose revenue to claim.
    #[arg(value_name = "MODEL", required_unless_present = "all", conflicts_with = "all")]
    models: Vec<String>,
    /// Claim of every model that you have a stake of.
    #[arg(long)]
    all: bool,
    /// Only the revenue in this mint [default: in every one].
    #[arg(long, value_name = "MINT")]
    mint: Option<Pubkey>,
}

impl ClaimArgs {
    /// Asks once, sends every transaction, and says what each paid.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let owner = signer.pubkey();
        let stakes = connection.stakes(&owner, &self.models).await?;
        let now_seconds = connection.client.now_seconds().await?;
        let tokens = connection.tokens(stakes.iter().flat_map(Holding::earned_mints)).await?;
        let mut claims = Vec::new();
        let mut owed = Vec::new();
        for stake in &stakes {
            for Claimable { mint, place, atoms } in stake.claimable(now_seconds) {
                let is_asked_for = atoms > 0 && self.mint.is_none_or(|asked| asked == mint);
                let (true, Some(revenue)) = (is_asked_for, tokens.get(&mint)) else { continue };
                let amount = revenue.amount(atoms);
                owed.push(Report::new().address("model", stake.model()).amount("claimable", amount, &revenue.symbol));
                claims.push(stake.claim(&revenue.token, place));
            }
        }
        if claims.is_empty() {
            return Err(CliError::unfit("nothing is claimable", "wait until revenue has been streamed to the stakers"));
        }
        let batches = claim_batches(&owner, &claims);
        let fee_lamports = connection.fee_lamports_max()?.saturating_mul(batches.len() as u64);
        let about = Report::new()
            .number("transactions", batches.len() as u64)
            .amount("network_fees_at_most", Amount::sol(fee_lamports), "SOL")
            .list("claims", owed);
        let consent = connection.confirm(&about)?;
        let mut run = Run { connection, signer, consent: &consent, tokens: &tokens, receipts: Vec::new(), fault: None };
        run.send(batches).await;
        run.report(&claims)
    }
}

/// Claims on their way.
struct Run<'a> {
    connection: &'a Connection,
    signer: &'a Sender,
    consent: &'a Consent,
    tokens: &'a BTreeMap<Pubkey, TokenView>,
    receipts: Vec<Receipt>,
    /// Why the first claim that was refused was.
    fault: Option<CliError>,
}

impl Run<'_> {
    /// Sends every batch. One that is refused is tried again claim by claim, so that only what cannot be paid is not.
    async fn send(&mut self, batches: Vec<ClaimBatch>) {
        let owner = self.signer.pubkey();
        let mut waiting: VecDeque<ClaimBatch> = batches.into();
        while let Some(batch) = waiting.pop_front() {
            let sent = self.connection.send_agreed("Claiming", &batch.instructions, self.signer, self.consent).await;
            match sent {
                Ok(receipt) => self.receipts.push(receipt),
                Err(fault) if !is_refused(&fault) => {
                    self.fault = Some(fault);
                    break;
                }
                Err(_) if batch.claims.len() > 1 => {
                    let alone = batch.claims.iter().flat_map(|claim| claim_batches(&owner, slice::from_ref(claim)));
                    waiting.extend(alone);
                }
                Err(fault) => drop(self.fault.get_or_insert(fault)),
            }
        }
    }

    /// What each transaction paid; the fault when not everything was.
    fn report(self, claims: &[Claim]) -> Result<Report> {
        let of_vaults: BTreeMap<Pubkey, Pubkey> =
            claims.iter().map(|claim| (address::vault::vault(&claim.model), claim.model)).collect();
        let mut paid = Vec::new();
        let mut sums: BTreeMap<Pubkey, u64> = BTreeMap::new();
        for receipt in &self.receipts {
            for event in &receipt.events {
                let Event::Vault(VaultEvent::RevenueClaimed(event)) = event else { continue };
                let (Some(model), Some(revenue)) = (of_vaults.get(&event.vault), self.tokens.get(&event.revenue_mint))
                else {
                    continue;
                };
                let sum = sums.entry(event.revenue_mint).or_default();
                *sum = sum.saturating_add(event.revenue_atoms);
                paid.push(
                    Report::new()
                        .address("model", model)
                        .amount("claimed", revenue.amount(event.revenue_atoms), &revenue.symbol)
                        .text("mint", event.revenue_mint)
                        .text("signature", receipt.signature),
                );
            }
        }
        match (self.fault, self.receipts.last()) {
            (Some(fault), None) => Err(fault),
            (Some(fault), Some(last)) => {
                let (done, all, signature) = (paid.len(), claims.len(), last.signature);
                Err(CliError::Partial { what: "claims", done, all, signature, fault: Box::new(fault) })
            }
            (None, _) => {
                let total = |(mint, atoms): (&Pubkey, &u64)| {
                    let token = self.tokens.get(mint)?;
                    Some((token.amount(*atoms), token.symbol.as_str(), *mint))
                };
                let totals: Vec<_> = sums.iter().filter_map(total).collect();
                let fees = self.receipts.iter().fold(0_u64, |sum, receipt| sum.saturating_add(receipt.fee_lamports));
                Ok(Report::new()
                    .amounts("claimed", &totals)
                    .number("transactions", self.receipts.len() as u64)
                    .amount("network_fees", Amount::sol(fees), "SOL")
                    .table("revenue", &["model", "claimed", "signature"], paid))
            }
        }
    }
}

/// Whether nothing was sent because of what was to be done, not because of the endpoint or of what the fee costs.
const fn is_refused(fault: &CliError) -> bool {
    matches!(fault, CliError::Sdk(SdkError::ProgramRefused(_) | SdkError::SimulationFailed { .. }))
}
