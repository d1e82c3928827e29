//! Graphs are registered whole, or not at all.

use modchains_core::provable::{Record, Size};
use modchains_disputes::{
    instructions::{GraphExtendArgs, GraphOpenArgs},
    state::{CLOSE_SECONDS, Graph},
};
use modchains_sdk::{address, instruction::disputes};
use modchains_test_graphs::{Model, convolutional, encoder, mixed, sha256};
use modchains_test_seed::random;
use modchains_tests::{
    chain::{FUNDS_LAMPORTS, key},
    disputes::{graph_of, registration},
    world::{Side, World},
};
use solana_instruction::Instruction;
use solana_signer::Signer;

use anchor_lang::prelude::Pubkey;

fn registrar() -> Pubkey {
    key("registrar").pubkey()
}

fn world() -> World {
    let mut world = World::ready();
    world.chain.fund(&registrar());
    world
}

/// Sends a registration up to the first refusal, whose name it gives.
fn register(world: &mut World, root: [u8; 32], records: &[Record]) -> Result<(), String> {
    for instruction in registration(&registrar(), root, records) {
        world.chain.send(&[instruction]).map_err(|refusal| refusal.name)?;
    }
    Ok(())
}

fn extend(graph: &Pubkey, first: u32, records: Vec<u8>) -> Instruction {
    disputes::graph_extend(&registrar(), graph, GraphExtendArgs { first, records })
}

fn root(model: &Model) -> [u8; 32] {
    model.graph().root(sha256)
}

#[test]
fn a_sealed_graph_says_what_a_loader_says() {
    let mut random = random();
    let mut models = vec![convolutional(&mut random), encoder(&mut random)];
    models.extend((0..20).map(|number| mixed(&mut random, number % 2 == 0)));
    for model in models {
        let mut world = world();
        register(&mut world, root(&model), &model.records).unwrap();
        let address = graph_of(&model, &registrar());
        let (state, graph): (Graph, _) = (world.chain.state(&address), model.graph());
        let summary = graph.summary();
        assert_eq!((state.root, state.registrar), (root(&model), registrar()));
        assert_eq!((state.nodes, state.is_sealed, state.judge_version), (summary.nodes, 1, 1));
        assert_eq!((state.size_min, state.size_max), (summary.sizes.min, summary.sizes.max));
        assert_eq!((state.multiply_adds, state.trace_bytes), (summary.multiply_adds, summary.trace_bytes));
        assert_eq!((state.reveals, state.evidence_pieces), (summary.reveals, summary.evidence_pieces));
        assert_eq!(state.numeric_class, if summary.is_exact { 0 } else { 2 });
        let account = world.chain.raw(&address).unwrap();
        assert_eq!(account.data.len(), Graph::SPACE);
        let rent = world.chain.svm.minimum_balance_for_rent_exemption(Graph::SPACE);
        assert_eq!(account.lamports, rent, "what the builder took is given back");
        let spent = FUNDS_LAMPORTS - world.chain.raw(&registrar()).unwrap().lamports;
        assert_eq!(spent, rent);
        for n in summary.sizes.min..=summary.sizes.max {
            let bytes = graph.input_bytes(n);
            assert_eq!(u64::from(state.input_fixed_bytes) + u64::from(state.input_unit_bytes) * u64::from(n), bytes);
        }
    }
}

