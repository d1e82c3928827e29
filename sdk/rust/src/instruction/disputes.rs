//! Instructions of the disputes program.

use modchains_core::provable::Record;
use modchains_disputes::{
    ID, accounts, instruction as data,
    instructions::{
        DisputeAnchorArgs, DisputeJudgeArgs, DisputeOpenArgs, DisputePickArgs, DisputeStreamArgs, GraphExtendArgs,
        GraphOpenArgs, RevealArgs, TraceRevealArgs,
    },
};
use solana_instruction::Instruction;

use super::instruction;
use crate::{
    Pubkey,
    address::{
        SYSTEM_PROGRAM,
        disputes::{AUTHORITY, EVENT_AUTHORITY, attestation, dispute, graph},
        oracle,
    },
    provable::Move,
};

/// Begins to register a graph. The registrar signs and pays.
pub fn graph_open(registrar: &Pubkey, args: GraphOpenArgs) -> Instruction {
    let accounts = accounts::GraphOpen {
        registrar: *registrar,
        graph: graph(&args.root, registrar),
        system_program: SYSTEM_PROGRAM,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::GraphOpen { args })
}

/// Reads the next records of a graph. The registrar signs.
pub fn graph_extend(registrar: &Pubkey, graph: &Pubkey, args: GraphExtendArgs) -> Instruction {
    let accounts = accounts::GraphExtend { registrar: *registrar, graph: *graph };
    instruction(ID, &accounts, &data::GraphExtend { args })
}

/// Ends the registration of a graph. The registrar signs and gets back what the account does not need any more.
pub fn graph_seal(registrar: &Pubkey, graph: &Pubkey) -> Instruction {
    let accounts =
        accounts::GraphSeal { registrar: *registrar, graph: *graph, event_authority: EVENT_AUTHORITY, program: ID };
    instruction(ID, &accounts, &data::GraphSeal {})
}

/// Announces that a graph will be closed. The registrar signs.
pub fn graph_close_start(registrar: &Pubkey, graph: &Pubkey) -> Instruction {
    let accounts = accounts::GraphCloseStart {
        registrar: *registrar,
        graph: *graph,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::GraphCloseStart {})
}

/// Closes a graph. The registrar signs and gets the rent.
pub fn graph_close(registrar: &Pubkey, graph: &Pubkey) -> Instruction {
    let accounts =
        accounts::GraphClose { registrar: *registrar, graph: *graph, event_authority: EVENT_AUTHORITY, program: ID };
    instruction(ID, &accounts, &data::GraphClose {})
}

/// Attests that the operator of `authority` at a model's service holds the bundle of the graph. The authority signs and pays.
pub fn graph_attest(authority: &Pubkey, model: &Pubkey, graph: &Pubkey) -> Instruction {
    let service = oracle::service(model);
    let operator = oracle::operator(&service, authority);
    let accounts = accounts::GraphAttest {
        authority: *authority,
        graph: *graph,
        operator,
        service,
        model: *model,
        attestation: attestation(graph, &operator),
        system_program: SYSTEM_PROGRAM,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::GraphAttest {})
}

/// Takes the attestation of an operator back; its rent goes to `authority`, whose operator it is. The authority signs, or anybody
/// as `signer` once the operator is gone.
pub fn graph_attest_revoke(signer: &Pubkey, authority: &Pubkey, graph: &Pubkey, operator: &Pubkey) -> Instruction {
    let accounts = accounts::GraphAttestRevoke {
        signer: *signer,
        authority: *authority,
        attestation: attestation(graph, operator),
        graph: *graph,
        operator: *operator,
        event_authority: EVENT_AUTHORITY,
        program: ID,
    };
    instruction(ID, &accounts, &data::GraphAttestRevoke {})
}

/// Records in one transaction: as many as a packet holds beside what every transaction has.
const RECORDS_PER_TRANSACTION: usize = 9;

/// What is still to be sent of a graph's registration, each in a transaction of its own. The registrar signs and pays.
pub fn graph_registration(
    registrar: &Pubkey,
    root: [u8; 32],
    records: &[Record],
    progress: GraphProgress,
) -> Vec<Instruction> {
    let (address, nodes) = (graph(&root, registrar), records.len() as u32);
    let (open, read) = match progress {
        GraphProgress::Absent => (Some(graph_open(registrar, GraphOpenArgs { root, nodes })), 0),
        GraphProgress::Read { nodes } => (None, nodes),
        GraphProgress::Sealed => return Vec::new(),
    };
    let rest = records.get(read as usize..).unwrap_or_default();
    let extends = rest.chunks(RECORDS_PER_TRANSACTION).zip((read..).step_by(RECORDS_PER_TRANSACTION));
    let extends = extends.map(|(records, first)| {
        let records = records.iter().flat_map(Record::encode).collect();
        graph_extend(registrar, &address, GraphExtendArgs { first, records })
    });
    open.into_iter().chain(extends).chain([graph_seal(registrar, &address)]).collect()
}

/// How far the registration of a graph has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GraphProgress {
    /// There is no account.
    Absent,
    /// Some of its records were read.
    Read {
        /// How many.
        nodes: u32,
    },
    /// It is registered.
    Sealed,
}

