//! Instructions of the exchange about models: valid arguments, and for each a chain on which it succeeds.

use anchor_lang::prelude::Pubkey;
use modchains_core::licence::{USE_CONTENT, USE_PERSONAL, USE_RESEARCH, USES_ALL};
use modchains_exchange::{
    instructions::{ContentMintArgs, MarketDepositArgs, ModelTransferAcceptArgs},
    state::{ContributorShare, LicenceGrantArgs, ModelTerms},
};
use modchains_oracle::instructions::RequestCreateArgs;
use modchains_sdk::instruction::{
    exchange,
    oracle::{self, LicenceProof},
    registry,
};
use solana_instruction::Instruction;
use solana_signer::Signer;

use crate::{
    chain::key,
    row::{Row, both},
    world::{
        CHALLENGE_SECONDS, QUOTE, Side, TIMELOCK_SECONDS, World, claim_instruction, finalize_instruction,
        post_instruction, quote, request_args, request_instruction,
    },
};

/// What whoever accepts a model has seen that was listed and not changed since.
pub const AS_LISTED: ModelTransferAcceptArgs = ModelTransferAcceptArgs { terms_counter: 1 };
/// What minting content costs in the tests.
pub const CONTENT_FEE_ATOMS: u64 = QUOTE / 10;

/// Terms that ask for everything there is to ask for.
pub fn model_terms() -> ModelTerms {
    ModelTerms {
        licence_kind: 1,
        licence_uses: USE_PERSONAL | USE_CONTENT,
        licence_price_atoms: 1_000,
        licence_rate_max: 10,
        licence_rate_window_seconds: 60,
        content_fee_atoms: CONTENT_FEE_ATOMS,
        content_royalty_bps: 250,
    }
}

/// Terms of a model that everybody may use for everything, and whose content costs a fee.
pub fn content_terms() -> ModelTerms {
    ModelTerms {
        licence_kind: 0,
        licence_uses: USES_ALL,
        licence_price_atoms: 0,
        licence_rate_max: 0,
        licence_rate_window_seconds: 0,
        ..model_terms()
    }
}

/// A revocable licence of an hour.
pub fn licence_args(world: &World, grantee: Pubkey) -> LicenceGrantArgs {
    LicenceGrantArgs {
        grantee,
        price_atoms: 5,
        expires_at_seconds: world.chain.now() + 3_600,
        rate_max: 2,
        rate_window_seconds: 60,
        uses: USE_RESEARCH,
        revocable: true,
    }
}

/// How wallets show content.
pub fn content_args() -> ContentMintArgs {
    ContentMintArgs {
        name: "Digit 7".to_owned(),
        uri: "https://models.example/content/7.json".to_owned(),
        fee_max_atoms: CONTENT_FEE_ATOMS,
    }
}

/// Shares of contributors, by the labels of their keys.
pub fn shares(of: &[(&str, u16)]) -> Vec<ContributorShare> {
    of.iter().map(|(label, bps)| ContributorShare { address: key(label).pubkey(), bps: *bps }).collect()
}

impl World {
    /// Sets the contributors of a side's model: queues, waits, applies.
    pub fn contribute(&mut self, side: Side, of: &[(&str, u16)]) {
        self.chain.must(&[registry::contributors_queue(&side.person("creator"), &side.model(), shares(of))]);
        self.chain.advance(TIMELOCK_SECONDS.into());
        self.chain.must(&[registry::contributors_apply(&side.model())]);
    }

    /// The acceptance of a side's model, as it is now, by `to`.
    pub fn accept_instruction(&self, side: Side, to: &Pubkey, from: &Pubkey) -> Instruction {
        let args = ModelTransferAcceptArgs { terms_counter: self.model(side).terms_counter };
        registry::model_transfer_accept(to, &side.model(), from, args)
    }

    /// Pays fees of the creator and contributors into a side's market.
    pub fn pay_creator_fees(&mut self, side: Side, creator_atoms: u64) {
        let args = MarketDepositArgs { reserve_atoms: 0, creator_atoms, split_atoms: 0 };
        self.chain.must(&[exchange::market_deposit(&side.person("trader"), &side.model(), &quote(), args)]);
    }

    /// Has a side's requester ask once under terms that limit its rate.
    pub fn counted_request(&mut self, side: Side) {
        let requester = side.person("requester");
        let ask = oracle::request_create(
            &requester,
            &side.model(),
            &quote(),
            LicenceProof { is_counted: true },
            request_args(1),
        );
        self.chain.must(&[registry::model_terms_set(&side.person("creator"), &side.model(), model_terms()), ask]);
    }

