//! What is refused in words: things that cannot be done now, and why.

use domain::id::{Id, PersonId};
use domain::item::{Pool, State};
use domain::refusal::Refusal;
use service::item::Query;
use testkit::{World, engines};
use uuid::Uuid;

use crate::races::actor;

async fn person(world: &World, login: &str) -> PersonId {
    store::account::find_by_login(&world.services.db, login).await.unwrap().unwrap().person
}

#[tokio::test]
async fn a_stranger_cannot_be_enrolled() {
    for engine in engines() {
        let world = World::new(engine).await;
        let hr = actor(&world, "hr").await;
        let stranger = Id::new(Uuid::from_u128(7));
        let refused = service::programme::enrol(&world.services, &hr, stranger, None).await;
        assert!(matches!(refused, Err(Refusal::NotFound)), "{engine:?}: {refused:?}");
    }
}

#[tokio::test]
async fn a_closed_account_gets_no_code_and_is_told_why() {
    for engine in engines() {
        let world = World::new(engine).await;
        let (admin, mentor) = (actor(&world, "admin").await, person(&world, "mentor").await);
        let mut hr = world.signed_in("hr").await;
        let address = format!("/hr/people/{mentor}/code");
        assert_eq!(hr.post(&address, &[]).await.status, 200, "an open account gets one");
        service::account::set_active(&world.services, &admin, mentor, false).await.unwrap();
        let refused = hr.post(&address, &[]).await;
        assert_eq!(refused.status, 409, "{engine:?}");
        assert!(refused.body.contains("Вход для этой учётной записи закрыт"), "{}", refused.body);
        let account = store::account::find_by_person(&world.services.db, mentor).await.unwrap().unwrap();
        let live = store::account::live_code(&world.services.db, account.id, world.services.now()).await;
        assert!(live.unwrap().is_none());
    }
}

#[tokio::test]
async fn an_item_that_a_test_cannot_do_without_is_not_retired() {
    for engine in engines() {
        let world = World::new(engine).await;
        let (s, actor) = (&world.services, actor(&world, "methodologist").await);
        let tests = store::test::list(&s.db).await.unwrap();
        let test = tests.iter().find(|test| test.code == "administrator").unwrap();
        let version = store::test::version(&s.db, test.current.unwrap()).await.unwrap().unwrap();
        let cell = version.blueprint.cells.iter().find(|cell| cell.count > 0).unwrap();
        let of_cell = Query {
            rule: Some(cell.rule.clone()),
            difficulty: Some(cell.difficulty),
            state: Some(State::Live),
            pool: Some(Pool::Exam),
            ..Query::default()
        };
        let live = service::item::list(s, &actor, of_cell).await.unwrap().items.rows;
        let needed = usize::try_from(cell.count).unwrap();
        let (spare, kept) = live.split_at(live.len() - needed);
        for row in spare {
            service::item::retire(s, &actor, row.item.id).await.unwrap();
        }
        let last = kept[0].item.id;
        let refused = service::item::retire(s, &actor, last).await;
        assert!(matches!(refused, Err(Refusal::Conflict("needed_by_tests"))), "{engine:?}: {refused:?}");
        let mut browser = world.signed_in("methodologist").await;
        let page = browser.post(&format!("/trainer/items/{last}/retire"), &[]).await;
        assert_eq!(page.status, 409);
        assert!(page.body.contains(&test.title), "the page names the test: {}", page.body);
        let head = store::item::find(&s.db, last).await.unwrap().unwrap();
        assert_eq!(head.state, State::Live);
    }
}
