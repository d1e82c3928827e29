//! Runs the steps of a graph for a batch of requests.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    mem,
    ops::Range,
};

use modchains_core::provable::{Graph, Node, Record, RunError, Weights};
use rayon::prelude::*;

use crate::{
    error::ExecutorError,
    operators::{Call, Kernel, Lines},
    output::{Block, Output},
    plan::{Plan, Step},
    resources::Resources,
    self_test,
    statistics::Statistics,
};

/// Elements of the widest node of a chain in one block: a chain's blocks stay in the second level of the cache.
const BLOCK_ELEMENTS: usize = 1 << 13;

/// Most words of all outputs of requests that are computed at once, 512 MiB: more requests take their turn.
const WORDS_AT_ONCE: u64 = 1 << 27;

/// A graph with its weights, ready to run.
pub struct Executor {
    records: Vec<Record>,
    kernels: Vec<Kernel>,
    plan: Plan,
    resources: Resources,
}

/// One request of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request<'a> {
    /// Its declared size n.
    pub size: u32,
    /// The bytes of the input.
    pub input: &'a [u8],
}

/// What is wanted of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// The output of the last node.
    Output,
    /// The outputs of all nodes, one after the other, of which a [`Trace`](modchains_core::provable::Trace) is made.
    Trace,
}

/// What a run gave.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Run {
    /// For each request the words that were wanted.
    pub words: Vec<Vec<u32>>,
    /// What had to be computed more than once.
    pub statistics: Statistics,
}

/// A request with the nodes for its size.
struct Item<'a> {
    nodes: &'a [Node],
    input: &'a [u8],
}

/// A block of rows of a chain.
struct Task<'a> {
    item: usize,
    rows: Range<usize>,
    /// For each node its place, where it is kept.
    out: Vec<Option<&'a mut [u32]>>,
}

impl Executor {
    /// Checks a graph and its weights, and that this machine computes as results are proven. Whether the weights are those that
    /// the records commit to is not looked at: a bundle's loader does that.
    ///
    /// # Errors
    /// When the graph or a row of weights is refused, and when this machine's arithmetic is another one.
    pub fn new(records: Vec<Record>, weights: &impl Weights, threads: usize) -> Result<Self, ExecutorError> {
        let resources = Resources::new(threads.max(1))?;
        resources.run_on_each(self_test::check).into_iter().collect::<Result<(), _>>()?;
        let graph = Graph::new(&records)?;
        let nodes = nodes(&graph, graph.summary().sizes.min);
        let nodes = nodes.map_err(|source| ExecutorError::Request { position: 0, source })?;
        let kernels = nodes.iter().zip(0..).map(|(node, index)| Kernel::new(index, node, weights));
        let kernels = kernels.collect::<Result<Vec<_>, _>>()?;
        let plan = Plan::new(&records, &kernels);
        Ok(Self { records, kernels, plan, resources })
    }

