//! A model trained once per run on made-up digits: ten fixed patterns with noise.

use std::{
    env, fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use modchains_digits::{Split, made_up};
use modchains_sdk::bundle::{Bundle, BundleLimits};
use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng;

pub struct Fixture {
    pub exact: Bundle,
    pub unproven: Bundle,
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
        let (split, exported) = made_up::trained(&dir, 7).unwrap();
        Fixture { exact: exported.exact, unproven: exported.unproven, split }
    })
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
