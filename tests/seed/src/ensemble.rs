//! Many draws of one quantity, of which a law states quantiles.

use crate::{Random, seed};

/// What a quantity was in each of many draws, in order.
#[derive(Debug, Clone)]
pub struct Ensemble(Vec<f64>);

impl Ensemble {
    /// `size` draws. Each has choices of its own, all of them from the seed of this run.
    #[track_caller]
    pub fn draw(size: usize, mut quantity: impl FnMut(&mut Random) -> f64) -> Self {
        let mut seeds = Random(seed());
        Self::of((0..size).map(|_| quantity(&mut Random(seeds.next()))).collect())
    }

    /// Draws that were made elsewhere, in any order.
    pub fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        Self(values)
    }

    /// The value that `part` of all draws do not exceed (nearest rank), from 0, the least, to 1, the most.
    ///
    /// # Panics
    /// When there was no draw.
    pub fn quantile(&self, part: f64) -> f64 {
        let rank = (part * self.0.len() as f64).ceil() as usize;
        self.0[rank.clamp(1, self.0.len()) - 1]
    }

    /// The value in the middle.
    pub fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// The arithmetic mean of all draws.
    pub fn mean(&self) -> f64 {
        self.0.iter().sum::<f64>() / self.0.len() as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_the_nearest_rank() {
        let ensemble = Ensemble::of(vec![30.0, 10.0, 20.0, 40.0]);
        let quantiles = [0.0, 0.25, 0.26, 0.5, 0.75, 1.0].map(|part| ensemble.quantile(part));
        assert_eq!(quantiles, [10.0, 10.0, 20.0, 20.0, 30.0, 40.0]);
        assert_eq!((ensemble.median(), ensemble.mean()), (20.0, 25.0));
    }

    #[test]
    fn draws_differ_and_can_be_repeated() {
        let draw = || Ensemble::draw(100, |random| random.unit());
        let once = draw();
        assert_eq!(once.0, draw().0);
        assert!(once.quantile(0.0) < once.quantile(1.0));
    }
}
