use anchor_lang::prelude::*;

use crate::{
    errors::{ExchangeError, ensure},
    events::{self, ModelVersionPublished},
    seeds,
    state::{
        Model, ModelVersion, NUMERIC_CLASS_EXACT, NUMERIC_CLASS_TOLERANT, URI_BYTES_MAX, VERIFICATION_CLASS_OPTIMISTIC,
        require_text,
    },
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
    #[account(mut, has_one = creator @ ExchangeError::NotCreator)]
    pub model: AccountLoader<'info, Model>,
    #[account(
        init, payer = creator, space = 8 + size_of::<ModelVersion>(),
        seeds = [seeds::VERSION, model.key().as_ref(), &model.load()?.version_count.saturating_add(1).to_le_bytes()], bump,
    )]
    pub version: AccountLoader<'info, ModelVersion>,
    pub system_program: Program<'info, System>,
}

impl<'info> ModelVersionPublish<'info> {
    /// Writes the version.
    pub fn handle(&mut self, args: ModelVersionPublishArgs, bump: u8, now_seconds: i64) -> Result<()> {
        args.validate()?;
        let index = self.model.load_mut()?.add_version(args.parent)?;
        {
            let mut version = self.version.load_init()?;
            version.model = self.model.key();
            version.manifest_sha256 = args.manifest_sha256;
            version.weights_sha256 = args.weights_sha256;
            version.graph_root = args.graph_root;
            version.benchmark = args.benchmark;
            version.published_at_seconds = now_seconds;
            version.index = index;
            version.parent = args.parent;
            version.verification_class = args.verification_class;
            version.numeric_class = args.numeric_class;
            version.uri[..args.uri.len()].copy_from_slice(args.uri.as_bytes());
            version.uri_bytes = u8::try_from(args.uri.len()).map_err(|_| ExchangeError::UriTooLong)?;
            version.bump = bump;
        }
        let event = ModelVersionPublished {
            model: self.model.key(),
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

impl ModelVersionPublishArgs {
    fn validate(&self) -> Result<()> {
        ensure(self.manifest_sha256 != [0; 32] && self.weights_sha256 != [0; 32], ExchangeError::HashMissing)?;
        ensure(self.verification_class == VERIFICATION_CLASS_OPTIMISTIC, ExchangeError::VerificationClassUnknown)?;
        let has_graph = self.graph_root != [0; 32];
        match self.numeric_class {
            NUMERIC_CLASS_EXACT => ensure(has_graph, ExchangeError::GraphRootMissing)?,
            NUMERIC_CLASS_TOLERANT => ensure(!has_graph, ExchangeError::GraphRootUnexpected)?,
            _ => return Err(ExchangeError::NumericClassUnknown.into()),
        }
        require_text(&self.uri, URI_BYTES_MAX, ExchangeError::UriEmpty, ExchangeError::UriTooLong)
    }
}
