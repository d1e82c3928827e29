use anchor_lang::prelude::*;
use bytemuck::Zeroable;
use modchains_program_kit::account;

use crate::{
    events::{self, ModelVersionPublished},
    seeds,
    state::{Model, ModelVersion},
};

/// What the version is. Hashes are SHA-256.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct ModelVersionPublishArgs {
    /// Hash of the bundle's manifest; must not be zero.
    pub manifest_sha256: [u8; 32],
    /// Hash of the weights; must not be zero.
    pub weights_sha256: [u8; 32],
    /// Root of the integer graph; zero exactly when the numeric class is tolerant.
    pub graph_root: [u8; 32],
    /// Hash of a benchmark the creator commits to; zero for none.
    pub benchmark: [u8; 32],
    /// How results are verified: 0, optimistic.
    pub verification_class: u8,
    /// How results are compared: 0 exact, 1 tolerant.
    pub numeric_class: u8,
    /// Index of the version this one was derived from; 0 for none.
    pub parent: u32,
    /// Where the bundle can be fetched, 1 to 200 bytes.
    pub uri: String,
}

/// Adds a version to a model and makes it current. Earlier versions stay as they are.
#[event_cpi]
#[derive(Accounts)]
pub struct ModelVersionPublish<'info> {
    #[account(mut)]
    pub creator: Signer<'info>,
    #[account(mut)]
    pub model: AccountLoader<'info, Model>,
    /// CHECK: created here at the address of model and index. The IDL names its type.
    #[cfg(not(feature = "idl-build"))]
    #[account(mut)]
    pub version: UncheckedAccount<'info>,
    #[cfg(feature = "idl-build")]
    #[account(mut)]
    pub version: AccountLoader<'info, ModelVersion>,
    pub system_program: Program<'info, System>,
}

impl<'info> ModelVersionPublish<'info> {
    /// Writes the version.
    pub fn handle(&mut self, args: ModelVersionPublishArgs, now_seconds: i64) -> Result<()> {
        let model_key = self.model.key();
        let index = {
            let mut model = self.model.load_mut()?;
            model.require_creator(self.creator.key)?;
            model.add_version(args.parent)?
        };
        let index_seed = index.to_le_bytes();
        let version_seeds = [seeds::VERSION, model_key.as_ref(), &index_seed];
        let bump = account::canonical_bump(self.version.as_ref(), &version_seeds, &crate::ID)?;
        let mut version = ModelVersion {
            model: model_key,
            manifest_sha256: args.manifest_sha256,
            weights_sha256: args.weights_sha256,
            graph_root: args.graph_root,
            benchmark: args.benchmark,
            published_at_seconds: now_seconds,
            index,
            parent: args.parent,
            verification_class: args.verification_class,
            numeric_class: args.numeric_class,
            bump,
            ..ModelVersion::zeroed()
        };
        version.set_uri(&args.uri)?;
        version.invariant()?;
        let signer_seeds: &[&[u8]] = &[seeds::VERSION, model_key.as_ref(), &index_seed, &[bump]];
        account::create_state(&self.creator, self.version.as_ref(), &crate::ID, signer_seeds, &version)?;
        let event = ModelVersionPublished {
            model: model_key,
            version: self.version.key(),
            index,
            parent: args.parent,
            manifest_sha256: args.manifest_sha256,
            numeric_class: args.numeric_class,
            uri: args.uri,
        };
        events::emit(&self.event_authority, &event)
    }
}
