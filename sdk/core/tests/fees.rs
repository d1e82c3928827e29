//! Laws of the fee splits.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

mod common;

use modchains_core::{
    CoreError,
    fees::{
        FEE_SPLIT_DEFAULT, FeeSplit, SPLIT_TIMELOCK_SECONDS, TRADE_FEES_DEFAULT, TradeFees, USAGE_FEE_SPLIT_DEFAULT,
        UsageFeeSplit, VAULT_PART_MIN_BPS,
    },
};
use proptest::prelude::*;

use common::{any_atoms, trade_fees};

const SPLIT_TIMELOCK: i64 = SPLIT_TIMELOCK_SECONDS as i64;

/// Any valid split of an inference fee.
fn usage_split() -> impl Strategy<Value = UsageFeeSplit> {
    let parts = (3_000u16..=10_000 - VAULT_PART_MIN_BPS, prop::array::uniform3(0u16..=10_000));
    parts.prop_map(|(operator_bps, cuts)| {
        let vault_bps = cuts[0].clamp(VAULT_PART_MIN_BPS, 10_000 - operator_bps);
        let creator_bps = cuts[1].min(10_000 - operator_bps - vault_bps);
        let rest_bps = 10_000 - operator_bps - vault_bps - creator_bps;
        let protocol_bps = cuts[2].min(rest_bps / 2);
        UsageFeeSplit { operator_bps, vault_bps, creator_bps, reserve_bps: rest_bps - protocol_bps, protocol_bps }
    })
}

