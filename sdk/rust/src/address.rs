//! Every address the programs derive. All are pure functions of their seeds.

use crate::Pubkey;

/// The system program.
pub const SYSTEM_PROGRAM: Pubkey = anchor_lang::system_program::ID;
/// The sysvar that lists the running transaction's instructions.
pub const INSTRUCTIONS_SYSVAR: Pubkey = modchains_exchange::INSTRUCTIONS_SYSVAR;
/// The Token program.
pub const TOKEN_PROGRAM: Pubkey = anchor_spl::token::ID;
/// The Token-2022 program, which every model's token lives under.
pub const TOKEN_2022_PROGRAM: Pubkey = anchor_spl::token_2022::ID;
/// Both token programs.
pub const TOKEN_PROGRAMS: [Pubkey; 2] = [TOKEN_PROGRAM, TOKEN_2022_PROGRAM];
/// The associated token account program.
pub const ASSOCIATED_TOKEN_PROGRAM: Pubkey = anchor_spl::associated_token::ID;
/// Wrapped SOL, under the Token program.
pub const WRAPPED_SOL_MINT: Pubkey = anchor_spl::token::spl_token::native_mint::ID;
/// The loader that the programs are deployed with.
pub const UPGRADEABLE_LOADER: Pubkey = anchor_lang::solana_program::bpf_loader_upgradeable::ID;

/// The account with a program's code and upgrade authority.
pub fn program_data(program: &Pubkey) -> Pubkey {
    find(&[program.as_ref()], &UPGRADEABLE_LOADER)
}

/// The associated token account of `owner` for `mint` under `token_program`.
pub fn associated_token(owner: &Pubkey, mint: &Pubkey, token_program: &Pubkey) -> Pubkey {
    find(&[owner.as_ref(), token_program.as_ref(), mint.as_ref()], &ASSOCIATED_TOKEN_PROGRAM)
}

fn find(seeds: &[&[u8]], program: &Pubkey) -> Pubkey {
    Pubkey::find_program_address(seeds, program).0
}

/// Addresses of the exchange.
pub mod exchange {
    use modchains_exchange::{ID, seeds};
    use sha2::{Digest, Sha256};

    use super::find;
    use crate::Pubkey;

    /// The configuration.
    pub fn config() -> Pubkey {
        find(&[seeds::CONFIG], &ID)
    }

    /// The model that `creator` registered under `name`.
    pub fn model(creator: &Pubkey, name: &str) -> Pubkey {
        find(&[seeds::MODEL, creator.as_ref(), &Sha256::digest(name)], &ID)
    }

    /// A model's token mint.
    pub fn mint(model: &Pubkey) -> Pubkey {
        find(&[seeds::MINT, model.as_ref()], &ID)
    }

    /// Version `index` of a model, from 1.
    pub fn version(model: &Pubkey, index: u32) -> Pubkey {
        find(&[seeds::VERSION, model.as_ref(), &index.to_le_bytes()], &ID)
    }

    /// A model's market.
    pub fn market(model: &Pubkey) -> Pubkey {
        find(&[seeds::MARKET, model.as_ref()], &ID)
    }

    /// The token account of a market's quote atoms.
    pub fn quote_vault(market: &Pubkey) -> Pubkey {
        find(&[seeds::QUOTE_VAULT, market.as_ref()], &ID)
    }

    /// What pauses of a market have used of their time, once it was paused.
    pub fn pause_budget(market: &Pubkey) -> Pubkey {
        find(&[seeds::PAUSE_BUDGET, market.as_ref()], &ID)
    }

    /// The licence of a model that its creator granted to `grantee`.
    pub fn licence(model: &Pubkey, grantee: &Pubkey) -> Pubkey {
        find(&[seeds::LICENCE, model.as_ref(), grantee.as_ref()], &ID)
    }

    /// The account in which a referrer earns in a market.
    pub fn referral(market: &Pubkey, referrer: &Pubkey) -> Pubkey {
        find(&[seeds::REFERRAL, market.as_ref(), referrer.as_ref()], &ID)
    }

    /// The offer to hand a model over, while there is one.
    pub fn model_transfer(model: &Pubkey) -> Pubkey {
        find(&[seeds::MODEL_TRANSFER, model.as_ref()], &ID)
    }

    /// The contributors of a model.
    pub fn contributors(model: &Pubkey) -> Pubkey {
        find(&[seeds::CONTRIBUTORS, model.as_ref()], &ID)
    }

    /// The mint of what a final request generated.
    pub fn content_mint(request: &Pubkey) -> Pubkey {
        find(&[seeds::CONTENT, request.as_ref()], &ID)
    }

    /// Signs the exchange's events.
    pub const EVENT_AUTHORITY: Pubkey = modchains_exchange::EVENT_AUTHORITY_AND_BUMP.0;
}

/// Addresses of the vault program.
pub mod vault {
    use modchains_vault::{ID, seeds};

    use super::find;
    use crate::Pubkey;

    /// A model's vault.
    pub fn vault(model: &Pubkey) -> Pubkey {
        find(&[seeds::VAULT, model.as_ref()], &ID)
    }

    /// The token account of a vault's staked tokens.
    pub fn stake_tokens(vault: &Pubkey) -> Pubkey {
        find(&[seeds::STAKE_TOKENS, vault.as_ref()], &ID)
    }

    /// A vault's revenue in `mint`.
    pub fn pool(vault: &Pubkey, mint: &Pubkey) -> Pubkey {
        find(&[seeds::POOL, vault.as_ref(), mint.as_ref()], &ID)
    }

    /// The token account of a pool.
    pub fn pool_tokens(pool: &Pubkey) -> Pubkey {
        find(&[seeds::POOL_TOKENS, pool.as_ref()], &ID)
    }

