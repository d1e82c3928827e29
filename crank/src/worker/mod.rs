//! Inference in a child process without keys or network.
//!
//! A TorchScript module is code from a stranger. It runs in a child of the same binary (hidden subcommand `worker`)
//! that is locked in before it reads a single byte of the bundle:
//!
//! | means | takes away |
//! |---|---|
//! | empty environment, pipes for stdin, stdout and stderr | keys, tokens and descriptors of the parent |
//! | Landlock | every file but the bundle and the processor's description (read only), TCP, abstract sockets and signals where the kernel knows them |
//! | seccomp | sockets, programs, new processes, tracing, mounts, signals to others, kernel interfaces |
//! | resource limits | file writes (size 0), core dumps, descriptors, memory, processor time over the process's life |
//! | the parent's wall clock | everything else: a batch that takes too long costs the process its life |
//!
//! `RLIMIT_NPROC` is left alone because it counts all processes of the user, and `RLIMIT_AS` because libtorch reserves
//! address space it never uses; seccomp forbids new processes and `RLIMIT_DATA` bounds memory instead.
//!
//! Parent and child speak length-prefixed frames (see [`frame`]). [`Worker`] is one child; [`WorkerPool`] queues
//! requests for several and lets a free child take whatever waits, up to a batch: no timer delays anything.

mod child;
mod error;
pub mod frame;
mod pool;
mod probe;
mod process;
mod sandbox;
mod spec;

pub use child::{ChildArguments, run_child};
pub use error::WorkerError;
pub use pool::{Inferred, PoolStatistics, WorkerPool};
pub use probe::{Attempt, ProbeReport};
pub use process::Worker;
pub use sandbox::{SandboxError, SandboxStatus};
pub use spec::{Limits, Sandbox, WorkerSpec};