proptest! {
    #![proptest_config(modchains_test_seed::config())]

    #[test]
    fn a_trade_fee_is_split_to_the_atom(fees in trade_fees(), fee_atoms in any_atoms(), has_referrer: bool) {
        prop_assert_eq!(fees.validate(), Ok(()));
        let legs = fees.split_base(fee_atoms, has_referrer).unwrap();
        prop_assert_eq!(legs.total(), Ok(fee_atoms));
        prop_assert!(has_referrer || legs.referrer == 0);
        let unreferred = fees.split_base(fee_atoms, false).unwrap();
        prop_assert_eq!(legs.protocol + legs.referrer, unreferred.protocol);
        prop_assert_eq!((legs.reserve, legs.vault, legs.creator), (unreferred.reserve, unreferred.vault, unreferred.creator));
    }

    #[test]
    fn no_trade_is_too_small_to_pay_the_protocol(fees in trade_fees(), gross_atoms in any_atoms(), launch_bps in 0u16..4_500) {
        let fees = TradeFees { launch_bps, ..fees };
        let gross_atoms = gross_atoms.max(1);
        let fee_atoms = fees.fee_atoms(gross_atoms).unwrap();
        let legs = fees.split_fee(gross_atoms, fee_atoms, true).unwrap();
        prop_assert!(legs.protocol >= 1, "{legs:?}");
        prop_assert_eq!(legs.total(), Ok(fee_atoms));
    }

    #[test]
    fn a_trade_loses_to_the_protocol_no_less_than_the_rate_says(fees in trade_fees(), gross_atoms in 1u64..u64::MAX) {
        let fee_atoms = fees.fee_atoms(gross_atoms).unwrap();
        let legs = fees.split_fee(gross_atoms, fee_atoms, true).unwrap();
        let lost = |leg: u64, rate_ppm: u32| u128::from(leg) * 1_000_000 >= u128::from(gross_atoms) * u128::from(rate_ppm);
        prop_assert!(lost(legs.protocol, fees.protocol_lost_ppm().unwrap()), "{legs:?}");
        // The reserve takes what rounding leaves of the others, but for the atom by which the protocol's leg is rounded up.
        prop_assert!(lost(legs.reserve + 1, fees.reserve_lost_ppm()), "{legs:?}");
    }

    #[test]
    fn what_the_launch_adds_is_the_stakers_and_the_protocols_alone(
        fees in trade_fees(), launch_bps in 1u16..4_500, gross_atoms in any_atoms(), has_referrer: bool,
    ) {
        let launch = TradeFees { launch_bps, ..fees };
        let (fee_atoms, base_atoms) = (launch.fee_atoms(gross_atoms).unwrap(), fees.fee_atoms(gross_atoms).unwrap());
        let legs = launch.split_fee(gross_atoms, fee_atoms, has_referrer).unwrap();
        let base = fees.split_base(base_atoms, has_referrer).unwrap();
        prop_assert_eq!(legs.total(), Ok(fee_atoms));
        prop_assert_eq!((legs.reserve, legs.creator, legs.referrer), (base.reserve, base.creator, base.referrer));
        // A creator who stakes alone gets no larger part of it than of a base fee.
        let (added, parts_bps) = (fee_atoms - base_atoms, fees.split.vault_bps + fees.split.creator_bps);
        let most = u128::from(added) * u128::from(parts_bps) / 10_000;
        prop_assert_eq!(u128::from(legs.vault - base.vault), most);
        prop_assert_eq!(legs.protocol - base.protocol, added - most as u64);
    }

    #[test]
    fn the_smallest_fee_that_is_paid_in_is_split_without_loss(fees in trade_fees(), fee_atoms in 0u64..64) {
        let legs = fees.split_base(fee_atoms, true).unwrap();
        prop_assert_eq!(legs.total(), Ok(fee_atoms));
        prop_assert_eq!(legs.protocol > 0, fee_atoms > 0);
    }

    #[test]
    fn every_trade_pays_a_fee_and_gross_and_net_match(fees in trade_fees(), net_atoms in any_atoms()) {
        let net_atoms = net_atoms.max(1);
        prop_assert!(fees.fee_atoms(net_atoms).unwrap() >= 1);
        let Ok(gross_atoms) = fees.gross_for_net(net_atoms) else { return Ok(()) };
        prop_assert_eq!(gross_atoms - fees.fee_atoms(gross_atoms).unwrap(), net_atoms);
        let less = gross_atoms - 1;
        prop_assert!(less - fees.fee_atoms(less).unwrap() < net_atoms, "the gross amount is the smallest one");
    }

    #[test]
    fn a_usage_fee_is_split_to_the_atom(
        split in usage_split(), fee_atoms in any_atoms(),
    ) {
        prop_assert_eq!(split.validate(), Ok(()));
        let operator_bps = split.operator_bps;
        let legs = split.split(fee_atoms).unwrap();
        let others = [legs.vault, legs.creator, legs.reserve, legs.protocol];
        prop_assert_eq!(u128::from(legs.operator) + others.iter().map(|leg| u128::from(*leg)).sum::<u128>(), u128::from(fee_atoms));
        prop_assert!(u128::from(legs.operator) * 10_000 >= u128::from(fee_atoms) * u128::from(operator_bps));
        prop_assert_eq!(legs.lost_atoms(), legs.protocol);
    }

    #[test]
    fn nobody_but_operators_gets_less_sooner_than_a_cooldown_after_it_was_said(
        first in usage_split(), steps in prop::collection::vec((usage_split(), 0i64..2 * SPLIT_TIMELOCK, any::<bool>()), 1..40),
    ) {
        // What was in force and what was said to come, with the time, after each step.
        let (mut in_force, mut queued, mut now_seconds) = (first, None, 0);
        let mut history = vec![(now_seconds, in_force, in_force)];
        for (split, wait_seconds, names_one) in steps {
            now_seconds += wait_seconds;
            if names_one {
                match in_force.replaceable_at_seconds(&split, now_seconds).unwrap() {
                    None => (in_force, queued) = (split, None),
                    Some(at_seconds) => queued = Some((split, at_seconds)),
                }
            } else if let Some((split, _)) = queued.filter(|(_, at_seconds)| *at_seconds <= now_seconds) {
                (in_force, queued) = (split, None);
            }
            for (seen_at_seconds, seen, said) in &history {
                let is_bound = now_seconds < seen_at_seconds + SPLIT_TIMELOCK;
                let others: [fn(&UsageFeeSplit) -> u16; 4] =
                    [|split| split.vault_bps, |split| split.creator_bps, |split| split.reserve_bps, |split| split.protocol_bps];
                for leg in others {
                    prop_assert!(!is_bound || leg(&in_force) >= leg(seen).min(leg(said)), "{seen:?} and {said:?}, then {in_force:?}");
                }
            }
            history.push((now_seconds, in_force, queued.map_or(in_force, |(split, _)| split)));
        }
    }

    #[test]
    fn any_fee_setting_gives_a_value_or_an_error(
        fee_bps: u16, launch_bps: u16, parts in prop::array::uniform4(any::<u16>()), referral_bps: u16, amount in any_atoms(),
    ) {
        let [reserve_bps, vault_bps, creator_bps, protocol_bps] = parts;
        let split = FeeSplit { reserve_bps, vault_bps, creator_bps, protocol_bps };
        let fees = TradeFees { fee_bps, launch_bps, split, referral_bps };
        for legs in [fees.split_base(amount, true), fees.split_fee(amount, amount, true)].into_iter().flatten() {
            prop_assert_eq!(legs.total(), Ok(amount));
        }
        if let Ok(fee_atoms) = fees.fee_atoms(amount) {
            prop_assert!(fee_atoms <= amount);
        }
        let rate_bps = u32::from(fee_bps) + u32::from(launch_bps);
        prop_assert_eq!(fees.rate_bps().is_ok(), (1..10_000).contains(&rate_bps));
        prop_assert!(fees.gross_for_net(amount).is_ok_and(|gross_atoms| gross_atoms >= amount) || rate_bps == 0 || rate_bps >= 10_000 || amount > u64::MAX / 10_000);
        let lost_ppm = u64::from(fee_bps) * u64::from(protocol_bps) * u64::from(10_000u16.saturating_sub(referral_bps)) / 1_000_000;
        prop_assert_eq!(fees.protocol_lost_ppm().ok(), (referral_bps <= 10_000).then_some(lost_ppm as u32));
    }
}

