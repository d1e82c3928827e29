use anchor_lang::prelude::*;

/// The parties to what the admin does to the configuration alone.
#[event_cpi]
#[derive(Accounts)]
pub struct ConfigAdmin<'info> {
    pub admin: Signer<'info>,
    /// CHECK: the configuration, checked by owner and discriminator.
    #[account(mut)]
    pub config: UncheckedAccount<'info>,
}
