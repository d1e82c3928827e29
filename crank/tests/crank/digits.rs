//! Training and export.

use crate::fixture::{fixture, scratch, trained};
use modchains_crank::digits::{HeldOut, measure};
use std::fs;

#[test]
fn both_bundles_recognise_held_out_digits_and_say_how_many() {
    let fixture = fixture();
    for bundle in [&fixture.exact, &fixture.tolerant] {
        let measured = measure(bundle, &fixture.split.held_out).unwrap();
        assert!(measured.ratio() >= 0.95, "{measured:?}");
        assert_eq!(bundle.manifest().accuracy.as_ref(), Some(&measured));
        let card = fs::read_to_string(bundle.dir().join("CARD.md")).unwrap();
        assert!(card.contains(&format!("{} of {}", measured.correct, measured.held_out)), "{card}");
    }
    let text = fs::read(fixture.exact.dir().with_file_name("heldout.json")).unwrap();
    let held_out: Vec<HeldOut> = serde_json::from_slice(&text).unwrap();
    assert_eq!(held_out.len(), fixture.split.held_out.len());
    assert_eq!(hex::decode(&held_out[0].input).unwrap(), fixture.split.held_out[0].pixels);
}

#[test]
fn the_same_seed_gives_the_same_bundles_and_another_seed_others() {
    let fixture = fixture();
    let (again, other) = (scratch(), scratch());
    let (_, again) = trained(again.path(), 7);
    assert_eq!(again.exact.manifest_sha256(), fixture.exact.manifest_sha256());
    assert_eq!(again.tolerant.manifest_sha256(), fixture.tolerant.manifest_sha256());
    let (_, other) = trained(other.path(), 8);
    assert_ne!(other.exact.weights_sha256(), fixture.exact.weights_sha256());
}
