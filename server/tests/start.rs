//! Bad starts: what happened, what was kept and what to do, in plain words. And good ones: see `running`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use process::{Folder, PASSWORD, run};

#[path = "start/process.rs"]
mod process;
#[path = "start/running.rs"]
mod running;

#[test]
fn a_wrong_value_is_refused_by_the_name_of_its_variable_and_nothing_is_made() {
    let (mysql, user) = (
        format!("mysql://academy:{PASSWORD}@localhost/academy"),
        format!("https://academy:{PASSWORD}@academy.example"),
    );
    for (name, value, must) in [
        ("DATABASE_URL", mysql.as_str(), "must begin with sqlite: or postgres:"),
        ("DATABASE_URL", "", "must begin with sqlite: or postgres:"),
        ("DATABASE_URL", "sqlite:", "needs the path of a file"),
        ("LEPTOS_SITE_ADDR", "nowhere", "must be like 127.0.0.1:3000"),
        ("LEPTOS_SITE_ADDR", "127.0.0.1:99999", "must be like 127.0.0.1:3000"),
        ("LEPTOS_SITE_ROOT", "", "must be a path"),
        ("PUBLIC_URL", "academy.example", "must begin with http:// or https://"),
        ("PUBLIC_URL", "https://", "must begin with http:// or https://"),
        ("PUBLIC_URL", "https://academy.example/path", "hold no path"),
        ("PUBLIC_URL", user.as_str(), "may not hold a user or a password"),
        ("SECRET_KEY_FILE", "", "must be a path"),
        ("TRUSTED_PROXIES", "some", "must be a number"),
        ("TRUSTED_PROXIES", "-1", "must be a number"),
        ("CONTENT_DIR", "", "must be a path"),
    ] {
        let folder = Folder::new();
        let mut command = folder.server(&[]);
        command.env(name, value);
        run(command).refused(&[name, must, "Nothing was changed"]);
        assert!(!folder.join("data").exists(), "{name}={value} left something behind");
    }
}

#[cfg(unix)]
#[test]
fn a_value_that_is_no_text_is_not_taken_for_one_that_was_not_given() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    for name in ["DATABASE_URL", "SECRET_KEY_FILE", "PUBLIC_URL"] {
        let folder = Folder::new();
        let mut command = folder.server(&[]);
        command.env(name, OsStr::from_bytes(b"sqlite:\xff"));
        run(command).refused(&[name, "not a text", "Nothing was changed"]);
        assert!(!folder.join("data").exists(), "{name} was taken for not given");
    }
}

#[test]
fn a_postgresql_that_is_not_there_is_named_without_its_password() {
    let folder = Folder::new();
    let mut command = folder.server(&["migrate"]);
    // Nobody listens on port 1, and no other test can be given it in the meantime.
    command.env("DATABASE_URL", format!("postgres://academy:{PASSWORD}@127.0.0.1:1/academy"));
    let texts =
        ["DATABASE_URL", "nothing answers at 127.0.0.1:1", "Nothing was changed", "start PostgreSQL there"];
    run(command).refused(&texts);
}

#[test]
fn a_postgresql_that_never_answers_is_not_waited_for_for_ever() {
    let folder = Folder::new();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = silent.local_addr().unwrap().to_string();
    let mut command = folder.server(&[]);
    command.env("DATABASE_URL", format!("postgres://academy:{PASSWORD}@{place}/academy"));
    run(command).refused(&["DATABASE_URL", &place, "does not answer in time", "Nothing was changed"]);
}

#[test]
fn a_postgresql_that_refuses_the_password_is_quoted_and_the_password_is_not() {
    let folder = Folder::new();
    let refusing = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = refusing.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for stream in refusing.incoming() {
            refuse_as_postgresql(stream.unwrap());
        }
    });
    let mut command = folder.server(&["migrate"]);
    command.env("DATABASE_URL", format!("postgres://academy:{PASSWORD}@{place}/academy"));
    let said = "password authentication failed";
    run(command).refused(&["DATABASE_URL", &place, said, "Nothing was changed", "correct the user"]);
}

/// Says no to TLS, hears who is there, and says no to them.
fn refuse_as_postgresql(mut stream: TcpStream) {
    let mut asked = [0; 8];
    stream.read_exact(&mut asked).unwrap();
    stream.write_all(b"N").unwrap();
    let mut length = [0; 4];
    stream.read_exact(&mut length).unwrap();
    let mut rest = vec![0; usize::try_from(u32::from_be_bytes(length)).unwrap() - 4];
    stream.read_exact(&mut rest).unwrap();
    let why = b"SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user \"academy\"\0\0";
    stream.write_all(b"E").unwrap();
    stream.write_all(&u32::try_from(why.len() + 4).unwrap().to_be_bytes()).unwrap();
    stream.write_all(why).unwrap();
}

