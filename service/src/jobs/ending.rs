//! Reminders that a certificate ends soon: to its holder, and to HR how many there are.

use std::collections::BTreeMap;

use domain::access::{Act, Actor, Held, Role, reach};
use domain::certification::Period;
use domain::id::{Id, PersonId};
use domain::notice::{EARLIEST, Reminder, covered, ending, summary_key};
use domain::refusal::Fault;
use store::job::Job;
use store::notice::Notice;
use uuid::Uuid;

use super::Step;
use super::about::About;
use super::daily::{PIECE, is_full, tell};
use crate::{Services, access, chance};

/// Looks at some of the periods that end soon. After the last of them, HR is told.
pub(super) async fn piece(s: &Services, job: &Job, about: About) -> Result<Step, Fault> {
    let last_day = about.day.plus_days(EARLIEST);
    let after = about.after.map(Id::new);
    let rows = store::notice::ending(&s.db, about.day, last_day, after, PIECE).await?;
    let people: Vec<PersonId> = rows.iter().map(|row| row.person).collect();
    let periods = store::certification::periods_of(&s.db, people).await?;
    let mut notices = Vec::new();
    for row in &rows {
        let known = periods.get(&row.person).map_or(&[][..], Vec::as_slice);
        let of_the_same = known.iter().filter(|known| known.certification == row.certification);
        let held: Vec<Period> = of_the_same.map(|known| known.period.clone()).collect();
        let Some(ending) = ending(&held, about.day, s.now()).filter(|found| found.period == row.period)
        else {
            continue;
        };
        let params = serde_json::json!({ "until": ending.until, "days": ending.days_left });
        notices.push((notice(job, row.person, Reminder::CertificateEnds, &params), ending.key()));
    }
    tell(s, notices).await?;
    match rows.last() {
        Some(last) if is_full(rows.len()) => about.after(last.period.raw()),
        Some(_) | None => tell_hr(s, job, about).await.map(|()| Step::Done),
    }
}

/// A reminder is dated by its job: it is the same however often the job runs.
pub(super) fn notice(job: &Job, person: PersonId, what: Reminder, params: &serde_json::Value) -> Notice {
    Notice {
        id: chance::uuid(job.created_at),
        person,
        kind: what.code().to_owned(),
        params: params.to_string(),
        created_at: job.created_at,
        read_at: None,
    }
}

/// Tells everybody in HR how many within their reach were reminded by this job.
async fn tell_hr(s: &Services, job: &Job, about: About) -> Result<(), Fault> {
    let told = store::notice::told(&s.db, Reminder::CertificateEnds.code(), job.created_at).await?;
    if told.is_empty() {
        return Ok(());
    }
    let tree = access::tree(s).await?;
    let mut hr: BTreeMap<PersonId, Vec<Held>> = BTreeMap::new();
    for (person, unit) in store::notice::holders(&s.db, Role::Hr).await? {
        let units = unit.map(|unit| tree.below(unit));
        hr.entry(person).or_default().push(Held { role: Role::Hr, units });
    }
    let mut notices = Vec::new();
    for (person, held) in hr {
        let people = covered(&reach(&absent(person, held), Act::ReadResults), &told);
        if people > 0 {
            let params = serde_json::json!({ "people": people });
            let notice = notice(job, person, Reminder::CertificatesEnd, &params);
            notices.push((notice, summary_key(about.day, person)));
        }
    }
    tell(s, notices).await
}

/// Somebody who is not here, to ask how far they reach. Nothing is done in their name.
fn absent(person: PersonId, held: Vec<Held>) -> Actor {
    Actor {
        person,
        account: Id::new(Uuid::nil()),
        session: Id::new(Uuid::nil()),
        name: String::new(),
        held,
        groups: Vec::new(),
    }
}
