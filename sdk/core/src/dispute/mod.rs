//! A dispute about one result: a game between the operator who posted it and a challenger, which arithmetic decides.
//!
//! The operator commits to one tree over the outputs of all nodes. The challenger walks down it to one element that he says is
//! wrong, and then shows what it is computed from: rows of the same tree, and rows of weights under the graph's root. So a
//! conviction needs no agreement about anything: **a tree that contradicts itself convicts whoever built it.** An honest operator's
//! tree does not contradict itself anywhere, whatever the challenger does. An honest challenger walks to the first *node* whose
//! output differs from his own; inside it every element is computed from earlier nodes alone, so any element that differs will do.
//!
//! A lost challenge ends that challenge and says nothing about the result.
//!
//! # The phases
//! ```text
//!            trace_reveal               pick of a tensor          anchor of its record
//!   Trace ----------------> Tensors ---------------------> Record ---------------------> Rows
//!     operator           operator shows,                 challenger                operator shows,
//!                        challenger picks                                          challenger picks a row
//!                                                                                        |
//!   Over <---------------- Evidence <------------------- Piece <------------------- Row <+
//!          judge                     pick of an element          pick of a piece
//!                        challenger                  operator shows,           operator shows,
//!                                                    challenger picks          challenger picks
//!
//!   every phase -> Over: by timeout, when the side to move has used up its clock, or when it concedes
//! ```
//!
//! # The moves
//! | move | in phase | who may send it | bytes besides what every move has |
//! |---|---|---|---|
//! | [`Game::trace`] | Trace | the operator or its defender; anybody once the request has a root | 32 a level of the tree over tensors |
//! | [`Game::show`] | Tensors, Rows, Row, Piece | anybody: there is one answer | 32 for each of up to 16 nodes or pieces, and 32 for what follows pieces; a piece, up to 384 |
//! | [`Game::pick`] | there, after it was shown | the challenger | what was shown, and 4 |
//! | [`Game::anchor`] | Record, Evidence | the challenger | 32 a level of the tree that is proven, and 32 or a record of 96 |
//! | [`Game::stream`] | Evidence | the challenger | a piece of each row with what follows it, up to 832 |
//! | [`Game::judge`] | Evidence | the challenger | 4 |
//! | [`Game::time_out`] | all | anybody | 0 |
//! | [`Game::concede`] | all | the side to move | 0 |
//!
//! [`Evidence::need`] says which anchor or piece comes next.
//!
//! What an operator shows is checked against a hash, so it need not be signed: whoever has the operator's trace can keep it
//! from losing by silence. What was shown is not kept; the challenger's pick repeats it and is checked once more, so a pick is
//! bound to what was seen. A move that was sent twice finds another phase or another hash, and is refused.
//!
//! # The clocks
//! Each side has one clock for all its moves ([`Clocks`]); it runs while that side is to move. Whoever gets the turn has at least
//! the grace left. Time is that of a running cluster ([`window::elapsed_seconds`](crate::window::elapsed_seconds)).
//!
//! The moves are pure: they give the next game and change nothing. Nothing here allocates. Some functions are never inlined,
//! because one frame of a program's stack has 4 KiB.

mod case;
mod clocks;
mod descent;
mod element;
mod entered;
mod error;
mod evidence;
mod game;
mod need;
mod phase;
mod verdict;

pub use case::Case;
pub use clocks::{Clocks, Side};
pub use descent::Reveal;
pub use element::Operand;
pub use entered::Entered;
pub use error::DisputeError;
pub use evidence::{Evidence, Proof, Shown};
pub use game::Game;
pub use need::{Need, Origin};
pub use phase::{Phase, Piece, Row, Tree};
pub use verdict::Verdict;

/// Shorthand for a result that fails with [`DisputeError`].
pub type Result<T> = core::result::Result<T, DisputeError>;
