//! One made-up candidate: a browser with a connection of its own that sits the test, step by step.

use std::time::Duration;

use app::api::exam::{Answered, Taken, WireState};
use app::islands::exam::sheet::{Kind, Question};
use domain::id::{AttemptId, WriterId};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use service::rehearsal::{Guest, Kept, Sitting};
use tokio::time::{Instant, sleep_until};

use super::faults::Progress;
use super::http::{Address, Connection, Reply, Request};
use super::tally::{Problem, Step, Tally};

/// The most answers that are sent at once.
const LARGEST_BATCH: usize = 100;
/// Whoever is put off or disturbed for longer has met an error.
const LONGEST_PUT_OFF: Duration = Duration::from_mins(1);

/// What somebody has in hand who sits the test.
struct Seat {
    /// `/exam/{attempt}`
    exam: String,
    attempt: AttemptId,
    writer: WriterId,
    /// The last number that the writer used.
    seq: i64,
    questions: Vec<Question>,
}

/// A candidate.
pub(super) struct Candidate {
    /// From 0: makes their answers differ from the neighbours'.
    pub(super) number: usize,
    pub(super) tally: Tally,
    /// Whether they came to the end of what is rehearsed.
    pub(super) is_done: bool,
    line: Connection,
    tries: u32,
    /// Only where faults are injected.
    progress: Option<Progress>,
    seat: Option<Seat>,
    /// Answers that were not acknowledged yet.
    waiting: Vec<Kept>,
    kept: Vec<Kept>,
    is_over: bool,
}

impl Candidate {
    pub(super) fn new(number: usize, guest: Guest, address: Address, tries: u32) -> Self {
        Self {
            number,
            tally: Tally::default(),
            is_done: false,
            line: Connection::new(address, guest.token),
            tries,
            progress: None,
            seat: None,
            waiting: Vec::new(),
            kept: Vec::new(),
            is_over: false,
        }
    }

    /// The same, with more servers on the same database.
    pub(super) fn among(mut self, others: &[Address]) -> Self {
        self.line = self.line.among(others, self.number);
        self
    }

    /// The same, where faults are injected.
    pub(super) fn followed_by(self, progress: Option<Progress>) -> Self {
        Self { progress, ..self }
    }

    /// Comes, reads what awaits, starts, opens the first question and takes the lease.
    pub(super) async fn open(&mut self) -> Option<()> {
        let learn = Request::Get("/learn");
        let test = self.ask(Step::Learn, learn, |reply| link(reply, "/tests/")).await?;
        self.ask(Step::Test, Request::Get(&test), page).await?;
        let start = Request::Form(&test, "consent=yes".to_owned());
        let exam = self.ask(Step::Start, start, |reply| location(reply, "/exam/")).await?;
        let first = format!("{exam}?q=1");
        let questions = self.ask(Step::Paper, Request::Get(&first), questions).await?;
        if let Some(progress) = &self.progress {
            progress.questions(questions.len());
        }
        let attempt: AttemptId = exam.trim_start_matches("/exam/").parse().ok()?;
        // The answer to a first call may get lost: then the lease is ours under a name we never heard.
        let (writer, seq) = match self.take_over(attempt, self.progress.is_some()).await {
            Some(held) => held,
            None => self.take_over(attempt, true).await?,
        };
        self.seat = Some(Seat { exam, attempt, writer, seq, questions });
        Some(())
    }

    async fn take_over(&mut self, attempt: AttemptId, confirm: bool) -> Option<(WriterId, i64)> {
        let asked = json!({ "attempt": attempt, "writer": null, "confirm": confirm });
        let call = Request::Call("/api/exam/take-over", asked.to_string());
        self.ask(Step::TakeOver, call, |reply| {
            let Taken::Held { writer, seq } = answer(reply)? else {
                return Err(Problem::new("no lease", &reply.body));
            };
            Ok((writer.parse().map_err(|_| Problem::new("no lease", &reply.body))?, seq))
        })
        .await
    }

    /// How many questions there are to answer; none before the start.
    pub(super) fn questions(&self) -> usize {
        self.seat.as_ref().map_or(0, |seat| seat.questions.len())
    }

    /// Answers a question, counted from 0, another way in every round; sends it with all that still waits.
    pub(super) async fn save(&mut self, at: usize, round: usize) -> Option<()> {
        let turn = self.number.wrapping_add(round);
        let seat = self.seat.as_mut()?;
        let tokens = choose(seat.questions.get(at)?, turn);
        let position = u32::try_from(at).ok()?.checked_add(1)?;
        seat.seq += 1;
        self.waiting.push(Kept { writer: seat.writer, seq: seat.seq, position, tokens });
        self.flush().await
    }

