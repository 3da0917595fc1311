//! Rehearsals of load: made-up candidates with sessions, and whether all that was acknowledged was kept.
//!
//! Invariant: only a database that is marked is ever written to, and only one without people is ever marked.

pub mod button;

use std::collections::BTreeMap;
use std::path::Path;

use domain::attempt::{Stored, Value};
use domain::id::{AttemptId, WriterId};
use domain::journal::{self, EMPTY, Told, fold, link};
use domain::refusal::Fault;
use domain::time::minutes;
use serde::{Deserialize, Serialize};
use store::attempt::{Attempt, Event};
use store::session::WebSession;
use store::{Conn, Db};

use crate::{Services, access, audit, chance, facts, seed};

/// The fact that marks a database, with an id of its own.
const MARK: &str = "rehearsal";
/// The fact that says how many employees have been used up.
const USED: &str = "rehearsal_people";
const PREPARING: &str = "preparing a rehearsal";
/// How many sessions one write adds.
const AT_ONCE: usize = 200;

/// The mark of this database; none when it is not for rehearsals.
///
/// # Errors
/// A fault of the database.
pub async fn mark_of(s: &Services) -> Result<Option<String>, Fault> {
    facts::get(s, MARK).await
}

/// Turns away a database that holds people and is not for rehearsals, in whatever version of the schema.
///
/// # Errors
/// It is such a one, or a fault of the database.
pub async fn refuse_real(db: &Db) -> Result<(), Fault> {
    if store::maintenance::holds_schema(db).await? { refuse_people(db).await } else { Ok(()) }
}

async fn refuse_people(conn: &impl Conn) -> Result<(), Fault> {
    if store::setting::fact(conn, MARK).await?.is_none() && store::maintenance::count_people(conn).await? > 0
    {
        let why =
            "the database holds people and is not for rehearsals. Nothing was changed; name an empty one";
        return Err(Fault::new(PREPARING, why));
    }
    Ok(())
}

/// Marks this database as one for rehearsals, if it is not yet; its mark.
///
/// # Errors
/// A fault of the database, or that it holds people and was never marked.
pub async fn mark(s: &Services) -> Result<String, Fault> {
    let now = s.now();
    s.db.write(move |tx| async move {
        if let Some(mark) = store::setting::fact(&tx, MARK).await? {
            return Ok(mark);
        }
        refuse_people(&tx).await?;
        let mark = chance::uuid(now).to_string();
        store::setting::set_fact(&tx, chance::uuid(now), MARK, &mark).await?;
        Ok(mark)
    })
    .await
}

async fn insist(s: &Services) -> Result<(), Fault> {
    match mark_of(s).await? {
        Some(_) => Ok(()),
        None => Err(Fault::new(PREPARING, "the database is not for rehearsals")),
    }
}

/// A candidate who is signed in already.
#[derive(Clone, Debug)]
pub struct Guest {
    /// The login; the password is that of all demo people.
    pub login: String,
    /// The token of a session.
    pub token: String,
}

/// Seeds the shipped content and so many more candidates who may sit the certification test, each with a
/// session. Candidates of earlier rehearsals are left alone.
///
/// # Errors
/// A fault of the database or of the content, or that the database is not for rehearsals.
pub async fn prepare(s: &Services, content: &Path, count: u32) -> Result<Vec<Guest>, Fault> {
    insist(s).await?;
    let used = facts::get(s, USED).await?.and_then(|used| used.parse::<u32>().ok()).unwrap_or(0);
    let last = used.saturating_add(count);
    seed::seed(s, content).await?;
    seed::people(s, content, last).await?;
    facts::set(s, USED, last.to_string()).await?;
    let logins: Vec<String> = (used.saturating_add(1)..=last).map(|number| format!("e{number:05}")).collect();
    let mut guests = Vec::with_capacity(logins.len());
    for piece in logins.chunks(AT_ONCE) {
        guests.extend(begin(s, piece.to_vec()).await?);
    }
    Ok(guests)
}

/// Begins a session for each: signing in itself is measured apart, because it is slow on purpose.
async fn begin(s: &Services, logins: Vec<String>) -> Result<Vec<Guest>, Fault> {
    let (services, now) = (s.clone(), s.now());
    let absolute_until = now + minutes(s.settings().session_absolute_hours * 60);
    s.db.write(move |tx| async move {
        let mut guests = Vec::with_capacity(logins.len());
        for login in logins {
            let account = store::account::find_by_login(&tx, &login).await?;
            let account = account.ok_or_else(|| Fault::new(PREPARING, format!("no {login}")))?;
            let token = domain::draw::hex(&chance::bytes::<32>());
            let session = WebSession {
                id: chance::id(now),
                account: account.id,
                token_hash: access::token_hash(&token),
                created_at: now,
                seen_at: now,
                absolute_until,
                user_agent: "rehearsal".to_owned(),
                address: String::new(),
            };
            store::session::begin(&tx, session).await?;
            guests.push(Guest { login, token });
        }
        let what = serde_json::json!({ "rehearsal": true, "sessions": guests.len() });
        audit::record(&services, &tx, None, "session.begun", ("person", None), what);
        Ok(guests)
    })
    .await
}

