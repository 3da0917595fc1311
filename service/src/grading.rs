//! Grading an attempt that was closed, and showing what it came to.

use std::collections::BTreeMap;

use domain::access::{Act, Actor, Subject, allow};
use domain::attempt::State;
use domain::certification::Decides;
use domain::grading::{Score, Slot, grade as score};
use domain::id::AttemptId;
use domain::refusal::{Fault, Refusal};
use domain::regrade::{Changes, changed};
use domain::rulebook::Rule;
use domain::test::{Conditions, Kind as TestKind};
use domain::time::Moment;
use store::Tx;
use store::attempt::Attempt;

use crate::exam::form::Form;
use crate::{Services, attempt, audit, catalogue, certification, chance, exam, receipt, regrade, test};

/// Grades a closed attempt in the transaction that closes it. A pass makes the candidacy ready.
pub(crate) async fn grade(
    s: &Services,
    tx: &Tx,
    held: &Attempt,
    actor: Option<&Actor>,
    (cause, finished_at): (&str, Moment),
) -> Result<(), Refusal> {
    let now = s.now();
    let version = catalogue::test_version(s, tx, held.version).await?.ok_or(Refusal::NotFound)?;
    let form = exam::form::of(s, tx, held).await?;
    let events = store::attempt::journal(tx, held.id).await?;
    let answers = answers_of(&form, held, &events)?;
    let changes = regrade::in_force(s, tx, &form).await?;
    let result = score_of(&form, &answers, &version.conditions, &changes);
    let computed_from = basis(held, &form, &version.conditions, &changes);
    let run = chance::uuid(now);
    store::attempt::insert_grading(tx, run, held.id, &result, computed_from.to_string(), now).await?;
    let answered = u32::try_from(answers.len()).unwrap_or(u32::MAX);
    receipt::issue(s, tx, held, finished_at, cause, form.len(), answered).await?;
    let what = serde_json::json!({
        "points": result.points, "max": result.max, "passed": result.passed,
        "cause": cause, "finished_at": finished_at,
    });
    let subject = ("attempt", Some(held.id.raw()));
    audit::record(s, tx, actor, "attempt.finished", subject, what);
    let kind = if result.passed { "test_passed" } else { "test_failed" };
    let params = serde_json::json!({ "attempt": held.id });
    audit::notify(tx, held.person, kind, params, now);
    match held.candidacy {
        Some(candidacy) if result.passed => ready(s, tx, candidacy, now).await,
        Some(_) | None => Ok(()),
    }
}

/// What a score is worked out from, as it is kept with it.
pub(crate) fn basis(
    held: &Attempt,
    form: &Form,
    conditions: &Conditions,
    changes: &Changes,
) -> serde_json::Value {
    serde_json::json!({
        "test_version": held.version,
        "journal": domain::draw::hex(&held.journal_hash),
        "events": held.last_ord,
        "items": form.slots().map(|(slot, _)| slot.version).collect::<Vec<_>>(),
        "pass_bp": conditions.pass_bp,
        "rule_pass_bp": conditions.rule_pass_bp,
        "changes": regrade::named(form, changes),
    })
}

/// The options that count, by question.
pub(crate) fn answers_of(
    form: &Form,
    held: &Attempt,
    events: &[store::attempt::Event],
) -> Result<BTreeMap<u32, Vec<u8>>, Fault> {
    let slots: Vec<_> = form.slots().map(|(slot, _)| slot.clone()).collect();
    exam::answers(&slots, &held.seed, events)
}

/// The score of a form with these answers, by the keys as regrades have mended them: pure.
pub(crate) fn score_of(
    form: &Form,
    answers: &BTreeMap<u32, Vec<u8>>,
    conditions: &Conditions,
    changes: &Changes,
) -> Score {
    let slots: Vec<Slot> = form
        .slots()
        .filter_map(|(slot, content)| {
            let as_drawn = Slot {
                position: slot.position,
                rule: slot.rule.clone(),
                kind: slot.kind,
                key: content.key.clone(),
                answer: answers.get(&slot.position).cloned(),
            };
            changed(as_drawn, changes.get(&slot.version).map(|approved| &approved.change))
        })
        .collect();
    score(&slots, conditions.pass_bp, conditions.rule_pass_bp)
}

async fn ready(s: &Services, tx: &Tx, id: domain::id::CandidacyId, now: Moment) -> Result<(), Refusal> {
    if !store::certification::mark_ready(tx, id, now).await? {
        return Ok(());
    }
    let candidacy = store::certification::candidacy(tx, id).await?.ok_or(Refusal::NotFound)?;
    let version = store::certification::version(tx, candidacy.version).await?.ok_or(Refusal::NotFound)?;
    match version.decides {
        Decides::Automatic => certification::decide_in(s, tx, None, &candidacy, &version, "", now).await,
        Decides::Person => Ok(()),
    }
}

