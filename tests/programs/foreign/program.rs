//! Trading through somebody else's program: the same prices, the same launch protection, no forged events.

use std::fs;

use anchor_lang::{Event as _, event::EVENT_IX_TAG_LE, prelude::Pubkey};
use modchains_core::fees::TRADE_FEES_DEFAULT;
use modchains_exchange::{
    events::{TokensBought, TokensSold},
    instructions::MarketOpenArgs,
    state::{LaunchArgs, MarketTradeArgs},
};
use modchains_sdk::{
    address,
    decode::{Event, ExchangeEvent, InnerCall, events_of},
    instruction::{
        Token,
        exchange::{self, TradeRoute},
        token,
    },
};
use modchains_tests::{
    chain::{Chain, Outcome, key},
    idl::root,
    world::{
        DEPTH_ATOMS, PURSE_ATOMS, QUOTE, Side, World, exact_in, exact_out, fresh_terms, open_args, quote,
        register_args, version_args,
    },
};
use solana_clock::Clock;
use solana_instruction::{AccountMeta, Instruction};
use solana_signer::Signer;
use solana_transaction::Transaction;
use test_foreign::{Call, Route, When, trader};

const SIDE: Side = Side::A;
/// Launch protection of these tests.
const LAUNCH: LaunchArgs = LaunchArgs { fee_max_bps: 2_000, duration_seconds: 600, cap_ppm: 10_000 };
/// The fee while it has just begun.
const FEE_BPS: u64 = LAUNCH.fee_max_bps as u64;
/// Most token atoms that one transaction buys during the launch.
const CAP_ATOMS: u64 = DEPTH_ATOMS / 100;
/// Buys of this many token atoms: four of them meet the cap.
const PART_ATOMS: u64 = CAP_ATOMS / 4;

/// Address of the foreign program.
pub fn foreign() -> Pubkey {
    key("foreign program").pubkey()
}

