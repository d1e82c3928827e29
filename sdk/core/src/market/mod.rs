//! The market's rules as a whole: what a trade, a sync or a deposit does to a market, and when it may.
//!
//! Each is a pure function of the market's state, its rules, the order and the clock. The exchange loads a market, calls
//! one of them and stores what it leaves; quotes, shadow ledgers and the economic harness call the same.
//!
//! A trade is refused for the first of these reasons, in this order:
//!
//! | step | refused with | concerns |
//! |---|---|---|
//! | deadline | `DeadlinePassed` | all |
//! | parameter epoch | `ParametersMoved` | all |
//! | launch phase | `LaunchTransactionMissing` | buys |
//! | fee, curve, split | what [`crate::trade`] refuses with | all |
//! | the trader's limit | `OutputBelowLimit`, `InputAboveLimit` | all |
//! | pause | `MarketPaused` | buys |
//! | launch cap | `LaunchCapExceeded` | buys |
//! | dues, solvency | `Overflow`, `NotSolvent` | all |

mod order;
mod params;
mod state;
mod sync;
mod trade;
mod types;

pub use order::{Order, TradeSide};
pub use params::{
    EPOCH_SECONDS_MAX, EPOCH_SECONDS_MIN, HALF_LIFE_EPOCHS_MIN, PREMIUM_MIN_PPM, USAGE_STALE_SECONDS_MAX,
};
pub use state::{
    DEPTH_ATOMS_BOUNDS, Deposit, Dues, MarketRules, MarketState, PAUSE_SECONDS_MAX, VIRTUAL_ATOMS_BOUNDS, deposit,
    open, pause,
};
pub use sync::{Synced, UsageSignal, sync};
pub use trade::{Trade, trade};
pub use types::{LaunchTerms, MarketParams, QuoteTerms, TradeAmount};
