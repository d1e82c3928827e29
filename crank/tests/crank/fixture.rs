//! A model trained once per run on made-up digits: ten fixed patterns with noise.

use modchains_crank::digits::{Digits, Exported, Split, TrainOptions, export_bundles, train};
use modchains_sdk::bundle::{Bundle, BundleLimits};
use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore, SeedableRng};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::{env, fs};

pub struct Fixture {
    pub exact: Bundle,
    pub tolerant: Bundle,
    pub split: Split,
}

/// The path of the binary under test.
pub fn program() -> PathBuf {
    env!("CARGO_BIN_EXE_modchains-crank").into()
}

/// A fresh folder that goes away with the returned guard.
pub fn scratch() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

pub fn generator(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

pub fn fixture() -> &'static Fixture {
    static FIXTURE: OnceLock<Fixture> = OnceLock::new();
    FIXTURE.get_or_init(|| {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("trained-model");
        fs::remove_dir_all(&dir).ok();
        let (split, exported) = trained(&dir, 7);
        Fixture { exact: exported.exact, tolerant: exported.tolerant, split }
    })
}

/// Trains briefly on the made-up digits and exports into `dir`.
pub fn trained(dir: &Path, seed: u64) -> (Split, Exported) {
    let split = Digits::parse(&made_up_digits()).unwrap().split(seed);
    let options = TrainOptions { seed, epochs: 6 };
    let network = train(&split.training, options, |_| {}).unwrap();
    let exported = export_bundles(dir, &network, &split, options).unwrap();
    (split, exported)
}

fn made_up_digits() -> String {
    let mut generator = generator(1);
    let patterns: Vec<Vec<u32>> = (0..10).map(|_| (0..64).map(|_| generator.next_u32() % 13).collect()).collect();
    let mut text = String::new();
    for sample in 0..400 {
        let label = sample % 10;
        for pixel in &patterns[label] {
            text.push_str(&format!("{},", pixel + generator.next_u32() % 5));
        }
        text.push_str(&format!("{label}\n"));
    }
    text
}

/// A copy of a bundle that a test may damage.
pub fn copy_of(bundle: &Bundle) -> (tempfile::TempDir, PathBuf) {
    let scratch = scratch();
    let dir = scratch.path().join("bundle");
    fs::create_dir(&dir).unwrap();
    for entry in fs::read_dir(bundle.dir()).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), dir.join(entry.file_name())).unwrap();
    }
    (scratch, dir)
}

pub fn open(dir: &Path) -> Result<Bundle, modchains_sdk::bundle::BundleError> {
    Bundle::open(dir, BundleLimits::default())
}

/// Replaces text in the manifest; the text must be there.
pub fn edit_manifest(dir: &Path, from: &str, to: &str) {
    let path = dir.join("model.toml");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{from:?} is not in the manifest");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}