    /// Sends what was not acknowledged, as a browser does: numbers without a gap.
    async fn flush(&mut self) -> Option<()> {
        let seat = self.seat.as_ref()?;
        let batch = || self.waiting.iter().take(LARGEST_BATCH);
        let events: Vec<Value> = batch()
            .map(|kept| json!({ "seq": kept.seq, "position": kept.position, "value": kept.tokens }))
            .collect();
        let last = batch().next_back()?.seq;
        let asked = json!({ "attempt": seat.attempt, "writer": seat.writer, "events": events });
        let call = Request::Call("/api/exam/answer", asked.to_string());
        self.ask(Step::Save, call, |reply| acknowledged(reply, last)).await?;
        let sent = events.len().min(self.waiting.len());
        self.kept.extend(self.waiting.drain(..sent));
        Some(())
    }

    /// Hands in.
    pub(super) async fn finish(&mut self) -> Option<()> {
        if !self.waiting.is_empty() {
            self.flush().await?;
        }
        let seat = self.seat.as_ref()?;
        let path = format!("{}/finish", seat.exam);
        let form = Request::Form(&path, format!("writer={}&seq={}&confirm=1", seat.writer, seat.seq));
        self.ask(Step::Finish, form, |reply| location(reply, "/results/")).await?;
        self.is_over = true;
        Some(())
    }

    /// Notes that the time has run out.
    pub(super) fn time_is_up(&mut self) {
        self.is_over = true;
    }

    /// Looks at the result, which must have been graded.
    pub(super) async fn result(&mut self) -> Option<()> {
        let path = format!("/results/{}", self.seat.as_ref()?.attempt);
        self.ask(Step::Result, Request::Get(&path), |reply| {
            page(reply)?;
            if reply.body.contains("class=\"score\"") {
                Ok(())
            } else {
                Err(Problem::new("not graded", "the result page shows no score"))
            }
        })
        .await
    }

    /// Finds the first lesson.
    pub(super) async fn find_lesson(&mut self) -> Option<String> {
        self.ask(Step::Learn, Request::Get("/learn"), |reply| link(reply, "/learn/")).await
    }

    /// Reads a lesson.
    pub(super) async fn read_lesson(&mut self, lesson: &str) -> Option<()> {
        self.ask(Step::Lesson, Request::Get(lesson), page).await
    }

    /// Signs in with the password of all demo people, without a session before.
    pub(super) async fn sign_in(&mut self, login: &str) -> Option<()> {
        let form = format!("login={login}&password={}&next=", service::seed::PASSWORD);
        self.ask(Step::SignIn, Request::Form("/login", form), |reply| location(reply, "/")).await.map(|_| ())
    }

    /// How many bytes came.
    pub(super) fn received(&self) -> u64 {
        self.line.received
    }

    /// What the database must hold of this candidate; none when they never started.
    pub(super) fn sitting(&mut self) -> Option<Sitting> {
        let attempt = self.seat.as_ref()?.attempt;
        Some(Sitting { attempt, kept: std::mem::take(&mut self.kept), is_over: self.is_over })
    }

    /// Asks until the answer is as it should be, at most as often as was said. Every failure is counted; the time
    /// runs from the first asking.
    async fn ask<T>(
        &mut self,
        step: Step,
        request: Request<'_>,
        read: impl Fn(&Reply) -> Result<T, Problem> + Send,
    ) -> Option<T> {
        let asked = Instant::now();
        let mut failures = 0;
        loop {
            let answered = match self.line.ask(&request).await {
                Ok(reply) => read(&reply),
                Err(error) => Err(Problem::of_network(&error)),
            };
            let problem = match answered {
                Ok(value) => {
                    self.tally.took(step, asked.elapsed());
                    self.progress.iter().for_each(Progress::answered);
                    return Some(value);
                }
                Err(problem) => problem,
            };
            let wait = problem.wait;
            failures += u32::from(self.judge(step, problem, asked.elapsed()));
            if failures >= self.tries {
                return None;
            }
            sleep_until(Instant::now() + wait).await;
        }
    }

    /// Counts what went wrong after so long, and whether that is an error. A server that was broken on purpose
    /// is left for another.
    fn judge(&mut self, step: Step, problem: Problem, waited: Duration) -> bool {
        let is_disturbed = problem.is_breakdown && self.progress.is_some();
        if waited >= LONGEST_PUT_OFF || !(is_disturbed || problem.is_put_off) {
            self.tally.failed(step, problem);
            return true;
        }
        if is_disturbed {
            self.line.move_on();
            self.tally.disturbed(step, problem);
        } else {
            self.tally.put_off(step);
        }
        false
    }
}

fn status(reply: &Reply, wanted: u16) -> Result<(), Problem> {
    if reply.status == wanted {
        return Ok(());
    }
    let problem = Problem::new(format!("status {}", reply.status), &reply.body);
    let problem = Problem { is_breakdown: reply.status >= 500, ..problem };
    Err(match reply.retry_after {
        Some(wait) => problem.after(wait),
        None => problem,
    })
}

fn page(reply: &Reply) -> Result<(), Problem> {
    status(reply, 200)
}

fn location(reply: &Reply, beginning: &str) -> Result<String, Problem> {
    status(reply, 303)?;
    if reply.location.starts_with(beginning) {
        return Ok(reply.location.clone());
    }
    Err(Problem::new("led elsewhere", &reply.location))
}

