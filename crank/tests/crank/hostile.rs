//! Modules that answer in another form than the format says, differently in company, too late, or not at all. Each is the
//! trained module with its last line changed.

use std::{
    io::{Cursor, Read, Write},
    path::Path,
    sync::Arc,
    time::Duration,
};

use modchains_crank::worker::{Limits, Worker, WorkerError, WorkerPool, WorkerSpec};
use modchains_sdk::bundle::{Bundle, BundleDraft, MODULE_FILE, write_bundle};
use zip::{CompressionMethod, ZipArchive, ZipWriter, write::FileOptions};

use crate::fixture::{fixture, program, scratch};

/// The trained module, with `{}` in `code` for what it answers, and `from` replaced by `to` in what comes before.
fn bundle(dir: &Path, code: &str, (from, to): (&str, &str)) -> Bundle {
    let original = &fixture().unproven;
    let manifest = original.manifest();
    let module = changed(&original.read(MODULE_FILE).unwrap(), |text| {
        let at = text.rfind("    return ").unwrap();
        let (before, last) = text.split_at(at);
        assert!(before.contains(from), "{before}");
        let answer = last.trim().strip_prefix("return ").unwrap();
        format!("{}    {}\n", before.replace(from, to), code.replace("{}", answer))
    });
    let draft = BundleDraft {
        name: manifest.name.clone(),
        version: manifest.version.clone(),
        numeric_class: manifest.numeric_class,
        graph_root: None,
        input: manifest.input.clone(),
        output: manifest.output.clone(),
        accuracy: None,
        card: "# changed\n".to_owned(),
        files: vec![(MODULE_FILE, module)],
    };
    write_bundle(dir, &draft).unwrap()
}

/// A TorchScript archive with its code changed.
fn changed(archive: &[u8], change: impl Fn(&str) -> String) -> Vec<u8> {
    let mut old = ZipArchive::new(Cursor::new(archive)).unwrap();
    let mut new = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..old.len() {
        let mut entry = old.by_index(index).unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        let name = entry.name().to_owned();
        // Where each line of the code came from, which no longer holds.
        if name.ends_with("debug_pkl") {
            continue;
        }
        if name.ends_with("__torch__.py") {
            bytes = change(std::str::from_utf8(&bytes).unwrap()).into_bytes();
        }
        new.start_file(name, FileOptions::default().compression_method(CompressionMethod::Stored)).unwrap();
        new.write_all(&bytes).unwrap();
    }
    new.finish().unwrap().into_inner()
}

fn spec(bundle: &Bundle) -> WorkerSpec {
    let limits = Limits { batch_timeout: Duration::from_secs(120), ..Limits::default() };
    WorkerSpec { program: program(), limits, ..WorkerSpec::new(bundle.clone()).unwrap() }
}

const AS_IT_WAS: (&str, &str) = ("", "");

/// How a worker with this module fails to start.
async fn refusal(code: &str) -> WorkerError {
    let scratch = scratch();
    let bundle = bundle(scratch.path(), code, AS_IT_WAS);
    Worker::spawn(Arc::new(spec(&bundle))).await.err().unwrap_or_else(|| panic!("{code} was accepted"))
}

#[tokio::test]
async fn answers_in_another_form_are_refused_at_the_start() {
    let cases = [
        ("return torch.t({})", "runtime_shape"),
        ("return torch.view({}, [-1])", "runtime_shape"),
        ("return torch.unsqueeze({}, 0)", "runtime_shape"),
        ("return torch.slice({}, 1, 0, 9)", "runtime_shape"),
        ("return torch.to({}, 4)", "runtime_kind"),
        ("return torch.complex({}, {})", "runtime_kind"),
    ];
    for (code, expected) in cases {
        let refused = refusal(code).await;
        assert!(matches!(&refused, WorkerError::Refused { label, .. } if label == expected), "{code}: {refused}");
    }
}

#[tokio::test]
async fn answers_that_depend_on_the_company_are_refused_at_the_start() {
    for code in
        ["return torch.sub({}, torch.mean({}, [0], True))", "return torch.flip({}, [0])", "return torch.cumsum({}, 0)"]
    {
        let refused = refusal(code).await;
        assert!(
            matches!(&refused, WorkerError::Refused { label, .. } if label == "runtime_batch_differs"),
            "{code}: {refused}"
        );
    }
}

