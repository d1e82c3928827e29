//! What a trade does.

use crate::{
    Legs, Market, Refusal,
    exact::{MOST, amount, ceil, floor},
    fees::Rates,
};

/// What a trader asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// A buy; else a sale.
    pub is_buy: bool,
    /// `atoms` is what is given; else what is got.
    pub is_exact_in: bool,
    /// Of the side that is exact.
    pub atoms: u128,
    /// Fewest got or most given, of the other side.
    pub limit: u128,
    /// Refused from this second on.
    pub deadline: i128,
    /// Refused from this parameter epoch on.
    pub max_epoch: u128,
    /// Whether a referrer shares in the protocol's leg.
    pub has_referrer: bool,
    /// The transaction's word, and its word together with the trader.
    pub transaction: Option<(u64, u64)>,
}

/// What a trade was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trade {
    /// Paid by the buyer, or to the seller.
    pub quote: u128,
    /// Minted or burned.
    pub tokens: u128,
    /// In basis points of the gross amount.
    pub fee_bps: u128,
    /// In quote atoms.
    pub fee: u128,
    /// The fee by receiver.
    pub legs: Legs,
    /// What a buyer paid above the curve's own price.
    pub spread: u128,
}

impl Market {
    /// Trades, or is left as it was.
    pub fn trade(&mut self, order: &Order, now: i128) -> Result<Trade, Refusal> {
        if now >= order.deadline {
            return Err(Refusal::DeadlinePassed);
        }
        if self.parameter_epoch >= order.max_epoch {
            return Err(Refusal::ParametersMoved);
        }
        let before = *self;
        let mut after = *self;
        let trade = if order.is_buy { after.buy(order, now)? } else { after.sell(order, now)? };
        after.vault_due = amount(after.vault_due + trade.legs.vault)?;
        after.creator_due = amount(after.creator_due + trade.legs.creator)?;
        after.protocol_due = amount(after.protocol_due + trade.legs.protocol)?;
        // What is remembered of the time before is remembered of the market as it stood then.
        let mut stood = before;
        stood.observe(now);
        stood.roll_windows(now);
        (after.observed_at, after.supply_seconds, after.log_seconds) =
            (stood.observed_at, stood.supply_seconds, stood.log_seconds);
        (after.last_peak, after.window_start) = (stood.last_peak, stood.window_start);
        after.peak = stood.peak.max(after.circulating);
        *self = after;
        Ok(trade)
    }

    fn buy(&mut self, order: &Order, now: i128) -> Result<Trade, Refusal> {
        let is_launching = self.terms.is_launching(now);
        let words = match order.transaction {
            None if is_launching => return Err(Refusal::LaunchTransactionMissing),
            words => words.filter(|_| is_launching),
        };
        let is_first_buy =
            words.is_some_and(|(_, with_trader)| self.is_first_buy_open && with_trader == self.launch_word);
        let rates = self.rates(is_first_buy, now);
        let (gross, tokens) = self.buy_amounts(order, &rates)?;
        let trade = self.bought(&rates, gross, tokens, order.has_referrer)?;
        order.require_within(gross, tokens)?;
        if now < self.terms.paused_until {
            return Err(Refusal::MarketPaused);
        }
        if let Some((word, _)) = words {
            let is_same = !is_first_buy && !self.is_first_buy_open && word == self.launch_word;
            let bought = if is_same { self.launch_bought + tokens } else { tokens };
            let cap = floor(self.terms.depth_opening, self.terms.launch_cap_ppm, 1_000_000).max(1);
            if !is_first_buy && bought > cap {
                return Err(Refusal::LaunchCapExceeded);
            }
            (self.launch_word, self.launch_bought, self.is_first_buy_open) = (word, bought, false);
        }
        Ok(trade)
    }

