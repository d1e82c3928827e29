//! The buffer account a program is written to, piece by piece, before it is deployed.

use std::{ops::Range, sync::Arc, time::Duration};

use indicatif::ProgressBar;
use modchains_sdk::{
    Instruction, Keypair, Signer,
    address::UPGRADEABLE_LOADER,
    client::{Confirmation, SignedTransaction, sign},
    instruction::budget::compute_price,
};
use sha2::{Digest, Sha256};
use solana_loader_v3_interface::{instruction as loader, state::UpgradeableLoaderState};
use tokio::{
    sync::Semaphore,
    task::JoinSet,
    time::{Instant, sleep},
};

use super::{ProgramImage, allocation::create_in_place, chunks::missing_chunks};
use crate::{MigrateError, Result, context::Context};

/// Transactions that are on their way to the endpoint at once.
const IN_FLIGHT: usize = 48;
/// Signatures that one request may ask about.
const STATUSES_PER_REQUEST: usize = 256;
/// The pause between two looks at the transactions of a round.
const POLL_PAUSE: Duration = Duration::from_millis(100);
/// How long the transactions of a round are waited for before the missing ones are signed anew.
const ROUND: Duration = Duration::from_secs(45);
/// Rounds without any progress after which the endpoint is given up.
const IDLE_ROUNDS: u32 = 4;
/// Bytes before the code in a buffer account.
const HEADER: usize = UpgradeableLoaderState::size_of_buffer_metadata();

/// The buffer's key: one for each authority and program, so that a run that broke off finds its buffer again and nobody
/// else can take the address.
pub fn buffer_keypair(authority: &Keypair, image: &ProgramImage) -> Keypair {
    let seed = Sha256::new()
        .chain_update(b"modchains deploy buffer ")
        .chain_update(authority.secret_bytes())
        .chain_update(image.program.id())
        .finalize();
    Keypair::new_from_array(seed.into())
}

/// A buffer being written.
pub struct Buffer<'a> {
    context: &'a Context,
    image: &'a ProgramImage,
    keypair: Keypair,
}

impl<'a> Buffer<'a> {
    /// The buffer of `image`, whether it exists or not.
    pub fn new(context: &'a Context, image: &'a ProgramImage) -> Self {
        Self { context, image, keypair: buffer_keypair(&context.authority, image) }
    }

    /// Where it lies, whether it exists yet or not.
    pub fn address(&self) -> modchains_sdk::Pubkey {
        self.keypair.pubkey()
    }

    /// Creates the buffer if needed and writes what it does not hold yet. Returns how many parts were written.
    ///
    /// # Errors
    /// When the endpoint fails, funds are missing, or no part arrives for some rounds.
    pub async fn fill(&self, bar: &ProgressBar) -> Result<usize> {
        self.prepare().await?;
        let chunk_bytes = self.chunk_bytes()?;
        let chunks = self.image.bytes.len().div_ceil(chunk_bytes);
        bar.set_length(chunks as u64);
        let (mut written, mut rounds, mut idle_rounds) = (0, 0, 0);
        let mut left = self.missing(chunk_bytes).await?;
        while !left.is_empty() {
            bar.set_position((chunks - left.len()) as u64);
            self.round(&left, bar).await?;
            rounds += 1;
            let still_left = self.missing(chunk_bytes).await?;
            idle_rounds = if still_left.len() < left.len() { 0 } else { idle_rounds + 1 };
            written += left.len().saturating_sub(still_left.len());
            left = still_left;
            if idle_rounds == IDLE_ROUNDS {
                let (program, left) = (self.image.program.name(), left.len());
                return Err(MigrateError::WriteStalled { program, left, chunks, rounds });
            }
        }
        bar.set_position(chunks as u64);
        Ok(written)
    }

