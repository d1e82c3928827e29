use anchor_lang::prelude::*;
use bytemuck::Zeroable;
use modchains_core::{
    licence::{Grant, LicenceTerms},
    window,
};
use modchains_program_interface::{assert_view, exchange as view};

use crate::errors::{ExchangeError, ensure};

/// What a model's creator allows one address, in place of the model's default licence. The oracle reads it when that
/// address asks for an inference.
///
/// ```text
/// (none) -> granted -> revoked
///              |          |
///              +-> expired+-> granted again, or closed
/// ```
#[account(zero_copy)]
#[repr(C)]
#[derive(Debug)]
pub struct Licence {
    /// The model.
    pub model: Pubkey,
    /// Whose requests it covers.
    pub grantee: Pubkey,
    /// Least that a request pays, quote atoms; 0 leaves the price to the service.
    pub price_atoms: u64,
    /// From when it is over, unix seconds; 0 for never.
    pub expires_at_seconds: i64,
    /// When it was revoked, unix seconds; 0 when it was not.
    pub revoked_at_seconds: i64,
    /// Most requests in one window; 0 for any number.
    pub rate_max: u32,
    /// Length of that window; 0 without a rate.
    pub rate_window_seconds: u32,
    /// Allowed uses, a set of the `USE_` bits of [`modchains_core::licence`].
    pub uses: u16,
    /// 1 when the creator may revoke or change it before it expires.
    pub revocable: u8,
    /// Bump of this account's address.
    pub bump: u8,
    /// Always zero.
    pub _padding: [u8; 4],
    /// Who paid this account's rent, which goes back there.
    pub paid_by: Pubkey,
}

assert_view!(view::Licence => Licence {
    model, grantee, price_atoms, expires_at_seconds, revoked_at_seconds, rate_max, rate_window_seconds, uses,
} skipping { _skipped });

/// What the creator grants.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct LicenceGrantArgs {
    /// Whose requests it covers.
    pub grantee: Pubkey,
    /// Least that a request pays, quote atoms; 0 leaves the price to the service.
    pub price_atoms: u64,
    /// From when it is over, unix seconds; 0 for never.
    pub expires_at_seconds: i64,
    /// Most requests in one window; 0 for any number.
    pub rate_max: u32,
    /// Length of that window, up to 30 days; 0 without a rate.
    pub rate_window_seconds: u32,
    /// Allowed uses; at least one.
    pub uses: u16,
    /// Whether the creator may revoke or change it before it expires.
    pub revocable: bool,
}

impl Licence {
    /// A new licence for `args.grantee`.
    pub fn grant(model: Pubkey, args: &LicenceGrantArgs, paid_by: Pubkey, bump: u8, now_seconds: i64) -> Result<Self> {
        let mut licence = Self { model, grantee: args.grantee, paid_by, bump, ..Self::zeroed() };
        licence.set(args, now_seconds)?;
        Ok(licence)
    }

    /// Replaces the terms. A grantee who was promised terms for good, or until a date, keeps them.
    pub fn grant_again(&mut self, args: &LicenceGrantArgs, now_seconds: i64) -> Result<()> {
        ensure(self.revocable != 0 || self.is_over(now_seconds), ExchangeError::LicenceNotRevocable)?;
        self.set(args, now_seconds)
    }

    /// Refuses to close the account while it allows something. Without it the grantee is under the model's default terms.
    pub fn require_closable(&self, model: &Pubkey, paid_by: &Pubkey, now_seconds: i64) -> Result<()> {
        ensure(self.model == *model, ExchangeError::LicenceMismatch)?;
        ensure(self.paid_by == *paid_by, ExchangeError::RentReceiverMismatch)?;
        ensure(self.is_over(now_seconds), ExchangeError::LicenceInForce)
    }

    fn is_over(&self, now_seconds: i64) -> bool {
        self.revoked_at_seconds != 0 || !is_ahead(self.expires_at_seconds, now_seconds)
    }

    #[inline(never)]
    fn set(&mut self, args: &LicenceGrantArgs, now_seconds: i64) -> Result<()> {
        ensure(is_ahead(args.expires_at_seconds, now_seconds), ExchangeError::LicenceTermsInvalid)?;
        self.price_atoms = args.price_atoms;
        self.expires_at_seconds = args.expires_at_seconds;
        self.revoked_at_seconds = 0;
        self.rate_max = args.rate_max;
        self.rate_window_seconds = args.rate_window_seconds;
        self.uses = args.uses;
        self.revocable = args.revocable.into();
        self.invariant()
    }

    /// Ends the licence now, if it is of the kind that can be.
    pub fn revoke(&mut self, model: &Pubkey, now_seconds: i64) -> Result<()> {
        ensure(self.model == *model, ExchangeError::LicenceMismatch)?;
        ensure(self.revocable != 0, ExchangeError::LicenceNotRevocable)?;
        ensure(self.revoked_at_seconds == 0, ExchangeError::LicenceRevokedBefore)?;
        self.revoked_at_seconds = now_seconds;
        self.invariant()
    }

    /// The licence in the form the formulas take.
    pub fn grant_terms(&self) -> Grant {
        let terms = LicenceTerms {
            uses: self.uses,
            price_atoms: self.price_atoms,
            rate_max: self.rate_max,
            rate_window_seconds: self.rate_window_seconds,
        };
        let (expires_at_seconds, revoked_at_seconds) = (self.expires_at_seconds, self.revoked_at_seconds);
        Grant { terms, expires_at_seconds, revoked_at_seconds }
    }

    /// What holds of a licence at the end of every change.
    pub fn invariant(&self) -> Result<()> {
        // Whoever enforces it can read it.
        Ok(self.grant_terms().terms.validate().map_err(ExchangeError::from)?)
    }
}

/// Whether an expiry, of which 0 means never, lies ahead.
fn is_ahead(expires_at_seconds: i64, now_seconds: i64) -> bool {
    expires_at_seconds == 0 || window::is_open(now_seconds, expires_at_seconds)
}
