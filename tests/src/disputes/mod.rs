//! Disputes of the tests: two sides that play by the rules alone, or on the chain.

mod board;
mod inference;
mod on_chain;
mod registered;
mod steps;

pub use {
    board::{Board, CLOCK_SECONDS, Ending, GRACE_SECONDS, HostBoard, START, play},
    inference::Inference,
    on_chain::{ChainBoard, case, game},
    registered::{graph_of, registration},
    steps::play_until,
};
