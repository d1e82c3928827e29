//! Several workers of one model behind a bounded queue.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{Mutex, mpsc, oneshot},
    task::JoinSet,
};

use super::{error::WorkerError, process::Worker, spec::WorkerSpec};

/// A request on its way through the queue.
struct Job {
    input: Vec<u8>,
    reply: oneshot::Sender<Result<Inferred, WorkerError>>,
}

/// The result of one request, with what it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inferred {
    /// Result bytes.
    pub output: Vec<u8>,
    /// How long the model itself took for the batch, as the worker measured it.
    pub forward: Duration,
    /// Number of requests in the batch.
    pub batch: usize,
}

#[derive(Debug, Default)]
struct Counters {
    requests: AtomicU64,
    batches: AtomicU64,
    restarts: AtomicU64,
}

/// Totals since the pool started, for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolStatistics {
    /// Requests handed to a worker.
    pub requests: u64,
    /// Batches they were handed over in.
    pub batches: u64,
    /// Processes started in place of one that crashed, hung or wore out.
    pub restarts: u64,
}

/// Workers of one model. A free worker takes whatever is queued, up to a batch, at once: alone a request waits for
/// nobody, and under load batches fill by themselves.
pub struct WorkerPool {
    spec: Arc<WorkerSpec>,
    queue: mpsc::Sender<Job>,
    tasks: JoinSet<()>,
    counters: Arc<Counters>,
}

impl WorkerPool {
    /// Starts `processes` workers (at least one) with a queue of `queue_capacity` requests, and waits until all are
    /// ready.
    ///
    /// # Errors
    /// When the first worker that fails to start fails.
    pub async fn start(spec: WorkerSpec, processes: usize, queue_capacity: usize) -> Result<Self, WorkerError> {
        let spec = Arc::new(spec);
        let (queue, jobs) = mpsc::channel(queue_capacity.max(1));
        let jobs = Arc::new(Mutex::new(jobs));
        let counters = Arc::new(Counters::default());
        let mut tasks = JoinSet::new();
        for _ in 0..processes.max(1) {
            let worker = Worker::spawn(Arc::clone(&spec)).await?;
            let slot = Slot { spec: Arc::clone(&spec), worker: Some(worker), counters: Arc::clone(&counters) };
            tasks.spawn(slot.run(Arc::clone(&jobs)));
        }
        Ok(Self { spec, queue, tasks, counters })
    }

    /// Computes the result of one request.
    ///
    /// # Errors
    /// [`WorkerError::Overloaded`] at once when the queue is full; otherwise what befell the request.
    pub async fn infer(&self, input: Vec<u8>) -> Result<Inferred, WorkerError> {
        let mut results = self.infer_each(vec![input]).await?;
        results.pop().unwrap_or(Err(WorkerError::ShuttingDown))
    }

    /// Queues all requests together or none, and waits for each.
    ///
    /// # Errors
    /// Outside: nothing was queued. Inside: what befell that request.
    pub async fn infer_each(&self, inputs: Vec<Vec<u8>>) -> Result<Vec<Result<Inferred, WorkerError>>, WorkerError> {
        let spec = &self.spec.bundle.manifest().input;
        inputs.iter().try_for_each(|input| spec.check(input))?;
        let capacity = self.queue.max_capacity();
        let permits = self.queue.try_reserve_many(inputs.len()).map_err(|error| match error {
            mpsc::error::TrySendError::Full(()) => {
                WorkerError::Overloaded { queued: capacity - self.queue.capacity(), capacity }
            }
            mpsc::error::TrySendError::Closed(()) => WorkerError::ShuttingDown,
        })?;
        let mut replies = Vec::with_capacity(inputs.len());
        for (permit, input) in permits.zip(inputs) {
            let (reply, receiver) = oneshot::channel();
            permit.send(Job { input, reply });
            replies.push(receiver);
        }
        let mut results = Vec::with_capacity(replies.len());
        for reply in replies {
            results.push(reply.await.unwrap_or(Err(WorkerError::ShuttingDown)));
        }
        Ok(results)
    }