    /// The nodes of the graph.
    #[must_use]
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// Computes a batch. What a request gives depends on nothing but the request: neither on the rest of the batch, nor on the
    /// number of threads, nor on the machine.
    ///
    /// # Errors
    /// When a request has a size or a length that the graph does not take, and what libtorch says.
    pub fn run(&self, batch: &[Request<'_>], wanted: Wanted) -> Result<Run, ExecutorError> {
        let graph = Graph::new(&self.records)?;
        let mut shapes = BTreeMap::new();
        for (position, request) in batch.iter().enumerate() {
            let refusal = |source| ExecutorError::Request { position, source };
            graph.check_request(request.size, request.input).map_err(refusal)?;
            if let Entry::Vacant(place) = shapes.entry(request.size) {
                place.insert(nodes(&graph, request.size).map_err(refusal)?);
            }
        }
        let items = batch.iter().map(|request| Item { nodes: &shapes[&request.size], input: request.input });
        let items: Vec<Item<'_>> = items.collect();
        let words: Vec<u64> = batch.iter().map(|request| graph.words(request.size)).collect();
        let mut run = Run::default();
        for group in groups(&words, WORDS_AT_ONCE) {
            let found = self.resources.run(|| self.run_items(&items[group], wanted))?;
            run.words.extend(found.words);
            run.statistics += found.statistics;
        }
        Ok(run)
    }

    fn run_items(&self, items: &[Item<'_>], wanted: Wanted) -> Result<Run, ExecutorError> {
        let mut run = Run { words: vec![Vec::new(); items.len()], ..Run::default() };
        let mut outputs: Vec<Option<Output<'_>>> = self.records.iter().map(|_| None).collect();
        for step in &self.plan.steps {
            let is_kept = |node: &usize| wanted == Wanted::Trace || self.plan.is_kept[*node];
            let new = step.nodes.clone().map(|node| is_kept(&node).then(|| self.output(items, node)));
            let mut new: Vec<Option<Output<'_>>> = new.collect();
            run.statistics += self.compute(step, items, &outputs, &mut new)?;
            for (node, output) in step.nodes.clone().zip(new) {
                let is_wanted = wanted == Wanted::Trace || node + 1 == self.records.len();
                if let Some(output) = output.as_ref().filter(|_| is_wanted) {
                    run.words.iter_mut().enumerate().for_each(|(item, words)| words.extend(output.of(item)));
                }
                outputs[node] = output;
            }
            // What nobody reads again, in this step or later.
            let unread = step.nodes.clone().filter(|node| !self.plan.is_kept[*node]);
            step.expired.iter().copied().chain(unread).for_each(|node| outputs[node] = None);
        }
        Ok(run)
    }

    /// Room for the output of a node.
    fn output(&self, items: &[Item<'_>], node: usize) -> Output<'_> {
        let lens = items.iter().map(|item| item.nodes[node].output.elements() as usize);
        Output::new(lens, &self.resources.words)
    }

    fn compute(
        &self,
        step: &Step,
        items: &[Item<'_>],
        outputs: &[Option<Output<'_>>],
        new: &mut [Option<Output<'_>>],
    ) -> Result<Statistics, ExecutorError> {
        let first = step.nodes.start;
        let input = |place: usize| outputs[self.records[first].inputs[place] as usize].as_ref();
        match (&self.kernels[first], new) {
            (Kernel::Affine(affine), [Some(out)]) => {
                let input = input(0).map_or(&[][..], Output::all);
                affine.compute(input, out.all_mut(), &self.resources)
            }
            (Kernel::Dot(dot), [Some(out)]) => {
                let requests = items.iter().enumerate().zip(out.each_mut()).map(|((number, item), out)| {
                    let inputs = [0, 1].map(|place| input(place).map_or(&[][..], |input| input.of(number)));
                    (&item.nodes[first], inputs, out)
                });
                dot.compute(requests, &self.resources)
            }
            (_, new) => {
                let tasks = self.tasks(step, items, new);
                let done = tasks.into_par_iter().map(|task| self.compute_block(step, items, outputs, task));
                Ok(done.reduce(Statistics::default, |mut sum, more| {
                    sum += more;
                    sum
                }))
            }
        }
    }

    /// The blocks of a chain.
    fn tasks<'a>(&self, step: &Step, items: &[Item<'_>], new: &'a mut [Option<Output<'_>>]) -> Vec<Task<'a>> {
        // Blocks are taken in the order in which they lie in outputs.
        let mut rest: Vec<_> = new.iter_mut().map(|output| output.as_mut().map(Output::all_mut)).collect();
        let mut tasks = Vec::new();
        for (item, Item { nodes, .. }) in items.iter().enumerate() {
            let chain = &nodes[step.nodes.clone()];
            let widest = chain.iter().map(|node| node.output.columns.max(node.operand().columns)).max().unwrap_or(1);
            let block = (BLOCK_ELEMENTS / widest as usize).max(1);
            let rows = chain.first().map_or(0, |node| node.output.rows as usize);
            for start in (0..rows).step_by(block) {
                let rows = start..(start + block).min(rows);
                let out = rest.iter_mut().zip(chain).map(|(rest, node)| {
                    let rest = rest.as_mut()?;
                    let (out, left) = mem::take(rest).split_at_mut(rows.len() * node.output.columns as usize);
                    *rest = left;
                    Some(out)
                });
                tasks.push(Task { item, out: out.collect(), rows });
            }
        }
        tasks
    }

    /// Computes a block of rows of all nodes of a chain.
    fn compute_block(
        &self,
        step: &Step,
        items: &[Item<'_>],
        outputs: &[Option<Output<'_>>],
        task: Task<'_>,
    ) -> Statistics {
        let (first, rows, item) = (step.nodes.start, task.rows, &items[task.item]);
        let mut statistics = Statistics::default();
        let mut done: Vec<Block<'_>> = Vec::with_capacity(step.nodes.len());
        for (index, out) in step.nodes.clone().zip(task.out) {
            let node = &item.nodes[index];
            let lines = |input: usize| match input.checked_sub(first) {
                Some(place) => Lines { words: done[place].words(), first: rows.start },
                None => Lines { words: outputs[input].as_ref().map_or(&[], |output| output.of(task.item)), first: 0 },
            };
            let mut inputs = [Lines::default(); _];
            for (place, input) in inputs.iter_mut().zip(self.records[index].inputs()) {
                *place = lines(*input as usize);
            }
            let len = rows.len() * node.output.columns as usize;
            let mut block = out.map_or_else(|| Block::Passed(self.resources.words.lend(len)), Block::Kept);
            if let Kernel::Rows(kernel) = &self.kernels[index] {
                let call = Call { node, request: item.input, inputs, rows: rows.clone() };
                kernel.compute(&call, block.words_mut(), &mut statistics);
            }
            done.push(block);
        }
        statistics
    }
}

/// Splits requests into groups, none of which has more than `most` words unless it is a single request.
fn groups(words: &[u64], most: u64) -> Vec<Range<usize>> {
    let mut groups: Vec<Range<usize>> = Vec::new();
    let mut sum = 0_u64;
    for (place, words) in words.iter().enumerate() {
        sum = sum.saturating_add(*words);
        match groups.last_mut() {
            Some(group) if sum <= most => group.end += 1,
            _ => {
                groups.push(place..place + 1);
                sum = *words;
            }
        }
    }
    groups
}

/// All nodes for requests of a size.
fn nodes(graph: &Graph<'_>, size: u32) -> Result<Vec<Node>, RunError> {
    let nodes = (0..graph.summary().nodes).map(|index| graph.node(index, size));
    nodes.collect::<Option<_>>().ok_or(RunError::Size { actual: size })
}

#[cfg(test)]
mod tests {
    use super::groups;

    #[test]
    fn no_more_requests_run_at_once_than_memory_is_meant_for() {
        assert_eq!(groups(&[], 10), []);
        assert_eq!(groups(&[4, 4, 2, 1, 9, 30, 10, 1], 10), [0..3, 3..5, 5..6, 6..7, 7..8]);
        assert_eq!(groups(&[u64::MAX, u64::MAX, 0], 10), [0..1, 1..2, 2..3]);
    }
}
