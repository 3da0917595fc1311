//! What a proctor may still change: when a session is held, and an identity that was noted by mistake.

use domain::attempt::deadline;
use domain::exam_session::Window;
use domain::form::FormState;
use domain::refusal::Refusal;
use domain::test::Kind;
use domain::time::minutes;
use service::attempt;
use service::exam_session::{self, Entry};
use service::verify::{Verified, attempt as verify};
use testkit::engines;

use super::{Held, MINUTE, grouped, left, planned};
use crate::exam::attempt_of;
use crate::races::actor;

const REASON: &str = "Заболел проктор";
const DAY: &str = "2026-11-22";

impl Held {
    async fn window(&self) -> Window {
        let session = store::exam_session::find(&self.world.services.db, self.id).await.unwrap();
        session.unwrap().window
    }

    async fn reschedule(&self, from: &str, until: &str) -> Result<(), Refusal> {
        let was = self.window().await.mark();
        self.reschedule_of(&was, from, until).await
    }

    async fn reschedule_of(&self, was: &str, from: &str, until: &str) -> Result<(), Refusal> {
        let form = planned(DAY, from, until).with("reason", REASON).with("was", was);
        exam_session::reschedule(&self.world.services, &self.proctor, self.id, form).await
    }
}

/// The code of what is wrong with a field.
fn wrong(answer: Result<(), Refusal>, field: &str) -> Option<&'static str> {
    match answer {
        Err(Refusal::Form(form)) => form.problem_of(field),
        other => panic!("the form should be wrong: {other:?}"),
    }
}

#[tokio::test]
async fn a_session_is_moved_before_it_begins_and_its_codes_change_with_it() {
    for engine in engines() {
        let held = Held::within(engine, "12:00", "15:00").await;
        let before = held.code("e00001").await;
        let mut proctor = held.world.signed_in("proctor").await;
        let address = format!("/proctor/{}/window", held.id);
        let page = proctor.get(&address).await;
        assert_eq!((page.status, page.values("from")), (200, vec!["12:00".to_owned()]), "{}", page.body);
        assert!(
            page.body.contains("Уже напечатанные коды больше не подойдут"),
            "it is said before it is done"
        );

        let was = page.values("was").remove(0);
        let form = |from, until, reason| {
            [("was", was.as_str()), ("day", DAY), ("from", from), ("until", until), ("reason", reason)]
        };
        for (form, field) in [
            (form("10:30", "09:30", REASON), "until"),
            (form("", "13:00", REASON), "from"),
            (form("10:30", "13:00", ""), "reason"),
            (form("12:00", "15:00", REASON), "until"),
        ] {
            let page = proctor.post(&address, &form).await;
            assert_eq!(page.status, 422, "{form:?}");
            assert!(
                page.body.contains(&format!("id=\"{field}-error\"")),
                "{engine:?} {form:?}: {}",
                page.body
            );
            assert_eq!(page.values("was"), std::slice::from_ref(&was));
        }
        let done = proctor.post(&address, &form("10:30", "13:00", REASON)).await;
        assert_eq!(done.location, format!("/proctor/{}/codes?done=window", held.id), "{}", done.body);
        let codes = proctor.get(&done.location).await.body;
        let after = held.code("e00001").await;
        assert!(codes.contains(&grouped(&after)) && !codes.contains(&grouped(&before)), "{codes}");
        assert!(codes.contains("Прежние коды больше не подойдут"), "{codes}");
        let again = proctor.post(&address, &form("11:00", "14:00", REASON)).await;
        assert_eq!(again.status, 409, "{engine:?}: the page was made for the former time");

        held.identify("e00001").await;
        held.world.advance_minutes(30).await;
        let mut browser = held.world.signed_in("e00001").await;
        assert_eq!(held.knock(&mut browser, &before).await.status, 422, "the printed code is an old one");
        assert_eq!(held.knock(&mut browser, &after).await.status, 303, "{engine:?}");
        let protocol = proctor.get(&format!("/proctor/{}/protocol", held.id)).await.body;
        let said = format!("22.11.2026 12:00–15:00 → 22.11.2026 10:30–13:00. {REASON}");
        assert!(protocol.contains(&said), "{protocol}");
        let db = &held.world.services.db;
        let noted = store::audit::list(db, Some("exam_session.rescheduled"), None, None, 10).await;
        assert_eq!(noted.unwrap().rows.len(), 1, "{engine:?}");
    }
}

#[tokio::test]
async fn the_end_of_a_running_session_moves_and_takes_time_from_nobody() {
    for engine in engines() {
        let held = Held::within(engine, "10:00", "10:40").await;
        let (mut browser, exam) = held.sitting("e00001").await;
        assert_eq!(left(&mut browser, &exam).await, 40 * MINUTE, "the session bounds the test");
        assert_eq!(wrong(held.reschedule("09:30", "11:30").await, "from"), Some("session_begun"));
        assert_eq!(wrong(held.reschedule("10:00", "10:39").await, "until"), Some("window_takes_time"));
        let mut proctor = held.world.signed_in("proctor").await;
        let was = held.window().await.mark();
        let short =
            [("was", was.as_str()), ("day", DAY), ("from", "10:00"), ("until", "10:20"), ("reason", REASON)];
        let page = proctor.post(&format!("/proctor/{}/window", held.id), &short).await;
        assert!(page.status == 422 && page.body.contains("22\u{a0}ноября\u{a0}2026, 10:40"), "{}", page.body);
        assert_eq!(page.values("from"), ["10:00"], "the beginning stays as it is");

        held.reschedule("10:00", "11:30").await.unwrap();
        assert_eq!(
            left(&mut browser, &exam).await,
            45 * MINUTE,
            "{engine:?}: the test's own limit bounds it"
        );
        held.reschedule("10:00", "10:45").await.unwrap();
        assert_eq!(left(&mut browser, &exam).await, 45 * MINUTE, "nothing was taken");
        assert_eq!(wrong(held.reschedule("10:00", "10:44").await, "until"), Some("window_takes_time"));
        let protocol = proctor.get(&format!("/proctor/{}/protocol", held.id)).await.body;
        assert!(protocol.contains("прибавилось 5:00"), "{protocol}");

        held.world.advance_minutes(50).await;
        assert!(matches!(held.reschedule("10:00", "11:30").await, Err(Refusal::Conflict("session_over"))));
        assert_eq!(proctor.get(&format!("/proctor/{}/window", held.id)).await.status, 409);
        let verified = verify(&held.world.services, attempt_of(&exam)).await.unwrap();
        assert!(matches!(verified, Verified::Holds(_)), "{engine:?}: {verified:?}");
    }
}

