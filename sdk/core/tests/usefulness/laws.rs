//! What holds of any path of use.

use modchains_test_economy::{
    honest::{DAY, Path, course, market, steady, week},
    world::World,
};
use modchains_test_seed::{Ensemble, Random, is_long};

/// Use of up to 4 % of the reserve a day: 2,000 $.
const USE_MAX: f64 = 2_000.0;

/// Up to four spells of use, each flat, growing or falling.
fn random_path(random: &mut Random, days: usize, dollars_a_day: f64) -> Vec<f64> {
    let mut hours = vec![0.0; days * DAY];
    for _ in 0..1 + random.below(4) {
        let start = random.below(hours.len() as u64) as usize;
        let length = [1, DAY, 7 * DAY, days * DAY][random.below(4) as usize];
        let level = random.log_uniform(0.01, 1.0) * dollars_a_day / if length == 1 { 1.0 } else { DAY as f64 };
        let growth =
            [0.0, 0.0, random.log_uniform(0.01, 0.1), -random.log_uniform(0.01, 0.1)][random.below(4) as usize];
        for (age, hour) in hours.iter_mut().skip(start).take(length).enumerate() {
            *hour += level * (growth * age as f64 / DAY as f64).exp();
        }
    }
    let most = hours.iter().copied().fold(0.0, f64::max).max(1e-9);
    let limit = steady(dollars_a_day) / most;
    if limit < 1.0 { hours.iter().map(|hour| hour * limit).collect() } else { hours }
}

/// Of use up to 4 % of the reserve a day. Above it an hour of 0.01 % may be lost to the bound on a day's steps.
#[test]
fn more_use_at_every_moment_never_gives_a_lower_price() {
    let days = 60;
    let pairs = if is_long() { 2_000 } else { 120 };
    let worst = Ensemble::draw(pairs, |random| {
        let dollars = random.log_uniform(10.0, USE_MAX / 2.0);
        let less = random_path(random, days, dollars);
        let added_dollars = dollars * random.log_uniform(0.01, 1.0);
        let added = random_path(random, days, added_dollars);
        let more: Vec<f64> = less.iter().zip(&added).map(|(less, added)| less + added).collect();
        let premium = [1.3, 2.0, 5.0, 12.0][random.below(4) as usize];
        let settled = if random.chance(2) { 0.0 } else { dollars };
        let [with_less, with_more] = [less, more].map(|path| course(market(premium, settled), &path));
        let ratios = with_less.iter().zip(&with_more).map(|(less, more)| (1.0 + more) / (1.0 + less) - 1.0);
        ratios.fold(f64::INFINITY, f64::min)
    });
    println!("price with more use over price with less, least of {pairs} pairs: {:+.2e}", worst.quantile(0.0));
    assert!(worst.quantile(0.0) > -1e-6, "more use lowers the price: {:+.6}", worst.quantile(0.0));
}

/// The same total as flat use, but in weeks with a quiet weekend, or with days of any size.
#[test]
fn noise_and_weekends_around_a_mean_move_the_price_by_less_than_a_tenth_of_what_the_mean_adds() {
    let hours = 90 * DAY;
    for dollars in [100.0, 1_000.0, 3_000.0] {
        let flat = *course(market(2.0, dollars), &vec![steady(dollars); hours]).last().unwrap();
        let off = |path: Vec<f64>| {
            let scale = dollars * 90.0 / path.iter().sum::<f64>();
            let path: Vec<f64> = path.iter().map(|hour| hour * scale).collect();
            course(market(2.0, dollars), &path).last().unwrap() / flat - 1.0
        };
        let weekends = off((0..hours).map(|hour| week(dollars, hour)).collect());
        let noise = Ensemble::draw(15, |random| {
            // Days between a fifth of the mean and five times as much.
            let days: Vec<f64> = (0..90).map(|_| random.log_uniform(0.2, 5.0)).collect();
            off((0..hours).map(|hour| days[hour / DAY]).collect())
        });
        println!(
            "{dollars} $ a day: weekends move the price by {:+.2} % of what the mean adds, noise by {:+.2} to {:+.2} %",
            100.0 * weekends,
            100.0 * noise.quantile(0.0),
            100.0 * noise.quantile(1.0)
        );
        assert!(weekends.abs() < 0.1, "{dollars} $ a day with weekends: {weekends}");
        assert!(noise.quantile(0.1).abs().max(noise.quantile(0.9).abs()) < 0.1, "{dollars} $ a day: {noise:?}");
    }
}

/// In logarithms, at a premium of ten, where a step costs the same at every supply; at two a large fall is the cheaper one,
/// because the supply at which it is paid stays above half of a depth that grows.
#[test]
fn a_death_costs_in_proportion_to_what_died() {
    let days = 90 * DAY;
    let cost = |premium: f64, dollars: u32| {
        let last = *course(market(premium, f64::from(dollars)), &Path::Death(dollars).hours(days)).last().unwrap();
        -(1.0 + last).ln() / f64::from(dollars)
    };
    for (premium, tolerance) in [(2.0, 0.2), (10.0, 0.02)] {
        let [ten, hundred, thousand] = [10, 100, 1_000].map(|dollars| cost(premium, dollars));
        println!("premium {premium}: a dollar a day that dies costs {ten:.3e}, {hundred:.3e}, {thousand:.3e}");
        for larger in [hundred, thousand] {
            assert!((larger / ten - 1.0).abs() < tolerance, "{ten} {larger}");
        }
    }
}

/// Without the reserve's share, which stays: what is left is momentum.
#[test]
fn a_cycle_of_use_returns_to_the_same_price() {
    for (premium, times) in [(2.0, 3.0), (2.0, 10.0), (10.0, 3.0), (10.0, 10.0)] {
        let mut world = market(premium, 1_000.0);
        let before = world.price();
        let mut highest = before;
        for hour in 0..400 * DAY {
            let of_usual = if (20..50).contains(&(hour / DAY)) { times } else { 1.0 };
            momentum_alone(&mut world, steady(1_000.0) * of_usual);
            highest = world.price().max(highest);
        }
        let (left, peak) = (world.price() / before - 1.0, highest / before - 1.0);
        println!(
            "premium {premium}: use times {times} for 30 days: {:+.1} % at its height, {:+.3} % after 400 days",
            100.0 * peak,
            100.0 * left
        );
        assert!(peak > 0.05, "growth lifts the price: {peak}");
        assert!(left.abs() < 0.003, "what is left of a closed cycle: {left}");
    }
}

/// An hour of use whose reserve share is given away.
fn momentum_alone(world: &mut World, dollars: f64) {
    let fee_atoms = modchains_test_economy::honest::atoms_of(dollars) as u64;
    world.usage.count(fee_atoms, 1_000, &world.usage_split, world.weakness);
    world.next_epoch();
    world.sync_by_usage().unwrap();
}
