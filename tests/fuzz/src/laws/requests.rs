//! Requests: the order of their states, their terms, and what their fees become.

use anchor_lang::prelude::Pubkey;
use modchains_oracle::state::{Request, RequestStatus, Service, Usage};

use super::law::{Law, Sight, Verdict, hold};

pub const LAWS: &[Law] = &[
    Law {
        name: "requests_go_their_way",
        sentence: "Open, claimed, posted, finalized; back to open when a claim lapses; refunded past the deadline; never else.",
        check: requests_go_their_way,
    },
    Law {
        name: "request_terms_never_change",
        sentence: "Price, bonds, windows, split, input and requester of a request are fixed when it is created.",
        check: request_terms_never_change,
    },
    Law {
        name: "requests_add_up_to_the_escrow",
        sentence: "What a service counts as escrowed is the price of its unsettled requests and what is due to requesters.",
        check: requests_add_up_to_the_escrow,
    },
    Law {
        name: "a_final_fee_is_split_as_promised",
        sentence: "Finalizing accrues each share of fee and tip, rounded down, the operator keeping the rest.",
        check: a_final_fee_is_split_as_promised,
    },
    Law {
        name: "only_final_requests_count_as_use",
        sentence: "Usage grows by fee and tip of every request that becomes final, its lost part by the protocol's share, and by nothing else.",
        check: only_final_requests_count_as_use,
    },
];

fn status(request: &Request) -> Result<RequestStatus, String> {
    RequestStatus::from_code(request.status).map_err(|_| format!("status {} is unknown", request.status))
}

fn requests_go_their_way(sight: &Sight) -> Verdict {
    use RequestStatus::{Claimed, Finalized, Open, Posted, Refunded};
    let now = sight.seen.now;
    let mut facts = 0;
    for change in sight.seen.changes::<Request>() {
        let signed = |who: &Pubkey| sight.seen.signers.contains(who);
        let authority =
            |operator: &Pubkey| sight.setup.ledger.operators.get(operator).map(|operator| operator.authority);
        let by_operator = |operator: &Pubkey| authority(operator).is_some_and(|authority| signed(&authority));
        let allowed = match (&change.before, &change.after) {
            (None, Some(new)) => {
                // Claim and result may follow in the same transaction.
                let follows = sight.seen.instructions.len() > 1 && by_operator(&new.operator);
                let is_open = status(new)? == Open || (matches!(status(new)?, Claimed | Posted) && follows);
                is_open && signed(&new.requester) && new.created_at_seconds == now
            }
            (Some(old), None) => matches!(status(old)?, Finalized | Refunded) && signed(&old.requester),
            (Some(old), Some(new)) => match (status(old)?, status(new)?) {
                (was, is) if was == is => old.operator == new.operator,
                (Open, Claimed) => now < old.deadline_seconds && by_operator(&new.operator),
                (Claimed, Open) => now >= old.claim_deadline_seconds,
                (Claimed, Posted) => {
                    now < old.claim_deadline_seconds && old.operator == new.operator && by_operator(&old.operator)
                }
                (Posted, Finalized) => now >= old.challenge_until_seconds && old.operator == new.operator,
                (Open, Refunded) => now >= old.deadline_seconds,
                _ => false,
            },
            (None, None) => true,
        };
        let states = (change.before.map(|request| request.status), change.after.map(|request| request.status));
        hold!(allowed, "request {} went from {:?} to {:?} at {now}", change.address, states.0, states.1);
        facts += 1;
    }
    Ok(facts)
}

fn request_terms_never_change(sight: &Sight) -> Verdict {
    let terms = |request: &Request| {
        let hashes = [request.version_manifest_sha256, request.input_hash];
        let keys = [request.service, request.requester];
        let atoms = [request.fee_atoms, request.tip_atoms, request.result_bond_atoms, request.claim_bond_atoms];
        let times = (request.created_at_seconds, request.deadline_seconds, request.challenge_window_seconds);
        (hashes, keys, atoms, times, request.claim_seconds, request.split, request.nonce, request.salt)
    };
    let mut facts = 0;
    for (address, before, after) in sight.seen.kept::<Request>() {
        hold!(terms(&before) == terms(&after), "the terms of request {address} changed");
        if before.posted_at_seconds != 0 {
            let result = |request: &Request| (request.output_hash, request.trace_root, request.posted_at_seconds);
            hold!(result(&before) == result(&after), "the result of request {address} changed");
        }
        facts += 1;
    }
    Ok(facts)
}

