mod graph_attest;
mod graph_attest_revoke;
mod graph_close;
mod graph_close_start;
mod graph_extend;
mod graph_open;
mod graph_seal;

pub use {
    graph_attest::*, graph_attest_revoke::*, graph_close::*, graph_close_start::*, graph_extend::*, graph_open::*,
    graph_seal::*,
};
