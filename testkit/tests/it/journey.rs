//! From the first sign-in to a badge that anybody can check, without a script in sight.

use testkit::{Browser, Page, World, engines};

use crate::exam::{Answers, sit};

async fn test_address(browser: &mut Browser) -> String {
    browser.get("/learn").await.link("/tests/").expect("the path leads to the test")
}

async fn learn_everything(browser: &mut Browser) {
    for _ in 0..60 {
        let path = browser.get("/learn").await;
        let card = path.body.split("next-step").nth(1).expect("a next step").to_owned();
        let Some(lesson) = card.split("href=\"").nth(1).and_then(|rest| rest.split('"').next()) else {
            return;
        };
        if !lesson.starts_with("/learn/") {
            return;
        }
        let page = browser.get(lesson).await;
        assert_eq!(page.status, 200);
        assert!(page.body.contains("class=\"prose\""), "{lesson} has a text");
        let left_out = browser.post(lesson, &[("check0", "0")]).await;
        assert_eq!(left_out.status, 422, "a question was left out");
        let done = browser.post(lesson, &[("check0", "0"), ("check1", "1")]).await;
        assert_eq!(done.status, 200, "{lesson}");
    }
    panic!("the programme never ends");
}

#[tokio::test]
async fn an_employee_learns_fails_waits_passes_and_wears_the_badge() {
    for engine in engines() {
        let world = World::new(engine).await;
        let mut employee = world.signed_in("employee").await;
        let test = test_address(&mut employee).await;
        let early = employee.post(&test, &[("consent", "yes")]).await;
        assert_eq!(early.status, 409, "not before the programme is finished");
        learn_everything(&mut employee).await;

        let without = employee.post(&test, &[]).await;
        assert_eq!(without.status, 422, "no start without consent");
        let failed = sit(&world, &mut employee, &test, Answers::Wrong).await;
        assert!(
            failed.body.contains("Пока не"),
            "the result says so: {}",
            &failed.body[..failed.body.len().min(3000)]
        );
        let again = employee.post(&test, &[("consent", "yes")]).await;
        assert_eq!(again.status, 409, "the pause is not over");

        world.advance_minutes(14 * 24 * 60).await;
        let mut employee = world.signed_in("employee").await;
        let passed = sit(&world, &mut employee, &test, Answers::Right).await;
        assert!(passed.body.contains("100 %"), "{}", passed.body);

        decide(&world).await;
        let badge = employee.get("/badge").await;
        let address = badge.link("/verify/IS-").expect("a badge");
        assert!(badge.body.contains("class=\"qr\""));
        let mut stranger = world.browser();
        let page = stranger.get(&address).await;
        assert!(page.body.contains("verify-state is-done"), "{}", page.body);
        assert!(page.body.contains("Мария Александровна С."), "the surname is an initial");
        assert!(!page.body.contains("Соколова"), "and nothing more");
        lapses(&world, &address).await;
    }
}

async fn decide(world: &World) {
    let mut hr = world.signed_in("hr").await;
    let ready = hr.get("/hr/ready").await;
    let chosen = ready.values("candidacy");
    assert_eq!(chosen.len(), 1, "{}", ready.body);
    let confirm: Page = hr.post("/hr/ready", &[("candidacy", &chosen[0])]).await;
    assert!(confirm.body.contains("Соколова"), "the page lists exactly whom: {}", confirm.body);
    let done = hr.post("/hr/ready/decide", &[("candidacy", &chosen[0])]).await;
    assert_eq!(done.status, 303, "{}", done.body);
    let twice = hr.post("/hr/ready/decide", &[("candidacy", &chosen[0])]).await;
    assert!(twice.status == 303 || twice.status == 409, "deciding twice is deciding once");
    let certified = hr.get("/hr/certified").await;
    assert!(certified.body.contains("Соколова"), "{}", certified.body);
    let csv = hr.get("/hr/certified.csv").await;
    assert!(
        csv.body.contains("Соколова")
            && csv.headers["content-type"].to_str().unwrap().starts_with("text/csv")
    );
}

async fn lapses(world: &World, address: &str) {
    world.advance_minutes(2 * 366 * 24 * 60).await;
    let page = world.browser().get(address).await;
    assert!(page.body.contains("verify-state is-soon"), "it has ended: {}", page.body);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_login_look_the_same() {
    let world = World::new(testkit::Engine::Sqlite).await;
    let mut browser = world.browser();
    let wrong = browser.post("/login", &[("login", "hr"), ("password", "не тот")]).await;
    let unknown = browser.post("/login", &[("login", "nobody"), ("password", "не тот")]).await;
    assert_eq!((wrong.status, unknown.status), (422, 422));
    assert!(wrong.body.contains("value=\"hr\""), "what was typed stays");
    assert!(!wrong.body.contains("не тот"), "but not the password");
    let strip = |page: &Page| {
        let main = page.body.split("<main").nth(1).unwrap_or_default();
        main.split("<footer")
            .next()
            .unwrap_or_default()
            .replace("value=\"hr\"", "")
            .replace("value=\"nobody\"", "")
    };
    assert_eq!(strip(&wrong), strip(&unknown));
}

#[tokio::test]
async fn failed_sign_ins_have_to_wait_and_an_hour_forgets() {
    let world = World::new(testkit::Engine::Sqlite).await;
    let mut browser = world.browser();
    for _ in 0..5 {
        browser.post("/login", &[("login", "hr"), ("password", "не тот")]).await;
    }
    let right = browser.post("/login", &[("login", "hr"), ("password", "sincere-demo")]).await;
    assert_eq!(right.status, 422, "even the right one waits");
    world.advance_minutes(61).await;
    let right = browser.post("/login", &[("login", "hr"), ("password", "sincere-demo")]).await;
    assert_eq!(right.status, 303);
}
