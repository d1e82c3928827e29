//! A clock that goes back holds up nobody who wants to leave.

use modchains_exchange::state::QuoteTerms;
use modchains_sdk::instruction::exchange::{self, TradeRoute};
use modchains_tests::world::{Side, World, exact_in, fresh_terms, quote};

const SIDE: Side = Side::A;

#[test]
fn a_clock_that_goes_back_stops_no_sale() {
    let mut world = World::ready();
    let opened_at_seconds = world.market(SIDE).opened_at_seconds;
    let trader = SIDE.person("trader");
    for back in [1, 3_600, 1_000_000] {
        let mut world = world.clone();
        world.chain.set_time(opened_at_seconds - back);
        let terms = QuoteTerms { max_epoch: u64::MAX, ..fresh_terms(&world.chain) };
        let sale = exchange::market_sell(
            &trader,
            &SIDE.model(),
            &quote(),
            exact_in(1_000_000, 0, terms),
            TradeRoute::default(),
        );
        let before = world.market(SIDE);
        world.chain.must(&[sale]);
        let after = world.market(SIDE);
        // The marks stay what they were: a sale never raises them.
        assert_eq!(after.supply_peak_atoms, before.supply_peak_atoms);
        assert_eq!(after.supply_window_after_seconds, before.supply_window_after_seconds);
        assert_eq!(after.observed_after_seconds, before.observed_after_seconds);
    }
    world.chain.advance(1);
    let sale = world.sell_instruction(SIDE, "trader", 1_000_000);
    world.chain.must(&[sale]);
}
