//! Sync: how paid usage moves the curve, without ever breaking its backing.
//!
//! Once per epoch anyone may have the curve's parameters moved by a small signed step `s`. With `y = Y - C` and
//! `A = R + V`, and with `C_hi` the [`HighWater`] mark of `C`:
//!
//! | move | depth | virtual reserve |
//! |---|---|---|
//! | up | `Y' = Y - floor((Y - C_hi) * s / (1 + s))` | `V' = min(V, floor(R * (Y' - C) / C))` |
//! | down | `Y' = Y + floor((Y - C_hi) * s)` | `V' = floor(A * Y' / Y) - R` |
//! | absorb | `Y' = Y` | `V' = min(V + floor(A * k), floor(R * y / C))` |
//!
//! `R * (Y' - C) / C` is the boundary of solvency (S), on which the price is the backing `R / C` times the premium
//! `Y' / (Y' - C)`: **a smaller depth is a higher premium.** A curve on the boundary stays on it. Reserve fees put it
//! inside (slack); an upward step works the slack off through the depth, and a sync without a signal returns it
//! through `V`, by at most `k` (absorption).
//!
//! One sync moves the spot price by at most `1 + s`, and the pay of any sale, and the cost of any purchase that ends
//! below `C_hi`, by at most the same factor: an upward step gives `A' <= A` and `y' >= y / (1 + s)`, a downward one
//! `A' >= A` and `y' <= y (1 + s)`.
//! `C_hi` is what makes the second hold: relative to the present `C`, a holder who sells, has the curve moved and
//! buys back would find the depth changed by a large part of what is left of it.
//!
//! # How large a step may be
//! Two syncs fit into two epochs, so a trader can hold a position through both, for the price of one round trip:
//! `(1 + step_max)^2 * (1 - fee_lost)^2 <= 1`, that is `(1 + step_max) * (1 - fee_lost) <= 1`.
//!
//! The reserve leg is lost to a small trader only. Whoever buys most of the depth and sells it again gets most of it
//! back, because it sits in the reserve that pays the sale. The gain of an upward step falls in the same
//! proportion, because it comes through the depth near the present `C`. An absorption raises `V`, hence every sale
//! alike, so it is bounded by the protocol's net leg alone: `(1 + absorb_max) * (1 - protocol_lost) <= 1`.

mod drift;
mod high_water;
mod moves;
mod signal;

pub use drift::{DRIFT_WINDOW_SECONDS, DriftBudget};
pub use high_water::HighWater;
pub use moves::{SyncInput, SyncMove, SyncReason, SyncState, sync};
pub use signal::{growth_fees_atoms, signal_step_ppm};
