//! What the compiled programs and their accounts take: exact figures, from LiteSVM.

pub mod compute;
pub mod cpis;
pub mod crowd;
pub mod launch;
pub mod objects;
pub mod rent;
pub mod sizes;
pub mod trades;
