//! Contributors: who sets their shares, when shares take effect, who is paid what, and that nobody can be held up.

use anchor_lang::prelude::Pubkey;
use modchains_core::shares::{SHARES_MAX, share_atoms};
use modchains_exchange::{
    events::{ContributorPaid, ContributorsApplied, ContributorsQueued},
    state::{Contributors, ENTRIES_MAX, FeeBeneficiary, Model},
};
use modchains_sdk::{
    address,
    instruction::{exchange, registry},
};
use modchains_tests::{
    chain::key,
    registry::shares,
    world::{QUOTE, Side, TIMELOCK_SECONDS, World, quote},
};
use solana_instruction::Instruction;
use solana_signer::Signer;

const SIDE: Side = Side::A;

fn creator() -> Pubkey {
    SIDE.person("creator")
}

fn person(label: &str) -> Pubkey {
    key(label).pubkey()
}

fn contributors() -> Pubkey {
    address::exchange::contributors(&SIDE.model())
}

fn queue(of: &[(&str, u16)]) -> Instruction {
    registry::contributors_queue(&creator(), &SIDE.model(), shares(of))
}

fn apply() -> Instruction {
    registry::contributors_apply(&SIDE.model())
}

fn claim(beneficiary: &Pubkey) -> Instruction {
    registry::contributor_claim(&SIDE.model(), &quote(), beneficiary)
}

fn state(world: &World) -> Contributors {
    world.chain.state(&contributors())
}

/// What `address` is owed after all that accrued was shared out.
fn owed(world: &World, address: &Pubkey) -> u64 {
    let entries = state(world).entries;
    entries.iter().filter(|entry| entry.address == *address).map(|entry| entry.owed_atoms).sum()
}

/// A world without creator's fees from the trades before, and with people who can be paid.
fn fresh() -> World {
    let mut world = World::ready();
    world.chain.must(&[exchange::fees_claim(&SIDE.model(), &quote(), &creator(), FeeBeneficiary::Creator)]);
    for label in ["ada", "bob", "eve"] {
        world.enrol(person(label));
    }
    world
}

fn quote_of(world: &World, owner: &Pubkey) -> u64 {
    world.chain.token_atoms(&quote().account_of(owner))
}

#[test]
fn only_the_creator_queues_shares_and_only_valid_ones() {
    let mut world = fresh();
    let by_stranger = registry::contributors_queue(&person("ada"), &SIDE.model(), shares(&[("ada", 1)]));
    world.must_refuse(&[by_stranger], "NotCreator");
    let labels: Vec<String> = (0..=SHARES_MAX).map(|index| format!("contributor {index}")).collect();
    let seventeen: Vec<(&str, u16)> = labels.iter().map(|label| (label.as_str(), 1)).collect();
    for invalid in [
        &seventeen[..],
        &[("ada", 0)],
        &[("ada", 1), ("ada", 2)],
        &[("ada", 5_000), ("bob", 5_001)],
        &[("ada", u16::MAX)],
    ] {
        world.must_refuse(&[queue(invalid)], "SharesInvalid");
    }
    world.chain.must(&[queue(&seventeen[1..])]);
    world.chain.must(&[queue(&[("ada", 5_000), ("bob", 5_000)])]);
}

#[test]
fn queued_shares_wait_for_the_timelock_and_there_must_be_some() {
    let mut world = fresh();
    world.must_refuse(&[apply()], "AccountOwnedByWrongProgram");
    world.chain.must(&[queue(&[("ada", 1_000)])]);
    world.must_refuse(&[apply()], "TimelockRunning");
    world.chain.advance(i64::from(TIMELOCK_SECONDS) - 1);
    world.must_refuse(&[apply()], "TimelockRunning");
    // Queueing again starts the timelock again.
    world.chain.must(&[queue(&[("bob", 1_000)])]);
    world.chain.advance(1);
    world.must_refuse(&[apply()], "TimelockRunning");
    world.chain.advance(TIMELOCK_SECONDS.into());
    world.chain.must(&[apply()]);
    world.must_refuse(&[apply()], "NoChangeQueued");
}

