//! The rehearsal as an operator runs it: a process that starts a server of its own.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

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
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    let step = |name: &str| {
        let steps = report["steps"].as_array().unwrap();
        steps.iter().find(|step| step["step"] == name).unwrap()["count"].as_u64().unwrap()
    };
    assert_eq!(report["held"], true, "{report}");
    assert_eq!(report["errors"], serde_json::json!([]), "{report}");
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
