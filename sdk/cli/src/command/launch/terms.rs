use modchains_sdk::{
    Pubkey, address,
    core::provable::Record,
    exchange::instructions::{MarketOpenArgs, ModelRegisterArgs, ModelVersionPublishArgs},
    instruction::disputes::GraphProgress,
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
    /// The graph that decides the version's results, where they can be proved.
    pub graph: Option<Graph>,
    /// The index that the version has or will have.
    pub version_index: u32,
    /// The market.
    pub market: MarketOpenArgs,
    /// The vault.
    pub vault: VaultTerms,
    /// The service.
    pub service: ServiceTerms,
}

/// A graph, and how far the chain has read it.
pub struct Graph {
    /// Its root.
    pub root: [u8; 32],
    /// Its nodes.
    pub records: Vec<Record>,
    /// How far its registration has come.
    pub progress: GraphProgress,
}

impl Terms {
    /// The graph's account, which the creator registers.
    pub fn graph_address(&self) -> Option<Pubkey> {
        self.graph.as_ref().map(|graph| address::disputes::graph(&graph.root, &self.creator))
    }
}
