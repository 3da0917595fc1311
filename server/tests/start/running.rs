//! A server that runs: it answers, it stops when asked, and it is the only one on its file.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::mpsc::channel;

use crate::process::{DEADLINE, Folder, PASSWORD, Running, bare, run, site, status};

#[test]
fn the_bare_program_works_in_any_folder_and_stops_when_asked() {
    let folder = Folder::new();
    let mut server = Running::start(folder.server(&[]));
    let address = server.address();
    assert_eq!(status(address, "/healthz"), 204);
    assert_eq!(status(address, "/readyz"), 204);
    assert!(folder.join("data/academy.db").is_file() && folder.join("data/secret.key").is_file());
    server.terminate();
    let ended = server.end();
    ended.worked();
    assert!(ended.stderr.contains("Stopped, as asked"), "{}", ended.stderr);
}

#[test]
fn the_site_that_was_built_with_the_program_is_found_beside_it() {
    // On the disk of the built program, so that a second name of it costs nothing.
    let folder = Folder::within(Path::new(env!("CARGO_TARGET_TMPDIR")));
    let (built, program) = (Path::new(env!("CARGO_BIN_EXE_server")), folder.join("target/release/server"));
    std::fs::create_dir_all(folder.join("target/release")).unwrap();
    std::fs::create_dir_all(folder.join("elsewhere")).unwrap();
    std::fs::hard_link(built, &program).or_else(|_| std::fs::copy(built, &program).map(|_| ())).unwrap();
    site(&folder.join("target/site"));
    let mut server = Running::start(bare(&program, &folder.join("elsewhere")));
    assert_eq!(status(server.address(), "/healthz"), 204);
    server.terminate();
    server.end().worked();
}

#[test]
fn half_a_request_does_not_hold_up_the_end() {
    let folder = Folder::new();
    let mut server = Running::start(folder.server(&[]));
    let address = server.address();
    let mut slow = TcpStream::connect(address).unwrap();
    let head = "POST /login HTTP/1.1\r\nhost: academy\r\nsec-fetch-site: same-origin\r\n\
                content-type: application/x-www-form-urlencoded\r\ncontent-length: 100\r\n\r\n";
    slow.write_all(head.as_bytes()).unwrap();
    assert_eq!(status(address, "/healthz"), 204);
    server.terminate();
    server.end().worked();
}

#[test]
fn a_start_that_waits_for_the_database_stops_when_asked() {
    let folder = Folder::new();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = silent.local_addr().unwrap();
    let mut command = folder.server(&[]);
    command.env("DATABASE_URL", format!("postgres://academy:{PASSWORD}@{place}/academy"));
    let mut server = Running::start(command);
    let (heard, hears) = channel();
    std::thread::spawn(move || heard.send(silent.accept()));
    // From here on it waits for an answer.
    let _waiting = hears.recv_timeout(DEADLINE).unwrap().unwrap();
    server.terminate();
    let ended = server.end();
    ended.worked();
    assert!(ended.stderr.contains("Stopped before it was ready"), "{}", ended.stderr);
}

#[test]
fn a_start_that_was_stopped_among_the_migrations_is_gone_on_with() {
    let folder = Folder::new();
    let mut server = Running::start(folder.server(&[]));
    server.wait_for("Applying migration '");
    server.terminate();
    server.end().worked();
    let mut server = Running::start(folder.server(&[]));
    assert_eq!(status(server.address(), "/readyz"), 204);
}

#[test]
fn a_second_server_on_one_file_is_refused_and_commands_are_not() {
    let folder = Folder::new();
    let mut first = Running::start(folder.server(&[]));
    let address = first.address();
    let texts = ["DATABASE_URL", "another server works on data/academy.db", "stop that server first"];
    run(folder.server(&[])).refused(&texts);
    assert_eq!(status(address, "/readyz"), 204, "the first works on");
    run(folder.server(&["migrate"])).worked();
    run(folder.server(&["verify"])).worked();
    let create = ["account", "create", "--login", "second", "--surname", "Орлова", "--given", "Вера"];
    run(folder.server(&create)).worked();
    // However it ends, the next one may begin.
    first.kill();
    assert_eq!(first.end().status.code(), None);
    let mut next = Running::start(folder.server(&[]));
    assert_eq!(status(next.address(), "/readyz"), 204);
}

#[test]
fn the_schema_is_not_changed_under_a_running_server() {
    let folder = Folder::new();
    let url = format!("sqlite:{}", folder.join("data/academy.db").display());
    let held = store::Db::claim(&url).unwrap();
    assert!(held.is_some());
    run(folder.server(&["migrate"])).refused(&["DATABASE_URL", "another server", "stop that server first"]);
    drop(held);
    run(folder.server(&["migrate"])).worked();
}
