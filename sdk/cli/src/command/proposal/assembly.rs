//! A vault as those who decide see it, and its proposals in words.

use std::collections::BTreeMap;

use modchains_sdk::{
    Pubkey,
    client::ListedProposal,
    clock,
    core::governance::ProposalStatus,
    vault::state::{GrantSchedule, Position, ProposalAction},
};
use serde_json::json;

use crate::{
    amount::{Amount, percent},
    argument::show_hash,
    command::staking::Staking,
    connection::{Connection, TokenView},
    error::Result,
    output::Report,
};

/// A vault with the tokens that its proposals move.
pub struct Assembly {
    /// The vault, its token and its pools.
    pub staking: Staking,
    /// What the market trades against: the token of the first pool and of the service.
    pub quote: TokenView,
    /// The cluster's time.
    pub now_seconds: i64,
    tokens: BTreeMap<Pubkey, TokenView>,
}

impl Assembly {
    /// Reads the vault of a model.
    pub async fn load(connection: &Connection, model: &Pubkey) -> Result<Self> {
        let staking = Staking::load(connection, model).await?;
        let quote = connection.token(&staking.vault.value.quote_mint).await?;
        let tokens = connection.tokens(staking.pools.iter().map(|pool| pool.value.revenue_mint)).await?;
        let now_seconds = connection.client.now_seconds().await?;
        Ok(Self { staking, quote, now_seconds, tokens })
    }

    /// What the treasury holds, without pools that hold none of it.
    pub fn treasury(&self) -> Vec<(Amount, &str, Pubkey)> {
        let shown = self.staking.pools.iter().filter(|pool| pool.value.treasury_atoms > 0).filter_map(|pool| {
            let token = self.tokens.get(&pool.value.revenue_mint)?;
            Some((token.amount(pool.value.treasury_atoms), token.symbol.as_str(), pool.value.revenue_mint))
        });
        shown.collect()
    }

    /// Where a proposal stands, what it does, and what the vote of `position` would weigh.
    pub fn report(&self, listed: &ListedProposal, position: Option<&Position>) -> Report {
        let (proposal, token) = (&listed.proposal.value, &self.staking.token);
        let state = proposal.state();
        let amount = |report: Report, key, atoms| report.amount(key, token.amount(atoms), &token.symbol);
        let report = Report::new()
            .number("proposal", proposal.index)
            .text("account", listed.proposal.address)
            .text("status", status(listed.status));
        let report = amount(report, "for", state.for_atoms);
        let report = amount(report, "against", state.against_atoms);
        let report = amount(report, "quorum", state.quorum_atoms);
        let report = amount(report, "staked", state.staked_atoms);
        let report = match position {
            Some(position) => amount(report, "weight", listed.weight_atoms(position)),
            None => report.maybe("weight", None::<String>),
        };
        report
            .time("opened", state.opened_at_seconds, self.now_seconds)
            .time("ends", state.end_seconds, self.now_seconds)
            .time("executable_from", state.executable_at_seconds(), self.now_seconds)
            .time("executable_until", state.expires_at_seconds(), self.now_seconds)
            .time("executed", state.executed_at_seconds, self.now_seconds)
            .text("proposer", proposal.proposer)
            .and(self.content(&listed.action, &proposal.text_sha256, &listed.uri))
            .text("payload_sha256", hex::encode(proposal.payload_sha256))
    }

    /// What is voted on.
    pub fn content(&self, action: &ProposalAction, text_sha256: &[u8; 32], uri: &str) -> Report {
        self.action(action)
            .maybe("text_sha256", show_hash(text_sha256))
            .maybe("uri", Some(uri).filter(|uri| !uri.is_empty()))
    }

    /// What an action does: in a line for people, in full for scripts.
    fn action(&self, action: &ProposalAction) -> Report {
        let quote = &self.quote;
        let does = |text: String| Report::new().text("does", text);
        match *action {
            ProposalAction::Signal => does("signal".to_owned()),
            ProposalAction::Grant { pool, payee, schedule } => self.grant(&pool, &payee, schedule),
            ProposalAction::GrantStop { grant } => does("stop a grant".to_owned()).text("grant", grant),
            ProposalAction::ReserveDeposit { reserve_atoms } => does(format!(
                "deposit {} into the reserve",
                quote.show(reserve_atoms)
            ))
            .amount("reserve_deposit", quote.amount(reserve_atoms), &quote.symbol),
            ProposalAction::TreasuryShare { treasury_bps } => {
                let share = percent(i64::from(treasury_bps) * 100);
                does(format!("{share} % of revenue to the treasury")).share_bps("treasury_share", treasury_bps)
            }
            ProposalAction::ServiceFee { fee_atoms } => does(format!("a request costs {}", quote.show(fee_atoms)))
                .amount("service_fee", quote.amount(fee_atoms), &quote.symbol),
        }
    }

