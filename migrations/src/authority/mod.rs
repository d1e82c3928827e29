//! What the holders of roles do by hand: handing a role over, taking a mint off the lists, changing a configuration.

mod change;
mod mint;
mod role;

use clap::ValueEnum;

pub use self::{
    change::{ChangeCommand, ChangeReport, ChangedSetting, reports},
    mint::{MintCommand, delist},
    role::{Holder, RoleCommand, RoleName, Which, holders},
};

/// A program with a configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Program {
    /// Models and markets.
    Exchange,
    /// Requests and results.
    Oracle,
}

impl Program {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Exchange, Self::Oracle];

    /// As reports say it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exchange => "exchange",
            Self::Oracle => "oracle",
        }
    }
}
