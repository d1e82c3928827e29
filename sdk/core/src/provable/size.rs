//! Sizes that may depend on the size of the input.

/// `fixed + per * n`, where n is the declared size of the input, for example its number of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "chain", derive(borsh::BorshSerialize, borsh::BorshDeserialize))]
pub struct Size {
    /// What it is at least.
    pub fixed: u32,
    /// How much it grows with each unit of n.
    pub per: u32,
}

impl Size {
    /// One, whatever the input.
    pub const ONE: Self = Self::fixed(1);

    /// The same for every input.
    pub const fn fixed(fixed: u32) -> Self {
        Self { fixed, per: 0 }
    }

    /// `per` for each unit of n.
    pub const fn per(per: u32) -> Self {
        Self { fixed: 0, per }
    }

    /// Its value for an input of size `n`; none above `2^32 - 1`.
    pub fn at(&self, n: u32) -> Option<u32> {
        self.per.checked_mul(n)?.checked_add(self.fixed)
    }

    /// The sum of two.
    pub fn plus(&self, other: Self) -> Option<Self> {
        Some(Self { fixed: self.fixed.checked_add(other.fixed)?, per: self.per.checked_add(other.per)? })
    }

    /// One of `parts` equal parts, whatever the input.
    pub fn part(&self, parts: u32) -> Option<Self> {
        let is_whole = self.fixed.checked_rem(parts)? == 0 && self.per.checked_rem(parts)? == 0;
        is_whole.then_some(Self { fixed: self.fixed / parts, per: self.per / parts })
    }
}

/// Most sizes that are multiplied.
const FACTORS_MAX: usize = 4;

/// A product of sizes as a polynomial in n, lowest coefficient first: two products are equal for every input when
/// these are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Product([u64; FACTORS_MAX + 1]);

impl Product {
    /// The product of up to four sizes; none when a coefficient does not fit.
    pub fn of(factors: &[Size]) -> Option<Self> {
        let mut product = [0; FACTORS_MAX + 1];
        product[0] = 1;
        for factor in factors {
            let mut next = [0_u64; FACTORS_MAX + 1];
            for (power, coefficient) in product.iter().enumerate() {
                let fixed: u64 = u64::checked_mul(*coefficient, factor.fixed.into())?;
                next[power] = next[power].checked_add(fixed)?;
                let per: u64 = u64::checked_mul(*coefficient, factor.per.into())?;
                match next.get_mut(power + 1) {
                    Some(above) => *above = above.checked_add(per)?,
                    None if per != 0 => return None,
                    None => {}
                }
            }
            product = next;
        }
        Some(Self(product))
    }
}

/// The sizes that inputs of a graph may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "chain", derive(borsh::BorshSerialize, borsh::BorshDeserialize))]
pub struct SizeRange {
    /// Smallest n.
    pub min: u32,
    /// Largest n.
    pub max: u32,
}
