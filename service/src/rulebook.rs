//! The standard: its versions, the editor of a draft, and publishing it.
//!
//! A published version never changes. A rule keeps its code from version to version, because lessons,
//! items and results refer to it; a code is never given to another rule.

use domain::access::{Act, Actor, Subject, allow};
use domain::form::FormState;
use domain::id::RulebookVersionId;
use domain::refusal::{Fault, Refusal};
use domain::rulebook::{Rule, VersionState};
use domain::text::{TextProblem, block, line};
use domain::time::Moment;
use store::rulebook::Version;
use store::{Conn, Tx};
use uuid::Uuid;

use crate::{Services, audit, chance};

/// The most rules of a version: fields `rule.1.title` to `rule.30.title`.
pub const MOST_RULES: u32 = 30;
const MOST_INDICATORS: usize = 20;
/// What is written of a rule.
const PARTS: [&str; 3] = ["title", "body", "indicators"];

/// A version with its rules.
#[derive(Clone, Debug)]
pub struct RulebookView {
    /// The version.
    pub version: Version,
    /// Its rules.
    pub rules: Vec<Rule>,
    /// Whether it is a draft, which may be changed and published.
    pub is_draft: bool,
}

/// The rules in force: those of the newest published version.
pub(crate) async fn in_force(conn: &impl Conn) -> Result<Vec<Rule>, Fault> {
    match store::rulebook::published(conn).await? {
        Some(version) => store::rulebook::rules(conn, version.id).await,
        None => Ok(Vec::new()),
    }
}

/// All versions, the newest first.
///
/// # Errors
/// A refusal when the actor does not keep the standard.
pub async fn versions(s: &Services, actor: &Actor) -> Result<Vec<Version>, Refusal> {
    allow(actor, Act::EditRulebook, &Subject::nobody())?;
    Ok(store::rulebook::versions(&s.db).await?)
}

/// A version with its rules.
///
/// # Errors
/// A refusal when the actor does not keep the standard, or there is no such version.
pub async fn open(s: &Services, actor: &Actor, id: RulebookVersionId) -> Result<RulebookView, Refusal> {
    allow(actor, Act::EditRulebook, &Subject::nobody())?;
    let version = find(&s.db, id).await?;
    let rules = store::rulebook::rules(&s.db, id).await?;
    Ok(RulebookView { is_draft: version.state == VersionState::Draft, version, rules })
}

async fn find(conn: &impl Conn, id: RulebookVersionId) -> Result<Version, Refusal> {
    let versions = store::rulebook::versions(conn).await?;
    versions.into_iter().find(|version| version.id == id).ok_or(Refusal::NotFound)
}

/// A draft as it was when the form was made.
async fn draft(conn: &impl Conn, id: RulebookVersionId, form: &FormState) -> Result<Version, Refusal> {
    let version = find(conn, id).await?;
    let seen: Option<u32> = form.value("revision").trim().parse().ok();
    match version.state {
        VersionState::Draft if seen == Some(version.revision) => Ok(version),
        VersionState::Draft => Err(Refusal::Conflict("changed_meanwhile")),
        VersionState::Published => Err(Refusal::Conflict("published_already")),
    }
}

fn drafted(versions: &[Version]) -> Option<RulebookVersionId> {
    versions.iter().find(|version| version.state == VersionState::Draft).map(|version| version.id)
}

/// Begins a draft as a copy of the published version; the one that is open, if there is one.
///
/// # Errors
/// A refusal: not allowed, or nothing is published that could be copied.
pub async fn begin_draft(s: &Services, actor: &Actor) -> Result<RulebookVersionId, Refusal> {
    allow(actor, Act::EditRulebook, &Subject::nobody())?;
    let (services, by, now) = (s.clone(), actor.clone(), s.now());
    let done = s.db.write(move |tx| async move { begin_in(&services, &tx, &by, now).await }).await;
    let fault = match done {
        Err(Refusal::Fault(fault)) => fault,
        done => return done,
    };
    // Where writers do not take turns, two may begin together; the number lets only one through.
    drafted(&store::rulebook::versions(&s.db).await?).ok_or(Refusal::Fault(fault))
}