    /// Gross quote and tokens.
    fn buy_amounts(&self, order: &Order, rates: &Rates) -> Result<(u128, u128), Refusal> {
        if order.is_exact_in {
            let gross = order.atoms;
            require(gross > 0, Refusal::AmountZero)?;
            let net = gross - rates.fee(gross);
            require(net > 0, Refusal::OutputZero)?;
            let quote_after = amount(self.ask()? + net)?;
            let tokens = floor(self.tokens(), net, quote_after);
            require(tokens > 0, Refusal::OutputZero)?;
            return Ok((gross, tokens));
        }
        let (ask, tokens) = (self.ask()?, order.atoms);
        require(tokens > 0, Refusal::AmountZero)?;
        require(tokens < self.tokens(), Refusal::InsufficientSupply)?;
        let net = amount(ceil(ask, tokens, self.tokens() - tokens))?;
        Ok((rates.gross(net)?, tokens))
    }

    fn bought(&mut self, rates: &Rates, gross: u128, tokens: u128, has_referrer: bool) -> Result<Trade, Refusal> {
        let (fee, legs) = (rates.fee(gross), self.legs(rates, gross, has_referrer));
        let net = gross - fee;
        // Where the ask is the curve's own price, what rounding left over is no spread.
        let own = ceil(self.quote(), tokens, self.tokens() - tokens);
        let spread = if self.ask()? == self.quote() { 0 } else { net.saturating_sub(own) };
        self.reserve += net + legs.reserve;
        self.circulating += tokens;
        amount(self.quote())?;
        self.work_in(legs.reserve + spread, self.circulating);
        Ok(Trade { quote: gross, tokens, fee_bps: rates.whole_bps(), fee, legs, spread })
    }

    fn sell(&mut self, order: &Order, now: i128) -> Result<Trade, Refusal> {
        let rates = self.rates(false, now);
        let (gross, tokens) = self.sell_amounts(order, &rates)?;
        let (fee, legs) = (rates.fee(gross), self.legs(&rates, gross, order.has_referrer));
        let supply_before = self.circulating;
        self.reserve = self.reserve - gross + legs.reserve;
        self.circulating -= tokens;
        self.work_in(legs.reserve, supply_before);
        order.require_within(tokens, gross - fee)?;
        Ok(Trade { quote: gross - fee, tokens, fee_bps: rates.whole_bps(), fee, legs, spread: 0 })
    }

    /// Gross quote and tokens.
    fn sell_amounts(&self, order: &Order, rates: &Rates) -> Result<(u128, u128), Refusal> {
        require(order.atoms > 0, Refusal::AmountZero)?;
        if order.is_exact_in {
            let tokens = order.atoms;
            require(tokens <= self.circulating, Refusal::InsufficientSupply)?;
            let gross = floor(self.quote(), tokens, self.tokens() + tokens);
            require(gross > 0 && gross > rates.fee(gross), Refusal::OutputZero)?;
            return Ok((gross, tokens));
        }
        let gross = rates.gross(order.atoms)?;
        require(gross <= self.reserve && gross < self.quote(), Refusal::InsufficientReserve)?;
        let tokens = amount(ceil(self.tokens(), gross, self.quote() - gross))?;
        require(tokens <= self.circulating, Refusal::InsufficientSupply)?;
        Ok((gross, tokens))
    }

    /// `V' = max(V, min(V + floor(worked (Y - Cl) / Cl), B))`, as far as `R + V'` is an amount.
    fn work_in(&mut self, worked: u128, supply: u128) {
        let counted = supply.max(self.supply_floor);
        let added = floor(worked, self.depth - counted, counted);
        let most = self.boundary().min(MOST - self.reserve);
        self.virtual_quote = self.virtual_quote.max(most.min(self.virtual_quote + added));
    }
}

impl Order {
    fn require_within(&self, given: u128, got: u128) -> Result<(), Refusal> {
        if self.is_exact_in {
            require(got >= self.limit, Refusal::OutputBelowLimit)
        } else {
            require(given <= self.limit, Refusal::InputAboveLimit)
        }
    }
}

fn require(holds: bool, refusal: Refusal) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(refusal) }
}