    /// What `owner` has staked in a vault.
    pub fn position(vault: &Pubkey, owner: &Pubkey) -> Pubkey {
        find(&[seeds::POSITION, vault.as_ref(), owner.as_ref()], &ID)
    }

    /// A position's share of a pool.
    pub fn share(position: &Pubkey, pool: &Pubkey) -> Pubkey {
        find(&[seeds::SHARE, position.as_ref(), pool.as_ref()], &ID)
    }

    /// Proposal number `index` of a vault.
    pub fn proposal(vault: &Pubkey, index: u64) -> Pubkey {
        find(&[seeds::PROPOSAL, vault.as_ref(), &index.to_le_bytes()], &ID)
    }

    /// What a passed proposal pays.
    pub fn grant(proposal: &Pubkey) -> Pubkey {
        find(&[seeds::GRANT, proposal.as_ref()], &ID)
    }

    /// Signs the vault program's events.
    pub const EVENT_AUTHORITY: Pubkey = modchains_vault::EVENT_AUTHORITY_AND_BUMP.0;
}

/// Addresses of the oracle.
pub mod oracle {
    use modchains_oracle::{ID, seeds};

    use super::find;
    use crate::Pubkey;

    /// The configuration.
    pub fn config() -> Pubkey {
        find(&[seeds::CONFIG], &ID)
    }

    /// The operator account of `authority` at a service.
    pub fn operator(service: &Pubkey, authority: &Pubkey) -> Pubkey {
        find(&[seeds::OPERATOR, service.as_ref(), authority.as_ref()], &ID)
    }

    /// A model's service.
    pub fn service(model: &Pubkey) -> Pubkey {
        find(&[seeds::SERVICE, model.as_ref()], &ID)
    }

    /// The token account of what a service owes.
    pub fn escrow(service: &Pubkey) -> Pubkey {
        find(&[seeds::ESCROW, service.as_ref()], &ID)
    }

    /// A model's usage.
    pub fn usage(model: &Pubkey) -> Pubkey {
        find(&[seeds::USAGE, model.as_ref()], &ID)
    }

    /// The counter of the requests of `requester` to a model, where a licence limits their rate.
    pub fn licence_use(model: &Pubkey, requester: &Pubkey) -> Pubkey {
        find(&[seeds::LICENCE_USE, model.as_ref(), requester.as_ref()], &ID)
    }

    /// Request `nonce` of `requester` to a service, with the bump that creating it takes.
    pub fn request(service: &Pubkey, requester: &Pubkey, nonce: u64) -> (Pubkey, u8) {
        let seeds = [seeds::REQUEST, service.as_ref(), requester.as_ref(), &nonce.to_le_bytes()];
        Pubkey::find_program_address(&seeds, &ID)
    }

    /// Signs the oracle's events.
    pub const EVENT_AUTHORITY: Pubkey = modchains_oracle::EVENT_AUTHORITY_AND_BUMP.0;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn event_authorities_are_the_ones_anchor_derives() {
        let authorities = [
            (exchange::EVENT_AUTHORITY, modchains_exchange::ID),
            (vault::EVENT_AUTHORITY, modchains_vault::ID),
            (oracle::EVENT_AUTHORITY, modchains_oracle::ID),
        ];
        for (authority, program) in authorities {
            assert_eq!(authority, find(&[b"__event_authority"], &program));
        }
    }

    #[test]
    fn an_associated_account_is_the_one_the_token_library_derives() {
        let (owner, mint) = (Pubkey::new_unique(), Pubkey::new_unique());
        for program in TOKEN_PROGRAMS {
            let expected =
                anchor_spl::associated_token::get_associated_token_address_with_program_id(&owner, &mint, &program);
            assert_eq!(associated_token(&owner, &mint, &program), expected);
        }
    }

    #[test]
    fn a_program_data_account_is_the_one_anchor_derives() {
        let expected =
            anchor_lang::solana_program::bpf_loader_upgradeable::get_program_data_address(&modchains_vault::ID);
        assert_eq!(program_data(&modchains_vault::ID), expected);
    }

    #[test]
    fn a_market_signs_with_the_seeds_of_its_address() {
        let model = Pubkey::new_unique();
        let (market, bump) =
            Pubkey::find_program_address(&[modchains_exchange::seeds::MARKET, model.as_ref()], &modchains_exchange::ID);
        let bump = [bump];
        let seeds = modchains_exchange::state::Market::signer_seeds(&model, &bump);
        assert_eq!(Pubkey::create_program_address(&seeds, &modchains_exchange::ID), Ok(market));
        assert_eq!(exchange::market(&model), market);
    }

    #[test]
    fn a_service_signs_with_the_seeds_of_its_address() {
        let (model, id) = (Pubkey::new_unique(), modchains_oracle::ID);
        let service_bump = [Pubkey::find_program_address(&[b"service", model.as_ref()], &id).1];
        let service_seeds = modchains_oracle::state::Service::signer_seeds(&model, &service_bump);
        assert_eq!(Pubkey::create_program_address(&service_seeds, &id), Ok(oracle::service(&model)));
    }

    #[test]
    fn a_request_has_an_address_for_each_nonce() {
        let (service, requester) = (Pubkey::new_unique(), Pubkey::new_unique());
        let (first, bump) = oracle::request(&service, &requester, 1);
        let seeds: [&[u8]; 5] = [b"request", service.as_ref(), requester.as_ref(), &1_u64.to_le_bytes(), &[bump]];
        assert_eq!(Pubkey::create_program_address(&seeds, &modchains_oracle::ID), Ok(first));
        assert_ne!(first, oracle::request(&service, &requester, 2).0);
    }
}