#[test]
fn contributors_of_one_model_have_no_part_in_another() {
    let mut world = fresh();
    world.contribute(SIDE, &[("ada", 1_000)]);
    world.chain.must(&[queue(&[("bob", 1_000)])]);
    world.chain.advance(TIMELOCK_SECONDS.into());
    let swapped = |mut instruction: Instruction, index: usize, to: Pubkey| {
        instruction.accounts[index].pubkey = to;
        instruction
    };
    world.must_refuse(&[swapped(apply(), 1, Side::B.market())], "ModelMismatch");
    let ours = swapped(registry::contributors_apply(&Side::B.model()), 2, contributors());
    world.must_refuse(&[ours], "ContributorsMismatch");
    let ada = person("ada");
    let ours = swapped(registry::contributor_claim(&Side::B.model(), &quote(), &ada), 2, contributors());
    world.must_refuse(&[ours], "ContributorsMismatch");
    world.must_refuse(&[swapped(claim(&ada), 1, Side::B.model())], "ModelMismatch");
    world.must_refuse(&[swapped(claim(&ada), 4, Side::B.quote_vault())], "QuoteVaultMismatch");
    world.pay_creator_fees(SIDE, QUOTE);
    world.must_refuse(&[swapped(claim(&ada), 6, person("fake token program"))], "InvalidProgramId");
}

#[test]
fn a_stranger_is_owed_nothing_and_nobody_is_paid_to_anothers_account() {
    let mut world = fresh();
    world.contribute(SIDE, &[("ada", 1_000)]);
    world.must_refuse(&[claim(&person("ada"))], "NothingAccrued");
    world.must_refuse(&[claim(&creator())], "NothingAccrued");
    world.pay_creator_fees(SIDE, QUOTE);
    world.must_refuse(&[claim(&person("eve"))], "NothingAccrued");
    let mut diverted = claim(&person("ada"));
    diverted.accounts[5].pubkey = quote().account_of(&person("eve"));
    world.must_refuse(&[diverted], "ConstraintTokenOwner");
    world.must_refuse(
        &[exchange::fees_claim(&SIDE.model(), &quote(), &creator(), FeeBeneficiary::Creator)],
        "ContributorsShare",
    );
}

#[test]
fn queueing_and_applying_change_shares_and_nothing_else() {
    let mut world = fresh();
    world.pay_creator_fees(SIDE, QUOTE);
    let outcome = world.must_change(
        &[queue(&[("ada", 2_000), ("bob", 500)])],
        &[("creator, who pays", creator()), ("model", SIDE.model()), ("contributors", contributors())],
    );
    let event = outcome.event::<ContributorsQueued>();
    assert_eq!((event.model, event.shares), (SIDE.model(), shares(&[("ada", 2_000), ("bob", 500)])));
    assert_eq!(event.effective_at_seconds, world.chain.now() + i64::from(TIMELOCK_SECONDS));
    world.chain.advance(TIMELOCK_SECONDS.into());
    let named = [("model", SIDE.model()), ("market", SIDE.market()), ("contributors", contributors())];
    let event = world.must_change(&[apply()], &named).event::<ContributorsApplied>();
    assert_eq!((event.model, event.count, event.accrued_atoms), (SIDE.model(), 2, QUOTE));
    assert_eq!(world.chain.state::<Model>(&SIDE.model()).has_contributors, 1);
    let state = state(&world);
    assert_eq!((state.model, state.count, state.creator_owed_atoms), (SIDE.model(), 2, QUOTE));
    assert_eq!(state.entries[0].address, person("ada"));
    assert_eq!((state.entries[0].bps, state.entries[1].bps), (2_000, 500));
    assert_eq!(world.market(SIDE).creator_due_atoms, 0);
}