/// Puts the foreign program on the chain.
pub fn install(chain: &mut Chain) {
    let path = root().join("target/deploy/test_foreign.so");
    let bytes = fs::read(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; run `cargo xtask build-sbf --tests`", path.display()));
    chain.svm.add_program(foreign(), &bytes).unwrap();
}

/// The foreign program's own trader of that number.
fn own(number: u8) -> Pubkey {
    trader(&foreign(), number).0
}

fn person(number: usize) -> Pubkey {
    key(&format!("person {number}")).pubkey()
}

/// A market whose launch has just begun, with traders: eight persons and eight of the foreign program's own.
fn launch() -> World {
    let mut world = unopened();
    let open = exchange::market_open(&SIDE.person("creator"), &SIDE.model(), &quote(), launch_args());
    world.chain.must(&[open]);
    world
}

fn unopened() -> World {
    let mut world = World::configured();
    install(&mut world.chain);
    let creator = SIDE.person("creator");
    world.enrol(creator);
    world.chain.must(&[exchange::model_register(&creator, register_args(&SIDE.model_name()))]);
    world.chain.must(&[exchange::model_version_publish(&creator, &SIDE.model(), 1, version_args())]);
    let traders = (0..8).map(person).chain((0..8).map(own)).chain([creator]);
    for trader in traders {
        enrol(&mut world, trader, &SIDE.model());
    }
    world
}

fn enrol(world: &mut World, trader: Pubkey, model: &Pubkey) {
    world.enrol(trader);
    let payer = key("payer").pubkey();
    world.chain.must(&[token::create_account(&payer, &trader, &Token::of_model(model))]);
}

fn launch_args() -> MarketOpenArgs {
    MarketOpenArgs { launch: LAUNCH, ..open_args() }
}

fn buy_as(trader: &Pubkey, args: MarketTradeArgs) -> Instruction {
    exchange::market_buy(trader, &SIDE.model(), &quote(), args, TradeRoute { referrer: None, launch: true })
}

fn buy(world: &World, trader: &Pubkey, token_atoms: u64) -> Instruction {
    buy_as(trader, exact_out(token_atoms, PURSE_ATOMS, fresh_terms(&world.chain)))
}

/// One CPI instruction of the foreign program that makes these calls; its own traders sign.
fn by_cpi(calls: impl IntoIterator<Item = Instruction>) -> Instruction {
    Route { traders: (0..8).collect(), ..Route::of(calls) }.instruction(&foreign())
}

/// The fee rates of a transaction's buys, in basis points.
fn buy_fees(outcome: &Outcome) -> Vec<u64> {
    calls_of::<TokensBought>(&outcome.events).iter().map(|event| event.fee_bps).collect()
}

/// The events of one type among the data of calls.
fn calls_of<E: anchor_lang::AnchorDeserialize + anchor_lang::Discriminator>(data: &[Vec<u8>]) -> Vec<E> {
    let bodies = data.iter().filter_map(|data| data.strip_prefix(EVENT_IX_TAG_LE)?.strip_prefix(E::DISCRIMINATOR));
    bodies.map(|mut fields| E::deserialize(&mut fields).unwrap()).collect()
}

#[test]
fn a_trade_by_cpi_pays_the_same_fee_and_gets_the_same_as_a_direct_one() {
    let mut start = World::ready();
    install(&mut start.chain);
    let (trader, terms) = (SIDE.person("trader"), fresh_terms(&start.chain));
    let route = TradeRoute::default();
    for args in [exact_in(QUOTE, 0, terms), exact_out(QUOTE, u64::MAX, terms)] {
        let buy = exchange::market_buy(&trader, &SIDE.model(), &quote(), args, route);
        let sell = exchange::market_sell(&trader, &SIDE.model(), &quote(), args, route);
        let [mut direct, mut routed] = [start.clone(), start.clone()];
        let expected: TokensBought = direct.chain.must(std::slice::from_ref(&buy)).event();
        let found: TokensBought = routed.chain.must(&[by_cpi([buy])]).event();
        assert_eq!(expected.data(), found.data());
        let expected: TokensSold = direct.chain.must(std::slice::from_ref(&sell)).event();
        let found: TokensSold = routed.chain.must(&[by_cpi([sell])]).event();
        assert_eq!(expected.data(), found.data());
        for address in [SIDE.market(), SIDE.quote_vault(), SIDE.quote_account("trader"), SIDE.token_account("trader")] {
            assert_eq!(direct.chain.raw(&address), routed.chain.raw(&address));
        }
    }
}

/// Every way to put `count` buys of `PART_ATOMS` into one transaction.
fn routes(world: &World, count: usize) -> Vec<(&'static str, Vec<Instruction>)> {
    let one = |_| buy(world, &person(0), PART_ATOMS);
    let many = |number: usize| buy(world, &person(number), PART_ATOMS);
    let owned = |number: usize| buy(world, &own(number as u8), PART_ATOMS);
    let each_by_cpi = |calls: Vec<Instruction>| calls.into_iter().map(|call| by_cpi([call])).collect::<Vec<_>>();
    let mixed = (0..count).map(|number| match number % 4 {
        0 => many(number),
        1 => by_cpi([many(number)]),
        2 => by_cpi([owned(number)]),
        _ => by_cpi([by_cpi([many(number)])]),
    });
    vec![
        ("one wallet, instruction by instruction", (0..count).map(one).collect()),
        ("one wallet, in one call", vec![by_cpi((0..count).map(one))]),
        ("one wallet, call by call", each_by_cpi((0..count).map(one).collect())),
        ("several wallets, instruction by instruction", (0..count).map(many).collect()),
        ("several wallets, in one call", vec![by_cpi((0..count).map(many))]),
        ("several wallets, call by call", each_by_cpi((0..count).map(many).collect())),
        ("the program's own wallets, in one call", vec![by_cpi((0..count).map(owned))]),
        ("the program's own wallets, call by call", each_by_cpi((0..count).map(owned).collect())),
        ("a program that calls a program", vec![by_cpi([by_cpi((0..count).map(many))])]),
        ("all at once", mixed.collect()),
    ]
}

#[test]
fn one_transaction_buys_no_more_than_the_cap_and_pays_the_launch_fee_whatever_its_route() {
    let start = launch();
    for (label, within) in routes(&start, 4) {
        let mut world = start.clone();
        let outcome = world.chain.must(&within);
        assert_eq!(buy_fees(&outcome), [FEE_BPS; 4], "{label}");
        assert_eq!(world.market(SIDE).launch_bought_atoms, CAP_ATOMS, "{label}");
        // The next transaction has a cap of its own, and so has the next second.
        advance_slot(&mut world.chain);
        world.chain.must(&within);
    }
    for (label, beyond) in routes(&start, 5) {
        println!("{label}");
        start.clone().must_refuse(&beyond, "LaunchCapExceeded");
    }
}

#[test]
fn one_atom_above_the_cap_is_refused_by_every_route() {
    let start = launch();
    for number in 0..2 {
        let pair = |last| [buy(&start, &person(0), CAP_ATOMS - 1), buy(&start, &own(number), last)];
        for beyond in [pair(2).to_vec(), vec![by_cpi(pair(2))]] {
            let calls: Vec<Instruction> = beyond.into_iter().map(|call| by_cpi([call])).collect();
            start.clone().must_refuse(&calls, "LaunchCapExceeded");
        }
        start.clone().chain.must(&[by_cpi(pair(1))]);
    }
}

#[test]
fn selling_in_between_gives_no_part_of_the_cap_back_and_pays_the_launch_fee() {
    let mut world = launch();
    let trader = person(0);
    let terms = fresh_terms(&world.chain);
    let route = TradeRoute { referrer: None, launch: true };
    let sell = exchange::market_sell(&trader, &SIDE.model(), &quote(), exact_in(CAP_ATOMS, 0, terms), route);
    let again = |atoms| by_cpi([buy(&world, &trader, CAP_ATOMS), sell.clone(), buy(&world, &trader, atoms)]);
    let beyond = again(1);
    world.must_refuse(&[beyond], "LaunchCapExceeded");
    let sold = calls_of::<TokensSold>(&world.chain.must(&[by_cpi([buy(&world, &trader, CAP_ATOMS), sell])]).events);
    assert_eq!(sold[0].fee_bps, FEE_BPS);
}

#[test]
fn the_launch_fee_decays_by_cpi_as_it_does_directly() {
    let mut world = launch();
    let terms = LAUNCH;
    let base_bps = world.market(SIDE).params.fee_bps;
    for seconds in [0, 1, 300, 599, 600, 601] {
        let opened = world.market(SIDE).opened_at_seconds;
        world.chain.set_time(opened + seconds);
        let expected = base_bps + terms.added_fee_bps(base_bps, opened, opened + seconds).unwrap();
        let outcome = world.chain.must(&[by_cpi([buy(&world, &own(1), PART_ATOMS)])]);
        assert_eq!(buy_fees(&outcome), [u64::from(expected)], "after {seconds} seconds");
        advance_slot(&mut world.chain);
    }
    assert_eq!(terms.added_fee_bps(base_bps, 0, 600), Ok(0));
    // After the launch no cap is left.
    world.chain.must(&[by_cpi([buy(&world, &own(1), 2 * CAP_ATOMS)])]);
}

#[test]
fn a_buy_that_hides_its_transaction_is_refused() {
    let mut world = launch();
    let named = buy(&world, &person(0), PART_ATOMS);
    let sysvar = named.accounts.iter().position(|meta| meta.pubkey == address::INSTRUCTIONS_SYSVAR).unwrap();
    let mut absent = named.clone();
    absent.accounts[sysvar].pubkey = modchains_exchange::ID;
    let mut fake = named.clone();
    fake.accounts[sysvar].pubkey = SIDE.model();
    for (instruction, error) in [(absent, "LaunchInstructionsMissing"), (fake, "exchange: Unsupported sysvar")] {
        world.must_refuse(std::slice::from_ref(&instruction), error);
        world.must_refuse(&[by_cpi([instruction])], error);
    }
}

/// A market opened and bought from in one transaction: the buys' fees, or why it was refused.
fn open_and_buy(instructions: &[Instruction]) -> Result<Vec<u64>, String> {
    unopened().chain.send(instructions).map(|outcome| buy_fees(&outcome)).map_err(|refusal| refusal.name)
}

#[test]
fn the_creators_first_buy_is_spared_once_in_the_creating_transaction_by_every_route() {
    let world = unopened();
    let (creator, base_bps) = (SIDE.person("creator"), u64::from(TRADE_FEES_DEFAULT.fee_bps));
    let open = || exchange::market_open(&creator, &SIDE.model(), &quote(), launch_args());
    let large = || buy(&world, &creator, 5 * CAP_ATOMS);
    let small = || buy(&world, &creator, 1_000_000_000);
    let routed: [(&str, Vec<Instruction>); 4] = [
        ("directly", vec![open(), large()]),
        ("in one call", vec![by_cpi([open(), large()])]),
        ("opened by a call", vec![by_cpi([open()]), large()]),
        ("bought by a call", vec![open(), by_cpi([by_cpi([large()])])]),
    ];
    for (label, instructions) in routed {
        assert_eq!(open_and_buy(&instructions), Ok(vec![base_bps]), "{label}");
    }
    // What the first buy bought counts against the cap of whatever follows it.
    for second in [small(), buy(&world, &person(0), 1_000_000_000)] {
        let refused = Err("LaunchCapExceeded".to_owned());
        assert_eq!(open_and_buy(&[open(), large(), second.clone()]), refused);
        assert_eq!(open_and_buy(&[by_cpi([open(), large(), second.clone()])]), refused);
        let fees = Ok(vec![base_bps, FEE_BPS]);
        assert_eq!(open_and_buy(&[by_cpi([open(), small(), second])]), fees, "spared once");
    }
    // Anybody else's buy is not spared, and ends the creator's chance.
    let stranger = buy(&world, &person(0), PART_ATOMS);
    assert_eq!(open_and_buy(&[open(), stranger.clone()]), Ok(vec![FEE_BPS]));
    assert_eq!(open_and_buy(&[by_cpi([open(), stranger, small()])]), Ok(vec![FEE_BPS; 2]));
}

#[test]
fn a_program_that_creates_a_model_has_one_first_buy_too() {
    let mut world = World::configured();
    install(&mut world.chain);
    let creator = own(3);
    world.enrol(creator);
    let model = address::exchange::model(&creator, "Program's own");
    world.chain.must(&[by_cpi([
        exchange::model_register(&creator, register_args("Program's own")),
        exchange::model_version_publish(&creator, &model, 1, version_args()),
    ])]);
    enrol(&mut world, creator, &model);
    let args = exact_out(5 * CAP_ATOMS, PURSE_ATOMS, fresh_terms(&world.chain));
    let first = exchange::market_buy(&creator, &model, &quote(), args, TradeRoute { referrer: None, launch: true });
    let open = exchange::market_open(&creator, &model, &quote(), launch_args());
    world.clone().must_refuse(&[by_cpi([open.clone(), first.clone(), first.clone()])], "LaunchCapExceeded");
    world.chain.must(&[by_cpi([open, first.clone()])]);
    advance_slot(&mut world.chain);
    world.must_refuse(&[by_cpi([first])], "LaunchCapExceeded");
}

#[test]
fn the_creating_transaction_sent_again_spares_nothing() {
    let mut world = unopened();
    let creator = SIDE.person("creator");
    // Opens a market that is not there yet and buys from one that is: its first run only opens.
    let market = SIDE.market();
    let open = exchange::market_open(&creator, &SIDE.model(), &quote(), launch_args());
    let calls = vec![
        Call { instruction: buy(&world, &creator, 5 * CAP_ATOMS), when: When::Present(market) },
        Call { instruction: open, when: When::Missing(market) },
    ];
    let twice = Route { traders: Vec::new(), calls }.instruction(&foreign());
    assert!(buy_fees(&world.chain.must(std::slice::from_ref(&twice))).is_empty());
    assert_eq!(world.market(SIDE).first_buy_open, 1);
    // Programs cannot tell identical transactions of one slot apart. Even then only one of them is spared, and none
    // after somebody else has bought.
    let mut same_slot = world.clone();
    assert_eq!(buy_fees(&same_slot.chain.must(std::slice::from_ref(&twice))), [u64::from(TRADE_FEES_DEFAULT.fee_bps)]);
    same_slot.must_refuse(std::slice::from_ref(&twice), "LaunchCapExceeded");
    let mut overtaken = world.clone();
    overtaken.chain.must(&[buy(&world, &person(0), PART_ATOMS)]);
    overtaken.must_refuse(std::slice::from_ref(&twice), "LaunchCapExceeded");
    advance_slot(&mut world.chain);
    world.must_refuse(&[twice], "LaunchCapExceeded");
    let late = buy(&world, &creator, PART_ATOMS);
    assert_eq!(buy_fees(&world.chain.must(&[late])), [FEE_BPS]);
}

#[test]
fn the_events_of_a_foreign_program_are_not_taken_for_ours() {
    let mut world = launch();
    let genuine = world.chain.clone().must(&[buy(&world, &person(0), PART_ATOMS)]);
    let event: TokensBought = genuine.event();
    let data = [EVENT_IX_TAG_LE, &event.data()[..]].concat();
    assert!(genuine.events.contains(&data), "byte for byte what the exchange sends itself");
    let authority = AccountMeta::new_readonly(address::exchange::EVENT_AUTHORITY, false);
    // By a call of the foreign program to itself.
    let forged = Instruction { program_id: foreign(), accounts: vec![authority.clone()], data: data.clone() };
    let calls = inner_calls(&mut world.chain, &[by_cpi([forged.clone(), forged])]);
    assert_eq!(calls.iter().filter(|call| call.program == foreign() && call.data == data).count(), 2);
    assert!(events_of(&calls).is_empty(), "nothing of ours");
    // A genuine one beside forged ones is the only one.
    let forged = Instruction { program_id: foreign(), accounts: vec![authority.clone()], data: data.clone() };
    let mixed = by_cpi([forged, buy(&world, &person(0), PART_ATOMS)]);
    let calls = inner_calls(&mut world.chain, &[mixed]);
    let events = events_of(&calls);
    assert!(matches!(&events[..], [Event::Exchange(ExchangeEvent::TokensBought(_))]), "{events:?}");
    // Nobody but the exchange signs for its event authority.
    for signs in [false, true] {
        let authority = AccountMeta { is_signer: signs, ..authority.clone() };
        let sent = Instruction { program_id: modchains_exchange::ID, accounts: vec![authority], data: data.clone() };
        let forged = if signs {
            // The foreign program claims the signature in its call; the transaction cannot carry it.
            let mut route = by_cpi([sent]);
            route.accounts.iter_mut().for_each(|meta| meta.is_signer = false);
            route
        } else {
            by_cpi([sent])
        };
        assert!(world.chain.send(&[forged]).is_err());
    }
}

/// Sends a transaction and returns every instruction that programs called in it.
fn inner_calls(chain: &mut Chain, instructions: &[Instruction]) -> Vec<InnerCall> {
    chain.svm.expire_blockhash();
    let mut transaction = Transaction::new_with_payer(instructions, Some(&key("payer").pubkey()));
    transaction.message.recent_blockhash = chain.svm.latest_blockhash();
    let keys = transaction.message.account_keys.clone();
    let meta = chain.svm.send_transaction(transaction).unwrap();
    let called = meta.inner_instructions.into_iter().flatten().map(|inner| inner.instruction);
    called.map(|call| InnerCall { program: keys[usize::from(call.program_id_index)], data: call.data }).collect()
}

fn advance_slot(chain: &mut Chain) {
    let mut clock = chain.svm.get_sysvar::<Clock>();
    clock.slot += 1;
    chain.svm.set_sysvar(&clock);
}
