//! Faults in the middle of a sitting: servers are killed, a command is run.
//!
//! Invariant: what happens, and after how much of the sitting, follows from the seed alone.

use std::process::{Command, Stdio};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use clap::{Args, value_parser};
use serde::Serialize;
use tokio::sync::watch;

use super::servers::Servers;
use super::tally::millis;

/// The whole of a sitting.
const WHOLE: u64 = 1000;
/// No server is killed before so much of it…
const FIRST: u64 = 20;
/// …nor after so much: whoever never hands in has a few requests less.
const LAST: u64 = 950;
/// How many questions a paper has, as long as nobody has seen one.
const QUESTIONS: u64 = 40;

/// What goes wrong on purpose.
#[derive(Args, Clone, Debug)]
pub(super) struct Faults {
    /// Kill servers so many times, without a chance to tidy up, and start them again at once.
    #[arg(long, default_value_t = 0, value_parser = value_parser!(u32).range(0..=1000), conflicts_with = "against")]
    kill: u32,
    /// So many servers of our own on one PostgreSQL. With `--kill` the first that is killed stays away.
    #[arg(long, default_value_t = 1, value_parser = value_parser!(u32).range(1..=16), conflicts_with = "against")]
    pub(super) servers: u32,
    /// A shell command that is run once in the middle, such as one that restarts PostgreSQL.
    #[arg(long, value_name = "COMMAND")]
    disturb: Option<String>,
    /// Repeats the kills of an earlier rehearsal, which has named its seed.
    #[arg(long)]
    seed: Option<u64>,
}

impl Faults {
    /// Whether any is wanted.
    pub(super) const fn are_wanted(&self) -> bool {
        self.kill > 0 || self.disturb.is_some()
    }

    /// Whether one server runs from the beginning to the end, so that its figures are those of the whole.
    pub(super) const fn leave_one_server(&self) -> bool {
        self.kill == 0 && self.servers == 1
    }
}

/// How far all candidates are together. When the last handle is dropped, nobody sits any more.
#[derive(Clone)]
pub(super) struct Progress(Arc<watch::Sender<Far>>);

/// How much was answered, of how much.
#[derive(Clone, Copy, Debug)]
pub(super) struct Far {
    answered: u64,
    candidates: u64,
    /// How many questions each answers.
    questions: u64,
    /// How many at most.
    most: u64,
}

impl Far {
    /// Whether so many thousandths of the sitting are over.
    const fn is_at(&self, thousandths: u64) -> bool {
        // Each question is answered twice, but for the last; coming and handing in take seven requests.
        let whole = self.candidates * (6 + 2 * self.questions);
        self.answered * WHOLE >= whole * thousandths
    }
}

impl Progress {
    /// Nobody has come yet; each is going to answer so many questions at most.
    pub(super) fn new(candidates: u32, most: usize) -> Self {
        let most = u64::try_from(most).unwrap_or(u64::MAX);
        let far = Far { answered: 0, candidates: candidates.into(), questions: QUESTIONS.min(most), most };
        Self(Arc::new(watch::Sender::new(far)))
    }

    /// One more request was answered as it should be.
    pub(super) fn answered(&self) {
        self.0.send_modify(|far| far.answered += 1);
    }

    /// A paper has so many questions.
    pub(super) fn questions(&self, count: usize) {
        let questions = u64::try_from(count).unwrap_or(QUESTIONS);
        self.0.send_modify(|far| far.questions = questions.min(far.most));
    }

    /// Follows it.
    pub(super) fn follow(&self) -> watch::Receiver<Far> {
        self.0.subscribe()
    }
}

/// One thing that goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fault {
    /// One of the servers that run is killed; the number says which.
    Kill { draw: u64, is_for_good: bool },
    /// A command is run.
    Run(String),
}

/// What goes wrong, and after how many thousandths of the sitting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) seed: u64,
    faults: Vec<(u64, Fault)>,
}

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Done {
    pub(super) seed: u64,
    /// How many faults there should have been.
    pub(super) planned: u64,
    /// How many there were.
    pub(super) happened: u64,
    /// From each kill until the server that was started again said that it was ready.
    pub(super) restarts_ms: Vec<u64>,
}

impl Plan {
    /// Draws what was asked for.
    pub(super) fn of(asked: &Faults) -> Self {
        let by_chance = || u64::from(u32::from_le_bytes(service::chance::bytes()));
        let seed = asked.seed.unwrap_or_else(by_chance);
        let mut chance = Chance(seed);
        let mut kills: Vec<(u64, u64)> =
            (0..asked.kill).map(|_| (FIRST + chance.draw() % (LAST - FIRST + 1), chance.draw())).collect();
        kills.sort_unstable();
        let mut faults: Vec<(u64, Fault)> = kills
            .into_iter()
            .enumerate()
            .map(|(n, (at, draw))| (at, Fault::Kill { draw, is_for_good: n == 0 && asked.servers > 1 }))
            .collect();
        faults.extend(asked.disturb.iter().map(|command| (WHOLE / 2, Fault::Run(command.clone()))));
        faults.sort_by_key(|(at, _)| *at);
        Self { seed, faults }
    }

