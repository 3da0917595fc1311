//! A rehearsal of load: made-up candidates sit the certification test over HTTP, and afterwards the database is
//! searched for every answer that was acknowledged. docs/rehearsal.md says how to read what it prints.
//!
//! Invariant: only a database that is marked for rehearsals is ever touched, and no real one can be marked.

mod button;
mod candidate;
mod faults;
mod gauge;
mod http;
mod place;
mod report;
mod servers;
mod sitting;
mod steady;
mod tally;

use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum, value_parser};
use serde::Serialize;

use self::faults::{Done, Faults, Plan, Progress};
use self::place::Place;
use self::report::Report;
use self::servers::Servers;
use self::sitting::Measured;
use crate::command::say;
use crate::config::Config;
use crate::stop;

pub use self::button::Button;
pub use self::gauge::{refuse_real, route};

/// Files that a process needs beside one connection a candidate.
const OTHER_FILES: u64 = 100;

/// How a rehearsal goes.
#[derive(Args, Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line, and any may be given")]
pub struct Rehearse {
    /// How many people sit the test.
    #[arg(long, default_value_t = 100, value_parser = value_parser!(u32).range(1..=20_000))]
    candidates: u32,
    /// Over how many minutes each spreads the answers; 0: without a pause.
    #[arg(long, default_value_t = 2, value_parser = value_parser!(u32).range(0..=40))]
    minutes: u32,
    /// How many questions each answers: `all`, or a number.
    #[arg(long, default_value = "all")]
    items: Items,
    /// Within how many seconds all come and start.
    #[arg(long, default_value_t = 10, value_parser = value_parser!(u32).range(1..=3600))]
    within: u32,
    /// Who ends the attempts.
    #[arg(long, value_enum, default_value_t = Finish::Person)]
    finish: Finish,
    /// What is rehearsed.
    #[arg(long, value_enum, default_value_t = Profile::Whole)]
    profile: Profile,
    /// For the profiles `closed-loop` and `lessons`: how many connections.
    #[arg(long, default_value_t = 64, value_parser = value_parser!(u32).range(1..=20_000))]
    connections: u32,
    /// For the profiles `closed-loop` and `lessons`: how long.
    #[arg(long, default_value_t = 10, value_parser = value_parser!(u32).range(1..=3600))]
    seconds: u32,
    /// How many sign-ins are measured beforehand, eight at a time.
    #[arg(long, default_value_t = 50, value_parser = value_parser!(u32).range(0..=20_000))]
    sign_ins: u32,
    /// How often a request is sent before it is given up. Every failure counts as an error.
    #[arg(long, default_value_t = 3, value_parser = value_parser!(u32).range(1..=100))]
    tries: u32,
    /// A server that was started with `serve --rehearsal`, instead of one of our own; like `http://host:3000`.
    #[arg(long, requires = "database")]
    against: Option<String>,
    /// An empty database that may be thrown away, instead of a SQLite file. With `--against`: that server's.
    #[arg(long)]
    database: Option<String>,
    #[command(flatten)]
    faults: Faults,
    /// Where the temporary folder is made; a disk like the real one gives true figures.
    #[arg(long)]
    folder: Option<PathBuf>,
    /// Keep the temporary folder, with the database and the server's log.
    #[arg(long)]
    keep: bool,
    /// Print one JSON object instead of tables.
    #[arg(long)]
    json: bool,
    /// Judge neither times nor memory, only errors and losses: for a debug build or a busy machine.
    #[arg(long)]
    untimed: bool,
    /// Stop when standard input ends: for a program that starts this one, and must not leave it behind.
    #[arg(long)]
    until_input_ends: bool,
}

/// How many questions are answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Items {
    All,
    First(usize),
}

impl Items {
    const fn most(self) -> usize {
        match self {
            Self::All => usize::MAX,
            Self::First(count) => count,
        }
    }
}

impl FromStr for Items {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        if text == "all" {
            return Ok(Self::All);
        }
        text.parse().map(Self::First).map_err(|_| "it must be `all` or a number".to_owned())
    }
}

/// Who ends the attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Finish {
    /// All hand in within one second.
    Person,
    /// Nobody does: the time runs out for all at once, and the server closes them.
    Deadline,
}

