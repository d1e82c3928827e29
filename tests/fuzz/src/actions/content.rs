//! Final results become tokens of their own.

use modchains_core::licence::USE_CONTENT;
use modchains_exchange::instructions::ContentMintArgs;
use modchains_oracle::state::RequestStatus;
use modchains_sdk::{address, instruction::registry};

use super::action::{Action, Plan, short};
use crate::{pick::Pick, setup::Setup};

pub const ACTIONS: &[Action] = &[Action { name: "content_mint", weight: 12, build: mint }];

fn mint(setup: &Setup, pick: &mut Pick) -> Option<Plan> {
    let careless = pick.percent(10);
    let requests = setup.ledger.requests.iter().filter(|(address, request)| {
        let is_final = request.status == RequestStatus::Finalized as u8;
        let is_new = setup.chain.raw(&address::exchange::content_mint(address)).is_none();
        careless || (is_final && is_new && request.licence_uses & USE_CONTENT != 0)
    });
    let (address, request) = *pick.one(&requests.collect::<Vec<_>>())?;
    let service = setup.ledger.services.get(&request.service)?;
    let requester = setup.mostly(request.requester, pick);
    let args = ContentMintArgs {
        name: "Answer".to_owned(),
        uri: "https://models.example/answer.json".to_owned(),
        fee_max_atoms: if pick.percent(90) { u64::MAX } else { pick.amount(1_000_000) },
    };
    let quote = setup.quote(&service.quote_mint);
    let what = format!("{} mints a result of {}", short(&requester), short(&service.model));
    Some(Plan::one(registry::content_mint(&requester, &service.model, address, &quote, args), what))
}
