//! Profit without risk: trades that begin and end in one transaction.

use anchor_lang::Discriminator;
use modchains_exchange::instruction::{MarketBuy, MarketSell, MarketSync};
use modchains_sdk::instruction::Token;

use crate::{
    laws::law::{Sight, Verdict, hold},
    traded::{market_of, traded},
};

pub fn a_round_trip_never_pays(sight: &Sight) -> Verdict {
    let trades = traded(sight.seen);
    let Some(first) = trades.first() else { return Ok(0) };
    let tags = [MarketBuy::DISCRIMINATOR, MarketSell::DISCRIMINATOR, MarketSync::DISCRIMINATOR];
    let only_trades = sight
        .seen
        .instructions
        .iter()
        .all(|sent| sent.program_id == modchains_exchange::ID && tags.iter().any(|tag| sent.data.starts_with(tag)));
    let one_market = trades.iter().all(|trade| trade.market == first.market);
    if trades.len() < 2 || !only_trades || !one_market {
        return Ok(0);
    }
    let market = market_of(sight.seen, &first.market)?;
    let quote = sight.seen.token_change(&sight.setup.quote_of(&market).account_of(&first.trader));
    let tokens = sight.seen.token_change(&Token::of_model(&market.model).account_of(&first.trader));
    // Whoever has no token less must have paid for the round.
    hold!(tokens < 0 || quote < 0, "{} gained {quote} and {tokens} tokens at once", first.trader);
    Ok(1)
}
