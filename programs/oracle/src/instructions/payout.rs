use anchor_lang::prelude::*;
use modchains_program_kit::token;

use crate::state::Service;

/// A payment out of a service's escrow, signed by the service.
pub struct EscrowPayout<'a, 'info> {
    /// Who pays.
    pub service: &'a AccountLoader<'info, Service>,
    /// The service's token account.
    pub escrow: &'a AccountInfo<'info>,
    /// Who is paid.
    pub destination: &'a AccountInfo<'info>,
    /// The mint's token program.
    pub token_program: &'a AccountInfo<'info>,
}

impl EscrowPayout<'_, '_> {
    /// Pays `atoms`.
    pub fn pay(&self, atoms: u64) -> Result<()> {
        let (model, bump) = {
            let service = self.service.load()?;
            (service.model, [service.bump])
        };
        let seeds = Service::signer_seeds(&model, &bump);
        let service = self.service.as_ref();
        token::transfer(self.token_program, self.escrow, self.destination, service, atoms, &[&seeds])
    }
}
