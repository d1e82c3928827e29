//! Bundles of provable models: the manifest describes the graph that lies beside it, and nothing else.

use std::{fs, path::Path};

use modchains_sdk::{
    bundle::{
        Bundle, BundleDraft, BundleError, BundleLimits, Encoding, GRAPH_FILE, GraphFiles, InputError, InputSpec,
        NumericClass, OutputRule, WEIGHTS_FILE, write_bundle,
    },
    core::provable::{ElementKind, Input, Map, Op, Reduce, Size, SizeRange, Unary},
};
use modchains_test_graphs::Model;
use modchains_test_seed::random;

use super::draft::{Float, Int8, Int32, add, write};

/// Tokens to a vector: the mean of their rows of a table.
fn tokens() -> GraphFiles {
    let input = Input { encoding: Encoding::Unsigned16, low: 0, high: 29, sizes: SizeRange { min: 2, max: 7 } };
    let (n, width, one) = (Size::per(1), Size::fixed(6), Size::ONE);
    let transpose = Map::Permute { dimensions: [one, one, n, width], order: [0, 1, 3, 2] };
    let mut model = Model::default();
    model.add(Op::Input(input), Int32, &[], [n, one]);
    add(&mut model, Op::Embedding { rows: 30 }, Float, &[0], [n, width], &mut random());
    model.add(Op::Map(transpose), Float, &[1], [width, n]);
    model.add(Op::Reduce(Reduce::Mean), Float, &[2], [width, one]);
    model.add(Op::Unary(Unary::Round), Int8, &[3], [width, one]);
    write(&model)
}

fn draft(files: &GraphFiles) -> BundleDraft {
    BundleDraft {
        name: "tokens".into(),
        version: "1".into(),
        numeric_class: files.graph.numeric_class(),
        graph_root: Some(files.graph.root()),
        input: InputSpec::of(&files.graph, vec![1]).unwrap(),
        output: OutputRule::Tensor { bytes: 6, kind: ElementKind::Int8 },
        accuracy: None,
        card: "# tokens\n".into(),
        files: vec![(GRAPH_FILE, files.structure.clone()), (WEIGHTS_FILE, files.weights.clone())],
    }
}

fn open(dir: &Path) -> Result<Bundle, BundleError> {
    Bundle::open(dir, BundleLimits::default())
}

#[test]
fn a_bundle_of_tokens_says_how_many_it_takes() {
    let folder = tempfile::tempdir().unwrap();
    let files = tokens();
    let bundle = write_bundle(folder.path(), &draft(&files)).unwrap();
    assert_eq!(bundle.graph().unwrap(), files.graph);
    assert_eq!(
        (bundle.manifest().numeric_class, bundle.graph_root()),
        (NumericClass::Rounded, Some(files.graph.root()))
    );
    let text = fs::read_to_string(folder.path().join("model.toml")).unwrap();
    for line in ["numeric_class = \"rounded\"", "dtype = \"u16\"", "units = [2, 7]", "max = 29", "rule = \"tensor\""] {
        assert!(text.contains(line), "{line} in {text}");
    }
    let input = &bundle.manifest().input;
    let tokens = |count: u16| (0..count).flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    assert_eq!(input.bytes_max(), 14);
    for count in 0..10 {
        assert_eq!(input.check(&tokens(count)).is_ok(), (2..=7).contains(&count), "{count}");
    }
    let odd = input.check(&tokens(3)[1..]).unwrap_err();
    assert_eq!(odd, InputError::Units { unit_bytes: 2, units_min: 2, units_max: 7, actual_bytes: 5 });
    let large = [29_u16, 30].map(u16::to_le_bytes).concat();
    assert_eq!(input.check(&large), Err(InputError::Range { index: 1, value: 30, max: 29 }));
    assert_eq!(input.shown(&[1, 1, 2, 0, 3, 0], 2), "3x1 [257, 2, ...]");
}

#[test]
fn inputs_of_every_encoding_are_shown_as_their_elements() {
    let spec = |dtype: Encoding| InputSpec { shape: vec![2], dtype, bytes: 2 * dtype.bytes(), units: None, max: None };
    assert_eq!(spec(Encoding::Signed8).shown(&[255, 1], 9), "2 [-1, 1]");
    assert_eq!(spec(Encoding::Signed32).shown(&[255; 8], 9), "2 [-1, -1]");
    assert_eq!(spec(Encoding::Float32).shown(&[0.5_f32, -2.0].map(f32::to_le_bytes).concat(), 9), "2 [0.5, -2]");
    assert_eq!(spec(Encoding::Signed8).check(&[200]), Err(InputError::Size { expected_bytes: 2, actual_bytes: 1 }));
}

#[test]
fn a_manifest_that_describes_another_graph_is_refused_by_field() {
    let cases = [
        ("numeric_class = \"rounded\"", "numeric_class = \"exact\"", "numeric_class"),
        ("numeric_class = \"rounded\"", "numeric_class = \"unproven\"", "input.dtype"),
        ("units = [2, 7]", "units = [2, 8]", "input.units"),
        ("units = [2, 7]", "", "input.units"),
        ("max = 29", "max = 30", "input.max"),
        ("shape = [1]\ndtype = \"u16\"\nbytes = 2", "shape = [2]\ndtype = \"u16\"\nbytes = 4", "input.bytes"),
        ("shape = [1]\ndtype = \"u16\"", "shape = [2]\ndtype = \"u8\"", "input.dtype"),
        ("bytes = 6\nkind = \"int8\"", "bytes = 24\nkind = \"float\"", "output.rule"),
        ("bytes = 6\nkind", "bytes = 7\nkind", "output.rule"),
    ];
    let files = tokens();
    for (from, to, expected) in cases {
        let folder = tempfile::tempdir().unwrap();
        write_bundle(folder.path(), &draft(&files)).unwrap();
        let path = folder.path().join("model.toml");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from} in {text}");
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
        let refused = open(folder.path()).unwrap_err();
        assert!(matches!(&refused, BundleError::Manifest { field, .. } if field == expected), "{to}: {refused}");
    }
}

#[test]
fn an_input_with_a_fixed_part_beside_its_units_cannot_be_described() {
    let input = Input { encoding: Encoding::Unsigned8, low: 0, high: 9, sizes: SizeRange { min: 1, max: 7 } };
    let mut model = Model::default();
    model.add(Op::Input(input), Int8, &[], [Size { fixed: 2, per: 1 }, Size::ONE]);
    let refused = InputSpec::of(&write(&model).graph, vec![1]).unwrap_err();
    assert!(refused.to_string().contains("a fixed part beside their units"), "{refused}");
}
