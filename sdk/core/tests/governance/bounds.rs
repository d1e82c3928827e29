//! What one vote may change, and how far.

use modchains_core::{
    governance::{GovernanceError, validate_fee, validate_treasury_bps},
    stream::TREASURY_BPS_MAX,
};
use proptest::prelude::*;

const REFUSED: Result<(), GovernanceError> = Err(GovernanceError::ActionOutOfBounds);

#[test]
fn at_most_half_of_the_revenue_goes_to_the_treasury() {
    assert_eq!(TREASURY_BPS_MAX, 5_000);
    assert_eq!(validate_treasury_bps(0), Ok(()));
    assert_eq!(validate_treasury_bps(5_000), Ok(()));
    assert_eq!(validate_treasury_bps(5_001), REFUSED);
}

#[test]
fn one_vote_halves_or_doubles_a_fee_at_most_and_never_takes_it_away() {
    for (present, fee) in [(100, 50), (100, 200), (101, 51), (1, 1), (1, 2), (u64::MAX, u64::MAX)] {
        assert_eq!(validate_fee(present, fee), Ok(()), "{present} to {fee}");
    }
    for (present, fee) in [(100, 49), (100, 201), (101, 50), (1, 0), (0, 0), (0, 1), (1, 3)] {
        assert_eq!(validate_fee(present, fee), REFUSED, "{present} to {fee}");
    }
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn a_fee_that_one_vote_may_set_another_may_set_back(present in 1u64.., fee in 1u64..) {
        prop_assert_eq!(validate_fee(present, fee), validate_fee(fee, present));
    }
}
