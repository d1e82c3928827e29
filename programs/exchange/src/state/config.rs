use core::cell::RefMut;

use anchor_lang::prelude::*;
use modchains_program_kit::{
    account,
    handover::{RolePlaces, Roles},
    timelock::{Config, Parameters, require_bounds},
};
pub use modchains_program_kit::{
    handover::Role,
    timelock::{TIMELOCK_SECONDS_MAX, TIMELOCK_SECONDS_MIN},
};

use super::MarketParams;
use crate::errors::{ExchangeError, ensure};
#[cfg(feature = "idl-build")]
use crate::idl::Described as _;

/// How many quote mints can be allowed at a time.
pub const QUOTE_MINTS_MAX: usize = 8;

/// The exchange's configuration. Markets copy `params` when they open, so a change never reaches an open market.
#[account(zero_copy)]
#[repr(C)]
#[derive(Debug)]
pub struct ExchangeConfig {
    /// May queue changes and allow quote mints. The program's upgrade authority at first.
    pub admin: Pubkey,
    /// Owner of the token accounts that receive the protocol's fees.
    pub treasury: Pubkey,
    /// Whom the admin's role is offered to; the zero key for nobody.
    pub admin_offered_to: Pubkey,
    /// Whom the treasury's role is offered to; the zero key for nobody.
    pub treasury_offered_to: Pubkey,
    /// Quote mints a market may open with; the zero key marks a free place.
    pub quote_mints: [Pubkey; QUOTE_MINTS_MAX],
    /// Unix second from which the queued change may be applied; 0 when none is queued.
    pub pending_at_seconds: i64,
    /// What new markets copy.
    pub params: MarketParams,
    /// The queued change of `params`; meaningless while `pending_at_seconds` is 0.
    pub pending_params: MarketParams,
    /// Delay between queueing a change and applying it.
    pub timelock_seconds: u32,
    /// Bump of this account's address.
    pub bump: u8,
    /// Always zero.
    pub _padding: [u8; 3],
}

impl ExchangeConfig {
    /// The configuration in `account`. There is only one, and Anchor's loader would add 5 KB to the program for it.
    pub fn load<'a>(account: &'a AccountInfo) -> Result<RefMut<'a, Self>> {
        account::state_mut(account, &crate::ID)
    }

    /// The configuration in `account`, for its admin alone.
    pub fn load_for<'a>(account: &'a AccountInfo, admin: &Pubkey) -> Result<RefMut<'a, Self>> {
        let config = Self::load(account)?;
        ensure(config.admin == *admin, ExchangeError::NotAdmin)?;
        Ok(config)
    }

    /// Adds `mint` to the quote mints.
    pub fn allow(&mut self, mint: Pubkey) -> Result<()> {
        ensure(!self.allows(&mint), ExchangeError::QuoteMintAlreadyAllowed)?;
        let free = self.quote_mints.iter_mut().find(|place| **place == Pubkey::default());
        *free.ok_or(ExchangeError::QuoteMintListFull)? = mint;
        Ok(())
    }

    /// Takes `mint` off the list. Markets that trade against it go on.
    pub fn delist(&mut self, mint: &Pubkey) -> Result<()> {
        ensure(self.allows(mint), ExchangeError::QuoteMintNotAllowed)?;
        let places = self.quote_mints.iter_mut().filter(|place| *place == mint);
        places.for_each(|place| *place = Pubkey::default());
        Ok(())
    }

    /// Whether a market may open with `mint`.
    pub fn allows(&self, mint: &Pubkey) -> bool {
        *mint != Pubkey::default() && self.quote_mints.contains(mint)
    }
}

impl Roles for ExchangeConfig {
    type Refusal = ExchangeError;

    fn places(&mut self, role: Role) -> RolePlaces<'_> {
        match role {
            Role::Admin => RolePlaces { holder: &mut self.admin, offered_to: &mut self.admin_offered_to },
            Role::Treasury => RolePlaces { holder: &mut self.treasury, offered_to: &mut self.treasury_offered_to },
        }
    }
}

impl Config for ExchangeConfig {
    type Params = MarketParams;
    type Refusal = ExchangeError;

    fn parameters(&mut self) -> Parameters<'_, MarketParams> {
        Parameters {
            present: &mut self.params,
            pending: &mut self.pending_params,
            pending_at_seconds: &mut self.pending_at_seconds,
        }
    }

    fn timelock_seconds(&self) -> u32 {
        self.timelock_seconds
    }

    fn validate(params: &MarketParams) -> Result<()> {
        Ok(params.validate().map_err(ExchangeError::from)?)
    }

    fn invariant(&self) -> Result<()> {
        // The delay of a change is bounded.
        require_bounds::<ExchangeError>(self.timelock_seconds)?;
        // What markets copy is within its bounds.
        Self::validate(&self.params)
    }
}
