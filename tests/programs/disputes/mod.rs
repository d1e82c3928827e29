//! Graphs, disputes and the judge.

mod arithmetic;
mod cost;
mod elements;
mod graphs;
mod honest;
mod lies;
mod moves;
mod on_chain;
