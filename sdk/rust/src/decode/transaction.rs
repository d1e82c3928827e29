//! Confirmed transactions: who called whom, what it cost, and which events it carries.

use solana_signature::Signature;
use solana_transaction_error::TransactionError;
use solana_transaction_status_client_types::{
    EncodedConfirmedTransactionWithStatusMeta, UiInnerInstructions, UiInstruction, UiTransactionStatusMeta,
    option_serializer::OptionSerializer,
};

use super::{Event, decode_event};
use crate::Pubkey;

/// An instruction that a program called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InnerCall {
    /// The program that was called.
    pub program: Pubkey,
    /// The instruction's data.
    pub data: Vec<u8>,
}

/// A transaction on chain, of any version up to 1.
#[derive(Debug)]
pub struct Receipt {
    /// Its signature.
    pub signature: Signature,
    /// Where it landed.
    pub slot: u64,
    /// When, unix seconds, if the node knows.
    pub block_time_seconds: Option<i64>,
    /// Base and priority fee.
    pub fee_lamports: u64,
    /// What it used of its compute limit.
    pub compute_units: u64,
    /// Why it failed, if it did. A failed transaction carries no event.
    pub error: Option<TransactionError>,
    /// The programs of its instructions, in order.
    pub programs: Vec<Pubkey>,
    /// What our programs reported, in order.
    pub events: Vec<Event>,
    /// The log.
    pub logs: Vec<String>,
}

impl Receipt {
    /// Reads what `getTransaction` answered for `signature` with encoding base64. None when the transaction cannot be
    /// read or the node kept no record of its effects.
    pub fn decode(signature: Signature, answer: EncodedConfirmedTransactionWithStatusMeta) -> Option<Self> {
        let transaction = answer.transaction.transaction.decode()?;
        let meta = answer.transaction.meta?;
        let mut keys = transaction.message.static_account_keys().to_vec();
        keys.extend(loaded_keys(&meta)?);
        let programs = transaction.message.instructions().iter();
        let programs = programs.filter_map(|call| keys.get(usize::from(call.program_id_index)).copied()).collect();
        let error = meta.err.map(TransactionError::from);
        let inner: Option<Vec<UiInnerInstructions>> = meta.inner_instructions.into();
        let events = match &error {
            Some(_) => Vec::new(),
            None => events_of(&inner_calls(&keys, &inner.unwrap_or_default())),
        };
        Some(Self {
            signature,
            slot: answer.slot,
            block_time_seconds: answer.block_time,
            fee_lamports: meta.fee,
            compute_units: Option::from(meta.compute_units_consumed).unwrap_or_default(),
            error,
            programs,
            events,
            logs: Option::from(meta.log_messages).unwrap_or_default(),
        })
    }
}

/// The events among the instructions that programs called in one successful transaction.
///
/// Only an instruction that really went to one of our programs counts. The runtime lets nobody but the program itself
/// sign for its event authority, so an event that reached the program is the program's own; the same bytes sent to
/// any other program mean nothing.
pub fn events_of(calls: &[InnerCall]) -> Vec<Event> {
    calls.iter().filter_map(|call| decode_event(&call.program, &call.data)).collect()
}

fn loaded_keys(meta: &UiTransactionStatusMeta) -> Option<Vec<Pubkey>> {
    match &meta.loaded_addresses {
        OptionSerializer::Some(loaded) => {
            loaded.writable.iter().chain(&loaded.readonly).map(|key| key.parse().ok()).collect()
        }
        _ => Some(Vec::new()),
    }
}

fn inner_calls(keys: &[Pubkey], inner: &[UiInnerInstructions]) -> Vec<InnerCall> {
    let instructions = inner.iter().flat_map(|group| &group.instructions);
    instructions
        .filter_map(|instruction| match instruction {
            UiInstruction::Compiled(call) => Some(InnerCall {
                program: *keys.get(usize::from(call.program_id_index))?,
                data: bs58::decode(&call.data).into_vec().ok()?,
            }),
            UiInstruction::Parsed(_) => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use anchor_lang::{Event as _, event::EVENT_IX_TAG_LE};
    use modchains_vault::events::PositionOpened;

    use super::*;
    use crate::decode::VaultEvent;

    fn event_data(owner: Pubkey) -> Vec<u8> {
        let event = PositionOpened { vault: Pubkey::new_unique(), position: Pubkey::new_unique(), owner };
        [EVENT_IX_TAG_LE, &event.data()].concat()
    }

    #[test]
    fn an_event_of_our_program_is_read() {
        let owner = Pubkey::new_unique();
        let events = events_of(&[InnerCall { program: modchains_vault::ID, data: event_data(owner) }]);
        assert!(matches!(&events[..], [Event::Vault(VaultEvent::PositionOpened(event))] if event.owner == owner));
        assert_eq!(events[0].name(), "PositionOpened");
    }

    #[test]
    fn the_same_bytes_from_a_foreign_program_are_no_event() {
        let data = event_data(Pubkey::new_unique());
        for program in [Pubkey::new_unique(), modchains_exchange::ID, modchains_oracle::ID] {
            assert!(events_of(&[InnerCall { program, data: data.clone() }]).is_empty(), "{program}");
        }
    }

    #[test]
    fn an_instruction_or_a_torn_event_is_no_event() {
        let data = event_data(Pubkey::new_unique());
        let torn = data[..data.len() - 1].to_vec();
        let untagged = data[8..].to_vec();
        for data in [torn, untagged, Vec::new()] {
            assert!(events_of(&[InnerCall { program: modchains_vault::ID, data }]).is_empty());
        }
    }
}
