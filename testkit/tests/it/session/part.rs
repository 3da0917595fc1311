//! Who has which part in a session: who may look only, and who holds no exam of their own trainees.

use domain::access::{Actor, Role};
use domain::form::FormState;
use domain::id::GroupId;
use domain::refusal::Refusal;
use service::exam_session::{self, Part};
use testkit::{World, engines};

use super::{Held, grant, other_centre, planned};
use crate::races::actor;

#[tokio::test]
async fn a_session_is_seen_by_its_own_proctors_only_and_by_none_who_sits_in_it() {
    for engine in engines() {
        let held = Held::new(engine).await;
        let s = &held.world.services;
        let board = format!("/proctor/{}", held.id);
        let mut proctor = held.world.signed_in("proctor").await;
        let page = proctor.get(&board).await;
        assert!(page.status == 200 && page.body.contains("leptos-island"), "{}", page.body);
        assert_eq!(held.world.signed_in("e00001").await.get(&board).await.status, 403);

        // A proctor of another centre.
        let other = other_centre(&held.world, held.session().await.unit).await;
        grant(&held.world, "mentor", Role::Proctor, Some(other)).await;
        let mut mentor = held.world.signed_in("mentor").await;
        for path in ["", "/codes", "/protocol", "/events"] {
            assert_eq!(mentor.get(&format!("{board}{path}")).await.status, 404, "{engine:?} {path}");
        }
        assert_eq!(mentor.post(&board, &[("do", "open")]).await.status, 404);

        // Nobody proctors themselves.
        let jobs = store::people::employments(&s.db, held.proctor.person).await.unwrap();
        let own = FormState::default().with("numbers", jobs[0].personnel_number.clone());
        let refused = exam_session::add(s, &held.proctor, held.id, own).await;
        assert!(
            matches!(refused, Err(Refusal::Form(form)) if form.problem_of("numbers") == Some("own_seat"))
        );
    }
}

#[tokio::test]
async fn an_auditor_and_the_head_of_the_centre_look_without_buttons_or_codes() {
    for engine in engines() {
        let held = Held::new(engine).await;
        let unit = held.session().await.unit;
        grant(&held.world, "mentor", Role::Head, Some(unit)).await;
        grant(&held.world, "assessor", Role::Head, Some(other_centre(&held.world, unit).await)).await;
        let board = format!("/proctor/{}", held.id);
        for login in ["auditor", "mentor"] {
            let mut browser = held.world.signed_in(login).await;
            let list = browser.get("/proctor").await;
            assert!(list.status == 200 && list.body.contains(&format!("href=\"{board}\"")), "{login}");
            assert!(!list.body.contains("/proctor/new"), "{login} plans nothing");
            let page = browser.get(&board).await;
            assert_eq!(page.status, 200, "{engine:?} {login}: {}", page.body);
            assert!(
                page.body.contains("Вы смотрите эту сессию") && page.body.contains("id=\"row-"),
                "{login}"
            );
            for button in ["action=\"/proctor", "/codes", "/window", "?person="] {
                assert!(!page.body.contains(button), "{login} is offered {button}");
            }
            assert_eq!(browser.get(&format!("{board}?person=1")).await.status, 200);
            let protocol = browser.get(&format!("{board}/protocol")).await;
            assert!(protocol.status == 200 && protocol.body.contains("Учебный класс"), "{login}");
            for path in ["/codes", "/window"] {
                assert_eq!(browser.get(&format!("{board}{path}")).await.status, 403, "{login} {path}");
            }
            assert_eq!(browser.post(&board, &[("do", "close")]).await.status, 403, "{login}");
            assert_eq!(browser.post(&format!("{board}/window"), &[]).await.status, 403, "{login}");
        }
        let mut elsewhere = held.world.signed_in("assessor").await;
        for path in ["", "/protocol", "/events"] {
            assert_eq!(elsewhere.get(&format!("{board}{path}")).await.status, 404, "{engine:?} {path}");
        }
        for login in ["hr", "secretary", "admin", "e00001"] {
            assert_eq!(held.world.signed_in(login).await.get(&board).await.status, 403, "{login}");
        }
    }
}

/// A proctor who trains e00001.
pub(super) async fn trainer(world: &World) -> (Actor, GroupId) {
    grant(world, "trainer", Role::Proctor, None).await;
    let trainer = actor(world, "trainer").await;
    let form = FormState::default().with("title", "Группа 2");
    let group = service::trainer_group::create(&world.services, &trainer, form).await.unwrap();
    let trainer = actor(world, "trainer").await;
    let member = FormState::default().with("personnel_number", "E00001");
    service::trainer_group::add_member(&world.services, &trainer, group, member).await.unwrap();
    (trainer, group)
}