/// A practice item with its explanation.
#[derive(Clone, Debug)]
pub struct Explained {
    /// The question as it was shown.
    pub question: attempt::Question,
    /// Tokens of the right options; for an ordering, in the right order.
    pub key: Vec<String>,
    /// Why.
    pub rationale: String,
    /// Whether the answer was right.
    pub is_right: bool,
}

/// What a regrade did to an own attempt. Nothing of the item.
#[derive(Clone, Debug)]
pub struct Regraded {
    /// When it was approved.
    pub at: Moment,
    /// Why.
    pub reason: String,
    /// Points before, points that were possible, and whether it was passed.
    pub was: (u32, u32, bool),
    /// The same after.
    pub now: (u32, u32, bool),
    /// Whether a certificate that rests on it stays valid until a person decides.
    pub in_doubt: bool,
}

/// What an attempt came to.
#[derive(Clone, Debug)]
pub struct ResultView {
    /// The attempt.
    pub attempt: Attempt,
    /// The test.
    pub test: store::test::Test,
    /// In the version that was sat.
    pub version: store::test::Version,
    /// The result; none while answers may still arrive or before the sweeper comes by.
    pub score: Option<Score>,
    /// The rules, for their titles.
    pub rules: Vec<Rule>,
    /// Where the person stands with the test now.
    pub shown: test::Shown,
    /// How many events came too late to count; they are kept.
    pub late: u32,
    /// The latest regrade that moved the score.
    pub regraded: Option<Regraded>,
    /// Explanations, for practice only.
    pub explained: Vec<Explained>,
}

/// What an own attempt came to: by rule; keys and texts of exam items are never shown.
///
/// # Errors
/// A refusal when it is not the actor's; a conflict while it is open.
pub async fn result(s: &Services, actor: &Actor, id: AttemptId) -> Result<ResultView, Refusal> {
    allow(actor, Act::Learn, &Subject::own(actor.person))?;
    let held = attempt::own(&s.db, actor, id).await?;
    if matches!(held.clockwork().state_at(s.now()), State::Open | State::Grace) {
        return Err(Refusal::Conflict("attempt_open"));
    }
    let kind = catalogue::test(s, &s.db, held.test).await?.ok_or(Refusal::NotFound)?.kind;
    let version = catalogue::test_version(s, &s.db, held.version).await?.ok_or(Refusal::NotFound)?;
    let score = store::attempt::scores(&s.db, [id]).await?.remove(&id);
    let candidacy = test::candidacy_for(s, &s.db, actor.person, kind).await?;
    let shown = test::standing_of(s, actor.person, held.test, candidacy.as_ref()).await?;
    let explained = match (kind, &score) {
        (TestKind::Practice, Some(score)) => {
            let paper = attempt::paper_of(s, actor, &held).await?;
            explain(s, &held, paper.questions, score).await?
        }
        (TestKind::Practice | TestKind::Certification, _) => Vec::new(),
    };
    Ok(ResultView {
        late: store::attempt::late(&s.db, id).await?,
        regraded: regraded(s, id).await?,
        rules: catalogue::rules(s, &s.db, version.rulebook_version).await?.to_vec(),
        test: shown.test.clone(),
        attempt: held,
        version,
        score,
        shown,
        explained,
    })
}

async fn regraded(s: &Services, id: AttemptId) -> Result<Option<Regraded>, Fault> {
    let Some(told) = store::regrade::told(&s.db, id).await? else { return Ok(None) };
    let (was, now) = (told.moved.was, told.moved.now);
    let in_doubt = !now.2 && store::doubt::open_about(&s.db, id).await?.is_some();
    Ok(Some(Regraded { at: told.at, reason: told.reason, was, now, in_doubt }))
}

async fn explain(
    s: &Services,
    held: &Attempt,
    questions: Vec<attempt::Question>,
    score: &Score,
) -> Result<Vec<Explained>, Refusal> {
    let form = exam::form::of(s, &s.db, held).await?;
    Ok(questions
        .into_iter()
        .filter_map(|question| {
            let (slot, content) = form.slots().find(|(slot, _)| slot.position == question.position)?;
            let token = |option: &u8| exam::token(held, slot.position, *option);
            Some(Explained {
                key: content.key.iter().map(token).collect(),
                rationale: content.rationale.clone(),
                is_right: score.per_item.iter().any(|i| i.position == slot.position && i.points > 0),
                question,
            })
        })
        .collect())
}