/// The accounts that all instructions of a dispute are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disputed {
    /// The dispute.
    pub dispute: Pubkey,
    /// The request.
    pub request: Pubkey,
    /// The graph that decides its result.
    pub graph: Pubkey,
    /// The service that was asked.
    pub service: Pubkey,
    /// The operator account that gave the result.
    pub operator: Pubkey,
    /// The challenger's operator account.
    pub challenger: Pubkey,
    /// Its authority.
    pub player: Pubkey,
}

impl Disputed {
    /// The dispute `nonce` of `player` about the result of `request`.
    pub fn new(
        request: &Pubkey,
        graph: &Pubkey,
        service: &Pubkey,
        operator: &Pubkey,
        player: &Pubkey,
        nonce: u32,
    ) -> Self {
        let challenger = oracle::operator(service, player);
        Self {
            dispute: dispute(request, &challenger, nonce),
            request: *request,
            graph: *graph,
            service: *service,
            operator: *operator,
            challenger,
            player: *player,
        }
    }

    /// Challenges the result. The player signs and pays.
    pub fn open(&self, args: DisputeOpenArgs) -> Instruction {
        let accounts = accounts::DisputeOpen {
            player: self.player,
            challenger: self.challenger,
            request: self.request,
            operator: self.operator,
            graph: self.graph,
            dispute: self.dispute,
            disputes_authority: AUTHORITY,
            oracle_event_authority: oracle::EVENT_AUTHORITY,
            oracle_program: modchains_oracle::ID,
            system_program: SYSTEM_PROGRAM,
            event_authority: EVENT_AUTHORITY,
            program: ID,
        };
        instruction(ID, &accounts, &data::DisputeOpen { args })
    }

    /// Binds the operator to its trace. The operator's authority or its defender signs; once it is bound, anybody.
    pub fn trace(&self, signer: &Pubkey, args: TraceRevealArgs) -> Instruction {
        let accounts = accounts::TraceReveal {
            signer: *signer,
            dispute: self.dispute,
            request: self.request,
            graph: self.graph,
            operator: self.operator,
            disputes_authority: AUTHORITY,
            oracle_event_authority: oracle::EVENT_AUTHORITY,
            oracle_program: modchains_oracle::ID,
            event_authority: EVENT_AUTHORITY,
            program: ID,
        };
        instruction(ID, &accounts, &data::TraceReveal { args })
    }

    /// Shows what lies below a place of the operator's trace. Nobody signs.
    pub fn reveal(&self, args: RevealArgs) -> Instruction {
        let accounts = accounts::DisputeReveal { dispute: self.dispute, request: self.request, graph: self.graph };
        instruction(ID, &accounts, &data::DisputeReveal { args })
    }

    /// Picks what is wrong. The player signs.
    pub fn pick(&self, args: DisputePickArgs) -> Instruction {
        instruction(ID, &self.moving(), &data::DisputePick { args })
    }

    /// Proves a record, a tensor or a row. The player signs.
    pub fn anchor(&self, args: DisputeAnchorArgs) -> Instruction {
        instruction(ID, &self.moving(), &data::DisputeAnchor { args })
    }

    /// Shows pieces of what the element is computed from. The player signs.
    pub fn stream(&self, args: DisputeStreamArgs) -> Instruction {
        instruction(ID, &self.moving(), &data::DisputeStream { args })
    }

    /// Decides the element. The player signs.
    pub fn judge(&self, args: DisputeJudgeArgs) -> Instruction {
        instruction(ID, &self.moving(), &data::DisputeJudge { args })
    }

    /// A move of either side, which `signer` makes.
    pub fn step(&self, signer: &Pubkey, step: &Move) -> Instruction {
        match step.clone() {
            Move::Trace(args) => self.trace(signer, args),
            Move::Reveal(args) => self.reveal(args),
            Move::Pick(args) => self.pick(args),
            Move::Anchor(args) => self.anchor(args),
            Move::Stream(args) => self.stream(args),
            Move::Judge(args) => self.judge(args),
            Move::TimeOut => self.timeout(),
            Move::Concede => self.concede(signer),
        }
    }

    /// Ends the dispute against a side whose clock has run out. Nobody signs.
    pub fn timeout(&self) -> Instruction {
        let accounts = accounts::DisputeTimeout { dispute: self.dispute, request: self.request };
        instruction(ID, &accounts, &data::DisputeTimeout {})
    }

    /// Gives up. The side to move signs: the player, or the operator's authority.
    pub fn concede(&self, signer: &Pubkey) -> Instruction {
        let accounts = accounts::DisputeConcede {
            signer: *signer,
            dispute: self.dispute,
            request: self.request,
            operator: self.operator,
        };
        instruction(ID, &accounts, &data::DisputeConcede {})
    }

    /// Tells the oracle how the dispute ended, and closes it. Nobody signs; the player gets the rent.
    pub fn settle(&self) -> Instruction {
        let accounts = accounts::DisputeSettle {
            player: self.player,
            dispute: self.dispute,
            request: self.request,
            challenger: self.challenger,
            operator: self.operator,
            service: self.service,
            disputes_authority: AUTHORITY,
            oracle_event_authority: oracle::EVENT_AUTHORITY,
            oracle_program: modchains_oracle::ID,
            event_authority: EVENT_AUTHORITY,
            program: ID,
        };
        instruction(ID, &accounts, &data::DisputeSettle {})
    }

    fn moving(&self) -> accounts::DisputeMove {
        accounts::DisputeMove { player: self.player, dispute: self.dispute, request: self.request, graph: self.graph }
    }
}
