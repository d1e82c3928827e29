//! Publishing, transaction by transaction, against accounts as the Program Metadata program lays them out. The
//! instructions go to a file of vectors, which `cargo xtask idl-check` compares with the npm client's own.

// reason: a failed expectation is a failed test.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use expect_test::expect_file;
use modchains_migrations::metadata::{
    content,
    plan::{Found, Next, Obstacle, PART_BYTES, Target},
    program::{FORMAT, HEADER_BYTES, ID, Place},
};
use modchains_sdk::{Account, Instruction, Pubkey, address::SYSTEM_PROGRAM};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Longer than what compresses in one piece, with letters of two bytes.
const TEXT: &str = "{\"name\": \"Müller's model\", \"again\": \"Müller's model, Müller's model\"}";
/// That text as the npm client packs it.
const PACKED_BY_CLIENT: &str =
    "789cab56ca4bcc4d55b25250f23dbc272727b548bd5821373f25354749474129313d31330f8b9c8e02bae25a00981d19c8";
/// Lamports for each byte of an account and of its overhead of 128 bytes.
const RENT_PER_BYTE: u64 = 6_960;

fn address(label: &str) -> Pubkey {
    Pubkey::new_from_array(Sha256::digest(label).into())
}

/// Data of that length without long runs of one byte.
fn data(length: usize) -> Vec<u8> {
    (0..length).map(|index| (index * 7 % 251) as u8).collect()
}

fn rent(bytes: usize) -> u64 {
    (128 + HEADER_BYTES + bytes) as u64 * RENT_PER_BYTE
}

fn target(length: usize) -> Target {
    let place = Place::new(address("program"), address("authority"), "idl");
    Target { place, data: data(length), buffer: address("buffer"), rent_lamports: rent(length) }
}

fn account(data: Vec<u8>) -> Account {
    let lamports = (128 + data.len()) as u64 * RENT_PER_BYTE;
    Account { lamports, data, owner: ID, ..Account::default() }
}

/// A buffer; a metadata account that is being written names its program and seed.
fn buffer(place: Option<&Place>, authority: &Pubkey, content: &[u8]) -> Account {
    let mut bytes = vec![1];
    bytes.extend(place.map_or([0; 32], |place| place.program.to_bytes()));
    bytes.extend(authority.to_bytes());
    bytes.push(u8::from(place.is_some()));
    bytes.extend(place.map_or([0; 16], |place| place.seed));
    bytes.resize(HEADER_BYTES, 0);
    bytes.extend(content);
    account(bytes)
}

fn metadata(place: &Place, is_mutable: bool, content: &[u8]) -> Account {
    let mut bytes = vec![2];
    bytes.extend(place.program.to_bytes());
    bytes.extend([0; 32]);
    bytes.extend([u8::from(is_mutable), 1]);
    bytes.extend(place.seed);
    bytes.extend(FORMAT);
    bytes.extend((content.len() as u32).to_le_bytes());
    bytes.resize(HEADER_BYTES, 0);
    bytes.extend(content);
    account(bytes)
}

/// What is published, apart from `other`, counts as other.
fn next(target: &Target, metadata: Option<&Account>, buffer: Option<&Account>) -> Result<Next, Obstacle> {
    target.next(Found { metadata, buffer }, |data| data == target.data)
}

fn once(next: Next) -> Vec<Instruction> {
    match next {
        Next::Once { instructions, .. } => instructions,
        other => panic!("one transaction, not {other:?}"),
    }
}

fn each(next: Next) -> Vec<Instruction> {
    match next {
        Next::Each(instructions) => instructions,
        other => panic!("a transaction for each part, not {other:?}"),
    }
}