    /// Lets it happen while candidates sit.
    ///
    /// # Errors
    /// A server did not come back, or the command failed.
    pub(super) async fn happen(self, servers: &mut Servers, mut far: watch::Receiver<Far>) -> Result<Done> {
        let planned = u64::try_from(self.faults.len()).unwrap_or(u64::MAX);
        let mut done = Done { seed: self.seed, planned, ..Done::default() };
        for (at, fault) in self.faults {
            // Nobody sits any more, and it was never reached.
            if far.wait_for(|far| far.is_at(at)).await.is_err() {
                break;
            }
            match fault {
                Fault::Kill { draw, is_for_good: true } => servers.end(draw),
                Fault::Kill { draw, is_for_good: false } => {
                    let restart = servers.restart(draw).await?;
                    done.restarts_ms.extend(restart.map(millis));
                }
                Fault::Run(command) => run(&command).await?,
            }
            done.happened += 1;
        }
        Ok(done)
    }
}

impl Done {
    /// The longest restart.
    pub(super) fn longest_restart_ms(&self) -> Option<u64> {
        self.restarts_ms.iter().copied().max()
    }

    /// In words.
    pub(super) fn in_words(&self) -> String {
        let Self { seed, planned, happened, restarts_ms } = self;
        let restarts: Vec<String> = restarts_ms.iter().map(u64::to_string).collect();
        let restarts = if restarts.is_empty() { "none".to_owned() } else { restarts.join(" ") };
        format!("{happened} of {planned}, seed {seed}; restarts in ms: {restarts}")
    }
}

async fn run(command: &str) -> Result<()> {
    tracing::info!(command, "Running {command}");
    let mut shell = Command::new("sh");
    // What it says must not come between the figures.
    shell.args(["-c", command]).stdin(Stdio::null()).stdout(std::io::stderr());
    let ended = tokio::task::spawn_blocking(move || shell.status()).await.context("--disturb")?;
    let status = ended.context("--disturb: no shell could be started")?;
    if !status.success() {
        bail!("--disturb: {command:?} failed: {status}");
    }
    Ok(())
}

/// `SplitMix64`: small, and the same for ever, so that a seed always means the same.
struct Chance(u64);

impl Chance {
    const fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(kill: u32, servers: u32, seed: u64) -> Faults {
        Faults { kill, servers, disturb: Some("true".to_owned()), seed: Some(seed) }
    }

    #[test]
    fn the_same_seed_plans_the_same_and_all_of_it_lies_within_the_sitting() {
        for seed in 0..200 {
            let plan = Plan::of(&asked(7, 1, seed));
            assert_eq!(plan, Plan::of(&asked(7, 1, seed)));
            assert_ne!(plan.faults, Plan::of(&asked(7, 1, seed + 1)).faults);
            assert_eq!(plan.faults.len(), 8);
            assert!(plan.faults.is_sorted_by_key(|(at, _)| *at));
            assert!(plan.faults.iter().all(|(at, _)| (FIRST..=LAST).contains(at)), "{plan:?}");
        }
    }

    #[test]
    fn the_first_of_several_servers_that_is_killed_stays_away() {
        let for_good = |servers| {
            let plan = Plan::of(&asked(5, servers, 1));
            let kills = plan.faults.into_iter().filter_map(|(_, fault)| match fault {
                Fault::Kill { is_for_good, .. } => Some(is_for_good),
                Fault::Run(_) => None,
            });
            kills.collect::<Vec<_>>()
        };
        assert_eq!(for_good(1), [false; 5]);
        assert_eq!(for_good(2), [true, false, false, false, false]);
    }

    #[tokio::test]
    async fn a_moment_comes_when_enough_was_answered_or_nobody_sits_any_more() {
        let progress = Progress::new(1, 2);
        let mut far = progress.follow();
        progress.questions(40);
        for _ in 0..5 {
            progress.answered();
        }
        assert!(far.borrow().is_at(500));
        assert!(!far.borrow().is_at(501));
        drop(progress);
        assert!(far.wait_for(|far| far.is_at(500)).await.is_ok());
        assert!(far.wait_for(|far| far.is_at(501)).await.is_err());
    }

    #[tokio::test]
    async fn a_command_that_fails_is_an_error() {
        assert!(run("true").await.is_ok());
        assert!(run("exit 3").await.is_err());
    }
}