    /// Creates the account. One of another size, left by an earlier build, is closed first and its rent comes back.
    async fn prepare(&self) -> Result<()> {
        let bytes = HEADER + self.image.bytes.len();
        let authority = self.context.authority_address();
        let (_, account) = self.context.client.account(&self.address()).await?;
        match account {
            Some(account) if account.owner == UPGRADEABLE_LOADER && account.data.len() == bytes => return Ok(()),
            Some(account) if account.owner == UPGRADEABLE_LOADER => {
                self.context.send(&[loader::close(&self.address(), &authority, &authority)], &[]).await?;
            }
            _ => {}
        }
        let rent_lamports = self.context.client.rent_lamports(bytes).await?;
        let held_lamports = self.context.client.lamports(&self.address()).await?;
        let create =
            loader::create_buffer(&authority, &self.address(), &authority, rent_lamports, self.image.bytes.len())
                .map_err(|error| MigrateError::Loader { reason: error.to_string() })?;
        let lamports = [held_lamports, rent_lamports];
        let create = create_in_place(create, [&authority, &self.address(), &UPGRADEABLE_LOADER], lamports, bytes);
        self.context.send(&create, &[&self.keypair]).await?;
        Ok(())
    }

    async fn missing(&self, chunk_bytes: usize) -> Result<Vec<Range<usize>>> {
        let (_, account) = self.context.client.account(&self.address()).await?;
        let data = account.map(|account| account.data).unwrap_or_default();
        Ok(missing_chunks(&self.image.bytes, data.get(HEADER..).unwrap_or_default(), chunk_bytes))
    }

    /// The most bytes of code that fit one transaction: what an empty one leaves free.
    fn chunk_bytes(&self) -> Result<usize> {
        let fits = |bytes: &usize| self.sign(&(0..*bytes), modchains_sdk::Hash::default(), 0).is_ok();
        // A part is at most a packet and at least a few hundred bytes, whatever else the transaction carries.
        let most = (512..1_232.min(self.image.bytes.len().max(513))).rev().find(fits);
        Ok(most.unwrap_or(512))
    }

    fn sign(&self, range: &Range<usize>, blockhash: modchains_sdk::Hash, height: u64) -> Result<SignedTransaction> {
        let bytes = self.image.bytes.get(range.clone()).unwrap_or_default().to_vec();
        let offset = u32::try_from(range.start).unwrap_or(u32::MAX);
        let write = loader::write(&self.address(), &self.context.authority_address(), offset, bytes);
        let price = self.context.compute_price_max.map(compute_price);
        let instructions: Vec<Instruction> = price.into_iter().chain([write]).collect();
        Ok(sign(&instructions, &[&self.context.authority], blockhash, height)?)
    }

    /// Sends every part once and waits until each has landed or the round is over.
    async fn round(&self, left: &[Range<usize>], bar: &ProgressBar) -> Result<()> {
        let (blockhash, height) = self.context.client.latest_blockhash().await?;
        let permits = Arc::new(Semaphore::new(IN_FLIGHT));
        let mut sends = JoinSet::new();
        let mut waiting = Vec::with_capacity(left.len());
        for range in left {
            let signed = self.sign(range, blockhash, height)?;
            waiting.push(signed.signature);
            let (client, permits) = (Arc::clone(&self.context.client), Arc::clone(&permits));
            sends.spawn(async move {
                // The semaphore is never closed; without a permit the part is simply sent at once.
                let _permit = permits.acquire().await;
                client.send_signed(&signed.bytes).await
            });
        }
        // A part that the endpoint did not take is still missing in the next round, unless all of them are.
        let results = sends.join_all().await;
        if results.iter().all(std::result::Result::is_err)
            && let Some(Err(error)) = results.into_iter().next()
        {
            return Err(error.into());
        }
        let started = Instant::now();
        while !waiting.is_empty() && started.elapsed() < ROUND {
            let mut landed = 0;
            for part in waiting.chunks(STATUSES_PER_REQUEST).map(<[_]>::to_vec).collect::<Vec<_>>() {
                // No news now may be news at the next look; what is missing after the round is sent again.
                let Ok(statuses) = self.context.client.statuses(&part).await else { continue };
                let is_done =
                    |status: Option<Confirmation>| status.is_some_and(|it| self.context.client.is_settled(&it));
                let done = part.into_iter().zip(statuses).filter(|(_, status)| is_done(status.clone()));
                let done: Vec<_> = done.map(|(signature, _)| signature).collect();
                landed += done.len();
                waiting.retain(|signature| !done.contains(signature));
            }
            bar.inc(landed as u64);
            if landed == 0 {
                sleep(POLL_PAUSE).await;
            }
        }
        Ok(())
    }
}
