use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use solana_transaction::versioned::VersionedTransaction;

/// How a real validator differs from the embedded network: a transaction is processed at once, and confirmed and
/// finalized so much later, counted from when it was sent through the proxy.
///
/// Until then its status says so; `getTransaction` knows no record of it; and `getAccountInfo`, `getMultipleAccounts`
/// and `getBalance` show what it writes as it was before, to whoever asks for the later commitment. Accounts are
/// expected in base64. Simulations, lists of accounts and of signatures, and websockets do not lag.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lag {
    /// From processed to confirmed.
    pub confirmed: Duration,
    /// From processed to finalized.
    pub finalized: Duration,
}

/// A lag with what was sent under it.
#[derive(Debug, Default)]
pub struct Lagging {
    pub lag: Lag,
    sent: Vec<Sent>,
}

#[derive(Debug)]
struct Sent {
    signature: String,
    at: Instant,
    before: HashMap<String, Value>,
}

impl Lagging {
    /// The accounts that a call may change and that must be looked at before it is passed on.
    pub fn accounts_before(&self, method: &str, params: &Value) -> Option<Vec<String>> {
        match method {
            "requestAirdrop" => Some(vec![params[0].as_str()?.to_owned()]),
            "sendTransaction" => {
                let bytes = BASE64_STANDARD.decode(params[0].as_str()?).ok()?;
                let transaction: VersionedTransaction = bincode::deserialize(&bytes).ok()?;
                Some(transaction.message.static_account_keys().iter().map(ToString::to_string).collect())
            }
            _ => None,
        }
    }

    /// Notes that a transaction went through. The first time counts when the same bytes go again.
    pub fn note_sent(&mut self, signature: &Value, before: Vec<(String, Value)>) {
        let Some(signature) = signature.as_str().map(str::to_owned) else { return };
        if self.sent.iter().all(|sent| sent.signature != signature) {
            self.sent.push(Sent { signature, at: Instant::now(), before: before.into_iter().collect() });
        }
    }

    /// Changes an answer to what a validator that lags would say.
    pub fn change(&self, method: &str, params: &Value, result: &mut Value) {
        let level = |options: usize| params[options]["commitment"].as_str().unwrap_or("finalized").to_owned();
        match method {
            "getSignatureStatuses" => {
                let signatures = params[0].as_array().into_iter().flatten();
                let statuses = result["value"].as_array_mut().into_iter().flatten();
                signatures.zip(statuses).for_each(|(signature, status)| self.change_status(signature, status));
            }
            "getTransaction" if self.sent_as(&params[0]).is_some_and(|sent| !self.has_reached(sent, &level(1))) => {
                *result = Value::Null;
            }
            "getAccountInfo" => {
                if let Some(before) = self.before(&params[0], &level(1)) {
                    result["value"] = before;
                }
            }
            "getBalance" => {
                if let Some(before) = self.before(&params[0], &level(1)) {
                    result["value"] = json!(before["lamports"].as_u64().unwrap_or_default());
                }
            }
            "getMultipleAccounts" => {
                let addresses = params[0].as_array().into_iter().flatten();
                let accounts = result["value"].as_array_mut().into_iter().flatten();
                for (address, account) in addresses.zip(accounts) {
                    if let Some(before) = self.before(address, &level(1)) {
                        *account = before;
                    }
                }
            }
            _ => {}
        }
    }

    fn change_status(&self, signature: &Value, status: &mut Value) {
        let Some(sent) = self.sent_as(signature).filter(|_| !status.is_null()) else { return };
        let reached = ["finalized", "confirmed"].into_iter().find(|level| self.has_reached(sent, level));
        status["confirmationStatus"] = json!(reached.unwrap_or("processed"));
        status["confirmations"] = if reached == Some("finalized") { Value::Null } else { json!(0) };
    }

    fn sent_as(&self, signature: &Value) -> Option<&Sent> {
        self.sent.iter().find(|sent| Some(sent.signature.as_str()) == signature.as_str())
    }

    fn has_reached(&self, sent: &Sent, level: &str) -> bool {
        let lag = match level {
            "processed" => Duration::ZERO,
            "confirmed" => self.lag.confirmed,
            _ => self.lag.finalized,
        };
        sent.at.elapsed() >= lag
    }

    /// An account before the first transaction that wrote it and has not reached `level`; none when there is none.
    fn before(&self, address: &Value, level: &str) -> Option<Value> {
        let address = address.as_str()?;
        let ahead = self.sent.iter().filter(|sent| !self.has_reached(sent, level));
        ahead.into_iter().find_map(|sent| sent.before.get(address).cloned())
    }
}
