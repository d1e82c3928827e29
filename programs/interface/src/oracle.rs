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
    /// The graph account of the version that answers; the zero key where results cannot be proved.
    pub graph: Pubkey,
    /// The reserve's share of final fees until it is distributed, quote atoms.
    pub accrued_reserve_atoms: u64,
}

impl View for Service {
    const PROGRAM: Pubkey = ID;
    const DISCRIMINATOR: [u8; 8] = [144, 62, 76, 129, 167, 36, 151, 250];
}

/// Somebody who answers the requests of one service and challenges its results, with the bond that makes it liable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Operator {
    /// Signs for it.
    pub authority: Pubkey,
    /// The service.
    pub service: Pubkey,
    /// May defend its results besides the authority; the zero key for nobody.
    pub defender: Pubkey,
}

impl View for Operator {
    const PROGRAM: Pubkey = ID;
    const DISCRIMINATOR: [u8; 8] = [219, 31, 188, 145, 69, 139, 204, 117];
}

/// One inference asked for and paid in advance. Its input begins at [`Self::INPUT_OFFSET`] of the account's data, and right
/// after it the output.
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
    /// The graph account that decides its result; the zero key where results cannot be proved.
    pub graph: Pubkey,
    /// Root of the trace that backs the result; zero for none yet.
    pub trace_root: [u8; 32],
    /// When it was created, unix seconds; names it together with its address.
    pub created_at_seconds: i64,
    /// When the result was posted, unix seconds; 0 before.
    pub posted_at_seconds: i64,
    /// The slot in which it was posted; 0 before.
    pub posted_slot: u64,
    /// Most that minting the result as content costs, quote atoms: what the model asked for when the request was created.
    pub content_fee_atoms: u64,
    /// What a challenge of the result locks, quote atoms; 0 where results cannot be proved.
    pub challenge_bond_atoms: u64,
    /// The declared size of the input, which the graph's shapes depend on; 0 where results cannot be proved.
    pub size: u32,
    /// How long each side of a dispute may take for all its moves.
    pub clock_seconds: u32,
    /// What is left to a side at least when the turn comes to it.
    pub grace_seconds: u32,
    /// How many challenges were opened, and the number of the next.
    pub challenges: u32,
    /// How many of them are not settled.
    pub open_challenges: u32,
    /// Bytes of input.
    pub input_bytes: u16,
    /// Bytes of output; 0 before a result.
    pub output_bytes: u16,
    /// What the requester declared to use the result for, a set of the `USE_` bits of [`modchains_core::licence`].
    pub licence_uses: u16,
    /// Which semantics decide its elements; 0 where results cannot be proved.
    pub judge_version: u16,
    /// The code of a [`modchains_core::request::RequestStatus`].
    pub status: u8,
    /// How results are compared: the code of a [`modchains_core::numeric_class::NumericClass`].
    pub numeric_class: u8,
    /// Not for others.
    pub _skipped: [u8; 2],
}

impl Request {
    /// Where the input begins in the account's data.
    pub const INPUT_OFFSET: usize = 528;
}

impl View for Request {
    const PROGRAM: Pubkey = ID;
    const DISCRIMINATOR: [u8; 8] = [125, 172, 150, 161, 162, 115, 39, 71];
}

/// `challenge_open`: locks the challenge bond of a posted result and takes the number that [`Request::challenges`] said.
#[derive(Clone, Copy, Debug)]
pub struct ChallengeOpen<A> {
    /// The disputes program's authority; signs.
    pub disputes_authority: A,
    /// The authority of the challenger's operator account; signs.
    pub challenger_authority: A,
    /// The challenger's operator account, of the request's service and not the one that gave the result.
    pub challenger: A,
    /// The request.
    pub request: A,
    /// The operator account that gave the result.
    pub operator: A,
    /// Event authority of the oracle.
    pub event_authority: A,
    /// The oracle.
    pub program: A,
    /// When the request was created that was looked at, unix seconds.
    pub created_at_seconds: i64,
}

impl<A: Copy> ChallengeOpen<A> {
    /// First eight bytes of SHA-256 of `global:challenge_open`.
    pub const DISCRIMINATOR: [u8; 8] = [104, 124, 108, 252, 82, 210, 61, 198];

    /// The accounts, in the order that the oracle declares.
    pub const fn parties(&self) -> [Party<A>; 7] {
        [
            readonly(self.disputes_authority).signing(),
            readonly(self.challenger_authority).signing(),
            writable(self.challenger),
            writable(self.request),
            readonly(self.operator),
            readonly(self.event_authority),
            readonly(self.program),
        ]
    }

