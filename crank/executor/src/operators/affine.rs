//! Products with weights.

use modchains_core::provable::{ElementKind, Node, Reduce, Weights, int8_sum_bound};
use rayon::prelude::*;

use crate::{
    error::ExecutorError,
    integers::{self, Integer},
    product::{Dimensions, multiply},
    resources::Resources,
    rounding::{self, ROUNDING},
    statistics::{Counts, Operator, Statistics},
    weights,
};

/// Sums of products with the rows of a matrix.
pub struct Affine {
    /// Elements of a row of the input, and of a row of weights.
    terms: usize,
    /// Rows of weights, which are columns of the output.
    columns: usize,
    numbers: Numbers,
}

/// The weights as they are multiplied, row by row, with biases.
enum Numbers {
    /// Values, and a bound on the norm of each row with its bias.
    Values { weights: Vec<f64>, biases: Vec<f64>, norms: Vec<f64> },
    /// Integers whose sums of products stay below `2^24`.
    Small { weights: Vec<f32>, biases: Vec<i32> },
    /// Integers.
    Large { weights: Vec<f64>, biases: Vec<i32> },
}

/// A part of the output: some rows of some columns.
struct Tile<'a> {
    first_column: usize,
    /// The rows of the input.
    input: &'a [u32],
    /// For each of them the columns.
    out: Vec<&'a mut [u32]>,
}

impl Affine {
    /// # Errors
    /// When weights are missing or are no values.
    pub fn new(index: u32, node: &Node, weights: &impl Weights) -> Result<Self, ExecutorError> {
        let rows = weights::rows(index, node, weights)?;
        let words = weights::words(node, &rows);
        let biases = rows.iter().map(|row| u32::from_le_bytes(row.bias));
        let terms = node.operand().columns as usize;
        let numbers = if node.operand().kind == ElementKind::Float {
            let biases: Vec<f64> = biases.map(|bias| f32::from_bits(bias).into()).collect();
            let mut weights = vec![0.0; words.len()];
            let lines = words.chunks_exact(terms).zip(weights.chunks_exact_mut(terms)).zip(&biases);
            let norms =
                lines.map(|((words, out), bias)| rounding::raised_norm(rounding::widen(words, out) + bias * bias));
            let norms = norms.collect();
            Numbers::Values { weights, biases, norms }
        } else {
            let biases = biases.map(u32::cast_signed).collect();
            let is_small = rows.iter().all(|row| int8_sum_bound(*row) < integers::SMALL_BOUND);
            match is_small {
                true => Numbers::Small { weights: integers::numbers(&words), biases },
                false => Numbers::Large { weights: integers::numbers(&words), biases },
            }
        };
        Ok(Self { terms, columns: rows.len(), numbers })
    }

