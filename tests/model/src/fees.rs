//! The fee of a trade and its legs.

use crate::{
    Market, Refusal, Terms,
    exact::{amount, ceil, floor},
};

const WHOLE_BPS: u128 = 10_000;

/// Who gets what of a fee, quote atoms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Legs {
    /// Stays in the reserve.
    pub reserve: u128,
    /// To the stakers.
    pub vault: u128,
    /// To creator and contributors.
    pub creator: u128,
    /// To the protocol, without what the referrer gets of it.
    pub protocol: u128,
    /// To whom the trade names.
    pub referrer: u128,
}

impl Terms {
    /// `ceil((launch maximum - base) * remaining / duration)` basis points.
    fn launch_bps(&self, now: i128) -> u128 {
        let elapsed = u128::try_from(now - self.opened_at).unwrap_or(0);
        let remaining = self.launch_seconds.saturating_sub(elapsed);
        if remaining == 0 {
            return 0;
        }
        ceil(self.launch_fee_max_bps.saturating_sub(self.fee_bps), remaining, self.launch_seconds)
    }

    /// Whether the launch is on.
    pub(crate) fn is_launching(&self, now: i128) -> bool {
        u128::try_from(now - self.opened_at).unwrap_or(0) < self.launch_seconds
    }

    /// What is paid in like a fee: the protocol's leg rounds up, the others down, the reserve takes the rest.
    pub(crate) fn split(&self, atoms: u128, has_referrer: bool) -> Legs {
        let part = |bps| floor(atoms, bps, WHOLE_BPS);
        let gross = ceil(atoms, self.protocol_bps, WHOLE_BPS);
        let referrer = if has_referrer { floor(gross, self.referral_bps, WHOLE_BPS) } else { 0 };
        let (vault, creator) = (part(self.vault_bps), part(self.creator_bps));
        Legs { reserve: atoms - gross - vault - creator, vault, creator, protocol: gross - referrer, referrer }
    }
}

/// Rates of one trade.
pub struct Rates {
    /// The base fee's.
    pub base_bps: u128,
    /// What the launch adds.
    pub launch_bps: u128,
}

impl Market {
    /// The creator's first buy pays no launch fee.
    pub(crate) fn rates(&self, is_first_buy: bool, now: i128) -> Rates {
        let launch_bps = if is_first_buy { 0 } else { self.terms.launch_bps(now) };
        Rates { base_bps: self.terms.fee_bps, launch_bps }
    }

    /// Legs of the fee of a trade of `gross` atoms: what the launch adds goes to stakers, by the parts of stakers and creator,
    /// and to the protocol.
    pub(crate) fn legs(&self, rates: &Rates, gross: u128, has_referrer: bool) -> Legs {
        let fee = rates.fee(gross);
        let base = if rates.launch_bps == 0 { fee } else { ceil(gross, rates.base_bps, WHOLE_BPS).min(fee) };
        let legs = self.terms.split(base, has_referrer);
        let vault = floor(fee - base, self.terms.vault_bps + self.terms.creator_bps, WHOLE_BPS);
        Legs { vault: legs.vault + vault, protocol: legs.protocol + (fee - base - vault), ..legs }
    }
}

impl Rates {
    /// Of the gross amount, basis points.
    pub(crate) fn whole_bps(&self) -> u128 {
        self.base_bps + self.launch_bps
    }

    /// Rounds up.
    pub(crate) fn fee(&self, gross: u128) -> u128 {
        ceil(gross, self.whole_bps(), WHOLE_BPS)
    }

    /// The smallest gross amount that leaves `net`.
    pub(crate) fn gross(&self, net: u128) -> Result<u128, Refusal> {
        amount(ceil(net, WHOLE_BPS, WHOLE_BPS - self.whole_bps()))
    }
}