async fn begin_in(s: &Services, tx: &Tx, actor: &Actor, now: Moment) -> Result<RulebookVersionId, Refusal> {
    let versions = store::rulebook::versions(tx).await?;
    if let Some(draft) = drafted(&versions) {
        return Ok(draft);
    }
    let published = store::rulebook::published(tx).await?.ok_or(Refusal::Conflict("nothing_to_copy"))?;
    let same = versions.iter().filter(|version| version.rulebook == published.rulebook);
    let draft = Version {
        id: chance::id(now),
        rulebook: published.rulebook,
        number: same.map(|version| version.number).max().unwrap_or(0) + 1,
        state: VersionState::Draft,
        note: String::new(),
        revision: 1,
        created_at: now,
        published_at: None,
    };
    let rules = store::rulebook::rules(tx, published.id).await?;
    store::rulebook::insert_version(tx, &draft, with_ids(rules, now), Some(actor.person.raw())).await?;
    let what = serde_json::json!({ "version": draft.number });
    let subject = ("rulebook_version", Some(draft.id.raw()));
    audit::record(s, tx, Some(actor), "rulebook.draft_begun", subject, what);
    Ok(draft.id)
}

fn with_ids(rules: Vec<Rule>, now: Moment) -> Vec<(Uuid, Rule)> {
    rules.into_iter().map(|rule| (chance::uuid(now), rule)).collect()
}

/// The form that shows the rules of a draft.
#[must_use]
pub fn form_of(rules: &[Rule]) -> FormState {
    rules.iter().fold(FormState::default(), with_rule)
}

fn with_rule(form: FormState, rule: &Rule) -> FormState {
    let form = form
        .with(&field(rule.number, "title"), rule.title.clone())
        .with(&field(rule.number, "body"), rule.body.clone())
        .with(&field(rule.number, "indicators"), rule.indicators.join("\n"));
    if rule.provisional { form.with(&field(rule.number, "provisional"), "on") } else { form }
}

/// The name of a rule's field; a rule is known by its number in the draft.
#[must_use]
pub fn field(number: u32, part: &str) -> String {
    format!("rule.{number}.{part}")
}

/// The form with all that is stored of rules that it says nothing of: such as one that somebody else has added
/// since the page was made. Saved again, the form then takes nothing away unseen.
#[must_use]
pub fn completed(form: FormState, rules: &[Rule]) -> FormState {
    let is_unsaid = |rule: &Rule| PARTS.iter().all(|part| is_empty(&form, rule.number, part));
    let unsaid: Vec<Rule> = rules.iter().filter(|rule| is_unsaid(rule)).cloned().collect();
    unsaid.iter().fold(form, with_rule)
}

/// Saves a draft and answers its new revision; the form's `revision` is the one that was changed. A rule
/// without a title goes, a title under a free number makes a new rule. Numbers stay as they are until the draft
/// is published, so that a page opened earlier still means the same rules.
///
/// # Errors
/// A refusal: not allowed, fields that are wrong, published already, or changed by somebody else meanwhile.
pub async fn save_draft(
    s: &Services,
    actor: &Actor,
    id: RulebookVersionId,
    form: FormState,
) -> Result<u32, Refusal> {
    allow(actor, Act::EditRulebook, &Subject::nobody())?;
    let (services, actor, now) = (s.clone(), actor.clone(), s.now());
    s.db.write(move |tx| async move { save_in(&services, &tx, &actor, id, form, now).await }).await
}

