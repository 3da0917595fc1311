//! Preparing a regrade: what is typed, and the scores that would follow.

use domain::access::{self, Act, Actor, Reach, Role, allow, reach};
use domain::form::FormState;
use domain::id::{AttemptId, ItemId, PersonId, RegradeId};
use domain::item::{Content, Kind};
use domain::refusal::{Fault, Refusal};
use domain::regrade::{Approved, Change, Changes, State, effect, problem, reason, written};
use store::Tx;
use store::attempt::Attempt;
use store::item::{Item, Version};
use store::notice::Notice;
use store::regrade::{Graded, NewRun, Regrade};

use super::{PIECE, Subject, examined, subject};
use crate::{Services, audit, chance, exam, grading};

/// What there is to mend.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// The item.
    pub item: Item,
    /// The version that is mended.
    pub version: Version,
    /// The numbers of all versions, the newest first.
    pub numbers: Vec<u32>,
    /// The change of this version that is in force already.
    pub in_force: Option<Change>,
    /// A regrade of this version that waits for a decision.
    pub waiting: Option<RegradeId>,
    /// How many finished attempts have it in their form.
    pub finished: u64,
    /// How many open attempts do.
    pub open: u64,
}

/// What there is to mend about a version of an exam item: the one with this number, or else the one that is drawn.
///
/// # Errors
/// A refusal when the actor may not write exam items, or there is no such version.
pub async fn sheet(s: &Services, actor: &Actor, item: ItemId, number: Option<u32>) -> Result<Sheet, Refusal> {
    allow(actor, Act::EditExamItems, &access::Subject::nobody())?;
    let item = store::item::find(&s.db, item).await?.ok_or(Refusal::NotFound)?;
    let item = examined(item)?;
    let versions = store::item::versions(&s.db, item.id).await?;
    let numbers = versions.iter().map(|version| version.number).collect();
    let drawn = versions.iter().position(|version| Some(version.id) == item.current).unwrap_or(0);
    let asked = match number {
        Some(number) => versions.iter().position(|version| version.number == number),
        None => Some(drawn),
    };
    let version = asked.and_then(|at| versions.into_iter().nth(at)).ok_or(Refusal::NotFound)?;
    let of = store::regrade::Version { item: item.id, version: version.id };
    let mut in_force = store::regrade::approved_for(&s.db, [version.id]).await?;
    Ok(Sheet {
        in_force: in_force.remove(&version.id).map(|approved| approved.change),
        waiting: store::regrade::waiting_of(&s.db, version.id).await?,
        finished: store::regrade::finished_with(&s.db, of).await?,
        open: store::regrade::open_with(&s.db, of).await?,
        item,
        version,
        numbers,
    })
}

/// The key that was typed. Options are counted from 1; for an ordering the fields `place.1` and on say which place
/// each option has.
fn typed_key(form: &FormState, content: &Content) -> Result<Vec<u8>, &'static str> {
    let count = u8::try_from(content.options.len()).unwrap_or(u8::MAX);
    match content.kind {
        Kind::Single | Kind::Multiple => {
            let numbers = form.values("key").iter().filter_map(|typed| typed.trim().parse::<u8>().ok());
            Ok(written(content.kind, numbers.filter_map(|number| number.checked_sub(1)).collect()))
        }
        Kind::Ordering => {
            let place = |option: &u8| form.value(&format!("place.{}", option + 1)).trim().parse::<u8>().ok();
            let mut placed: Vec<(u8, u8)> =
                (0..count).filter_map(|option| Some((place(&option)?, option))).collect();
            placed.sort_unstable();
            let is_whole = placed.iter().map(|(place, _)| *place).eq(1..=count);
            if is_whole { Ok(placed.into_iter().map(|(_, option)| option).collect()) } else { Err("key_all") }
        }
    }
}

/// What was typed; none when a problem was noted.
fn parse(form: &mut FormState, sheet: &Sheet) -> Option<(Change, String)> {
    let content = &sheet.version.content;
    let change = match form.value("change") {
        "void" => Some(Change::Void),
        "key" => match typed_key(form, content) {
            Ok(key) => Some(Change::Key(key)),
            Err(code) => {
                form.problem("key", code);
                None
            }
        },
        _ => {
            form.problem("change", "choose_one");
            None
        }
    };
    if let Some((field, code)) =
        change.as_ref().and_then(|change| problem(content, sheet.in_force.as_ref(), change))
    {
        form.problem(field, code);
    }
    let reason = form.check("reason", reason);
    if form.is_clean() { change.zip(reason) } else { None }
}

