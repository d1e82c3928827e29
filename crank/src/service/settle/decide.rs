//! The decision, without side effects.

use modchains_sdk::{
    Pubkey,
    core::request::{RequestState, RequestStatus},
    decode::FetchedRequest,
};

use crate::journal::{Job, SignedTransaction};

/// How many transactions with one result the chain may refuse before it is given up.
const REFUSALS_MAX: usize = 4;

/// What a request needs next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Run the model.
    Infer,
    /// Sign and send the recorded answer.
    Post {
        /// Whether a claim must go before the result.
        claim: bool,
        /// Whether it goes in a transaction of its own.
        alone: bool,
    },
    /// A signed transaction may still land: send it again and follow it.
    Track(SignedTransaction),
    /// The result is on chain: make it final when its window is over.
    Finalize {
        /// The request with its result.
        posted: RequestState,
    },
    /// Done.
    Finalized,
    /// Nothing can be done any more; the label says why.
    GiveUp(&'static str),
    /// Another's move.
    Wait,
}

/// What the journal knows about a request's transactions.
#[derive(Debug, Clone, Copy)]
pub struct Sent<'a> {
    /// All of them, oldest first.
    pub transactions: &'a [SignedTransaction],
    /// The present block.
    pub block_height: u64,
}

impl Sent<'_> {
    fn live(&self) -> Option<&SignedTransaction> {
        let may_land =
            |signed: &&SignedTransaction| !signed.dead && signed.last_valid_block_height >= self.block_height;
        self.transactions.iter().rev().find(may_land)
    }

    fn refusals(&self) -> usize {
        self.transactions.iter().filter(|signed| signed.dead).count()
    }
}

/// Decides about a job from the request's account, none when it is closed. `operator` is this operator's account.
pub fn next_step(job: &Job, request: Option<&FetchedRequest>, sent: Sent, operator: &Pubkey, now_seconds: i64) -> Step {
    let Some(request) = request else {
        // Only settled requests can be closed.
        return if job.state == crate::journal::JobState::Posted {
            Step::Finalized
        } else {
            Step::GiveUp("request_closed")
        };
    };
    // A requester can close a settled request and create another at its address. The recorded answer is not for that.
    if request.request.value.input_hash != job.seen.input_hash {
        return Step::GiveUp("request_replaced");
    }
    // A status unknown to this release was refused when the request was decoded.
    let Ok(state) = request.state() else { return Step::Wait };
    let operator = operator.as_array();
    let may_answer = state.answer_until_seconds(operator).is_some_and(|end_seconds| now_seconds < end_seconds);
    match state.status {
        RequestStatus::Open | RequestStatus::Claimed if may_answer => {
            unanswered(job, sent, state.status == RequestStatus::Open)
        }
        RequestStatus::Open | RequestStatus::Claimed if state.is_past_deadline(now_seconds) => {
            Step::GiveUp("deadline_passed")
        }
        RequestStatus::Open | RequestStatus::Claimed | RequestStatus::Disputed => Step::Wait,
        RequestStatus::Refunded => Step::GiveUp("refunded"),
        RequestStatus::Posted | RequestStatus::Finalized | RequestStatus::Overturned
            if !state.is_operator(operator) =>
        {
            Step::GiveUp("answered_by_another")
        }
        RequestStatus::Posted | RequestStatus::Finalized if !is_recorded(job, request) => {
            Step::GiveUp("posted_result_differs")
        }
        RequestStatus::Posted => Step::Finalize { posted: state },
        RequestStatus::Finalized => Step::Finalized,
        RequestStatus::Overturned => Step::GiveUp("overturned"),
    }
}

fn unanswered(job: &Job, sent: Sent, claim: bool) -> Step {
    match (&job.answer, sent.live()) {
        (None, _) => Step::Infer,
        (Some(_), Some(signed)) => Step::Track(signed.clone()),
        (Some(_), None) if sent.refusals() >= REFUSALS_MAX => Step::GiveUp("refused_by_program"),
        (Some(_), None) => Step::Post { claim, alone: sent.refusals() > 0 },
    }
}

fn is_recorded(job: &Job, request: &FetchedRequest) -> bool {
    job.answer.as_ref().is_some_and(|answer| answer.output_hash == request.request.value.output_hash)
}