#[test]
fn everybody_is_paid_their_share_to_the_atom_and_the_creator_the_rest() {
    let mut world = fresh();
    world.contribute(SIDE, &[("ada", 3_333), ("bob", 1)]);
    let paid_in_atoms = 1_000_003;
    world.pay_creator_fees(SIDE, paid_in_atoms);
    let [ada, bob] =
        ["ada", "bob"].map(|label| share_atoms(paid_in_atoms, [3_333, 1][usize::from(label == "bob")]).unwrap());
    let rest = paid_in_atoms - ada - bob;
    for (beneficiary, atoms) in [(person("ada"), ada), (creator(), rest), (person("bob"), bob)] {
        let before = quote_of(&world, &beneficiary);
        let named = [
            ("market", SIDE.market()),
            ("contributors", contributors()),
            ("quote vault", SIDE.quote_vault()),
            ("destination", quote().account_of(&beneficiary)),
        ];
        // Only the first claim finds fees in the market.
        let named = if beneficiary == person("ada") { &named[..] } else { &named[1..] };
        let event = world.must_change(&[claim(&beneficiary)], named).event::<ContributorPaid>();
        assert_eq!((event.model, event.beneficiary, event.atoms), (SIDE.model(), beneficiary, atoms));
        assert_eq!(quote_of(&world, &beneficiary) - before, atoms);
        world.must_refuse(&[claim(&beneficiary)], "NothingAccrued");
    }
}

#[test]
fn a_change_of_shares_never_reaches_back_and_who_leaves_keeps_what_is_owed() {
    let mut world = fresh();
    world.contribute(SIDE, &[("ada", 10_000)]);
    world.pay_creator_fees(SIDE, QUOTE);
    // The creator cuts Ada out; what came in before, and while the timelock runs, is still hers.
    world.chain.must(&[queue(&[("eve", 10_000)])]);
    world.pay_creator_fees(SIDE, QUOTE);
    world.chain.advance(TIMELOCK_SECONDS.into());
    world.pay_creator_fees(SIDE, QUOTE);
    world.chain.must(&[apply()]);
    assert_eq!((owed(&world, &person("ada")), owed(&world, &person("eve"))), (3 * QUOTE, 0));
    world.pay_creator_fees(SIDE, QUOTE);
    world.chain.must(&[claim(&person("eve"))]);
    let before = quote_of(&world, &person("ada"));
    world.chain.must(&[claim(&person("ada"))]);
    assert_eq!(quote_of(&world, &person("ada")) - before, 3 * QUOTE);
    assert_eq!(state(&world).count, 1, "who left and was paid makes room");
}

#[test]
fn somebody_who_cannot_be_paid_holds_up_nobody() {
    let mut world = fresh();
    // Never had a token account; another has it frozen.
    world.contribute(SIDE, &[("nobody", 1_000), ("bob", 1_000), ("ada", 1_000)]);
    let frozen = quote().account_of(&person("bob"));
    let mut account = world.chain.raw(&frozen).unwrap();
    account.data[108] = 2;
    world.chain.svm.set_account(frozen, account).unwrap();
    world.pay_creator_fees(SIDE, QUOTE);
    world.must_refuse(&[claim(&person("nobody"))], "AccountOwnedByWrongProgram");
    world.must_refuse(&[claim(&person("bob"))], "token: custom program error: 0x11");
    world.chain.must(&[claim(&person("ada"))]);
    world.chain.must(&[claim(&creator())]);
    world.contribute(SIDE, &[("eve", 1)]);
    assert_eq!(owed(&world, &person("nobody")), QUOTE / 10);
    assert_eq!(owed(&world, &person("bob")), QUOTE / 10);
}

#[test]
fn places_fill_up_with_former_contributors_until_some_are_paid() {
    let mut world = fresh();
    let labels: Vec<String> = (0..2 * SHARES_MAX).map(|index| format!("contributor {index}")).collect();
    let with =
        |from: usize| labels[from..from + SHARES_MAX].iter().map(|label| (label.as_str(), 625)).collect::<Vec<_>>();
    world.contribute(SIDE, &with(0));
    world.pay_creator_fees(SIDE, QUOTE);
    world.contribute(SIDE, &with(SHARES_MAX));
    world.pay_creator_fees(SIDE, QUOTE);
    assert_eq!(usize::from(state(&world).count), ENTRIES_MAX);
    world.chain.must(&[queue(&[("ada", 1)])]);
    world.chain.advance(TIMELOCK_SECONDS.into());
    world.must_refuse(&[apply()], "ContributorsFull");
    // One payment makes room; those who stay need none.
    world.enrol(person(&labels[0]));
    world.chain.must(&[claim(&person(&labels[0])), apply()]);
    assert_eq!(usize::from(state(&world).count), ENTRIES_MAX);
    assert_eq!(state(&world).entries.iter().filter(|entry| entry.bps > 0).count(), 1);
}

