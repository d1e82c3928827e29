//! Products of matrices, by libtorch.

use tch::{Device, Kind, TchError, Tensor};

/// Numbers that libtorch multiplies.
pub trait Element: Copy + Default + Send + Sync + 'static {
    /// What libtorch calls them.
    const KIND: Kind;
}

impl Element for f32 {
    const KIND: Kind = Kind::Float;
}

impl Element for f64 {
    const KIND: Kind = Kind::Double;
}

/// How many matrices are multiplied, and their dimensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dimensions {
    /// Pairs of matrices, one after the other.
    pub groups: usize,
    /// Rows of a first matrix.
    pub rows: usize,
    /// Rows of a second matrix, which are columns of the product.
    pub columns: usize,
    /// Columns of both: terms of each sum.
    pub terms: usize,
}

/// For each group the sums of products of every row of `first` with every row of `second`.
///
/// # Errors
/// What libtorch says.
///
/// # Panics
/// When a slice has another length than the dimensions say.
pub fn multiply<T: Element>(
    first: &[T],
    second: &[T],
    product: &mut [T],
    dimensions: Dimensions,
) -> Result<(), TchError> {
    let Dimensions { groups, rows, columns, terms } = dimensions;
    assert_eq!(
        [first.len(), second.len(), product.len()],
        [groups * rows * terms, groups * columns * terms, groups * rows * columns],
        "matrices have other dimensions"
    );
    let [groups, rows, columns, terms] = [groups, rows, columns, terms].map(|side| side as i64);
    let first = borrowed(first.as_ptr(), [groups, rows, terms])?;
    let second = borrowed(second.as_ptr(), [groups, columns, terms])?;
    let product = borrowed(product.as_mut_ptr(), [groups, rows, columns])?;
    if groups == 1 {
        let [first, second, product] = [first, second, product].map(|matrix| matrix.f_squeeze_dim(0));
        drop(first?.f_mm_out(&product?, &second?.f_transpose(0, 1)?)?);
    } else {
        drop(first.f_bmm_out(&product, &second.f_transpose(1, 2)?)?);
    }
    Ok(())
}

/// A tensor over memory of ours.
// reason: libtorch reads and writes where our vectors lie; copies would cost as much as many products.
#[allow(unsafe_code)]
fn borrowed<T: Element>(start: *const T, sides: [i64; 3]) -> Result<Tensor, TchError> {
    let [_, rows, columns] = sides;
    // SAFETY: the caller holds the slice, of exactly this many elements, until it has dropped the tensor, and exclusively
    // where the tensor is written to; the tensor is contiguous, so libtorch stays within.
    unsafe { Tensor::f_from_blob(start.cast(), &sides, &[rows * columns, columns, 1], T::KIND, Device::Cpu) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is the test's failure")]
    use super::*;

    #[test]
    fn every_row_meets_every_row_of_its_group() {
        for (groups, rows, columns, terms) in [(1, 2, 3, 4), (3, 2, 1, 5), (2, 4, 3, 1)] {
            let value = |place: usize| (place % 11) as f64 - 5.0;
            let first: Vec<f64> = (0..groups * rows * terms).map(value).collect();
            let second: Vec<f64> = (0..groups * columns * terms).map(|place| value(place * 7)).collect();
            let mut product = vec![f64::NAN; groups * rows * columns];
            multiply(&first, &second, &mut product, Dimensions { groups, rows, columns, terms }).unwrap();
            for (place, found) in product.iter().enumerate() {
                let (row, column) = (place / columns, place % columns);
                let other = row / rows * columns + column;
                let sum: f64 = (0..terms).map(|term| first[row * terms + term] * second[other * terms + term]).sum();
                assert_eq!(*found, sum);
            }
        }
    }
}
