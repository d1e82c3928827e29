mod dispute_anchor;
mod dispute_concede;
mod dispute_judge;
mod dispute_move;
mod dispute_open;
mod dispute_pick;
mod dispute_reveal;
mod dispute_settle;
mod dispute_stream;
mod dispute_timeout;
mod play;
mod trace_reveal;

pub use {
    dispute_anchor::*, dispute_concede::*, dispute_judge::*, dispute_move::*, dispute_open::*, dispute_pick::*,
    dispute_reveal::*, dispute_settle::*, dispute_stream::*, dispute_timeout::*, trace_reveal::*,
};
