//! Products of two tensors.

use modchains_core::provable::{ElementKind, Node, Reduce};
use rayon::prelude::*;

use crate::{
    error::ExecutorError,
    integers::{self, Integer},
    product::{Dimensions, multiply},
    resources::Resources,
    rounding::{self, ROUNDING},
    statistics::{Counts, Operator, Statistics},
};

/// Sums of products of the rows of two tensors, group by group.
pub struct Dot {
    groups: usize,
    kind: ElementKind,
}

/// Some groups: their rows of both tensors and of the output.
struct Part<'a> {
    first: &'a [u32],
    second: &'a [u32],
    out: &'a mut [u32],
    dimensions: Dimensions,
}

impl Dot {
    /// For so many groups of elements of a kind.
    pub const fn new(groups: u32, kind: ElementKind) -> Self {
        Self { groups: groups as usize, kind }
    }

    /// Computes the output for every request: its node, its two inputs, and its place.
    ///
    /// # Errors
    /// What libtorch says.
    pub fn compute<'a>(
        &self,
        requests: impl Iterator<Item = (&'a Node, [&'a [u32]; 2], &'a mut [u32])>,
        resources: &Resources,
    ) -> Result<Statistics, ExecutorError> {
        let mut parts = Vec::new();
        for (node, inputs, out) in requests {
            self.split(node, inputs, out, resources.threads(), &mut parts);
        }
        let compute = |part: Part<'_>| match self.kind {
            ElementKind::Float => values(part, resources),
            _ if (part.dimensions.terms as i64) << 14 < integers::SMALL_BOUND => integers::<f32>(part),
            _ => integers::<f64>(part),
        };
        let found = parts.into_par_iter().map(compute).collect::<Result<Vec<_>, _>>()?;
        let mut statistics = Statistics::default();
        for counts in found {
            statistics.add(Operator::Dot, counts);
        }
        Ok(statistics)
    }

    /// Splits the groups of a request among threads.
    fn split<'a>(
        &self,
        node: &Node,
        [first, second]: [&'a [u32]; 2],
        out: &'a mut [u32],
        threads: usize,
        parts: &mut Vec<Part<'a>>,
    ) {
        let terms = node.operand().columns as usize;
        let (rows, columns) = (node.output.rows as usize / self.groups, node.output.columns as usize);
        let groups = self.groups.div_ceil(threads);
        let lines = first.chunks(groups * rows * terms).zip(second.chunks(groups * columns * terms));
        for ((first, second), out) in lines.zip(out.chunks_mut(groups * rows * columns)) {
            let groups = out.len() / (rows * columns);
            parts.push(Part { first, second, out, dimensions: Dimensions { groups, rows, columns, terms } });
        }
    }
}

fn values(part: Part<'_>, resources: &Resources) -> Result<Counts, ExecutorError> {
    let Dimensions { rows, columns, terms, .. } = part.dimensions;
    let widened = |words: &[u32]| {
        let mut doubles = resources.doubles.lend(words.len());
        let lines = words.chunks_exact(terms).zip(doubles.chunks_exact_mut(terms));
        let norms: Vec<f64> = lines.map(|(words, out)| rounding::raised_norm(rounding::widen(words, out))).collect();
        (doubles, norms)
    };
    let ((first, first_norms), (second, second_norms)) = (widened(part.first), widened(part.second));
    let mut products = resources.doubles.lend(part.out.len());
    multiply(&first, &second, &mut products, part.dimensions)?;
    let (factor, no_biases) = ((terms as f64 + 5.0) * ROUNDING, vec![0.0; columns]);
    let mut counts = Counts { elements: part.out.len() as u64, ..Counts::default() };
    let mut flagged = Vec::new();
    for (row, (products, out)) in products.chunks_exact(columns).zip(part.out.chunks_exact_mut(columns)).enumerate() {
        let group = row / rows * columns;
        let norms = &second_norms[group..group + columns];
        rounding::flagged_sums(products, &no_biases, norms, factor * first_norms[row], out, &mut flagged);
        let line = |number: usize| number * terms..(number + 1) * terms;
        counts.redo_row(
            &mut flagged,
            out,
            |column| {
                let size = first_norms[row] * norms[column];
                rounding::nearest_dot(&first[line(row)], &second[line(group + column)], 0.0, size)
            },
            |column| {
                let (first, second) = (&part.first[line(row)], &part.second[line(group + column)]);
                rounding::nearest_exactly(Reduce::Affine, first, second, 0)
            },
        );
    }
    Ok(counts)
}

fn integers<T: Integer>(part: Part<'_>) -> Result<Counts, ExecutorError> {
    let mut sums = vec![T::default(); part.out.len()];
    multiply(&integers::numbers::<T>(part.first), &integers::numbers(part.second), &mut sums, part.dimensions)?;
    integers::add_biases(&sums, &vec![0; sums.len()], part.out);
    Ok(Counts::default())
}
