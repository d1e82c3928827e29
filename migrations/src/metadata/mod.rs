//! Publishing what wallets, explorers and tools look for about a program, its IDL and its security contact, in the
//! canonical accounts of the Program Metadata program, which only the program's upgrade authority can write.

pub mod content;
pub mod plan;
pub mod program;

use std::path::PathBuf;

use modchains_sdk::{Instruction, Keypair, Signer, address::program_data, keys};
use serde::Serialize;
use sha2::{Digest, Sha256};
use solana_loader_v3_interface::state::UpgradeableLoaderState;

pub use content::Kind;

use self::{
    plan::{Found, Next, Obstacle, Target},
    program::{HEADER_BYTES, Place},
};
use crate::{MigrateError, Result, context::Context, deploy::ProgramImage};

/// Looks at the chain after which a publication that is not done is given up. Each look is followed by at least one
/// transaction, so a dozen is far more than any takes.
const LOOKS_MAX: usize = 24;
/// A signature, in lamports.
const SIGNATURE_LAMPORTS: u64 = 5_000;

/// What to publish.
#[derive(Debug, Clone)]
pub struct Publication {
    /// Which parts.
    pub kinds: Vec<Kind>,
    /// Folder with the IDLs, `modchains_<name>.json`.
    pub idl_folder: PathBuf,
    /// Only says what would be done.
    pub dry_run: bool,
}

/// What publishing one part of one program came to.
#[derive(Debug, Clone, Serialize)]
pub struct PublishReport {
    /// The program.
    pub program: &'static str,
    /// What about it.
    pub kind: Kind,
    /// The account.
    pub address: String,
    /// `published`, `updated` or `unchanged`; of a dry run, what would be done.
    pub act: &'static str,
    /// Length of the text.
    pub text_bytes: usize,
    /// Length of the data, compressed.
    pub data_bytes: usize,
    /// Transactions sent, or of a dry run at most to be sent.
    pub transactions: usize,
    /// What they cost at most besides priority fees: rent, which closing the account gives back, and signatures.
    pub lamports_max: u64,
}

/// Publishes what the chain does not say yet, program by program.
///
/// # Errors
/// When the cluster lacks the Program Metadata program, the key is not the programs' upgrade authority, or the endpoint
/// fails.
pub async fn publish(context: &Context, publication: &Publication) -> Result<Vec<PublishReport>> {
    let (_, found) = context.client.account(&program::ID).await?;
    if !found.is_some_and(|account| account.executable) {
        return Err(MigrateError::MetadataProgramMissing { url: context.client.url().clone() });
    }
    let mut reports = Vec::new();
    for program in keys::Program::ALL {
        let image = ProgramImage::load(&context.program_folder, program)?;
        require_authority(context, program).await?;
        for kind in &publication.kinds {
            let text = kind.text(&image, &publication.idl_folder, context.is_local())?;
            let job = Job::new(context, program, *kind, text).await?;
            reports.push(if publication.dry_run { job.look().await? } else { job.run().await? });
        }
    }
    Ok(reports)
}

async fn require_authority(context: &Context, program: keys::Program) -> Result<()> {
    let (name, address) = (program.name(), program.id());
    let (_, account) = context.client.account(&program_data(&address)).await?;
    let header = UpgradeableLoaderState::size_of_programdata_metadata();
    let bytes = account.as_ref().and_then(|account| account.data.get(..header)).unwrap_or_default();
    match bincode::deserialize(bytes) {
        Ok(UpgradeableLoaderState::ProgramData { upgrade_authority_address: Some(authority), .. }) => {
            let is_ours = authority == context.authority_address();
            let refused = MigrateError::NotMetadataAuthority { program: name, address, authority };
            if is_ours { Ok(()) } else { Err(refused) }
        }
        Ok(UpgradeableLoaderState::ProgramData { .. }) => Err(MigrateError::Immutable { program: name, address }),
        _ => Err(MigrateError::NotDeployed { program: name, address }),
    }
}

/// One part of one program.
struct Job<'a> {
    context: &'a Context,
    program: keys::Program,
    kind: Kind,
    text: String,
    target: Target,
    buffer: Keypair,
}

