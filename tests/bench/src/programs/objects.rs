//! Every account there is, once, on the tests' chain.

use std::panic::catch_unwind;

use anyhow::{Context, Result, anyhow};
use modchains_sdk::{
    Instruction, Pubkey,
    address::{self, TOKEN_2022_PROGRAM},
    core::licence::USE_RESEARCH,
    exchange::instructions::ModelRegisterArgs,
    instruction::{
        Token, exchange,
        oracle::{LicenceProof, request_create},
        registry,
    },
    oracle::{instructions::RequestCreateArgs, state::Request},
};
use modchains_tests::{
    registry::{content_instruction, content_terms, licence_args, shares},
    staking,
    world::{Side, World, quote, register_args, request_args, request_instruction},
};

use crate::programs::launch::IMAGE;

/// Pixels of a handwritten digit: the input of the demo's model.
const DIGIT_BYTES: usize = 64;
/// Whose accounts are measured.
pub const SIDE: Side = Side::A;
/// Whose answer becomes content.
const MINTED: Side = Side::B;

/// The accounts and their bytes, by name, on a chain.
pub struct Objects {
    /// The chain.
    pub world: World,
    sizes: Vec<(&'static str, usize)>,
}

impl Objects {
    /// Creates one of each.
    pub fn create() -> Result<Self> {
        let world =
            catch_unwind(furnished).map_err(|_| anyhow!("the chain could not be set up; the reason is above"))?;
        let bytes = |world: &World, name: &str, address: &Pubkey| -> Result<usize> {
            let account = world.chain.raw(address).with_context(|| format!("{name} is not on the chain"))?;
            Ok(account.data.len())
        };
        let mut sizes = Vec::new();
        for (name, image) in [("mint", ""), ("mint_image", IMAGE)] {
            let registered = catch_unwind(|| registered(image)).map_err(|_| anyhow!("a model was not registered"))?;
            sizes.push((name, bytes(&registered, name, &SIDE.mint())?));
        }
        for (name, address) in addresses() {
            sizes.push((name, bytes(&world, name, &address)?));
        }
        sizes.push(("request", Request::INPUT_OFFSET));
        Ok(Self { world, sizes })
    }

    /// All of them.
    pub fn sizes(&self) -> &[(&'static str, usize)] {
        &self.sizes
    }

    /// Size of the account called `name`, bytes.
    pub fn bytes(&self, name: &str) -> Result<usize> {
        let found = self.sizes.iter().find(|(object, _)| *object == name);
        Ok(found.with_context(|| format!("there is no {name}"))?.1)
    }
}

/// The request of the demo, where the tests' service has the demo's sizes.
pub fn digit_instruction() -> Instruction {
    let args = RequestCreateArgs { input: vec![7; DIGIT_BYTES], ..request_args(1) };
    request_instruction(&SIDE.person("requester"), &SIDE.model(), args)
}

/// A chain with one of everything.
fn furnished() -> World {
    let mut world = staking::subscribed();
    let [creator, staker, requester] = ["creator", "staker", "requester"].map(|role| SIDE.person(role));
    let model = SIDE.model();
    world.chain.must(&[digit_instruction()]);
    world.chain.must(&[
        exchange::referral_open(&staker, &model, &staker),
        registry::model_transfer_offer(&creator, &model, &SIDE.person("trader")),
        registry::contributors_queue(&creator, &model, shares(&[("first contributor", 2_000)])),
    ]);
    world.chain.must(&[registry::model_terms_set(&MINTED.person("creator"), &MINTED.model(), content_terms())]);
    world.serve_content(MINTED, 1);
    world.chain.must(&[content_instruction(MINTED, 1)]);
    // A licence with a rate, so that its holder's requests are counted.
    let licence = licence_args(&world, requester);
    let counted = RequestCreateArgs { uses: USE_RESEARCH, ..request_args(2) };
    let proof = LicenceProof { is_counted: true };
    world.chain.must(&[registry::licence_grant(&creator, &model, licence)]);
    world.chain.must(&[request_create(&requester, &model, &quote(), proof, counted)]);
    world
}

fn registered(image: &str) -> World {
    let mut world = World::configured();
    world.enrol(SIDE.person("creator"));
    let args = ModelRegisterArgs { image: image.to_owned(), ..register_args(&SIDE.model_name()) };
    world.chain.must(&[exchange::model_register(&SIDE.person("creator"), args)]);
    world
}

fn addresses() -> Vec<(&'static str, Pubkey)> {
    let model = SIDE.model();
    let (market, requester, operator) = (SIDE.market(), SIDE.person("requester"), SIDE.operator());
    let content = address::exchange::content_mint(&MINTED.request(1));
    let content_token = Token { mint: content, program: TOKEN_2022_PROGRAM };
    vec![
        ("model", model),
        ("model_version", address::exchange::version(&model, 1)),
        ("market", market),
        ("quote_vault", SIDE.quote_vault()),
        ("referral", address::exchange::referral(&market, &SIDE.person("staker"))),
        ("model_transfer", address::exchange::model_transfer(&model)),
        ("contributors", address::exchange::contributors(&model)),
        ("licence", address::exchange::licence(&model, &requester)),
        ("licence_use", address::oracle::licence_use(&model, &requester)),
        ("content_mint", content),
        ("content_tokens", content_token.account_of(&MINTED.person("requester"))),
        ("vault", SIDE.vault()),
        ("stake_tokens", SIDE.stake_tokens()),
        ("revenue_pool", SIDE.pool()),
        ("pool_tokens", SIDE.pool_tokens()),
        ("position", SIDE.position()),
        ("share", SIDE.share()),
        ("service", SIDE.service()),
        ("escrow", SIDE.escrow()),
        ("usage", SIDE.usage()),
        ("operator", operator),
        ("holder_tokens", SIDE.token_account("trader")),
        ("request_digits", SIDE.request(1)),
    ]
}