#[test]
fn an_address_that_cannot_be_read_is_not_repeated() {
    let folder = Folder::new();
    let mut command = folder.server(&["migrate"]);
    command.env("DATABASE_URL", format!("postgres://academy:{PASSWORD}@localhost:port/academy"));
    run(command).refused(&[
        "DATABASE_URL",
        "cannot be read",
        "must be like postgres://",
        "Nothing was changed",
    ]);
}

#[test]
fn a_folder_for_the_database_is_made_when_there_is_none() {
    let folder = Folder::new();
    let mut command = folder.server(&["migrate"]);
    command.env("DATABASE_URL", "sqlite:deep/down/academy 100%.db");
    run(command).worked();
    assert!(folder.join("deep/down/academy 100%.db").is_file());
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = Folder::new();
    std::fs::write(folder.join("taken"), "mine").unwrap();
    for arguments in [&["serve"], &["migrate"]] {
        let mut command = folder.server(arguments);
        command.env("DATABASE_URL", "sqlite:taken/academy.db");
        run(command).refused(&["DATABASE_URL", "taken: ", "Nothing was changed", "another folder"]);
    }
    assert_eq!(std::fs::read_to_string(folder.join("taken")).unwrap(), "mine");
}

#[test]
fn a_folder_is_no_database() {
    let folder = Folder::new();
    let mut command = folder.server(&["migrate"]);
    command.env("DATABASE_URL", "sqlite:site");
    run(command).refused(&["DATABASE_URL", "site is a folder", "Nothing was changed", "name a file in it"]);
}

#[test]
fn a_file_that_is_no_database_is_left_as_it_is() {
    let folder = Folder::new();
    let text = "Dear diary. ".repeat(1000);
    std::fs::write(folder.join("diary.txt"), &text).unwrap();
    for arguments in [&["serve"], &["migrate"]] {
        let mut command = folder.server(arguments);
        command.env("DATABASE_URL", "sqlite:diary.txt");
        run(command).refused(&["DATABASE_URL", "diary.txt", "not a database", "left as it is"]);
    }
    assert_eq!(std::fs::read_to_string(folder.join("diary.txt")).unwrap(), text);
}

#[cfg(unix)]
#[test]
fn a_place_that_may_only_be_read_is_refused_at_once_and_not_at_the_first_answer() {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;
    let folder = Folder::new();
    run(folder.server(&["migrate"])).worked();
    let (data, database) = (folder.join("data"), folder.join("data/academy.db"));
    let is_root = data.metadata().unwrap().uid() == 0;
    // Root may write everywhere, so it does this as nobody.
    let reader = |arguments: &[&str]| {
        let mut command = folder.server(arguments);
        if is_root {
            command.uid(65534).gid(65534);
        }
        command
    };
    if let Err(error) = reader(&["--version"]).status() {
        eprintln!("skipped: nobody may not run the program here ({error})");
        return;
    }
    set_permissions(&database, Permissions::from_mode(0o444)).unwrap();
    for (url, mode) in [
        ("sqlite:data/academy.db", 0o777),
        ("sqlite:data/academy.db", 0o555),
        ("sqlite:data/new.db", 0o555),
        ("sqlite:data/deeper/new.db", 0o555),
    ] {
        set_permissions(&data, Permissions::from_mode(mode)).unwrap();
        let ended = ["serve", "migrate"].map(|name| {
            let mut command = reader(&[name]);
            command.env("DATABASE_URL", url);
            run(command)
        });
        set_permissions(&data, Permissions::from_mode(0o755)).unwrap();
        for ended in ended {
            ended.refused(&["DATABASE_URL", "data", "Nothing was changed"]);
        }
    }
}

#[test]
fn a_database_of_a_newer_version_is_refused_and_left_as_it_is() {
    let folder = Folder::new();
    run(folder.server(&["migrate"])).worked();
    let url = format!("sqlite:{}", folder.join("data/academy.db").display());
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let db = store::Db::open(&url).await.unwrap();
        store::maintenance::pretend_newer(&db).await.unwrap();
    });
    for arguments in [&["serve"], &["migrate"], &["verify"]] {
        let texts =
            ["DATABASE_URL", "newer version", "m9999_later", "left as it is", "start the newer program"];
        run(folder.server(arguments)).refused(&texts);
    }
}

