//! A wrong result from the challenge to its end, at a shell: what the graph computes is compared, the dispute is played and
//! shown, and the result overturned. The lying operator is the library's own, with a trace that is wrong.

use modchains_sdk::{
    Pubkey, address,
    bundle::{
        BundleDraft, ElementKind, Encoding, GRAPH_FILE, GraphFiles, InputSpec, ModelGraph, NamedWeights, NodeDraft,
        OutputRule, WEIGHTS_FILE, write_bundle, write_graph,
    },
    client::Client,
    core::{
        dispute::Side,
        provable::{INPUTS_MAX, Input, Op, Record, Reduce, Size, SizeRange},
    },
    dispute::{Player, Table, transactions, turn},
    disputes::instructions::{DisputeOpenArgs, GraphExtendArgs, GraphOpenArgs},
    instruction::{
        disputes::{Disputed, graph_extend, graph_open, graph_seal},
        oracle::{request_claim, result_post},
    },
    oracle::instructions::{RequestClaimArgs, ResultPostArgs},
    provable::{GraphTree, TraceTree},
};

use crate::network::{NETWORK, Person};

/// Three sums of four small numbers.
fn graph() -> GraphFiles {
    let record = |op, kind, inputs: &[u32], columns| {
        let mut places = [0; INPUTS_MAX];
        places[..inputs.len()].copy_from_slice(inputs);
        let (rows, columns) = (Size::ONE, Size::fixed(columns));
        Record { op, kind, inputs: places, input_count: inputs.len() as u8, rows, columns, weights: None }
    };
    let sizes = SizeRange { min: 1, max: 1 };
    let input = Op::Input(Input { encoding: Encoding::Unsigned8, low: 0, high: 16, sizes });
    let biases = [100_i32, -20, 7].into_iter().flat_map(i32::to_le_bytes).collect();
    let weights = NamedWeights { name: "sums".to_owned(), elements: (1..=12).collect(), biases: Some(biases) };
    write_graph(&[
        NodeDraft { record: record(input, ElementKind::Int8, &[], 4), weights: None },
        NodeDraft { record: record(Op::Reduce(Reduce::Affine), ElementKind::Int32, &[0], 3), weights: Some(weights) },
    ])
    .unwrap()
}

/// A model whose graph is registered, with its service, and the folder of its bundle.
fn offered(name: &str) -> (Person, String, String, ModelGraph) {
    let GraphFiles { structure, weights, graph } = graph();
    let folder = NETWORK.folder().join(format!("bundle-{name}"));
    let draft = BundleDraft {
        name: name.to_owned(),
        version: "1".to_owned(),
        numeric_class: graph.numeric_class(),
        graph_root: Some(graph.root()),
        input: InputSpec::of(&graph, vec![4]).unwrap(),
        output: OutputRule::Tensor { bytes: 12, kind: ElementKind::Int32 },
        accuracy: None,
        card: format!("# {name}\n"),
        files: vec![(GRAPH_FILE, structure), (WEIGHTS_FILE, weights)],
    };
    write_bundle(&folder, &draft).unwrap();
    let folder = folder.to_str().unwrap().to_owned();
    let creator = NETWORK.person(name, 50);
    let uri = "https://modchains.example/model.json";
    let made = creator.json(&["model", "new", "--name", name, "--symbol", "SUM", "--uri", uri]);
    let model = made["model"].as_str().unwrap().to_owned();
    creator.json(&["model", "publish", &model, "--bundle", &folder, "--uri", "https://modchains.example/sums/"]);
    creator.json(&["market", "open", &model, "--virtual-reserve", "30"]);
    creator.json(&["vault", "open", &model]);
    let registrar: Pubkey = creator.address.parse().unwrap();
    let at = address::disputes::graph(&graph.root(), &registrar);
    let records = graph.records().iter().flat_map(Record::encode).collect();
    let nodes = graph.records().len() as u32;
    creator.send(&[graph_open(&registrar, GraphOpenArgs { root: graph.root(), nodes })], &[]);
    creator.send(&[graph_extend(&registrar, &at, GraphExtendArgs { first: 0, records })], &[]);
    creator.send(&[graph_seal(&registrar, &at)], &[]);
    creator.json(&["service", "open", &model, "--fee", "0.01"]);
    (creator, model, folder, graph)
}

