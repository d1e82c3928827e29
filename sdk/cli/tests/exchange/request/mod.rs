//! Requests, and disputes about their results.

mod disputes;
mod lengths;