async fn save_in(
    s: &Services,
    tx: &Tx,
    actor: &Actor,
    id: RulebookVersionId,
    mut form: FormState,
    now: Moment,
) -> Result<u32, Refusal> {
    let draft = draft(tx, id, &form).await?;
    let known = store::rulebook::rules(tx, id).await?;
    let rules = rules_of(&mut form, &known, draft.number);
    if !form.is_clean() {
        return Err(Refusal::Form(form));
    }
    let what = serde_json::json!({ "version": draft.number, "before": known, "after": rules });
    if !store::rulebook::replace_rules(tx, id, draft.revision, with_ids(rules, now)).await? {
        return Err(Refusal::Conflict("changed_meanwhile"));
    }
    let subject = ("rulebook_version", Some(id.raw()));
    audit::record(s, tx, Some(actor), "rulebook.draft_saved", subject, what);
    Ok(draft.revision + 1)
}

/// Reads the rules of a form; problems are noted beside the fields.
fn rules_of(form: &mut FormState, known: &[Rule], version: i32) -> Vec<Rule> {
    let mut rules = Vec::new();
    for number in 1..=MOST_RULES {
        let kept = known.iter().find(|rule| rule.number == number);
        match kept {
            // A form that does not speak of a rule does not take it away.
            Some(rule) if !form.has(&field(number, "title")) => rules.push(rule.clone()),
            Some(_) if is_empty(form, number, "title") => {}
            None if PARTS.iter().all(|part| is_empty(form, number, part)) => {}
            Some(_) | None => {
                // The version is part of a new code: no version before had it.
                let code = kept.map_or_else(|| format!("r{number}v{version}"), |rule| rule.code.clone());
                rules.extend(rule_of(form, number, code));
            }
        }
    }
    if rules.is_empty() && form.is_clean() {
        form.problem("rules", "rules_missing");
    }
    rules
}

fn is_empty(form: &FormState, number: u32, part: &str) -> bool {
    form.value(&field(number, part)).trim().is_empty()
}

fn rule_of(form: &mut FormState, number: u32, code: String) -> Option<Rule> {
    let title = form.check(&field(number, "title"), |text| line(text, 120));
    let body = form.check(&field(number, "body"), |text| block(text, 4000));
    let indicators = form.check(&field(number, "indicators"), indicators_of);
    let provisional = form.has(&field(number, "provisional"));
    Some(Rule { code, number, title: title?, body: body?, indicators: indicators?, provisional })
}

/// One a line; empty lines are passed over.
fn indicators_of(text: &str) -> Result<Vec<String>, TextProblem> {
    let lines = text.lines().map(str::trim).filter(|typed| !typed.is_empty());
    let indicators: Vec<String> = lines.map(|typed| line(typed, 300)).collect::<Result<_, _>>()?;
    if indicators.len() > MOST_INDICATORS { Err(TextProblem::TooLong) } else { Ok(indicators) }
}

/// Publishes a draft: its rules are numbered without gaps and come into force. The form's `note` says
/// what has changed, and its `revision` which one was read.
///
/// # Errors
/// A refusal: not allowed, fields that are wrong, published already, or changed by somebody else meanwhile.
pub async fn publish(
    s: &Services,
    actor: &Actor,
    id: RulebookVersionId,
    mut form: FormState,
) -> Result<(), Refusal> {
    allow(actor, Act::EditRulebook, &Subject::nobody())?;
    let note = form.check_optional("note", |text| line(text, 300)).unwrap_or_default();
    if !form.is_clean() {
        return Err(Refusal::Form(form));
    }
    let (services, actor, now) = (s.clone(), actor.clone(), s.now());
    s.db.write(move |tx| async move { publish_in(&services, &tx, &actor, id, &note, &form, now).await }).await
}

