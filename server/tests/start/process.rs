//! The built program as a process of its own, in a folder of its own, without this machine's environment.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// No test hangs: whatever takes longer has failed. Nothing is judged by it.
pub(crate) const DEADLINE: Duration = Duration::from_mins(2);

/// What no line may ever hold.
pub(crate) const PASSWORD: &str = "never-to-be-shown";

/// A folder that goes away with its test.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        Self::within(&std::env::temp_dir())
    }

    pub(crate) fn within(parent: &Path) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("start-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = parent.join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The program in this folder, with a site folder, on any free port.
    pub(crate) fn server(&self, arguments: &[&str]) -> Command {
        site(&self.join("site"));
        let mut command = bare(Path::new(env!("CARGO_BIN_EXE_server")), self.path());
        command.env("LEPTOS_SITE_ROOT", self.join("site")).args(arguments);
        command
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A program with nothing of this machine's environment but a wish for backtraces, on any free port.
pub(crate) fn bare(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir(folder)
        .env_clear()
        .env("RUST_BACKTRACE", "1")
        .env("LEPTOS_SITE_ADDR", "127.0.0.1:0")
        .env("PUBLIC_URL", "http://127.0.0.1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// A site folder as far as the server looks into it.
pub(crate) fn site(root: &Path) {
    std::fs::create_dir_all(root.join("pkg")).unwrap();
    for name in ["academy.css", "academy.js", "academy.wasm"] {
        std::fs::write(root.join("pkg").join(name), "").unwrap();
    }
}

/// Runs a command to its end.
pub(crate) fn run(command: Command) -> Ended {
    Running::start(command).end()
}

/// A process that has been started.
pub(crate) struct Running {
    child: Child,
    lines: Receiver<String>,
    stderr: String,
    stdout: Option<JoinHandle<String>>,
}

/// How a process ended, and all that it said.
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Running {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let (said, lines) = channel();
        let errors = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || {
            for line in errors.lines().map_while(Result::ok) {
                // The test may have ended before the process.
                let _ = said.send(line);
            }
        });
        let mut output = child.stdout.take().unwrap();
        let stdout = std::thread::spawn(move || {
            let mut text = String::new();
            output.read_to_string(&mut text).unwrap();
            text
        });
        Self { child, lines, stderr: String::new(), stdout: Some(stdout) }
    }

    /// The next line, and none when the process has closed its mouth.
    fn line(&mut self, deadline: Instant) -> Option<String> {
        match self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => {
                self.stderr.push_str(&line);
                self.stderr.push('\n');
                Some(line)
            }
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("it takes too long; so far it said\n{}", self.stderr),
        }
    }

    /// Waits for a line with this text.
    pub(crate) fn wait_for(&mut self, text: &str) -> String {
        let deadline = Instant::now() + DEADLINE;
        while let Some(line) = self.line(deadline) {
            if line.contains(text) {
                return line;
            }
        }
        panic!("it ended without saying {text:?}\n{}", self.stderr)
    }

    /// Waits until it listens, and says where.
    pub(crate) fn address(&mut self) -> SocketAddr {
        let line = self.wait_for("Listening on");
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        line.pointer("/fields/address").and_then(serde_json::Value::as_str).unwrap().parse().unwrap()
    }

    /// Sends SIGTERM.
    pub(crate) fn terminate(&self) {
        let kill = format!("kill -TERM {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// Ends it as a power cut would.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
    }

    /// Waits for its end.
    pub(crate) fn end(&mut self) -> Ended {
        let deadline = Instant::now() + DEADLINE;
        while self.line(deadline).is_some() {}
        let status = self.child.wait().unwrap();
        let stdout = self.stdout.take().unwrap().join().unwrap();
        Ended { status, stdout, stderr: std::mem::take(&mut self.stderr) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Only what a failed test has left behind is still there.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ended {
    /// It worked.
    #[track_caller]
    pub(crate) fn worked(&self) {
        assert_eq!(self.status.code(), Some(0), "{}", self.stderr);
    }

    /// It refused with status 1, in one or two plain lines that hold each of these texts.
    #[track_caller]
    pub(crate) fn refused(&self, texts: &[&str]) {
        assert_eq!(self.status.code(), Some(1), "{}", self.stderr);
        // Lines of the log are JSON; the rest is for the person at the terminal.
        let words: Vec<&str> = self.stderr.lines().filter(|line| !line.starts_with('{')).collect();
        assert!((1..=2).contains(&words.len()), "one or two lines, not these:\n{}", self.stderr);
        let words = words.join("\n");
        assert!(words.starts_with("error: "), "{words}");
        for text in texts {
            assert!(words.contains(text), "{text:?} is missing in\n{words}");
        }
        // Traces of `{:?}`, of a backtrace, of a panic, of layers that repeat each other.
        for trace in ["backtrace", "panicked", "Some(", "Err(", "Error(", "Form(", "Os {", "{ ", ".rs:"] {
            assert!(!words.contains(trace), "{trace:?} is in\n{words}");
        }
        assert!(!self.stderr.contains(PASSWORD), "{}", self.stderr);
        assert!(!self.stdout.contains(PASSWORD), "{}", self.stdout);
    }
}

/// The status of an address of a server.
pub(crate) fn status(server: SocketAddr, path: &str) -> u16 {
    let mut stream = TcpStream::connect(server).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {server}\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}
