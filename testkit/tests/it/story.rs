//! One story on both engines: what SQLite and PostgreSQL must answer alike.

use domain::access::Reach;
use domain::refusal::{Fault, Refusal};
use store::people::Filter;
use testkit::{World, engines};

#[tokio::test]
async fn both_engines_find_and_sort_cyrillic_alike() {
    for engine in engines() {
        let world = World::new(engine).await;
        let filter = Filter { search: "СОКОЛОВА мар".into(), ..Filter::default() };
        let found = store::people::list(&world.services.db, &Reach::All, &filter, 10).await.unwrap();
        let names: Vec<String> = found.rows.iter().map(|row| row.name.full()).collect();
        assert!(names.contains(&"Соколова Мария Александровна".to_owned()), "{engine:?}: {names:?}");
        let all = store::people::list(&world.services.db, &Reach::All, &Filter::default(), 50).await.unwrap();
        let keys: Vec<String> = all.rows.iter().map(|row| row.name.sort_key()).collect();
        assert!(keys.is_sorted(), "{engine:?}: {keys:?}");
        let next = Filter { after: all.next.clone(), ..Filter::default() };
        let second = store::people::list(&world.services.db, &Reach::All, &next, 50).await.unwrap();
        assert!(second.rows.first().is_some_and(|row| row.name.sort_key() >= *keys.last().unwrap()));
        assert!(second.rows.iter().all(|row| all.rows.iter().all(|known| known.id != row.id)));
    }
}

#[tokio::test]
async fn a_refused_write_leaves_nothing_and_disturbs_nobody() {
    for engine in engines() {
        let world = World::empty(engine).await;
        let mut writes = Vec::new();
        for number in 0..60 {
            let (s, db) = (world.services.clone(), world.services.db.clone());
            writes.push(tokio::spawn(async move {
                let id = service::chance::uuid(s.now());
                db.write(move |tx| async move {
                    let key = format!("fact {number}");
                    store::setting::set_fact(&tx, id, &key, "yes").await?;
                    if number % 3 == 0 { Err(Refusal::Conflict("no")) } else { Ok(()) }
                })
                .await
            }));
        }
        for (number, write) in writes.into_iter().enumerate() {
            assert_eq!(write.await.unwrap().is_err(), number % 3 == 0);
        }
        for number in 0..60 {
            let kept = store::setting::fact(&world.services.db, &format!("fact {number}")).await.unwrap();
            assert_eq!(kept.is_some(), number % 3 != 0, "{engine:?} {number}");
        }
        if let Some((writes, commits)) = world.services.db.grouping() {
            assert!(commits < writes, "concurrent writes share commits: {writes} in {commits}");
        }
    }
}

#[tokio::test]
async fn a_write_that_panics_is_a_fault_and_the_next_one_works() {
    for engine in engines() {
        let world = World::empty(engine).await;
        let db = &world.services.db;
        if engine == testkit::Engine::Sqlite {
            let broken: Result<(), Fault> = db.write(|_tx| async { panic!("a bug in a use case") }).await;
            assert!(broken.is_err());
        }
        let id = service::chance::uuid(world.services.now());
        let kept: Result<(), Fault> =
            db.write(move |tx| async move { store::setting::set_fact(&tx, id, "after", "yes").await }).await;
        assert!(kept.is_ok());
    }
}

#[tokio::test]
async fn the_audit_chain_is_whole_and_shows_a_forged_entry() {
    for engine in engines() {
        let world = World::new(engine).await;
        world.signed_in("hr").await;
        service::audit::seal(&world.services).await.unwrap();
        let whole = service::audit::verify(&world.services).await.unwrap();
        assert!(matches!(whole, service::audit::Verified::Whole(links) if links > 0), "{whole:?}");
        store::maintenance::forge_audit_entry(&world.services.db).await.unwrap();
        let broken = service::audit::verify(&world.services).await.unwrap();
        assert!(matches!(broken, service::audit::Verified::Broken(_)), "{engine:?}");
    }
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused_by_name() {
    for engine in engines() {
        let world = World::empty(engine).await;
        store::maintenance::pretend_newer(&world.services.db).await.unwrap();
        let refused = world.services.db.migrate().await.unwrap_err().to_string();
        assert!(refused.contains("newer version"), "{refused}");
    }
}
