//! Made-up digits: ten fixed patterns with noise, which train in a second.

use std::path::Path;

use modchains_digits::{Digits, Exported, Split, TrainOptions, export_bundles, train};
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{RngCore, SeedableRng},
};

/// Trains briefly on them and exports into `dir`.
pub fn trained(dir: &Path, seed: u64) -> (Split, Exported) {
    let split = Digits::parse(&text()).unwrap().split(seed);
    let options = TrainOptions { seed, epochs: 6 };
    let network = train(&split.training, options, |_| {}).unwrap();
    let exported = export_bundles(dir, &network, &split, options).unwrap();
    (split, exported)
}

fn text() -> String {
    let mut generator = ChaCha8Rng::seed_from_u64(1);
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
