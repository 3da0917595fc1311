//! Own notices: what a person should know.

use domain::access::{Act, Actor, Subject, allow};
use domain::id::{Id, NoticeId};
use domain::page::MOST;
use domain::refusal::Refusal;
use domain::time::Moment;
use store::Tx;

use crate::{Services, audit};

/// A notice as its page puts it into words.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Its id.
    pub id: NoticeId,
    /// What about: a code.
    pub kind: String,
    /// What belongs to it.
    pub params: serde_json::Value,
    /// When.
    pub created_at: Moment,
    /// Whether it was read.
    pub is_read: bool,
}

/// The latest own notices.
///
/// # Errors
/// A fault of the database.
pub async fn list(s: &Services, actor: &Actor) -> Result<Vec<Shown>, Refusal> {
    allow(actor, Act::Learn, &Subject::own(actor.person))?;
    let notices = store::notice::of_person(&s.db, actor.person, MOST).await?;
    Ok(notices
        .into_iter()
        .map(|notice| Shown {
            id: Id::new(notice.id),
            params: serde_json::from_str(&notice.params).unwrap_or_default(),
            kind: notice.kind,
            created_at: notice.created_at,
            is_read: notice.read_at.is_some(),
        })
        .collect())
}

/// How many own notices were not read.
///
/// # Errors
/// A fault of the database.
pub async fn unread(s: &Services, actor: &Actor) -> Result<u64, Refusal> {
    allow(actor, Act::Learn, &Subject::own(actor.person))?;
    Ok(store::notice::unread(&s.db, actor.person).await?)
}

/// Marks all own notices as read.
///
/// # Errors
/// A fault of the database.
pub async fn read_all(s: &Services, actor: &Actor) -> Result<(), Refusal> {
    allow(actor, Act::Learn, &Subject::own(actor.person))?;
    let (services, actor, now) = (s.clone(), actor.clone(), s.now());
    s.db.write(move |tx| async move {
        let unread = store::notice::unread(&tx, actor.person).await?;
        if unread == 0 {
            return Ok(());
        }
        store::notice::read_all(&tx, actor.person, now).await?;
        note(&services, &tx, &actor, unread);
        Ok(())
    })
    .await
}

/// Marks an own notice as read. One that was read stays as it is.
///
/// # Errors
/// A refusal when there is no such notice, or it is somebody else's.
pub async fn read(s: &Services, actor: &Actor, id: NoticeId) -> Result<(), Refusal> {
    allow(actor, Act::Learn, &Subject::own(actor.person))?;
    let (services, actor, now) = (s.clone(), actor.clone(), s.now());
    s.db.write(move |tx| async move {
        store::notice::find(&tx, id, actor.person).await?.ok_or(Refusal::NotFound)?;
        if !store::notice::mark_read(&tx, id, actor.person, now).await? {
            return Ok(());
        }
        note(&services, &tx, &actor, 1);
        Ok(())
    })
    .await
}

fn note(s: &Services, tx: &Tx, actor: &Actor, notices: u64) {
    let what = serde_json::json!({ "notices": notices });
    audit::record(s, tx, Some(actor), "notices.read", ("person", Some(actor.person.raw())), what);
}
