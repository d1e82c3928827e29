//! Who takes part, and sending on their behalf.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use modchains_sdk::{
    Instruction, Keypair, Pubkey, Signer,
    client::Client,
    decode::Receipt,
    instruction::{Token, token},
    keys,
};

use crate::cost::Costs;

/// Lamports of one SOL.
pub const SOL: u64 = 1_000_000_000;
const AIRDROP_TIMEOUT: Duration = Duration::from_secs(120);

/// Everybody, each with SOL and a wrapped part of it.
pub struct Wallets {
    /// Deploys, configures and receives the protocol's fees.
    pub admin: Keypair,
    /// Lists the model.
    pub creator: Keypair,
    /// Buys and stakes.
    pub alice: Keypair,
    /// Buys and sells.
    pub bob: Keypair,
    /// Answers requests.
    pub operator: Keypair,
    /// Asks.
    pub requester: Keypair,
}

impl Wallets {
    /// New people, their keys in `folder` for the crank and for whoever wants to look around afterwards. An administrator
    /// who exists already stays who they are.
    pub fn new(folder: &Path, administrator: Option<&Path>) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let new = |name: &str| -> Result<Keypair> {
            let path = folder.join(format!("{name}.json"));
            if path.exists() {
                std::fs::remove_file(&path)?;
            }
            Ok(keys::generate(&path)?)
        };
        Ok(Self {
            admin: administrator.map_or_else(|| new("admin"), |key| Ok(keys::load(key)?))?,
            creator: new("creator")?,
            alice: new("alice")?,
            bob: new("bob")?,
            operator: new("operator")?,
            requester: new("requester")?,
        })
    }

    /// Everybody with a name.
    pub fn members(&self) -> [(&'static str, &Keypair); 6] {
        [
            ("admin and treasury", &self.admin),
            ("creator", &self.creator),
            ("alice, staker", &self.alice),
            ("bob, trader", &self.bob),
            ("operator", &self.operator),
            ("requester", &self.requester),
        ]
    }
}

/// A client that remembers what everything cost.
pub struct Setup {
    /// The cluster.
    pub client: Client,
    /// Compute units and fees so far.
    pub costs: Costs,
}

impl Setup {
    /// Sends `instructions` and adds their cost to `what`.
    pub async fn send(&mut self, what: &str, instructions: &[Instruction], signers: &[&Keypair]) -> Result<Receipt> {
        let receipt = self.client.send(instructions, signers).await.with_context(|| what.to_owned())?;
        self.costs.add(what, &receipt);
        Ok(receipt)
    }

    /// Gives `person` `sol` SOL.
    pub async fn airdrop(&self, person: &Pubkey, sol: u64) -> Result<()> {
        let asked = self.client.request_airdrop(person, sol * SOL).await;
        let signature = asked.with_context(|| format!("airdrop to {person}"))?;
        let settled = self.client.await_settled(&signature, AIRDROP_TIMEOUT).await;
        let arrived = settled.is_some_and(|confirmation| confirmation.error.is_none());
        ensure!(arrived, "the airdrop to {person} did not arrive");
        Ok(())
    }

    /// Wraps `sol` SOL of `person`.
    pub async fn wrap(&mut self, person: &Keypair, sol: u64) -> Result<()> {
        self.send("wrap SOL", &token::wrap_sol(&person.pubkey(), sol * SOL), &[person]).await?;
        Ok(())
    }

    /// Lamports and wrapped SOL of `person`.
    pub async fn quote_atoms(&self, person: &Pubkey) -> Result<u64> {
        let wrapped = self.client.token_atoms(&Token::WRAPPED_SOL.account_of(person)).await?;
        Ok(self.client.lamports(person).await? + wrapped.unwrap_or(0))
    }
}
