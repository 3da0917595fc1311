//! The chain of a person: every record that the right to the badge rests on, in the order it was made.

use domain::certification::EventKind;
use domain::id::PersonId;
use domain::people::FullName;
use domain::refusal::Fault;
use domain::regrade::DoubtState;
use domain::time::{Day, Moment};
use store::badge::Award;
use store::certification::{Candidacy, Decision, Recorded};
use store::certified::Sitting;
use store::doubt::Doubt;
use store::progress::Enrolment;
use store::regrade::Told;
use uuid::Uuid;

use crate::Services;

/// Something that happened on the way.
#[derive(Clone, Debug)]
pub struct ChainEvent {
    /// When it was recorded.
    pub at: Moment,
    /// What it was.
    pub step: Step,
}

/// What can happen on the way. Never an answer, never a key.
#[derive(Clone, Debug)]
pub enum Step {
    /// Put on the programme.
    Enrolled {
        /// By whom; none when by a rule.
        by: Option<String>,
        /// To be finished by.
        due: Option<Day>,
    },
    /// The programme was finished.
    Admitted,
    /// An attempt was started.
    AttemptStarted {
        /// From 1, within the candidacy.
        number: u32,
    },
    /// An attempt was graded.
    AttemptFinished {
        /// From 1, within the candidacy.
        number: u32,
        /// Points scored.
        points: u32,
        /// Points that were possible.
        max: u32,
        /// Whether it was passed.
        passed: bool,
        /// What ended it: person or deadline.
        cause: Option<String>,
    },
    /// An attempt was scored anew, because an item was mended.
    Regraded {
        /// From 1, within the candidacy.
        number: u32,
        /// Points, points that were possible, and whether it was passed, before.
        was: (u32, u32, bool),
        /// The same after.
        now: (u32, u32, bool),
        /// Why.
        reason: String,
    },
    /// All requirements were met.
    Ready,
    /// It was decided.
    Decided {
        /// By whom; none when the version decides.
        by: Option<String>,
        /// Granted, or refused.
        granted: bool,
        /// Why, when something was said.
        reason: String,
    },
    /// A period of validity was opened, both days inclusive.
    PeriodOpened {
        /// Its first day.
        from: Day,
        /// Its last day.
        until: Day,
    },
    /// A period was suspended.
    Suspended {
        /// From which day.
        from: Day,
    },
    /// A suspension was ended.
    Reinstated {
        /// From which day.
        from: Day,
    },
    /// A period was revoked.
    Revoked {
        /// From which day.
        from: Day,
    },
    /// A regrade has put the certificate in doubt. It is valid until a person decides.
    Doubted,
    /// A person has decided that the certificate stays.
    Kept {
        /// By whom.
        by: Option<String>,
        /// Why.
        reason: String,
    },
    /// A later regrade gave the pass back: there is no doubt any more.
    Settled,
    /// A badge was awarded.
    BadgeAwarded {
        /// The serial that a stranger checks.
        serial: String,
        /// The ceremonial number.
        number: u32,
    },
    /// A badge was handed over.
    HandedOver {
        /// The ceremonial number.
        number: u32,
    },
    /// A badge was withdrawn.
    BadgeWithdrawn {
        /// The ceremonial number.
        number: u32,
    },
}

/// The records that say what a person is now.
pub(super) struct Records {
    pub(super) candidacies: Vec<Candidacy>,
    pub(super) enrolments: Vec<Enrolment>,
    pub(super) periods: Vec<Recorded>,
}

pub(super) async fn records(s: &Services, person: PersonId) -> Result<Records, Fault> {
    let mut periods = store::certification::periods_of(&s.db, [person]).await?;
    Ok(Records {
        candidacies: store::certification::candidacies_of(&s.db, person).await?,
        enrolments: store::progress::of_person(&s.db, person).await?,
        periods: periods.remove(&person).unwrap_or_default(),
    })
}

