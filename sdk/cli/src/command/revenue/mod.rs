//! What the stakers of a model really received.

mod svg;

use std::path::PathBuf;

use clap::Args;
use modchains_sdk::{
    Pubkey,
    core::math::mul_q64_floor,
    decode::{Fetched, State},
    revenue::{DAY_SECONDS, RevenueDeposit, RevenueSource, daily, sums_since, yield_ppm},
    vault::state::{RevenuePool, Vault},
};

use super::market::Listing;
use crate::{
    amount::SignedAmount,
    argument::ModelArg,
    connection::{Connection, TokenView, spinner},
    error::{CliError, Result},
    output::{Report, sparkline},
};

/// The spans that are summed up, in days; the last is the longest, which is drawn too.
const SPANS: [usize; 2] = [7, 30];
/// Days that are read and drawn.
const DAYS: usize = 30;

/// Arguments of `revenue`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "Deposits into the model's vault over the last 7 and 30 days, each as it came in: inference fees, trade fees (with those
of generated content) and what others gave. A deposit reaches the stakers over the vault's stream time, not at once.

The past yield is what came in within a span over what is staked now at the present spot price. It is what was, not what
will be: neither revenue nor price is promised by anybody, and nothing is projected to a year. Revenue in other tokens than
the market's has no price on this exchange and is in no yield.

Examples:
  modchains revenue MODEL
  modchains revenue MODEL --svg revenue.svg"
)]
pub struct RevenueArgs {
    #[command(flatten)]
    model: ModelArg,
    /// How many of the last transactions of each pool to read.
    #[arg(long, value_name = "COUNT", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    last: u32,
    /// Only the revenue in this mint [default: in every one that the exchange allows].
    #[arg(long, value_name = "MINT")]
    mint: Option<Pubkey>,
    /// Draw the days, in the market's token, to this file too. An existing one is replaced.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

/// What was read.
struct Past {
    listing: Listing,
    staked_atoms: u64,
    deposits: Vec<RevenueDeposit>,
    is_cut: bool,
    now_seconds: i64,
}

impl RevenueArgs {
    /// Reads the deposits and sums them up.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let past = self.read(connection).await?;
        let days = daily(&past.deposits, &past.listing.quote.token.mint, past.now_seconds, DAYS);
        if let Some(path) = &self.svg {
            let drawn = svg::write(&past.listing, &days, past.now_seconds, path);
            drawn.map_err(|reason| CliError::FileNotWritten { path: path.clone(), reason })?;
        }
        let (token, quote) = (&past.listing.token, &past.listing.quote);
        let worth_atoms = past.staked_worth_atoms();
        let report = Report::new()
            .text("model", past.listing.model)
            .amount("staked", token.amount(past.staked_atoms), &token.symbol)
            .signed("staked_worth", worth_atoms.map(|atoms| quote.signed(atoms.into())), &quote.symbol)
            .flag("older_left_out", past.is_cut);
        let report =
            SPANS.into_iter().zip(["past_yield_7_days", "past_yield_30_days"]).fold(report, |report, (days, key)| {
                report.share(key, worth_atoms.and_then(|worth_atoms| past.yield_ppm(days, worth_atoms)))
            });
        let report = report
            .text("note", "what came in, not what will: nothing of it is promised")
            .maybe("svg", self.svg.as_ref().map(|path| path.display()));
        const COLUMNS: &[&str] = &["source", "last_7_days", "last_30_days"];
        let report = report.table("past_revenue", COLUMNS, past.rows(connection).await?);
        Ok(report.drawing("days", past.drawing(&days), past.days(&days)))
    }

    async fn read(&self, connection: &Connection) -> Result<Past> {
        let client = &connection.client;
        let model = self.model.address(connection).await?;
        let vault: Fetched<Vault> = client.vault(&model).await?;
        let listing = Listing::load(connection, &model).await?;
        let now_seconds = client.now_seconds().await?;
        let since_seconds = now_seconds.saturating_sub(DAYS as i64 * DAY_SECONDS);
        let mut pools: Vec<Fetched<RevenuePool>> = client.pools(&vault.address).await?;
        // Anybody may open a pool, for whatever there is: what the exchange does not allow must be asked for.
        let config = client.exchange_config().await?.value;
        pools.retain(|pool| match self.mint {
            Some(mint) => mint == pool.value.revenue_mint,
            None => pool.value.is_first == 1 || config.allows(&pool.value.revenue_mint),
        });
        if let (true, Some(mint)) = (pools.is_empty(), self.mint) {
            let what = format!("the vault has no {} for {mint}", RevenuePool::NAME);
            return Err(CliError::unfit(what, "see its pools with `modchains vault show`"));
        }
        let (mut deposits, mut is_cut) = (Vec::new(), false);
        let spinner = spinner("Reading the pools' history");
        let transactions_max = usize::try_from(self.last).unwrap_or(usize::MAX);
        for pool in pools {
            let read = client.pool_revenue(&model, &pool.address, since_seconds, transactions_max).await?;
            deposits.extend(read.deposits);
            is_cut |= read.is_cut;
        }
        spinner.finish_and_clear();
        Ok(Past { listing, staked_atoms: vault.value.staked_atoms, deposits, is_cut, now_seconds })
    }
}