/// Prepares a regrade of an exam item's version: works out the new score of every finished attempt that has it in
/// its form. Nothing else changes until a second person approves.
///
/// # Errors
/// A refusal: not allowed, fields that are wrong, or a regrade of the same version that waits already.
pub async fn prepare(
    s: &Services,
    actor: &Actor,
    item: ItemId,
    mut form: FormState,
) -> Result<RegradeId, Refusal> {
    let sheet = sheet(s, actor, item, form.value("version").trim().parse().ok()).await?;
    let Some((change, reason)) = parse(&mut form, &sheet) else { return Err(Refusal::Form(form)) };
    let now = s.now();
    let regrade = Regrade {
        id: chance::id(now),
        version: sheet.version.id,
        change,
        reason,
        prepared_by: actor.person,
        prepared_at: now,
        state: State::Prepared,
        decided_by: None,
        decided_at: None,
        note: String::new(),
    };
    let notices = asked(s, &sheet.item.code, sheet.version.author, &regrade).await?;
    let (services, by, new, code) = (s.clone(), actor.clone(), regrade.clone(), sheet.item.code.clone());
    s.db.write(move |tx| async move {
        add(&services, &tx, &by, &new, (&code, false)).await?;
        store::notice::add_once(&tx, notices).await?;
        Ok::<_, Refusal>(())
    })
    .await?;
    work_out(s, Subject { regrade, item: sheet.item, version: sheet.version }).await
}

async fn add(
    s: &Services,
    tx: &Tx,
    actor: &Actor,
    new: &Regrade,
    (code, is_again): (&str, bool),
) -> Result<(), Refusal> {
    if !store::regrade::insert(tx, new).await? {
        return Err(Refusal::Conflict("regrade_waiting"));
    }
    // No key: the log is read by people who may not see any.
    let what = serde_json::json!({
        "code": code, "change": code_of(&new.change), "reason": new.reason, "again": is_again,
    });
    let subject = ("regrade", Some(new.id.raw()));
    audit::record(s, tx, Some(actor), "regrade.prepared", subject, what);
    Ok(())
}

/// What is mended, in one word.
pub(super) const fn code_of(change: &Change) -> &'static str {
    match change {
        Change::Key(_) => "key",
        Change::Void => "void",
    }
}

/// Notices to those who may approve.
async fn asked(
    s: &Services,
    code: &str,
    author: Option<PersonId>,
    regrade: &Regrade,
) -> Result<Vec<(Notice, String)>, Fault> {
    let holders = crate::access::holders(s, &[Role::Methodologist, Role::Chair]).await?;
    let may = |actor: &Actor| {
        reach(actor, Act::Regrade) == Reach::All
            && domain::regrade::may_decide(actor.person, regrade.prepared_by, author).is_ok()
    };
    let params = serde_json::json!({ "regrade": regrade.id, "code": code }).to_string();
    Ok(holders
        .into_iter()
        .filter(may)
        .map(|actor| {
            let notice = Notice {
                id: chance::uuid(regrade.prepared_at),
                person: actor.person,
                kind: "regrade_waiting".to_owned(),
                params: params.clone(),
                created_at: regrade.prepared_at,
                read_at: None,
            };
            (notice, format!("regrade_waiting:{}:{}", regrade.id, actor.person))
        })
        .collect())
}

/// Prepares a regrade again that time has passed by. Who wants the change stays who wanted it, whoever asks for new
/// numbers: so the second person may have them worked out again, and still approve.
///
/// # Errors
/// A refusal when the actor may not, or there is nothing that would have to be prepared again.
pub async fn again(s: &Services, actor: &Actor, id: RegradeId) -> Result<RegradeId, Refusal> {
    allow(actor, Act::Regrade, &access::Subject::nobody())?;
    let mut subject = subject(&s.db, id).await?;
    match subject.regrade.state {
        State::Prepared | State::Stale => {}
        State::Approved | State::Rejected => return Err(Refusal::Conflict("regrade_decided")),
    }
    let now = s.now();
    let new = Regrade {
        id: chance::id(now),
        prepared_at: now,
        state: State::Prepared,
        decided_by: None,
        decided_at: None,
        note: String::new(),
        ..subject.regrade.clone()
    };
    subject.regrade = new.clone();
    let (services, by, code) = (s.clone(), actor.clone(), subject.item.code.clone());
    s.db.write(move |tx| async move {
        store::regrade::decide(&tx, id, State::Stale, by.person, "", now).await?;
        add(&services, &tx, &by, &new, (&code, true)).await
    })
    .await?;
    work_out(s, subject).await
}

/// Works the scores out, whether or not somebody waits for the page: a browser that goes away must not leave half
/// of them.
async fn work_out(s: &Services, subject: Subject) -> Result<RegradeId, Refusal> {
    let (services, id) = (s.clone(), subject.regrade.id);
    match tokio::spawn(async move { fill(&services, &subject).await }).await {
        Ok(done) => done.map(|()| id).map_err(Refusal::Fault),
        Err(error) => Err(Refusal::Fault(Fault::new("working out new scores", error))),
    }
}

