use bytemuck::Zeroable;

use super::*;
use crate::test_support::refusal;

const START: i64 = 1_000 * 3_600;

fn usage() -> Usage {
    let mut usage = Usage::zeroed();
    usage.start(Pubkey::new_from_array([1; 32]), 3_600, 1_000, START, 255).unwrap();
    usage
}

fn paid(requester_hash: u64, fee_atoms: u64) -> FinalUse {
    FinalUse { fee_atoms, non_recoverable_atoms: fee_atoms / 10, answer_seconds: 3, requester_hash }
}

#[test]
fn an_epoch_is_closed_in_its_last_second_plus_one_and_only_once() {
    let mut usage = usage();
    usage.count(&paid(1, 500)).unwrap();
    assert_eq!(usage.roll(START + 3_599).unwrap(), None);
    let summary = usage.roll(START + 3_600).unwrap().unwrap();
    assert_eq!((summary.epoch, summary.requests, summary.fees_atoms), (1_000, 1, 500));
    assert_eq!((summary.requesters, summary.counted_atoms), (1, 50));
    assert_eq!(usage.roll(START + 3_600).unwrap(), None);
    assert_eq!((usage.epoch_requests, usage.epoch_fees_atoms, usage.requests_total), (0, 0, 1));
    assert_eq!((usage.requesters_hll, usage.answer_classes[2]), ([0; HLL_REGISTERS], 1));
    assert!(
        math::join_words(usage.long_sum_q32) > math::join_words(usage.short_sum_q32) && usage.short_sum_q32 != [0; 2]
    );
}

#[test]
fn one_requester_alone_counts_up_to_the_cap() {
    let mut usage = usage();
    for _ in 0..20 {
        usage.count(&paid(0x1234_5678_9abc_def0, 500)).unwrap();
    }
    let summary = usage.roll(START + 3_600).unwrap().unwrap();
    assert_eq!((summary.requests, summary.fees_atoms, summary.counted_atoms), (20, 10_000, 100));
}

#[test]
fn a_long_silence_only_lowers_the_sums_and_keeps_the_totals() {
    let mut usage = usage();
    usage.count(&paid(1, 500)).unwrap();
    usage.roll(START + 3_600).unwrap().unwrap();
    let busy = usage;
    usage.roll(START + 400 * 86_400).unwrap().unwrap();
    let sums = |usage: &Usage| [usage.long_sum_q32, usage.short_sum_q32].map(math::join_words);
    assert!(sums(&usage) < sums(&busy) && usage.short_sum_q32 == [0; 2]);
    assert_eq!(usage.fees_total_atoms, 500);
    assert_eq!(usage.non_recoverable_fees_total, 50);
    assert_eq!(usage.epoch, 1_000 + 400 * 24);
}

#[test]
fn time_never_goes_back() {
    let mut usage = usage();
    assert_eq!(refusal(usage.roll(START - 1)), OracleError::ClockWentBack);
}

#[test]
fn answer_times_fall_into_doubling_classes() {
    let classes = [0, 1, 2, 3, 6, 7, 2_046, 2_047, u64::MAX].map(answer_class);
    assert_eq!(classes, [0, 1, 1, 2, 2, 3, 10, 11, 11]);
}

#[test]
fn totals_that_overflow_are_refused() {
    let mut usage = usage();
    usage.count(&paid(1, u64::MAX)).unwrap();
    assert_eq!(refusal(usage.count(&paid(1, 1))), OracleError::AmountTooLarge);
}
