//! What was measured, beside its budgets, and what others take; and how it is written down.

pub mod budgets;
pub mod figures;
pub mod machine;
pub mod peers;
pub mod report;
pub mod table;