/// What is rehearsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Profile {
    /// A whole sitting.
    Whole,
    /// Saving answers as fast as the server takes them.
    ClosedLoop,
    /// Reading one lesson as fast as the server gives it.
    Lessons,
}

impl Rehearse {
    const fn people(&self) -> u32 {
        match self.profile {
            Profile::Whole => self.candidates,
            Profile::ClosedLoop | Profile::Lessons => self.connections,
        }
    }
}

/// Rehearses, and prints what it came to.
///
/// # Errors
/// It could not be done, or a target was missed.
pub async fn run(config: &Config, args: &Rehearse) -> Result<()> {
    enough_files(args.people())?;
    let asked = stop::heard()?;
    if args.until_input_ends {
        stop::when_input_ends(asked.clone());
    }
    tokio::select! {
        // Whatever ends it, the server of our own and its folder go with it.
        result = rehearse(config, args) => result,
        () = asked.cancelled() => bail!("stopped before the end"),
    }
}

async fn rehearse(config: &Config, args: &Rehearse) -> Result<()> {
    if args.faults.are_wanted() && args.profile != Profile::Whole {
        bail!("--kill and --disturb need the profile `whole`. Nothing was done; leave --profile out");
    }
    let (place, mut servers) = Place::find(config, args, args.people()).await?;
    let sign_ins = match args.sign_ins {
        0 => None,
        _ => Some(sitting::sign_ins(&place, args).await?),
    };
    tracing::info!("Rehearsing");
    let (measured, faults) = match args.profile {
        Profile::Whole if args.faults.are_wanted() => {
            let (measured, done) = disturbed(&place, args, &mut servers).await?;
            (measured, Some(done))
        }
        Profile::Whole => (sitting::whole(&place, args, None).await?, None),
        Profile::ClosedLoop => (steady::closed_loop(&place, args).await?, None),
        Profile::Lessons => (steady::lessons(&place, args).await?, None),
    };
    // Without a chance to tidy up: what was acknowledged has to be there.
    drop(servers);
    let engine = place.engine;
    tracing::info!("Searching the database for what was acknowledged");
    let found = place.check(&measured.sittings).await?;
    let report = Report::of(args, engine, sign_ins, &measured, faults, found);
    if args.json {
        say(&serde_json::to_string(&report).context("writing the report as JSON")?);
    } else {
        for line in report.lines() {
            say(&line);
        }
    }
    match report.missed().join("; ") {
        missed if missed.is_empty() => Ok(()),
        missed => bail!("targets were missed: {missed}"),
    }
}

/// A whole sitting in which things go wrong on purpose.
async fn disturbed(place: &Place, args: &Rehearse, servers: &mut Servers) -> Result<(Measured, Done)> {
    let plan = Plan::of(&args.faults);
    tracing::info!(plan.seed, "Faults are drawn from the seed {}; --seed repeats them", plan.seed);
    let progress = Progress::new(args.candidates, args.items.most());
    let far = progress.follow();
    tokio::try_join!(sitting::whole(place, args, Some(progress)), plan.happen(servers, far))
}

/// Each candidate has a connection, so each process needs as many open files.
fn enough_files(people: u32) -> Result<()> {
    let Some(may) = std::fs::read_to_string("/proc/self/limits").ok().and_then(|limits| open_files(&limits))
    else {
        return Ok(());
    };
    let needed = u64::from(people) + OTHER_FILES;
    if may < needed {
        bail!(
            "{people} candidates need {needed} open files, and {may} are allowed: `ulimit -n {needed}` first"
        );
    }
    Ok(())
}

/// How many files may be open; none when there is no limit.
fn open_files(limits: &str) -> Option<u64> {
    limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))?
        .split_whitespace()
        .next()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_questions_are_answered_as_was_said() {
        assert_eq!("all".parse(), Ok(Items::All));
        assert_eq!("7".parse::<Items>().map(Items::most), Ok(7));
        assert!("some".parse::<Items>().is_err());
    }

    #[test]
    fn the_limit_of_open_files_is_read() {
        let limits = "Limit   Soft Limit  Hard Limit  Units\nMax open files            1024                 524288               files\n";
        assert_eq!(open_files(limits), Some(1024));
        assert_eq!(open_files("Max open files  unlimited unlimited files"), None);
        assert_eq!(open_files(""), None);
    }
}
