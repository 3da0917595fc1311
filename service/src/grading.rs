//! Grading an attempt that was closed, and showing what it came to.

use domain::access::{Act, Actor, Subject, allow};
use domain::attempt::State;
use domain::certification::Decides;
use domain::grading::{Score, Slot, grade as score};
use domain::id::AttemptId;
use domain::refusal::{Fault, Refusal};
use domain::rulebook::Rule;
use domain::test::Kind as TestKind;
use domain::time::Moment;
use store::Tx;
use store::attempt::Attempt;

use crate::{Services, attempt, audit, certification, chance, test};

/// Grades a closed attempt in the transaction that closes it. A pass makes the candidacy ready.
pub(crate) async fn grade(
    s: &Services,
    tx: &Tx,
    held: &Attempt,
    actor: Option<&Actor>,
    now: Moment,
) -> Result<(), Refusal> {
    let version = store::test::version(tx, held.version).await?.ok_or(Refusal::NotFound)?;
    let slots = store::attempt::slots(tx, held.id).await?;
    let contents = attempt::contents(tx, &slots).await?;
    let graded: Vec<Slot> = slots
        .iter()
        .map(|slot| {
            let content = contents.get(&slot.version).ok_or_else(|| {
                Fault::new("grading an attempt", format!("item version {} is gone", slot.version))
            })?;
            Ok(Slot {
                position: slot.position,
                rule: slot.rule.clone(),
                kind: slot.kind,
                key: content.key.clone(),
                answer: slot.answer.clone(),
            })
        })
        .collect::<Result<_, Fault>>()?;
    let result = score(&graded, version.conditions.pass_bp, version.conditions.rule_pass_bp);
    let computed_from = serde_json::json!({
        "test_version": held.version,
        "journal": domain::draw::hex(&held.journal_hash),
        "events": held.last_ord,
        "items": slots.iter().map(|slot| slot.version).collect::<Vec<_>>(),
        "pass_bp": version.conditions.pass_bp,
        "rule_pass_bp": version.conditions.rule_pass_bp,
    });
    let run = chance::uuid(now);
    store::attempt::insert_grading(tx, run, held.id, &result, computed_from.to_string(), now).await?;
    let what = serde_json::json!({ "points": result.points, "max": result.max, "passed": result.passed });
    let subject = ("attempt", Some(held.id.raw()));
    audit::record::<Refusal>(s, tx, actor, "attempt.finished", subject, what).await?;
    let kind = if result.passed { "test_passed" } else { "test_failed" };
    let params = serde_json::json!({ "attempt": held.id });
    audit::notify(tx, held.person, kind, params, now).await?;
    match held.candidacy {
        Some(candidacy) if result.passed => ready(s, tx, candidacy, now).await,
        Some(_) | None => Ok(()),
    }
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
    /// Explanations, for practice only.
    pub explained: Vec<Explained>,
}

/// What an own attempt came to: by rule; keys and texts of exam items are never shown.
///
/// # Errors
/// A refusal when it is not the actor's; a conflict while it is open.
pub async fn result(s: &Services, actor: &Actor, id: AttemptId) -> Result<ResultView, Refusal> {
    allow(actor, Act::Learn, &Subject::own(actor.person))?;
    let paper = attempt::paper(s, actor, id).await?;
    if matches!(paper.state, State::Open | State::Grace) {
        return Err(Refusal::Conflict("attempt_open"));
    }
    let held = attempt::own(s, &s.db, actor, id).await?;
    let version = store::test::version(&s.db, held.version).await?.ok_or(Refusal::NotFound)?;
    let score = store::attempt::scores(&s.db, [id]).await?.remove(&id);
    let candidacy = test::candidacy_for(s, &s.db, actor.person, paper.kind).await?;
    let shown = test::standing_of(s, actor.person, held.test, candidacy.as_ref()).await?;
    let explained = match (paper.kind, &score) {
        (TestKind::Practice, Some(score)) => explain(s, &held, paper.questions, score).await?,
        (TestKind::Practice | TestKind::Certification, _) => Vec::new(),
    };
    Ok(ResultView {
        rules: store::rulebook::rules(&s.db, version.rulebook_version).await?,
        test: shown.test.clone(),
        attempt: held,
        version,
        score,
        shown,
        explained,
    })
}

async fn explain(
    s: &Services,
    held: &Attempt,
    questions: Vec<attempt::Question>,
    score: &Score,
) -> Result<Vec<Explained>, Refusal> {
    let slots = store::attempt::slots(&s.db, held.id).await?;
    let contents = attempt::contents(&s.db, &slots).await?;
    Ok(questions
        .into_iter()
        .filter_map(|question| {
            let slot = slots.iter().find(|slot| slot.position == question.position)?;
            let content = contents.get(&slot.version)?;
            let token = |option: &u8| domain::draw::option_token(&held.seed, slot.position, *option);
            Some(Explained {
                key: content.key.iter().map(token).collect(),
                rationale: content.rationale.clone(),
                is_right: score.per_item.iter().any(|i| i.position == slot.position && i.points > 0),
                question,
            })
        })
        .collect())
}
