//! A small generator whose numbers are the same on every machine and in every release.

/// SplitMix64 (Steele, Lea and Flood 2014), from a seed.
#[derive(Debug, Clone)]
pub struct Random(pub u64);

impl Random {
    /// Any 64 bits.
    // reason: the sequence never ends, so it is no iterator.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed(self.0)
    }

    /// A number below `bound`, which is above zero.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// True in one of `one_in` cases.
    pub fn chance(&mut self, one_in: u64) -> bool {
        self.below(one_in) == 0
    }

    /// From 0 to below 1.
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// From `low` to `high`, uniform in the logarithm.
    pub fn log_uniform(&mut self, low: f64, high: f64) -> f64 {
        low * (high / low).powf(self.unit())
    }
}

/// The finaliser: 64 well-mixed bits of `word`.
const fn mixed(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the reference implementation, <https://prng.di.unimi.it/splitmix64.c>, with the state 1234567.
    #[test]
    fn numbers_are_those_of_the_reference() {
        let mut random = Random(1_234_567);
        let first: Vec<u64> = (0..3).map(|_| random.next()).collect();
        assert_eq!(first, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn units_and_logarithms_stay_within_their_bounds() {
        let mut random = crate::random();
        for _ in 0..10_000 {
            let (unit, scaled) = (random.unit(), random.log_uniform(0.5, 8.0));
            assert!((0.0..1.0).contains(&unit) && (0.5..8.000_001).contains(&scaled), "{unit} {scaled}");
        }
    }
}