/// Every transaction that publishes from nothing.
fn creation(length: usize) -> Vec<Vec<Instruction>> {
    let target = target(length);
    let place = &target.place;
    let mut steps = vec![once(next(&target, None, None).unwrap())];
    if length > 600 {
        let allocated = buffer(Some(place), &place.authority, &vec![0; if length > 10_240 { length } else { 0 }]);
        // It was paid for whole.
        let allocated = Account { lamports: rent(length), ..allocated };
        steps.push(each(next(&target, Some(&allocated), None).unwrap()));
        let written = buffer(Some(place), &place.authority, &target.data);
        steps.push(once(next(&target, Some(&written), None).unwrap()));
    }
    let published = metadata(place, true, &target.data);
    assert_eq!(next(&target, Some(&published), None), Ok(Next::Nothing));
    steps
}

/// Every transaction that publishes in place of other data.
fn replacement(published: usize, length: usize) -> Vec<Vec<Instruction>> {
    let target = target(length);
    let present = metadata(&target.place, true, &vec![9; published]);
    let first = once(next(&target, Some(&present), None).unwrap());
    if length <= 600 {
        return vec![first];
    }
    let authority = &target.place.authority;
    let empty = buffer(None, authority, &vec![0; length]);
    let parts = each(next(&target, Some(&present), Some(&empty)).unwrap());
    let full = buffer(None, authority, &target.data);
    let last = once(next(&target, Some(&present), Some(&full)).unwrap());
    vec![first, parts, last]
}

fn describe(instruction: &Instruction) -> Value {
    let accounts: Vec<Value> = instruction
        .accounts
        .iter()
        .map(|meta| {
            let role = [(meta.is_signer, "signer"), (meta.is_writable, "writable")];
            let role: Vec<&str> = role.iter().filter(|(holds, _)| *holds).map(|(_, name)| *name).collect();
            json!([meta.pubkey.to_string(), role.join(" ")])
        })
        .collect();
    let head = hex::encode(&instruction.data[..instruction.data.len().min(32)]);
    json!({
        "program": instruction.program_id.to_string(),
        "accounts": accounts,
        "data": format!("{head} {} {}", instruction.data.len(), hex::encode(Sha256::digest(&instruction.data))),
    })
}

fn case(name: &str, published: Option<usize>, length: usize, steps: &[Vec<Instruction>]) -> Value {
    let described: Vec<Value> = steps.iter().map(|step| step.iter().map(describe).collect()).collect();
    json!({ "name": name, "published_bytes": published, "data_bytes": length, "steps": described })
}

#[test]
fn the_instructions_are_those_of_the_vectors() {
    let place = target(0).place;
    let accounts = json!({
        "metadata": hex::encode(&metadata(&place, true, &data(3)).data),
        "buffer": hex::encode(&buffer(Some(&place), &place.authority, &data(3)).data),
        "own_buffer": hex::encode(&buffer(None, &place.authority, &data(3)).data),
    });
    let vectors = json!({
        "program": place.program.to_string(),
        "authority": place.authority.to_string(),
        "buffer": address("buffer").to_string(),
        "seed": "idl",
        "close": describe(&place.close()),
        "part_bytes": PART_BYTES,
        "rent_per_byte": RENT_PER_BYTE,
        "accounts": accounts,
        "packed": { "text": TEXT, "data": PACKED_BY_CLIENT },
        "cases": [
            case("small", None, 300, &creation(300)),
            case("longer than a transaction", None, 5_000, &creation(5_000)),
            case("longer than an instruction may extend", None, 25_000, &creation(25_000)),
            case("small, longer than before", Some(200), 500, &replacement(200, 500)),
            case("small, shorter than before", Some(5_000), 500, &replacement(5_000, 500)),
            case("long, much longer than before", Some(3_000), 25_000, &replacement(3_000, 25_000)),
            case("long, shorter than before", Some(25_000), 3_000, &replacement(25_000, 3_000)),
        ],
    });
    expect_file!["vectors/metadata.json"].assert_eq(&format!("{}\n", serde_json::to_string_pretty(&vectors).unwrap()));
}

