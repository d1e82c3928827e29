use anchor_lang::prelude::*;

use crate::{
    errors::OracleError,
    events::{self, Change, ServiceGoverned},
    state::Service,
};

/// What was decided.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug)]
pub struct ServiceGovernArgs {
    /// Price of a request, in atoms; between a half and twice the present one.
    pub fee_atoms: u64,
}

/// Sets the price of new requests as the stakers of the model decided. The model's vault signs, which it does for a passed
/// proposal alone. The creator keeps that price for 30 days.
#[event_cpi]
#[derive(Accounts)]
pub struct ServiceGovern<'info> {
    /// The vault of the service's model.
    pub vault: Signer<'info>,
    #[account(mut, has_one = vault @ OracleError::ServiceMismatch)]
    pub service: AccountLoader<'info, Service>,
}

impl<'info> ServiceGovern<'info> {
    /// Sets the price.
    pub fn handle(&mut self, args: ServiceGovernArgs, now_seconds: i64) -> Result<()> {
        let event = {
            let mut service = self.service.load_mut()?;
            let before_atoms = service.fee_atoms;
            service.govern(args.fee_atoms, now_seconds)?;
            ServiceGoverned {
                service: self.service.key(),
                vault: self.vault.key(),
                fee: Change { before_atoms, after_atoms: service.fee_atoms },
                kept_until_seconds: service.fee_kept_until_seconds,
                terms_counter: service.terms_counter,
            }
        };
        events::emit(&self.event_authority, &event)
    }
}
