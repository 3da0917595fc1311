//! Candidates who are picked from a list: who is on it, who is never given a seat, how the list goes on.

use std::collections::BTreeSet;

use domain::access::{Actor, Held as HeldRole, Role};
use domain::form::FormState;
use domain::id::{ExamSessionId, PersonId, PositionId, UnitId};
use domain::refusal::{Fault, Refusal};
use service::chance;
use service::exam_session::{self, Candidate, Picked};
use service::people::Query;
use store::people::Employment;
use testkit::engines;

use super::part::trainer;
use super::{Held, grant, other_centre, planned};
use crate::races::actor;

impl Held {
    async fn candidates(&self, who: &Actor, id: ExamSessionId, query: &Query) -> Vec<Candidate> {
        let found = exam_session::candidates(&self.world.services, who, id, query).await;
        found.unwrap().page.rows
    }

    /// The personnel numbers of those who are offered for the session.
    async fn offered(&self, who: &Actor, query: &Query) -> BTreeSet<String> {
        let rows = self.candidates(who, self.id, query).await;
        rows.into_iter().map(|row| row.person.personnel_number).collect()
    }

    async fn pick(&self, who: &Actor, id: ExamSessionId, chosen: &[String]) -> Picked {
        exam_session::add_chosen(&self.world.services, who, id, chosen).await.unwrap()
    }

    async fn seated(&self, id: ExamSessionId) -> Vec<PersonId> {
        store::exam_session::people_in(&self.world.services.db, id).await.unwrap()
    }

    async fn text_id(&self, login: &str) -> String {
        self.person(login).await.to_string()
    }

    /// Plans another session of the same test and unit, without candidates.
    async fn another(&self, who: &Actor) -> ExamSessionId {
        let form = planned("2026-11-22", "14:00", "16:00")
            .with("test", self.test.to_string())
            .with("unit", self.session().await.unit.to_string());
        exam_session::plan(&self.world.services, who, form).await.unwrap()
    }

    /// Ends somebody's job, and gives them another one from today on when there is one.
    async fn moves(&self, login: &str, to: Option<(UnitId, PositionId)>) {
        let s = &self.world.services;
        let (person, today, now) = (self.person(login).await, s.today(), s.now());
        let former = store::people::employments(&s.db, person).await.unwrap().remove(0);
        let next = to.map(|(unit, position)| Employment {
            id: chance::id(now),
            unit,
            position,
            from: today,
            ..former.clone()
        });
        let ended = former.id;
        let done: Result<(), Fault> =
            s.db.write(move |tx| async move {
                store::people::end_employment(&tx, ended, today.minus_days(1)).await?;
                match &next {
                    Some(job) => store::people::insert_employment(&tx, person, job, now).await,
                    None => Ok(()),
                }
            })
            .await;
        done.unwrap();
    }

    /// The proctor, with a grant that covers these units only.
    fn reaching(&self, units: Vec<UnitId>) -> Actor {
        let held = vec![HeldRole { role: Role::Proctor, units: Some(units) }];
        Actor { held, ..self.proctor.clone() }
    }
}

fn numbers(known: &[&str]) -> BTreeSet<String> {
    known.iter().map(|number| (*number).to_owned()).collect()
}

