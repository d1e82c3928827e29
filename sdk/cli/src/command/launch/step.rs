use modchains_sdk::{
    Instruction,
    exchange::instructions::ModelRegisterArgs,
    instruction::{
        Token,
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
    /// The market.
    Market,
    /// The vault.
    Vault,
    /// The service.
    Service,
}

impl Step {
    /// All of them, in order: each needs those before it.
    pub const ALL: [Self; 5] = [Self::Model, Self::Version, Self::Market, Self::Vault, Self::Service];

    /// As people and `--json` read it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Version => "version",
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
            Self::Market => rent::MARKET_BYTES.to_vec(),
            Self::Vault => rent::VAULT_BYTES.to_vec(),
            Self::Service => rent::SERVICE_BYTES.to_vec(),
        }
    }

    /// What the creator sends to do it.
    pub fn instruction(self, terms: &Terms) -> Instruction {
        let (creator, model, quote) = (&terms.creator, &terms.address, &Token::WRAPPED_SOL);
        match self {
            Self::Model => model_register(creator, terms.model.clone()),
            Self::Version => model_version_publish(creator, model, terms.version_index, terms.version.clone()),
            Self::Market => market_open(creator, model, quote, terms.market),
            Self::Vault => vault_open(creator, model, quote, VaultOpenArgs { terms: Some(terms.vault) }),
            Self::Service => {
                let args = ServiceOpenArgs { terms: terms.service };
                service_open(creator, model, terms.version_index, quote, args)
            }
        }
    }
}