    /// The instruction's data.
    pub fn data(&self) -> [u8; 16] {
        bytemuck::cast([Self::DISCRIMINATOR, self.created_at_seconds.to_le_bytes()])
    }
}

/// `trace_set`: keeps the root of the trace that backs a posted result, which has none yet.
#[derive(Clone, Copy, Debug)]
pub struct TraceSet<A> {
    /// The disputes program's authority; signs.
    pub disputes_authority: A,
    /// The request.
    pub request: A,
    /// Event authority of the oracle.
    pub event_authority: A,
    /// The oracle.
    pub program: A,
    /// When the request was created that was looked at, unix seconds.
    pub created_at_seconds: i64,
    /// The root; not zero.
    pub trace_root: [u8; 32],
}

impl<A: Copy> TraceSet<A> {
    /// First eight bytes of SHA-256 of `global:trace_set`.
    pub const DISCRIMINATOR: [u8; 8] = [73, 145, 152, 37, 173, 106, 212, 53];

    /// The accounts, in the order that the oracle declares.
    pub const fn parties(&self) -> [Party<A>; 4] {
        [
            readonly(self.disputes_authority).signing(),
            writable(self.request),
            readonly(self.event_authority),
            readonly(self.program),
        ]
    }

    /// The instruction's data.
    pub fn data(&self) -> [u8; 48] {
        let mut data = [0; 48];
        data[..8].copy_from_slice(&Self::DISCRIMINATOR);
        data[8..16].copy_from_slice(&self.created_at_seconds.to_le_bytes());
        data[16..].copy_from_slice(&self.trace_root);
        data
    }
}

/// `result_overturn`: forfeits the bond of a posted result that was proved wrong.
#[derive(Clone, Copy, Debug)]
pub struct ResultOverturn<A> {
    /// The disputes program's authority; signs.
    pub disputes_authority: A,
    /// The request.
    pub request: A,
    /// The operator account that gave the result.
    pub operator: A,
    /// The request's service.
    pub service: A,
    /// Event authority of the oracle.
    pub event_authority: A,
    /// The oracle.
    pub program: A,
    /// When the request was created that was looked at, unix seconds.
    pub created_at_seconds: i64,
}

impl<A: Copy> ResultOverturn<A> {
    /// First eight bytes of SHA-256 of `global:result_overturn`.
    pub const DISCRIMINATOR: [u8; 8] = [116, 125, 116, 190, 170, 33, 177, 143];

    /// The accounts, in the order that the oracle declares.
    pub const fn parties(&self) -> [Party<A>; 6] {
        [
            readonly(self.disputes_authority).signing(),
            writable(self.request),
            writable(self.operator),
            writable(self.service),
            readonly(self.event_authority),
            readonly(self.program),
        ]
    }

    /// The instruction's data.
    pub fn data(&self) -> [u8; 16] {
        bytemuck::cast([Self::DISCRIMINATOR, self.created_at_seconds.to_le_bytes()])
    }
}

/// `challenge_settle`: ends a challenge. Its bond is freed, or forfeited where the challenge was lost.
#[derive(Clone, Copy, Debug)]
pub struct ChallengeSettle<A> {
    /// The disputes program's authority; signs.
    pub disputes_authority: A,
    /// The request.
    pub request: A,
    /// The challenger's operator account.
    pub challenger: A,
    /// The operator account that gave the result; it may have been closed since.
    pub operator: A,
    /// The request's service.
    pub service: A,
    /// Event authority of the oracle.
    pub event_authority: A,
    /// The oracle.
    pub program: A,
    /// When the request was created that was challenged, unix seconds.
    pub created_at_seconds: i64,
    /// The challenge's number.
    pub number: u32,
    /// The code of a [`modchains_core::request::ChallengeOutcome`].
    pub outcome: u8,
}

impl<A: Copy> ChallengeSettle<A> {
    /// First eight bytes of SHA-256 of `global:challenge_settle`.
    pub const DISCRIMINATOR: [u8; 8] = [81, 13, 157, 21, 132, 114, 185, 7];

    /// The accounts, in the order that the oracle declares.
    pub const fn parties(&self) -> [Party<A>; 7] {
        [
            readonly(self.disputes_authority).signing(),
            writable(self.request),
            writable(self.challenger),
            writable(self.operator),
            writable(self.service),
            readonly(self.event_authority),
            readonly(self.program),
        ]
    }

    /// The instruction's data.
    pub fn data(&self) -> [u8; 21] {
        let mut data = [self.outcome; 21];
        data[..8].copy_from_slice(&Self::DISCRIMINATOR);
        data[8..16].copy_from_slice(&self.created_at_seconds.to_le_bytes());
        data[16..20].copy_from_slice(&self.number.to_le_bytes());
        data
    }
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
