//! The own badge, and the public answer to "is this badge valid?".

use domain::access::{Act, Actor, Subject, allow};
use domain::badge::Serial;
use domain::certification::{Standing, standing, standing_of};
use domain::refusal::{Fault, Refusal};
use domain::time::Day;
use store::badge::Award;
use store::certification::{Recorded, Version};

use crate::Services;

/// A badge as its holder sees it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The award.
    pub award: Award,
    /// The period that it stands for.
    pub period: Recorded,
    /// The certification's title.
    pub title: String,
    /// What it is today.
    pub standing: Standing,
}

/// Own badges, the latest first.
///
/// # Errors
/// A fault of the database.
pub async fn own(s: &Services, actor: &Actor) -> Result<Vec<Shown>, Refusal> {
    allow(actor, Act::Learn, &Subject::own(actor.person))?;
    Ok(of_person(s, actor.person).await?)
}

pub(crate) async fn of_person(s: &Services, person: domain::id::PersonId) -> Result<Vec<Shown>, Fault> {
    let awards = store::badge::of_person(&s.db, person).await?;
    let mut periods = store::certification::periods_of(&s.db, [person]).await?;
    let periods = periods.remove(&person).unwrap_or_default();
    let mut shown = Vec::with_capacity(awards.len());
    for award in awards {
        let Some(period) = periods.iter().find(|p| p.period.id == award.period).cloned() else { continue };
        let Some(version) = store::certification::version(&s.db, period.version).await? else { continue };
        let standing = standing_today(s, &award, &period, &version);
        shown.push(Shown { award, period, title: version.title, standing });
    }
    Ok(shown)
}

fn standing_today(s: &Services, award: &Award, period: &Recorded, version: &Version) -> Standing {
    if award.withdrawn_at.is_some() {
        return Standing::Revoked;
    }
    standing_of(&period.period, s.today(), s.now(), version.renewal_window_days)
}

/// What anybody may know of a badge.
#[derive(Clone, Debug)]
pub struct Verified {
    /// The serial.
    pub serial: Serial,
    /// The ceremonial number.
    pub number: u32,
    /// First name, patronymic, first letter of the surname.
    pub holder: String,
    /// The certification's title.
    pub title: String,
    /// What the badge is today.
    pub standing: Standing,
    /// Valid from.
    pub from: Day,
    /// Valid until.
    pub until: Day,
    /// When it was awarded.
    pub awarded_on: Day,
    /// With distinction.
    pub with_distinction: bool,
    /// Who stands behind it.
    pub issuer: String,
    /// Since when it is no longer valid, when it was revoked.
    pub revoked_on: Option<Day>,
    /// Whether the holder has a later period that is valid today.
    pub renewed: bool,
}

/// Looks a badge up for anybody.
///
/// # Errors
/// A refusal when there is no such badge.
pub async fn verify(s: &Services, serial: &str) -> Result<Verified, Refusal> {
    let serial = Serial::parse(serial).ok_or(Refusal::NotFound)?;
    let award = store::badge::find(&s.db, &serial).await?.ok_or(Refusal::NotFound)?;
    let period = store::certification::period(&s.db, award.period).await?.ok_or(Refusal::NotFound)?;
    let version = store::certification::version(&s.db, period.version).await?.ok_or(Refusal::NotFound)?;
    let all = store::certification::periods_of(&s.db, [award.person]).await?;
    let all: Vec<_> = all
        .into_values()
        .flatten()
        .filter(|p| p.certification == period.certification)
        .map(|p| p.period)
        .collect();
    let now_valid = standing(&all, s.today(), s.now(), version.renewal_window_days);
    let is = standing_today(s, &award, &period, &version);
    Ok(Verified {
        serial,
        number: award.number,
        holder: award.name.public(),
        title: version.title,
        standing: is,
        from: period.period.from,
        until: period.period.until,
        awarded_on: Day::of(award.awarded_at, s.zone()),
        with_distinction: award.with_distinction,
        issuer: s.settings().organisation.clone(),
        revoked_on: period
            .period
            .events
            .iter()
            .filter(|event| event.kind == domain::certification::EventKind::Revoked)
            .map(|event| event.effective_from)
            .min(),
        renewed: !is.is_valid() && now_valid.0.is_valid(),
    })
}
