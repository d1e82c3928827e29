//! The oracle: services, requests and the usage of models.

use anchor_lang::prelude::Pubkey;
use bytemuck::{Pod, Zeroable};

use crate::{Party, View, readonly, writable};

/// The oracle.
pub const ID: Pubkey = Pubkey::from_str_const(modchains_core::ids::ORACLE);

/// Finalised, paid use of a model, as the last roll wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Usage {
    /// The model.
    pub model: Pubkey,
    /// The paid net, quote atoms, see [`modchains_core::usage::paid_net_atoms`].
    pub paid_net_atoms: u64,
    /// When it was last brought up to date, unix seconds.
    pub rolled_at_seconds: i64,
}

impl View for Usage {
    const PROGRAM: Pubkey = ID;
    const DISCRIMINATOR: [u8; 8] = [152, 162, 178, 106, 43, 208, 237, 89];
}

/// A model offered for inference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Service {
    /// The model.
    pub model: Pubkey,
    /// The reserve's share of final fees until it is distributed, quote atoms.
    pub accrued_reserve_atoms: u64,
}

impl View for Service {
    const PROGRAM: Pubkey = ID;
    const DISCRIMINATOR: [u8; 8] = [144, 62, 76, 129, 167, 36, 151, 250];
}

/// One inference asked for and paid in advance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Request {
    /// The service that was asked.
    pub service: Pubkey,
    /// Who asked and paid.
    pub requester: Pubkey,
    /// The operator account at work or done; the zero key while open.
    pub operator: Pubkey,
    /// SHA-256 of the manifest of the version that must answer.
    pub version_manifest_sha256: [u8; 32],
    /// SHA-256 of salt and input.
    pub input_hash: [u8; 32],
    /// SHA-256 of salt and output; zero before a result.
    pub output_hash: [u8; 32],
    /// Terms, deadlines and sizes, not for others.
    pub _skipped: [u8; 208],
    /// What the requester declared to use the result for, a set of the `USE_` bits of [`modchains_core::licence`].
    pub licence_uses: u16,
    /// Where it stands; [`Self::STATUS_FINALIZED`] for a final result.
    pub status: u8,
    /// How results are compared: 0 exact, 1 tolerant.
    pub numeric_class: u8,
    /// Not for others.
    pub _skipped_too: [u8; 4],
    /// Most that minting the result as content costs, quote atoms: what the model asked for when the request was created.
    pub content_fee_atoms: u64,
}

impl Request {
    /// [`Self::status`] of a request whose result is final.
    pub const STATUS_FINALIZED: u8 = 4;
}

impl View for Request {
    const PROGRAM: Pubkey = ID;
    const DISCRIMINATOR: [u8; 8] = [125, 172, 150, 161, 162, 115, 39, 71];
}

/// `service_govern`: sets the fee of the service of a vault's model, as its stakers decided.
#[derive(Clone, Copy, Debug)]
pub struct ServiceGovern<A> {
    /// The vault of the model; signs.
    pub vault: A,
    /// The model's service.
    pub service: A,
    /// Event authority of the oracle.
    pub event_authority: A,
    /// The oracle.
    pub program: A,
    /// Price of a request, in atoms.
    pub fee_atoms: u64,
}

impl<A: Copy> ServiceGovern<A> {
    /// First eight bytes of SHA-256 of `global:service_govern`.
    pub const DISCRIMINATOR: [u8; 8] = [62, 184, 137, 58, 222, 155, 61, 53];

    /// The accounts, in the order that the oracle declares.
    pub const fn parties(&self) -> [Party<A>; 4] {
        [readonly(self.vault).signing(), writable(self.service), readonly(self.event_authority), readonly(self.program)]
    }

    /// The instruction's data.
    pub fn data(&self) -> [u8; 16] {
        bytemuck::cast([Self::DISCRIMINATOR, self.fee_atoms.to_le_bytes()])
    }
}
