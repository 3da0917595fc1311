//! Giving seats: by personnel numbers, while a session is not closed.

use std::collections::BTreeSet;

use domain::access::Actor;
use domain::exam_session::State;
use domain::form::FormState;
use domain::id::{CandidacyId, ExamSessionId, PersonId};
use domain::refusal::{Fault, Refusal};
use domain::time::Moment;
use store::Tx;
use store::exam_session::Seat;

use super::{own, record, trainees};
use crate::{Services, chance, programme};

/// The most candidates that are added at once.
pub const MOST_ADDED: usize = 200;

/// Whom seats are given, each with the candidacy that is open.
pub(super) type People = Vec<(PersonId, Option<CandidacyId>)>;

pub(super) async fn with_candidacies(s: &Services, people: BTreeSet<PersonId>) -> Result<People, Fault> {
    let certification = programme::current(s).await?.certification;
    let known = store::exam_session::candidacies_of(&s.db, certification, people.iter().copied()).await?;
    Ok(people.into_iter().map(|person| (person, known.get(&person).copied())).collect())
}

pub(super) async fn give_seats(
    s: &Services,
    tx: &Tx,
    actor: &Actor,
    id: ExamSessionId,
    people: People,
    now: Moment,
) -> Result<u64, Refusal> {
    if people.is_empty() {
        return Ok(0);
    }
    let seats = people
        .iter()
        .map(|(person, candidacy)| Seat {
            id: chance::id(now),
            session: id,
            person: *person,
            candidacy: *candidacy,
            identity_checked_at: None,
            wrong_codes: 0,
            attempt: None,
        })
        .collect();
    let added = store::exam_session::insert_seats(tx, seats, actor.person, now).await?;
    let people: Vec<PersonId> = people.into_iter().map(|(person, _)| person).collect();
    let what = serde_json::json!({ "people": people, "added": added });
    record(s, tx, actor, id, "exam_seat.added", what).await?;
    Ok(added)
}

/// The people whose personnel numbers were typed in `numbers`; what is wrong with them is noted. Numbers that
/// nobody has are put into `unknown`, to be shown.
pub(super) async fn numbered(
    s: &Services,
    actor: &Actor,
    form: &mut FormState,
) -> Result<BTreeSet<PersonId>, Fault> {
    let apart = |c: char| c.is_whitespace() || c == ',' || c == ';';
    let numbers: BTreeSet<String> =
        form.value("numbers").split(apart).filter(|word| !word.is_empty()).map(ToOwned::to_owned).collect();
    if numbers.len() > MOST_ADDED {
        form.problem("numbers", "too_many_chosen");
        return Ok(BTreeSet::new());
    }
    let known = store::exam_session::by_numbers(&s.db, numbers.iter().cloned().collect()).await?;
    let unknown: Vec<&str> =
        numbers.iter().filter(|number| !known.contains_key(*number)).map(String::as_str).collect();
    if !unknown.is_empty() {
        let unknown = unknown.join(", ");
        *form = std::mem::take(form).with("unknown", unknown);
        form.problem("numbers", "unknown_numbers");
    }
    let people: BTreeSet<PersonId> = known.into_values().collect();
    if people.contains(&actor.person) {
        form.problem("numbers", "own_seat");
    }
    refuse_trainees(s, actor, form, "numbers", &people).await?;
    Ok(people)
}

/// Notes beside a field that some candidates are trainees of whoever would hold their exam; who is put into `trainees`,
/// to be shown.
pub(super) async fn refuse_trainees(
    s: &Services,
    actor: &Actor,
    form: &mut FormState,
    field: &str,
    people: &BTreeSet<PersonId>,
) -> Result<(), Fault> {
    let names = trainees(&s.db, actor, people.iter().copied().collect()).await?;
    if !names.is_empty() {
        *form = std::mem::take(form).with("trainees", names.join(", "));
        form.problem(field, "own_trainees");
    }
    Ok(())
}

/// Gives more seats in a session that is not closed; the form has `numbers`. How many were new.
///
/// # Errors
/// A refusal: not allowed, numbers that are wrong, or the session is closed.
pub async fn add(
    s: &Services,
    actor: &Actor,
    id: ExamSessionId,
    mut form: FormState,
) -> Result<u64, Refusal> {
    own(&s.db, actor, id).await?;
    let people = numbered(s, actor, &mut form).await?;
    if form.is_clean() && people.is_empty() {
        form.problem("numbers", "missing");
    }
    if !form.is_clean() {
        return Err(Refusal::Form(form));
    }
    let people = with_candidacies(s, people).await?;
    let (services, actor, now) = (s.clone(), actor.clone(), s.now());
    s.db.write(move |tx| async move {
        if own(&tx, &actor, id).await?.state == State::Closed {
            return Err(Refusal::Conflict("session_closed"));
        }
        give_seats(&services, &tx, &actor, id, people, now).await
    })
    .await
}
