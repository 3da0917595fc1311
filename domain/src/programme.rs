//! A programme: lessons, self-checks, and what a person should do next.

use serde::{Deserialize, Serialize};

use crate::coded::coded;

coded! {
    /// What a lesson is.
    LessonKind {
        /// Text with a case and a self-check.
        Text = "text",
        /// A case to work through.
        Case = "case",
        /// A self-check alone.
        Check = "check",
        /// A live session.
        Live = "live",
        /// Shifts with a mentor.
        Internship = "internship",
    }
}

/// A question of a self-check. It is for learning: its key may be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// The question.
    pub question: String,
    /// The options.
    pub options: Vec<String>,
    /// The index of the right one.
    pub key: u8,
    /// Why.
    pub why: String,
}

/// What a person should do next on their path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextStep<L> {
    /// Take this lesson.
    Lesson(L),
    /// Sit the certification test.
    Test,
    /// Go on with the attempt that is open.
    Resume,
    /// Wait for the pause to end.
    Wait,
    /// No attempts are left: HR helps.
    AskHr,
    /// Passed: somebody decides.
    AwaitDecision,
    /// The badge is there.
    Badge,
    /// Nobody has enrolled them.
    NotEnrolled,
}

/// Where a person stands with the test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestStanding {
    /// May be started.
    Open,
    /// Being sat.
    Running,
    /// The pause is not over.
    Paused,
    /// All attempts are used.
    Exhausted,
    /// Passed.
    Passed,
}

/// The next step: one thing, the most useful.
pub fn next_step<L>(
    is_certified: bool,
    is_enrolled: bool,
    next_lesson: Option<L>,
    test: TestStanding,
) -> NextStep<L> {
    match (is_enrolled, test, next_lesson) {
        (false, _, _) if is_certified => NextStep::Badge,
        (false, _, _) => NextStep::NotEnrolled,
        (true, TestStanding::Running, _) => NextStep::Resume,
        (true, TestStanding::Passed, _) => NextStep::AwaitDecision,
        (true, _, Some(lesson)) => NextStep::Lesson(lesson),
        (true, TestStanding::Open, None) => NextStep::Test,
        (true, TestStanding::Paused, None) => NextStep::Wait,
        (true, TestStanding::Exhausted, None) => NextStep::AskHr,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_step_at_a_time() {
        for (certified, enrolled, lesson, test, next) in [
            (false, false, None, TestStanding::Open, NextStep::NotEnrolled),
            (true, false, None, TestStanding::Open, NextStep::Badge),
            (false, true, Some(3), TestStanding::Open, NextStep::Lesson(3)),
            (false, true, None, TestStanding::Open, NextStep::Test),
            (false, true, None, TestStanding::Running, NextStep::Resume),
            (false, true, Some(3), TestStanding::Running, NextStep::Resume),
            (false, true, None, TestStanding::Paused, NextStep::Wait),
            (false, true, None, TestStanding::Exhausted, NextStep::AskHr),
            (true, true, None, TestStanding::Passed, NextStep::AwaitDecision),
        ] {
            assert_eq!(next_step(certified, enrolled, lesson, test), next);
        }
    }
}
