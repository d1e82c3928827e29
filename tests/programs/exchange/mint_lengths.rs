//! The rent of a mint is that of the length which Token-2022 really gives it, whatever its texts add up to.

use modchains_exchange::{
    instructions::ModelRegisterArgs,
    state::{NAME_BYTES_MAX, SYMBOL_BYTES_MAX, URI_BYTES_MAX},
};
use modchains_sdk::{address, instruction::exchange};
use modchains_tests::{chain::key, world::World};
use solana_signer::Signer;

/// More than a listing costs; there are too many creators for the chain's own faucet to give each what others get.
const LISTING_LAMPORTS: u64 = 100_000_000;

/// Registers a model with texts of these lengths and returns the length of its mint.
fn registered_bytes(world: &mut World, [name, symbol, uri, image]: [usize; 4]) -> usize {
    let creator = key(&format!("creator of {name} {symbol} {uri} {image}")).pubkey();
    world.chain.svm.airdrop(&creator, LISTING_LAMPORTS).unwrap();
    let text = |bytes: usize| "x".repeat(bytes);
    let args = ModelRegisterArgs { name: text(name), symbol: text(symbol), uri: text(uri), image: text(image) };
    let model = address::exchange::model(&creator, &args.name);
    world.chain.must(&[exchange::model_register(&creator, args)]);
    let mint = world.chain.raw(&address::exchange::mint(&model)).unwrap();
    let bytes = mint.data.len();
    let rent_lamports = world.chain.svm.minimum_balance_for_rent_exemption(bytes);
    assert_eq!(mint.lamports, rent_lamports, "{bytes} bytes, of texts of {name}, {symbol}, {uri} and {image}");
    bytes
}

/// Lengths of name, symbol and URI that add up to `total`.
fn texts_of(total: usize) -> [usize; 3] {
    let name = (total - 2).min(NAME_BYTES_MAX);
    let symbol = (total - name - 1).min(SYMBOL_BYTES_MAX);
    [name, symbol, total - name - symbol]
}

#[test]
fn a_mint_of_every_length_pays_the_rent_of_exactly_that_length() {
    let mut world = World::configured();
    let longest = NAME_BYTES_MAX + SYMBOL_BYTES_MAX + URI_BYTES_MAX;
    let without_image: Vec<usize> = (3..=longest)
        .map(|total| {
            let [name, symbol, uri] = texts_of(total);
            registered_bytes(&mut world, [name, symbol, uri, 0])
        })
        .collect();
    let is_padded = |lengths: &[usize]| !lengths.contains(&355) && lengths.contains(&357);
    assert!(is_padded(&without_image), "the length of a multisig is skipped: {without_image:?}");
    // Texts of 37 bytes make a mint as long as a multisig before its picture is added.
    for total in [3, 36, 37, 38, longest] {
        let [name, symbol, uri] = texts_of(total);
        for image in 1..=URI_BYTES_MAX {
            let bytes = registered_bytes(&mut world, [name, symbol, uri, image]);
            assert_ne!(bytes, 355);
        }
    }
}