/// Answers a request with an output, which somebody else challenges in the same transaction.
fn answer_and_challenge(operator: &Person, challenger: &Person, request: &str, output: &[u8]) -> Disputed {
    let request: Pubkey = request.parse().unwrap();
    let state = NETWORK.read(async |client| client.request(&request).await.unwrap().request.value);
    let [authority, player]: [Pubkey; 2] = [operator, challenger].map(|person| person.address.parse().unwrap());
    let (service, created_at_seconds) = (state.service, state.created_at_seconds);
    let claim = RequestClaimArgs { created_at_seconds, land_until_seconds: state.deadline_seconds };
    let (numeric_class, output) = (state.numeric_class, output.to_vec());
    let post = ResultPostArgs { created_at_seconds, numeric_class, trace_root: [0; 32], output };
    let of_result = address::oracle::operator(&service, &authority);
    let disputed = Disputed::new(&request, &state.graph, &service, &of_result, &player, 0);
    let instructions = [
        request_claim(&authority, &service, &request, claim),
        result_post(&authority, &service, &request, post),
        disputed.open(DisputeOpenArgs { created_at_seconds, nonce: 0 }),
    ];
    operator.send(&instructions, &[&challenger.key()]);
    disputed
}

/// Makes the moves of an operator whose trace is `words`, if it is its turn.
fn defend(operator: &Person, disputed: &Disputed, graph: &ModelGraph, words: &[u32]) {
    let read = async |client: &Client| (client.dispute(&disputed.dispute).await.unwrap(), client.now().await.unwrap());
    let (dispute, now) = NETWORK.read(read);
    let of_graph = graph.graph();
    let own = TraceTree::of(&of_graph, 1, words).unwrap();
    let graph = GraphTree::new(of_graph, graph);
    let table = Table { game: &dispute.game, case: &dispute.case, now, graph: &graph, own: &own };
    let both = [dispute.request.input.as_slice(), dispute.request.output.as_slice()];
    let moves = turn(&table, Player::Operator, both).unwrap();
    for instructions in transactions(disputed, &operator.address.parse().unwrap(), &moves) {
        operator.send(&instructions, &[]);
    }
}

#[test]
fn a_wrong_result_is_replayed_disputed_move_by_move_and_overturned() {
    let (creator, model, folder, graph) = offered("sums");
    let [liar, challenger, requester] = ["liar", "challenger", "asker"].map(|name| NETWORK.person(name, 20));
    for operator in [&liar, &challenger] {
        operator.json(&["operator", "register", "5", &model]);
    }
    let asked = requester.json(&["request", "new", &model, "--input-hex", "01020304", "--attestations-min", "0"]);
    let request = asked["request"].as_str().unwrap();
    // 1*1+2*2+3*3+4*4+100 = 130, of which the liar makes 131.
    let mut words = vec![1, 2, 3, 4, 130, 50, 117];
    let mut right = vec![0; 7];
    graph.graph().run(1, &[1, 2, 3, 4], &graph, &mut right).unwrap();
    assert_eq!(right, words);
    words[4] = 131;
    let output: Vec<u8> = words[4..].iter().flat_map(|word| word.to_le_bytes()).collect();
    let disputed = answer_and_challenge(&liar, &challenger, request, &output);
    let replayed = challenger.json(&["replay", request, "--bundle", &folder]);
    assert_eq!((&replayed["match"], &replayed["first_difference"]["node"]), (&false.into(), &1.into()), "{replayed}");
    assert_eq!(replayed["first_difference"]["right"], "00000082");
    let dispute = disputed.dispute.to_string();
    let listed = challenger.json(&["dispute", "list", &model]);
    assert_eq!(listed["disputes"][0]["dispute"], dispute.as_str());
    let mut is_settled = false;
    for _ in 0..20 {
        let game = NETWORK.read(async |client| client.dispute(&disputed.dispute).await.unwrap().game);
        if game.phase.to_move() == Some(Side::Operator) {
            defend(&liar, &disputed, &graph, &words);
            continue;
        }
        let shown = challenger.json(&["dispute", "show", &dispute]);
        assert_eq!((&shown["moves_complete"], &shown["to_move"]), (&true.into(), &"challenger".into()), "{shown}");
        let played = challenger.json(&["dispute", "play", &dispute, "--bundle", &folder]);
        if played["settled"] == true {
            assert!(played["place"].as_str().unwrap().contains("must be 00000082"), "{played}");
            assert!(played["moves"].as_array().unwrap().len() > 10, "{played}");
            is_settled = true;
            break;
        }
    }
    assert!(is_settled);
    assert_eq!(requester.json(&["request", "show", request])["status"], "overturned");
    let challenges_won = challenger.json(&["operator", "show", &model])["challenges_won"].clone();
    assert_eq!(challenges_won, 1);
    assert!(creator.json(&["dispute", "list", &model])["disputes"].as_array().unwrap().is_empty());
}
