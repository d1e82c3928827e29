//! Export of both bundles, measured through the runtime that answers requests.

use std::{fs, path::Path};

use modchains_crank::runtime;
use modchains_sdk::bundle::{
    Accuracy, Bundle, BundleDraft, BundleError, Encoding, GRAPH_FILE, GraphFiles, InputSpec, MODULE_FILE, NumericClass,
    OutputRule, WEIGHTS_FILE, write_bundle, write_graph,
};
use serde::{Deserialize, Serialize};
use tch::{CModule, no_grad};

use crate::{
    CLASSES, DigitsError, PIXEL_MAX, PIXELS, SIDE,
    card::card,
    data::{Sample, Split},
    network::{TrainOptions, TrainedNetwork, pixels},
    quantise::{Quantised, quantise},
};

const VERSION: &str = "1.0.0";
const STEPS_PER_UNIT: u32 = 256;
const TOLERANCE_STEPS: u16 = 8;
const MEASURE_BATCH: usize = 32;

/// Both bundles with their measured accuracy in the manifests.
#[derive(Debug)]
pub struct Exported {
    /// The integer graph, `digits-int8`.
    pub exact: Bundle,
    /// The TorchScript module, `digits-script`.
    pub unproven: Bundle,
}

/// One held-out image in `heldout.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldOut {
    /// The digit.
    pub label: u8,
    /// The request's input, hex.
    pub input: String,
}

/// Writes `digits-int8`, `digits-script` and `heldout.json` into `dir`.
///
/// # Errors
/// [`DigitsError`] from quantising, writing or measuring.
pub fn export_bundles(
    dir: &Path,
    network: &TrainedNetwork,
    split: &Split,
    options: TrainOptions,
) -> Result<Exported, DigitsError> {
    let held_out: Vec<HeldOut> = split
        .held_out
        .iter()
        .map(|sample| HeldOut { label: sample.label, input: hex::encode(sample.pixels) })
        .collect();
    fs::create_dir_all(dir).map_err(|source| DigitsError::Io { path: dir.to_path_buf(), source })?;
    let path = dir.join("heldout.json");
    fs::write(&path, serde_json::to_vec_pretty(&held_out)?).map_err(|source| DigitsError::Io { path, source })?;

    let exact = exact_draft(&quantise(network, &split.training)?)?;
    let unproven = unproven_draft(network, split)?;
    Ok(Exported {
        exact: write_measured(&dir.join(&exact.name), exact, split, options)?,
        unproven: write_measured(&dir.join(&unproven.name), unproven, split, options)?,
    })
}

/// Accuracy of a bundle on labelled images, computed by [`modchains_crank::runtime`].
///
/// # Errors
/// When the bundle does not load or answers other bytes than its output rule declares.
pub fn measure(bundle: &Bundle, samples: &[Sample]) -> Result<Accuracy, DigitsError> {
    let model = runtime::load(bundle, 1)?;
    let mut correct = 0;
    for batch in samples.chunks(MEASURE_BATCH) {
        let inputs: Vec<&[u8]> = batch.iter().map(|sample| sample.pixels.as_slice()).collect();
        for (sample, result) in batch.iter().zip(model.infer_batch(&inputs)?) {
            let decoded = bundle.manifest().output.decode(&result)?;
            correct += u32::from(decoded.class() == Some(sample.label));
        }
    }
    Ok(Accuracy {
        dataset: "scikit-learn digits (UCI optical recognition of handwritten digits), held-out fifth".to_owned(),
        held_out: samples.len() as u32,
        correct,
    })
}

/// Writes the bundle, measures it, and writes it again with the figure in manifest and card.
fn write_measured(
    dir: &Path,
    mut draft: BundleDraft,
    split: &Split,
    options: TrainOptions,
) -> Result<Bundle, DigitsError> {
    let accuracy = measure(&write_bundle(dir, &draft)?, &split.held_out)?;
    draft.card = card(&draft, &accuracy, split.training.len(), options);
    draft.accuracy = Some(accuracy);
    Ok(write_bundle(dir, &draft)?)
}

fn labels() -> Vec<String> {
    (0..CLASSES).map(|digit| digit.to_string()).collect()
}

fn input() -> InputSpec {
    InputSpec {
        shape: vec![1, SIDE, SIDE],
        dtype: Encoding::Unsigned8,
        bytes: PIXELS as u32,
        units: None,
        max: Some(PIXEL_MAX.into()),
    }
}

fn exact_draft(quantised: &Quantised) -> Result<BundleDraft, DigitsError> {
    let GraphFiles { structure, weights, graph } = write_graph(&quantised.nodes).map_err(BundleError::from)?;
    Ok(BundleDraft {
        name: "digits-int8".to_owned(),
        version: VERSION.to_owned(),
        numeric_class: graph.numeric_class(),
        graph_root: Some(graph.root()),
        input: InputSpec::of(&graph, vec![1, SIDE, SIDE])?,
        output: OutputRule::ClassLogitsI32 {
            bytes: 4 + 4 * CLASSES as u32,
            steps_per_unit: Some((1.0 / quantised.logit_step).round() as u32),
            labels: labels(),
        },
        accuracy: None,
        card: String::new(),
        files: vec![(GRAPH_FILE, structure), (WEIGHTS_FILE, weights)],
    })
}

fn unproven_draft(network: &TrainedNetwork, split: &Split) -> Result<BundleDraft, DigitsError> {
    let example = pixels(&split.training[..2]);
    let mut forward = |inputs: &[tch::Tensor]| {
        let [_, _, _, logits] = network.activations(&inputs[0]);
        vec![logits]
    };
    let module = no_grad(|| CModule::create_by_tracing("Digits", "forward", &[example], &mut forward))?;
    Ok(BundleDraft {
        name: "digits-script".to_owned(),
        version: VERSION.to_owned(),
        numeric_class: NumericClass::Unproven,
        graph_root: None,
        input: input(),
        output: OutputRule::ClassLogitsI16 {
            bytes: 1 + 2 * CLASSES as u32,
            steps_per_unit: STEPS_PER_UNIT,
            tolerance_steps: TOLERANCE_STEPS,
            labels: labels(),
        },
        accuracy: None,
        card: String::new(),
        files: vec![(MODULE_FILE, module_bytes(&module)?)],
    })
}

/// libtorch saves modules to a path only; the archive carries the file's stem, hence the fixed name.
fn module_bytes(module: &CModule) -> Result<Vec<u8>, DigitsError> {
    let io = |path: &Path| {
        let path = path.to_path_buf();
        move |source| DigitsError::Io { path, source }
    };
    let dir = tempfile::tempdir().map_err(io(Path::new("temporary folder")))?;
    let path = dir.path().join(MODULE_FILE);
    module.save(&path)?;
    fs::read(&path).map_err(io(&path))
}
