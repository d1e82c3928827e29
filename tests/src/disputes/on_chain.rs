use anchor_lang::prelude::Pubkey;
use modchains_core::dispute::{Case, Game, Phase, Side as Mover};
use modchains_disputes::{
    instructions::DisputeOpenArgs,
    state::{Dispute, Graph},
};
use modchains_exchange::instructions::ModelVersionPublishArgs;
use modchains_oracle::{
    instructions::{RequestCreateArgs, ResultPostArgs, ServiceConfigureArgs},
    state::ServiceTerms,
};
use modchains_program_interface::{View, oracle::Request};
use modchains_sdk::{
    instruction::{
        disputes::Disputed,
        exchange,
        oracle::{self, LicenceProof},
    },
    provable::Move,
};
use modchains_test_graphs::{Model, sha256};
use solana_instruction::Instruction;

use super::{
    board::Board,
    inference::Inference,
    registered::{graph_of, registration},
};
use crate::{
    chain::Chain,
    challenge::CHALLENGER,
    world::{CLOCK_SECONDS, Side, World, quote, request_args, service_terms},
};

impl World {
    /// Has the creator of a side register a graph and offer it in the service, as another version of the model.
    pub fn offer_graph(&mut self, side: Side, model: &Model) -> Pubkey {
        let (creator, of_model) = (side.person("creator"), side.model());
        let root = model.graph().root(sha256);
        for instruction in registration(&creator, root, &model.records) {
            self.chain.must(&[instruction]);
        }
        let graph = graph_of(model, &creator);
        let index = self.model(side).version_count + 1;
        let numeric_class = self.chain.state::<Graph>(&graph).numeric_class;
        let version = ModelVersionPublishArgs { graph_root: root, numeric_class, ..side.version_args() };
        let terms = ServiceTerms { input_bytes_max: 565, output_bytes_max: 824, ..service_terms() };
        self.chain.must(&[
            exchange::model_version_publish(&creator, &of_model, index, version),
            oracle::service_configure(
                &creator,
                &of_model,
                index,
                Some(graph),
                ServiceConfigureArgs { terms, open: true },
            ),
        ]);
        graph
    }

    /// Asks the graph in a side's service, and has the operator answer with an output.
    pub fn answer_graph(&mut self, side: Side, graph: Pubkey, nonce: u64, input: &[u8], output: &[u8]) {
        let args = RequestCreateArgs {
            terms_counter: self.service(side).terms_counter,
            attestations_min: 0,
            input: input.to_vec(),
            ..request_args(nonce)
        };
        let create = oracle::request_create(
            &side.person("requester"),
            &side.model(),
            Some(graph),
            &quote(),
            LicenceProof::UNCOUNTED,
            args,
        );
        self.chain.must(&[create]);
        self.claim(side, nonce);
        let request = self.request_state(side, nonce);
        let post = ResultPostArgs {
            created_at_seconds: request.created_at_seconds,
            numeric_class: request.numeric_class,
            trace_root: [0; 32],
            output: output.to_vec(),
        };
        let operator = side.person("operator");
        self.chain.must(&[oracle::result_post(&operator, &side.service(), &side.request(nonce), post)]);
    }

    /// The dispute `number` of a person of a side about a request.
    pub fn disputed(&self, side: Side, nonce: u64, role: &str, number: u32) -> Disputed {
        let request = self.request_state(side, nonce);
        Disputed::new(
            &side.request(nonce),
            &request.graph,
            &side.service(),
            &request.operator,
            &side.person(role),
            number,
        )
    }

    /// The opening of a dispute.
    pub fn dispute_open(&self, side: Side, nonce: u64, role: &str, number: u32) -> Instruction {
        let created_at_seconds = self.request_state(side, nonce).created_at_seconds;
        self.disputed(side, nonce, role, number).open(DisputeOpenArgs { created_at_seconds, nonce: number })
    }
}

/// A game on the chain.
pub struct ChainBoard<'w> {
    /// The chain.
    pub world: &'w mut World,
    /// Its accounts.
    pub disputed: Disputed,
    /// Who signs for the operator.
    pub operator: Pubkey,
    /// The moves that were made, and the compute units of each.
    pub made: Vec<(Mover, Instruction, u64)>,
}

impl<'w> ChainBoard<'w> {
    /// Answers request 1 of a side with the last output of `claimed`, which a challenger disputes.
    pub fn open(world: &'w mut World, side: Side, inference: &Inference<'_>, claimed: &[u32]) -> Self {
        let graph = world.offer_graph(side, inference.model);
        world.answer_graph(side, graph, 1, &inference.input, &inference.output(claimed));
        world.enrol_operator(side, CHALLENGER);
        Self::challenge(world, side, 1, 0)
    }

    /// Has the challenger dispute the result of a request.
    pub fn challenge(world: &'w mut World, side: Side, nonce: u64, number: u32) -> Self {
        let open = world.dispute_open(side, nonce, CHALLENGER, number);
        let units = world.chain.must(std::slice::from_ref(&open)).compute_units;
        let disputed = world.disputed(side, nonce, CHALLENGER, number);
        let made = vec![(Mover::Challenger, open, units)];
        Self { world, disputed, operator: side.person("operator"), made }
    }

    /// Where the game stands on the chain.
    pub fn game(&self) -> Game {
        game(&self.world.chain, &self.disputed.dispute)
    }

    /// What it is about.
    pub fn case(&self) -> Case {
        case(&self.world.chain, &self.disputed)
    }

    /// A move as an instruction.
    pub fn instruction(&self, side: Mover, step: &Move) -> Instruction {
        let signer = match side {
            Mover::Operator => self.operator,
            Mover::Challenger => self.disputed.player,
        };
        self.disputed.step(&signer, step)
    }
}

/// Where a game stands on the chain.
pub fn game(chain: &Chain, dispute: &Pubkey) -> Game {
    chain.state::<Dispute>(dispute).game().unwrap()
}

/// What a game on the chain is about.
pub fn case(chain: &Chain, disputed: &Disputed) -> Case {
    let request = chain.raw(&disputed.request).unwrap();
    assert_eq!(request.data[..8], Request::DISCRIMINATOR);
    let request: Request = bytemuck::pod_read_unaligned(&request.data[8..8 + size_of::<Request>()]);
    chain.state::<Graph>(&disputed.graph).case(request.size, request.trace_root, request.grace_seconds).unwrap()
}

impl Board for ChainBoard<'_> {
    fn phase(&self) -> Phase {
        self.game().phase
    }

    fn make(&mut self, side: Mover, step: &Move) -> Result<(), String> {
        let instruction = self.instruction(side, step);
        let outcome = self.world.chain.send(std::slice::from_ref(&instruction)).map_err(|refusal| refusal.name)?;
        self.made.push((side, instruction, outcome.compute_units));
        self.world.chain.advance(1);
        Ok(())
    }

    fn let_time_pass(&mut self) {
        self.world.chain.advance(CLOCK_SECONDS.into());
        let timeout = self.disputed.timeout();
        self.world.chain.must(&[timeout]);
    }
}
