//! Programs that call ours.

mod flash;
mod program;