/// Lets the time of every open attempt run out now, without a grace: the sweeper has to close them all.
///
/// # Errors
/// A fault of the database, or that it is not for rehearsals.
pub async fn end_time(s: &Services) -> Result<u64, Fault> {
    insist(s).await?;
    let now = s.now();
    s.db.write(move |tx| async move { store::maintenance::end_time(&tx, now).await }).await
}

/// How many attempts are open.
///
/// # Errors
/// A fault of the database.
pub async fn open_attempts(s: &Services) -> Result<u64, Fault> {
    store::maintenance::open_attempts(&s.db).await
}

/// An answer that the server has acknowledged.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Under which name it was sent.
    pub writer: WriterId,
    /// The writer's number.
    pub seq: i64,
    /// The question, from 1.
    pub position: u32,
    /// The chosen options.
    pub tokens: Vec<String>,
}

/// What a candidate knows of their attempt.
#[derive(Clone, Debug)]
pub struct Sitting {
    /// The attempt.
    pub attempt: AttemptId,
    /// What was acknowledged, in the order sent.
    pub kept: Vec<Kept>,
    /// Whether it was handed in, or its time has run out.
    pub is_over: bool,
}

/// What the database was found to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings {
    /// Attempts that were looked at.
    pub attempts: u64,
    /// Answers that were acknowledged.
    pub acknowledged: u64,
    /// Of these, how many are not in the journal as they were sent.
    pub lost: u64,
    /// Questions whose answer that counts is not the last one acknowledged, nor one sent after it.
    pub displaced: u64,
    /// Attempts whose journal does not hang together, or that are not there at all.
    pub broken: u64,
    /// Attempts that are over and have no result, or still stand open.
    pub ungraded: u64,
    /// Attempts with more than one current result, or with one before they are over.
    pub overgraded: u64,
}

impl Findings {
    /// How much of it is not as it should be: nothing may be lost, and nothing there twice.
    #[must_use]
    pub const fn wrong(&self) -> u64 {
        self.lost + self.displaced + self.broken + self.ungraded + self.overgraded
    }
}

/// Compares what candidates were told with what the database holds.
///
/// # Errors
/// A fault of the database.
pub async fn check(s: &Services, sittings: &[Sitting]) -> Result<Findings, Fault> {
    let mut found = Findings::default();
    for sitting in sittings {
        found.attempts += 1;
        found.acknowledged += count(sitting.kept.len());
        let Some(attempt) = store::attempt::find(&s.db, sitting.attempt).await? else {
            found.broken += 1;
            found.lost += count(sitting.kept.len());
            continue;
        };
        let journal = store::attempt::journal(&s.db, attempt.id).await?;
        let results = store::maintenance::current_results(&s.db, attempt.id).await?;
        let is_over = attempt.state == Stored::Finished;
        found.lost += lost(&sitting.kept, &journal);
        found.displaced += displaced(&sitting.kept, &journal);
        found.broken += u64::from(!holds_together(&attempt, &journal));
        found.ungraded += u64::from((sitting.is_over || is_over) && (results == 0 || !is_over));
        found.overgraded += u64::from(results > u64::from(is_over));
    }
    Ok(found)
}

/// How many acknowledged answers the journal does not hold as they were sent.
fn lost(kept: &[Kept], journal: &[Event]) -> u64 {
    let known: BTreeMap<(WriterId, i64), &Event> = journal
        .iter()
        .filter(|event| event.verdict.counts())
        .map(|event| ((event.writer, event.seq), event))
        .collect();
    let is_there = |answer: &&Kept| {
        known.get(&(answer.writer, answer.seq)).is_some_and(|event| {
            event.position == answer.position && tokens_of(event).as_ref() == Some(&answer.tokens)
        })
    };
    count(kept.len()) - count(kept.iter().filter(is_there).count())
}

