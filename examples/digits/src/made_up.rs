//! Made-up digits, ten fixed patterns with noise, which train in a second: for tests of whatever runs models.

use std::{
    path::Path,
    sync::{Mutex, PoisonError},
};

use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore, SeedableRng};

use crate::{Digits, DigitsError, Exported, Split, TrainOptions, export_bundles, train};

/// Images of each digit.
const IMAGES: usize = 40;
/// Passes over them.
const EPOCHS: u32 = 6;

/// Trains on made-up digits and exports into `dir`. One training at a time: the generator that libtorch takes initial
/// weights and dropout from belongs to the process.
///
/// # Errors
/// [`DigitsError`] from training, quantising, writing or measuring.
pub fn trained(dir: &Path, seed: u64) -> Result<(Split, Exported), DigitsError> {
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let split = Digits::parse(&text())?.split(seed);
    let options = TrainOptions { seed, epochs: EPOCHS };
    let network = train(&split.training, options, |_| {})?;
    let exported = export_bundles(dir, &network, &split, options)?;
    Ok((split, exported))
}

/// In the form of the real data: 64 pixels and the digit, a line each.
fn text() -> String {
    let mut generator = ChaCha8Rng::seed_from_u64(1);
    let patterns: Vec<Vec<u32>> = (0..10).map(|_| (0..64).map(|_| generator.next_u32() % 13).collect()).collect();
    let mut text = String::new();
    for _ in 0..IMAGES {
        for (label, pattern) in patterns.iter().enumerate() {
            for pixel in pattern {
                text.push_str(&format!("{},", pixel + generator.next_u32() % 5));
            }
            text.push_str(&format!("{label}\n"));
        }
    }
    text
}