#[tokio::test]
async fn candidates_are_picked_by_unit_and_position() {
    for engine in engines() {
        let held = Held::new(engine).await;
        held.world.people(6).await;
        let (db, here) = (&held.world.services.db, held.session().await.unit);
        let units = store::organisation::units(db).await.unwrap();
        let okrugs: Vec<UnitId> =
            units.iter().filter(|unit| unit.kind == "okrug" && unit.id != here).map(|unit| unit.id).collect();
        let below = |top: UnitId| {
            units.iter().find(|unit| unit.parent == Some(top) && unit.id != here).map(|unit| unit.id)
        };
        let (okrug, centre, far) = (okrugs[0], below(okrugs[0]).unwrap(), below(okrugs[1]).unwrap());
        let positions = store::organisation::positions(db).await.unwrap();
        let (low, high) = (positions[0].id, positions[1].id);
        held.moves("e00004", Some((centre, low))).await;
        held.moves("e00005", Some((okrug, high))).await;
        held.moves("e00006", Some((far, low))).await;

        let any = Query::default;
        let cases: [(Query, &[&str]); 7] = [
            (any(), &["E00004", "E00005", "E00006"]),
            (Query { okrug: Some(okrug), ..any() }, &["E00004", "E00005"]),
            (Query { centre: Some(centre), ..any() }, &["E00004"]),
            (Query { position: Some(low), ..any() }, &["E00004", "E00006"]),
            (Query { okrug: Some(okrug), position: Some(high), ..any() }, &["E00005"]),
            (Query { search: "e00006".into(), ..any() }, &["E00006"]),
            (Query { search: "e00006".into(), okrug: Some(okrug), ..any() }, &[]),
        ];
        for (query, expected) in cases {
            let offered = held.offered(&held.proctor, &query).await;
            assert_eq!(offered, numbers(expected), "{engine:?} {query:?}");
        }
        let of_centre = held.reaching(vec![here, centre]);
        assert_eq!(held.offered(&of_centre, &any()).await, numbers(&["E00004"]), "{engine:?}: the reach");
        let beyond = Query { centre: Some(far), ..any() };
        assert!(held.offered(&of_centre, &beyond).await.is_empty(), "{engine:?}: no further than the reach");

        let (board, one) = (format!("/proctor/{}", held.id), held.text_id("e00004").await);
        let address = format!("{board}/candidates");
        let mut browser = held.world.signed_in("proctor").await;
        assert_eq!(browser.get(&board).await.link(&address), Some(address.clone()), "the board leads there");
        let page = browser.get(&format!("{address}?okrug={okrug}&position={low}")).await;
        assert_eq!((page.status, page.values("shown")), (200, vec![one.clone()]), "{}", page.body);
        assert_eq!(page.values("person"), std::slice::from_ref(&one));
        let (okrug, low) = (okrug.to_string(), low.to_string());
        let mut form = vec![("okrug", okrug.as_str()), ("position", low.as_str()), ("do", "chosen")];
        let none = browser.post(&address, &form).await;
        assert!(none.status == 422 && none.body.contains("id=\"chosen-error\""), "{}", none.body);
        assert_eq!(none.values("shown"), std::slice::from_ref(&one), "the list stays narrowed");
        form.push(("person", one.as_str()));
        let done = browser.post(&address, &form).await;
        assert_eq!(
            done.location,
            format!("{address}?okrug={okrug}&position={low}&added=1&skipped=0"),
            "{}",
            done.body
        );
        let told = browser.get(&done.location).await;
        assert!(told.body.contains("В сессию добавлен 1 кандидат"), "{}", told.body);
        assert!(held.seated(held.id).await.contains(&held.person("e00004").await), "{engine:?}");
    }
}

#[tokio::test]
async fn who_has_a_seat_is_not_offered_again() {
    for engine in engines() {
        let held = Held::new(engine).await;
        held.world.people(5).await;
        let (proctor, any) = (&held.proctor, Query::default());
        assert_eq!(held.offered(proctor, &any).await, numbers(&["E00004", "E00005"]), "{engine:?}");
        let one = [held.text_id("e00004").await];
        assert_eq!(held.pick(proctor, held.id, &one).await, Picked { added: 1, skipped: 0 });
        assert_eq!(held.offered(proctor, &any).await, numbers(&["E00005"]), "{engine:?}");
        assert_eq!(held.pick(proctor, held.id, &one).await, Picked { added: 0, skipped: 1 });
        let seat = store::exam_session::seat(&held.world.services.db, held.id, held.person("e00004").await);
        assert!(seat.await.unwrap().unwrap().candidacy.is_some(), "for the candidacy that is open");

        // In another session they may be given one too, and it is said when they sit in this one.
        let other = held.another(proctor).await;
        let window = held.session().await.window;
        let rows = held.candidates(proctor, other, &any).await;
        assert_eq!(rows.len(), 5, "{engine:?}");
        for row in rows {
            let expected = (row.person.personnel_number != "E00005").then_some(window);
            assert_eq!(row.elsewhere, expected, "{engine:?}: {}", row.person.personnel_number);
        }
        let mut browser = held.world.signed_in("proctor").await;
        let page = browser.get(&format!("/proctor/{other}/candidates")).await;
        assert!(page.body.contains("22\u{a0}ноября\u{a0}2026, 10:00\u{a0}–\u{a0}13:00"), "{}", page.body);
        exam_session::close(&held.world.services, proctor, held.id, FormState::default()).await.unwrap();
        let rows = held.candidates(proctor, other, &any).await;
        assert!(rows.iter().all(|row| row.elsewhere.is_none()), "{engine:?}: that session is closed");
    }
}