fn requests_add_up_to_the_escrow(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for change in sight.seen.changes::<Service>() {
        let Some(service) = change.after else { continue };
        let mut escrowed: u128 = 0;
        for request in sight.setup.ledger.requests.values().filter(|request| request.service == change.address) {
            if !status(request)?.is_settled() {
                escrowed += u128::from(request.fee_atoms) + u128::from(request.tip_atoms);
            }
            escrowed += u128::from(request.requester_due_atoms);
        }
        let counted = u128::from(service.escrowed_atoms);
        hold!(counted == escrowed, "requests have {escrowed} in escrow, the service counts {counted}");
        facts += 1;
    }
    Ok(facts)
}

/// The requests that this transaction made final.
fn finals<'a>(sight: &'a Sight) -> impl Iterator<Item = Request> + 'a {
    let is_final = |request: &Request| request.status == RequestStatus::Finalized as u8;
    let made = sight.seen.kept::<Request>().filter(move |(_, before, after)| !is_final(before) && is_final(after));
    made.map(|(_, before, _)| before)
}

/// Fee and tip, which are shared alike: else a tip would be use that the protocol, the stakers and the reserve get nothing of.
fn price(request: &Request) -> u128 {
    u128::from(request.fee_atoms) + u128::from(request.tip_atoms)
}

/// Shares of vault, creator, reserve and protocol, each rounded down.
fn shares(request: &Request) -> [u128; 4] {
    let split = &request.split;
    [split.vault_bps, split.creator_bps, split.reserve_bps, split.protocol_bps]
        .map(|bps| price(request) * u128::from(bps) / 10_000)
}

fn a_final_fee_is_split_as_promised(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for request in finals(sight) {
        let (_, before, after) = sight.seen.kept::<Service>().next().ok_or("finalized without the service")?;
        let accrued = |service: &Service| {
            [
                service.accrued_vault_atoms,
                service.accrued_creator_atoms,
                service.accrued_reserve_atoms,
                service.accrued_protocol_atoms,
            ]
            .map(u128::from)
        };
        let shares = shares(&request);
        for ((was, is), share) in accrued(&before).into_iter().zip(accrued(&after)).zip(shares) {
            hold!(was + share == is, "a share of {share} made {was} into {is}");
        }
        let (_, was, is) =
            sight.seen.kept::<modchains_oracle::state::Operator>().next().ok_or("finalized without the operator")?;
        let earned = price(&request) - shares.iter().sum::<u128>();
        let found = u128::from(is.earned_atoms) - u128::from(was.earned_atoms);
        hold!(found == earned, "the operator earned {found}, not {earned}");
        facts += 1;
    }
    Ok(facts)
}

fn only_final_requests_count_as_use(sight: &Sight) -> Verdict {
    let mut facts = 0;
    for (_, before, after) in sight.seen.kept::<Usage>() {
        let finals: Vec<Request> = finals(sight).collect();
        let fees: u128 = finals.iter().map(price).sum();
        let lost: u128 = finals.iter().map(shares).map(|[_, _, _, protocol]| protocol).sum();
        let grown = |was: u64, is: u64| u128::from(is) - u128::from(was);
        let found = (
            grown(before.fees_total_atoms, after.fees_total_atoms),
            grown(before.non_recoverable_fees_total, after.non_recoverable_fees_total),
            grown(before.requests_total, after.requests_total),
        );
        hold!(found == (fees, lost, finals.len() as u128), "usage grew by {found:?}, final were {fees} and {lost}");
        let fixed = |usage: &Usage| (usage.model, usage.epoch_seconds, usage.requester_cap_atoms);
        hold!(fixed(&before) == fixed(&after), "what usage is counted by changed");
        hold!(after.epoch >= before.epoch, "the usage epoch went back");
        facts += 1;
    }
    Ok(facts)
}