#[test]
fn what_a_loader_refuses_the_chain_refuses() {
    let mut random = random();
    let model = convolutional(&mut random);
    let last = model.records.len() - 1;
    let with = |index: usize, change: &dyn Fn(&mut Record)| {
        let mut records = model.records.clone();
        change(&mut records[index]);
        records
    };
    let cases: Vec<(&str, Vec<Record>)> = vec![
        // A cycle is a node that reads itself or a later one.
        ("InputNotEarlier", with(3, &|record| record.inputs[0] = 3)),
        ("InputNotEarlier", with(3, &|record| record.inputs[0] = 4)),
        ("InputNodeMisplaced", model.records[1..].to_vec()),
        ("InputNodeMisplaced", vec![model.records[0]; 2]),
        ("ShapeRefused", with(last, &|record| record.rows = Size::fixed(2))),
        ("TooManyElements", with(1, &|record| record.rows = Size::fixed(1 << 30))),
        ("NodeEmpty", with(1, &|record| record.rows = Size::fixed(0))),
        ("WeightsRefused", with(1, &|record| record.weights = Some([1; 32]))),
    ];
    for (error, records) in cases {
        let mut world = world();
        assert_eq!(register(&mut world, [9; 32], &records), Err(error.to_owned()));
    }
}

#[test]
fn bytes_that_are_no_record_are_refused() {
    let mut random = random();
    let model = convolutional(&mut random);
    let mut world = world();
    let graph = graph_of(&model, &registrar());
    let nodes = model.records.len() as u32;
    world.chain.must(&[disputes::graph_open(&registrar(), GraphOpenArgs { root: root(&model), nodes })]);
    let first = model.records[0].encode();
    let mut unknown = first;
    unknown[0] = 99;
    let mut junk = first;
    junk[95] = 1;
    for records in
        [unknown.to_vec(), junk.to_vec(), first[..95].to_vec(), [first.to_vec(), vec![0]].concat(), Vec::new()]
    {
        let refusal = world.chain.send(&[extend(&graph, 0, records)]).unwrap_err();
        assert_eq!(refusal.name, "RecordMalformed");
    }
    world.chain.must(&[extend(&graph, 0, first.to_vec())]);
    let again = world.chain.send(&[extend(&graph, 0, first.to_vec())]).unwrap_err();
    assert_eq!(again.name, "RecordsOutOfOrder");
    let all: Vec<u8> = vec![first; nodes as usize].concat();
    let too_many = world.chain.send(&[extend(&graph, 1, all[..96 * 12].to_vec())]);
    assert_eq!(too_many.unwrap_err().name, if nodes < 13 { "TooManyRecords" } else { "InputNodeMisplaced" });
}

#[test]
fn a_graph_is_sealed_once_and_under_its_own_root_alone() {
    let mut random = random();
    let model = convolutional(&mut random);
    let mut world = world();
    assert_eq!(register(&mut world, [5; 32], &model.records), Err("RootMismatch".into()));
    let steps = registration(&registrar(), root(&model), &model.records);
    let (seal, before) = steps.split_last().unwrap();
    for step in &before[..before.len() - 1] {
        world.chain.must(std::slice::from_ref(step));
    }
    assert_eq!(world.chain.send(std::slice::from_ref(seal)).unwrap_err().name, "RecordsMissing");
    world.chain.must(&before[before.len() - 1..]);
    world.chain.must(std::slice::from_ref(seal));
    assert_eq!(world.chain.send(std::slice::from_ref(seal)).unwrap_err().name, "GraphSealed");
    let graph = graph_of(&model, &registrar());
    let more = extend(&graph, model.records.len() as u32, model.records[0].encode().to_vec());
    assert_eq!(world.chain.send(&[more]).unwrap_err().name, "GraphSealed");
    let open = disputes::graph_open(&registrar(), GraphOpenArgs { root: root(&model), nodes: 1 });
    assert!(world.chain.send(&[open]).is_err());
}

#[test]
fn the_number_of_nodes_is_bounded() {
    let mut world = world();
    for nodes in [0, 16_385] {
        let open = disputes::graph_open(&registrar(), GraphOpenArgs { root: [1; 32], nodes });
        assert_eq!(world.chain.send(&[open]).unwrap_err().name, "NodeCountOutOfBounds");
    }
}

