//! The seed of every randomised test.
//!
//! Tests run on one named seed, so that a run says the same today and tomorrow, here and elsewhere. New seeds are looked
//! for by `make test-long` and `make fuzz`, which choose one and print it; `MODCHAINS_TEST_SEED` repeats it.
//!
//! A law about chance is stated over an [`Ensemble`] by its quantiles. One draw says nothing: a tail is reached sooner or
//! later, and a bound wide enough for every tail holds of anything.

// reason: a setting that cannot be read ends the test that asked for it.
#![allow(clippy::panic)]

mod ensemble;
mod random;

use std::env;

use proptest::test_runner::{Config, RngSeed};

pub use self::{ensemble::Ensemble, random::Random};

/// The seed that tests run on.
pub const SEED: u64 = 1;
/// The variable that puts another seed in its place.
pub const SEED_VARIABLE: &str = "MODCHAINS_TEST_SEED";
/// The variable that makes searches long when it is 1.
const LONG_VARIABLE: &str = "MODCHAINS_LONG";
/// How many times as many cases a long run plays.
const LONG_FACTOR: u32 = 20;
/// Cases of a law that does not say how many.
const CASES: u32 = 256;

/// The seed of this run. It is printed, which the test runner shows when the test fails.
///
/// # Panics
/// When the variable is set and holds no number.
#[track_caller]
pub fn seed() -> u64 {
    let value = env::var(SEED_VARIABLE).ok();
    let seed = parse(value.as_deref()).unwrap_or_else(|message| panic!("{message}"));
    println!("seed {seed}: {SEED_VARIABLE}={seed} repeats this");
    seed
}

fn parse(value: Option<&str>) -> Result<u64, String> {
    let Some(value) = value.filter(|value| !value.is_empty()) else { return Ok(SEED) };
    value.parse().map_err(|_| format!("{SEED_VARIABLE} is {value:?}: give it a number from 0 to {}", u64::MAX))
}

/// Whether searches are to be long.
pub fn is_long() -> bool {
    env::var(LONG_VARIABLE).is_ok_and(|value| value == "1")
}

/// Settings of a property test with the usual number of cases.
#[track_caller]
pub fn config() -> Config {
    cases(CASES)
}

/// Settings of a property test with `cases` cases, in a long run twenty times as many.
///
/// Nothing is kept of a failure: the seed repeats it, and what it taught becomes a test of its own.
#[track_caller]
pub fn cases(cases: u32) -> Config {
    let cases = if is_long() { cases.saturating_mul(LONG_FACTOR) } else { cases };
    Config { cases, rng_seed: RngSeed::Fixed(seed()), failure_persistence: None, ..Config::default() }
}

/// Choices for a test that makes them itself.
#[track_caller]
pub fn random() -> Random {
    Random(seed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seed_is_the_named_one_unless_the_environment_names_another() {
        assert_eq!(parse(None), Ok(SEED));
        assert_eq!(parse(Some("")), Ok(SEED));
        assert_eq!(parse(Some("7")), Ok(7));
        let refusal = parse(Some("new")).err();
        assert_eq!(
            refusal.as_deref(),
            Some("MODCHAINS_TEST_SEED is \"new\": give it a number from 0 to 18446744073709551615")
        );
    }

    #[test]
    fn a_property_test_draws_from_the_seed_and_keeps_no_file() {
        let config = cases(3);
        assert_eq!(config.rng_seed, RngSeed::Fixed(seed()));
        assert!(config.failure_persistence.is_none());
    }
}
