//! The bytes behind a request's fixed part.

use modchains_core::{
    commitment::commit,
    request::{RequestError, RequestState, RequestStatus},
};
use modchains_oracle::state::Request;
use solana_account::Account;

use super::{Fetched, State, decode};
use crate::{Pubkey, Result, SdkError, hash::sha256};

/// A request with its input and, once there is a result, its output.
#[derive(Debug, Clone)]
pub struct FetchedRequest {
    /// The fixed part.
    pub request: Fetched<Request>,
    /// What was asked.
    pub input: Vec<u8>,
    /// What was answered; empty before a result.
    pub output: Vec<u8>,
}

impl FetchedRequest {
    /// Reads a request and its payload.
    ///
    /// # Errors
    /// When the account is no request, when its status is unknown, and when its lengths do not fit its size.
    pub fn decode(address: &Pubkey, account: &Account, slot: u64) -> Result<Self> {
        let value: Request = decode(address, account)?;
        let refuse = |reason| SdkError::NotDecoded { what: Request::NAME, address: *address, reason };
        RequestStatus::from_code(value.status).map_err(|_| status_unknown(*address))?;
        let output_start = Request::INPUT_OFFSET + usize::from(value.input_bytes);
        let part = |start: usize, end: usize| account.data.get(start..end).map(<[u8]>::to_vec);
        let input = part(Request::INPUT_OFFSET, output_start).ok_or_else(|| refuse("its input is cut short"))?;
        let output = part(output_start, output_start + usize::from(value.output_bytes))
            .ok_or_else(|| refuse("its output is cut short"))?;
        let request = Fetched { address: *address, value, lamports: account.lamports, slot };
        Ok(Self { request, input, output })
    }

    /// Its state, in the form that the core's rules take: they say what may be done with it.
    ///
    /// # Errors
    /// When its status is unknown; [`Self::decode`] refuses such a request.
    pub fn state(&self) -> Result<RequestState> {
        let address = self.request.address;
        self.request.value.state().map_err(|_| status_unknown(address))
    }

    /// Where it stands.
    ///
    /// # Errors
    /// When the code is unknown; [`Self::decode`] refuses such a request.
    pub fn status(&self) -> std::result::Result<RequestStatus, RequestError> {
        RequestStatus::from_code(self.request.value.status)
    }

    /// Whether the input is the one that was committed to.
    pub fn input_matches(&self) -> bool {
        commit(sha256, &self.request.value.salt, &self.input) == self.request.value.input_hash
    }

    /// Whether the output is the one that was committed to.
    pub fn output_matches(&self) -> bool {
        commit(sha256, &self.request.value.salt, &self.output) == self.request.value.output_hash
    }
}

fn status_unknown(address: Pubkey) -> SdkError {
    SdkError::NotDecoded { what: Request::NAME, address, reason: "its status is unknown to this release" }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use anchor_lang::Discriminator;
    use bytemuck::Zeroable;

    use super::*;

    fn account(input_bytes: u16, output_bytes: u16, tail: &[u8]) -> Account {
        let mut request = Request { input_bytes, output_bytes, salt: [7; 16], status: 4, ..Request::zeroed() };
        request.input_hash = sha256(&[&[7; 16], b"question"]);
        let data = [Request::DISCRIMINATOR, bytemuck::bytes_of(&request), tail].concat();
        Account { data, owner: modchains_oracle::ID, ..Account::default() }
    }

    #[test]
    fn input_and_output_follow_the_fixed_part() {
        let account = account(8, 6, b"questionanswer____");
        let request = FetchedRequest::decode(&Pubkey::new_unique(), &account, 5).unwrap();
        assert_eq!((request.input.as_slice(), request.output.as_slice()), (&b"question"[..], &b"answer"[..]));
        assert!(request.input_matches());
        assert!(!request.output_matches());
        assert_eq!(request.status(), Ok(RequestStatus::Finalized));
    }

    #[test]
    fn a_payload_cut_short_is_refused() {
        for (input_bytes, output_bytes) in [(9, 0), (8, 1), (u16::MAX, u16::MAX)] {
            let refused =
                FetchedRequest::decode(&Pubkey::new_unique(), &account(input_bytes, output_bytes, b"question"), 5);
            assert!(matches!(refused, Err(SdkError::NotDecoded { .. })), "{input_bytes} {output_bytes}");
        }
    }

    #[test]
    fn an_unknown_status_is_refused() {
        let mut account = account(0, 0, b"");
        let mut request = Request::zeroed();
        request.status = 200;
        account.data[8..].copy_from_slice(bytemuck::bytes_of(&request));
        assert!(FetchedRequest::decode(&Pubkey::new_unique(), &account, 5).is_err());
    }
}
