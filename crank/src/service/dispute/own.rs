use std::{collections::HashMap, path::PathBuf, sync::Arc};

use modchains_sdk::{
    Pubkey,
    bundle::{Bundle, BundleLimits, ModelGraph},
    core::{
        dispute::{Phase, Side},
        window::Moment,
    },
    decode::{FetchedDispute, FetchedRequest},
    dispute::{Computed, Obstacle, Player, Rule, Seen, Table, turn},
    provable::{GraphTree, Move},
};
use tokio::task::spawn_blocking;

use super::fault::DisputeFault;
use crate::config::Config;

/// Answers that are kept. Any other is computed again.
const ANSWERS_MAX: usize = 8;

/// The bundles of this operator, and what they compute for requests that are looked at.
pub struct Library {
    dirs: Vec<PathBuf>,
    limits: BundleLimits,
    graphs: HashMap<[u8; 32], Arc<ModelGraph>>,
    answers: Vec<((Pubkey, i64), Arc<Own>)>,
}

/// A graph, and everything that it computes for one request.
pub struct Own {
    graph: Arc<ModelGraph>,
    computed: Computed,
}

impl Library {
    /// Of the folders in the configuration. Nothing is read yet.
    pub fn new(config: &Config) -> Self {
        let served = config.bundles.iter().map(|setting| setting.dir.clone());
        let dirs = served.chain(config.disputes.bundles.iter().cloned()).collect();
        let limits = BundleLimits { file_bytes: config.worker.limits().bundle_file_bytes, ..BundleLimits::default() };
        Self { dirs, limits, graphs: HashMap::new(), answers: Vec::new() }
    }

    /// What the version that a request names computes for it, by the reference interpreter, whose functions decide a dispute.
    pub async fn own(&mut self, request: &FetchedRequest) -> Result<Arc<Own>, DisputeFault> {
        let key = (request.request.address, request.request.value.created_at_seconds);
        if let Some((_, own)) = self.answers.iter().find(|(of, _)| *of == key) {
            return Ok(Arc::clone(own));
        }
        let graph = self.graph(&request.request.value.version_manifest_sha256).await?;
        let own = Arc::new(compute(graph, request.input.clone()).await?);
        if self.answers.len() >= ANSWERS_MAX {
            self.answers.remove(0);
        }
        self.answers.push((key, Arc::clone(&own)));
        Ok(own)
    }

    async fn graph(&mut self, manifest_sha256: &[u8; 32]) -> Result<Arc<ModelGraph>, DisputeFault> {
        if let Some(graph) = self.graphs.get(manifest_sha256) {
            return Ok(Arc::clone(graph));
        }
        let missing = DisputeFault::BundleMissing { manifest_sha256: hex::encode(manifest_sha256) };
        let is_version = |dir: &&PathBuf| {
            let bundle = Bundle::open_manifest(dir, self.limits);
            bundle.is_ok_and(|bundle| bundle.manifest_sha256() == *manifest_sha256)
        };
        let (dir, limits) = (self.dirs.iter().find(is_version).ok_or(missing)?.clone(), self.limits);
        let opened = spawn_blocking(move || Bundle::open(&dir, limits).and_then(|bundle| bundle.graph())).await;
        let graph = Arc::new(opened.map_err(fault)?.map_err(fault)?);
        self.graphs.insert(*manifest_sha256, Arc::clone(&graph));
        Ok(graph)
    }
}

async fn compute(graph: Arc<ModelGraph>, input: Vec<u8>) -> Result<Own, DisputeFault> {
    let computed = spawn_blocking(move || {
        let computed = Computed::new(&graph.graph(), graph.as_ref(), &input);
        computed.map(|computed| Own { graph, computed })
    });
    computed.await.map_err(fault)?.map_err(fault)
}

fn fault(error: impl ToString) -> DisputeFault {
    DisputeFault::Own(error.to_string())
}

impl Own {
    /// Whether a posted output is the right one, and the trace to which it is bound, if it is bound to one.
    pub fn agrees(&self, request: &FetchedRequest) -> bool {
        let (graph, bound) = (self.graph.graph(), request.request.value.trace_root);
        let is_output_right = self.computed.output(&graph).as_ref() == Some(&request.output);
        let is_bound_right = || self.computed.tree(&graph).is_some_and(|tree| tree.root() == bound);
        is_output_right && (bound == [0; 32] || is_bound_right())
    }

    /// The moves of a side until the other one is to move.
    ///
    /// An operator that is not bound to a trace yet computes it once more: a fault of this machine in the middle of a graph
    /// would bind it to a trace that contradicts itself, and lose the bond of a right result.
    pub async fn turn(
        self: Arc<Self>,
        dispute: FetchedDispute,
        side: Side,
        seen: Seen,
        now: Moment,
    ) -> Result<Vec<(Rule, Move)>, DisputeFault> {
        let is_binding = side == Side::Operator && dispute.game.phase == Phase::Trace && dispute.case.trace == [0; 32];
        if is_binding {
            if !self.agrees(&dispute.request) {
                return Err(DisputeFault::Own("the posted result is not what the bundle computes".to_owned()));
            }
            let again = compute(Arc::clone(&self.graph), dispute.request.input.clone()).await?;
            if again.computed != self.computed {
                return Err(DisputeFault::Own("this machine computes two answers to one request".to_owned()));
            }
        }
        let moves = spawn_blocking(move || {
            let graph = self.graph.graph();
            let own = self.computed.tree(&graph).ok_or(Obstacle::GraphOther)?;
            let graph = GraphTree::new(graph, self.graph.as_ref());
            if graph.root() != dispute.case.graph {
                return Err(Obstacle::GraphOther);
            }
            let table = Table { game: &dispute.game, case: &dispute.case, now, graph: &graph, own: &own };
            let player = match side {
                Side::Operator => Player::Operator,
                Side::Challenger => Player::Challenger(&seen),
            };
            turn(&table, player, [&dispute.request.input, &dispute.request.output])
        });
        Ok(moves.await.map_err(fault)??)
    }
}
