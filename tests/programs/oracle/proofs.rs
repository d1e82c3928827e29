//! What a version whose results can be proved demands, and what one without proof may not do.

use modchains_core::numeric_class::NumericClass;
use modchains_exchange::instructions::ModelVersionPublishArgs;
use modchains_oracle::{
    instructions::{RequestCreateArgs, ResultPostArgs, ServiceConfigureArgs},
    state::{Request, RequestStatus},
};
use modchains_program_interface::disputes::Graph;
use modchains_sdk::{
    address,
    instruction::{
        exchange,
        oracle::{self, LicenceProof},
    },
};
use modchains_tests::{
    chain::key,
    challenge::CHALLENGER,
    world::{
        CHALLENGE_SECONDS, EPOCH_SECONDS, FEE_ATOMS, FIRST_TERMS, OUTPUT_BYTES, QUOTE, Side, World, claim_instruction,
        finalize_instruction, quote, request_args, result_args, service_terms,
    },
};
use solana_instruction::Instruction;
use solana_signer::Signer;

use crate::oracle::requests::{SIDE, create, post};

/// A world whose service offers a second version, of this class.
fn offering(class: NumericClass) -> World {
    let mut world = World::ready();
    let graph_root = if class.is_provable() { SIDE.version_args().graph_root } else { [0; 32] };
    let version = ModelVersionPublishArgs { numeric_class: class as u8, graph_root, parent: 1, ..SIDE.version_args() };
    let graph = class.is_provable().then(|| SIDE.graph());
    world.chain.put_view(SIDE.graph(), &Graph { numeric_class: class as u8, ..SIDE.graph_state() });
    let creator = SIDE.person("creator");
    world.chain.must(&[exchange::model_version_publish(&creator, &SIDE.model(), 2, version), configure(graph)]);
    world
}

fn configure(graph: Option<anchor_lang::prelude::Pubkey>) -> Instruction {
    let args = ServiceConfigureArgs { terms: service_terms(), open: true };
    oracle::service_configure(&SIDE.person("creator"), &SIDE.model(), 2, graph, args)
}

fn unproven_args() -> RequestCreateArgs {
    RequestCreateArgs { terms_counter: FIRST_TERMS + 1, attestations_min: 0, ..request_args(1) }
}

fn ask_unproven(args: RequestCreateArgs) -> Instruction {
    oracle::request_create(&SIDE.person("requester"), &SIDE.model(), None, &quote(), LicenceProof::UNCOUNTED, args)
}

fn unproven_result(world: &World) -> ResultPostArgs {
    ResultPostArgs { numeric_class: NumericClass::Unproven as u8, ..result_args(world, SIDE, 1) }
}

#[test]
fn a_service_names_a_sealed_graph_of_its_versions_root_and_class() {
    let world = offering(NumericClass::Rounded);
    let sealed = Graph { numeric_class: NumericClass::Rounded as u8, ..SIDE.graph_state() };
    let refusals = [
        (Graph { is_sealed: 0, ..sealed }, "GraphNotSealed"),
        (Graph { closing_at_seconds: 1, ..sealed }, "GraphClosing"),
        (Graph { root: [9; 32], ..sealed }, "GraphOfOtherVersion"),
        (Graph { numeric_class: NumericClass::Exact as u8, ..sealed }, "GraphOfOtherVersion"),
    ];
    for (graph, error) in refusals {
        let mut world = world.clone();
        world.chain.put_view(SIDE.graph(), &graph);
        world.must_refuse(&[configure(Some(SIDE.graph()))], error);
    }
    world.clone().must_refuse(&[configure(None)], "GraphMissing");
    world.clone().must_refuse(&[configure(Some(Side::B.graph()))], "GraphOfOtherVersion");
    world.clone().must_refuse(&[configure(Some(SIDE.service()))], "AccountOwnedByWrongProgram");
    // Another registrar's account of the same graph will do: what it is follows from its root.
    let twin = address::disputes::graph(&sealed.root, &SIDE.person("trader"));
    let mut world = world;
    world.chain.put_view(twin, &Graph { registrar: SIDE.person("trader"), ..sealed });
    world.chain.must(&[configure(Some(twin))]);
    assert_eq!(world.service(SIDE).graph, twin);
    offering(NumericClass::Unproven).must_refuse(&[configure(Some(SIDE.graph()))], "GraphUnexpected");
}

