//! A small bundle of the exact class: three labels out of four inputs.

use std::{fs, path::PathBuf};

use modchains_sdk::{
    bundle::{
        BundleDraft, Encoding, GraphFiles, InputSpec, NamedWeights, NodeDraft, NumericClass, OutputRule, write_bundle,
        write_graph,
    },
    core::provable::{ElementKind, INPUTS_MAX, Input, Map, Op, Record, Reduce, Size, SizeRange},
};

use crate::network::NETWORK;

const LABELS: [&str; 3] = ["seven", "eight", "nine"];
/// Steps of a sum in one unit of logit.
const STEPS_PER_UNIT: u32 = 1_000;

/// A bundle in a folder of its own.
pub struct Bundle {
    folder: PathBuf,
    /// SHA-256 of its manifest, in hexadecimal.
    pub manifest_sha256: String,
    /// Root of its graph, in hexadecimal.
    pub graph_root: String,
}

impl Bundle {
    /// Writes the bundle `name`.
    pub fn write(name: &str) -> Self {
        let folder = NETWORK.folder().join(format!("bundle-{name}"));
        let GraphFiles { structure, weights, graph } = write_graph(&nodes()).unwrap();
        let root = graph.root();
        let labels = LABELS.map(ToOwned::to_owned).to_vec();
        let output = OutputRule::ClassLogitsI32 { bytes: 16, steps_per_unit: Some(STEPS_PER_UNIT), labels };
        let draft = BundleDraft {
            name: name.to_owned(),
            version: "1.0".to_owned(),
            numeric_class: NumericClass::Exact,
            graph_root: Some(root),
            input: InputSpec::of(&graph, vec![4]).unwrap(),
            output,
            accuracy: None,
            card: format!("# {name}\n"),
            files: vec![("graph.json", structure), ("weights.safetensors", weights)],
        };
        let written = write_bundle(&folder, &draft).unwrap();
        let manifest_sha256 = hex::encode(written.manifest_sha256());
        Self { folder, manifest_sha256, graph_root: hex::encode(root) }
    }

    /// Where it is.
    pub fn path(&self) -> &str {
        self.folder.to_str().unwrap()
    }

    /// Replaces text in a file of it.
    pub fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.folder.join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from} in {text}");
        fs::write(path, text.replacen(from, to, 1)).unwrap();
    }
}

/// Four inputs, three sums of them, and the place of the largest sum in front of the sums.
fn nodes() -> Vec<NodeDraft> {
    let node = |op, kind, inputs: &[u32], columns| {
        let mut places = [0; INPUTS_MAX];
        places[..inputs.len()].copy_from_slice(inputs);
        let (input_count, columns) = (inputs.len() as u8, Size::fixed(columns));
        let record = Record { op, kind, inputs: places, input_count, rows: Size::ONE, columns, weights: None };
        NodeDraft { record, weights: None }
    };
    let sizes = SizeRange { min: 1, max: 1 };
    let input = Input { encoding: Encoding::Unsigned8, low: 0, high: 16, sizes };
    let logits = NamedWeights { name: "logits".to_owned(), elements: (1..=12).collect(), biases: Some(vec![0; 12]) };
    vec![
        node(Op::Input(input), ElementKind::Int8, &[], 4),
        NodeDraft { weights: Some(logits), ..node(Op::Reduce(Reduce::Affine), ElementKind::Int32, &[0], 3) },
        node(Op::Reduce(Reduce::TopK { count: 1 }), ElementKind::Int32, &[1], 1),
        node(Op::Map(Map::ConcatColumns), ElementKind::Int32, &[2, 1], 4),
    ]
}