#[test]
fn a_stranger_adds_nothing_and_ends_nothing() {
    let mut random = random();
    let model = convolutional(&mut random);
    let mut world = world();
    let stranger = key("stranger").pubkey();
    world.chain.fund(&stranger);
    let graph = graph_of(&model, &registrar());
    let nodes = model.records.len() as u32;
    world.chain.must(&[disputes::graph_open(&registrar(), GraphOpenArgs { root: root(&model), nodes })]);
    let args = GraphExtendArgs { first: 0, records: model.records[0].encode().to_vec() };
    for attack in [
        disputes::graph_extend(&stranger, &graph, args),
        disputes::graph_seal(&stranger, &graph),
        disputes::graph_close_start(&stranger, &graph),
        disputes::graph_close(&stranger, &graph),
    ] {
        assert_eq!(world.chain.send(&[attack]).unwrap_err().name, "NotGraphRegistrar");
    }
}

#[test]
fn a_graph_closes_long_after_it_was_announced_and_one_that_was_never_sealed_at_once() {
    let mut random = random();
    let model = convolutional(&mut random);
    let mut world = world();
    register(&mut world, root(&model), &model.records).unwrap();
    let graph = graph_of(&model, &registrar());
    let close = disputes::graph_close(&registrar(), &graph);
    assert_eq!(world.chain.send(&[close.clone()]).unwrap_err().name, "GraphNotClosing");
    world.chain.must(&[disputes::graph_close_start(&registrar(), &graph)]);
    let twice = world.chain.send(&[disputes::graph_close_start(&registrar(), &graph)]).unwrap_err();
    assert_eq!(twice.name, "GraphClosing");
    world.chain.advance(i64::from(CLOSE_SECONDS) - 1);
    assert_eq!(world.chain.send(&[close.clone()]).unwrap_err().name, "GraphStillNeeded");
    world.chain.advance(1);
    world.chain.must(&[close]);
    assert_eq!(world.chain.raw(&graph), None);

    let steps = registration(&registrar(), root(&model), &model.records);
    world.chain.must(&steps[..2]);
    world.chain.must(&[disputes::graph_close(&registrar(), &graph)]);
    assert_eq!(world.chain.raw(&registrar()).unwrap().lamports, FUNDS_LAMPORTS);
}

#[test]
fn operators_other_than_the_creator_attest_and_are_counted() {
    let mut random = random();
    let model = convolutional(&mut random);
    let mut world = World::ready();
    let graph = world.offer_graph(Side::A, &model);
    let (operator, creator) = (Side::A.person("operator"), Side::A.person("creator"));
    let count = |world: &World| world.chain.state::<Graph>(&graph).attestations;
    let attest = disputes::graph_attest(&operator, &Side::A.model(), &graph);
    world.chain.must(std::slice::from_ref(&attest));
    assert_eq!(count(&world), 1);
    assert!(world.chain.send(&[attest]).is_err(), "once");
    world.enrol_operator(Side::A, "creator");
    let own = disputes::graph_attest(&creator, &Side::A.model(), &graph);
    assert_eq!(world.chain.send(&[own]).unwrap_err().name, "OperatorIsCreator");
    let account = address::oracle::operator(&Side::A.service(), &operator);
    let stranger = key("stranger").pubkey();
    let foreign = disputes::graph_attest_revoke(&stranger, &operator, &graph, &account);
    assert_eq!(world.chain.send(&[foreign]).unwrap_err().name, "NotOperatorAuthority");
    world.chain.must(&[disputes::graph_attest_revoke(&operator, &operator, &graph, &account)]);
    assert_eq!(count(&world), 0);
}

#[test]
fn the_operations_that_are_mixed_are_all_there_are() {
    let mut random = random();
    let mut codes: Vec<u8> = (0..400)
        .flat_map(|number| mixed(&mut random, number % 2 == 0).records)
        .map(|record| record.encode()[0])
        .collect();
    codes.sort_unstable();
    codes.dedup();
    let all: Vec<u8> = (1..=8).chain(16..=25).chain(32..=36).chain(48..=55).collect();
    assert_eq!(codes, all);
}
