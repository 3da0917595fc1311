//! Two people at once: one is first, the other is told, nobody's work is lost and nothing breaks.

use domain::access::Actor;
use domain::form::FormState;
use domain::id::{ItemId, TestId};
use domain::item::{Pool, State};
use domain::refusal::{Fault, Refusal};
use domain::rulebook::VersionState;
use service::chance;
use store::item::{Filter, Item, Version};
use testkit::{Browser, Engine, Page, World, engines};

/// Somebody who is signed in, for use cases that no page is needed for.
pub(crate) async fn actor(world: &World, login: &str) -> Actor {
    let from = service::sign_in::From { address: "127.0.0.1".into(), user_agent: "a test".into() };
    let token = service::sign_in::sign_in(&world.services, login, "sincere-demo".into(), from).await;
    let actor = service::access::actor(&world.services, &token.unwrap()).await.unwrap().unwrap();
    Actor::clone(&actor)
}

/// The only Ok among some answers; each of the others is handed to `judge`.
fn one_wins<T>(answers: Vec<Result<T, Refusal>>, judge: impl Fn(&Refusal) -> bool) -> T {
    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    for answer in lost {
        let refusal = answer.err().unwrap();
        assert!(judge(&refusal), "{refusal}");
    }
    assert_eq!(won.len(), 1, "exactly one is first");
    won.into_iter().next().unwrap().ok().unwrap()
}

async fn some_item(world: &World, pool: Pool) -> Item {
    let filter = Filter { pools: vec![pool], ..Filter::default() };
    let page = store::item::list(&world.services.db, &filter, 1).await.unwrap();
    page.rows.into_iter().next().unwrap().item
}

async fn head(world: &World, id: ItemId) -> Item {
    store::item::find(&world.services.db, id).await.unwrap().unwrap()
}

async fn change(world: &World, head: &Item) -> bool {
    let head = head.clone();
    let done: Result<bool, Fault> =
        world.services.db.write(move |tx| async move { store::item::change(&tx, &head).await }).await;
    done.unwrap()
}

#[tokio::test]
async fn an_item_is_changed_only_as_it_was_read() {
    for engine in engines() {
        let world = World::new(engine).await;
        let read = some_item(&world, Pool::Exam).await;
        let mine = Item { competency: "mine".into(), ..read.clone() };
        let theirs = Item { state: State::Retired, ..read.clone() };
        assert!(change(&world, &mine).await);
        assert!(!change(&world, &theirs).await, "{engine:?}: it has moved on");
        let kept = head(&world, read.id).await;
        assert_eq!((kept.competency.as_str(), kept.state), ("mine", State::Live));
        assert!(
            change(&world, &Item { state: State::Retired, ..kept }).await,
            "read again, it may be changed"
        );
    }
}

#[tokio::test]
async fn a_version_is_added_only_to_the_item_as_it_was_read() {
    for engine in engines() {
        let world = World::new(engine).await;
        let (db, now) = (&world.services.db, world.services.now());
        let read = some_item(&world, Pool::Practice).await;
        let first = store::item::versions(db, read.id).await.unwrap().remove(0);
        let mut added = Vec::new();
        for note in ["the first", "the second"] {
            let next = Version { id: chance::id(now), number: 2, note: note.into(), ..first.clone() };
            let read = read.clone();
            let done: Result<bool, Fault> =
                db.write(move |tx| async move { store::item::add_version(&tx, &read, next).await }).await;
            added.push(done.unwrap());
        }
        assert_eq!(added, [true, false], "{engine:?}");
        let versions = store::item::versions(db, read.id).await.unwrap();
        assert_eq!(versions.len(), 2);
        assert_eq!(versions[0].note, "the first");
    }
}

async fn write_draft(world: &World, by: &Actor) -> ItemId {
    let known = some_item(world, Pool::Practice).await;
    let form = FormState::default()
        .with("pool", "practice")
        .with("rule", known.rule)
        .with("difficulty", "1")
        .with("competency", "listening")
        .with("venue", "centre")
        .with("kind", "single")
        .with("stem", "Посетитель ждёт. Что сделать сначала?")
        .with("option.1", "Подойти")
        .with("option.2", "Подождать")
        .with("option.3", "Позвать коллегу")
        .with("key", "1")
        .with("rationale", "Человека замечают сразу.");
    service::item::save(&world.services, by, None, form).await.unwrap()
}

#[tokio::test]
async fn of_many_who_submit_one_item_at_once_one_does() {
    for engine in engines() {
        let world = World::new(engine).await;
        let trainer = actor(&world, "trainer").await;
        let item = write_draft(&world, &trainer).await;
        let mut tasks = Vec::new();
        for _ in 0..6 {
            let (s, trainer) = (world.services.clone(), trainer.clone());
            tasks.push(tokio::spawn(async move { service::item::submit(&s, &trainer, item).await }));
        }
        let mut answers = Vec::new();
        for task in tasks {
            answers.push(task.await.unwrap());
        }
        one_wins(answers, |refusal| {
            matches!(refusal, Refusal::Conflict("not_a_draft" | "changed_meanwhile"))
        });
        assert_eq!(head(&world, item).await.state, State::Review, "{engine:?}");
    }
}