/// The whole chain, the latest first.
pub(super) async fn of(s: &Services, person: PersonId, records: &Records) -> Result<Vec<ChainEvent>, Fault> {
    let sittings = store::certified::sittings(&s.db, person).await?;
    let decisions = store::certification::decisions_on(&s.db, person).await?;
    let awards = store::badge::of_person(&s.db, person).await?;
    let regrades = store::regrade::of_person(&s.db, person).await?;
    let doubts = store::doubt::of_person(&s.db, person).await?;
    let enrolled_by = records.enrolments.iter().filter_map(|enrolment| enrolment.enrolled_by);
    let decided_by = decisions.iter().filter_map(|decision| decision.decided_by);
    let kept_by = doubts.iter().filter_map(|doubt| doubt.decided_by);
    let people: Vec<Uuid> = enrolled_by.chain(decided_by).chain(kept_by).map(PersonId::raw).collect();
    let names = store::people::names(&s.db, people).await?;
    let name = |id: Option<PersonId>| id.and_then(|id| names.get(&id.raw())).map(FullName::full);

    let mut chain = Vec::new();
    note_way(&mut chain, records, sittings, name);
    for decision in decisions {
        let by = name(decision.decided_by);
        note_decision(&mut chain, decision, by);
    }
    for period in &records.periods {
        note_period(&mut chain, period);
    }
    for award in &awards {
        note_award(&mut chain, award);
    }
    for told in regrades {
        note_regrade(&mut chain, told);
    }
    for doubt in doubts {
        let by = name(doubt.decided_by);
        note_doubt(&mut chain, doubt, by);
    }
    // What one transaction records bears one moment; the order of noting then puts cause before effect.
    chain.sort_by_key(|event| event.at);
    chain.reverse();
    Ok(chain)
}

fn note_way(
    chain: &mut Vec<ChainEvent>,
    records: &Records,
    sittings: Vec<Sitting>,
    name: impl Fn(Option<PersonId>) -> Option<String>,
) {
    for enrolment in &records.enrolments {
        let step = Step::Enrolled { by: name(enrolment.enrolled_by), due: enrolment.due };
        note(chain, Some(enrolment.enrolled_at), step);
    }
    for candidacy in &records.candidacies {
        note(chain, candidacy.admitted_at, Step::Admitted);
    }
    for sitting in sittings {
        note_sitting(chain, sitting);
    }
    for candidacy in &records.candidacies {
        note(chain, candidacy.ready_at, Step::Ready);
    }
}

fn note(chain: &mut Vec<ChainEvent>, at: Option<Moment>, step: Step) {
    chain.extend(at.map(|at| ChainEvent { at, step }));
}

fn note_sitting(chain: &mut Vec<ChainEvent>, sitting: Sitting) {
    let number = sitting.number;
    note(chain, Some(sitting.started_at), Step::AttemptStarted { number });
    if let Some((points, max, passed)) = sitting.result {
        let step = Step::AttemptFinished { number, points, max, passed, cause: sitting.finish_cause };
        note(chain, sitting.finished_at, step);
    }
}

fn note_decision(chain: &mut Vec<ChainEvent>, decision: Decision, by: Option<String>) {
    let step = Step::Decided { by, granted: decision.granted, reason: decision.reason };
    note(chain, Some(decision.decided_at), step);
}

fn note_period(chain: &mut Vec<ChainEvent>, recorded: &Recorded) {
    let period = &recorded.period;
    let opened = Step::PeriodOpened { from: period.from, until: period.until };
    note(chain, Some(period.recorded_at), opened);
    for event in &period.events {
        let from = event.effective_from;
        let step = match event.kind {
            EventKind::Suspended => Step::Suspended { from },
            EventKind::Reinstated => Step::Reinstated { from },
            EventKind::Revoked => Step::Revoked { from },
        };
        note(chain, Some(event.recorded_at), step);
    }
}

fn note_award(chain: &mut Vec<ChainEvent>, award: &Award) {
    let number = award.number;
    let serial = award.serial.as_str().to_owned();
    note(chain, Some(award.awarded_at), Step::BadgeAwarded { serial, number });
    note(chain, award.handed_over_at, Step::HandedOver { number });
    note(chain, award.withdrawn_at, Step::BadgeWithdrawn { number });
}

fn note_regrade(chain: &mut Vec<ChainEvent>, told: Told) {
    let (number, was, now) = (told.moved.number, told.moved.was, told.moved.now);
    note(chain, Some(told.at), Step::Regraded { number, was, now, reason: told.reason });
}

fn note_doubt(chain: &mut Vec<ChainEvent>, doubt: Doubt, by: Option<String>) {
    note(chain, Some(doubt.raised_at), Step::Doubted);
    match doubt.state {
        // What was revoked is told by the period.
        DoubtState::Open | DoubtState::Revoked => {}
        DoubtState::Kept => note(chain, doubt.decided_at, Step::Kept { by, reason: doubt.reason }),
        DoubtState::Settled => note(chain, doubt.decided_at, Step::Settled),
    }
}