#[test]
fn a_request_copies_what_decides_its_result() {
    let mut world = World::ready();
    let graph = Graph { judge_version: 3, attestations: 5, ..SIDE.graph_state() };
    world.chain.put_view(SIDE.graph(), &graph);
    world.request(SIDE, 1);
    let request: Request = world.request_state(SIDE, 1);
    let service = world.service(SIDE);
    assert_eq!((request.graph, request.size, request.judge_version, request.attestations), (SIDE.graph(), 8, 3, 5));
    assert_eq!((request.clock_seconds, request.grace_seconds), (service.clock_seconds, service.grace_seconds));
    assert_eq!(usize::from(request.output_bytes_max), OUTPUT_BYTES);
    // What the graph becomes later changes nothing.
    world.chain.put_view(SIDE.graph(), &Graph { judge_version: 4, attestations: 0, closing_at_seconds: 1, ..graph });
    let answer = [claim_instruction(&world, SIDE, 1), post(result_args(&world, SIDE, 1))];
    world.chain.must(&answer);
    assert_eq!(world.request_state(SIDE, 1).judge_version, 3);
}

#[test]
fn inputs_that_the_graph_does_not_take_are_refused() {
    let world = World::ready();
    let refusals = [
        (Graph { closing_at_seconds: 1, ..SIDE.graph_state() }, "GraphClosing"),
        (Graph { attestations: 0, ..SIDE.graph_state() }, "AttestationsTooFew"),
        (Graph { size_max: 7, ..SIDE.graph_state() }, "InputLengthNotTaken"),
        (Graph { input_unit_bytes: 3, ..SIDE.graph_state() }, "InputLengthNotTaken"),
        (Graph { input_fixed_bytes: 9, ..SIDE.graph_state() }, "InputLengthNotTaken"),
        (Graph { output_unit_bytes: 3, ..SIDE.graph_state() }, "OutputTooLong"),
    ];
    for (graph, error) in refusals {
        let mut world = world.clone();
        world.chain.put_view(SIDE.graph(), &graph);
        world.must_refuse(&[create(request_args(1))], error);
    }
    let mut without = create(request_args(1));
    without.accounts[5].pubkey = modchains_oracle::ID;
    world.clone().must_refuse(&[without], "GraphMissing");
    let mut foreign = create(request_args(1));
    foreign.accounts[5].pubkey = Side::B.graph();
    world.clone().must_refuse(&[foreign], "ServiceMismatch");
    let three = RequestCreateArgs { attestations_min: 3, ..request_args(1) };
    world.clone().must_refuse(&[create(three)], "AttestationsTooFew");
}

#[test]
fn an_unproven_result_bears_no_value_no_trace_and_no_challenge() {
    let mut world = offering(NumericClass::Unproven);
    let risky = RequestCreateArgs { value_at_risk_atoms: 1, ..unproven_args() };
    world.must_refuse(&[ask_unproven(risky)], "ValueAtRiskUnproven");
    let held = RequestCreateArgs { attestations_min: 1, ..unproven_args() };
    world.must_refuse(&[ask_unproven(held)], "AttestationsTooFew");
    world.chain.must(&[ask_unproven(unproven_args())]);
    world.claim(SIDE, 1);
    let traced = ResultPostArgs { trace_root: [1; 32], ..unproven_result(&world) };
    world.must_refuse(&[post(traced)], "ResultNotProvable");
    let shorter = ResultPostArgs { output: vec![1; 3], ..unproven_result(&world) };
    world.chain.must(&[post(shorter)]);
    world.enrol_operator(SIDE, CHALLENGER);
    let [open, set] = [world.challenge_open(SIDE, 1, CHALLENGER), world.trace_set(SIDE, 1, [7; 32])];
    world.must_refuse(&[open], "ResultNotProvable");
    world.must_refuse(&[set], "ResultNotProvable");
    world.chain.advance(CHALLENGE_SECONDS.into());
    world.chain.must(&[finalize_instruction(SIDE, 1)]);
    assert_eq!(world.request_state(SIDE, 1).status, RequestStatus::Finalized as u8);
}

