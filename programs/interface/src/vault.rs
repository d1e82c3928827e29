//! The vault program: a model's vault, its pools, and paying into one.

use anchor_lang::prelude::Pubkey;
use bytemuck::{Pod, Zeroable};

use crate::{Party, View, readonly, writable};

/// The vault program.
pub const ID: Pubkey = Pubkey::from_str_const(modchains_core::ids::VAULT);

/// Seeds of addresses that others derive.
pub mod seeds {
    /// A model's vault: `[VAULT, model]`.
    pub const VAULT: &[u8] = b"vault";
    /// A vault's revenue in one mint: `[POOL, vault, revenue_mint]`.
    pub const POOL: &[u8] = b"pool";
}

/// Where a model's token is staked. A model has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Vault {
    /// The model.
    pub model: Pubkey,
}

impl View for Vault {
    const PROGRAM: Pubkey = ID;
    const DISCRIMINATOR: [u8; 8] = [211, 8, 232, 43, 2, 152, 117, 119];
}

/// `revenue_deposit`: pays into a vault's pool, for its stakers.
#[derive(Clone, Copy, Debug)]
pub struct RevenueDeposit<A> {
    /// Owner of the tokens; signs.
    pub depositor: A,
    /// Where the tokens come from.
    pub depositor_tokens: A,
    /// The vault.
    pub vault: A,
    /// Its pool of this mint.
    pub pool: A,
    /// The pool's tokens.
    pub pool_tokens: A,
    /// The mint's token program.
    pub token_program: A,
    /// Event authority of the vault program.
    pub event_authority: A,
    /// The vault program.
    pub program: A,
    /// Revenue that streams to the stakers, more than zero.
    pub revenue_atoms: u64,
}

impl<A: Copy> RevenueDeposit<A> {
    /// First eight bytes of SHA-256 of `global:revenue_deposit`.
    pub const DISCRIMINATOR: [u8; 8] = [78, 97, 121, 61, 33, 169, 118, 99];

    /// The accounts, in the order that the vault program declares.
    pub const fn parties(&self) -> [Party<A>; 8] {
        [
            readonly(self.depositor).signing(),
            writable(self.depositor_tokens),
            readonly(self.vault),
            writable(self.pool),
            writable(self.pool_tokens),
            readonly(self.token_program),
            readonly(self.event_authority),
            readonly(self.program),
        ]
    }

    /// The instruction's data.
    pub fn data(&self) -> [u8; 16] {
        bytemuck::cast([Self::DISCRIMINATOR, self.revenue_atoms.to_le_bytes()])
    }
}
