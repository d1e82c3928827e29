//! Sync: how paid use moves the curve, without ever breaking its backing.
//!
//! Once per epoch anyone may have the market look at the paid net `N` of its model ([`crate::usage`]). Two things move a
//! price besides trades.
//!
//! - **Value.** Reserve fees and the reserve's share of usage fees lie in `R`, above the curve. Every sync absorbs first: it
//!   raises `V` toward the boundary of solvency, by at most a part `k` of the quote side ([`crate::backing`]).
//! - **Momentum.** A rise of `N` since the market last looked pays for less depth, a fall is taken out of the rise that
//!   stands, as more depth. A smaller depth is a higher premium of price over backing.
//!
//! With `A = R + V`, `K` the depth at the opening less the present one, `n` the net that stands in the curve, `C_hi` and `C_p`
//! of [`Supply`] and the gain `G` of [`StepPricing`]:
//!
//! | step | depth | at most | pays |
//! |---|---|---|---|
//! | up, of a rise `p` | `Y' = Y - c` | `(Y - C_hi) s / (1 + s)`; the premium's bound; `2 K p / n` once `n` exceeds a largest step | `G`, at most `p` |
//! | down, of a fall `f` | `Y' = Y + c` | `(Y - C_hi) s`; the premium's bound; `K min(f, n) / n` | `max(G, n c / K)`, at most `f` |
//!
//! Both scale the quote side with the depth, `A' = floor(A Y' / Y)`, so what is on the boundary stays there and slack stays
//! slack. A rise or fall beyond two largest steps is forfeited; what is left waits. A fall never takes the depth above the
//! opening's, nor gives back more than was paid for: **a decline costs what the rise cost, and use that never was moves
//! nothing.**
//!
//! # How large a step may be
//! Two syncs fit into two epochs, so a trader can hold a position through both, for the price of one round trip. A step's
//! gain is at most `s (1 - phi) C / Y` of it, `phi` the part of the reserve that the position owns, and the reserve leg of
//! each trade loses `r (1 - phi)`: `(1 + step_max) (1 - r) <= 1`. Absorption raises every sale alike, so the protocol's net leg
//! bounds it: `(1 + absorb_max) (1 - l) <= 1`.

mod drift;
mod gain;
mod moves;
mod supply;

pub use drift::{DRIFT_WINDOW_SECONDS, DriftBudget};
pub use gain::StepPricing;
pub use moves::{SyncInput, SyncMove, SyncReason, SyncState, sync};
pub use supply::Supply;
