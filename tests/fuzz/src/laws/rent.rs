//! Rent.

use std::collections::BTreeMap;

use anchor_lang::prelude::Pubkey;

use super::law::{Law, Sight, Verdict, hold};

pub const LAWS: &[Law] = &[Law {
    name: "rent_goes_to_who_paid_it",
    sentence: "When accounts end, everything in them goes to whoever paid for them.",
    check: rent_goes_to_who_paid_it,
}];

fn rent_goes_to_who_paid_it(sight: &Sight) -> Verdict {
    let touched = &sight.seen.touched;
    let opens = touched.iter().any(|account| account.before.is_none() && account.after.is_some());
    if sight.seen.result.is_err() || opens {
        return Ok(0);
    }
    let mut due: BTreeMap<Pubkey, u64> = BTreeMap::new();
    for account in touched.iter().filter(|account| account.after.is_none()) {
        let paid_by = sight.setup.memory.paid_by.get(&account.address);
        let lamports = account.before.as_ref().map(|before| before.lamports);
        if let (Some(payer), Some(lamports)) = (paid_by, lamports) {
            *due.entry(*payer).or_default() += lamports;
        }
    }
    for (payer, lamports) in &due {
        let account = touched.iter().find(|account| account.address == *payer);
        let got =
            account.and_then(|account| Some((account.before.as_ref()?.lamports, account.after.as_ref()?.lamports)));
        let got = got.map_or(0, |(before, after)| i128::from(after) - i128::from(before));
        hold!(got == i128::from(*lamports), "{payer} paid {lamports} of rent and gets {got} back");
    }
    Ok(due.len() as u64)
}
