//! Who is asking: from a session's token to an [`Actor`] with the roles and units they hold.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use domain::access::{Actor, Held, Role};
use domain::id::{Id, PersonId, UnitId, WebSessionId};
use domain::refusal::{Fault, Refusal};
use domain::time::{Moment, minutes};
use sha2::{Digest, Sha256};
use store::Patience;
use store::organisation::Unit;
use store::session::SignedIn;
use uuid::Uuid;

use crate::Services;
use crate::kept::{Kept, Since};

/// The tree of units.
pub struct Tree {
    units: Vec<Unit>,
}

impl Tree {
    /// All units, by name.
    #[must_use]
    pub fn units(&self) -> &[Unit] {
        &self.units
    }

    /// Finds a unit.
    #[must_use]
    pub fn find(&self, id: UnitId) -> Option<&Unit> {
        self.units.iter().find(|unit| unit.id == id)
    }

    /// A unit and all below it.
    #[must_use]
    pub fn below(&self, top: UnitId) -> Vec<UnitId> {
        let mut found = vec![top];
        let mut next = 0;
        while let Some(parent) = found.get(next).copied() {
            found.extend(self.units.iter().filter(|unit| unit.parent == Some(parent)).map(|unit| unit.id));
            next += 1;
        }
        found
    }

    /// The unit of a kind that a unit is or lies below, such as the okrug of a centre.
    #[must_use]
    pub fn above(&self, id: UnitId, kind: &str) -> Option<&Unit> {
        let mut unit = self.find(id)?;
        while unit.kind != kind {
            unit = self.find(unit.parent?)?;
        }
        Some(unit)
    }
}

/// When web sessions were last seen, written down now and then: reading never writes.
#[derive(Default)]
pub struct Seen(Mutex<HashMap<WebSessionId, Moment>>);

impl Seen {
    fn note(&self, id: WebSessionId, now: Moment) {
        if let Ok(mut seen) = self.0.lock() {
            seen.insert(id, now);
        }
    }

    fn of(&self, id: WebSessionId) -> Option<Moment> {
        self.0.lock().ok().and_then(|seen| seen.get(&id).copied())
    }

    fn take(&self) -> Vec<(WebSessionId, Moment)> {
        self.0.lock().map(|mut seen| seen.drain().collect()).unwrap_or_default()
    }
}

/// The tree of units, from memory.
///
/// # Errors
/// A fault of the database.
pub async fn tree(s: &Services) -> Result<Arc<Tree>, Fault> {
    let read = async { Ok(Arc::new(Tree { units: store::organisation::units(&s.db).await? })) };
    s.units.read(s, (), read).await
}

/// Everybody who holds one of some roles, as they would act.
pub(crate) async fn holders(s: &Services, roles: &[Role]) -> Result<Vec<Actor>, Fault> {
    let tree = tree(s).await?;
    let mut held: BTreeMap<PersonId, Vec<Held>> = BTreeMap::new();
    for role in roles {
        for (person, unit) in store::notice::holders(&s.db, *role).await? {
            let units = unit.map(|unit| tree.below(unit));
            held.entry(person).or_default().push(Held { role: *role, units });
        }
    }
    Ok(held.into_iter().map(|(person, held)| absent(person, held)).collect())
}

/// Somebody who is not here, to ask how far they reach. Nothing is done in their name.
fn absent(person: PersonId, held: Vec<Held>) -> Actor {
    Actor {
        person,
        account: Id::new(Uuid::nil()),
        session: Id::new(Uuid::nil()),
        name: String::new(),
        held,
        groups: Vec::new(),
    }
}

/// The hash under which a token is kept.
#[must_use]
pub fn token_hash(token: &str) -> Vec<u8> {
    hash(token).to_vec()
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Who holds which token, remembered: every request begins with that question.
pub(crate) struct Actors(Kept<[u8; 32], Arc<Known>>);

impl Default for Actors {
    fn default() -> Self {
        // About 500 bytes each.
        Self(Kept::new(5_000))
    }
}

/// What was read about a token.
struct Known {
    actor: Arc<Actor>,
    session: SignedIn,
    since: Since,
}

/// Who holds a token; nobody when the session has ended.
///
/// # Errors
/// A fault of the database.
pub async fn actor(s: &Services, token: &str) -> Result<Option<Arc<Actor>>, Fault> {
    let hash = hash(token);
    let now = s.now();
    let known = match s.actors.0.get(&hash).filter(|known| known.since.is_fresh(s)) {
        Some(known) => known,
        None => match read(s, &hash, now).await? {
            Some(known) => known,
            None => return Ok(None),
        },
    };
    if has_ended(s, &known.session, now) {
        return Ok(None);
    }
    s.seen.note(known.session.id, now);
    Ok(Some(Arc::clone(&known.actor)))
}

async fn read(s: &Services, hash: &[u8; 32], now: Moment) -> Result<Option<Arc<Known>>, Fault> {
    let since = Since::now(s);
    let Some(mut session) = store::session::find(&s.db, hash).await? else { return Ok(None) };
    if has_ended(s, &session, now) {
        return Ok(None);
    }
    let mut held = Vec::with_capacity(session.grants.len());
    for (role, unit) in &session.grants {
        let units = match unit {
            Some(unit) => Some(tree(s).await?.below(*unit)),
            None => None,
        };
        held.push(Held { role: *role, units });
    }
    let groups = if held.iter().any(|held| held.role == Role::Trainer) {
        store::people::groups_kept_by(&s.db, session.person).await?
    } else {
        Vec::new()
    };
    let actor = Arc::new(Actor {
        person: session.person,
        account: session.account,
        session: session.id,
        name: session.name.address(),
        held,
        groups,
    });
    // It is seen now; the row says so only some time later.
    session.seen_at = now;
    let known = Arc::new(Known { actor, session, since });
    s.actors.0.put(*hash, Arc::clone(&known));
    Ok(Some(known))
}

fn has_ended(s: &Services, session: &SignedIn, now: Moment) -> bool {
    let seen = s.seen.of(session.id).map_or(session.seen_at, |seen| seen.max(session.seen_at));
    now >= session.absolute_until || now - seen >= minutes(s.settings().session_idle_minutes)
}

/// Writes down when sessions were seen.
///
/// # Errors
/// A fault of the database.
pub async fn flush_seen(s: &Services) -> Result<(), Fault> {
    let seen = s.seen.take();
    if seen.is_empty() {
        return Ok(());
    }
    for piece in seen.chunks(100) {
        let piece = piece.to_vec();
        s.db.record(Patience::Long, move |tx| async move { store::session::touch(&tx, &piece).await })
            .await?;
    }
    Ok(())
}

/// The actor, or a refusal that leads to the sign-in page.
///
/// # Errors
/// [`Refusal::SignedOut`].
pub fn signed_in(actor: Option<&Actor>) -> Result<&Actor, Refusal> {
    actor.ok_or(Refusal::SignedOut)
}