#[tokio::test]
async fn the_sandbox_has_no_chance_to_give() {
    let refused = refusal("return torch.add({}, torch.rand_like({}))").await;
    assert!(matches!(&refused, WorkerError::Refused { .. }), "{refused}");
}

#[tokio::test]
async fn other_precisions_answer_the_same() {
    let plain = WorkerPool::start(spec(&fixture().unproven), 1, 8).await.unwrap();
    let inputs: Vec<Vec<u8>> = fixture().split.held_out.iter().take(8).map(|sample| sample.pixels.to_vec()).collect();
    let expected = plain.infer_each(inputs.clone()).await.unwrap();
    for code in ["return torch.to({}, 5)", "return torch.to({}, 7)", "print(\"hello\")\n    return {}"] {
        let scratch = scratch();
        let pool = WorkerPool::start(spec(&bundle(scratch.path(), code, AS_IT_WAS)), 1, 8).await.unwrap();
        for (answer, expected) in pool.infer_each(inputs.clone()).await.unwrap().iter().zip(&expected) {
            let (answer, expected) = (answer.as_ref().unwrap(), expected.as_ref().unwrap());
            assert!(fixture().unproven.manifest().output.agree(&answer.output, &expected.output).unwrap(), "{code}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_is_no_number_is_refused_when_it_is_asked_for_and_not_before() {
    // Scaled by the brightest pixel: undefined on a blank image, and on nothing else.
    let scaled = ("torch.div(argument_1, 16.)", "torch.div(argument_1, torch.amax(argument_1, [1, 2, 3], True))");
    let scratch_scaled = scratch();
    let pool = WorkerPool::start(spec(&bundle(scratch_scaled.path(), "return {}", scaled)), 1, 8).await.unwrap();
    let sample = fixture().split.held_out[0].pixels.to_vec();
    let results = pool.infer_each(vec![sample.clone(), vec![0; 64]]).await.unwrap();
    assert!(results[0].is_ok());
    let label_of = |error: &WorkerError| match error {
        WorkerError::Model { label, .. } => label.clone(),
        other => other.to_string(),
    };
    assert_eq!(label_of(results[1].as_ref().unwrap_err()), "runtime_output_invalid");

    let scratch_never = scratch();
    let never = bundle(scratch_never.path(), "return torch.div({}, torch.sub({}, {}))", AS_IT_WAS);
    let pool = WorkerPool::start(spec(&never), 1, 8).await.unwrap();
    assert_eq!(label_of(&pool.infer(sample).await.unwrap_err()), "runtime_output_invalid");
}

#[tokio::test]
async fn two_answers_are_no_answer() {
    let scratch = scratch();
    let pair = bundle(scratch.path(), "return ({}, {})", ("-> Tensor:", "-> Tuple[Tensor, Tensor]:"));
    let refused = Worker::spawn(Arc::new(spec(&pair))).await.err().unwrap();
    assert!(matches!(&refused, WorkerError::Refused { label, .. } if label == "runtime_torch"), "{refused}");
}

#[tokio::test]
async fn a_module_that_never_answers_is_killed_at_the_start_with_the_right_remedy() {
    let scratch = scratch();
    let code = "_5 = {}\n    for _6 in range(1000000000000):\n      _5 = torch.add(_5, {})\n    return _5";
    let mut spec = spec(&bundle(scratch.path(), code, AS_IT_WAS));
    spec.limits.start_timeout = Duration::from_secs(5);
    let refused = Worker::spawn(Arc::new(spec)).await.err().unwrap();
    assert_eq!(refused.label(), "worker_start_timed_out", "{refused}");
    assert!(refused.to_string().contains("worker.start_timeout_ms"), "{refused}");
}

#[tokio::test]
async fn a_module_that_wants_all_memory_is_refused() {
    let scratch = scratch();
    let code = "_5 = torch.ones([100000, 100000])\n    return torch.add({}, torch.sum(_5))";
    let refused = Worker::spawn(Arc::new(spec(&bundle(scratch.path(), code, AS_IT_WAS)))).await.err().unwrap();
    assert!(matches!(refused, WorkerError::Refused { .. } | WorkerError::Crashed { .. }), "{refused}");
}
