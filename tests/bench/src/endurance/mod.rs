//! One market through a hundred thousand trades on the compiled programs, beside a shadow ledger that `sdk/core` keeps
//! of the orders alone. Both must agree to the atom all the way.

mod orders;
mod setup;
mod shadow_ledger;

use std::{collections::BTreeMap, panic::catch_unwind, time::Instant};

use anyhow::{Context, Result, anyhow, bail, ensure};
use clap::Args;
use modchains_sdk::{
    Instruction, Pubkey, Signer,
    exchange::{
        instructions::MarketDepositArgs,
        state::{FeeBeneficiary, TradeAmount},
    },
    instruction::{exchange, oracle},
    quote::TradeSide,
};
use modchains_tests::{
    chain::key,
    world::{EPOCH_SECONDS, QUOTE, quote},
};

use self::{
    orders::Orders,
    setup::{Compared, SIDE, Setup},
    shadow_ledger::{Order, ShadowLedger},
};
use crate::output::{
    budgets,
    figures::Figures,
    table::{Table, code, number},
};

/// Trades between two comparisons of ledger and chain.
const CHECK_EVERY: u32 = 1_000;
/// Thousands of trades in which the model is used, and in which it then is not.
const TIDE: u32 = 15;
/// One trade in this many is followed by something else: a deposit, a claim, a distribution, a request.
const ASIDE_EVERY: u64 = 40;
/// The four kinds of trades, in the order of the tables.
const KINDS: [&str; 4] = ["buy_exact_in", "buy_exact_out", "sell_exact_in", "sell_exact_out"];
/// What else happens to the market between syncs, in the order of [`Run::asides`].
const ASIDES: [&str; 5] = ["deposits", "distributions", "claims", "referral claims", "requests served"];

/// How long the market is held to it.
#[derive(Debug, Clone, Copy, Args)]
pub struct Endurance {
    /// Trades of the endurance run, in thousands.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    endurance_thousands: u32,
    /// Seed of its choices.
    #[arg(long, default_value_t = 1)]
    endurance_seed: u64,
}

/// The market so far.
struct Run {
    setup: Setup,
    ledger: ShadowLedger,
    orders: Orders,
    /// Compute units of the trades, by kind.
    units: [Vec<u64>; 4],
    /// Refused orders, by the reason.
    refused: BTreeMap<String, u64>,
    /// Whether nobody uses the model.
    is_quiet: bool,
    asides: [u64; 5],
    /// Syncs, by what came of them.
    syncs: BTreeMap<String, u64>,
    comparisons: u64,
    /// Sum of all differences so far.
    drift: u128,
    requests: u64,
}

/// Runs the market and reports; a difference of a single atom is an error.
pub fn measure(figures: &mut Figures, options: Endurance) -> Result<Vec<Table>> {
    let started = Instant::now();
    let run = catch_unwind(move || Run::all(options)).map_err(|_| anyhow!("it stopped; the reason is above"))??;
    let seconds = started.elapsed().as_secs_f64();
    let trades = run.trades() as f64;
    let mut table = Table::new("Endurance", text(options.endurance_seed), &["what", "count"]);
    let mut add = |name: &str, what: &str, value: f64| -> Result<()> {
        figures.set(name, value)?;
        table.row([what.to_owned(), number(value)]);
        Ok(())
    };
    add("count.endurance_trades", "trades", trades)?;
    for (reason, count) in &run.refused {
        add(&format!("count.endurance_refused_{reason}"), &format!("refused alike: {reason}"), *count as f64)?;
    }
    for (what, count) in ASIDES.iter().zip(run.asides) {
        add(&format!("count.endurance_{}", what.replace(' ', "_")), what, count as f64)?;
    }
    for (reason, count) in &run.syncs {
        add(&format!("count.endurance_syncs_{reason}"), &format!("syncs: {reason}"), *count as f64)?;
    }
    add("count.endurance_comparisons", "figures compared", run.comparisons as f64)?;
    add("count.endurance_drift_atoms", "**drift, atoms**", run.drift as f64)?;
    add("count.endurance_seconds", "seconds", seconds.round())?;
    add("count.endurance_trades_per_second", "trades a second", (trades / seconds).round())?;
    Ok(vec![table, units_table(figures, run.units)?])
}

