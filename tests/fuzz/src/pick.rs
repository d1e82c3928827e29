//! Every random choice of the fuzzer, from one seed for each step.

use fastrand::Rng;

/// Choices of one step. The same seed on the same chain makes the same choices.
#[derive(Debug)]
pub struct Pick {
    random: Rng,
}

impl Pick {
    /// Choices from `seed`.
    pub fn new(seed: u64) -> Self {
        Self { random: Rng::with_seed(seed) }
    }

    /// Any 64 bits.
    pub fn seed(&mut self) -> u64 {
        self.random.u64(..)
    }

    /// A number below `bound`, which is above zero.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.random.u64(..bound)
    }

    /// True in `percent` of a hundred cases.
    pub fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of `choices`; none when there are none.
    pub fn one<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        if choices.is_empty() { None } else { choices.get(self.random.usize(..choices.len())) }
    }

    /// The index of one of `weights`, each as likely as it is heavy. At least one is above zero.
    pub fn weighted(&mut self, weights: impl Iterator<Item = u32> + Clone) -> usize {
        let mut left = self.below(weights.clone().map(u64::from).sum());
        for (index, weight) in weights.enumerate() {
            match left.checked_sub(u64::from(weight)) {
                Some(rest) => left = rest,
                None => return index,
            }
        }
        0
    }

    /// From 1 to `most`, every order of magnitude equally likely; zero when `most` is.
    pub fn magnitude(&mut self, most: u64) -> u64 {
        if most == 0 {
            return 0;
        }
        let bits = self.random.u32(..=most.ilog2());
        let low = 1_u64 << bits;
        let high = low.saturating_mul(2).saturating_sub(1).min(most);
        self.random.u64(low..=high)
    }

    /// An amount for somebody who can spend `most`: mostly valid, of any size, with a share of edges and of too much.
    pub fn amount(&mut self, most: u64) -> u64 {
        match self.below(100) {
            0 => 0,
            1..=5 => 1,
            6..=12 => self.magnitude(most.min(10_000)),
            13..=62 => self.magnitude(most),
            63..=86 => most / self.random.u64(2..=20),
            87..=92 => most,
            93 => most.saturating_add(1),
            94 => most.saturating_mul(2),
            95 => u64::MAX,
            96 => u64::MAX - self.below(3),
            _ => self.magnitude(u64::MAX),
        }
    }

    /// An amount from one atom to `most` that its spender has.
    pub fn affordable(&mut self, most: u64) -> u64 {
        match self.below(10) {
            0 => most.min(1),
            1 => self.magnitude(most.min(1_000)),
            2..=6 => self.magnitude(most),
            7 | 8 => (most / self.random.u64(2..=20)).max(1).min(most),
            _ => most,
        }
    }
}

/// Mixes `index` into `seed`: one stream of choices for each episode.
pub fn mixed(seed: u64, index: u64) -> u64 {
    let mut random = Rng::with_seed(seed ^ index.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    random.u64(..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_choices() {
        let choices = |seed| {
            let mut pick = Pick::new(seed);
            (0..100).map(|_| pick.amount(1_000_000)).collect::<Vec<_>>()
        };
        assert_eq!(choices(7), choices(7));
        assert_ne!(choices(7), choices(8));
    }

    #[test]
    fn magnitudes_reach_both_ends_and_never_leave_them() {
        let mut pick = Pick::new(modchains_test_seed::seed());
        let seen: Vec<u64> = (0..10_000).map(|_| pick.magnitude(1_000)).collect();
        assert!(seen.contains(&1) && seen.contains(&1_000));
        assert!(seen.iter().all(|amount| (1..=1_000).contains(amount)));
        assert_eq!(pick.magnitude(0), 0);
    }

    #[test]
    fn weights_are_kept_to() {
        let mut pick = Pick::new(modchains_test_seed::seed());
        let mut counts = [0_u32; 3];
        for _ in 0..30_000 {
            counts[pick.weighted([1, 0, 2].into_iter())] += 1;
        }
        assert_eq!(counts[1], 0);
        assert!((9_000..11_000).contains(&counts[0]), "{counts:?}");
    }
}
