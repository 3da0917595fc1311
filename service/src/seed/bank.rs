//! Seeds the shipped items. Seeded again after an interruption, it goes on where it was.

use domain::item::{Origin, Pool, State};
use domain::refusal::Fault;
use domain::test::Kind;
use domain::time::Moment;
use store::item::{Item, Version};

use crate::seed::content::{self, Shipped};
use crate::{Services, chance};

/// How many items one write adds.
const AT_ONCE: usize = 56;

/// The pool that a test of a kind draws from.
pub(super) const fn pool_of(kind: Kind) -> Pool {
    match kind {
        Kind::Certification => Pool::Exam,
        Kind::Practice => Pool::Practice,
    }
}

/// Adds the shipped items that are not there; how many there are.
pub(super) async fn add(s: &Services, shipped: &Shipped) -> Result<usize, Fault> {
    for piece in shipped.items.chunks(AT_ONCE) {
        let now = s.now();
        let rows: Vec<(Item, Version)> = piece.iter().map(|item| rows(item, now)).collect();
        // A piece was added whole or not at all, so its first item speaks for it.
        let is_there = match rows.first() {
            Some((first, _)) => store::item::is_taken(&s.db, &first.code).await?,
            None => true,
        };
        if is_there {
            continue;
        }
        s.db.write(move |tx| async move { store::item::insert_items(&tx, rows, None, now).await }).await?;
    }
    Ok(shipped.items.len())
}

fn rows(item: &content::Item, now: Moment) -> (Item, Version) {
    let version = Version {
        id: chance::id(now),
        item: chance::id(now),
        number: 1,
        content: item.content(),
        note: String::new(),
        author: None,
        reviewer: None,
        created_at: now,
    };
    let head = Item {
        id: version.item,
        code: item.id.to_uppercase(),
        rule: item.rule.clone(),
        competency: item.competency.clone(),
        difficulty: item.difficulty,
        venue: item.venue,
        enemy_set: item.enemy.clone(),
        origin: Origin::Shipped,
        pool: item.pool,
        state: State::Live,
        current: Some(version.id),
        revision: 1,
    };
    (head, version)
}
