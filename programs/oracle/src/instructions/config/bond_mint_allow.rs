use anchor_lang::prelude::*;
use modchains_program_kit::mint::hostile_extension;

use crate::{
    errors::{OracleError, ensure},
    events::{self, BondMintAllowed},
    state::{BondMint, OracleConfig},
};

/// Amounts that depend on the mint's unit.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct BondMintAllowArgs {
    /// Smallest bond of an operator and of a result, in atoms; at least the claim bond.
    pub min_bond_atoms: u64,
    /// Bond of a claim, in atoms; more than zero.
    pub claim_bond_atoms: u64,
    /// Most fees of one requester and epoch that count as usage, in atoms; more than zero.
    pub requester_cap_atoms: u64,
}

/// Allows services to charge a mint, or sets its amounts for services opened or configured from now on.
#[event_cpi]
#[derive(Accounts)]
pub struct BondMintAllow<'info> {
    pub admin: Signer<'info>,
    #[account(mut, has_one = admin @ OracleError::NotAdmin)]
    pub config: AccountLoader<'info, OracleConfig>,
    /// CHECK: refused unless it is a mint of either token program without a hostile extension.
    pub mint: UncheckedAccount<'info>,
}

impl<'info> BondMintAllow<'info> {
    /// Lists the mint unless it carries an extension that could hurt holders.
    pub fn handle(&mut self, args: BondMintAllowArgs) -> Result<()> {
        let hostile = hostile_extension(&self.mint)?;
        ensure(hostile.is_none(), OracleError::BondMintExtensionRefused)?;
        let bond_mint = BondMint {
            mint: self.mint.key(),
            min_bond_atoms: args.min_bond_atoms,
            claim_bond_atoms: args.claim_bond_atoms,
            requester_cap_atoms: args.requester_cap_atoms,
        };
        self.config.load_mut()?.allow(bond_mint)?;
        events::emit(&self.event_authority, &BondMintAllowed { bond_mint })
    }
}