impl Past {
    /// What is staked is worth so much at the spot price.
    fn staked_worth_atoms(&self) -> Option<u64> {
        mul_q64_floor(self.staked_atoms, self.listing.market.curve().spot_price_q64().ok()?).ok()
    }

    fn since(&self, days: usize) -> i64 {
        self.now_seconds.saturating_sub(days as i64 * DAY_SECONDS)
    }

    /// What came in over so many days, in the market's token, over what is staked.
    fn yield_ppm(&self, days: usize, worth_atoms: u64) -> Option<i64> {
        let sums = sums_since(&self.deposits, self.since(days));
        let revenue_atoms = sums.get(&self.listing.quote.token.mint).map_or(0, |sources| sources.values().sum());
        yield_ppm(revenue_atoms, worth_atoms)
    }

    /// A row for each mint and source, and one for the sum of a mint's; of the market's token also when nothing came in.
    async fn rows(&self, connection: &Connection) -> Result<Vec<Report>> {
        let spans = SPANS.map(|days| sums_since(&self.deposits, self.since(days)));
        let quote_mint = self.listing.quote.token.mint;
        let tokens = connection.tokens(spans[1].keys().copied().chain([quote_mint])).await?;
        let mut rows = Vec::new();
        for (mint, token) in &tokens {
            let atoms = |sources: &[RevenueSource], span: usize| -> u128 {
                let of_mint = spans[span].get(mint);
                sources.iter().filter_map(|source| of_mint?.get(source)).sum()
            };
            let named = [
                ("inference fees", &RevenueSource::ALL[..1]),
                ("trade fees", &RevenueSource::ALL[1..2]),
                ("others", &RevenueSource::ALL[2..]),
                ("all", &RevenueSource::ALL[..]),
            ];
            rows.extend(named.map(|(name, sources)| {
                Report::new()
                    .text("source", name)
                    .signed("last_7_days", Some(wide(token, atoms(sources, 0))), &token.symbol)
                    .signed("last_30_days", Some(wide(token, atoms(sources, 1))), &token.symbol)
                    .text("mint", mint)
            }));
        }
        Ok(rows)
    }

    fn drawing(&self, days: &[u128]) -> String {
        // Floats are for drawing alone.
        let heights: Vec<f64> = days.iter().map(|atoms| *atoms as f64).collect();
        format!("past revenue in {} a day, {DAYS} days up to now:\n{}", self.listing.quote.symbol, sparkline(&heights))
    }

    fn days(&self, days: &[u128]) -> Vec<Report> {
        let quote = &self.listing.quote;
        let day = |(place, atoms): (usize, &u128)| {
            let from_seconds = self.since(DAYS.saturating_sub(place));
            Report::new().moment("from", from_seconds).signed("revenue", Some(wide(quote, *atoms)), &quote.symbol)
        };
        days.iter().enumerate().map(day).collect()
    }
}

/// A sum of deposits, which can exceed what one account can hold.
fn wide(token: &TokenView, atoms: u128) -> SignedAmount {
    token.signed(i128::try_from(atoms).unwrap_or(i128::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::market::tests::listing;

    /// 1,000 tokens staked at 30 SOL for 10^9 tokens: 0.00003 SOL.
    fn past(ages_and_atoms: &[(i64, u64)]) -> Past {
        let (listing, now_seconds) = (listing(), 100 * DAY_SECONDS);
        let deposit = |(age_seconds, revenue_atoms): &(i64, u64)| RevenueDeposit {
            at_seconds: now_seconds - age_seconds,
            source: RevenueSource::TradeFees,
            revenue_mint: listing.quote.token.mint,
            revenue_atoms: *revenue_atoms,
        };
        let deposits = ages_and_atoms.iter().map(deposit).collect();
        Past { listing, staked_atoms: 1_000_000_000, deposits, is_cut: false, now_seconds }
    }

    #[test]
    fn a_yield_counts_what_came_in_within_its_span_alone() {
        let past = past(&[(1, 300), (8 * DAY_SECONDS, 1_200), (31 * DAY_SECONDS, 9_999)]);
        let worth_atoms = past.staked_worth_atoms().unwrap_or(0);
        // The Q64.64 price rounds down.
        assert!((29_999..=30_000).contains(&worth_atoms), "{worth_atoms}");
        assert_eq!(SPANS.map(|days| past.yield_ppm(days, 30_000)), [Some(10_000), Some(50_000)]);
        assert_eq!(past.yield_ppm(7, 0), None, "nothing is staked");
    }

    #[test]
    fn the_days_are_drawn_with_what_they_are_of() {
        let past = past(&[(1, 300), (29 * DAY_SECONDS, 300)]);
        let days = daily(&past.deposits, &past.listing.quote.token.mint, past.now_seconds, DAYS);
        let drawing = past.drawing(&days);
        assert!(drawing.contains("SOL") && drawing.contains("past") && drawing.ends_with('█'), "{drawing}");
        let listed = past.days(&days);
        assert_eq!(listed.len(), DAYS);
        assert_eq!(listed[0].json()["from"], past.now_seconds - 30 * DAY_SECONDS);
        assert_eq!(listed[0].json()["revenue"]["atoms"], "300");
    }
}
