//! Every address is in the access list, and the list is what the server does.

use app::routes::{Open, ROUTES};
use domain::access::{Act, Extent, Role, extent};
use testkit::{Engine, World};

const NOBODYS: &str = "01900000-0000-7000-8000-000000000000";

fn sample(path: &str) -> String {
    let mut out = String::new();
    let mut in_hole = false;
    for c in path.chars() {
        match c {
            '{' => {
                in_hole = true;
                out.push_str(NOBODYS);
            }
            '}' => in_hole = false,
            c if !in_hole => out.push(c),
            _ => {}
        }
    }
    out
}

#[tokio::test]
async fn nobody_gets_in_without_signing_in() {
    let world = World::new(Engine::Sqlite).await;
    for route in ROUTES {
        if route.open == Open::ToAll {
            continue;
        }
        let mut browser = world.browser();
        for method in route.methods.split(' ') {
            let path = sample(route.path);
            let page =
                if method == "GET" { browser.get(&path).await } else { browser.post(&path, &[]).await };
            assert_eq!(page.status, 303, "{method} {path}");
            assert!(page.location.starts_with("/login?next="), "{method} {path} led to {}", page.location);
        }
    }
}

#[tokio::test]
async fn a_role_without_the_act_is_refused_or_told_of_nothing() {
    let world = World::new(Engine::Sqlite).await;
    for role in ["employee", "trainer", "methodologist", "hr", "head", "auditor", "admin", "chair"] {
        let mut browser = world.signed_in(role).await;
        let held = Role::of(role).unwrap();
        for route in ROUTES {
            let Open::To(act) = route.open else { continue };
            let may = act == Act::Learn || extent(held, act) != Extent::Nothing;
            for method in route.methods.split(' ') {
                let path = sample(route.path);
                let page = if method == "GET" {
                    browser.follow(&path).await
                } else {
                    browser.post(&path, &[]).await
                };
                assert!(page.status < 500, "{role} {method} {path} broke: {}", page.status);
                if !may {
                    assert!(matches!(page.status, 403 | 404), "{role} {method} {path}: {}", page.status);
                }
            }
        }
    }
}

#[tokio::test]
async fn what_another_site_sends_is_refused() {
    let world = World::new(Engine::Sqlite).await;
    let request = axum::http::Request::builder()
        .method("POST")
        .uri("/login")
        .header("sec-fetch-site", "cross-site")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(axum::body::Body::from("login=hr&password=sincere-demo"))
        .unwrap();
    let answer = tower::ServiceExt::oneshot(world.router.clone(), request).await.unwrap();
    assert_eq!(answer.status(), 403);
}

#[tokio::test]
async fn every_page_carries_the_policy_and_nothing_from_elsewhere() {
    let world = World::new(Engine::Sqlite).await;
    let mut browser = world.signed_in("employee").await;
    for path in ["/learn", "/results", "/badge", "/account", "/verify", "/login"] {
        let page = browser.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        let policy = page.headers.get("content-security-policy").unwrap().to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe-inline"), "{policy}");
        assert_eq!(page.headers.get("x-content-type-options").unwrap(), "nosniff");
        let elsewhere = ["src=\"http", "href=\"http", "url(http"];
        assert!(elsewhere.iter().all(|mark| !page.body.contains(mark)), "{path} names another origin");
        assert!(!page.body.contains(" style=\"") && !page.body.contains("<script src"), "{path}");
    }
}
