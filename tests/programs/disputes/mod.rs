//! Graphs, disputes and the judge.

mod honest;
mod lies;
mod on_chain;
