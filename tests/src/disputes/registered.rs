//! Graphs on the chain.

use anchor_lang::prelude::Pubkey;
use modchains_core::provable::Record;
use modchains_disputes::instructions::{GraphExtendArgs, GraphOpenArgs};
use modchains_sdk::{address, instruction::disputes};
use modchains_test_graphs::{Model, sha256};
use solana_instruction::Instruction;

/// Records in one transaction.
const RECORDS_PER_TRANSACTION: usize = 9;

/// The graph account of a model, as `registrar` registers it.
pub fn graph_of(model: &Model, registrar: &Pubkey) -> Pubkey {
    address::disputes::graph(&model.graph().root(sha256), registrar)
}

/// The transactions that register a graph.
pub fn registration(registrar: &Pubkey, root: [u8; 32], records: &[Record]) -> Vec<Instruction> {
    let graph = address::disputes::graph(&root, registrar);
    let nodes = records.len() as u32;
    let mut instructions = vec![disputes::graph_open(registrar, GraphOpenArgs { root, nodes })];
    for (index, records) in records.chunks(RECORDS_PER_TRANSACTION).enumerate() {
        let first = (index * RECORDS_PER_TRANSACTION) as u32;
        let records = records.iter().flat_map(Record::encode).collect();
        instructions.push(disputes::graph_extend(registrar, &graph, GraphExtendArgs { first, records }));
    }
    instructions.push(disputes::graph_seal(registrar, &graph));
    instructions
}
