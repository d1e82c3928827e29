//! Laws of the paid net: it is the running growth less the running decline of two averages, and fakes raise the sum of its
//! rises by no more than half of what they lose, whatever real use does and however late anybody looks.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code: a failed unwrap is a failed test")]

use modchains_core::usage::{LONG_HALF_LIFE_SECONDS, SHORT_HALF_LIFE_SECONDS, paid_net_atoms, sum_advance};
use modchains_test_seed::Random;
use proptest::prelude::*;

const EPOCH: u32 = 3_600;
/// `c` as the documentation gives it.
const C: f64 = 734.0 / 1_024.0;

/// Both sums as the oracle keeps them.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    long_q32: u128,
    short_q32: u128,
}

impl Sums {
    fn roll(&mut self, value_atoms: u64, epochs: u64) {
        self.long_q32 = sum_advance(self.long_q32, value_atoms, epochs, EPOCH, LONG_HALF_LIFE_SECONDS).unwrap();
        self.short_q32 = sum_advance(self.short_q32, value_atoms, epochs, EPOCH, SHORT_HALF_LIFE_SECONDS).unwrap();
    }

    fn net_atoms(&self) -> u64 {
        paid_net_atoms(self.long_q32, self.short_q32)
    }
}

/// The design's averages, epoch by epoch: `grow += c (m - z)+`, `decl += c (z - m)+`.
#[derive(Debug, Clone, Copy, Default)]
struct Running {
    short: f64,
    long: f64,
    grown: f64,
    declined: f64,
}

impl Running {
    fn roll(&mut self, value_atoms: u64) {
        let kept = |half_life: u32| (-f64::from(EPOCH) / f64::from(half_life)).exp2();
        let toward = |average: &mut f64, kept: f64| *average = *average * kept + value_atoms as f64 * (1.0 - kept);
        toward(&mut self.short, kept(SHORT_HALF_LIFE_SECONDS));
        toward(&mut self.long, kept(LONG_HALF_LIFE_SECONDS));
        let change = C * (self.short - self.long);
        self.grown += change.max(0.0);
        self.declined += (-change).max(0.0);
    }
}

/// What use is like: payments of an epoch by epoch, in atoms.
fn path(kind: u32, epochs: u64, scale: f64) -> Vec<u64> {
    let day = |epoch: u64| epoch as f64 / 24.0;
    let of = |epoch: u64| match kind {
        0 => 0.0,
        1 => 1.0,
        2 => (0.05 * day(epoch)).exp(),
        3 => (-0.05 * day(epoch)).exp() * 30.0,
        _ => 1.0 + (std::f64::consts::TAU * day(epoch) / 7.0).sin(),
    };
    (0..epochs).map(|epoch| (of(epoch) * scale) as u64).collect()
}

/// Sum of the rises between the moments at which somebody looks.
fn rises(path: &[u64], looks: &[bool]) -> i128 {
    let (mut sums, mut seen, mut risen) = (Sums::default(), 0, 0);
    for (value, looks) in path.iter().zip(looks) {
        sums.roll(*value, 1);
        if *looks {
            let net = i128::from(sums.net_atoms());
            risen += (net - seen).max(0);
            seen = net;
        }
    }
    risen
}

