//! What every task shares, and what they hand each other.

mod bonds;
mod known;
mod served;
mod sight;
mod statistics;
mod work;

use std::sync::Arc;

use modchains_sdk::Pubkey;

use crate::{chain::Chain, journal::Journal};

pub use self::{
    bonds::Bonds,
    known::Known,
    served::{Offer, Served, Verdict, consider},
    sight::Sight,
    statistics::{AnswerTimes, Report, Statistics, StatisticsFile},
    work::{Announced, InFlight, Timing, Unfinal, Work, wall_seconds},
};

/// One for the service.
pub struct Context {
    /// Endpoint, websocket and key.
    pub chain: Arc<Chain>,
    /// The models, in the order of the configuration.
    pub models: Vec<Served>,
    /// What was promised.
    pub journal: Journal,
    /// Free bonds.
    pub bonds: Bonds,
    /// Requests looked at.
    pub known: Known,
    /// Whether requests are seen when they are made.
    pub sight: Sight,
    /// Figures.
    pub statistics: Statistics,
}

impl Context {
    /// Position of the model with this service.
    pub fn model_of(&self, service: &Pubkey) -> Option<usize> {
        self.models.iter().position(|served| served.service == *service)
    }
}