#[tokio::test]
async fn of_many_who_take_one_number_and_login_at_once_one_gets_them() {
    for engine in engines() {
        let world = World::new(engine).await;
        let hr = actor(&world, "hr").await;
        let choices = service::people::choices(&world.services, &hr).await.unwrap();
        let form = FormState::default()
            .with("surname", "Новикова")
            .with("given", "Анна")
            .with("personnel_number", "77000001")
            .with("unit", choices.units[0].id.to_string())
            .with("position", choices.positions[0].id.to_string())
            .with("from", world.services.today().to_string())
            .with("login", "novikova");
        let mut tasks = Vec::new();
        for number in 0..8 {
            let (s, hr) = (world.services.clone(), hr.clone());
            // Half of them want the number, the other half only the login.
            let number = if number % 2 == 0 { "77000001".to_owned() } else { format!("7800000{number}") };
            let form = form.clone().with("personnel_number", number);
            tasks.push(tokio::spawn(async move { service::people::add(&s, &hr, form).await }));
        }
        let mut answers = Vec::new();
        for task in tasks {
            answers.push(task.await.unwrap());
        }
        one_wins(answers, |refusal| {
            let Refusal::Form(form) = refusal else { return false };
            form.problem_of("login") == Some("login_taken")
                || form.problem_of("personnel_number") == Some("number_taken")
        });
    }
}

#[tokio::test]
async fn of_two_accounts_with_one_login_one_is_opened() {
    for engine in engines() {
        let world = World::new(engine).await;
        let admin = actor(&world, "admin").await;
        let without = service::account::without(&world.services, &admin, "").await.unwrap();
        let mut tasks = Vec::new();
        for person in without.iter().take(6).map(|listed| listed.id) {
            let (s, admin) = (world.services.clone(), admin.clone());
            let form = FormState::default().with("login", "the-same");
            tasks.push(tokio::spawn(async move { service::account::create(&s, &admin, person, form).await }));
        }
        let mut answers = Vec::new();
        for task in tasks {
            answers.push(task.await.unwrap());
        }
        one_wins(
            answers,
            |refusal| matches!(refusal, Refusal::Form(form) if form.problem_of("login") == Some("login_taken")),
        );
    }
}

/// Every field of the page's own form as it stands there.
fn fields(page: &Page) -> Vec<(String, String)> {
    let main = page.body.split("<main").nth(1).unwrap_or_default();
    let form = main.split("</form>").next().unwrap_or_default();
    let part = |tag: &str, name: &str| {
        let rest = tag.split(&format!(" {name}=\"")).nth(1)?;
        rest.split('"').next().map(ToOwned::to_owned)
    };
    let mut select = String::new();
    let mut found = Vec::new();
    for tag in form.split('<') {
        if tag.starts_with("select ") {
            select = part(tag, "name").unwrap_or_default();
        } else if tag.starts_with("option ") && tag.contains(" selected") {
            found.push((select.clone(), part(tag, "value").unwrap_or_default()));
        } else if tag.starts_with("input ") && !tag.contains("type=\"checkbox\"") {
            found.extend(part(tag, "name").zip(part(tag, "value")));
        }
    }
    found
}

async fn send(
    browser: &mut Browser,
    address: &str,
    fields: &[(String, String)],
    typed: &[(&str, &str)],
) -> Page {
    let kept = fields.iter().filter(|(name, _)| typed.iter().all(|(field, _)| field != name));
    let mut form: Vec<(&str, &str)> = kept.map(|(name, value)| (name.as_str(), value.as_str())).collect();
    form.extend(typed);
    browser.post(address, &form).await
}