proptest! {
    #![proptest_config(modchains_test_seed::cases(64))]

    #[test]
    fn silent_epochs_at_once_equal_them_one_by_one(
        payments in prop::collection::vec((0u64..1 << 50, 1u64..600), 1..12),
    ) {
        let (mut at_once, mut one_by_one, mut rolls) = (Sums::default(), Sums::default(), 0);
        for (value, epochs) in payments {
            at_once.roll(value, epochs);
            one_by_one.roll(value, 1);
            (1..epochs).for_each(|_| one_by_one.roll(0, 1));
            rolls += epochs;
            let (closed, looped) = (at_once.net_atoms(), one_by_one.net_atoms());
            // Eight units of 2^-32 and less than one for every factor.
            let bound = (one_by_one.long_q32 >> 64) as u64 * 16 * rolls + 2 + (rolls >> 20);
            let relative = looped / 100_000_000 * rolls;
            prop_assert!(closed.abs_diff(looped) <= bound + relative, "{closed} and {looped} after {rolls}");
        }
    }

    #[test]
    fn the_short_sum_never_exceeds_the_long_one(
        payments in prop::collection::vec((any::<u64>(), 0u32..64, 1u64..5_000), 1..60), epoch in 5u32..=86_400,
    ) {
        let (mut long_q32, mut short_q32) = (0, 0);
        for (value, bits, epochs) in payments {
            long_q32 = sum_advance(long_q32, value >> bits, epochs, epoch, LONG_HALF_LIFE_SECONDS).unwrap();
            short_q32 = sum_advance(short_q32, value >> bits, epochs, epoch, SHORT_HALF_LIFE_SECONDS).unwrap();
            prop_assert!(short_q32 <= long_q32, "{short_q32} {long_q32}: the net would be cut off at zero");
        }
    }

    #[test]
    fn the_net_is_the_running_growth_less_the_running_decline(
        payments in prop::collection::vec((1u64..1 << 40, 1u64..200), 1..12),
    ) {
        let (mut sums, mut running) = (Sums::default(), Running::default());
        for (value, epochs) in payments {
            sums.roll(value, epochs);
            running.roll(value);
            (1..epochs).for_each(|_| running.roll(0));
            let exact = running.grown - running.declined;
            let bound = 1e-6 * (running.grown + running.declined) + 2.0;
            prop_assert!((sums.net_atoms() as f64 - exact).abs() <= bound, "{} for {exact}", sums.net_atoms());
        }
    }

    #[test]
    fn fakes_raise_the_rises_by_no_more_than_half_of_what_they_lose(
        kind in 0u32..5, scale in 1e9f64..1e12, seed: u64,
        fakes in prop::collection::vec((0u64..1_400, 1u64..200, 1e6f64..1e13), 1..6), one_in in prop_oneof![Just(1u64), 2u64..100],
    ) {
        let real = path(kind, 1_440, scale);
        let mut random = Random(seed);
        let looks: Vec<bool> = real.iter().map(|_| random.chance(one_in)).collect();
        let (mut both, mut lost_atoms) = (real.clone(), 0);
        for (start, length, size) in fakes {
            for value in both.iter_mut().skip(start as usize).take(length as usize) {
                *value += size as u64;
                lost_atoms += i128::from(size as u64);
            }
        }
        let more = rises(&both, &looks) - rises(&real, &looks);
        // Every look rounds the net down to an atom, in both.
        prop_assert!(2 * more <= lost_atoms + 4 * 1_440, "{more} of {lost_atoms}");
    }

    #[test]
    fn whoever_looks_late_sees_no_more_rise(kind in 0u32..5, scale in 1e6f64..1e12, seed: u64, one_in in 2u64..200) {
        let real = path(kind, 1_440, scale);
        let mut random = Random(seed);
        let seldom: Vec<bool> = real.iter().map(|_| random.chance(one_in)).collect();
        let always = vec![true; real.len()];
        prop_assert!(rises(&real, &seldom) <= rises(&real, &always));
    }

    #[test]
    fn more_use_never_makes_the_net_of_steady_use_fall(value in 1u64..1 << 40, more in 0u64..1 << 40) {
        let net = |value| {
            let mut sums = Sums::default();
            (0..24 * 400).for_each(|_| sums.roll(value, 1));
            sums.net_atoms()
        };
        prop_assert!(net(value + more) >= net(value));
    }
}

/// One payment: it rises for 10 days to half of what was paid, and falls to nothing.
#[test]
fn a_single_payment_has_one_rise_to_just_below_a_half() {
    let (mut sums, mut nets) = (Sums::default(), Vec::new());
    for epoch in 0..24 * 3_000 {
        sums.roll(if epoch == 0 { 1 << 40 } else { 0 }, 1);
        nets.push(sums.net_atoms());
    }
    let most = *nets.iter().max().unwrap();
    assert!(most <= 1 << 39 && most as f64 > 0.499 * (1u64 << 40) as f64, "{most}");
    let top = nets.iter().position(|net| *net == most).unwrap();
    assert!((24 * 10..24 * 13).contains(&top), "after {top} hours");
    assert!(nets[..top].is_sorted() && nets[top..].is_sorted_by(|before, after| before >= after), "one rise, one fall");
    assert_eq!(nets.last(), Some(&0));
}

/// Steady use stands: `c v (h_z - h_m) / (e ln 2)`, 27 days of it over `ln 2`, times `c`.
#[test]
fn steady_use_holds_the_net_where_it_is() {
    let mut sums = Sums::default();
    (0..24 * 1_000).for_each(|_| sums.roll(1_000_000, 1));
    let exact = C * 1e6 * 27.0 * 24.0 / std::f64::consts::LN_2;
    assert!((sums.net_atoms() as f64 / exact - 1.0).abs() < 1e-3, "{} for {exact}", sums.net_atoms());
    let before = sums.net_atoms();
    (0..24 * 30).for_each(|_| sums.roll(1_000_000, 1));
    assert!(sums.net_atoms().abs_diff(before) < before / 1_000_000);
}
