//! Changing a configuration: queued, and applied once its timelock is over.

use clap::Subcommand;
use modchains_core::market::MarketParams;
use modchains_sdk::{
    Instruction,
    instruction::{exchange, oracle},
    oracle::{instructions::ConfigChangeQueueArgs, state::OracleParams},
};
use serde::Serialize;

use super::Program;
use crate::{
    MigrateError, Result,
    config::{Config, Difference, market_differences, oracle_differences},
    context::Context,
};

/// Change the parameters of a configuration after its timelock. They hold for what opens later.
#[derive(Debug, Subcommand)]
pub enum ChangeCommand {
    /// Show what is queued, from when it can be applied, and what --config would change.
    Show,
    /// Queue the parameters of --config, which names the file. An earlier queued change is replaced, and its time begins anew.
    Queue {
        /// Whose configuration.
        #[arg(long, value_enum)]
        program: Program,
    },
    /// Apply what is queued, once the timelock is over. Anyone may.
    Apply {
        /// Whose configuration.
        #[arg(long, value_enum)]
        program: Program,
    },
    /// Take back what is queued: the parameters in force are queued in its place, so that applying them changes nothing.
    Cancel {
        /// Whose configuration.
        #[arg(long, value_enum)]
        program: Program,
    },
}

/// Where the configuration of a program stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangeReport {
    /// Whose configuration.
    pub program: &'static str,
    /// Unix second from which the queued change can be applied; none when nothing is queued.
    pub queued_at_seconds: Option<i64>,
    /// Where it differs from what is in force.
    pub queued: Vec<ChangedSetting>,
    /// Where what the configuration file says differs from what is in force.
    pub in_file: Vec<ChangedSetting>,
}

/// A setting that another value is meant for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangedSetting {
    /// Its name.
    pub setting: String,
    /// What is in force.
    pub in_force: String,
    /// What it would be.
    pub would_be: String,
}

impl From<Difference> for ChangedSetting {
    fn from(difference: Difference) -> Self {
        Self { setting: difference.setting, in_force: difference.on_chain, would_be: difference.in_file }
    }
}

/// Parameters of a program's configuration.
#[derive(Clone, Copy)]
enum Params {
    Exchange(MarketParams),
    Oracle(OracleParams),
}

/// What a program's configuration holds.
struct Held {
    in_force: Params,
    /// The queued change and from when it can be applied, if one is queued.
    queued: Option<(Params, i64)>,
}

impl Params {
    /// What a file says.
    const fn of_file(program: Program, config: &Config) -> Self {
        match program {
            Program::Exchange => Self::Exchange(config.exchange.market),
            Program::Oracle => Self::Oracle(config.oracle.params()),
        }
    }

    /// Where these differ from those in force.
    fn differences(&self, in_force: &Self) -> Vec<ChangedSetting> {
        let differences = match (self, in_force) {
            (Self::Exchange(wanted), Self::Exchange(found)) => market_differences(wanted, found),
            (Self::Oracle(wanted), Self::Oracle(found)) => oracle_differences(wanted, found),
            // Both are of one program, see `Held::load`.
            _ => Vec::new(),
        };
        differences.into_iter().map(ChangedSetting::from).collect()
    }

    fn queue(self, context: &Context) -> Instruction {
        let admin = context.authority_address();
        match self {
            Self::Exchange(params) => exchange::config_change_queue(&admin, params),
            Self::Oracle(params) => oracle::config_change_queue(&admin, ConfigChangeQueueArgs { params }),
        }
    }
}

impl Held {
    async fn load(program: Program, context: &Context) -> Result<Self> {
        let queued = |at_seconds: i64, params| (at_seconds != 0).then_some((params, at_seconds));
        Ok(match program {
            Program::Exchange => {
                let found = context.client.exchange_config().await?.value;
                let pending = Params::Exchange(found.pending_params);
                Self { in_force: Params::Exchange(found.params), queued: queued(found.pending_at_seconds, pending) }
            }
            Program::Oracle => {
                let found = context.client.oracle_config().await?.value;
                let pending = Params::Oracle(found.pending_params);
                Self { in_force: Params::Oracle(found.params), queued: queued(found.pending_at_seconds, pending) }
            }
        })
    }

    const fn require_queued(&self, program: Program) -> Result<()> {
        if self.queued.is_some() { Ok(()) } else { Err(MigrateError::NothingQueued { program: program.name() }) }
    }
}

impl ChangeCommand {
    /// What the command sends; nothing for one that only reads. `has_file` says whether a file was given, without which
    /// nothing is queued: defaults are none of a change.
    ///
    /// # Errors
    /// [`MigrateError::ConfigMissing`], [`MigrateError::NothingToQueue`], [`MigrateError::NothingQueued`], or when the
    /// configuration cannot be read.
    pub async fn instruction(&self, context: &Context, has_file: bool) -> Result<Option<Instruction>> {
        Ok(match *self {
            Self::Show => None,
            Self::Queue { .. } if !has_file => return Err(MigrateError::ConfigMissing),
            Self::Queue { program } => {
                let held = Held::load(program, context).await?;
                let wanted = Params::of_file(program, &context.config);
                if wanted.differences(&held.in_force).is_empty() {
                    return Err(MigrateError::NothingToQueue { program: program.name() });
                }
                Some(wanted.queue(context))
            }
            Self::Apply { program } => {
                Held::load(program, context).await?.require_queued(program)?;
                Some(match program {
                    Program::Exchange => exchange::config_change_apply(),
                    Program::Oracle => oracle::config_change_apply(),
                })
            }
            Self::Cancel { program } => {
                let held = Held::load(program, context).await?;
                held.require_queued(program)?;
                Some(held.in_force.queue(context))
            }
        })
    }
}

/// Where the configurations of both programs stand; what a file would change only if one was given.
///
/// # Errors
/// When one is missing or the endpoint does not answer.
pub async fn reports(context: &Context, has_file: bool) -> Result<Vec<ChangeReport>> {
    let mut reports = Vec::new();
    for program in Program::ALL {
        let Held { in_force, queued } = Held::load(program, context).await?;
        reports.push(ChangeReport {
            program: program.name(),
            queued_at_seconds: queued.map(|(_, at_seconds)| at_seconds),
            queued: queued.map(|(params, _)| params.differences(&in_force)).unwrap_or_default(),
            in_file: if has_file {
                Params::of_file(program, &context.config).differences(&in_force)
            } else {
                Vec::new()
            },
        });
    }
    Ok(reports)
}
