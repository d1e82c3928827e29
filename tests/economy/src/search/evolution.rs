//! An evolution strategy that adapts its step and the scale of each gene: separable CMA-ES (Ros and Hansen 2008, A simple
//! modification in CMA-ES achieving linear time and space complexity), with the constants of Hansen's tutorial (2016).

use modchains_test_seed::Random;

/// Generations without progress after which a run ends.
const PATIENCE: u32 = 12;

/// Climbs from `start` over at most `plans` plans of the unit cube; a plan outside it is mirrored back.
pub fn evolve(random: &mut Random, start: Vec<f64>, plans: u64, mut play: impl FnMut(&[f64]) -> f64) {
    let mut strategy = Strategy::new(start);
    let (mut best, mut idle, mut drawn) = (f64::NEG_INFINITY, 0, 0);
    while drawn < plans && idle < PATIENCE && strategy.sigma > 1e-9 {
        let mut children: Vec<(f64, Vec<f64>)> = Vec::new();
        for _ in 0..strategy.children {
            let child = strategy.child(random);
            let plan: Vec<f64> = child.iter().map(|gene| mirrored(*gene)).collect();
            children.push((play(&plan), plan));
            drawn += 1;
        }
        children.sort_by(|a, b| b.0.total_cmp(&a.0));
        idle = if children[0].0 > best { 0 } else { idle + 1 };
        best = best.max(children[0].0);
        strategy.learn(&children);
    }
}

struct Strategy {
    mean: Vec<f64>,
    scale: Vec<f64>,
    sigma: f64,
    path_sigma: Vec<f64>,
    path_scale: Vec<f64>,
    children: usize,
    weights: Vec<f64>,
    generation: i32,
}

impl Strategy {
    fn new(mean: Vec<f64>) -> Self {
        let genes = mean.len();
        let children = 4 + (3.0 * (genes as f64).ln()) as usize;
        let parents = children / 2;
        let raw: Vec<f64> = (1..=parents).map(|rank| (parents as f64 + 0.5).ln() - (rank as f64).ln()).collect();
        let sum: f64 = raw.iter().sum();
        Self {
            mean,
            scale: vec![1.0; genes],
            sigma: 0.25,
            path_sigma: vec![0.0; genes],
            path_scale: vec![0.0; genes],
            children,
            weights: raw.iter().map(|weight| weight / sum).collect(),
            generation: 0,
        }
    }

    fn child(&self, random: &mut Random) -> Vec<f64> {
        let genes = self.mean.iter().zip(&self.scale);
        genes.map(|(mean, scale)| mean + self.sigma * scale.sqrt() * normal(random)).collect()
    }

    fn learn(&mut self, children: &[(f64, Vec<f64>)]) {
        let n = self.mean.len() as f64;
        let effective = 1.0 / self.weights.iter().map(|weight| weight * weight).sum::<f64>();
        let keep_sigma = (effective + 2.0) / (n + effective + 5.0);
        let damping = 1.0 + 2.0 * (((effective - 1.0) / (n + 1.0)).sqrt() - 1.0).max(0.0) + keep_sigma;
        let keep_scale = (4.0 + effective / n) / (n + 4.0 + 2.0 * effective / n);
        let speed_up = (n + 2.0) / 3.0;
        let rank_one = 2.0 / ((n + 1.3).powi(2) + effective);
        let rank_many = (2.0 * (effective - 2.0 + 1.0 / effective) / ((n + 2.0).powi(2) + effective)).max(0.0);
        let (rank_one, rank_many) = (rank_one * speed_up, (rank_many * speed_up).min(0.7));
        let keep = (1.0 - rank_one - rank_many).max(0.0);
        self.generation += 1;
        for gene in 0..self.mean.len() {
            let before = self.mean[gene];
            let ranked = self.weights.iter().zip(children);
            let moved: f64 = ranked.clone().map(|(weight, (_, child))| weight * (child[gene] - before)).sum();
            let step = moved / self.sigma;
            let spread: f64 =
                ranked.map(|(weight, (_, child))| weight * ((child[gene] - before) / self.sigma).powi(2)).sum();
            self.mean[gene] = before + moved;
            self.path_sigma[gene] = (1.0 - keep_sigma) * self.path_sigma[gene]
                + (keep_sigma * (2.0 - keep_sigma) * effective).sqrt() * step / self.scale[gene].sqrt();
            self.path_scale[gene] = (1.0 - keep_scale) * self.path_scale[gene]
                + (keep_scale * (2.0 - keep_scale) * effective).sqrt() * step;
            let scale = keep * self.scale[gene] + rank_one * self.path_scale[gene].powi(2) + rank_many * spread;
            self.scale[gene] = scale.clamp(1e-12, 1e6);
        }
        let length = self.path_sigma.iter().map(|path| path * path).sum::<f64>().sqrt();
        let usual = n.sqrt() * (1.0 - 1.0 / (4.0 * n) + 1.0 / (21.0 * n * n));
        self.sigma = (self.sigma * ((keep_sigma / damping) * (length / usual - 1.0)).exp()).min(1.0);
    }
}

/// Into the unit interval, by reflection.
fn mirrored(gene: f64) -> f64 {
    let folded = gene.rem_euclid(2.0);
    if folded > 1.0 { 2.0 - folded } else { folded }
}

/// Box and Muller.
fn normal(random: &mut Random) -> f64 {
    let radius = (-2.0 * (1.0 - random.unit()).ln()).sqrt();
    radius * (std::f64::consts::TAU * random.unit()).cos()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_finds_the_top_of_a_narrow_hill() {
        let top = [0.2, 0.9, 0.5, 0.01, 0.7, 0.33];
        let mut best = f64::NEG_INFINITY;
        let mut random = modchains_test_seed::random();
        evolve(&mut random, vec![0.5; 6], 4_000, |plan| {
            let steepness = [1.0, 10.0, 100.0, 1.0, 10.0, 100.0];
            let genes = plan.iter().zip(top).zip(steepness);
            let height = -genes.map(|((gene, top), steep)| steep * (gene - top).powi(2)).sum::<f64>();
            best = best.max(height);
            height
        });
        assert!(best > -1e-6, "{best}");
    }
}
