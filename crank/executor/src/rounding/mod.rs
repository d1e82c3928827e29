//! From results in double precision to values.

mod double;
mod functions;
mod guard;

pub use double::{nearest_dot, nearest_exactly};
pub use functions::{erf, exp, rsqrt, tanh};
pub use guard::{ROUNDING, decided, flagged_sums, raised_norm, settled, widen};
