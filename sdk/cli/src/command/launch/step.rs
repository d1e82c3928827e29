use modchains_sdk::{
    Instruction,
    exchange::instructions::ModelRegisterArgs,
    instruction::{
        Token,
        disputes::graph_registration,
        exchange::{market_open, model_register, model_version_publish},
        oracle::service_open,
        vault::vault_open,
    },
    oracle::instructions::ServiceOpenArgs,
    rent,
    vault::instructions::VaultOpenArgs,
};

use super::terms::Terms;

/// A step of a launch, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Model and token.
    Model,
    /// The bundle as a version.
    Version,
    /// The graph that decides the version's results; a transaction for every nine of its nodes.
    Graph,
    /// The market.
    Market,
    /// The vault.
    Vault,
    /// The service.
    Service,
}

impl Step {
    /// All of them, in order: each needs those before it.
    pub const ALL: [Self; 6] = [Self::Model, Self::Version, Self::Graph, Self::Market, Self::Vault, Self::Service];

    /// As people and `--json` read it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Version => "version",
            Self::Graph => "graph",
            Self::Market => "market",
            Self::Vault => "vault",
            Self::Service => "service",
        }
    }

    /// What is being done while it runs.
    pub const fn doing(self) -> &'static str {
        match self {
            Self::Model => "Registering the model",
            Self::Version => "Publishing the version",
            Self::Graph => "Registering the graph",
            Self::Market => "Opening the market",
            Self::Vault => "Opening the vault",
            Self::Service => "Opening the service",
        }
    }

    /// The sizes of the accounts that it makes.
    pub fn sizes(self, terms: &Terms) -> Vec<usize> {
        let ModelRegisterArgs { name, symbol, uri, image } = &terms.model;
        match self {
            Self::Model => rent::model_bytes(name, symbol, uri, image).to_vec(),
            Self::Version => rent::VERSION_BYTES.to_vec(),
            Self::Graph => terms.graph.iter().map(|_| rent::GRAPH_BYTES).collect(),
            Self::Market => rent::MARKET_BYTES.to_vec(),
            Self::Vault => rent::VAULT_BYTES.to_vec(),
            Self::Service => rent::SERVICE_BYTES.to_vec(),
        }
    }

    /// What the creator sends to do it, each in a transaction of its own.
    pub fn instructions(self, terms: &Terms) -> Vec<Instruction> {
        let (creator, model, quote) = (&terms.creator, &terms.address, &Token::WRAPPED_SOL);
        let instruction = match self {
            Self::Graph => {
                let graphs = terms.graph.iter();
                let each = graphs.flat_map(|of| graph_registration(creator, of.root, &of.records, of.progress));
                return each.collect();
            }
            Self::Model => model_register(creator, terms.model.clone()),
            Self::Version => model_version_publish(creator, model, terms.version_index, terms.version.clone()),
            Self::Market => market_open(creator, model, quote, terms.market),
            Self::Vault => vault_open(creator, model, quote, VaultOpenArgs { terms: Some(terms.vault) }),
            Self::Service => {
                let args = ServiceOpenArgs { terms: terms.service };
                service_open(creator, model, terms.version_index, terms.graph_address(), quote, args)
            }
        };
        vec![instruction]
    }
}