#[test]
fn a_model_handed_over_takes_the_creators_part_along_and_leaves_contributors_theirs() {
    let mut world = fresh();
    world.contribute(SIDE, &[("ada", 2_500)]);
    world.pay_creator_fees(SIDE, QUOTE);
    let heir = person("bob");
    let accept = world.accept_instruction(SIDE, &heir, &creator());
    world.chain.must(&[registry::model_transfer_offer(&creator(), &SIDE.model(), &heir), accept]);
    world.must_refuse(&[claim(&creator())], "NothingAccrued");
    let before = [heir, person("ada")].map(|owner| quote_of(&world, &owner));
    world.chain.must(&[claim(&heir), claim(&person("ada"))]);
    assert_eq!(quote_of(&world, &heir) - before[0], QUOTE / 4 * 3);
    assert_eq!(quote_of(&world, &person("ada")) - before[1], QUOTE / 4);
}

#[test]
fn a_creator_who_is_a_contributor_too_is_paid_both_parts_at_once() {
    let mut world = fresh();
    world.contribute(SIDE, &[("creator a", 5_000), ("ada", 5_000)]);
    world.pay_creator_fees(SIDE, QUOTE);
    let before = quote_of(&world, &creator());
    world.chain.must(&[claim(&creator())]);
    assert_eq!(quote_of(&world, &creator()) - before, QUOTE / 2);
}

/// A step of a story: what is done, and with what.
type Step = (u8, u8, u64);

/// Runs a step on the compiled program; refused ones change nothing. Returns what came in.
fn step(world: &mut World, (kind, who, amount): Step) -> u64 {
    const LABELS: [&str; 4] = ["creator a", "ada", "bob", "eve"];
    let label = LABELS[usize::from(who % 4)];
    match kind % 5 {
        0 => {
            world.pay_creator_fees(SIDE, 1 + amount % QUOTE);
            return 1 + amount % QUOTE;
        }
        1 => {
            let of = [(label, (amount % 5_000) as u16), ("bob", 1 + (amount / 7 % 5_000) as u16)];
            let from = usize::from(label == "bob" || of[0].1 == 0);
            world.chain.must(&[queue(&of[from..])]);
        }
        2 => world.chain.advance((amount % 200_000) as i64),
        3 => drop(world.chain.send(&[apply()])),
        _ => drop(world.chain.send(&[claim(&person(label))])),
    }
    0
}

proptest::proptest! {
    #![proptest_config(modchains_test_seed::cases(12))]

    #[test]
    fn what_is_owed_and_what_was_paid_add_up_to_what_came_in(
        steps in proptest::collection::vec((0..5_u8, 0..4_u8, 0..u64::MAX), 40),
    ) {
        let mut world = fresh();
        world.contribute(SIDE, &[("ada", 3_333), ("eve", 77)]);
        let people = [creator(), person("ada"), person("bob"), person("eve")];
        let held = |world: &World| people.iter().map(|owner| quote_of(world, owner)).sum::<u64>();
        let (before, vault_before) = (held(&world), world.chain.token_atoms(&SIDE.quote_vault()));
        let mut earned = 0;
        for each in steps {
            earned += step(&mut world, each);
            let state = state(&world);
            let entries: u64 = state.entries.iter().map(|entry| entry.owed_atoms).sum();
            let owed = entries + state.creator_owed_atoms + world.market(SIDE).creator_due_atoms;
            let paid = held(&world) - before;
            assert_eq!(owed + paid, earned);
            // What is owed lies in the market's quote vault.
            assert_eq!(world.chain.token_atoms(&SIDE.quote_vault()), vault_before + owed);
        }
    }
}
