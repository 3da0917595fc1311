//! The rehearsal as an operator runs it: a process that starts a server of its own.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

#[path = "rehearse/button.rs"]
mod button;
#[path = "start/process.rs"]
#[expect(dead_code, reason = "the tests of starting use the rest")]
mod process;

/// A folder of its own, with all that a server insists on and nothing in it.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("academy-{name}-{}", std::process::id()));
        let files = folder.join("site/pkg");
        std::fs::create_dir_all(&files).unwrap();
        for file in ["academy.css", "academy.js", "academy.wasm"] {
            std::fs::write(files.join(file), "").unwrap();
        }
        Self(folder)
    }

    fn database(&self) -> String {
        format!("sqlite:{}", self.0.join("academy.db").display())
    }

    fn run(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_server"))
            .args(args)
            .env("DATABASE_URL", self.database())
            .env("SECRET_KEY_FILE", self.0.join("secret.key"))
            .env("LEPTOS_SITE_ADDR", "127.0.0.1:0")
            .env("LEPTOS_SITE_ROOT", self.0.join("site"))
            .env("CONTENT_DIR", Path::new(env!("CARGO_MANIFEST_DIR")).join("../content"))
            .output()
            .unwrap()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // What cannot be removed is left to the system's own tidying.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_rehearsal_of_five_candidates_loses_nothing() {
    let place = Place::new("five");
    let folder = place.0.display().to_string();
    let mut args = vec!["rehearse", "--json", "--untimed", "--folder", &folder];
    args.extend(["--candidates", "5", "--minutes", "0", "--within", "1", "--sign-ins", "3"]);
    let run = place.run(&args);
    let (out, err) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "{out}\n{err}");
    let report: Value = serde_json::from_str(&out).unwrap();
    let step = |name: &str| {
        let steps = report["steps"].as_array().unwrap();
        steps.iter().find(|step| step["step"] == name).unwrap()["count"].as_u64().unwrap()
    };
    assert_eq!(report["held"], true, "{report}");
    assert_eq!(report["errors"], json!([]), "{report}");
    assert_eq!(report["sign_ins"]["count"], 3);
    for name in ["learn", "test", "start", "paper", "take_over", "finish", "result"] {
        assert_eq!(step(name), 5, "{name}: {report}");
    }
    assert_eq!(report["found"]["attempts"], 5);
    assert_eq!(report["found"]["acknowledged"], step("save"), "{report}");
    assert!(step("save") > 5, "more than one question each: {report}");
    for what in ["lost", "displaced", "broken", "ungraded", "overgraded"] {
        assert_eq!(report["found"][what], 0, "{what}: {report}");
    }
    assert!(!place.0.join("academy.db").exists(), "the database that the environment names is left alone");
    let left: Vec<_> =
        std::fs::read_dir(&place.0).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(left, ["site"], "the temporary folder is gone");
}

#[test]
fn a_database_that_holds_people_is_never_rehearsed_on() {
    let place = Place::new("real");
    assert!(place.run(&["seed", "--people", "1"]).status.success());
    let database = place.database();
    for args in [vec!["serve", "--rehearsal"], vec!["rehearse", "--database", &database]] {
        let run = place.run(&args);
        let said = String::from_utf8_lossy(&run.stderr);
        assert!(!run.status.success(), "{args:?}");
        assert!(said.contains("Nothing was changed; name"), "{args:?}: {said}");
    }
}

/// A new database on the server that the environment names; none when it names none.
#[expect(clippy::disallowed_methods, reason = "tests are told by the environment where PostgreSQL is")]
fn on_postgres() -> Option<String> {
    let server = std::env::var("TEST_POSTGRES_URL").ok().filter(|url| !url.is_empty())?;
    let name = format!("r{}", domain::draw::hex(&service::chance::bytes::<8>()));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(store::maintenance::create_database(&server, &name)).unwrap();
    let (address, query) = server.split_once('?').unwrap_or((&server, ""));
    let (base, _) = address.rsplit_once('/').unwrap();
    Some(format!("{base}/{name}?{query}"))
}

/// Eight candidates who change each answer once, while something goes wrong: all of them come to the end, and the
/// last answer that was acknowledged to each is the one that counts.
fn nothing_is_lost(name: &str, database: Option<&str>, faults: &[&str]) -> Value {
    let place = Place::new(name);
    let folder = place.0.display().to_string();
    let mut args = vec!["rehearse", "--json", "--untimed", "--folder", &folder];
    args.extend(["--candidates", "8", "--minutes", "0", "--within", "1", "--sign-ins", "0"]);
    if let Some(url) = database {
        args.extend(["--database", url]);
    }
    args.extend_from_slice(faults);
    let run = place.run(&args);
    let (out, err) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "{out}\n{err}");
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&report["errors"], &report["gave_up"]), (&json!([]), &json!(0)), "{report}");
    let found = &report["found"];
    assert_eq!(found["attempts"], 8, "{report}");
    assert!(found["acknowledged"].as_u64().unwrap() > 8 * 8, "{report}");
    for what in ["lost", "displaced", "broken", "ungraded", "overgraded"] {
        assert_eq!(found[what], 0, "{what}: {report}");
    }
    assert_eq!(report["faults"]["happened"], report["faults"]["planned"], "{report}");
    report
}

#[test]
fn a_server_killed_in_the_middle_loses_no_acknowledged_answer() {
    for database in std::iter::once(None).chain(on_postgres().map(Some)) {
        let report = nothing_is_lost("killed", database.as_deref(), &["--kill", "3"]);
        assert_eq!(report["faults"]["restarts_ms"].as_array().unwrap().len(), 3, "{report}");
    }
}

#[test]
fn two_servers_on_one_database_and_one_is_killed() {
    let Some(database) = on_postgres() else { return };
    let report = nothing_is_lost("two", Some(&database), &["--servers", "2", "--kill", "1"]);
    assert_eq!(report["faults"]["happened"], 1, "{report}");
    assert_eq!(report["faults"]["restarts_ms"], json!([]), "it stays away: {report}");
    assert_ne!(report["disturbed"], json!([]), "those who sat there went to the other one: {report}");
}

#[test]
fn several_servers_on_one_file_are_refused_and_faults_need_a_sitting() {
    let place = Place::new("odd");
    let folder = place.0.display().to_string();
    for (args, must) in [
        (["--servers", "2"], "a SQLite file has one server"),
        (["--kill=1", "--profile=lessons"], "need the profile `whole`"),
        (["--kill=1", "--against=http://127.0.0.1:1"], "cannot be used with"),
    ] {
        let run = place.run(&[&["rehearse", "--folder", &folder][..], &args[..]].concat());
        let said = String::from_utf8_lossy(&run.stderr);
        assert!(!run.status.success() && said.contains(must), "{args:?}: {said}");
    }
}
