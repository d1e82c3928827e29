//! The handwritten digits that the scikit-learn wheel carries: 1,797 images of 8 by 8 pixels with labels.

use std::path::PathBuf;

use anyhow::Result;

use super::wheel::Wheel;

const MEMBER: &str = "sklearn/datasets/data/digits.csv.gz";
const FILE: &str = "digits.csv.gz";
const SCIKIT_LEARN: Wheel = Wheel {
    package: "scikit-learn",
    version: "1.9.1",
    platform: "manylinux_2_28_x86_64",
    python: "cp311",
    sha256: "52a0703bbc07ad27f560fa63fa68e4c54dd735bfbbf65b4dd3c225dc7547b6df",
};

/// The gzipped CSV of the digits in the cache, fetched when absent. Each line has 64 pixels of 0 to 16 and a label.
pub fn ensure_digits() -> Result<PathBuf> {
    let place = |member: &str| (member == MEMBER).then(|| PathBuf::from(FILE));
    Ok(SCIKIT_LEARN.ensure_members("digits", "fetching the digits", &[FILE], place)?.join(FILE))
}