/// The reserve's part of use that may not move the curve is the stakers', and what the curve follows does not see it.
#[test]
fn use_that_cannot_be_proved_or_only_by_the_creator_moves_no_curve() {
    let unproven = || {
        let mut world = offering(NumericClass::Unproven);
        world.chain.must(&[ask_unproven(unproven_args())]);
        world.claim(SIDE, 1);
        let result = unproven_result(&world);
        world.chain.must(&[post(result)]);
        world
    };
    let unattested = || {
        let mut world = World::ready();
        world.chain.put_view(SIDE.graph(), &Graph { attestations: 0, ..SIDE.graph_state() });
        world.chain.must(&[create(RequestCreateArgs { attestations_min: 0, ..request_args(1) })]);
        let answer = [claim_instruction(&world, SIDE, 1), post(result_args(&world, SIDE, 1))];
        world.chain.must(&answer);
        world
    };
    let attested = || {
        let mut world = World::ready();
        world.answer(SIDE, 1);
        world
    };
    let price = FEE_ATOMS + request_args(1).tip_atoms;
    let mut moved = Vec::new();
    for mut world in [unproven(), unattested(), attested()] {
        world.chain.advance(CHALLENGE_SECONDS.into());
        world.chain.must(&[finalize_instruction(SIDE, 1)]);
        let (service, usage) = (world.service(SIDE), world.usage(SIDE));
        assert_eq!(usage.fees_total_atoms, price);
        let shares = service.accrued_reserve_atoms + service.accrued_vault_atoms;
        assert_eq!(shares, price * 1_500 / 10_000 + price * 1_000 / 10_000);
        world.chain.advance(EPOCH_SECONDS.into());
        world.chain.must(&[oracle::usage_roll(&SIDE.model())]);
        let counted = world.usage(SIDE).paid_net_atoms > 0 || world.usage(SIDE).long_sum_q32 != [0; 2];
        moved.push((service.accrued_reserve_atoms > 0, usage.epoch_fees_atoms > 0, counted));
    }
    assert_eq!(moved, [(false, false, false), (false, false, false), (true, true, true)]);
}

#[test]
fn an_operator_names_who_may_defend_its_results() {
    let mut world = World::ready();
    let defender = key("defender").pubkey();
    let set =
        |authority: &str, defender| oracle::operator_defender_set(&SIDE.person(authority), &SIDE.service(), defender);
    world.chain.must(&[set("operator", defender)]);
    assert_eq!(world.operator(SIDE).defender, defender);
    let mut stolen = set("operator", defender);
    stolen.accounts[0].pubkey = SIDE.person("trader");
    world.must_refuse(&[stolen], "NotOperatorAuthority");
    world.chain.must(&[set("operator", Default::default())]);
    assert_eq!(world.operator(SIDE).defender, Default::default());
}

/// The bond of a challenge is bounded by what the mint allows, whatever value the requester says is at risk.
#[test]
fn a_dear_request_can_be_challenged_for_the_mints_most() {
    let mut world = World::ready();
    let risky = RequestCreateArgs { value_at_risk_atoms: 20 * QUOTE, ..request_args(1) };
    world.chain.must(&[create(risky)]);
    let request = world.request_state(SIDE, 1);
    assert_eq!((request.result_bond_atoms, request.challenge_bond_atoms), (80 * QUOTE, 5 * QUOTE));
}
