//! What nodes compute with: threads and memory.

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::{error::ExecutorError, memory::Memory};

/// Threads and memory of one executor.
pub struct Resources {
    pool: ThreadPool,
    /// Tensors.
    pub words: Memory<u32>,
    /// Operands and results in double precision.
    pub doubles: Memory<f64>,
}

impl Resources {
    /// Starts threads. Each multiplies by itself: libtorch's own threads would compete with them.
    ///
    /// # Errors
    /// When the system does not allow so many.
    pub fn new(threads: usize) -> Result<Self, ExecutorError> {
        let start = |_| tch::set_num_threads(1);
        let pool = ThreadPoolBuilder::new().num_threads(threads).start_handler(start).build();
        let pool = pool.map_err(|error| ExecutorError::Threads { threads, reason: error.to_string() })?;
        Ok(Self { pool, words: Memory::default(), doubles: Memory::default() })
    }

    /// How many threads there are.
    pub fn threads(&self) -> usize {
        self.pool.current_num_threads()
    }

    /// Runs work on the threads.
    pub fn run<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        self.pool.install(work)
    }

    /// Runs the same work on each thread.
    pub fn run_on_each<T: Send>(&self, work: impl Fn() -> T + Sync) -> Vec<T> {
        self.pool.broadcast(|_| work())
    }
}
