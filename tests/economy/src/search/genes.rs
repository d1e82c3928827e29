/// Reads a plan, a point of the unit cube, as choices.
#[derive(Debug, Clone)]
pub struct Genes<'a> {
    plan: &'a [f64],
    next: usize,
}

impl<'a> Genes<'a> {
    pub const fn new(plan: &'a [f64]) -> Self {
        Self { plan, next: 0 }
    }

    /// From 0 to 1.
    ///
    /// # Panics
    /// When the plan has no gene left.
    pub fn unit(&mut self) -> f64 {
        self.next += 1;
        self.plan[self.next - 1]
    }

    /// A number below `bound`, which is above zero.
    pub fn below(&mut self, bound: u64) -> u64 {
        ((self.unit() * bound as f64) as u64).min(bound - 1)
    }

    /// True in this part of all plans.
    pub fn chance(&mut self, part: f64) -> bool {
        self.unit() < part
    }

    /// From `low` to `high`, uniform in the logarithm.
    pub fn log(&mut self, low: f64, high: f64) -> f64 {
        low * (high / low).powf(self.unit())
    }

    /// Nothing in this part of all plans, otherwise as [`Self::log`].
    pub fn maybe_log(&mut self, nothing: f64, low: f64, high: f64) -> f64 {
        let unit = self.unit();
        if unit < nothing { 0.0 } else { low * (high / low).powf((unit - nothing) / (1.0 - nothing)) }
    }

    /// From 0 to 1, with both ends as likely as a quarter each.
    pub fn share(&mut self) -> f64 {
        (2.0 * self.unit() - 0.5).clamp(0.0, 1.0)
    }
}