fn text(seed: u64) -> String {
    format!(
        "A market from its launch on (seed {seed}): eight traders, three referrers, all four kinds of trades from one \
         atom to large parts of the market, each with the tightest limit that its quote allows, one in a hundred with \
         a limit one atom tighter. In between: deposits, claims of creator, protocol and referrers, distributions to \
         stakers, paid requests and syncs. Beside it `sdk/core` keeps a shadow ledger of the orders alone. After every 1,000 \
         trades the market's account, its quote vault (reserve + dues + referrals), the supply, everybody's balances \
         and what was paid out must equal the ledger to the atom, or `make bench` fails. Refused orders must be \
         refused for the same reason. Time is that of one thread, building of instructions, ledger and comparisons \
         included."
    )
}

fn units_table(figures: &mut Figures, units: [Vec<u64>; 4]) -> Result<Table> {
    let text = "Compute units of those trades. They differ with the amounts (divisions), with what the trade names and \
                with the launch, not with keys.";
    let mut table =
        Table::new("Endurance: compute units", text, &["trade", "trades", "least", "median", "most", "budget"]);
    for (name, mut units) in KINDS.into_iter().zip(units) {
        units.sort_unstable();
        let at = |index: usize| units.get(index).map_or(f64::NAN, |units| *units as f64);
        let [least, median, most] = [0, units.len() / 2, units.len().saturating_sub(1)].map(at);
        for (which, value) in [("least", least), ("median", median), ("most", most)] {
            figures.set(format!("cu.endurance_{name}_{which}"), value)?;
        }
        let count = number(units.len() as f64);
        table.row([
            code(name),
            count,
            number(least),
            number(median),
            number(most),
            budgets::cell(&format!("cu.endurance_{name}_most"), most),
        ]);
    }
    Ok(table)
}

impl Run {
    fn all(options: Endurance) -> Result<Self> {
        let mut run = Self::open(options.endurance_seed);
        for thousand in 1..=options.endurance_thousands {
            run.is_quiet = !(thousand / TIDE).is_multiple_of(2);
            run.round(CHECK_EVERY).with_context(|| format!("thousand {thousand}"))?;
            run.sync().with_context(|| format!("the sync after thousand {thousand}"))?;
            run.check().with_context(|| format!("after {thousand} thousand trades"))?;
        }
        Ok(run)
    }

    fn open(seed: u64) -> Self {
        let amount = TradeAmount::ExactIn { atoms_in: QUOTE, min_atoms_out: 0 };
        let first = Order { trader: 0, side: TradeSide::Buy, amount, referrer: None, is_first: true };
        let (setup, ledger) = Setup::open(&first);
        Self {
            setup,
            ledger,
            orders: Orders::new(seed),
            units: Default::default(),
            refused: BTreeMap::new(),
            is_quiet: false,
            asides: [0; 5],
            syncs: BTreeMap::new(),
            comparisons: 0,
            drift: 0,
            requests: 0,
        }
    }

    fn trades(&self) -> usize {
        self.units.iter().map(Vec::len).sum()
    }

    /// Until that many more trades were made.
    fn round(&mut self, trades: u32) -> Result<()> {
        let until = self.trades() + trades as usize;
        while self.trades() < until {
            self.setup.world.chain.advance(self.orders.below(3) as i64);
            self.trade()?;
            if self.orders.below(ASIDE_EVERY) == 0 {
                self.aside()?;
            }
        }
        Ok(())
    }

