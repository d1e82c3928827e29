use anchor_lang::prelude::*;
use modchains_core::provable::RECORD_BYTES;

use crate::{
    errors::{DisputesError, ensure},
    state::{Builder, Graph},
};

/// Some records.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct GraphExtendArgs {
    /// The index of the first: how many were read before.
    pub first: u32,
    /// The records one after the other, 96 bytes each.
    pub records: Vec<u8>,
}

/// Reads the next records of a graph. What a loader refuses about a record is refused here, by the same function.
#[derive(Accounts)]
pub struct GraphExtend<'info> {
    pub registrar: Signer<'info>,
    #[account(mut, has_one = registrar @ DisputesError::NotGraphRegistrar)]
    pub graph: AccountLoader<'info, Graph>,
}

impl<'info> GraphExtend<'info> {
    /// Checks the records and adds them to the root.
    pub fn handle(&mut self, args: &GraphExtendArgs) -> Result<()> {
        let nodes = {
            let graph = self.graph.load()?;
            graph.require_open()?;
            graph.nodes
        };
        let account: &AccountInfo = self.graph.as_ref();
        let mut builder = Builder::read(&account.try_borrow_data()?)?;
        ensure(builder.nodes() == args.first, DisputesError::RecordsOutOfOrder)?;
        let (records, rest) = args.records.as_chunks::<RECORD_BYTES>();
        ensure(rest.is_empty() && !records.is_empty(), DisputesError::RecordMalformed)?;
        let read = u32::try_from(records.len()).ok().and_then(|count| count.checked_add(args.first));
        let read = read.filter(|read| *read <= nodes).ok_or(DisputesError::TooManyRecords)?;
        account.resize(Builder::space(read))?;
        let mut data = account.try_borrow_mut_data()?;
        for record in records {
            builder.add(&mut data, record)?;
        }
        builder.write(&mut data)
    }
}
