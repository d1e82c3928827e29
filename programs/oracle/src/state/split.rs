use anchor_lang::prelude::*;
use bytemuck::{Pod, Zeroable};
use modchains_core::fees::UsageFeeSplit;

/// How the fee of a finalised request is shared, in basis points that add up to 10,000.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct UsageSplit {
    /// Share of the operator who answered.
    pub operator_bps: u16,
    /// Share streamed to the stakers.
    pub vault_bps: u16,
    /// Share of creator and contributors.
    pub creator_bps: u16,
    /// Share added to the curve's reserve.
    pub reserve_bps: u16,
    /// Share of the protocol.
    pub protocol_bps: u16,
}

impl From<UsageSplit> for UsageFeeSplit {
    fn from(split: UsageSplit) -> Self {
        Self {
            operator_bps: split.operator_bps,
            vault_bps: split.vault_bps,
            creator_bps: split.creator_bps,
            reserve_bps: split.reserve_bps,
            protocol_bps: split.protocol_bps,
        }
    }
}