/// How many questions have an answer other than the last one acknowledged. One that was sent later and whose
/// acknowledgement got lost may stand in its place.
fn displaced(kept: &[Kept], journal: &[Event]) -> u64 {
    let values: Vec<(&Event, Value)> =
        journal.iter().filter_map(|event| Some((event, serde_json::from_str(&event.value).ok()?))).collect();
    let folded = fold(values.iter().map(|(event, value)| Told {
        position: event.position,
        ord: event.ord,
        writer: event.writer,
        value,
        verdict: event.verdict,
        at: event.received_at,
    }));
    let seqs: BTreeMap<i64, i64> = journal.iter().map(|event| (event.ord, event.seq)).collect();
    let last: BTreeMap<u32, &Kept> = kept.iter().map(|answer| (answer.position, answer)).collect();
    let differs = |answer: &&&Kept| {
        folded.answers.get(&answer.position).is_none_or(|counts| {
            let is_later = seqs.get(&counts.ord).is_some_and(|seq| *seq > answer.seq);
            counts.tokens != answer.tokens && !(is_later && counts.writer == answer.writer)
        })
    };
    count(last.values().filter(differs).count())
}

/// The options that an event chose; none for a mark.
fn tokens_of(event: &Event) -> Option<Vec<String>> {
    match serde_json::from_str(&event.value).ok()? {
        Value::Options(tokens) => Some(tokens),
        Value::Mark { .. } => None,
    }
}

/// Whether the numbers follow one another, and each link follows from the one before.
fn holds_together(attempt: &Attempt, journal: &[Event]) -> bool {
    let mut before = EMPTY;
    for (event, ord) in journal.iter().zip(1..) {
        before = link(
            &before,
            &journal::Event {
                attempt: attempt.id,
                writer: event.writer,
                seq: event.seq,
                ord,
                position: event.position,
                value: &event.value,
                verdict: event.verdict,
                code: &event.code,
                received_at: event.received_at,
            },
        );
        if event.ord != ord || event.link != before {
            return false;
        }
    }
    before == attempt.journal_hash && i64::try_from(journal.len()) == Ok(attempt.last_ord)
}

fn count(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use domain::attempt::Verdict;
    use domain::id::Id;
    use uuid::Uuid;

    use super::*;

    fn writer() -> WriterId {
        Id::new(Uuid::from_u128(7))
    }

    fn event(seq: i64, value: &str, verdict: Verdict) -> Event {
        Event {
            id: Uuid::from_u128(1),
            writer: writer(),
            seq,
            ord: seq,
            position: 3,
            value: value.to_owned(),
            verdict,
            code: String::new(),
            received_at: "2026-11-22T10:00:00Z".parse().unwrap(),
            link: EMPTY,
        }
    }

    fn kept(seq: i64, tokens: &[&str]) -> Kept {
        Kept {
            writer: writer(),
            seq,
            position: 3,
            tokens: tokens.iter().map(|&token| token.to_owned()).collect(),
        }
    }

    #[test]
    fn an_acknowledged_answer_that_is_not_in_the_journal_is_found() {
        let journal = [event(1, r#"["aa"]"#, Verdict::Counted), event(2, r#"["bb"]"#, Verdict::Late)];
        for (kept, expected) in [
            (vec![kept(1, &["aa"])], 0),
            (vec![kept(1, &["bb"])], 1),
            (vec![kept(1, &["aa"]), kept(2, &["bb"])], 1),
            (vec![kept(3, &["aa"])], 1),
            (vec![Kept { position: 4, ..kept(1, &["aa"]) }], 1),
            (vec![Kept { writer: Id::new(Uuid::from_u128(8)), ..kept(1, &["aa"]) }], 1),
        ] {
            assert_eq!(lost(&kept, &journal), expected, "{kept:?}");
        }
    }

    #[test]
    fn an_answer_that_counts_instead_of_the_last_acknowledged_one_is_found() {
        let first = event(1, r#"["aa"]"#, Verdict::Counted);
        let second = event(2, r#"["bb"]"#, Verdict::Counted);
        for (kept, journal, expected) in [
            (vec![kept(1, &["aa"])], vec![first.clone()], 0),
            (vec![kept(1, &["aa"]), kept(2, &["bb"])], vec![first.clone(), second.clone()], 0),
            (vec![kept(1, &["aa"])], vec![first.clone(), second.clone()], 0),
            (vec![kept(1, &["aa"]), kept(2, &["bb"])], vec![first.clone()], 1),
            (vec![kept(2, &["bb"])], vec![second, first], 1),
            (vec![kept(1, &["aa"])], Vec::new(), 1),
        ] {
            let journal: Vec<Event> =
                journal.into_iter().zip(1..).map(|(event, ord)| Event { ord, ..event }).collect();
            assert_eq!(displaced(&kept, &journal), expected, "{kept:?} {journal:?}");
        }
    }
}
