//! Seeds the standard, the programme, the tests and the certification: in one write, because the
//! standard is what tells a seeded database from one whose seeding was interrupted.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::id::{ProgrammeVersionId, RulebookVersionId, TestId};
use domain::item::DIFFICULTIES;
use domain::programme::LessonKind;
use domain::refusal::Fault;
use domain::rulebook::VersionState;
use domain::test::{Blueprint, Cell, Conditions, POLICY};
use domain::time::Moment;
use store::programme::{Lesson, NewLesson, NewModule};
use store::{Tx, certification, rulebook, test};

use crate::programme::CERTIFICATION;
use crate::seed::content::{self, Programme, Rulebook, Shipped};
use crate::seed::plan;
use crate::{Services, audit, chance};

/// The code of the standard.
const STANDARD: &str = "standard";

/// Adds all that people learn and are tested on; how many lessons there are.
pub(super) async fn add(s: &Services, shipped: &Arc<Shipped>) -> Result<usize, Fault> {
    let lessons: usize = shipped.programme.modules.iter().map(|module| module.lessons.len()).sum();
    let what = serde_json::json!({ "lessons": lessons, "items": shipped.items.len() });
    let (services, shipped, now) = (s.clone(), Arc::clone(shipped), s.now());
    s.db.write(move |tx| async move {
        let rules = add_rulebook(&tx, &shipped.rulebook, now).await?;
        let programme = add_programme(&tx, &shipped.programme, now).await?;
        let mut tests = BTreeMap::new();
        for plan in &shipped.tests.tests {
            let test = add_test(&tx, plan, &shipped.rulebook, rules, now).await?;
            tests.insert(plan.code.clone(), test);
        }
        add_certification(&tx, &shipped.tests.certification, programme, &tests, now).await?;
        let subject = ("rulebook_version", Some(rules.raw()));
        audit::record(&services, &tx, None, "content.seeded", subject, what);
        Ok(())
    })
    .await?;
    Ok(lessons)
}

async fn add_rulebook(tx: &Tx, plan: &Rulebook, now: Moment) -> Result<RulebookVersionId, Fault> {
    let number = plan
        .version
        .parse::<i32>()
        .map_err(|error| Fault::new("reading the version of the shipped standard", error))?;
    let version = rulebook::Version {
        id: chance::id(now),
        rulebook: chance::id(now),
        number,
        state: VersionState::Published,
        note: String::new(),
        revision: 1,
        created_at: now,
        published_at: Some(now),
    };
    let rules = plan
        .rules
        .iter()
        .map(|rule| {
            let new = domain::rulebook::Rule {
                code: rule.code(),
                number: rule.number,
                title: rule.title.clone(),
                body: rule.text.clone(),
                indicators: rule.indicators.clone(),
                provisional: rule.provisional,
            };
            (chance::uuid(now), new)
        })
        .collect();
    rulebook::insert_rulebook(tx, version.rulebook, STANDARD, &plan.title).await?;
    rulebook::insert_version(tx, &version, rules, None).await?;
    Ok(version.id)
}

async fn add_programme(tx: &Tx, plan: &Programme, now: Moment) -> Result<ProgrammeVersionId, Fault> {
    let version = store::programme::Version {
        id: chance::id(now),
        programme: chance::id(now),
        number: 1,
        title: plan.title.clone(),
        summary: plan.summary.clone(),
        created_at: now,
    };
    let id = version.id;
    let modules =
        (1..).zip(&plan.modules).map(|(position, module)| new_module(position, module, now)).collect();
    store::programme::insert_programme(tx, version.programme, CERTIFICATION, &plan.title).await?;
    store::programme::insert_version(tx, version, modules).await?;
    Ok(id)
}

fn new_module(position: u32, plan: &content::Module, now: Moment) -> NewModule {
    let id = chance::id(now);
    let lessons = (1..).zip(&plan.lessons).map(|(position, lesson)| NewLesson {
        lesson: Lesson {
            id: chance::id(now),
            module: id,
            kind: LessonKind::Text,
            title: lesson.title.clone(),
            summary: lesson.summary.clone(),
            minutes: lesson.minutes,
            rules: lesson.rules.clone(),
            body: lesson.body.clone(),
            checks: lesson.checks.clone(),
        },
        position,
        code: lesson.code.clone(),
        slug: lesson.slug.clone(),
    });
    NewModule {
        id,
        position,
        slug: plan.slug.clone(),
        title: plan.title.clone(),
        summary: plan.summary.clone(),
        rules: plan.rules.clone(),
        lessons: lessons.collect(),
    }
}

async fn add_test(
    tx: &Tx,
    plan: &plan::Test,
    standard: &Rulebook,
    rules: RulebookVersionId,
    now: Moment,
) -> Result<TestId, Fault> {
    let version = test::Version {
        id: chance::id(now),
        test: chance::id(now),
        number: 1,
        state: VersionState::Published,
        rulebook_version: rules,
        blueprint: blueprint(plan, standard),
        conditions: conditions(plan),
        shipped_items_warned: plan.shipped_items_warned,
        note: String::new(),
        revision: 1,
        created_at: now,
        published_at: Some(now),
    };
    let head = test::Test {
        id: version.test,
        code: plan.code.clone(),
        kind: plan.kind,
        title: plan.title.clone(),
        current: Some(version.id),
    };
    test::insert_test(tx, head).await?;
    test::insert_version(tx, &version, None).await?;
    Ok(version.test)
}

/// The same number of items of every rule.
fn blueprint(plan: &plan::Test, standard: &Rulebook) -> Blueprint {
    let mut cells = Vec::new();
    for rule in &standard.rules {
        for (difficulty, count) in DIFFICULTIES.into_iter().zip(plan.per_rule) {
            if count > 0 {
                cells.push(Cell { rule: rule.code(), difficulty, count });
            }
        }
    }
    Blueprint { cells, ..Blueprint::default() }
}

fn conditions(plan: &plan::Test) -> Conditions {
    Conditions {
        limit_minutes: plan.limit_minutes,
        pass_bp: basis_points(plan.pass_percent),
        rule_pass_bp: basis_points(plan.rule_pass_percent),
        attempts_max: plan.attempts_max,
        pause_days: plan.pause_days,
        grace_seconds: plan.grace_seconds,
        availability: plan.availability,
        unseen_attempts: POLICY.unseen_attempts,
        exposure_cap_bp: POLICY.exposure_cap_bp,
    }
}

fn basis_points(percent: u32) -> u32 {
    percent.saturating_mul(100)
}

async fn add_certification(
    tx: &Tx,
    plan: &plan::Certification,
    programme: ProgrammeVersionId,
    tests: &BTreeMap<String, TestId>,
    now: Moment,
) -> Result<(), Fault> {
    let sat = tests.get(&plan.test).copied().ok_or_else(|| {
        Fault::new("seeding the certification", format!("there is no test {:?}", plan.test))
    })?;
    let version = certification::Version {
        id: chance::id(now),
        certification: chance::id(now),
        title: plan.title.clone(),
        number: 1,
        programme_version: programme,
        test: sat,
        validity_months: plan.validity_months,
        renewal_window_days: plan.renewal_window_days,
        distinction_bp: basis_points(plan.distinction_percent),
        decides: plan.decision,
        scheme: plan.scheme.clone(),
        created_at: now,
    };
    certification::insert_certification(tx, CERTIFICATION, &version).await
}
