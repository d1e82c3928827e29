//! Instructions of the exchange about a model's terms, ownership, contributors, licences and content.

use modchains_exchange::{
    ID, accounts, instruction as data,
    instructions::{ContentMintArgs, ModelTransferAcceptArgs},
    state::{ContributorShare, LicenceGrantArgs, ModelTerms},
};
use solana_instruction::Instruction;

use super::{Payee, Token, instruction};
use crate::{
    Pubkey,
    address::{
        self, ASSOCIATED_TOKEN_PROGRAM, SYSTEM_PROGRAM, TOKEN_2022_PROGRAM,
        exchange::{EVENT_AUTHORITY, config, contributors, licence, market, model_transfer, quote_vault},
        oracle::service,
    },
};

/// Sets the default licence of a model and what minting content costs. The creator signs.
pub fn model_terms_set(creator: &Pubkey, model: &Pubkey, args: ModelTerms) -> Instruction {
    let accounts =
        accounts::ModelTermsSet { creator: *creator, model: *model, event_authority: EVENT_AUTHORITY, program: ID };
    instruction(ID, &accounts, &data::ModelTermsSet { args })
}

/// Offers a model to `to`, in place of any earlier offer. The creator signs and pays the offer's rent.
pub fn model_transfer_offer(creator: &Pubkey, model: &Pubkey, to: &Pubkey) -> Instruction {
    let accounts = accounts::ModelTransferOffer {
        creator: *creator,
        model: *model,
        transfer: model_transfer(model),
        system_program: SYSTEM_PROGRAM,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::ModelTransferOffer { to: *to })
}

/// Accepts a model that its creator `offered_by` offered to `to`, who signs. The offer's rent goes back.
pub fn model_transfer_accept(
    to: &Pubkey,
    model: &Pubkey,
    offered_by: &Pubkey,
    args: ModelTransferAcceptArgs,
) -> Instruction {
    let accounts = accounts::ModelTransferAccept {
        to: *to,
        model: *model,
        transfer: model_transfer(model),
        offered_by: *offered_by,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::ModelTransferAccept { args })
}

/// Takes the offer of a model back. The creator signs and gets its rent.
pub fn model_transfer_cancel(creator: &Pubkey, model: &Pubkey) -> Instruction {
    let accounts = accounts::ModelTransferCancel {
        creator: *creator,
        model: *model,
        transfer: model_transfer(model),
        offered_by: *creator,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::ModelTransferCancel {})
}

/// Queues `shares`, up to 16, in place of all present ones. The creator signs and pays the account's rent the first time.
pub fn contributors_queue(creator: &Pubkey, model: &Pubkey, shares: Vec<ContributorShare>) -> Instruction {
    let accounts = accounts::ContributorsQueue {
        creator: *creator,
        model: *model,
        config: config(),
        contributors: contributors(model),
        system_program: SYSTEM_PROGRAM,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::ContributorsQueue { shares })
}

/// Applies the queued shares of a model that has a market. Nobody signs.
pub fn contributors_apply(model: &Pubkey) -> Instruction {
    let accounts = accounts::ContributorsApply {
        model: *model,
        market: market(model),
        contributors: contributors(model),
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::ContributorsApply {})
}

/// Closes the account of a model's contributors, of whom none has a share or is owed anything. The creator signs; the rent
/// goes to `paid_by`, who paid it.
pub fn contributors_close(creator: &Pubkey, model: &Pubkey, paid_by: &Pubkey) -> Instruction {
    let accounts = accounts::ModelAccountClose {
        creator: *creator,
        model: *model,
        account: contributors(model),
        paid_by: *paid_by,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::ContributorsClose {})
}

/// Pays a contributor, or the creator of a model with contributors: the payee.
pub fn contributor_claim(model: &Pubkey, quote: &Token, beneficiary: impl Into<Payee>) -> Instruction {
    let (market, payee) = (market(model), beneficiary.into());
    let accounts = accounts::ContributorClaim {
        market,
        model: *model,
        contributors: contributors(model),
        beneficiary: payee.owner(),
        quote_vault: quote_vault(&market),
        destination: payee.account_for(quote),
        token_program: quote.program,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    payee.sign(instruction(ID, &accounts, &data::ContributorClaim {}))
}

/// Grants `args.grantee` a licence, or replaces one that is revocable or over. The creator signs and pays its rent the
/// first time.
pub fn licence_grant(creator: &Pubkey, model: &Pubkey, args: LicenceGrantArgs) -> Instruction {
    let accounts = accounts::LicenceGrant {
        creator: *creator,
        model: *model,
        licence: licence(model, &args.grantee),
        system_program: SYSTEM_PROGRAM,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::LicenceGrant { args })
}

/// Ends the revocable licence of `grantee`. The creator signs.
pub fn licence_revoke(creator: &Pubkey, model: &Pubkey, grantee: &Pubkey) -> Instruction {
    let accounts = accounts::LicenceRevoke {
        creator: *creator,
        model: *model,
        licence: licence(model, grantee),
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::LicenceRevoke {})
}

/// Closes the licence of `grantee`, which must be revoked or expired. The creator signs; the rent goes to `paid_by`, who
/// paid it.
pub fn licence_close(creator: &Pubkey, model: &Pubkey, grantee: &Pubkey, paid_by: &Pubkey) -> Instruction {
    let accounts = accounts::ModelAccountClose {
        creator: *creator,
        model: *model,
        account: licence(model, grantee),
        paid_by: *paid_by,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::LicenceClose {})
}

/// Mints the final result of `request` to its requester, who signs and pays fee and rent. `quote` is the token of the
/// model's market.
pub fn content_mint(
    requester: &Pubkey,
    model: &Pubkey,
    request: &Pubkey,
    quote: &Token,
    args: ContentMintArgs,
) -> Instruction {
    let market = market(model);
    let content = Token { mint: address::exchange::content_mint(request), program: TOKEN_2022_PROGRAM };
    let accounts = accounts::ContentMint {
        requester: *requester,
        model: *model,
        market,
        service: service(model),
        request: *request,
        content_mint: content.mint,
        owner_tokens: content.account_of(requester),
        requester_quote: quote.account_of(requester),
        quote_vault: quote_vault(&market),
        quote_token_program: quote.program,
        token_program: content.program,
        associated_token_program: ASSOCIATED_TOKEN_PROGRAM,
        system_program: SYSTEM_PROGRAM,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::ContentMint { args })
}
