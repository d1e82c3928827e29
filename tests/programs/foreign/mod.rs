//! Programs that call ours.

mod flash;
mod moves;
mod program;