    /// One order, on the chain and in the ledger.
    fn trade(&mut self) -> Result<()> {
        let now_seconds = self.setup.world.chain.now();
        let order = self.orders.next(&self.ledger, now_seconds);
        let names_sysvar = self.ledger.in_launch(now_seconds) || self.orders.below(2) == 0;
        let instruction = self.setup.instruction(&order, names_sysvar);
        let sent = self.setup.world.chain.send(&[instruction]);
        match (self.ledger.trade(&order, now_seconds), sent) {
            (Ok(()), Ok(outcome)) => self.units[kind(&order)].push(outcome.compute_units),
            (Err(expected), Err(refusal)) => {
                let expected = format!("{expected:?}");
                ensure!(refusal.name == expected, "{order:?}: {} instead of {expected}", refusal.name);
                *self.refused.entry(expected).or_default() += 1;
            }
            (Ok(()), Err(refusal)) => bail!("refused though it is valid, {}: {order:?}", refusal.name),
            (Err(error), Ok(_)) => bail!("accepted though {error:?}: {order:?}"),
        }
        Ok(())
    }

    fn send(&mut self, what: &str, instruction: Instruction) -> Result<()> {
        let sent = self.setup.world.chain.send(&[instruction]);
        sent.map_err(|refusal| anyhow!("{what}: {}\n{}", refusal.name, refusal.logs.join("\n")))?;
        Ok(())
    }

    /// Something that is no trade. What has nothing to pay is left out.
    fn aside(&mut self) -> Result<()> {
        let kind = self.orders.below(5) as usize;
        self.asides[kind] += match kind {
            0 => self.deposit()?,
            1 => self.distribute()?.into(),
            2 => self.claim()?.into(),
            3 => self.claim_referral()?.into(),
            _ => self.serve()?,
        };
        Ok(())
    }

    fn deposit(&mut self) -> Result<u64> {
        let depositor = self.orders.below(self.ledger.holdings.len() as u64) as usize;
        let [reserve_atoms, creator_atoms, split_atoms] = [(); 3].map(|()| self.orders.size(QUOTE));
        let deposited_atoms = reserve_atoms + creator_atoms + split_atoms;
        if deposited_atoms > self.ledger.holdings[depositor].quote_atoms {
            return Ok(0);
        }
        let args = MarketDepositArgs { reserve_atoms, creator_atoms, split_atoms };
        let deposit = exchange::market_deposit(&self.setup.trader(depositor), &SIDE.model(), &quote(), args);
        self.send("a deposit", deposit)?;
        self.ledger.deposit(reserve_atoms, creator_atoms, split_atoms).map_err(|error| anyhow!("{error:?}"))?;
        self.ledger.holdings[depositor].quote_atoms -= deposited_atoms;
        Ok(1)
    }

    /// To the stakers, from the market and from the service; what the service owes the market comes with it.
    fn distribute(&mut self) -> Result<bool> {
        let service = self.setup.service();
        if service.accrued_vault_atoms > 0 {
            self.send("a distribution to stakers", oracle::fees_distribute(&SIDE.model(), &quote()))?;
            self.ledger.pool_paid_atoms += service.accrued_vault_atoms;
        }
        let (reserve_atoms, creator_atoms) = (service.accrued_reserve_atoms, service.accrued_creator_atoms);
        if reserve_atoms > 0 || creator_atoms > 0 {
            self.send("a distribution to the market", oracle::market_fees_distribute(&SIDE.model(), &quote()))?;
            self.ledger.deposit(reserve_atoms, creator_atoms, 0).map_err(|error| anyhow!("{error:?}"))?;
        }
        if self.ledger.state.dues.vault_atoms == 0 {
            return Ok(false);
        }
        self.send("a distribution", exchange::fees_distribute(&SIDE.model(), &quote()))?;
        self.ledger.distribute();
        Ok(true)
    }

    fn claim(&mut self) -> Result<bool> {
        let is_creator = self.orders.below(2) == 0;
        let due_atoms =
            if is_creator { self.ledger.state.dues.creator_atoms } else { self.ledger.state.dues.protocol_atoms };
        if due_atoms == 0 {
            return Ok(false);
        }
        let (beneficiary, owner): (FeeBeneficiary, Pubkey) = if is_creator {
            (FeeBeneficiary::Creator, SIDE.person("creator"))
        } else {
            (FeeBeneficiary::Protocol, key("treasury").pubkey())
        };
        self.send("a claim", exchange::fees_claim(&SIDE.model(), &quote(), &owner, beneficiary))?;
        if is_creator {
            self.ledger.claim_creator()
        } else {
            self.ledger.claim_protocol()
        }
        Ok(true)
    }

