//! A browser's connection as plain as it can be: HTTP/1.1, kept alive, one request at a time.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use flate2::read::GzDecoder;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// Nobody waits longer for an answer.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// Where the server is: `host:port`, without TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    host: String,
    connect: String,
}

impl Address {
    /// Reads `http://host:port`.
    pub(super) fn of(url: &str) -> Option<Self> {
        let host = url.strip_prefix("http://")?.trim_end_matches('/');
        if host.is_empty() || host.contains('/') {
            return None;
        }
        let has_port = host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        let connect = if has_port { host.to_owned() } else { format!("{host}:80") };
        Some(Self { host: host.to_owned(), connect })
    }
}

/// What is asked.
#[derive(Clone, Debug)]
pub(super) enum Request<'a> {
    /// A page.
    Get(&'a str),
    /// A form of a page.
    Form(&'a str, String),
    /// A call of an island.
    Call(&'a str, String),
}

/// What came back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) status: u16,
    /// Where a 303 leads.
    pub(super) location: String,
    /// When to come again, as a busy server says.
    pub(super) retry_after: Option<Duration>,
    /// The text, unpacked.
    pub(super) body: String,
}

/// A connection of one browser; it is opened when it is needed.
pub(super) struct Connection {
    address: Address,
    /// Where it goes when that one is gone, in turn.
    others: VecDeque<Address>,
    token: String,
    stream: Option<BufReader<TcpStream>>,
    /// How many bytes came, as they were sent.
    pub(super) received: u64,
}

impl Connection {
    /// A browser that holds a session's token; an empty one is not signed in.
    pub(super) const fn new(address: Address, token: String) -> Self {
        Self { address, others: VecDeque::new(), token, stream: None, received: 0 }
    }

    /// The same, with more servers on the same database; it begins at the nth of all.
    pub(super) fn among(mut self, others: &[Address], nth: usize) -> Self {
        self.others.extend(others.iter().cloned());
        for _ in 0..nth.checked_rem(others.len() + 1).unwrap_or(0) {
            self.move_on();
        }
        self
    }

    /// Goes to the next server.
    pub(super) fn move_on(&mut self) {
        if let Some(next) = self.others.pop_front() {
            self.others.push_back(std::mem::replace(&mut self.address, next));
            self.stream = None;
        }
    }

    /// Asks and waits for the whole answer.
    pub(super) async fn ask(&mut self, request: &Request<'_>) -> io::Result<Reply> {
        let text = self.written(request);
        match tokio::time::timeout(LONGEST_WAIT, self.exchange(&text)).await {
            Ok(Ok(reply)) => Ok(reply),
            Ok(Err(error)) => {
                self.stream = None;
                Err(error)
            }
            Err(_) => {
                self.stream = None;
                Err(io::Error::new(io::ErrorKind::TimedOut, "no answer within 30 seconds"))
            }
        }
    }

    async fn exchange(&mut self, text: &str) -> io::Result<Reply> {
        // A connection that lay idle may have been closed meanwhile: like a browser, once more on a new one.
        if let Some(mut idle) = self.stream.take() {
            match send(&mut idle, text).await {
                Ok(Some(raw)) => return self.arrived(raw, idle),
                Ok(None) => {}
                Err(error) if is_closed(&error) => {}
                Err(error) => return Err(error),
            }
        }
        let stream = TcpStream::connect(&self.address.connect).await?;
        stream.set_nodelay(true)?;
        let mut stream = BufReader::new(stream);
        let raw = send(&mut stream, text).await?;
        let raw =
            raw.ok_or_else(|| io::Error::new(io::ErrorKind::UnexpectedEof, "closed without an answer"))?;
        self.arrived(raw, stream)
    }

    fn arrived(&mut self, raw: Raw, stream: BufReader<TcpStream>) -> io::Result<Reply> {
        self.received += raw.bytes;
        if raw.is_kept {
            self.stream = Some(stream);
        }
        raw.unpacked()
    }

    fn written(&self, request: &Request<'_>) -> String {
        let host = &self.address.host;
        let token = &self.token;
        let (method, path, accept, body) = match request {
            Request::Get(path) => ("GET", path, "text/html", None),
            Request::Form(path, body) => ("POST", path, "text/html", Some((FORM, body))),
            Request::Call(path, body) => ("POST", path, JSON, Some((JSON, body))),
        };
        // Both names of the cookie: which one counts depends on the address that the server goes by.
        let cookie = if token.is_empty() {
            String::new()
        } else {
            format!("cookie: session={token}; __Host-session={token}\r\n")
        };
        let rest = body.map_or_else(
            || "\r\n".to_owned(),
            |(kind, body)| format!("content-type: {kind}\r\ncontent-length: {}\r\n\r\n{body}", body.len()),
        );
        format!(
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\nuser-agent: rehearsal\r\naccept: {accept}\r\n\
             accept-encoding: gzip\r\naccept-language: ru\r\norigin: http://{host}\r\n\
             sec-fetch-site: same-origin\r\n{cookie}{rest}"
        )
    }
}

fn is_closed(error: &io::Error) -> bool {
    [io::ErrorKind::BrokenPipe, io::ErrorKind::ConnectionReset, io::ErrorKind::ConnectionAborted]
        .contains(&error.kind())
}

/// An answer as it came.
#[derive(Default)]
struct Raw {
    status: u16,
    location: String,
    retry_after: Option<Duration>,
    body: Vec<u8>,
    is_gzip: bool,
    is_kept: bool,
    bytes: u64,
}

impl Raw {
    fn unpacked(self) -> io::Result<Reply> {
        let body = if self.is_gzip {
            let mut text = String::new();
            io::Read::read_to_string(&mut GzDecoder::new(self.body.as_slice()), &mut text)?;
            text
        } else {
            String::from_utf8_lossy(&self.body).into_owned()
        };
        Ok(Reply { status: self.status, location: self.location, retry_after: self.retry_after, body })
    }
}

async fn send(stream: &mut BufReader<TcpStream>, text: &str) -> io::Result<Option<Raw>> {
    stream.get_mut().write_all(text.as_bytes()).await?;
    read(stream).await
}

/// Reads an answer; none when the connection was closed before its first byte.
async fn read(stream: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Option<Raw>> {
    let mut raw = Raw { is_kept: true, ..Raw::default() };
    let Some(first) = line(stream, &mut raw.bytes).await? else { return Ok(None) };
    raw.status = first.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(|| odd(&first))?;
    let mut length = None;
    let mut is_chunked = false;
    loop {
        let header = line(stream, &mut raw.bytes).await?.ok_or_else(|| odd("it ended within its headers"))?;
        let Some((name, value)) = header.split_once(':') else { break };
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = Some(value.parse::<u64>().map_err(|_| odd(value))?),
            "transfer-encoding" => is_chunked = value.eq_ignore_ascii_case("chunked"),
            "content-encoding" => raw.is_gzip = value.eq_ignore_ascii_case("gzip"),
            "connection" => raw.is_kept = !value.eq_ignore_ascii_case("close"),
            "retry-after" => raw.retry_after = value.parse().ok().map(Duration::from_secs),
            "location" => value.clone_into(&mut raw.location),
            _ => {}
        }
    }
    if is_chunked {
        chunks(stream, &mut raw).await?;
    } else if let Some(length) = length {
        take(stream, length, &mut raw).await?;
    } else if raw.status != 204 && raw.status != 304 {
        raw.bytes += u64::try_from(stream.read_to_end(&mut raw.body).await?).unwrap_or(0);
        raw.is_kept = false;
    }
    Ok(Some(raw))
}

async fn chunks(stream: &mut (impl AsyncBufRead + Unpin), raw: &mut Raw) -> io::Result<()> {
    loop {
        let size = line(stream, &mut raw.bytes).await?.ok_or_else(|| odd("it ended within a chunk"))?;
        let digits = size.split(';').next().unwrap_or_default().trim();
        let size = u64::from_str_radix(digits, 16).map_err(|_| odd(&size))?;
        take(stream, size, raw).await?;
        // The empty line after a chunk, and after the last one: nothing here sends trailers.
        line(stream, &mut raw.bytes).await?;
        if size == 0 {
            return Ok(());
        }
    }
}

async fn take(stream: &mut (impl AsyncBufRead + Unpin), length: u64, raw: &mut Raw) -> io::Result<()> {
    let before = raw.body.len();
    stream.take(length).read_to_end(&mut raw.body).await?;
    let came = u64::try_from(raw.body.len() - before).unwrap_or(0);
    raw.bytes += came;
    if came == length { Ok(()) } else { Err(odd("it ended within its body")) }
}

async fn line(stream: &mut (impl AsyncBufRead + Unpin), bytes: &mut u64) -> io::Result<Option<String>> {
    let mut text = String::new();
    let count = stream.read_line(&mut text).await?;
    *bytes += u64::try_from(count).unwrap_or(0);
    Ok((count > 0).then(|| text.trim_end().to_owned()))
}

fn odd(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("not an answer: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn of(text: &str) -> io::Result<Option<Raw>> {
        read(&mut text.as_bytes()).await
    }

    #[tokio::test]
    async fn an_answer_is_read_however_its_length_is_told() {
        for text in [
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=1\r\nllo\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nhello",
        ] {
            let raw = of(text).await.unwrap().unwrap();
            assert_eq!(raw.bytes, u64::try_from(text.len()).unwrap(), "{text}");
            assert_eq!(raw.is_kept, !text.contains("close"));
            assert_eq!(raw.unpacked().unwrap().body, "hello");
        }
        let see =
            "HTTP/1.1 303 See Other\r\nLocation: /exam/1\r\nretry-after: 2\r\ncontent-length: 0\r\n\r\n";
        let see = of(see).await.unwrap();
        let see = see.unwrap().unpacked().unwrap();
        assert_eq!((see.status, see.location.as_str()), (303, "/exam/1"));
        assert_eq!(see.retry_after, Some(Duration::from_secs(2)));
        assert!(of("").await.unwrap().is_none(), "closed before the first byte");
        assert!(of("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello").await.is_err(), "cut off");
    }

    #[test]
    fn browsers_are_spread_over_the_servers_and_each_goes_round_them_all() {
        let address = |port: u16| Address::of(&format!("http://127.0.0.1:{port}")).unwrap();
        let others = [address(2), address(3)];
        for (nth, expected) in [(0, [1, 2, 3, 1]), (1, [2, 3, 1, 2]), (5, [3, 1, 2, 3])] {
            let mut line = Connection::new(address(1), String::new()).among(&others, nth);
            for port in expected {
                assert_eq!(line.address, address(port), "{nth}");
                line.move_on();
            }
        }
    }

    #[test]
    fn an_address_is_plain_http() {
        let with_port = Address::of("http://127.0.0.1:3000/").unwrap();
        assert_eq!(with_port.connect, "127.0.0.1:3000");
        assert_eq!(Address::of("http://academy.example").unwrap().connect, "academy.example:80");
        assert_eq!(Address::of("https://academy.example"), None);
        assert_eq!(Address::of("http://academy.example/learn"), None);
    }
}
