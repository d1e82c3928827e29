//! Training and export.
#![allow(clippy::unwrap_used, missing_docs, reason = "a failed unwrap is the test's failure")]

use std::fs;

use modchains_digits::{HeldOut, made_up::trained, measure};

#[test]
fn both_bundles_recognise_held_out_digits_and_say_how_many() {
    let folder = tempfile::tempdir().unwrap();
    let (split, exported) = trained(folder.path(), 7).unwrap();
    for bundle in [&exported.exact, &exported.unproven] {
        let measured = measure(bundle, &split.held_out).unwrap();
        assert!(measured.ratio() >= 0.95, "{measured:?}");
        assert_eq!(bundle.manifest().accuracy.as_ref(), Some(&measured));
        let card = fs::read_to_string(bundle.dir().join("CARD.md")).unwrap();
        assert!(card.contains(&format!("{} of {}", measured.correct, measured.held_out)), "{card}");
    }
    let text = fs::read(folder.path().join("heldout.json")).unwrap();
    let held_out: Vec<HeldOut> = serde_json::from_slice(&text).unwrap();
    assert_eq!(held_out.len(), split.held_out.len());
    assert_eq!(hex::decode(&held_out[0].input).unwrap(), split.held_out[0].pixels);
}

#[test]
fn the_same_seed_gives_the_same_bundles_and_another_seed_others() {
    let folders = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let (_, first) = trained(folders[0].path(), 7).unwrap();
    let (_, again) = trained(folders[1].path(), 7).unwrap();
    assert_eq!(again.exact.manifest_sha256(), first.exact.manifest_sha256());
    assert_eq!(again.unproven.manifest_sha256(), first.unproven.manifest_sha256());
    let (_, other) = trained(folders[2].path(), 8).unwrap();
    assert_ne!(other.exact.weights_sha256(), first.exact.weights_sha256());
}