    fn claim_referral(&mut self) -> Result<bool> {
        let referrer = self.orders.below(self.ledger.referral_due_atoms.len() as u64) as usize;
        if self.ledger.referral_due_atoms[referrer] == 0 {
            return Ok(false);
        }
        let claim = exchange::referral_claim(&SIDE.model(), &quote(), &self.setup.referrer(referrer));
        self.send("a referrer's claim", claim)?;
        self.ledger.claim_referral(referrer);
        Ok(true)
    }

    /// Paid requests, answered for good. Some hours see more of them than others.
    fn serve(&mut self) -> Result<u64> {
        let count = if self.is_quiet { 0 } else { self.orders.below(4) * self.orders.below(4) };
        for _ in 0..count {
            self.requests += 1;
            self.setup.world.serve(SIDE, self.requests);
        }
        Ok(count)
    }

    /// Some hours later: closes the epoch and syncs.
    fn sync(&mut self) -> Result<()> {
        self.setup.world.chain.advance(i64::from(EPOCH_SECONDS) * (1 + self.orders.below(12) as i64));
        self.send("closing an epoch", oracle::usage_roll(&SIDE.model()))?;
        let (usage, now_seconds) = (self.setup.usage(), self.setup.world.chain.now());
        self.send("a sync", exchange::market_sync(&SIDE.model()))?;
        let reason =
            self.ledger.sync(&usage, &self.setup.service(), now_seconds).map_err(|error| anyhow!("{error:?}"))?;
        *self.syncs.entry(format!("{reason:?}")).or_default() += 1;
        Ok(())
    }

    /// Fails when ledger and chain differ in anything.
    fn check(&mut self) -> Result<()> {
        let compared = self.setup.compare(&self.ledger);
        self.comparisons += compared.len() as u64;
        let drift: u128 = compared.iter().map(|one| one.expected.abs_diff(one.found)).sum();
        self.drift += drift;
        let apart: Vec<String> =
            compared.iter().filter(|one| one.expected != one.found).map(Compared::to_string).collect();
        ensure!(drift == 0, "ledger and market have drifted apart by {drift}: {}", apart.join("; "));
        Ok(())
    }
}

/// Index into [`KINDS`].
fn kind(order: &Order) -> usize {
    let is_out = matches!(order.amount, TradeAmount::ExactOut { .. });
    2 * usize::from(order.side == TradeSide::Sell) + usize::from(is_out)
}

#[cfg(test)]
mod tests {
    // reason: a failed expectation is a failed test.
    #![allow(clippy::unwrap_used)]

    use modchains_tests::chain::TOKEN;

    use super::*;

    #[test]
    fn a_market_and_its_ledgers_agree_and_an_atom_is_missed() {
        let mut run = Run::open(7);
        run.round(1_000).unwrap();
        run.sync().unwrap();
        run.check().unwrap();
        assert!(run.units.iter().all(|units| units.len() > 100), "every kind of trade");
        assert!(!run.refused.is_empty() && run.asides.iter().all(|count| *count > 0), "{:?}", run.asides);
        let vault = SIDE.quote_vault();
        let atoms = run.setup.world.chain.token_atoms(&vault);
        run.setup.world.chain.put_tokens(vault, TOKEN, quote().mint, SIDE.market(), atoms - 1);
        let drift = run.check().unwrap_err().to_string();
        assert!(drift.contains("apart by 1:") && drift.contains("quote vault"), "{drift}");
        run.setup.world.chain.put_tokens(vault, TOKEN, quote().mint, SIDE.market(), atoms);
        run.ledger.state.curve.virtual_atoms += 1;
        assert!(run.check().is_err(), "a market that is not what its trades make it");
    }
}
