//! Disputes, and their moves as the ledger has them.

use modchains_disputes::state::{Dispute, Graph};
use modchains_oracle::state::Request;
use solana_account::Account;
use solana_signature::Signature;

use crate::{
    Pubkey, Result, SdkError,
    client::{Client, Landed},
    decode::{Fetched, FetchedDispute, MadeMove, State, decode, moves_of},
};

/// Most transactions of one dispute that are looked at. Anybody may name a dispute in a transaction of any kind.
const TRANSACTIONS_MAX: usize = 20_000;

impl Client {
    /// A dispute with its request and its graph.
    ///
    /// # Errors
    /// When one of them is missing, or the endpoint does not answer.
    pub async fn dispute(&self, dispute: &Pubkey) -> Result<FetchedDispute> {
        let fetched: Fetched<Dispute> = self.state(dispute).await?;
        let at = fetched.value.request;
        let missing = |what, address| SdkError::AccountMissing { what, address };
        let graph = self.state::<Request>(&at).await?.value.graph;
        // All three once more, so that they are of one slot.
        let (slot, accounts) = self.accounts(&[*dispute, at, graph]).await?;
        let [Some(dispute_account), Some(request), Some(graph_account)] = accounts.as_slice() else {
            return Err(missing(Graph::NAME, graph));
        };
        let value = decode(dispute, dispute_account)?;
        let fetched = Fetched { address: *dispute, value, lamports: dispute_account.lamports, slot };
        FetchedDispute::decode(&fetched, request, graph_account)
    }

    /// All disputes about results of a service that are not settled, in the order of their numbers.
    ///
    /// # Errors
    /// When the endpoint does not answer, or refuses to list a program's accounts.
    pub async fn disputes_of_service(&self, service: &Pubkey) -> Result<Vec<FetchedDispute>> {
        let disputes = self.list::<Dispute>(&[]).await?;
        let requests: Vec<Pubkey> = disputes.iter().map(|dispute| dispute.value.request).collect();
        let (_, accounts) = self.accounts(&requests).await?;
        let graphs: Vec<(&Fetched<Dispute>, Account, Pubkey)> = disputes
            .iter()
            .zip(accounts)
            .filter_map(|(dispute, request)| {
                let request = request?;
                let value: Request = decode(&dispute.value.request, &request).ok()?;
                (value.service == *service).then_some((dispute, request, value.graph))
            })
            .collect();
        let addresses: Vec<Pubkey> = graphs.iter().map(|(_, _, graph)| *graph).collect();
        let (_, accounts) = self.accounts(&addresses).await?;
        let mut found: Vec<FetchedDispute> = graphs
            .iter()
            .zip(accounts)
            .filter_map(|((dispute, request, _), graph)| FetchedDispute::decode(dispute, request, &graph?).ok())
            .collect();
        found.sort_by_key(|dispute| (dispute.dispute.value.request, dispute.dispute.value.number));
        Ok(found)
    }

    /// All moves of a dispute that this endpoint has, oldest first; those newer than `until`.
    ///
    /// # Errors
    /// When the endpoint does not answer.
    pub async fn dispute_moves(&self, dispute: &Pubkey, until: Option<Signature>) -> Result<Vec<MadeMove>> {
        let mut landed: Vec<Landed> = self.landed(dispute, None, until, TRANSACTIONS_MAX).await?;
        landed.reverse();
        let receipts = self.records(&landed).await?;
        let made = receipts.iter().filter(|receipt| receipt.error.is_none()).flat_map(|receipt| {
            moves_of(&receipt.calls, dispute).into_iter().map(|step| MadeMove {
                step,
                signature: receipt.signature,
                slot: receipt.slot,
                block_time_seconds: receipt.block_time_seconds,
            })
        });
        Ok(made.collect())
    }
}
