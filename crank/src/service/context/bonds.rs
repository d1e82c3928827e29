//! How much bond is free, so that no transaction is sent that the program must refuse.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use modchains_sdk::{Pubkey, oracle::state::Request};

/// Free bond of this operator's accounts, less what claims on their way will lock.
#[derive(Default)]
pub struct Bonds(Mutex<Ledger>);

#[derive(Default)]
struct Ledger {
    /// Operator account -> free bond as last read from the chain, in atoms.
    free: HashMap<Pubkey, u64>,
    /// Request -> operator account and atoms reserved.
    reserved: HashMap<Pubkey, (Pubkey, u64)>,
    /// Whether the last request found too little, so that it is logged once.
    is_short: bool,
}

impl Bonds {
    /// Takes over what the chain says.
    pub fn update(&self, operator: Pubkey, free_atoms: u64) {
        self.ledger(|ledger| ledger.free.insert(operator, free_atoms));
    }

    /// Reserves `atoms` for a request; false when too little is free. Reserving twice changes nothing.
    pub fn reserve(&self, operator: Pubkey, request: Pubkey, atoms: u64) -> bool {
        self.ledger(|ledger| {
            if ledger.reserved.contains_key(&request) {
                return true;
            }
            let taken: u64 = ledger.reserved.values().filter(|(of, _)| *of == operator).map(|(_, atoms)| atoms).sum();
            let free = ledger.free.get(&operator).copied().unwrap_or_default();
            let is_enough = free.saturating_sub(taken) >= atoms;
            if is_enough {
                ledger.reserved.insert(request, (operator, atoms));
            }
            if ledger.is_short == is_enough {
                ledger.is_short = !is_enough;
                log_change(is_enough, operator, request, atoms);
            }
            is_enough
        })
    }

    /// What an answer to a request will lock: its result bond with the claim, and nothing more where the claim has landed.
    pub fn needed_atoms(request: &Request, claim: bool) -> u64 {
        if claim { request.result_bond_atoms } else { 0 }
    }

    /// Ends a reservation because nothing was locked.
    pub fn release(&self, request: &Pubkey) {
        self.ledger(|ledger| ledger.reserved.remove(request));
    }

    /// Ends a reservation because the chain has locked the bond; the next [`Self::update`] will say so too.
    pub fn lock(&self, request: &Pubkey) {
        self.ledger(|ledger| {
            if let Some((operator, atoms)) = ledger.reserved.remove(request)
                && let Some(free) = ledger.free.get_mut(&operator)
            {
                *free = free.saturating_sub(atoms);
            }
        });
    }

    fn ledger<T>(&self, act: impl FnOnce(&mut Ledger) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn log_change(is_enough: bool, operator: Pubkey, request: Pubkey, atoms: u64) {
    if is_enough {
        tracing::info!(%operator, "free bond suffices again");
    } else {
        let remedy = "deposit more with `modchains operator bond-deposit`, or wait until results are final";
        tracing::warn!(%operator, %request, needed_atoms = atoms, remedy, "free bond too small, requests are left");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_on_their_way_never_promise_more_than_is_free() {
        let (bonds, operator) = (Bonds::default(), Pubkey::new_unique());
        let requests = [Pubkey::new_unique(), Pubkey::new_unique(), Pubkey::new_unique()];
        assert!(!bonds.reserve(operator, requests[0], 1), "nothing is known to be free");
        bonds.update(operator, 25);
        assert!(bonds.reserve(operator, requests[0], 10));
        assert!(bonds.reserve(operator, requests[0], 10), "the same request counts once");
        assert!(bonds.reserve(operator, requests[1], 15));
        assert!(!bonds.reserve(operator, requests[2], 1));
        bonds.release(&requests[1]);
        assert!(bonds.reserve(operator, requests[2], 15));
        // What the chain locked stays taken until it is read again.
        bonds.lock(&requests[2]);
        assert!(!bonds.reserve(operator, requests[1], 1));
        bonds.update(operator, 11);
        assert!(bonds.reserve(operator, requests[1], 1));
        assert!(!bonds.reserve(Pubkey::new_unique(), Pubkey::new_unique(), 1), "bonds are per operator account");
    }
}
