//! Reading and splitting the images.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use flate2::read::GzDecoder;
use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore, SeedableRng};

use crate::{CLASSES, PIXEL_MAX, PIXELS};

/// Largest decompressed file that is read; the real one has 260 KB.
const CSV_BYTES_MAX: u64 = 16 << 20;
/// One image of this many goes to the held-out part.
const HELD_OUT_EVERY: usize = 5;

/// One labelled image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// Pixels, row by row, 0 to 16.
    pub pixels: [u8; PIXELS],
    /// The digit, 0 to 9.
    pub label: u8,
}

/// All images in file order.
#[derive(Debug, Clone)]
pub struct Digits {
    samples: Vec<Sample>,
}

/// Images to learn from and images to be measured by.
#[derive(Debug, Clone)]
pub struct Split {
    /// Four fifths of each class.
    pub training: Vec<Sample>,
    /// One fifth of each class, never seen in training or calibration.
    pub held_out: Vec<Sample>,
}

/// A data file that is not the expected one.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// The file cannot be read.
    #[error(
        "{path}: cannot be read ({source}); give the digits.csv.gz of scikit-learn, from sklearn/datasets/data in its wheel"
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A row that is not an image and a label.
    #[error("row {row}: {problem}; give the digits.csv.gz of scikit-learn")]
    Row {
        /// Line number, from 1.
        row: usize,
        /// Expected and actual.
        problem: String,
    },
    /// Too few images of a class to hold any out.
    #[error("class {label} has {count} images, at least {HELD_OUT_EVERY} are needed")]
    TooFew {
        /// The digit.
        label: usize,
        /// Images found.
        count: usize,
    },
}

impl Digits {
    /// Reads a gzip-compressed CSV with 64 pixels and a label per row.
    ///
    /// # Errors
    /// [`DataError`] naming the file or the row.
    pub fn load(path: &Path) -> Result<Self, DataError> {
        let unreadable = |source| DataError::Unreadable { path: path.to_path_buf(), source };
        let mut text = String::new();
        let file = File::open(path).map_err(unreadable)?;
        GzDecoder::new(file).take(CSV_BYTES_MAX).read_to_string(&mut text).map_err(unreadable)?;
        Self::parse(&text)
    }

    /// Parses the decompressed CSV.
    ///
    /// # Errors
    /// [`DataError::Row`] for the first row that is wrong, [`DataError::TooFew`] for a class that cannot be split.
    pub fn parse(text: &str) -> Result<Self, DataError> {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let mut samples = Vec::new();
        for (index, record) in reader.records().enumerate() {
            let row = index + 1;
            let problem = |problem: String| DataError::Row { row, problem };
            let record = record.map_err(|error| problem(error.to_string()))?;
            samples.push(parse_row(&record).map_err(problem)?);
        }
        for label in 0..CLASSES {
            let count = samples.iter().filter(|sample| usize::from(sample.label) == label).count();
            if count < HELD_OUT_EVERY {
                return Err(DataError::TooFew { label, count });
            }
        }
        Ok(Self { samples })
    }

    /// Splits each class by the seed, so that both parts have the same mix of digits.
    #[must_use]
    pub fn split(&self, seed: u64) -> Split {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let mut split = Split { training: Vec::new(), held_out: Vec::new() };
        for label in 0..CLASSES {
            let mut class: Vec<Sample> =
                self.samples.iter().copied().filter(|sample| usize::from(sample.label) == label).collect();
            shuffle(&mut class, &mut generator);
            let training = class.split_off(class.len().div_ceil(HELD_OUT_EVERY));
            split.held_out.extend(class);
            split.training.extend(training);
        }
        shuffle(&mut split.held_out, &mut generator);
        split
    }
}

/// Fisher-Yates on a named generator, so that a seed means the same in every release. The bias of reducing 64 bits
/// modulo a length below `2^32` is under `2^-32`.
pub(super) fn shuffle<T>(items: &mut [T], generator: &mut ChaCha8Rng) {
    for last in (1..items.len()).rev() {
        let chosen = (generator.next_u64() % (last as u64 + 1)) as usize;
        items.swap(last, chosen);
    }
}

fn parse_row(record: &csv::StringRecord) -> Result<Sample, String> {
    if record.len() != PIXELS + 1 {
        return Err(format!("has {} columns, expected {}", record.len(), PIXELS + 1));
    }
    let number = |column: usize, max: u8| {
        let text = &record[column];
        // Some releases of the file write the numbers with decimals.
        let value = text.trim().parse::<f64>().ok().filter(|v| v.fract() == 0.0 && (0.0..=f64::from(max)).contains(v));
        value.map(|v| v as u8).ok_or_else(|| format!("column {} is {text:?}, expected 0 to {max}", column + 1))
    };
    let mut pixels = [0; PIXELS];
    for (column, pixel) in pixels.iter_mut().enumerate() {
        *pixel = number(column, PIXEL_MAX)?;
    }
    Ok(Sample { pixels, label: number(PIXELS, 9)? })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is the test's failure")]
    use super::*;

    fn rows(count: usize) -> String {
        (0..count).map(|i| format!("{}{}\n", format!("{},", i % 17).repeat(PIXELS), i % CLASSES)).collect()
    }

    #[test]
    fn the_split_is_stratified_disjoint_and_follows_the_seed() {
        let digits = Digits::parse(&rows(500)).unwrap();
        let split = digits.split(7);
        assert_eq!((split.training.len(), split.held_out.len()), (400, 100));
        for label in 0..10 {
            assert_eq!(split.held_out.iter().filter(|sample| sample.label == label).count(), 10);
        }
        assert_eq!(digits.split(7).held_out, split.held_out);
        assert_ne!(digits.split(8).held_out, split.held_out);
    }

    #[test]
    fn a_row_that_is_not_an_image_is_refused_by_its_number() {
        let text = rows(60).replacen("3,3,", "3,17,", 1);
        let error = Digits::parse(&text).unwrap_err();
        assert!(matches!(error, DataError::Row { row: 4, .. }), "{error}");
        assert!(matches!(Digits::parse("1,2,3\n").unwrap_err(), DataError::Row { row: 1, .. }));
        assert!(matches!(Digits::parse(&rows(30)).unwrap_err(), DataError::TooFew { label: 0, count: 3 }));
    }
}
