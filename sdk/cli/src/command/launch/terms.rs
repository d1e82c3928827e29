use modchains_sdk::{
    Pubkey,
    exchange::instructions::{MarketOpenArgs, ModelRegisterArgs, ModelVersionPublishArgs},
    oracle::state::ServiceTerms,
    vault::state::VaultTerms,
};

/// What the steps are made of.
pub struct Terms {
    /// Who launches.
    pub creator: Pubkey,
    /// The model's address.
    pub address: Pubkey,
    /// Model and token.
    pub model: ModelRegisterArgs,
    /// The bundle as a version.
    pub version: ModelVersionPublishArgs,
    /// The index that the version has or will have.
    pub version_index: u32,
    /// The market.
    pub market: MarketOpenArgs,
    /// The vault.
    pub vault: VaultTerms,
    /// The service.
    pub service: ServiceTerms,
}
