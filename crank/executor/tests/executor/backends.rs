//! The same bits from other kernels of libtorch, which are chosen when a process starts.

use std::{env, process::Command};

use modchains_executor::{Instructions, Request, Wanted, limit_instructions};
use modchains_test_graphs::{Encoder, random_request, sha256};
use modchains_test_seed::random;

use super::compare::executor;

const VARIABLE: &str = "MODCHAINS_EXECUTOR_CHILD";
const LINE: &str = "outputs hash to ";
const ENCODER: Encoder = Encoder { layers: 1, width: 96, heads: 6, hidden: 160, vocabulary: 60, tokens_max: 64 };

/// The hash of every output of an encoder, computed in this process.
fn outputs(threads: usize) -> String {
    let mut random = random();
    let model = ENCODER.model(&mut random);
    let inputs: Vec<(u32, Vec<u8>)> =
        [64, 5, 31].into_iter().map(|size| (size, random_request(&model, size, &mut random))).collect();
    let batch: Vec<Request<'_>> = inputs.iter().map(|(size, input)| Request { size: *size, input }).collect();
    let run = executor(&model, threads).run(&batch, Wanted::Trace).unwrap();
    let bytes: Vec<u8> = run.words.concat().iter().flat_map(|word| word.to_le_bytes()).collect();
    sha256(&[&bytes]).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn other_kernels_give_the_same_outputs() {
    if env::var_os(VARIABLE).is_some() {
        println!("{LINE}{}", outputs(1));
        return;
    }
    let expected = outputs(2);
    limit_instructions(Instructions::Plain);
    assert_eq!(outputs(1), expected);
    limit_instructions(Instructions::Avx512);
    for settings in [
        // What libtorch's own loops, its products, and oneDNN may use; products without alignment tricks.
        [("ATEN_CPU_CAPABILITY", "default"), ("MKL_ENABLE_INSTRUCTIONS", "SSE4_2")],
        [("ATEN_CPU_CAPABILITY", "avx2"), ("MKL_ENABLE_INSTRUCTIONS", "AVX2")],
        [("ONEDNN_MAX_CPU_ISA", "SSE41"), ("MKL_CBWR", "COMPATIBLE")],
        [("ONEDNN_DEFAULT_FPMATH_MODE", "BF16"), ("MKL_CBWR", "AVX2")],
    ] {
        let mut child = Command::new(env::current_exe().unwrap());
        child.args(["--exact", "--nocapture", "backends::other_kernels_give_the_same_outputs"]);
        let output = child.env(VARIABLE, "1").envs(settings).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let found = text.split_once(LINE).and_then(|(_, rest)| rest.get(..64));
        assert_eq!(found, Some(expected.as_str()), "{settings:?}: {text}");
    }
}
