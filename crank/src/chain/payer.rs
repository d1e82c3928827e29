//! The key that signs and pays, what it offers for a compute unit, and what it has left.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use modchains_sdk::{
    Instruction, Keypair, Pubkey, Signer,
    instruction::budget::{compute_limit, compute_price},
};

/// Below this the key cannot pay for long: what keeps its account alive, and the fees of about a hundred transactions.
pub const LAMPORTS_LOW: u64 = 1_500_000;

/// Who signs and pays.
pub struct Payer {
    authority: Keypair,
    /// Price of a compute unit, in micro-lamports.
    price: AtomicU64,
    /// What it had when it was last looked at.
    lamports: AtomicU64,
    is_low: AtomicBool,
}

impl Payer {
    /// A key with what it has and what it offers.
    pub fn new(authority: Keypair, lamports: u64, price_microlamports: u64) -> Self {
        let (price, lamports) = (AtomicU64::new(price_microlamports), AtomicU64::new(lamports));
        Self { authority, price, lamports, is_low: AtomicBool::new(false) }
    }

    /// The key.
    pub fn authority(&self) -> &Keypair {
        &self.authority
    }

    /// Of the key that signs and pays.
    pub fn address(&self) -> Pubkey {
        self.authority.pubkey()
    }

    /// Sets the price that transactions offer from now on.
    pub fn set_price(&self, microlamports: u64) {
        self.price.store(microlamports, Ordering::Relaxed);
    }

    /// Budget instructions in front of those of a transaction.
    pub fn budgeted(&self, units: u32, instructions: impl IntoIterator<Item = Instruction>) -> Vec<Instruction> {
        let price = self.price.load(Ordering::Relaxed);
        let mut all = vec![compute_limit(units)];
        all.extend((price > 0).then(|| compute_price(price)));
        all.extend(instructions);
        all
    }

    /// Takes over what the chain says it has. That it is too little is logged once.
    pub fn set_lamports(&self, lamports: u64) {
        self.lamports.store(lamports, Ordering::Relaxed);
        let is_low = lamports < LAMPORTS_LOW;
        if self.is_low.swap(is_low, Ordering::Relaxed) == is_low {
            return;
        }
        if is_low {
            let remedy = funds_remedy(&self.address(), lamports);
            tracing::warn!(lamports, remedy, "the operator's key is running out of lamports for fees");
        } else {
            tracing::info!(lamports, "the operator's key has lamports for fees again");
        }
    }

    /// What to do when transactions lapse before a block takes them.
    pub fn lapse_remedy(&self) -> String {
        let lamports = self.lamports.load(Ordering::Relaxed);
        if lamports < LAMPORTS_LOW {
            return funds_remedy(&self.address(), lamports);
        }
        "if this goes on, raise chain.priority_fee_cap_microlamports".to_owned()
    }
}

fn funds_remedy(address: &Pubkey, lamports: u64) -> String {
    format!("{address} holds {lamports} lamports; transfer at least {} to it", 2 * LAMPORTS_LOW - lamports)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lapses_is_put_down_to_missing_funds_where_they_are_missing() {
        let payer = Payer::new(Keypair::new(), 0, 0);
        let remedy = payer.lapse_remedy();
        assert!(remedy.contains(&payer.address().to_string()) && remedy.contains("transfer"), "{remedy}");
        payer.set_lamports(LAMPORTS_LOW);
        assert!(payer.lapse_remedy().contains("priority_fee_cap"), "{}", payer.lapse_remedy());
    }
}
