//! Reminders that a certificate ends soon: to its holder, and to HR how many there are.

use domain::access::{Act, Role, reach};
use domain::certification::Period;
use domain::id::{Id, PersonId};
use domain::notice::{EARLIEST, Reminder, covered, ending, summary_key};
use domain::refusal::Fault;
use store::job::Job;
use store::notice::Notice;

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
    let mut notices = Vec::new();
    for hr in access::holders(s, &[Role::Hr]).await? {
        let people = covered(&reach(&hr, Act::ReadResults), &told);
        if people > 0 {
            let params = serde_json::json!({ "people": people });
            let notice = notice(job, hr.person, Reminder::CertificatesEnd, &params);
            notices.push((notice, summary_key(about.day, hr.person)));
        }
    }
    tell(s, notices).await
}
