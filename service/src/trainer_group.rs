//! Groups of a trainer: who is in them, and how far they have come. A trainer reaches own groups only.

use domain::access::{Act, Actor, Subject, allow};
use domain::form::FormState;
use domain::id::{GroupId, PersonId};
use domain::people::FullName;
use domain::refusal::Refusal;
use domain::text::line;
use domain::time::Moment;
use store::Conn;
use store::trainer_progress::Progress;

use crate::{Services, audit, chance};

/// The most groups of one trainer: as many as the list shows.
pub const MOST_GROUPS: usize = 100;

/// A group with its members.
#[derive(Clone, Debug)]
pub struct GroupView {
    /// The group.
    pub id: GroupId,
    /// Its title.
    pub title: String,
    /// When it was made.
    pub created_at: Moment,
    /// Who is in it, in the order of their names.
    pub members: Vec<MemberView>,
}

/// A member of a group.
#[derive(Clone, Debug)]
pub struct MemberView {
    /// Who.
    pub person: PersonId,
    /// Their name.
    pub name: FullName,
    /// Since when.
    pub added_at: Moment,
    /// How far they have come; none when nobody has enrolled them.
    pub progress: Option<Progress>,
}

/// Own groups, the oldest first.
///
/// # Errors
/// A refusal when the actor keeps no groups.
pub async fn list(s: &Services, actor: &Actor) -> Result<Vec<GroupView>, Refusal> {
    allow(actor, Act::KeepGroups, &Subject::nobody())?;
    let groups = store::trainer_group::of_trainer(&s.db, actor.person).await?;
    let people = groups.iter().flat_map(|group| &group.members).map(|member| member.person);
    let progress = store::trainer_progress::of_people(&s.db, people.collect::<Vec<_>>()).await?;
    let shown = |member: store::trainer_group::Member| MemberView {
        progress: progress.get(&member.person).copied(),
        person: member.person,
        name: member.name,
        added_at: member.added_at,
    };
    Ok(groups
        .into_iter()
        .map(|group| GroupView {
            id: group.id,
            title: group.title,
            created_at: group.created_at,
            members: group.members.into_iter().map(shown).collect(),
        })
        .collect())
}

fn title_of(mut form: FormState) -> Result<String, Refusal> {
    let title = form.check("title", |text| line(text, 120));
    title.ok_or(Refusal::Form(form))
}

/// Makes a group; the form has its `title`.
///
/// # Errors
/// A refusal: not allowed, fields that are wrong, or too many groups.
pub async fn create(s: &Services, actor: &Actor, form: FormState) -> Result<GroupId, Refusal> {
    allow(actor, Act::KeepGroups, &Subject::nobody())?;
    let title = title_of(form)?;
    let (services, actor, now) = (s.clone(), actor.clone(), s.now());
    let id: GroupId = chance::id(now);
    s.db.write(move |tx| async move {
        if store::people::groups_kept_by(&tx, actor.person).await?.len() >= MOST_GROUPS {
            return Err(Refusal::Conflict("too_many_groups"));
        }
        store::trainer_group::insert_group(&tx, id, &title, actor.person, now).await?;
        let what = serde_json::json!({ "title": title });
        let subject = ("group", Some(id.raw()));
        audit::record(&services, &tx, Some(&actor), "group.created", subject, what);
        Ok(())
    })
    .await
    .map(|()| id)
}

/// Renames an own group; the form has its `title`.
///
/// # Errors
/// A refusal: not allowed, not the actor's, or fields that are wrong.
pub async fn rename(s: &Services, actor: &Actor, id: GroupId, form: FormState) -> Result<(), Refusal> {
    allow(actor, Act::KeepGroups, &Subject::nobody())?;
    let title = title_of(form)?;
    let (services, actor) = (s.clone(), actor.clone());
    s.db.write(move |tx| async move {
        if !store::trainer_progress::rename(&tx, id, actor.person, &title).await? {
            return Err(Refusal::NotFound);
        }
        let what = serde_json::json!({ "title": title });
        let subject = ("group", Some(id.raw()));
        audit::record(&services, &tx, Some(&actor), "group.renamed", subject, what);
        Ok(())
    })
    .await
}

/// Puts an own group away: its members are the actor's trainees no longer.
///
/// # Errors
/// A refusal: not allowed, or not the actor's.
pub async fn archive(s: &Services, actor: &Actor, id: GroupId) -> Result<(), Refusal> {
    allow(actor, Act::KeepGroups, &Subject::nobody())?;
    let (services, actor, now) = (s.clone(), actor.clone(), s.now());
    s.db.write(move |tx| async move {
        if !store::trainer_progress::archive(&tx, id, actor.person, now).await? {
            return Err(Refusal::NotFound);
        }
        let subject = ("group", Some(id.raw()));
        let what = serde_json::json!({});
        audit::record(&services, &tx, Some(&actor), "group.archived", subject, what);
        Ok(())
    })
    .await
}

/// The groups of the actor are read afresh: one may have been archived since the session was.
async fn own(conn: &impl Conn, actor: &Actor, id: GroupId) -> Result<(), Refusal> {
    let kept = store::people::groups_kept_by(conn, actor.person).await?;
    if kept.contains(&id) { Ok(()) } else { Err(Refusal::NotFound) }
}

const NUMBER: &str = "personnel_number";

/// Puts somebody who works here into an own group; the form has their `personnel_number`.
///
/// # Errors
/// A refusal: not allowed, not the actor's group, a number that nobody has, or a member already.
pub async fn add_member(
    s: &Services,
    actor: &Actor,
    id: GroupId,
    mut form: FormState,
) -> Result<(), Refusal> {
    allow(actor, Act::KeepGroups, &Subject::nobody())?;
    own(&s.db, actor, id).await?;
    let Some(number) = form.check(NUMBER, |text| line(text, 40)) else { return Err(Refusal::Form(form)) };
    let Some(person) = store::people::number_holder(&s.db, &number).await? else {
        form.problem(NUMBER, "unknown_number");
        return Err(Refusal::Form(form));
    };
    let (services, actor, now) = (s.clone(), actor.clone(), s.now());
    s.db.write(move |tx| async move {
        own(&tx, &actor, id).await?;
        if !store::trainer_group::add_member(&tx, chance::uuid(now), id, person, now).await? {
            form.problem(NUMBER, "member_already");
            return Err(Refusal::Form(form));
        }
        let what = serde_json::json!({ "person": person });
        let subject = ("group", Some(id.raw()));
        audit::record(&services, &tx, Some(&actor), "group.member_added", subject, what);
        Ok(())
    })
    .await
}

/// Takes somebody out of an own group.
///
/// # Errors
/// A refusal: not allowed, not the actor's group, or no member of it.
pub async fn remove_member(
    s: &Services,
    actor: &Actor,
    id: GroupId,
    person: PersonId,
) -> Result<(), Refusal> {
    allow(actor, Act::KeepGroups, &Subject::nobody())?;
    let (services, actor, now) = (s.clone(), actor.clone(), s.now());
    s.db.write(move |tx| async move {
        own(&tx, &actor, id).await?;
        if !store::trainer_group::remove_member(&tx, id, person, now).await? {
            return Err(Refusal::NotFound);
        }
        let what = serde_json::json!({ "person": person });
        let subject = ("group", Some(id.raw()));
        audit::record(&services, &tx, Some(&actor), "group.member_removed", subject, what);
        Ok(())
    })
    .await
}
