//! As much as the server takes: some connections, each asking again as soon as it is answered.

use std::time::Duration;

use anyhow::Result;
use tokio::time::Instant;

use super::Rehearse;
use super::candidate::Candidate;
use super::gauge::Gauge;
use super::place::Place;
use super::sitting::{Measured, candidates, together};

/// Everybody gets ready within this time.
const READY: Duration = Duration::from_secs(1);

/// Saves answers.
pub(super) async fn closed_loop(place: &Place, args: &Rehearse) -> Result<Measured> {
    let came = Instant::now();
    let all = together(candidates(place, args), READY, |mut candidate| async move {
        candidate.open().await;
        candidate
    })
    .await?;
    let (before, began) = (place.gauge().await?, Instant::now());
    let until = began + Duration::from_secs(args.seconds.into());
    let all = together(all, Duration::ZERO, |candidate| save_until(candidate, until)).await?;
    measured(place, before, (came, began), all).await
}

async fn save_until(mut candidate: Candidate, until: Instant) -> Candidate {
    let questions = candidate.questions();
    candidate.is_done = questions > 0;
    let mut nth = 0usize;
    while candidate.is_done && Instant::now() < until {
        let (round, at) = (nth.checked_div(questions).unwrap_or(0), nth.checked_rem(questions).unwrap_or(0));
        candidate.is_done = candidate.save(at, round).await.is_some();
        nth += 1;
    }
    candidate
}

/// Reads one lesson.
pub(super) async fn lessons(place: &Place, args: &Rehearse) -> Result<Measured> {
    let (before, began) = (place.gauge().await?, Instant::now());
    let until = began + Duration::from_secs(args.seconds.into());
    let all =
        together(candidates(place, args), Duration::ZERO, |candidate| read_until(candidate, until)).await?;
    measured(place, before, (began, began), all).await
}

async fn read_until(mut candidate: Candidate, until: Instant) -> Candidate {
    let Some(lesson) = candidate.find_lesson().await else { return candidate };
    candidate.is_done = true;
    while candidate.is_done && Instant::now() < until {
        candidate.is_done = candidate.read_lesson(&lesson).await.is_some();
    }
    candidate
}

async fn measured(
    place: &Place,
    before: Gauge,
    (came, began): (Instant, Instant),
    all: Vec<Candidate>,
) -> Result<Measured> {
    let (elapsed, steady) = (came.elapsed(), began.elapsed());
    let after = place.gauge().await?;
    Ok(Measured { elapsed, steady, before, after, ..Measured::default() }.gather(all))
}