#[cfg(test)]
pub mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is the test's failure")]

    use modchains_sdk::{decode::Fetched, oracle::state::Request};

    use super::*;
    use crate::journal::{Answer, JobState, NewJob};

    /// The time in these tests, unix seconds.
    pub const NOW: i64 = 1_000;

    /// A request for manifest `[8; 32]` with input `[1, 2]` and an hour to go.
    pub fn request(status: RequestStatus, operator: Pubkey) -> FetchedRequest {
        let mut value: Request = bytemuck::Zeroable::zeroed();
        value.operator = operator;
        value.version_manifest_sha256 = [8; 32];
        value.input_hash = input_hash();
        value.deadline_seconds = NOW + 3_600;
        value.claim_deadline_seconds = NOW + 60;
        value.challenge_until_seconds = NOW + 30;
        value.output_bytes_max = 44;
        value.status = status as u8;
        let request = Fetched { address: Pubkey::new_unique(), value, lamports: 1, slot: 1 };
        FetchedRequest { request, input: vec![1, 2], output: Vec::new() }
    }

    fn input_hash() -> [u8; 32] {
        Answer::new(vec![1, 2], &[0; 16]).output_hash
    }

    fn job(state: JobState, answer: Option<[u8; 32]>) -> Job {
        let seen = NewJob { request: [1; 32], model: [2; 32], input_hash: input_hash(), answer_by_seconds: NOW };
        let answer = answer.map(|output_hash| Answer { output: vec![7], salt: Vec::new(), output_hash });
        Job { seen, state, answer, failure: None, updated_at_seconds: 0 }
    }

    fn signed(last_valid_block_height: u64, dead: bool) -> SignedTransaction {
        SignedTransaction { signature: [1; 64], bytes: vec![1], last_valid_block_height, dead }
    }

    fn step(job: &Job, request: &FetchedRequest, transactions: &[SignedTransaction], operator: &Pubkey) -> Step {
        next_step(job, Some(request), Sent { transactions, block_height: 100 }, operator, NOW)
    }

    #[test]
    fn an_open_request_is_computed_then_posted_then_followed_and_posted_again_once_expired() {
        let (own, open) = (Pubkey::new_unique(), request(RequestStatus::Open, Pubkey::default()));
        assert_eq!(step(&job(JobState::Seen, None), &open, &[], &own), Step::Infer);
        let answered = job(JobState::Answered, Some([5; 32]));
        assert_eq!(step(&answered, &open, &[], &own), Step::Post { claim: true, alone: false });
        let sent = job(JobState::Sent, Some([5; 32]));
        let live = signed(100, false);
        assert_eq!(step(&sent, &open, &[signed(50, false), live.clone()], &own), Step::Track(live));
        assert_eq!(step(&sent, &open, &[signed(99, false)], &own), Step::Post { claim: true, alone: false });
    }

    #[test]
    fn a_refused_answer_goes_alone_and_is_given_up_after_some_refusals() {
        let (own, open) = (Pubkey::new_unique(), request(RequestStatus::Open, Pubkey::default()));
        let sent = job(JobState::Sent, Some([5; 32]));
        assert_eq!(step(&sent, &open, &[signed(500, true)], &own), Step::Post { claim: true, alone: true });
        let refused = vec![signed(500, true); REFUSALS_MAX];
        assert_eq!(step(&sent, &open, &refused, &own), Step::GiveUp("refused_by_program"));
    }

    #[test]
    fn a_claim_needs_no_second_claim_and_anothers_is_waited_for() {
        let (own, answered) = (Pubkey::new_unique(), job(JobState::Answered, Some([5; 32])));
        let mut claimed = request(RequestStatus::Claimed, own);
        assert_eq!(step(&answered, &claimed, &[], &own), Step::Post { claim: false, alone: false });
        claimed.request.value.claim_deadline_seconds = NOW;
        assert_eq!(step(&answered, &claimed, &[], &own), Step::Wait);
        let theirs = request(RequestStatus::Claimed, Pubkey::new_unique());
        assert_eq!(step(&answered, &theirs, &[], &own), Step::Wait);
    }

    #[test]
    fn an_answer_is_never_posted_to_another_request_at_the_address() {
        let (own, answered) = (Pubkey::new_unique(), job(JobState::Answered, Some([5; 32])));
        let mut replaced = request(RequestStatus::Open, Pubkey::default());
        replaced.request.value.input_hash = [4; 32];
        assert_eq!(step(&answered, &replaced, &[], &own), Step::GiveUp("request_replaced"));
    }

    #[test]
    fn deadlines_end_what_was_not_posted() {
        let own = Pubkey::new_unique();
        for status in [RequestStatus::Open, RequestStatus::Claimed] {
            let mut late = request(status, if status == RequestStatus::Open { Pubkey::default() } else { own });
            late.request.value.deadline_seconds = NOW;
            late.request.value.claim_deadline_seconds = NOW;
            let answered = job(JobState::Answered, Some([5; 32]));
            assert_eq!(step(&answered, &late, &[], &own), Step::GiveUp("deadline_passed"));
        }
    }

    #[test]
    fn a_posted_result_is_finalized_only_if_it_is_the_recorded_one_of_this_operator() {
        let own = Pubkey::new_unique();
        let mut posted = request(RequestStatus::Posted, own);
        posted.request.value.output_hash = [5; 32];
        let sent = job(JobState::Sent, Some([5; 32]));
        assert_eq!(step(&sent, &posted, &[], &own), Step::Finalize { posted: posted.state().unwrap() });
        let other = job(JobState::Sent, Some([6; 32]));
        assert_eq!(step(&other, &posted, &[], &own), Step::GiveUp("posted_result_differs"));
        assert_eq!(step(&sent, &posted, &[], &Pubkey::new_unique()), Step::GiveUp("answered_by_another"));
    }

    #[test]
    fn settled_and_closed_requests_end_the_job() {
        let own = Pubkey::new_unique();
        let posted = job(JobState::Posted, Some([5; 32]));
        let mut finalized = request(RequestStatus::Finalized, own);
        finalized.request.value.output_hash = [5; 32];
        assert_eq!(step(&posted, &finalized, &[], &own), Step::Finalized);
        assert_eq!(step(&posted, &request(RequestStatus::Overturned, own), &[], &own), Step::GiveUp("overturned"));
        let refunded = request(RequestStatus::Refunded, Pubkey::default());
        assert_eq!(step(&job(JobState::Seen, None), &refunded, &[], &own), Step::GiveUp("refunded"));
        let closed = |job: &Job| next_step(job, None, Sent { transactions: &[], block_height: 1 }, &own, NOW);
        assert_eq!(closed(&posted), Step::Finalized);
        assert_eq!(closed(&job(JobState::Sent, Some([5; 32]))), Step::GiveUp("request_closed"));
    }
}
