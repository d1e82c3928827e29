//! Finding what a text stands for, where it is no whole address.

use modchains_sdk::{
    Pubkey,
    decode::{Fetched, State},
    exchange::state::Model,
    oracle::state::Request,
};

use crate::{
    connection::{Connection, TokenView},
    error::{CliError, Result},
};

/// Shortest start of an address that is looked up.
const PREFIX_CHARACTERS_MIN: usize = 4;
/// Addresses that an error names.
const NAMED_MAX: usize = 5;

impl Connection {
    /// The model whose address is or starts with `text`, or whose name or symbol it is.
    pub async fn find_model(&self, text: &str) -> Result<Pubkey> {
        if let Ok(address) = text.parse() {
            return Ok(address);
        }
        let models: Vec<Fetched<Model>> = self.client.list(&[]).await?;
        let mints: Vec<Pubkey> = models.iter().map(|model| model.value.mint).collect();
        let (_, accounts) = self.client.accounts(&mints).await?;
        let mut found = Vec::new();
        for (model, account) in models.iter().zip(&accounts) {
            let token = account.as_ref().and_then(|account| TokenView::decode(&model.value.mint, account).ok());
            let is_named = token.is_some_and(|token| token.symbol == text || token.name.as_deref() == Some(text));
            if is_named || starts(&model.address, text) {
                found.push(model.address);
            }
        }
        only("model", text, found)
    }

    /// The request whose address is or starts with `text`.
    pub async fn find_request(&self, text: &str) -> Result<Pubkey> {
        if let Ok(address) = text.parse() {
            return Ok(address);
        }
        let addresses = self.client.addresses::<Request>().await?;
        only(Request::NAME, text, addresses.into_iter().filter(|address| starts(address, text)).collect())
    }
}

fn starts(address: &Pubkey, text: &str) -> bool {
    text.len() >= PREFIX_CHARACTERS_MIN && address.to_string().starts_with(text)
}

/// The only one of what was found.
fn only(what: &'static str, text: &str, mut found: Vec<Pubkey>) -> Result<Pubkey> {
    found.sort_unstable();
    match found[..] {
        [] => Err(CliError::unfit(format!("there is no {what} {text:?}"), "pass its whole address")),
        [one] => Ok(one),
        [..] => {
            let named: Vec<String> = found.iter().take(NAMED_MAX).map(ToString::to_string).collect();
            let more = if found.len() > NAMED_MAX { ", ..." } else { "" };
            let what = format!("{text:?} is ambiguous: {} {what}s go by it: {}{more}", found.len(), named.join(", "));
            Err(CliError::unfit(what, "pass the whole address of the one you mean"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_must_say_something() {
        let address = modchains_sdk::address::WRAPPED_SOL_MINT;
        assert!(starts(&address, "So11"));
        assert!(!starts(&address, "So1") && !starts(&address, "") && !starts(&address, "so11"));
    }

    #[test]
    fn only_one_may_be_found_and_the_others_are_named() {
        let found: Vec<Pubkey> = (0..7).map(|_| Pubkey::new_unique()).collect();
        assert!(matches!(only("model", "x", found[..1].to_vec()), Ok(one) if one == found[0]));
        let none = only("model", "x", Vec::new()).map_err(|error| error.to_string());
        assert!(none.is_err_and(|error| error.contains("no model \"x\"")));
        let many = only("model", "x", found.clone()).map_err(|error| error.to_string());
        assert!(many.is_err_and(|error| {
            error.contains("7 models") && error.contains(&found[0].to_string()) && error.contains(", ...")
        }));
    }
}
