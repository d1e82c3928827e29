//! What the jobs look at.

use modchains_sdk::{
    Pubkey, SdkError, address,
    decode::decode,
    exchange::state::Market,
    oracle::state::{Operator, Service, Usage},
    vault::state::RevenuePool,
};

use crate::service::context::Context;

/// The accounts of one model as they are now.
pub struct Snapshot {
    /// Its service.
    pub service: Service,
    /// Its usage.
    pub usage: Usage,
    /// Its market.
    pub market: Market,
    /// Whether the model's vault has a pool that its stakers can be paid into. Anybody opens one, and nobody has to.
    pub has_pool: bool,
}

/// Reads service, usage, market, operator and pool of every model, and takes over the free bonds.
pub async fn snapshots(context: &Context) -> Result<Vec<Snapshot>, SdkError> {
    let addresses: Vec<[Pubkey; 5]> = context
        .models
        .iter()
        .map(|served| {
            let (usage, market) = (address::oracle::usage(&served.model), address::exchange::market(&served.model));
            let pool = address::vault::pool(&address::vault::vault(&served.model), &served.quote.mint);
            [served.service, usage, market, served.operator, pool]
        })
        .collect();
    let (named, payer) = (addresses.concat(), context.chain.payer.address());
    let client = &context.chain.client;
    let (read, lamports) = tokio::join!(client.accounts(&named), client.lamports(&payer));
    if let Ok(lamports) = lamports {
        context.chain.payer.set_lamports(lamports);
    }
    context.chain.endpoint.note_read("accounts", "name an endpoint that serves getMultipleAccounts", &read);
    let (_, accounts) = read?;
    let mut snapshots = Vec::with_capacity(addresses.len());
    for (of_model, accounts) in addresses.iter().zip(accounts.chunks(5)) {
        let account = |index: usize| {
            let missing = SdkError::AccountMissing { what: "account of a configured model", address: of_model[index] };
            accounts.get(index).and_then(Option::as_ref).ok_or(missing)
        };
        let operator: Operator = decode(&of_model[3], account(3)?)?;
        context.bonds.update(of_model[3], operator.free_bond_atoms().unwrap_or_default());
        snapshots.push(Snapshot {
            service: decode(&of_model[0], account(0)?)?,
            usage: decode(&of_model[1], account(1)?)?,
            market: decode(&of_model[2], account(2)?)?,
            // Lamports make no pool: anybody can send them to the address.
            has_pool: account(4).is_ok_and(|pool| decode::<RevenuePool>(&of_model[4], pool).is_ok()),
        });
    }
    Ok(snapshots)
}

#[cfg(test)]
pub mod tests {
    use bytemuck::Zeroable;

    use super::*;

    /// A model with nothing due and epochs of 60 seconds, in epoch 10.
    pub fn snapshot() -> Snapshot {
        let (service, usage, market) = (Service::zeroed(), Usage::zeroed(), Market::zeroed());
        let mut snapshot = Snapshot { service, usage, market, has_pool: true };
        (snapshot.usage.epoch_seconds, snapshot.usage.epoch) = (60, 10);
        snapshot.market.params.epoch_seconds = 60;
        snapshot.market.opened_at_seconds = 600;
        snapshot
    }
}