fn link(reply: &Reply, beginning: &str) -> Result<String, Problem> {
    page(reply)?;
    reply
        .body
        .split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .find(|address| address.starts_with(beginning))
        .map(ToOwned::to_owned)
        .ok_or_else(|| Problem::new("no such link", beginning))
}

fn answer<T: DeserializeOwned>(reply: &Reply) -> Result<T, Problem> {
    status(reply, 200)?;
    serde_json::from_str(&reply.body).map_err(|_| Problem::new("unreadable", &reply.body))
}

fn acknowledged(reply: &Reply, seq: i64) -> Result<(), Problem> {
    let answered: Answered = answer(reply)?;
    if answered.state == WireState::Open && answered.acked_seq >= seq && answered.refused.is_empty() {
        return Ok(());
    }
    let problem = Problem::new("not acknowledged", &reply.body);
    if let WireState::TryAgain { after_ms } = answered.state {
        let wait = Duration::from_millis(after_ms.into());
        return Err(Problem { is_put_off: true, ..problem.after(wait) });
    }
    Err(problem)
}

/// The questions stand in the props of the page's island.
fn questions(reply: &Reply) -> Result<Vec<Question>, Problem> {
    page(reply)?;
    reply
        .body
        .split("data-props=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter_map(|props| serde_json::from_str::<Value>(&plain(props)).ok())
        .find_map(|props| serde_json::from_value(props.pointer("/sheet/questions")?.clone()).ok())
        .filter(|questions: &Vec<Question>| !questions.is_empty())
        .ok_or_else(|| Problem::new("no questions", "the exam page holds no island with questions"))
}

/// An attribute's text as it was before it was escaped.
fn plain(escaped: &str) -> String {
    [("&quot;", "\""), ("&#x27;", "'"), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")]
        .iter()
        .fold(escaped.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// Some answer that the question allows; another one at the next turn.
fn choose(question: &Question, turn: usize) -> Vec<String> {
    let all = question.options.len();
    let count = match question.kind {
        Kind::Single => 1,
        Kind::Multiple => 2,
        Kind::Ordering => all,
    };
    let first = turn.checked_rem(all).unwrap_or(0);
    question.options.iter().cycle().skip(first).take(count.min(all)).map(|(token, _)| token.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(kind: Kind) -> Question {
        Question {
            kind,
            stem: "?".to_owned(),
            options: ["a", "b", "c"].map(|token| (token.to_owned(), "…".to_owned())).to_vec(),
            answer: Vec::new(),
            saved: None,
            marked: false,
        }
    }

    #[test]
    fn an_answer_is_one_that_the_question_allows_and_another_at_every_turn() {
        for (kind, turn, expected) in [
            (Kind::Single, 0, vec!["a"]),
            (Kind::Single, 4, vec!["b"]),
            (Kind::Multiple, 2, vec!["c", "a"]),
            (Kind::Ordering, 1, vec!["b", "c", "a"]),
        ] {
            assert_eq!(choose(&question(kind), turn), expected, "{kind:?} {turn}");
        }
        assert!(choose(&Question { options: Vec::new(), ..question(Kind::Single) }, 3).is_empty());
    }

    #[test]
    fn an_answer_that_was_put_off_is_sent_again_when_the_server_says() {
        let reply = |state: Value, acked: i64| {
            let body = json!({
                "acked_seq": acked, "refused": [], "saved_at": "", "saved_at_local": "", "time_left_ms": 1,
                "state": state,
            });
            Reply { status: 200, body: body.to_string(), ..Reply::default() }
        };
        assert_eq!(acknowledged(&reply(json!("open"), 7), 7), Ok(()));
        let again = acknowledged(&reply(json!({ "try_again": { "after_ms": 900 } }), 0), 7).unwrap_err();
        assert_eq!((again.is_put_off, again.wait), (true, Duration::from_millis(900)));
        for (state, acked) in [("open", 6), ("time_up", 7), ("lease_lost", 7)] {
            assert!(!acknowledged(&reply(json!(state), acked), 7).unwrap_err().is_put_off, "{state} {acked}");
        }
        let busy = Reply { status: 503, retry_after: Some(Duration::from_secs(2)), ..Reply::default() };
        let busy = acknowledged(&busy, 7).unwrap_err();
        assert_eq!((busy.is_put_off, busy.is_breakdown, busy.wait), (false, true, Duration::from_secs(2)));
    }

    #[test]
    fn the_questions_are_read_from_the_props_of_the_page() {
        let props = json!({ "sheet": { "questions": [question(Kind::Single)], "more": "<&>" } }).to_string();
        let escaped = props.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
        let body =
            format!("<x data-props=\"{{}}\"></x><y data-component=\"E\" data-props=\"{escaped}\"></y>");
        let reply = Reply { status: 200, body, ..Reply::default() };
        assert_eq!(questions(&reply).unwrap(), [question(Kind::Single)]);
        assert!(questions(&Reply { status: 200, ..Reply::default() }).is_err());
        assert_eq!(questions(&Reply { status: 500, ..Reply::default() }).unwrap_err().kind, "status 500");
    }
}
