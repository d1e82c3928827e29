use std::collections::HashSet;

use modchains_sdk::{
    Pubkey, Signer,
    decode::FetchedRequest,
    disputes::instructions::DisputeOpenArgs,
    hash::sha256,
    instruction::{disputes::Disputed, oracle::reward_claim},
    oracle::state::RequestStatus,
};

use super::{
    decide::{is_challengeable, is_reward_due, is_sampled},
    fault::DisputeFault,
    own::Library,
    reach::Reach,
};
use crate::service::context::Context;

/// Looks at results of other operators.
pub struct Sampler {
    all_from_atoms: Option<u64>,
    /// Requests that were looked at, by when they were created. After a restart they are looked at again.
    known: HashSet<(Pubkey, i64)>,
}

impl Sampler {
    /// Of all results with at least so much at stake, and a share of smaller ones; none for none.
    pub fn new(all_from_atoms: Option<u64>) -> Self {
        Self { all_from_atoms, known: HashSet::new() }
    }

    /// Computes new results again, challenges those that are wrong, and claims rewards.
    pub async fn look(&mut self, context: &Context, reach: &Reach, library: &mut Library) -> Result<(), DisputeFault> {
        let Some(all_from_atoms) = self.all_from_atoms else { return Ok(()) };
        let operators: Vec<Pubkey> = context.models.iter().map(|served| served.operator).collect();
        // A signature of the key is as good as a random number that is kept.
        let secret = sha256(&[context.chain.payer.authority().sign_message(b"modchains sample").as_ref()]);
        let mut present = HashSet::new();
        for served in &context.models {
            let now = context.chain.now();
            for request in reach.requests(context, &served.service, RequestStatus::Posted).await? {
                let key = (request.request.address, request.request.value.created_at_seconds);
                present.insert(key);
                let is_new = !self.known.contains(&key) && is_challengeable(&request, &operators, now);
                if !is_new || !is_sampled(&request, all_from_atoms, &secret) {
                    continue;
                }
                match library.own(&request).await {
                    Ok(own) if own.agrees(&request) => {
                        self.known.insert(key);
                    }
                    Ok(_) => {
                        challenge(context, reach, &request).await?;
                        self.known.insert(key);
                    }
                    Err(error) => tracing::warn!(request = %request.request.address, %error, "not computed again"),
                }
            }
            for request in reach.requests(context, &served.service, RequestStatus::Overturned).await? {
                if is_reward_due(&request, &operators, now) {
                    let challenger = request.request.value.earliest_challenger;
                    let claim = reward_claim(&served.service, &request.request.address, &challenger);
                    reach.send(context, &[claim], 0).await?;
                    tracing::info!(request = %request.request.address, "reward claimed");
                }
            }
        }
        self.known.retain(|key| present.contains(key));
        Ok(())
    }
}

async fn challenge(context: &Context, reach: &Reach, request: &FetchedRequest) -> Result<(), DisputeFault> {
    let (address, state) = (request.request.address, &request.request.value);
    let player = context.chain.payer.address();
    // The number of the next challenge is one that this challenger has not used.
    let nonce = state.challenges;
    let of = Disputed::new(&address, &state.graph, &state.service, &state.operator, &player, nonce);
    let open = of.open(DisputeOpenArgs { created_at_seconds: state.created_at_seconds, nonce });
    reach.send(context, &[open], 0).await?;
    tracing::warn!(request = %address, dispute = %of.dispute, "a wrong result is challenged");
    Ok(())
}