    fn grant(&self, pool: &Pubkey, payee: &Pubkey, schedule: GrantSchedule) -> Report {
        let mint = self.staking.pools.iter().find(|found| found.address == *pool).map(|found| found.value.revenue_mint);
        let token = mint.and_then(|mint| self.tokens.get(&mint));
        // A pool that does not exist cannot pay: what it is proposed to pay is in atoms of nothing that is known.
        let amount = |atoms| token.map_or(Amount { atoms, decimals: 0 }, |token| token.amount(atoms));
        let symbol = token.map_or("atoms of an unknown mint", |token| token.symbol.as_str());
        let parts: Vec<(u64, u32)> = match schedule {
            GrantSchedule::Stream { atoms, seconds } => vec![(atoms, seconds)],
            GrantSchedule::Milestones { milestones } => {
                let used = milestones.iter().filter(|milestone| milestone.atoms > 0);
                used.map(|milestone| (milestone.atoms, milestone.after_seconds)).collect()
            }
        };
        let atoms = parts.iter().fold(0_u64, |sum, (atoms, _)| sum.saturating_add(*atoms));
        let (how, key) = match schedule {
            GrantSchedule::Stream { .. } => ("streamed", "over"),
            GrantSchedule::Milestones { .. } => ("in milestones", "after"),
        };
        let parts = parts
            .iter()
            .map(|(atoms, seconds)| {
                Report::new().amount("amount", amount(*atoms), symbol).value(
                    key,
                    clock::length(u64::from(*seconds)),
                    json!(seconds),
                )
            })
            .collect();
        Report::new()
            .text("does", format!("grant {} {symbol}, {how}", amount(atoms)))
            .text("payee", payee)
            .text("pool", pool)
            .list("parts", parts)
    }
}

/// Where a proposal stands, in a word.
const fn status(status: ProposalStatus) -> &'static str {
    match status {
        ProposalStatus::Voting => "voting",
        ProposalStatus::Queued => "queued",
        ProposalStatus::Executable => "executable",
        ProposalStatus::Executed => "executed",
        ProposalStatus::Rejected => "rejected",
        ProposalStatus::Expired => "expired",
        ProposalStatus::Stale => "stale",
    }
}