    /// Totals so far.
    #[must_use]
    pub fn statistics(&self) -> PoolStatistics {
        let total = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        PoolStatistics {
            requests: total(&self.counters.requests),
            batches: total(&self.counters.batches),
            restarts: total(&self.counters.restarts),
        }
    }

    /// Answers what is queued, then ends the workers.
    pub async fn shutdown(self) {
        let Self { queue, mut tasks, .. } = self;
        drop(queue);
        while let Some(ended) = tasks.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "worker task failed");
            }
        }
    }
}

/// The place of one worker in the pool; processes come and go in it.
struct Slot {
    spec: Arc<WorkerSpec>,
    worker: Option<Worker>,
    counters: Arc<Counters>,
}

impl Slot {
    async fn run(mut self, jobs: Arc<Mutex<mpsc::Receiver<Job>>>) {
        let max_batch = usize::from(self.spec.limits.max_batch.max(1));
        let mut batch = Vec::with_capacity(max_batch);
        loop {
            // The lock is held while waiting: free workers queue up behind it, and one takes all that waits.
            if jobs.lock().await.recv_many(&mut batch, max_batch).await == 0 {
                break;
            }
            batch.retain(|job: &Job| !job.reply.is_closed());
            self.answer(&mut batch).await;
            if self.worker.as_ref().is_some_and(Worker::is_worn) {
                self.retire().await;
                if let Err(error) = self.replace().await {
                    tracing::warn!(%error, label = error.label(), "worn worker not replaced, the next request tries again");
                }
            }
        }
        self.retire().await;
    }

    async fn answer(&mut self, batch: &mut Vec<Job>) {
        let inputs: Vec<&[u8]> = batch.iter().map(|job| job.input.as_slice()).collect();
        match self.attempt(&inputs).await {
            Ok(results) => {
                for (job, result) in batch.drain(..).zip(results) {
                    reply(job, Ok(result));
                }
            }
            // One bad request must not take its neighbours down: each is tried alone.
            Err(error) if batch.len() > 1 && error.may_be_one_input() => {
                tracing::warn!(%error, requests = batch.len(), "batch failed, trying its requests one by one");
                for job in batch.drain(..) {
                    let alone = self.attempt(&[job.input.as_slice()]).await;
                    reply(job, alone.and_then(|mut results| results.pop().ok_or(WorkerError::ShuttingDown)));
                }
            }
            Err(error) => {
                tracing::warn!(%error, label = error.label(), requests = batch.len(), "batch failed");
                for job in batch.drain(..) {
                    reply(job, Err(error.clone()));
                }
            }
        }
    }

    /// Runs a batch, on a new process if there is none alive.
    async fn attempt(&mut self, inputs: &[&[u8]]) -> Result<Vec<Inferred>, WorkerError> {
        if inputs.is_empty() {
            return Ok(Vec::new());
        }
        if self.worker.as_mut().is_some_and(|worker| !worker.is_alive()) {
            self.worker = None;
        }
        let counters = Arc::clone(&self.counters);
        let worker = match self.worker.take() {
            Some(worker) => self.worker.insert(worker),
            None => self.replace().await?,
        };
        counters.batches.fetch_add(1, Ordering::Relaxed);
        counters.requests.fetch_add(inputs.len() as u64, Ordering::Relaxed);
        let outputs = worker.infer_batch(inputs).await?;
        let (forward, batch) = (worker.last_forward(), inputs.len());
        Ok(outputs.into_iter().map(|output| Inferred { output, forward, batch }).collect())
    }

    async fn replace(&mut self) -> Result<&mut Worker, WorkerError> {
        self.counters.restarts.fetch_add(1, Ordering::Relaxed);
        let worker = Worker::spawn(Arc::clone(&self.spec)).await?;
        Ok(self.worker.insert(worker))
    }

    async fn retire(&mut self) {
        if let Some(worker) = self.worker.take() {
            worker.stop().await;
        }
    }
}

/// Whoever asked may have gone; the result then has no taker.
fn reply(job: Job, result: Result<Inferred, WorkerError>) {
    job.reply.send(result).ok();
}