async fn publish_in(
    s: &Services,
    tx: &Tx,
    actor: &Actor,
    id: RulebookVersionId,
    note: &str,
    form: &FormState,
    now: Moment,
) -> Result<(), Refusal> {
    let mut draft = draft(tx, id, form).await?;
    let rules = store::rulebook::rules(tx, id).await?;
    let numbered = numbered(rules.clone());
    if numbered != rules {
        if !store::rulebook::replace_rules(tx, id, draft.revision, with_ids(numbered.clone(), now)).await? {
            return Err(Refusal::Conflict("changed_meanwhile"));
        }
        draft.revision += 1;
    }
    if !store::rulebook::publish(tx, id, draft.revision, note, actor.person.raw(), now).await? {
        return Err(Refusal::Conflict("changed_meanwhile"));
    }
    let codes: Vec<&str> = numbered.iter().map(|rule| rule.code.as_str()).collect();
    let what = serde_json::json!({ "version": draft.number, "note": note, "rules": codes });
    let subject = ("rulebook_version", Some(id.raw()));
    audit::record(s, tx, Some(actor), "rulebook.published", subject, what);
    Ok(())
}

/// Rules that lost one between them close up.
fn numbered(rules: Vec<Rule>) -> Vec<Rule> {
    (1..).zip(rules).map(|(number, rule)| Rule { number, ..rule }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(number: u32, code: &str, title: &str) -> Rule {
        Rule {
            code: code.into(),
            number,
            title: title.into(),
            body: "Первый абзац.\n\nВторой.".into(),
            indicators: vec!["Здоровается первым".into(), "Смотрит на посетителя".into()],
            provisional: number == 2,
        }
    }

    fn known() -> Vec<Rule> {
        vec![rule(1, "r1", "Выслушать"), rule(2, "r2", "Беречь время"), rule(4, "r4", "Дружелюбие")]
    }

    #[test]
    fn rules_survive_their_form() {
        let mut form = form_of(&known());
        assert_eq!(rules_of(&mut form, &known(), 2), known());
        assert!(form.is_clean());
    }

    #[test]
    fn a_rule_goes_by_its_title_and_the_others_keep_their_codes() {
        let mut form = form_of(&known()).with("rule.2.title", " ");
        let left = [rule(1, "r1", "Выслушать"), rule(4, "r4", "Дружелюбие")];
        assert_eq!(rules_of(&mut form, &known(), 2), left);
    }

    #[test]
    fn a_new_rule_gets_a_code_of_its_own() {
        let mut form = form_of(&known()).with("rule.3.title", "Порядок").with("rule.3.body", "Чисто.");
        let rules = rules_of(&mut form, &known(), 7);
        let new = rules.iter().find(|rule| rule.number == 3).unwrap();
        assert_eq!((new.code.as_str(), new.indicators.len()), ("r3v7", 0));
    }

    #[test]
    fn nothing_is_lost_by_a_form_that_says_too_little() {
        assert_eq!(rules_of(&mut FormState::default(), &known(), 2), known());
        let mut untitled = form_of(&known()).with("rule.9.body", "Текст без названия");
        rules_of(&mut untitled, &known(), 2);
        assert_eq!(untitled.problem_of("rule.9.title"), Some("missing"));
    }

    #[test]
    fn a_form_is_completed_by_the_rules_that_it_says_nothing_of() {
        // The page had room for a third rule and left it empty; somebody else has written one there since.
        let typed = form_of(&[rule(1, "r1", "Услышать")]).with("rule.2.title", "").with("rule.2.body", "Б.");
        let typed = typed.with("rule.4.title", "").with("rule.4.body", "").with("rule.4.indicators", "");
        let form = completed(typed, &known());
        assert_eq!(form.value("rule.1.title"), "Услышать", "what was typed stays");
        assert_eq!(form.value("rule.2.title"), "", "a rule that was taken away by its title stays away");
        assert_eq!(form.value("rule.4.title"), "Дружелюбие");
    }

    #[test]
    fn a_standard_without_rules_is_none() {
        let mut form = form_of(&known());
        for number in [1, 2, 4] {
            form = form.with(&field(number, "title"), "");
        }
        assert!(rules_of(&mut form, &known(), 2).is_empty());
        assert_eq!(form.problem_of("rules"), Some("rules_missing"));
    }

    #[test]
    fn published_rules_are_numbered_without_gaps() {
        let numbers: Vec<u32> = numbered(known()).iter().map(|rule| rule.number).collect();
        assert_eq!(numbers, [1, 2, 3]);
    }
}
