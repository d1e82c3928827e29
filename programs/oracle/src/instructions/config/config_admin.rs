use anchor_lang::prelude::*;

use crate::{errors::OracleError, state::OracleConfig};

/// The parties to what the admin does to the configuration alone.
#[event_cpi]
#[derive(Accounts)]
pub struct ConfigAdmin<'info> {
    pub admin: Signer<'info>,
    #[account(mut, has_one = admin @ OracleError::NotAdmin)]
    pub config: AccountLoader<'info, OracleConfig>,
}