#[tokio::test]
async fn who_is_not_admitted_any_more_is_skipped() {
    for engine in engines() {
        let held = Held::new(engine).await;
        held.world.people(6).await;
        let s = &held.world.services;
        let mut chosen = vec!["nonsense".to_owned()];
        for login in ["e00004", "e00005", "e00006"] {
            chosen.push(held.text_id(login).await);
        }
        chosen.push(actor(&held.world, "employee").await.person.to_string());
        held.moves("e00004", None).await;
        let certification = service::programme::current(s).await.unwrap().certification;
        let passed = held.person("e00005").await;
        let open = store::certification::open_candidacy(&s.db, passed, certification).await.unwrap().unwrap();
        let now = s.now();
        let done: Result<bool, Fault> =
            s.db.write(move |tx| async move { store::certification::mark_ready(&tx, open.id, now).await })
                .await;
        assert!(done.unwrap());

        let offered = held.offered(&held.proctor, &Query::default()).await;
        assert_eq!(offered, numbers(&["E00006"]), "{engine:?}");
        let picked = held.pick(&held.proctor, held.id, &chosen).await;
        assert_eq!(picked, Picked { added: 1, skipped: 4 }, "{engine:?}");
        assert_eq!(held.seated(held.id).await.len(), 4);
    }
}

#[tokio::test]
async fn own_trainees_and_oneself_are_never_added() {
    for engine in engines() {
        let held = Held::new(engine).await;
        held.world.people(4).await;
        let (trains, _) = trainer(&held.world).await;
        let next = held.another(&trains).await;
        for row in held.candidates(&trains, next, &Query::default()).await {
            assert_eq!(row.is_trainee, row.person.personnel_number == "E00001", "{engine:?}");
        }
        let (one, two) = (held.text_id("e00001").await, held.text_id("e00002").await);
        let address = format!("/proctor/{next}/candidates");
        let mut browser = held.world.signed_in("trainer").await;
        let page = browser.get(&address).await;
        assert!(page.status == 200 && page.body.contains("Ваш ученик"), "{engine:?}: {}", page.body);
        for field in ["shown", "person"] {
            let ids = page.values(field);
            assert!(ids.contains(&two) && !ids.contains(&one), "{engine:?} {field}");
        }
        let both = [("do", "chosen"), ("person", one.as_str()), ("person", two.as_str())];
        let done = browser.post(&address, &both).await;
        assert_eq!(done.location, format!("{address}?added=1&skipped=1"), "{engine:?}: {}", done.body);
        let told = browser.get(&done.location).await;
        assert!(told.body.contains("1 сотрудник не добавлен"), "{}", told.body);
        assert_eq!(held.seated(next).await, [held.person("e00002").await]);

        // A proctor who is to be certified too.
        grant(&held.world, "e00004", Role::Proctor, None).await;
        let own = actor(&held.world, "e00004").await;
        let last = held.another(&own).await;
        let rows = held.candidates(&own, last, &Query::default()).await;
        assert!(rows.iter().all(|row| row.person.id != own.person), "{engine:?}");
        let chosen = [own.person.to_string(), two];
        assert_eq!(held.pick(&own, last, &chosen).await, Picked { added: 1, skipped: 1 });
        assert_eq!(held.seated(last).await, [held.person("e00002").await], "{engine:?}");
    }
}

#[tokio::test]
async fn a_page_of_fifty_goes_on_with_the_fifty_first() {
    for engine in engines() {
        let held = Held::new(engine).await;
        // Three of them have a seat.
        held.world.people(56).await;
        let address = format!("/proctor/{}/candidates", held.id);
        let mut browser = held.world.signed_in("proctor").await;
        let first = browser.get(&address).await;
        let way = format!("{address}?after=");
        let second = browser.get(&first.link(&way).expect("a way on")).await;
        assert!(second.link(&way).is_none(), "{engine:?}: that is the end");
        let (fifty, rest) = (first.values("shown"), second.values("shown"));
        assert_eq!((fifty.len(), rest.len()), (50, 3), "{engine:?}");
        let everybody: BTreeSet<&String> = fifty.iter().chain(&rest).collect();
        assert_eq!(everybody.len(), 53, "{engine:?}: nobody twice");

        let after = second.values("after").remove(0);
        let mut form: Vec<(&str, &str)> = rest.iter().map(|id| ("shown", id.as_str())).collect();
        form.extend([("after", after.as_str()), ("do", "all")]);
        let done = browser.post(&address, &form).await;
        assert!(done.location.starts_with(&way), "{engine:?}: {}", done.location);
        assert!(done.location.ends_with("&added=3&skipped=0"), "{}", done.location);
        let end = browser.get(&done.location).await;
        assert!(end.body.contains("Дальше никого нет"), "{}", end.body);
        assert_eq!(end.link(&address), Some(address.clone()), "and back to the beginning");

        let mut form: Vec<(&str, &str)> = fifty.iter().map(|id| ("shown", id.as_str())).collect();
        form.push(("do", "all"));
        let done = browser.post(&address, &form).await;
        assert_eq!(done.location, format!("{address}?added=50&skipped=0"), "{engine:?}");
        let nobody = browser.get(&done.location).await;
        assert!(nobody.body.contains("Подбирать пока некого"), "{}", nobody.body);
        assert_eq!(held.seated(held.id).await.len(), 56);
    }
}

