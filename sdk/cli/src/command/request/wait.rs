use std::time::Duration;

use clap::ValueEnum;
use modchains_sdk::{
    Pubkey, Signature,
    core::request::{RequestState, RequestStatus},
    decode::FetchedRequest,
    terminal,
};
use serde_json::json;
use tokio::time::sleep;

use super::{reading::Reading, show::status_name};
use crate::{
    connection::{Connection, Outage, spinner},
    error::{CliError, Result},
    output::Report,
};

/// The pause between two looks at a request.
const POLL: Duration = Duration::from_millis(500);
/// How long an endpoint that does not answer is asked for a request.
const OUTAGE_MAX: Duration = Duration::from_secs(300);
/// How long after a deadline somebody may still be at work on what it allows.
const GRACE_SECONDS: i64 = 60;

/// What to wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Until {
    /// A result is there; it can still be challenged.
    Posted,
    /// Nothing can change any more.
    Final,
}

/// What a look at a request means for somebody who waits.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    Done,
    KeepWaiting,
    GiveUp,
}

impl Until {
    /// What to do at `now_seconds` about a request.
    fn next(self, request: &RequestState, now_seconds: i64) -> Next {
        let is_posted = matches!(request.status, RequestStatus::Posted | RequestStatus::Disputed);
        if request.status.is_settled() || (is_posted && self == Self::Posted) {
            return Next::Done;
        }
        let is_over = |end_seconds: i64| now_seconds >= end_seconds.saturating_add(GRACE_SECONDS);
        if request.lasts_until_seconds().is_some_and(is_over) { Next::GiveUp } else { Next::KeepWaiting }
    }
}

impl Connection {
    /// Waits for the answer to a request and shows it.
    pub async fn answer(&self, address: &Pubkey, until: Until, reading: &Reading) -> Result<Report> {
        let spinner = spinner("Waiting for an operator");
        let mut outage = Outage::none(OUTAGE_MAX);
        loop {
            let (request, now_seconds) = match self.look(address).await {
                Ok(found) => found,
                Err(fault) => {
                    spinner.suspend(|| outage.endure(fault))?;
                    sleep(POLL).await;
                    continue;
                }
            };
            outage.end();
            spinner.set_message(progress(&request));
            match until.next(&request.state()?, now_seconds) {
                Next::Done => break,
                Next::KeepWaiting => sleep(POLL).await,
                Next::GiveUp => {
                    let what = format!("request {address}, which is {}", status_name(&request));
                    let remedy = format!("`modchains request show {address}`");
                    return Err(CliError::TimedOut { what, remedy });
                }
            }
        }
        spinner.finish_and_clear();
        self.show_request(address, reading).await
    }

    /// Tells a request's address on standard error, which nobody else could find by its signature alone.
    pub fn announce(&self, request: &Pubkey, signature: &Signature) {
        if self.prints_json() {
            let line = json!({ "request": request.to_string(), "signature": signature.to_string() });
            terminal::print_error(line);
        } else {
            terminal::print_error(format_args!("request {request}, sent in {signature}"));
        }
    }

    async fn look(&self, address: &Pubkey) -> Result<(FetchedRequest, i64)> {
        Ok((self.client.request(address).await?, self.client.now_seconds().await?))
    }
}

fn progress(request: &FetchedRequest) -> String {
    match request.status() {
        Ok(RequestStatus::Open) => "Waiting for an operator ...".to_owned(),
        Ok(RequestStatus::Claimed) => "An operator is at work ...".to_owned(),
        Ok(RequestStatus::Posted) => "The result is posted; waiting for the end of its challenge window ...".to_owned(),
        _ => format!("The request is {} ...", status_name(request)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use bytemuck::Zeroable;
    use modchains_sdk::oracle::state::Request;

    use super::*;

    /// A request with its deadline at 100 and the end of its challenge window at 200.
    fn next(until: Until, status: RequestStatus, now_seconds: i64) -> Next {
        let request = Request { deadline_seconds: 100, challenge_until_seconds: 200, ..Request::zeroed() };
        until.next(&RequestState { status, ..request.state().unwrap() }, now_seconds)
    }

    #[test]
    fn waiting_for_a_result_ends_when_it_is_posted() {
        assert_eq!(next(Until::Posted, RequestStatus::Open, 0), Next::KeepWaiting);
        assert_eq!(next(Until::Posted, RequestStatus::Claimed, 0), Next::KeepWaiting);
        assert_eq!(next(Until::Posted, RequestStatus::Posted, 0), Next::Done);
    }

    #[test]
    fn waiting_for_finality_goes_on_until_nothing_can_change() {
        assert_eq!(next(Until::Final, RequestStatus::Posted, 0), Next::KeepWaiting);
        assert_eq!(next(Until::Final, RequestStatus::Disputed, i64::MAX), Next::KeepWaiting);
        for status in [RequestStatus::Finalized, RequestStatus::Overturned, RequestStatus::Refunded] {
            assert_eq!(next(Until::Final, status, 0), Next::Done);
        }
    }

    #[test]
    fn nobody_waits_for_ever() {
        assert_eq!(next(Until::Posted, RequestStatus::Open, 100 + GRACE_SECONDS), Next::GiveUp);
        assert_eq!(next(Until::Final, RequestStatus::Posted, 200 + GRACE_SECONDS - 1), Next::KeepWaiting);
        assert_eq!(next(Until::Final, RequestStatus::Posted, 200 + GRACE_SECONDS), Next::GiveUp);
    }
}
