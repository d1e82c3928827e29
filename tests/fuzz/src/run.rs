//! Episodes: each a fresh setup and a few thousand random steps, on as many threads as there are cores.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{
    actions::{self, Action},
    failure::{Failure, Recorded},
    laws::Laws,
    pick::{Pick, mixed},
    report::Report,
    setup::Setup,
    step::Ending,
};

/// How much to do.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Every choice follows from it.
    pub seed: u64,
    /// Transactions to send in all; the last episodes may send a few more.
    pub transactions: u64,
    /// Steps of one episode.
    pub episode_steps: usize,
    /// When to stop at the latest.
    pub time_limit: Option<Duration>,
    /// Threads.
    pub workers: usize,
}

impl Settings {
    /// Steps of an episode that reach deep states and still shorten quickly.
    pub const EPISODE_STEPS: usize = 2_500;

    /// As many threads as the machine has cores.
    pub fn all_cores() -> usize {
        thread::available_parallelism().map_or(1, usize::from)
    }
}

/// Plays until the settings say stop or a law is broken.
pub fn run(start: &Setup, settings: &Settings) -> Report {
    let (next, sent, stop) = (AtomicU64::new(0), AtomicU64::new(0), AtomicBool::new(false));
    let began = Instant::now();
    let whole = Mutex::new(Report::new(settings.seed));
    let is_over = || {
        stop.load(Ordering::Relaxed)
            || sent.load(Ordering::Relaxed) >= settings.transactions
            || settings.time_limit.is_some_and(|limit| began.elapsed() >= limit)
    };
    thread::scope(|scope| {
        for _ in 0..settings.workers {
            let setup = start.clone();
            let (next, sent, stop, whole, is_over) = (&next, &sent, &stop, &whole, &is_over);
            scope.spawn(move || {
                while !is_over() {
                    let episode = next.fetch_add(1, Ordering::Relaxed);
                    let mut report = Report::new(settings.seed);
                    play(&setup, settings, episode, &mut report, sent, is_over);
                    if report.failure.is_some() {
                        stop.store(true, Ordering::Relaxed);
                    }
                    whole.lock().expect("no thread panics with the report").add(report);
                }
            });
        }
    });
    let mut whole = whole.into_inner().expect("no thread panics with the report");
    whole.seconds = began.elapsed().as_secs_f64();
    whole
}

fn play(
    start: &Setup,
    settings: &Settings,
    episode: u64,
    report: &mut Report,
    sent: &AtomicU64,
    is_over: impl Fn() -> bool,
) {
    let (actions, mut laws) = (actions::all(), Laws::new());
    let mut setup = start.clone();
    let mut pick = Pick::new(mixed(settings.seed, episode));
    let mut steps = Vec::new();
    for _ in 0..settings.episode_steps {
        if is_over() {
            break;
        }
        let action = choose(&actions, &mut pick);
        let seed = pick.seed();
        let step = setup.step(action, seed, &mut laws);
        report.count(action.name, &step.ending);
        if step.ending == Ending::Skipped {
            continue;
        }
        if step.ending != Ending::Waited {
            sent.fetch_add(1, Ordering::Relaxed);
        }
        steps.push(Recorded { action: action.name.to_owned(), seed, what: step.what });
        if let Some(broken) = step.broken {
            let transactions = sent.load(Ordering::Relaxed);
            report.failure = Some(Failure { seed: settings.seed, episode, broken, steps, transactions });
            break;
        }
    }
    report.episodes = 1;
    report.hold(laws.held);
}

fn choose<'a>(actions: &'a [Action], pick: &mut Pick) -> &'a Action {
    &actions[pick.weighted(actions.iter().map(|action| action.weight))]
}