#[test]
fn a_taken_port_is_named_before_anything_is_made() {
    let folder = Folder::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let mut command = folder.server(&[]);
    command.env("LEPTOS_SITE_ADDR", &address);
    run(command).refused(&["LEPTOS_SITE_ADDR", &address, "Nothing was changed", "give another address"]);
    assert!(!folder.join("data").exists());
}

#[test]
fn a_missing_or_incomplete_site_folder_is_named_before_anything_is_made() {
    let folder = Folder::new();
    let mut command = folder.server(&[]);
    command.env("LEPTOS_SITE_ROOT", "nowhere");
    run(command).refused(&["LEPTOS_SITE_ROOT", "nowhere", "Nothing was changed", "make build"]);
    let command = folder.server(&[]);
    std::fs::remove_file(folder.join("site/pkg/academy.wasm")).unwrap();
    run(command).refused(&["LEPTOS_SITE_ROOT", ".wasm", "Nothing was changed", "make build"]);
    assert!(!folder.join("data").exists());
}

#[test]
fn a_missing_key_is_asked_for_and_not_replaced() {
    let folder = Folder::new();
    run(folder.server(&["migrate"])).worked();
    let (key, kept) = (folder.join("data/secret.key"), folder.join("kept"));
    std::fs::rename(&key, &kept).unwrap();
    for arguments in [&["serve"], &["verify"]] {
        let texts = ["SECRET_KEY_FILE", "is missing", "No other key was made", "put the key file back"];
        run(folder.server(arguments)).refused(&texts);
        assert!(!key.exists());
    }
    std::fs::rename(&kept, &key).unwrap();
    run(folder.server(&["verify"])).worked();
}

#[test]
fn a_foreign_or_broken_key_is_refused_and_left_as_it_is() {
    let folder = Folder::new();
    run(folder.server(&["migrate"])).worked();
    let key = folder.join("data/secret.key");
    for (length, why) in [(32, "is not the key"), (31, "has 31 bytes"), (0, "has 0 bytes")] {
        // Letters, so that a key in the output would be seen.
        let other = "Q".repeat(length);
        std::fs::write(&key, &other).unwrap();
        let ended = run(folder.server(&[]));
        ended.refused(&["SECRET_KEY_FILE", "secret.key", why, "left as"]);
        assert!(!ended.stderr.contains("QQQ"), "{}", ended.stderr);
        assert_eq!(std::fs::read_to_string(&key).unwrap(), other);
    }
}

#[cfg(unix)]
#[test]
fn a_key_that_others_may_read_is_refused() {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    run(folder.server(&["migrate"])).worked();
    let key = folder.join("data/secret.key");
    assert_eq!(key.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    for mode in [0o644, 0o640, 0o604] {
        set_permissions(&key, Permissions::from_mode(mode)).unwrap();
        let texts =
            ["SECRET_KEY_FILE", "can be read by others", "left as it is", "chmod 600 data/secret.key"];
        run(folder.server(&[])).refused(&texts);
        assert_eq!(key.metadata().unwrap().permissions().mode() & 0o777, mode);
    }
}

#[test]
fn demo_people_are_not_loaded_where_the_world_can_reach_them() {
    let folder = Folder::new();
    for arguments in [&["seed", "--demo"][..], &["seed", "--people", "3"]] {
        let mut command = folder.server(arguments);
        command.env("PUBLIC_URL", "https://academy.example");
        let texts = ["PUBLIC_URL is https://academy.example", "nothing was loaded", "--demo-on-public"];
        run(command).refused(&texts);
        assert!(!folder.join("data").exists());
    }
}

#[test]
fn content_that_is_not_there_is_named() {
    let folder = Folder::new();
    let mut command = folder.server(&["seed"]);
    command.env("CONTENT_DIR", "nowhere");
    run(command).refused(&["CONTENT_DIR", "nowhere", "seed again"]);
}

#[test]
fn a_login_is_given_once() {
    let folder = Folder::new();
    let create = ["account", "create", "--login", "first", "--surname", "Орлова", "--given", "Вера"];
    let first = run(folder.server(&create));
    first.worked();
    assert!(first.stdout.contains("Password"), "{}", first.stdout);
    let second = run(folder.server(&create));
    second.refused(&["--login first is taken", "Nothing was changed", "give another value"]);
    assert_eq!(second.stdout, "");
}