    /// Computes all rows of a batch.
    ///
    /// # Errors
    /// What libtorch says.
    pub fn compute(&self, input: &[u32], out: &mut [u32], resources: &Resources) -> Result<Statistics, ExecutorError> {
        let tiles = self.tiles(input, out, resources.threads());
        let compute = |tile: Tile<'_>| match &self.numbers {
            Numbers::Values { weights, biases, norms } => self.values(weights, biases, norms, tile, resources),
            Numbers::Small { weights, biases } => self.integers(weights, biases, tile),
            Numbers::Large { weights, biases } => self.integers(weights, biases, tile),
        };
        let found = tiles.into_par_iter().map(compute).collect::<Result<Vec<_>, _>>()?;
        let mut statistics = Statistics::default();
        for counts in found {
            statistics.add(Operator::Affine, counts);
        }
        Ok(statistics)
    }

    /// A tile for each thread: of rows, or of columns where there are few rows, so that each reads a part of the weights.
    fn tiles<'a>(&self, input: &'a [u32], out: &'a mut [u32], threads: usize) -> Vec<Tile<'a>> {
        const ROWS_MIN: usize = 32;
        let rows = input.len() / self.terms;
        let (tile_rows, tile_columns) = match rows >= ROWS_MIN * threads {
            true => (rows.div_ceil(threads), self.columns),
            false => (rows.max(1), self.columns.div_ceil(threads)),
        };
        let lines = input.chunks(tile_rows * self.terms).zip(out.chunks_mut(tile_rows * self.columns));
        let mut tiles = Vec::new();
        for (input, out) in lines {
            let mut beside: Vec<Tile<'_>> = (0..self.columns)
                .step_by(tile_columns)
                .map(|first_column| Tile { first_column, input, out: Vec::with_capacity(tile_rows) })
                .collect();
            for row in out.chunks_exact_mut(self.columns) {
                for (tile, part) in beside.iter_mut().zip(row.chunks_mut(tile_columns)) {
                    tile.out.push(part);
                }
            }
            tiles.append(&mut beside);
        }
        tiles
    }

    fn dimensions(&self, tile: &Tile<'_>) -> Dimensions {
        let columns = tile.out.first().map_or(0, |row| row.len());
        Dimensions { groups: 1, rows: tile.out.len(), columns, terms: self.terms }
    }

    fn values(
        &self,
        weights: &[f64],
        biases: &[f64],
        norms: &[f64],
        tile: Tile<'_>,
        resources: &Resources,
    ) -> Result<Counts, ExecutorError> {
        let dimensions = self.dimensions(&tile);
        let Dimensions { rows, columns, terms, .. } = dimensions;
        let range = tile.first_column..tile.first_column + columns;
        let weights = &weights[range.start * terms..range.end * terms];
        let (biases, norms) = (&biases[range.clone()], &norms[range]);
        let (mut input, mut products) = (resources.doubles.lend(rows * terms), resources.doubles.lend(rows * columns));
        let lines = tile.input.chunks_exact(terms).zip(input.chunks_exact_mut(terms));
        let row_norms: Vec<f64> =
            lines.map(|(words, out)| rounding::raised_norm(rounding::widen(words, out) + 1.0)).collect();
        multiply(&input, weights, &mut products, dimensions)?;
        let factor = (terms as f64 + 5.0) * ROUNDING;
        let mut counts = Counts { elements: (rows * columns) as u64, ..Counts::default() };
        let mut flagged = Vec::new();
        for (row, out) in tile.out.into_iter().enumerate() {
            let products = &products[row * columns..][..columns];
            rounding::flagged_sums(products, biases, norms, factor * row_norms[row], out, &mut flagged);
            let line = row * terms..(row + 1) * terms;
            let of_column = |column: usize| &weights[column * terms..][..terms];
            counts.redo_row(
                &mut flagged,
                out,
                |column| {
                    let size = row_norms[row] * norms[column];
                    rounding::nearest_dot(&input[line.clone()], of_column(column), biases[column], size)
                },
                |column| {
                    let words: Vec<u32> = of_column(column).iter().map(|weight| (*weight as f32).to_bits()).collect();
                    let bias = (biases[column] as f32).to_bits();
                    rounding::nearest_exactly(Reduce::Affine, &tile.input[line.clone()], &words, bias)
                },
            );
        }
        Ok(counts)
    }

    fn integers<T: Integer>(&self, weights: &[T], biases: &[i32], tile: Tile<'_>) -> Result<Counts, ExecutorError> {
        let dimensions = self.dimensions(&tile);
        let Dimensions { rows, columns, terms, .. } = dimensions;
        let range = tile.first_column..tile.first_column + columns;
        let mut sums = vec![T::default(); rows * columns];
        multiply(
            &integers::numbers(tile.input),
            &weights[range.start * terms..range.end * terms],
            &mut sums,
            dimensions,
        )?;
        for (sums, out) in sums.chunks_exact(columns).zip(tile.out) {
            integers::add_biases(sums, &biases[range.clone()], out);
        }
        Ok(Counts::default())
    }
}