#[test]
fn what_the_npm_client_packed_is_read_and_our_own_packing_has_its_form() {
    assert!(content::says(&hex::decode(PACKED_BY_CLIENT).unwrap(), TEXT));
    let ours = content::pack(TEXT).unwrap();
    assert!(content::says(&ours, TEXT));
    // Deflate with a window of 32 KB, and a checksum of the two header bytes.
    assert_eq!((ours[0], u16::from_be_bytes([ours[0], ours[1]]) % 31), (0x78, 0));
}

#[test]
fn a_broken_publication_goes_on_where_it_stopped() {
    let target = target(25_000);
    let place = &target.place;
    // Half of the room, and a hole in what was written.
    let mut written = target.data[..12_000].to_vec();
    written[2_000] ^= 1;
    let half = Account { lamports: 1, ..buffer(Some(place), &place.authority, &written) };
    let room = once(next(&target, Some(&half), None).unwrap());
    assert_eq!(room.len(), 3, "what is missing of the rent, and two instructions for 13,000 bytes");
    written.resize(25_000, 0);
    let extended = buffer(Some(place), &place.authority, &written);
    let parts = each(next(&target, Some(&extended), None).unwrap());
    let expected = 1 + (25_000_usize - 12_000).div_ceil(PART_BYTES);
    assert!(parts.len().abs_diff(expected) <= 1, "only what is missing: {} of {expected}", parts.len());
}

#[test]
fn what_a_publication_of_other_data_left_is_closed_first() {
    let target = target(5_000);
    let place = &target.place;
    let longer = buffer(Some(place), &place.authority, &[1; 6_000]);
    assert_eq!(once(next(&target, Some(&longer), None).unwrap()), [place.close()]);
    let present = metadata(place, true, &[9; 10]);
    let other = buffer(None, &place.authority, &[1; 4_000]);
    let close = once(next(&target, Some(&present), Some(&other)).unwrap());
    assert_eq!(close.len(), 1);
    let published = metadata(place, true, &target.data);
    assert_eq!(once(next(&target, Some(&published), Some(&other)).unwrap()), close);
}

#[test]
fn lamports_that_somebody_sent_to_an_address_are_no_obstacle() {
    let gift = Account { lamports: 7, owner: SYSTEM_PROGRAM, ..Account::default() };
    let target = target(300);
    let instructions = once(next(&target, Some(&gift), None).unwrap());
    assert_eq!(instructions[0].data[4..], (target.rent_lamports - 7).to_le_bytes());
    let rich = Account { lamports: u64::MAX, ..gift.clone() };
    assert_eq!(once(next(&target, Some(&rich), None).unwrap()).len(), 1, "nothing is paid");
    let long = self::target(5_000);
    let present = metadata(&long.place, true, &[9; 10]);
    assert_eq!(once(next(&long, Some(&present), Some(&gift)).unwrap()).len(), 5);
}

#[test]
fn what_cannot_become_the_metadata_is_left_alone() {
    let target = target(5_000);
    let place = &target.place;
    let final_one = metadata(place, false, b"other");
    assert_eq!(next(&target, Some(&final_one), None), Err(Obstacle::Immutable));
    let foreign = Account { owner: address("somebody"), ..final_one.clone() };
    assert_eq!(next(&target, Some(&foreign), None), Err(Obstacle::Foreign));
    let unknown = account(vec![3; 200]);
    assert_eq!(next(&target, Some(&unknown), None), Err(Obstacle::Foreign));
    let present = metadata(place, true, b"other");
    let anothers = buffer(None, &address("somebody"), &[0; 5_000]);
    assert_eq!(next(&target, Some(&present), Some(&anothers)), Err(Obstacle::Foreign));
}

#[test]
fn the_same_text_in_another_form_is_published_again() {
    let target = target(300);
    let mut present = metadata(&target.place, true, &target.data);
    present.data[84] = 1;
    assert_eq!(once(next(&target, Some(&present), None).unwrap()), [target.place.set(Ok(&target.data))]);
}
