//! The administrator's button: the child of a server that is in use, from the page to the report.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::process::{DEADLINE, Folder, Running, run};

const PAGE: &str = "/admin/rehearsal";

/// The program in a folder, with the shipped content.
fn server(folder: &Folder, arguments: &[&str]) -> Command {
    let mut command = folder.server(arguments);
    command.env("CONTENT_DIR", Path::new(env!("CARGO_MANIFEST_DIR")).join("../content"));
    command
}

/// An administrator who is signed in.
struct Admin {
    server: SocketAddr,
    cookie: String,
}

impl Admin {
    fn of(server: SocketAddr) -> Self {
        let nobody = Self { server, cookie: String::new() };
        let answer = nobody.post("/login", "login=admin&password=sincere-demo");
        let mark = "set-cookie: session=";
        let token = answer.lines().find_map(|line| line.strip_prefix(mark)?.split(';').next());
        Self { server, cookie: format!("session={}", token.unwrap()) }
    }

    fn get(&self, path: &str) -> String {
        self.send("GET", path, "")
    }

    fn post(&self, path: &str, form: &str) -> String {
        let answer = self.send("POST", path, form);
        assert!(answer.starts_with("HTTP/1.1 303 "), "{path}: {answer}");
        answer
    }

    fn send(&self, method: &str, path: &str, form: &str) -> String {
        let (server, cookie, length) = (self.server, &self.cookie, form.len());
        let mut stream = TcpStream::connect(server).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: {server}\r\nconnection: close\r\ncookie: {cookie}\r\n\
             sec-fetch-site: same-origin\r\ncontent-type: application/x-www-form-urlencoded\r\n\
             content-length: {length}\r\n\r\n{form}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

/// The folders of rehearsals beside the database.
fn folders(folder: &Folder) -> Vec<String> {
    let names = std::fs::read_dir(folder.join("data")).unwrap().flatten();
    let names = names.map(|entry| entry.file_name().into_string().unwrap());
    names.filter(|name| name.starts_with("academy-rehearsal-")).collect()
}

#[test]
fn the_button_rehearses_beside_the_real_database_and_shows_what_it_came_to() {
    let folder = Folder::new();
    run(server(&folder, &["seed", "--demo"])).worked();
    let mut serving = Running::start(server(&folder, &["serve"]));
    let admin = Admin::of(serving.address());
    admin.post(PAGE, "candidates=3&minutes=0");
    serving.wait_for("A rehearsal has ended");
    let page = admin.get(PAGE);
    // A debug build may be too slow for the targets; there is a report all the same.
    assert!(page.contains("id=\"rehearsal-steps\""), "{page}");
    assert_eq!(folders(&folder), Vec::<String>::new());
    serving.terminate();
    serving.end().worked();
}

#[test]
fn a_rehearsal_that_is_stopped_takes_its_folder_along() {
    let folder = Folder::new();
    run(server(&folder, &["seed", "--demo"])).worked();
    let mut serving = Running::start(server(&folder, &["serve"]));
    let admin = Admin::of(serving.address());
    admin.post(PAGE, "candidates=3&minutes=1");
    let began = Instant::now();
    while folders(&folder).is_empty() {
        assert!(began.elapsed() < DEADLINE, "no rehearsal began: {}", admin.get(PAGE));
        std::thread::yield_now();
    }
    admin.post("/admin/rehearsal/stop", "");
    serving.wait_for("The rehearsal that was stopped has tidied up");
    assert_eq!(folders(&folder), Vec::<String>::new());
    assert!(!admin.get(PAGE).contains("action=\"/admin/rehearsal/stop\""), "it does not run any more");
    serving.terminate();
    serving.end().worked();
}
