//! The whole sitting: all come within some seconds, answer over some minutes, and hand in within one second.

use std::time::Duration;

use anyhow::Result;
use service::rehearsal::{Guest, Sitting};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::candidate::Candidate;
use super::faults::Progress;
use super::gauge::Gauge;
use super::place::Place;
use super::tally::Tally;
use super::{Finish, Rehearse};

/// Everybody hands in within this time.
const HAND_IN: Duration = Duration::from_secs(1);
/// How long the sweeper is waited for.
const LONGEST_SWEEP: Duration = Duration::from_mins(1);
/// How many sign in at once.
const SIGN_INS_AT_ONCE: usize = 8;

/// What was measured, and what the database must hold.
#[derive(Default)]
pub(super) struct Measured {
    pub(super) tally: Tally,
    /// From the first who came until the last who was done.
    pub(super) elapsed: Duration,
    /// The part of it in which answers were saved, or lessons read.
    pub(super) steady: Duration,
    /// From the first hand-in until the last result was seen.
    pub(super) graded: Option<Duration>,
    /// Who did not come to the end.
    pub(super) gave_up: u64,
    /// Bytes that came.
    pub(super) received: u64,
    pub(super) before: Gauge,
    pub(super) after: Gauge,
    pub(super) sittings: Vec<Sitting>,
}

impl Measured {
    /// Takes in what each candidate has measured and knows.
    pub(super) fn gather(mut self, all: Vec<Candidate>) -> Self {
        for mut candidate in all {
            self.gave_up += u64::from(!candidate.is_done);
            self.received += candidate.received();
            self.sittings.extend(candidate.sitting());
            self.tally.absorb(candidate.tally);
        }
        self
    }
}

/// The guests of a place as candidates.
pub(super) fn candidates(place: &Place, args: &Rehearse) -> Vec<Candidate> {
    let guests = place.guests.iter().enumerate();
    let candidate = |(n, guest): (usize, &Guest)| {
        Candidate::new(n, guest.clone(), place.address.clone(), args.tries).among(&place.others)
    };
    guests.map(candidate).collect()
}

/// Lets all do something at the same time, their beginnings spread evenly.
pub(super) async fn together<F, Fut>(all: Vec<Candidate>, within: Duration, act: F) -> Result<Vec<Candidate>>
where
    F: Fn(Candidate) -> Fut,
    Fut: Future<Output = Candidate> + Send + 'static,
{
    let began = Instant::now();
    let count = u32::try_from(all.len()).unwrap_or(u32::MAX).max(1);
    let mut tasks = JoinSet::new();
    for (candidate, place) in all.into_iter().zip(0u32..) {
        let at = began + within * place / count;
        let acting = act(candidate);
        tasks.spawn(async move {
            sleep_until(at).await;
            acting.await
        });
    }
    let mut done = Vec::new();
    while let Some(candidate) = tasks.join_next().await {
        done.push(candidate?);
    }
    Ok(done)
}

/// Signs so many people in, some at once, apart from everything else: it is slow on purpose.
pub(super) async fn sign_ins(place: &Place, args: &Rehearse) -> Result<(Tally, Duration)> {
    let count = usize::try_from(args.sign_ins).unwrap_or(0);
    let nobody = |n| {
        let guest = Guest { login: String::new(), token: String::new() };
        Candidate::new(n, guest, place.address.clone(), args.tries)
    };
    let logins: Vec<String> =
        place.guests.iter().cycle().take(count).map(|guest| guest.login.clone()).collect();
    let began = Instant::now();
    let all = (0..SIGN_INS_AT_ONCE).map(nobody).collect();
    let done = together(all, Duration::ZERO, |mut candidate| {
        let mine = logins.iter().skip(candidate.number).step_by(SIGN_INS_AT_ONCE);
        let mine: Vec<String> = mine.cloned().collect();
        async move {
            for login in &mine {
                candidate.sign_in(login).await;
            }
            candidate
        }
    })
    .await?;
    let elapsed = began.elapsed();
    Ok((Measured::default().gather(done).tally, elapsed))
}

