//! Laws of trades against the compiled exchange: quotes are met to the atom, and no history loses one.

use modchains_core::{curve::Curve, fees::FeeLegs, trade};
use modchains_exchange::{
    events::{CurveState, TokensBought, TokensSold},
    instructions::MarketDepositArgs,
    state::QuoteTerms,
};
use modchains_sdk::instruction::{
    exchange::{self, TradeRoute},
    token,
};
use modchains_tests::{
    chain::key,
    world::{QUOTE, Side, World, exact_in, exact_out, quote},
};
use proptest::prelude::*;
use solana_instruction::Instruction;
use solana_signer::Signer;

use crate::exchange::trades::{claim_creator_fees, fee_of, transfer};

const SIDE: Side = Side::A;

/// A trade by its direction and size: atoms of what is given or got in a buy; for a sale, parts per million of the
/// tokens held, or of what they would pay.
#[derive(Debug, Clone, Copy)]
enum Trade {
    Buy(u64),
    BuyOut(u64),
    Sell(u32),
    SellOut(u32),
}

fn any_trade() -> impl Strategy<Value = (Trade, bool)> {
    // Sizes of every order of magnitude.
    let atoms = (0_u32..52, any::<u64>()).prop_map(|(bits, noise)| (1 << bits) | (noise & ((1 << bits) - 1)));
    let trade = prop_oneof![
        atoms.clone().prop_map(Trade::Buy),
        atoms.prop_map(Trade::BuyOut),
        (1_u32..=1_000_000).prop_map(Trade::Sell),
        (1_u32..=1_000_000).prop_map(Trade::SellOut),
    ];
    (trade, any::<bool>())
}

/// What the formulas say of a trade: the instruction that accepts exactly that, and every figure.
struct Expected {
    instruction: Instruction,
    atoms_in: u64,
    atoms_out: u64,
    legs: FeeLegs,
    after: Curve,
}

/// Quotes by the formulas alone; `None` when they refuse, with the instruction that must then be refused too.
fn expect(world: &World, trade: Trade, referred: bool) -> Result<Expected, Instruction> {
    let market = world.market(SIDE);
    let (sides, fees) = (market.state().sides(), market.params.trade_fees());
    let held = world.model_atoms(SIDE, "trader");
    let part = |atoms: u64, ppm: u32| (u128::from(atoms) * u128::from(ppm) / 1_000_000) as u64;
    let terms = QuoteTerms { deadline_seconds: i64::MAX, max_epoch: u64::from(market.parameter_epoch) + 1 };
    let route = TradeRoute { referrer: referred.then(|| SIDE.person("staker")), launch: false };
    let (trader, model) = (SIDE.person("trader"), SIDE.model());
    let buying = |args| exchange::market_buy(&trader, &model, &quote(), args, route);
    let selling = |args| exchange::market_sell(&trader, &model, &quote(), args, route);
    let bought = |quoted: trade::Buy, args| Expected {
        instruction: buying(args),
        atoms_in: quoted.quote_atoms_in,
        atoms_out: quoted.token_atoms_out,
        legs: quoted.legs,
        after: quoted.curve_after,
    };
    let sold = |quoted: trade::Sell, args| Expected {
        instruction: selling(args),
        atoms_in: quoted.token_atoms_in,
        atoms_out: quoted.quote_atoms_out,
        legs: quoted.legs,
        after: quoted.curve_after,
    };
    match trade {
        Trade::Buy(atoms) => sides
            .buy_exact_in(&fees, atoms, referred)
            .map(|quoted| bought(quoted, exact_in(atoms, quoted.token_atoms_out, terms)))
            .map_err(|_| buying(exact_in(atoms, 0, terms))),
        Trade::BuyOut(atoms) => sides
            .buy_exact_out(&fees, atoms, referred)
            .map(|quoted| bought(quoted, exact_out(atoms, quoted.quote_atoms_in, terms)))
            .map_err(|_| buying(exact_out(atoms, u64::MAX, terms))),
        Trade::Sell(ppm) => sides
            .sell_exact_in(&fees, part(held, ppm), referred)
            .map(|quoted| sold(quoted, exact_in(quoted.token_atoms_in, quoted.quote_atoms_out, terms)))
            .map_err(|_| selling(exact_in(part(held, ppm), 0, terms))),
        Trade::SellOut(ppm) => {
            let most = sides.sell_exact_in(&fees, held, referred).map_or(0, |sale| sale.quote_atoms_out);
            sides
                .sell_exact_out(&fees, part(most, ppm), referred)
                .map(|quoted| sold(quoted, exact_out(quoted.quote_atoms_out, quoted.token_atoms_in, terms)))
                .map_err(|_| selling(exact_out(part(most, ppm), u64::MAX, terms)))
        }
    }
}