async fn fill(s: &Services, subject: &Subject) -> Result<(), Fault> {
    let Regrade { id, change, .. } = subject.regrade.clone();
    let mut changes = store::regrade::approved(&s.db).await?;
    changes.insert(subject.version.id, Approved { regrade: id, change });
    let mut after = None;
    loop {
        let piece = store::regrade::uncovered(&s.db, id, subject.forms(), after, PIECE).await?;
        let Some(last) = piece.last() else { return Ok(()) };
        after = Some(last.attempt.id);
        keep(s, id, &changes, &piece).await?;
    }
}

const TRIES: u32 = 5;

async fn keep(s: &Services, id: RegradeId, changes: &Changes, piece: &[Graded]) -> Result<(), Fault> {
    let mut tries_left = TRIES;
    loop {
        tries_left -= 1;
        let new = scored(s, changes, piece).await?;
        let now = s.now();
        let done =
            s.db.write(move |tx| async move { store::regrade::insert_runs(&tx, id, new, false, now).await })
                .await;
        match done {
            // Two regrades of different items may count on in the same attempt at once.
            Err(fault) if tries_left > 0 && store::is_taken(&fault) => {}
            done => return done,
        }
    }
}

/// The scores of some attempts with changes: as many queries for a hundred as for one.
pub(super) async fn scored(s: &Services, changes: &Changes, piece: &[Graded]) -> Result<Vec<NewRun>, Fault> {
    if piece.is_empty() {
        return Ok(Vec::new());
    }
    let attempts: Vec<Attempt> = piece.iter().map(|graded| graded.attempt.clone()).collect();
    let ids: Vec<AttemptId> = attempts.iter().map(|attempt| attempt.id).collect();
    let versions = store::test::versions_by_id(&s.db, attempts.iter().map(|sat| sat.version)).await?;
    let forms = exam::form::of_many(s, &s.db, &attempts).await?;
    let journals = store::attempt::journals(&s.db, ids.clone()).await?;
    let numbers = store::regrade::highest_numbers(&s.db, ids).await?;
    let now = s.now();
    let gone = || Fault::new("working out new scores", "a form or a test version is gone");
    piece
        .iter()
        .map(|graded| {
            let held = &graded.attempt;
            let form = forms.get(&held.id).ok_or_else(gone)?;
            let conditions = &versions.get(&held.version).ok_or_else(gone)?.conditions;
            let events = journals.get(&held.id).map_or(&[][..], Vec::as_slice);
            let answers = grading::answers_of(form, held, events)?;
            let score = grading::score_of(form, &answers, conditions, changes);
            Ok(NewRun {
                id: chance::uuid(now),
                row: chance::uuid(now),
                attempt: held.id,
                number: numbers.get(&held.id).copied().unwrap_or(0) + 1,
                replaced: graded.run,
                effect: effect(&graded.score, &score),
                computed_from: grading::basis(held, form, conditions, changes).to_string(),
                score,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(kind: Kind) -> Content {
        Content {
            kind,
            stem: "Что делать?".into(),
            options: ["одно", "другое", "третье"].map(String::from).to_vec(),
            key: vec![0],
            rationale: "Потому что.".into(),
        }
    }

    fn form(pairs: &[(&str, &str)]) -> FormState {
        FormState::of(pairs.iter().map(|(field, value)| ((*field).into(), (*value).into())).collect())
    }

    #[test]
    fn options_are_counted_from_one() {
        for (kind, typed, key) in [
            (Kind::Single, vec![("key", "2")], vec![1]),
            (Kind::Multiple, vec![("key", "3"), ("key", "1"), ("key", "3")], vec![0, 2]),
            (Kind::Multiple, vec![("key", "0"), ("key", "x")], vec![]),
        ] {
            assert_eq!(typed_key(&form(&typed), &content(kind)), Ok(key), "{kind:?}");
        }
    }

    #[test]
    fn every_step_of_an_ordering_has_a_place_of_its_own() {
        for (places, key) in [
            (["2", "3", "1"], Ok(vec![2, 0, 1])),
            (["1", "1", "2"], Err("key_all")),
            (["1", "2", ""], Err("key_all")),
            (["1", "2", "4"], Err("key_all")),
        ] {
            let typed: Vec<(&str, &str)> =
                ["place.1", "place.2", "place.3"].into_iter().zip(places).collect();
            assert_eq!(typed_key(&form(&typed), &content(Kind::Ordering)), key, "{places:?}");
        }
    }
}