/// Sits the test with everybody; where faults are injected, whoever does it follows how far all are.
pub(super) async fn whole(place: &Place, args: &Rehearse, progress: Option<Progress>) -> Result<Measured> {
    let before = place.gauge().await?;
    let began = Instant::now();
    let pace = Pace::of(args, began, progress.is_some());
    let within = Duration::from_secs(args.within.into());
    let all = candidates(place, args);
    let all = all.into_iter().map(|candidate| candidate.followed_by(progress.clone())).collect();
    let all = together(all, within, |candidate| sit(candidate, pace)).await?;
    let steady = began.elapsed();
    let (graded, all) = match args.finish {
        Finish::Person => hand_in(all).await?,
        Finish::Deadline => time_out(place, all).await?,
    };
    let elapsed = began.elapsed();
    let after = place.gauge().await?;
    let measured = Measured { elapsed, steady, graded: Some(graded), before, after, ..Measured::default() };
    Ok(measured.gather(all))
}

/// When answers are sent.
#[derive(Clone, Copy)]
struct Pace {
    /// When all have come.
    from: Instant,
    over: Duration,
    items: usize,
    /// Whether each answer is changed once.
    is_changing: bool,
}

impl Pace {
    fn of(args: &Rehearse, began: Instant, is_changing: bool) -> Self {
        let from = began + Duration::from_secs(args.within.into());
        let over = Duration::from_mins(args.minutes.into());
        Self { from, over, items: args.items.most(), is_changing }
    }

    /// When a candidate answers the nth of so many questions. Neighbours do not keep step.
    fn at(&self, number: usize, nth: usize, of: usize) -> Instant {
        const PARTS: usize = 1000;
        // 619 and 1000 have no common divisor: a thousand neighbours have a thousand different moments.
        let part = number.wrapping_mul(619) % PARTS;
        let place = u32::try_from(nth * PARTS + part).unwrap_or(0);
        let places = u32::try_from(of * PARTS).unwrap_or(u32::MAX).max(1);
        self.from + self.over * place / places
    }
}

async fn sit(mut candidate: Candidate, pace: Pace) -> Candidate {
    candidate.open().await;
    let questions = candidate.questions().min(pace.items);
    for nth in 0..questions {
        if !pace.over.is_zero() {
            sleep_until(pace.at(candidate.number, nth, questions)).await;
        }
        candidate.save(nth, 0).await;
        if let Some(before) = nth.checked_sub(1).filter(|_| pace.is_changing) {
            // The later answer has to count, whatever went wrong between the two.
            candidate.save(before, 1).await;
        }
    }
    candidate
}

/// All hand in, and look at their results at once.
async fn hand_in(all: Vec<Candidate>) -> Result<(Duration, Vec<Candidate>)> {
    let began = Instant::now();
    let all = together(all, HAND_IN, |mut candidate| async move {
        if candidate.finish().await.is_some() {
            candidate.is_done = candidate.result().await.is_some();
        }
        candidate
    })
    .await?;
    Ok((began.elapsed(), all))
}

/// Nobody hands in: the time runs out for all at once, and the sweeper has to close them.
async fn time_out(place: &Place, all: Vec<Candidate>) -> Result<(Duration, Vec<Candidate>)> {
    let services = place.services().await?;
    let began = Instant::now();
    service::rehearsal::end_time(&services).await?;
    let mut ticks = tokio::time::interval(Duration::from_millis(100));
    while service::rehearsal::open_attempts(&services).await? > 0 && began.elapsed() < LONGEST_SWEEP {
        ticks.tick().await;
    }
    let graded = began.elapsed();
    let all = together(all, HAND_IN, |mut candidate| async move {
        candidate.time_is_up();
        candidate.is_done = candidate.result().await.is_some();
        candidate
    })
    .await?;
    Ok((graded, all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_spread_over_the_whole_time_and_neighbours_keep_no_step() {
        let from = Instant::now();
        let pace = Pace { from, over: Duration::from_secs(400), items: 40, is_changing: false };
        assert_eq!(pace.at(0, 0, 40), from);
        assert_eq!(pace.at(0, 1, 40), from + Duration::from_secs(10));
        for number in 1..1000 {
            for nth in 0..40 {
                let at = pace.at(number, nth, 40);
                assert_ne!(at, pace.at(number - 1, nth, 40));
                assert!(at >= pace.at(0, nth, 40) && at < pace.at(0, nth + 1, 40));
            }
        }
    }
}