#[tokio::test]
async fn of_two_who_move_a_session_at_once_the_second_is_told() {
    for engine in engines() {
        let held = Held::new(engine).await;
        let was = held.window().await.mark();
        let mut tasks = Vec::new();
        for until in ["14:00", "14:30", "15:00"] {
            let (s, proctor, id) = (held.world.services.clone(), held.proctor.clone(), held.id);
            let form = planned(DAY, "10:00", until).with("reason", REASON).with("was", was.clone());
            tasks.push(tokio::spawn(async move { exam_session::reschedule(&s, &proctor, id, form).await }));
        }
        let mut won = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(()) => won += 1,
                Err(refusal) => assert!(matches!(refusal, Refusal::Conflict("session_moved")), "{refusal}"),
            }
        }
        assert_eq!(won, 1, "{engine:?}");
    }
}

#[tokio::test]
async fn whoever_begins_while_the_end_moves_has_the_time_of_the_new_end() {
    for engine in engines() {
        let held = Held::within(engine, "10:00", "10:30").await;
        let mut tasks = Vec::new();
        for login in ["e00001", "e00002", "e00003"] {
            held.identify(login).await;
            let candidate = actor(&held.world, login).await;
            let (s, test) = (held.world.services.clone(), held.test);
            let entry = Entry { code: held.code(login).await, address: String::new() };
            tasks.push(tokio::spawn(async move {
                attempt::start_at(&s, &candidate, test, Kind::Certification, true, entry).await
            }));
        }
        held.reschedule("10:00", "10:40").await.unwrap();
        for task in tasks {
            match task.await.unwrap() {
                // Too late with the code of the former time.
                Ok(_) | Err(Refusal::Form(_) | Refusal::Conflict("not_now")) => {}
                Err(other) => panic!("{engine:?}: {other}"),
            }
        }
        let until = held.window().await.closes_at;
        let begun = store::attempt::in_scope(&held.world.services.db, held.id, None, None).await.unwrap();
        for attempt in begun {
            let timing = domain::attempt::Timing {
                started_at: attempt.started_at,
                limit_minutes: 45,
                extra_percent: attempt.extra_percent,
                window_end: Some(until),
                extension_ms: 0,
                paused_ms: 0,
            };
            assert_eq!(attempt.deadline_at, deadline(&timing), "{engine:?}");
            assert_eq!(attempt.deadline_at, attempt.started_at + minutes(40));
        }
    }
}

#[tokio::test]
async fn a_mistaken_identity_check_is_taken_back_until_the_candidate_begins() {
    for engine in engines() {
        let held = Held::new(engine).await;
        let s = &held.world.services;
        let board = format!("/proctor/{}", held.id);
        let one = held.person("e00001").await;
        let person = one.to_string();
        held.identify("e00001").await;
        let mut proctor = held.world.signed_in("proctor").await;
        let form = |reason| [("do", "unidentify"), ("person", person.as_str()), ("reason", reason)];
        let unsaid = proctor.post(&board, &form("")).await;
        assert!(unsaid.status == 422 && unsaid.body.contains("id=\"reason-error\""), "{}", unsaid.body);
        let done = proctor.post(&board, &form("Ошиблись строкой")).await;
        assert_eq!(done.location, format!("{board}?done=unidentify&person={person}"), "{}", done.body);
        assert!(proctor.get(&done.location).await.body.contains("Отметка о проверке личности снята"));

        let mut browser = held.world.signed_in("e00001").await;
        let code = held.code("e00001").await;
        let refused = held.knock(&mut browser, &code).await;
        assert!(refused.status == 422 && refused.body.contains("документ"), "{engine:?}: {}", refused.body);
        let reason = || FormState::default().with("reason", "Ошиблись строкой");
        let twice = exam_session::unidentify(s, &held.proctor, held.id, one, reason()).await;
        assert!(matches!(twice, Err(Refusal::Conflict("identity_not_checked"))), "{twice:?}");

        held.identify("e00001").await;
        assert_eq!(
            held.knock(&mut browser, &code).await.status,
            303,
            "checked again, the same code is right"
        );
        let late = exam_session::unidentify(s, &held.proctor, held.id, one, reason()).await;
        assert!(matches!(late, Err(Refusal::Conflict("seat_taken"))), "{engine:?}: {late:?}");
        let protocol = proctor.get(&format!("{board}/protocol")).await.body;
        for said in ["проверке личности снята", "Ошиблись строкой"] {
            assert!(protocol.contains(said), "{said} is missing");
        }
        let noted = store::audit::list(&s.db, Some("exam_seat.unidentified"), None, None, 10).await;
        assert_eq!(noted.unwrap().rows.len(), 1, "{engine:?}");
    }
}