/// Quotes by the formulas alone, executes with the quote as the limit, and compares every atom. Where the formulas
/// refuse, or the trader lacks the money, the exchange must refuse too.
fn execute_as_quoted(world: &mut World, (trade, referred): (Trade, bool)) {
    let is_buy = matches!(trade, Trade::Buy(_) | Trade::BuyOut(_));
    let before: CurveState = world.market(SIDE).curve().into();
    let held = [world.quote_atoms(SIDE, "trader"), world.model_atoms(SIDE, "trader")];
    let due_atoms = world.referral(SIDE).due_atoms;
    let expected = match expect(world, trade, referred) {
        Ok(expected) if expected.atoms_in <= held[usize::from(!is_buy)] => expected,
        Ok(Expected { instruction, .. }) | Err(instruction) => {
            return assert!(world.chain.send(&[instruction]).is_err());
        }
    };
    let outcome = world.chain.must(&[expected.instruction]);
    let (curves, fee, referrer) = if is_buy {
        let event: TokensBought = outcome.event();
        ((event.before, event.after), event.fee, event.referrer)
    } else {
        let event: TokensSold = outcome.event();
        ((event.before, event.after), event.fee, event.referrer)
    };
    let moved = if is_buy {
        [held[0] - expected.atoms_in, held[1] + expected.atoms_out]
    } else {
        [held[0] + expected.atoms_out, held[1] - expected.atoms_in]
    };
    assert_eq!([world.quote_atoms(SIDE, "trader"), world.model_atoms(SIDE, "trader")], moved);
    assert_eq!(world.market(SIDE).curve(), expected.after);
    assert_eq!((curves, fee), ((before, expected.after.into()), expected.legs.into()));
    assert!(fee_of(&fee) >= 1);
    assert_eq!(referrer != anchor_lang::prelude::Pubkey::default(), referred);
    assert_eq!(world.referral(SIDE).due_atoms, due_atoms + expected.legs.referrer);
}

/// One step of a market's life.
#[derive(Debug, Clone, Copy)]
enum Step {
    Trade((Trade, bool)),
    Distribute,
    ClaimCreator,
    ClaimReferrer,
    Deposit(u64),
    Donate(u64),
    Wait(u16),
    Sync,
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => any_trade().prop_map(Step::Trade),
        1 => Just(Step::Distribute),
        1 => Just(Step::ClaimCreator),
        1 => Just(Step::ClaimReferrer),
        1 => (1..QUOTE).prop_map(Step::Deposit),
        1 => (1..QUOTE).prop_map(Step::Donate),
        1 => any::<u16>().prop_map(Step::Wait),
        1 => Just(Step::Sync),
    ]
}

impl Step {
    /// Takes the step, or finds it refused. Returns the atoms it donated.
    fn take(self, world: &mut World) -> u64 {
        let donor = key("donor").pubkey();
        let instruction = match self {
            Self::Trade(trade) => {
                execute_as_quoted(world, trade);
                return 0;
            }
            Self::Wait(seconds) => {
                world.chain.advance(seconds.into());
                return 0;
            }
            Self::Distribute => exchange::fees_distribute(&SIDE.model(), &quote()),
            Self::ClaimCreator => claim_creator_fees(),
            Self::ClaimReferrer => exchange::referral_claim(&SIDE.model(), &quote(), &SIDE.person("staker")),
            Self::Deposit(atoms) => {
                let third = atoms / 3;
                let args = MarketDepositArgs { reserve_atoms: third, creator_atoms: third, split_atoms: atoms - third };
                exchange::market_deposit(&SIDE.person("trader"), &SIDE.model(), &quote(), args)
            }
            Self::Donate(atoms) => transfer(&donor, &SIDE.quote_vault(), atoms),
            Self::Sync => exchange::market_sync(&SIDE.model()),
        };
        let accepted = world.chain.send(&[instruction]).is_ok();
        if let (Self::Donate(atoms), true) = (self, accepted) { atoms } else { 0 }
    }
}

/// Every quote atom in the vault is reserve, due to somebody, or a gift; every token is held by somebody.
fn assert_conserved(world: &World, donated: u64) {
    let market = world.market(SIDE);
    let referred = world.referral(SIDE).due_atoms;
    let dues = market.vault_due_atoms + market.creator_due_atoms + market.protocol_due_atoms + referred;
    assert_eq!(world.chain.token_atoms(&SIDE.quote_vault()), market.reserve_atoms + dues + donated);
    let held: u64 = ["trader", "staker"].iter().map(|role| world.model_atoms(SIDE, role)).sum();
    assert_eq!(market.circulating_atoms, held + world.chain.token_atoms(&SIDE.stake_tokens()));
    assert_eq!(market.circulating_atoms, world.supply(&SIDE.mint()));
    market.state().invariant().unwrap();
}

/// Everything, and a staker who refers the trader.
fn referred() -> World {
    let mut world = World::ready();
    let staker = SIDE.person("staker");
    world.chain.must(&[exchange::referral_open(&staker, &SIDE.model(), &staker)]);
    world
}

proptest! {
    #![proptest_config(modchains_test_seed::cases(60))]

    #[test]
    fn a_trade_pays_what_was_quoted_to_the_atom(trades in prop::collection::vec(any_trade(), 1..6)) {
        let mut world = referred();
        for trade in trades {
            execute_as_quoted(&mut world, trade);
        }
    }
}

proptest! {
    #![proptest_config(modchains_test_seed::cases(8))]

    #[test]
    fn the_quote_vault_holds_reserve_and_dues_after_any_history(
        steps in prop::collection::vec(any_step(), 60..100),
    ) {
        let mut world = referred();
        world.enrol(key("donor").pubkey());
        world.chain.must(&[token::create_account(&key("payer").pubkey(), &key("donor").pubkey(), &quote())]);
        world.serve(SIDE, 1);
        let mut donated = 0;
        for step in steps {
            donated += step.take(&mut world);
            assert_conserved(&world, donated);
        }
    }
}
