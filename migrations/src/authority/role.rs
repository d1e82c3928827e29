//! Handing a role over.

use clap::{Args, Subcommand, ValueEnum};
use modchains_sdk::{
    Instruction, Pubkey,
    exchange::state::{ExchangeConfig, Role},
    instruction::{exchange, oracle},
    oracle::state::OracleConfig,
};

use super::Program;
use crate::{Result, context::Context};

/// Hand a role over in two steps.
#[derive(Debug, Subcommand)]
pub enum RoleCommand {
    /// Show who holds the roles and whom they are offered to.
    Show,
    /// Offer a role that the key holds. Nothing changes until it is accepted; offering again replaces the offer.
    Offer {
        /// Which role of which program.
        #[command(flatten)]
        which: Which,
        /// Who may accept.
        #[arg(long, value_name = "ADDRESS")]
        to: Pubkey,
    },
    /// Accept a role that was offered to the key.
    Accept {
        /// Which role of which program.
        #[command(flatten)]
        which: Which,
    },
    /// Take the offer of a role that the key holds back.
    Cancel {
        /// Which role of which program.
        #[command(flatten)]
        which: Which,
    },
}

/// A role of a program's configuration.
#[derive(Debug, Clone, Copy, Args)]
pub struct Which {
    /// Whose configuration.
    #[arg(long, value_enum)]
    program: Program,
    /// Which role.
    #[arg(long, value_enum)]
    role: RoleName,
}

/// A role, as people write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RoleName {
    /// Queues changes and lists mints.
    Admin,
    /// Owns the accounts that receive the protocol's fees.
    Treasury,
}

/// Who holds a role.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Holder {
    /// Whose configuration.
    pub program: &'static str,
    /// Which role.
    pub role: &'static str,
    /// Who holds it, in base58.
    pub holder: String,
    /// Whom it is offered to, in base58; nobody mostly.
    pub offered_to: Option<String>,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Admin => Self::Admin,
            RoleName::Treasury => Self::Treasury,
        }
    }
}

impl RoleCommand {
    /// What the command sends, signed by `signer`; nothing for one that only reads.
    pub fn instruction(&self, signer: &Pubkey) -> Option<Instruction> {
        match self {
            Self::Show => None,
            Self::Offer { which, to } => Some(which.offer(signer, to)),
            Self::Accept { which } => Some(which.accept(signer)),
            Self::Cancel { which } => Some(which.cancel(signer)),
        }
    }
}

impl Which {
    fn offer(self, holder: &Pubkey, to: &Pubkey) -> Instruction {
        match self.program {
            Program::Exchange => exchange::role_transfer_offer(holder, self.role.into(), to),
            Program::Oracle => oracle::role_transfer_offer(holder, self.role.into(), to),
        }
    }

    fn accept(self, to: &Pubkey) -> Instruction {
        match self.program {
            Program::Exchange => exchange::role_transfer_accept(to, self.role.into()),
            Program::Oracle => oracle::role_transfer_accept(to, self.role.into()),
        }
    }

    fn cancel(self, holder: &Pubkey) -> Instruction {
        match self.program {
            Program::Exchange => exchange::role_transfer_cancel(holder, self.role.into()),
            Program::Oracle => oracle::role_transfer_cancel(holder, self.role.into()),
        }
    }
}

/// Who holds the roles of both configurations.
///
/// # Errors
/// When a configuration is missing or the endpoint does not answer.
pub async fn holders(context: &Context) -> Result<Vec<Holder>> {
    let exchange: ExchangeConfig = context.client.exchange_config().await?.value;
    let oracle: OracleConfig = context.client.oracle_config().await?.value;
    Ok(vec![
        holder(Program::Exchange, "admin", &exchange.admin, &exchange.admin_offered_to),
        holder(Program::Exchange, "treasury", &exchange.treasury, &exchange.treasury_offered_to),
        holder(Program::Oracle, "admin", &oracle.admin, &oracle.admin_offered_to),
        holder(Program::Oracle, "treasury", &oracle.treasury, &oracle.treasury_offered_to),
    ])
}

fn holder(program: Program, role: &'static str, holder: &Pubkey, offered_to: &Pubkey) -> Holder {
    let offered_to = (*offered_to != Pubkey::default()).then(|| offered_to.to_string());
    Holder { program: program.name(), role, holder: holder.to_string(), offered_to }
}