    /// Has request `nonce`, declared for `uses`, answered; the challenge window has passed, but nothing is final yet.
    pub fn answer_for(&mut self, side: Side, nonce: u64, uses: u16) {
        let args = RequestCreateArgs { uses, ..request_args(nonce) };
        self.chain.must(&[request_instruction(&side.person("requester"), &side.model(), args)]);
        let answer = [claim_instruction(self, side, nonce), post_instruction(self, side, nonce)];
        self.chain.must(&answer);
        self.chain.advance(CHALLENGE_SECONDS.into());
    }

    /// A side's request `nonce` answered for good, to be minted as content.
    pub fn serve_content(&mut self, side: Side, nonce: u64) {
        self.answer_for(side, nonce, USE_PERSONAL | USE_CONTENT);
        self.chain.must(&[finalize_instruction(side, nonce)]);
    }
}

/// The minting of a side's request `nonce` as content.
pub fn content_instruction(side: Side, nonce: u64) -> Instruction {
    registry::content_mint(&side.person("requester"), &side.model(), &side.request(nonce), &quote(), content_args())
}

fn offer(side: Side) -> Instruction {
    registry::model_transfer_offer(&side.person("creator"), &side.model(), &side.person("trader"))
}

fn queue(side: Side) -> Instruction {
    let shares = shares(&[("first contributor", 2_000), ("second contributor", 500)]);
    registry::contributors_queue(&side.person("creator"), &side.model(), shares)
}

fn grant(world: &World, side: Side) -> Instruction {
    registry::licence_grant(&side.person("creator"), &side.model(), licence_args(world, side.person("requester")))
}

fn on_both(world: &mut World, build: impl Fn(&World, Side) -> Instruction) {
    for side in Side::BOTH {
        let instruction = build(world, side);
        world.chain.must(&[instruction]);
    }
}

pub(crate) fn builds() -> Vec<Row> {
    vec![
        ("model_terms_set", World::ready, |_| {
            both(|side| registry::model_terms_set(&side.person("creator"), &side.model(), model_terms()))
        }),
        ("model_transfer_offer", World::ready, |_| both(offer)),
        ("model_transfer_accept", World::ready, |world| {
            on_both(world, |_, side| offer(side));
            both(|side| {
                registry::model_transfer_accept(
                    &side.person("trader"),
                    &side.model(),
                    &side.person("creator"),
                    AS_LISTED,
                )
            })
        }),
        ("model_transfer_cancel", World::ready, |world| {
            on_both(world, |_, side| offer(side));
            both(|side| registry::model_transfer_cancel(&side.person("creator"), &side.model()))
        }),
        ("contributors_queue", World::ready, |_| both(queue)),
        ("contributors_apply", World::ready, |world| {
            on_both(world, |_, side| queue(side));
            world.chain.advance(TIMELOCK_SECONDS.into());
            both(|side| registry::contributors_apply(&side.model()))
        }),
        ("contributor_claim", World::ready, |world| {
            on_both(world, |_, side| queue(side));
            world.chain.advance(TIMELOCK_SECONDS.into());
            on_both(world, |_, side| registry::contributors_apply(&side.model()));
            for side in Side::BOTH {
                world.pay_creator_fees(side, QUOTE);
            }
            let contributor = key("first contributor").pubkey();
            world.enrol(contributor);
            both(|side| registry::contributor_claim(&side.model(), &quote(), &contributor))
        }),
        ("contributors_close", World::ready, |world| {
            on_both(world, |_, side| queue(side));
            both(|side| {
                let creator = side.person("creator");
                registry::contributors_close(&creator, &side.model(), &creator)
            })
        }),
        ("licence_grant", World::ready, |world| both(|side| grant(world, side))),
        ("licence_close", World::ready, |world| {
            on_both(world, grant);
            world.chain.advance(3_600);
            both(|side| {
                let creator = side.person("creator");
                registry::licence_close(&creator, &side.model(), &side.person("requester"), &creator)
            })
        }),
        ("licence_revoke", World::ready, |world| {
            on_both(world, grant);
            both(|side| registry::licence_revoke(&side.person("creator"), &side.model(), &side.person("requester")))
        }),
        ("content_mint", World::ready, |world| {
            on_both(world, |_, side| {
                registry::model_terms_set(&side.person("creator"), &side.model(), content_terms())
            });
            for side in Side::BOTH {
                world.serve_content(side, 1);
            }
            both(|side| content_instruction(side, 1))
        }),
    ]
}