#[tokio::test]
async fn nobody_plans_an_exam_of_their_own_trainee() {
    for engine in engines() {
        let held = Held::new(engine).await;
        let s = &held.world.services;
        let (trainer, _) = trainer(&held.world).await;
        let one = held.person("e00001").await;
        let name = store::people::find(&s.db, one).await.unwrap().unwrap().name.full();
        let jobs = store::people::employments(&s.db, one).await.unwrap();
        let form = |numbers: &str| {
            planned("2026-11-22", "10:00", "13:00")
                .with("test", held.test.to_string())
                .with("unit", jobs[0].unit.to_string())
                .with("numbers", numbers)
        };
        for (form, field) in
            [(form("E00001, E00002"), "numbers"), (form("").with("admitted", "yes"), "admitted")]
        {
            let Err(Refusal::Form(form)) = exam_session::plan(s, &trainer, form).await else {
                panic!("{engine:?}: {field} is refused")
            };
            assert_eq!(
                (form.problem_of(field), form.value("trainees")),
                (Some("own_trainees"), name.as_str())
            );
        }
        let (test, unit) = (held.test.to_string(), jobs[0].unit.to_string());
        let fields = [
            ("title", "Допуск"),
            ("place", "Класс"),
            ("day", "2026-11-22"),
            ("from", "10:00"),
            ("until", "13:00"),
            ("test", test.as_str()),
            ("unit", unit.as_str()),
            ("numbers", "E00001"),
        ];
        let page = held.world.signed_in("trainer").await.post("/proctor/new", &fields).await;
        assert!(page.status == 422 && page.body.contains(&name), "{engine:?}: {}", page.body);

        let id = exam_session::plan(s, &trainer, form("E00002")).await.unwrap();
        let more = FormState::default().with("numbers", "E00001 E00003");
        let refused = exam_session::add(s, &trainer, id, more).await;
        assert!(
            matches!(refused, Err(Refusal::Form(form)) if form.problem_of("numbers") == Some("own_trainees"))
        );
    }
}

#[tokio::test]
async fn who_trains_a_candidate_only_looks_while_they_do() {
    for engine in engines() {
        let held = Held::new(engine).await;
        let s = &held.world.services;
        let (trainer, group) = trainer(&held.world).await;
        let (one, two) = (held.person("e00001").await, held.person("e00002").await);
        let board = format!("/proctor/{}", held.id);
        let mut browser = held.world.signed_in("trainer").await;
        let page = browser.get(&board).await;
        assert!(page.status == 200 && page.body.contains("Среди кандидатов ваши ученики"), "{}", page.body);
        assert!(!page.body.contains("action=\"/proctor") && !page.body.contains("/codes"), "{}", page.body);
        assert_eq!(browser.get(&format!("{board}/protocol")).await.status, 200);
        assert_eq!(browser.get(&format!("{board}/codes")).await.status, 409, "{engine:?}");
        assert_eq!(browser.post(&board, &[("do", "close")]).await.status, 409);
        for person in [one, two] {
            let refused = exam_session::identify(s, &trainer, held.id, person).await;
            assert!(matches!(refused, Err(Refusal::Conflict("own_trainee"))), "{engine:?}: {refused:?}");
        }

        // Nor from another session of the same centre.
        let (_sitting, _) = held.sitting("e00001").await;
        let session = held.session().await;
        let form = planned("2026-11-22", "10:00", "13:00")
            .with("test", held.test.to_string())
            .with("unit", session.unit.to_string());
        let next = exam_session::plan(s, &trainer, form).await.unwrap();
        exam_session::open(s, &trainer, next).await.unwrap();
        let pause =
            FormState::default().with("kind", "pause").with("scope", "centre").with("reason", "Нет света");
        let refused = exam_session::retime(s, &trainer, next, pause).await;
        assert!(matches!(refused, Err(Refusal::Conflict("own_trainee"))), "{engine:?}");

        service::trainer_group::archive(s, &trainer, group).await.unwrap();
        let former = actor(&held.world, "trainer").await;
        assert_eq!(exam_session::part(s, &former, held.id).await.unwrap(), Part::Holds);
        exam_session::identify(s, &former, held.id, two).await.unwrap();
    }
}
