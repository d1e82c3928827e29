use anchor_lang::prelude::*;
use modchains_program_interface::exchange::{Model, ModelVersion};
use modchains_program_kit::account;

use crate::{
    errors::OracleError,
    events::{self, ServiceConfigured, ServiceSplitQueued},
    state::{OracleConfig, Service, ServiceTerms},
};

/// The new terms.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct ServiceConfigureArgs {
    /// Terms of new requests.
    pub terms: ServiceTerms,
    /// Whether new requests and operators are taken.
    pub open: bool,
}

/// Sets the terms of new requests and takes over the configuration's present policy. The model's creator only.
/// Requests that exist keep the terms they were created with. A split that gives less to anybody but operators waits for
/// `service_split_apply`.
#[event_cpi]
#[derive(Accounts)]
pub struct ServiceConfigure<'info> {
    pub creator: Signer<'info>,
    #[account(mut, has_one = model @ OracleError::ServiceMismatch)]
    pub service: AccountLoader<'info, Service>,
    /// CHECK: the service's model; its creator must sign.
    #[account(constraint = account::view::<Model>(&model)?.creator == creator.key() @ OracleError::NotModelCreator)]
    pub model: UncheckedAccount<'info>,
    /// CHECK: read as a version of the model, checked by owner, discriminator and model.
    pub version: UncheckedAccount<'info>,
    pub config: AccountLoader<'info, OracleConfig>,
}

impl<'info> ServiceConfigure<'info> {
    /// Writes the terms; a split that gives somebody less is queued.
    pub fn handle(&mut self, args: ServiceConfigureArgs, now_seconds: i64) -> Result<()> {
        let key = self.service.key();
        let (configured, queued) = {
            let version = account::view::<ModelVersion>(&self.version)?;
            let config = self.config.load()?;
            let mut service = self.service.load_mut()?;
            let bond_mint = config.listed(&service.quote_mint);
            let fee_atoms_before = service.fee_atoms;
            service.set_open(args.open, now_seconds);
            let version = (self.version.key(), &*version);
            service.configure(&args.terms, &config.params, bond_mint.as_ref(), version, now_seconds)?;
            let is_queued = args.terms.split.is_some_and(|split| split != service.split);
            let queued = is_queued.then_some(ServiceSplitQueued {
                service: key,
                split: service.pending_split,
                effective_at_seconds: service.pending_split_at_seconds,
            });
            (ServiceConfigured::new(key, fee_atoms_before, &service), queued)
        };
        events::emit(&self.event_authority, &configured)?;
        queued.map_or(Ok(()), |queued| events::emit(&self.event_authority, &queued))
    }
}