#[tokio::test]
async fn a_stranger_s_session_is_not_found() {
    for engine in engines() {
        let held = Held::new(engine).await;
        held.world.people(4).await;
        let (address, one) = (format!("/proctor/{}/candidates", held.id), held.text_id("e00004").await);
        let forms = [vec![("do", "chosen")], vec![("do", "all"), ("shown", one.as_str())]];
        let other = other_centre(&held.world, held.session().await.unit).await;
        grant(&held.world, "mentor", Role::Proctor, Some(other)).await;
        for (login, status) in [("mentor", 404), ("auditor", 403), ("e00001", 403)] {
            let mut browser = held.world.signed_in(login).await;
            assert_eq!(browser.get(&address).await.status, status, "{engine:?} {login}");
            for form in &forms {
                assert_eq!(browser.post(&address, form).await.status, status, "{engine:?} {login} {form:?}");
            }
        }
        let mut proctor = held.world.signed_in("proctor").await;
        let nobodys = "/proctor/01900000-0000-7000-8000-000000000000/candidates";
        assert_eq!(proctor.get(nobodys).await.status, 404);
        assert_eq!(proctor.post(nobodys, &forms[1]).await.status, 404);
        assert_eq!(held.seated(held.id).await.len(), 3, "{engine:?}: nobody was added");
    }
}

#[tokio::test]
async fn a_closed_session_gives_no_more_seats() {
    for engine in engines() {
        let held = Held::new(engine).await;
        held.world.people(4).await;
        let (s, one) = (&held.world.services, held.text_id("e00004").await);
        let address = format!("/proctor/{}/candidates", held.id);
        let mut browser = held.world.signed_in("proctor").await;
        assert_eq!(browser.get(&address).await.status, 200);
        exam_session::close(s, &held.proctor, held.id, FormState::default()).await.unwrap();
        let page = browser.get(&address).await;
        assert!(page.status == 409 && page.body.contains("Сессия уже закрыта"), "{}", page.body);
        let late = browser.post(&address, &[("do", "all"), ("shown", one.as_str())]).await;
        assert!(late.status == 409 && late.body.contains("Сессия уже закрыта"), "{}", late.body);
        let refused = exam_session::add_chosen(s, &held.proctor, held.id, &[one]).await;
        assert!(matches!(refused, Err(Refusal::Conflict("session_closed"))), "{engine:?}");
        assert_eq!(held.seated(held.id).await.len(), 3, "{engine:?}");
        assert!(browser.get(&format!("/proctor/{}", held.id)).await.link(&address).is_none());
    }
}

#[tokio::test]
async fn picking_takes_as_many_statements_for_many_as_for_one() {
    for engine in engines() {
        let held = Held::new(engine).await;
        held.world.people(56).await;
        let (s, any) = (&held.world.services, Query::default());
        let unit = held.candidates(&held.proctor, held.id, &any).await[0].person.unit;
        let few = held.reaching(vec![held.session().await.unit, unit]);
        let mut listed = Vec::new();
        for who in [&few, &held.proctor] {
            // What is remembered is read before.
            held.candidates(who, held.id, &any).await;
            let before = s.db.statements();
            let rows = held.candidates(who, held.id, &any).await;
            listed.push((rows.len(), s.db.statements() - before));
        }
        let [(one, for_one), (many, for_many)] = listed[..] else { panic!("two counts") };
        assert!(one < many, "{one} and {many}");
        assert_eq!(for_one, for_many, "{engine:?}: listing {many}");
        assert!(for_many <= 8, "{engine:?}: {for_many} statements");

        let rows = held.candidates(&held.proctor, held.id, &any).await;
        let ids: Vec<String> = rows.iter().map(|row| row.person.id.to_string()).collect();
        let mut added = Vec::new();
        for chosen in [&ids[..1], &ids[1..]] {
            held.candidates(&held.proctor, held.id, &any).await;
            let before = s.db.statements();
            let picked = held.pick(&held.proctor, held.id, chosen).await;
            added.push(s.db.statements() - before);
            assert_eq!(picked.skipped, 0, "{engine:?}");
        }
        assert_eq!(added[0], added[1], "{engine:?}: adding {}", ids.len());
    }
}
