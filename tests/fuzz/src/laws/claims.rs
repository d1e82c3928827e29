//! Payouts reach the one they are for, whoever asks for them, with exactly what was due.

use anchor_lang::{AnchorDeserialize, Discriminator, prelude::Pubkey};
use modchains_exchange::{
    instruction as exchange,
    state::{Contributors, FeeBeneficiary, Market, Model, Referral},
};
use modchains_oracle::{
    instruction as oracle,
    state::{Operator, Request, Service},
};
use modchains_vault::{
    instruction as vault,
    state::{Grant, Position, RevenuePool},
};

use super::law::{Law, Sight, Verdict, hold};
use crate::{seen::Seen, setup::Setup, shadow_ledger::State};

pub const LAWS: &[Law] = &[
    Law {
        name: "payouts_reach_their_owner",
        sentence: "A payout pays an account of the one it is due to, the associated one unless they sign, exactly what was due.",
        check: payouts_reach_their_owner,
    },
    Law {
        name: "stakers_fees_reach_the_models_vault",
        sentence: "Fees for stakers go to a pool of the model's own vault, as revenue there.",
        check: stakers_fees_reach_the_models_vault,
    },
];

/// Who is to be paid, and how much if that is known beforehand.
type Due = (Pubkey, Option<u64>);

/// The only account of type `T` that the transaction names, as it was before.
fn one<T: State>(seen: &Seen) -> Option<T> {
    let mut all = seen.changes::<T>().filter_map(|change| change.before);
    let first = all.next()?;
    all.next().is_none().then_some(first)
}

/// What the only instruction of the transaction pays out, by its first bytes.
pub fn due(setup: &Setup, seen: &Seen) -> Option<Due> {
    let [sent] = seen.instructions.as_slice() else { return None };
    let is = |tag: &[u8]| sent.data.starts_with(tag);
    if sent.program_id == modchains_exchange::ID {
        let market = one::<Market>(seen);
        if is(exchange::FeesClaim::DISCRIMINATOR) {
            return Some(match FeeBeneficiary::deserialize(&mut sent.data.get(8..)?).ok()? {
                FeeBeneficiary::Creator => (one::<Model>(seen)?.creator, Some(market?.creator_due_atoms)),
                FeeBeneficiary::Protocol => (setup.exchange_config().treasury, Some(market?.protocol_due_atoms)),
            });
        }
        if is(exchange::ReferralClaim::DISCRIMINATOR) {
            let referral = one::<Referral>(seen)?;
            return Some((referral.referrer, Some(referral.due_atoms)));
        }
        if is(exchange::ContributorClaim::DISCRIMINATOR) {
            one::<Contributors>(seen)?;
            return Some((sent.accounts.get(3)?.pubkey, None));
        }
    } else if sent.program_id == modchains_vault::ID {
        let position = one::<Position>(seen);
        if is(vault::RevenueClaim::DISCRIMINATOR) {
            return Some((position?.owner, None));
        }
        if is(vault::GrantClaim::DISCRIMINATOR) {
            return Some((one::<Grant>(seen)?.payee, None));
        }
        if is(vault::UnstakeWithdraw::DISCRIMINATOR) {
            return Some((position?.owner, Some(position?.cooling_atoms)));
        }
    } else if sent.program_id == modchains_oracle::ID {
        let (operator, request) = (one::<Operator>(seen), one::<Request>(seen));
        if is(oracle::FeesClaim::DISCRIMINATOR) {
            return Some((setup.oracle_config().treasury, Some(one::<Service>(seen)?.accrued_protocol_atoms)));
        }
        if is(oracle::EarningsClaim::DISCRIMINATOR) {
            return Some((operator?.authority, Some(operator?.earned_atoms)));
        }
        if is(oracle::BondWithdraw::DISCRIMINATOR) {
            return Some((operator?.authority, Some(operator?.cooling_atoms)));
        }
        if is(oracle::RequestRefund::DISCRIMINATOR) {
            let request = request?;
            let paid = request.fee_atoms.checked_add(request.tip_atoms)?.checked_add(request.requester_due_atoms)?;
            return Some((request.requester, Some(paid)));
        }
        if is(oracle::RequestClose::DISCRIMINATOR) {
            return Some((request?.requester, Some(request?.requester_due_atoms)));
        }
    }
    None
}

fn payouts_reach_their_owner(sight: &Sight) -> Verdict {
    if sight.seen.result.is_err() {
        return Ok(0);
    }
    let Some((owner, atoms)) = due(sight.setup, sight.seen) else { return Ok(0) };
    let mut paid = 0_u64;
    for (address, tokens, before, after) in sight.seen.tokens().filter(|(_, _, before, after)| after > before) {
        hold!(tokens.owner == owner, "{address} of {} was paid what is due to {owner}", tokens.owner);
        let signed = sight.seen.signers.contains(&owner);
        let is_associated = address == sight.setup.token(&tokens.mint).account_of(&owner);
        hold!(signed || is_associated, "somebody else chose {address} for {owner}");
        paid += after - before;
    }
    if let Some(atoms) = atoms {
        hold!(paid == atoms, "{owner} was paid {paid}, due were {atoms}");
    }
    Ok(1)
}

fn stakers_fees_reach_the_models_vault(sight: &Sight) -> Verdict {
    let seen = sight.seen;
    let of_exchange = seen.calls(modchains_exchange::ID, exchange::FeesDistribute::DISCRIMINATOR).count();
    let of_oracle = seen.calls(modchains_oracle::ID, oracle::FeesDistribute::DISCRIMINATOR).count();
    if seen.result.is_err() || seen.instructions.len() != 1 || of_exchange + of_oracle == 0 {
        return Ok(0);
    }
    let due = if of_oracle == 1 {
        one::<Service>(seen).map(|service| (service.model, service.quote_mint, service.accrued_vault_atoms))
    } else {
        one::<Market>(seen).map(|market| (market.model, market.quote_mint, market.vault_due_atoms))
    };
    let (of_model, quote_mint, atoms) = due.ok_or("fees of nobody")?;
    let (_, before, after) = seen.kept::<RevenuePool>().next().ok_or("fees went to no pool")?;
    let model = sight.setup.ledger.vaults.get(&after.vault).map(|vault| vault.model);
    hold!(model == Some(of_model), "fees of {of_model} went to the vault of {model:?}");
    hold!(after.revenue_mint == quote_mint, "fees went to a pool of another mint");
    let to_treasury = after.treasury_atoms.wrapping_sub(before.treasury_atoms);
    let deposited = after.deposited_atoms.wrapping_sub(before.deposited_atoms).wrapping_add(to_treasury);
    let received = seen.token_change(&after.tokens);
    hold!(deposited == atoms && received == i128::from(atoms), "{atoms} due, {deposited} counted, {received} received");
    Ok(1)
}