impl<'a> Job<'a> {
    async fn new(context: &'a Context, program: keys::Program, kind: Kind, text: String) -> Result<Self> {
        let place = Place::new(program.id(), context.authority_address(), kind.seed());
        let data = content::pack(&text)?;
        let rent_lamports = context.client.rent_lamports(HEADER_BYTES + data.len()).await?;
        let buffer = buffer_keypair(&context.authority, &place);
        let target = Target { place, data, buffer: buffer.pubkey(), rent_lamports };
        Ok(Self { context, program, kind, text, target, buffer })
    }

    /// What to send next, and whether anything has been published there.
    async fn next(&self) -> Result<(Next, bool)> {
        let client = &self.context.client;
        let (_, metadata) = client.any_account(&self.target.place.address()).await?;
        let (_, buffer) = client.any_account(&self.target.buffer).await?;
        let found = Found { metadata: metadata.as_ref(), buffer: buffer.as_ref() };
        let next = self.target.next(found, |data| content::says(data, &self.text));
        let was_published =
            metadata.as_ref().is_some_and(|account| account.data.first() == Some(&program::METADATA_ACCOUNT));
        Ok((next.map_err(|obstacle| self.refusal(obstacle))?, was_published))
    }

    fn refusal(&self, obstacle: Obstacle) -> MigrateError {
        let (program, kind, address) = (self.program.name(), self.kind.seed(), self.target.place.address());
        match obstacle {
            Obstacle::Immutable => MigrateError::MetadataImmutable { program, kind, address },
            Obstacle::Foreign => MigrateError::MetadataTaken { program, kind, address },
        }
    }

    async fn look(&self) -> Result<PublishReport> {
        let (next, was_published) = self.next().await?;
        let transactions = if next == Next::Nothing { 0 } else { self.target.transactions() };
        Ok(self.report(act(next == Next::Nothing, was_published), transactions))
    }

    async fn run(&self) -> Result<PublishReport> {
        let (first, was_published) = self.next().await?;
        let (mut next, mut sent) = (first.clone(), 0);
        let bar = self.context.bar(self.target.transactions() as u64, format!("publishing {}", self.name()));
        for _ in 0..LOOKS_MAX {
            if next == Next::Nothing {
                bar.finish_and_clear();
                return Ok(self.report(act(first == Next::Nothing, was_published), sent));
            }
            let (transactions, buffer_signs) = match next {
                Next::Nothing => (Vec::new(), false),
                Next::Once { instructions, buffer_signs } => (vec![instructions], buffer_signs),
                Next::Each(instructions) => (instructions.into_iter().map(|part| vec![part]).collect(), false),
            };
            for instructions in transactions {
                self.send(&instructions, buffer_signs).await?;
                sent += 1;
                bar.inc(1);
            }
            next = self.next().await?.0;
        }
        bar.finish_and_clear();
        Err(MigrateError::NotPublished { name: self.name(), looks: LOOKS_MAX })
    }

    async fn send(&self, instructions: &[Instruction], buffer_signs: bool) -> Result<()> {
        let others: &[&Keypair] = if buffer_signs { &[&self.buffer] } else { &[] };
        self.context.send(instructions, others).await?;
        Ok(())
    }

    fn name(&self) -> String {
        format!("{} {}", self.program.name(), self.kind.seed())
    }

    fn report(&self, act: &'static str, transactions: usize) -> PublishReport {
        // Besides the transactions, the buffer of long data signs once.
        let lamports = self.target.rent_lamports + (transactions as u64 + 1) * SIGNATURE_LAMPORTS;
        PublishReport {
            program: self.program.name(),
            kind: self.kind,
            address: self.target.place.address().to_string(),
            act,
            text_bytes: self.text.len(),
            data_bytes: self.target.data.len(),
            transactions,
            lamports_max: if transactions == 0 { 0 } else { lamports },
        }
    }
}

const fn act(is_done: bool, was_published: bool) -> &'static str {
    match (is_done, was_published) {
        (true, _) => "unchanged",
        (false, true) => "updated",
        (false, false) => "published",
    }
}

/// The key of the buffer for long data in place of published data: one for each authority and account, so that a run
/// that broke off finds its buffer again and nobody else can take the address.
pub fn buffer_keypair(authority: &Keypair, place: &Place) -> Keypair {
    let seed = Sha256::new()
        .chain_update(b"modchains metadata buffer ")
        .chain_update(authority.secret_bytes())
        .chain_update(place.address())
        .finalize();
    Keypair::new_from_array(seed.into())
}