#[test]
fn the_defaults_are_valid_and_lose_what_the_documentation_says() {
    assert_eq!(TRADE_FEES_DEFAULT.validate(), Ok(()));
    assert_eq!(USAGE_FEE_SPLIT_DEFAULT.validate(), Ok(()));
    assert_eq!(TRADE_FEES_DEFAULT.reserve_lost_ppm(), 4_000);
    assert_eq!(TRADE_FEES_DEFAULT.protocol_lost_ppm(), Ok(1_500));
}

#[test]
fn settings_on_their_bounds_are_accepted() {
    let fees = TRADE_FEES_DEFAULT;
    for fee_bps in [25, 500] {
        assert_eq!(TradeFees { fee_bps, ..fees }.validate(), Ok(()), "{fee_bps}");
    }
    assert_eq!(TradeFees { referral_bps: 5_000, ..fees }.validate(), Ok(()));
    let none = FeeSplit { reserve_bps: 0, vault_bps: 0, creator_bps: 0, protocol_bps: 0 };
    for split in [
        FeeSplit { reserve_bps: 1_000, vault_bps: 8_500, protocol_bps: 500, ..none },
        FeeSplit { reserve_bps: 6_000, protocol_bps: 4_000, ..none },
    ] {
        assert_eq!(split.validate(), Ok(()), "{split:?}");
    }
    assert_eq!(UsageFeeSplit { operator_bps: 3_000, vault_bps: 4_300, ..USAGE_FEE_SPLIT_DEFAULT }.validate(), Ok(()));
    let least = UsageFeeSplit { vault_bps: 500, operator_bps: 6_800, ..USAGE_FEE_SPLIT_DEFAULT };
    assert_eq!(least.validate(), Ok(()));
    let as_much = UsageFeeSplit { reserve_bps: 500, vault_bps: 2_100, ..USAGE_FEE_SPLIT_DEFAULT };
    assert_eq!(as_much.validate(), Ok(()), "the reserve's part is the protocol's");
}

#[test]
fn settings_out_of_bounds_are_refused() {
    let fees = TRADE_FEES_DEFAULT;
    for fee_bps in [0, 24, 501, u16::MAX] {
        assert_eq!(TradeFees { fee_bps, ..fees }.validate(), Err(CoreError::FeeOutOfBounds), "{fee_bps}");
    }
    assert_eq!(TradeFees { referral_bps: 5_001, ..fees }.validate(), Err(CoreError::SplitInvalid));
    let split = FEE_SPLIT_DEFAULT;
    for split in [
        FeeSplit { vault_bps: split.vault_bps + 1, ..split },
        FeeSplit { reserve_bps: 999, vault_bps: 5_501, ..split },
        FeeSplit { protocol_bps: 499, vault_bps: 4_001, ..split },
        FeeSplit { protocol_bps: 4_001, vault_bps: 499, ..split },
    ] {
        assert_eq!(split.validate(), Err(CoreError::SplitInvalid), "{split:?}");
    }
    assert_eq!(TradeFees { fee_bps: 0, ..fees }.fee_atoms(1), Err(CoreError::FeeOutOfBounds));
    assert_eq!(TradeFees { fee_bps: 10_000, ..fees }.fee_atoms(1), Err(CoreError::FeeOutOfBounds));
    for split in [
        UsageFeeSplit { operator_bps: 2_999, vault_bps: 4_301, ..USAGE_FEE_SPLIT_DEFAULT },
        UsageFeeSplit { reserve_bps: 499, vault_bps: 2_101, ..USAGE_FEE_SPLIT_DEFAULT },
        UsageFeeSplit { vault_bps: 1_101, ..USAGE_FEE_SPLIT_DEFAULT },
        UsageFeeSplit { vault_bps: 499, operator_bps: 6_801, ..USAGE_FEE_SPLIT_DEFAULT },
    ] {
        assert_eq!(split.validate(), Err(CoreError::SplitInvalid), "{split:?}");
    }
}
