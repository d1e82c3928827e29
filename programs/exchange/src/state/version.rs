use anchor_lang::prelude::*;
use modchains_program_interface::{assert_view, exchange as view};

use super::{URI_BYTES_MAX, require_uri};
use crate::errors::{ExchangeError, ensure};

/// Results are compared bit for bit: integer graphs.
pub const NUMERIC_CLASS_EXACT: u8 = 0;
/// Results are compared within the version's declared tolerance: float modules.
pub const NUMERIC_CLASS_TOLERANT: u8 = 1;
/// Results stand unless challenged with a bond. The only class so far.
pub const VERIFICATION_CLASS_OPTIMISTIC: u8 = 0;

/// One immutable release of a model. Versions are only ever added.
#[account(zero_copy)]
#[repr(C)]
#[derive(Debug)]
pub struct ModelVersion {
    /// The model this is a version of.
    pub model: Pubkey,
    /// SHA-256 of the bundle's manifest, which names every other file with its hash.
    pub manifest_sha256: [u8; 32],
    /// SHA-256 of the weights.
    pub weights_sha256: [u8; 32],
    /// Root of the integer graph (exact class); zero for the tolerant class.
    pub graph_root: [u8; 32],
    /// Hash of the benchmark the creator committed to; zero for none.
    pub benchmark: [u8; 32],
    /// When it was published, unix seconds.
    pub published_at_seconds: i64,
    /// Position in the model's history, from 1.
    pub index: u32,
    /// Index of the version this one was derived from; 0 for none.
    pub parent: u32,
    /// How results are verified.
    pub verification_class: u8,
    /// How results are compared.
    pub numeric_class: u8,
    /// Used bytes of `uri`.
    pub uri_bytes: u8,
    /// Bump of this account's address.
    pub bump: u8,
    /// Where the bundle can be fetched, UTF-8.
    pub uri: [u8; URI_BYTES_MAX],
    /// Always zero.
    pub _padding: [u8; 4],
}

assert_view!(view::ModelVersion => ModelVersion {
    model, manifest_sha256, weights_sha256, graph_root, benchmark, published_at_seconds, index, parent,
    verification_class, numeric_class,
} skipping { _skipped });

impl ModelVersion {
    /// Writes where the bundle can be fetched.
    pub fn set_uri(&mut self, uri: &str) -> Result<()> {
        require_uri(uri)?;
        let room = self.uri.get_mut(..uri.len()).ok_or(ExchangeError::UriTooLong)?;
        room.copy_from_slice(uri.as_bytes());
        self.uri_bytes = u8::try_from(uri.len()).map_err(|_| ExchangeError::UriTooLong)?;
        Ok(())
    }

    /// What holds of a version, which never changes once it is published.
    pub fn invariant(&self) -> Result<()> {
        // The bundle and its weights are named by their hashes.
        ensure(self.manifest_sha256 != [0; 32] && self.weights_sha256 != [0; 32], ExchangeError::HashMissing)?;
        // Its results can be verified.
        ensure(self.verification_class == VERIFICATION_CLASS_OPTIMISTIC, ExchangeError::VerificationClassUnknown)?;
        // There is an integer graph exactly when results are compared bit for bit.
        let has_graph = self.graph_root != [0; 32];
        match self.numeric_class {
            NUMERIC_CLASS_EXACT => ensure(has_graph, ExchangeError::GraphRootMissing),
            NUMERIC_CLASS_TOLERANT => ensure(!has_graph, ExchangeError::GraphRootUnexpected),
            _ => Err(ExchangeError::NumericClassUnknown.into()),
        }
    }
}