/// A warning that adding `token_atoms` to a stake takes weight from votes that it could still give; none if it takes none.
pub fn vote_first(
    proposals: &[ListedProposal],
    position: &Position,
    token_atoms: u64,
    now_seconds: i64,
) -> Option<String> {
    let after = position.voting_stake().increase(token_atoms, now_seconds).ok()?;
    let loses = |listed: &&ListedProposal| {
        listed.weight_atoms(position) > after.weight(listed.proposal.value.opened_at_seconds)
    };
    let indices: Vec<String> =
        proposals.iter().filter(loses).map(|listed| listed.proposal.value.index.to_string()).collect();
    let (one, many) = ("your vote on proposal", "your votes on proposals");
    let votes = if indices.len() == 1 { one } else { many };
    let warning = format!("vote first, then add: adding now takes weight from {votes} {}", indices.join(", "));
    (!indices.is_empty()).then_some(warning)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use bytemuck::Zeroable;
    use modchains_sdk::{
        core::governance::{Electorate, ProposalState},
        decode::Fetched,
        vault::state::{GrantMilestone, Proposal, RevenuePool, Vault},
    };

    use super::*;

    const OPENED: i64 = 1_700_000_000;

    fn fetched<T>(value: T) -> Fetched<T> {
        Fetched { address: Pubkey::new_unique(), value, lamports: 1, slot: 1 }
    }

    fn assembly() -> Assembly {
        let sol = TokenView::sol();
        let mint = sol.token.mint;
        let pool = RevenuePool { revenue_mint: mint, treasury_atoms: 5_000_000_000, ..RevenuePool::zeroed() };
        let staking = Staking { vault: fetched(Vault::zeroed()), token: TokenView::sol(), pools: vec![fetched(pool)] };
        let tokens = BTreeMap::from([(mint, TokenView::sol())]);
        Assembly { staking, quote: sol, now_seconds: OPENED + 60, tokens }
    }

    fn listed(action: ProposalAction) -> ListedProposal {
        let electorate = Electorate { staked_atoms: 100, supply_atoms: 100, cooldown_seconds: 10, rules_counter: 0 };
        let state = ProposalState::open(&electorate, 100, OPENED).unwrap();
        let value = Proposal {
            opened_at_seconds: OPENED,
            end_seconds: state.end_seconds,
            staked_atoms: state.staked_atoms,
            quorum_atoms: state.quorum_atoms,
            timelock_seconds: state.timelock_seconds,
            index: 5,
            action: action.to_bytes().unwrap(),
            ..Proposal::zeroed()
        };
        ListedProposal::new(fetched(value), &Vault::zeroed(), OPENED + 60).unwrap()
    }

    #[test]
    fn every_action_is_said_in_a_line() {
        let assembly = assembly();
        let (pool, payee) = (assembly.staking.pools[0].address, Pubkey::new_unique());
        let stream = GrantSchedule::Stream { atoms: 1_500_000_000, seconds: 60 };
        let part = GrantMilestone { atoms: 500_000_000, after_seconds: 7 };
        let unused = GrantMilestone::default();
        let milestones = GrantSchedule::Milestones { milestones: [part, part, unused, unused] };
        for (action, expected) in [
            (ProposalAction::Signal, "signal"),
            (ProposalAction::Grant { pool, payee, schedule: stream }, "grant 1.5 SOL, streamed"),
            (ProposalAction::Grant { pool, payee, schedule: milestones }, "grant 1 SOL, in milestones"),
            (
                ProposalAction::Grant { pool: payee, payee, schedule: stream },
                "grant 1500000000 atoms of an unknown mint",
            ),
            (ProposalAction::GrantStop { grant: pool }, "stop a grant"),
            (ProposalAction::ReserveDeposit { reserve_atoms: 7_000_000_000 }, "deposit 7 SOL into the reserve"),
            (ProposalAction::TreasuryShare { treasury_bps: 250 }, "2.5 % of revenue to the treasury"),
            (ProposalAction::ServiceFee { fee_atoms: 1_000_000 }, "a request costs 0.001 SOL"),
        ] {
            let does = assembly.action(&action).json()["does"].as_str().unwrap().to_owned();
            assert!(does.starts_with(expected), "{does}");
        }
        let parts =
            assembly.action(&ProposalAction::Grant { pool, payee, schedule: milestones }).json()["parts"].clone();
        assert_eq!((parts.as_array().unwrap().len(), parts[1]["after"].as_u64()), (2, Some(7)));
        assert_eq!(assembly.treasury().len(), 1);
    }

    #[test]
    fn a_proposal_is_shown_with_its_tally_its_times_and_the_weight_of_a_position() {
        let position = Position { staked_atoms: 40, increased_at_seconds: OPENED - 1, ..Position::zeroed() };
        let (assembly, listed) = (assembly(), listed(ProposalAction::Signal));
        let json = assembly.report(&listed, Some(&position)).json();
        assert_eq!((json["proposal"].as_u64(), json["status"].as_str()), (Some(5), Some("voting")));
        assert_eq!((&json["quorum"]["atoms"], &json["weight"]["atoms"]), (&"20".into(), &"40".into()));
        assert_eq!(json["ends"].as_i64(), Some(OPENED + 5 * 86_400));
        assert_eq!(json["executable_from"].as_i64(), Some(OPENED + 8 * 86_400));
        assert!(json["text_sha256"].is_null() && json["uri"].is_null() && json["executed"].is_null(), "{json}");
        assert!(assembly.report(&listed, None).json()["weight"].is_null());
    }

    #[test]
    fn who_adds_to_a_young_stake_is_told_to_vote_first() {
        let listed = [listed(ProposalAction::Signal)];
        let now_seconds = OPENED + 60;
        let old = Position { staked_atoms: 40, ..Position::zeroed() };
        assert_eq!(vote_first(&listed, &old, 1, now_seconds), None, "an old stake keeps its weight");
        let young = Position {
            staked_atoms: 40,
            stake_before_bucket_atoms: 10,
            bucket_at_seconds: OPENED - 20,
            increased_at_seconds: OPENED - 10,
            ..Position::zeroed()
        };
        let warning = vote_first(&listed, &young, 1, now_seconds).unwrap();
        assert!(warning.starts_with("vote first, then add") && warning.ends_with("proposal 5"), "{warning}");
        let mut voted = young;
        voted.vote(5, OPENED).unwrap();
        assert_eq!(vote_first(&listed, &voted, 1, now_seconds), None, "it has voted");
    }
}