#[tokio::test]
async fn two_who_write_the_standard_at_once_lose_nothing() {
    for engine in engines() {
        let world = World::new(engine).await;
        let mut first = world.signed_in("methodologist").await;
        let mut second = world.signed_in("methodologist").await;
        let address = first.post("/trainer/rulebook", &[("do", "begin")]).await.location;
        let seen = second.get(&address).await.values("revision").remove(0);

        let theirs = [("rule.1.title", "Первое"), ("rule.1.body", "Слушает.")];
        let added =
            [("rule.20.title", "Добавленное"), ("rule.20.body", "Новое."), ("rule.20.indicators", "Да")];
        let form = [&[("revision", seen.as_str()), ("do", "save")][..], &theirs, &added].concat();
        assert_eq!(first.post(&address, &form).await.status, 303);

        // The page that was opened before had an empty place for one more rule.
        let mine = [("rule.1.title", "Второе"), ("rule.1.body", "Помогает."), ("rule.20.title", "")];
        let form = [&[("revision", seen.as_str()), ("do", "save")][..], &mine].concat();
        let lost = second.post(&address, &form).await;
        assert_eq!(lost.status, 409, "{engine:?}: {}", lost.body);
        assert!(
            lost.body.contains("Пока вы правили, кто-то сохранил этот черновик"),
            "it says what happened"
        );
        assert!(lost.body.contains("value=\"Второе\""), "what was typed is there");
        assert!(lost.body.contains("value=\"Добавленное\""), "and what the other one has added");

        let seen = lost.values("revision").remove(0);
        let form = [("revision", seen.as_str()), ("do", "save"), mine[0], mine[1]];
        assert_eq!(second.post(&address, &form).await.status, 303);
        let drafts = store::rulebook::versions(&world.services.db).await.unwrap();
        let rules = store::rulebook::rules(&world.services.db, drafts[0].id).await.unwrap();
        let titles: Vec<&str> = rules.iter().map(|rule| rule.title.as_str()).collect();
        assert!(titles.contains(&"Второе") && titles.contains(&"Добавленное"), "{titles:?}");

        // Published with what was on the page, or not at all.
        let form = [("revision", seen.as_str()), ("do", "publish"), mine[0], mine[1]];
        assert_eq!(first.post(&address, &form).await.status, 409);
        let page = first.get(&address).await;
        let now = page.values("revision").remove(0);
        let form = [("revision", now.as_str()), ("do", "publish"), mine[0], mine[1]];
        assert_eq!(first.post(&address, &form).await.status, 303);
        let published = store::rulebook::published(&world.services.db).await.unwrap().unwrap();
        assert_eq!(published.id, drafts[0].id);
    }
}

#[tokio::test]
async fn rules_are_replaced_in_a_draft_only() {
    for engine in engines() {
        let world = World::new(engine).await;
        let db = &world.services.db;
        let published = store::rulebook::published(db).await.unwrap().unwrap();
        let done: Result<bool, Fault> = db
            .write(move |tx| async move {
                store::rulebook::replace_rules(&tx, published.id, published.revision, Vec::new()).await
            })
            .await;
        assert!(!done.unwrap(), "{engine:?}");
        assert!(!store::rulebook::rules(db, published.id).await.unwrap().is_empty());
    }
}

async fn certification_test(world: &World) -> TestId {
    store::test::list(&world.services.db).await.unwrap()[0].id
}

#[tokio::test]
async fn two_who_write_a_test_at_once_lose_nothing() {
    for engine in engines() {
        let world = World::new(engine).await;
        let test = certification_test(&world).await;
        let address = format!("/trainer/tests/{test}/draft");
        let mut first = world.signed_in("methodologist").await;
        let mut second = world.signed_in("methodologist").await;
        assert_eq!(first.post(&address, &[("do", "begin")]).await.status, 303);
        let (one, other) = (fields(&first.get(&address).await), fields(&second.get(&address).await));
        let save = ("do", "save");
        let saved = send(&mut first, &address, &one, &[save, ("limit_minutes", "60")]).await;
        assert_eq!(saved.status, 303, "{}", saved.body);

        let lost = send(&mut second, &address, &other, &[save, ("limit_minutes", "90")]).await;
        assert_eq!(lost.status, 409, "{engine:?}: {}", lost.body);
        assert!(lost.body.contains("Пока вы правили, кто-то сохранил этот черновик"));
        assert!(lost.body.contains("value=\"90\""), "what was typed is there");
        let again = fields(&lost);
        assert_eq!(send(&mut second, &address, &again, &[save]).await.status, 303);

        let publish = format!("/trainer/tests/{test}/publish");
        let shown = fields(&first.get(&publish).await);
        let next = fields(&second.get(&address).await);
        assert_eq!(send(&mut second, &address, &next, &[save, ("limit_minutes", "45")]).await.status, 303);
        let yes = ("acknowledged", "yes");
        let changed = send(&mut first, &publish, &shown, &[yes]).await;
        assert_eq!(changed.status, 409, "what was not seen is not published");
        let published = send(&mut first, &publish, &fields(&changed), &[yes]).await;
        assert_eq!(published.status, 303, "{}", published.body);
        let newest = store::test::versions(&world.services.db, test).await.unwrap().remove(0);
        assert_eq!((newest.state, newest.conditions.limit_minutes), (VersionState::Published, 45));
    }
}

#[tokio::test]
async fn servers_that_start_together_on_an_empty_database_all_come_up() {
    // A SQLite file has one server: there the second is turned away before it migrates.
    for engine in engines().into_iter().filter(|engine| *engine == Engine::Postgres) {
        let (url, _place) = testkit::empty(engine).await;
        let open = async || {
            let db = store::Db::open(&url).await.unwrap();
            db.migrate().await.map(|()| db)
        };
        let (first, second, third) = tokio::join!(open(), open(), open());
        for db in [first, second, third] {
            assert!(db.unwrap().is_current().await.unwrap());
        }
    }
}
