//! What the exam does in the browser; on the server it only holds what is shown.

use leptos::ev::{Event, KeyboardEvent, MouseEvent, SubmitEvent};
use leptos::prelude::*;

#[cfg(feature = "hydrate")]
use super::sheet::Kind;
use super::sheet::Sheet;

/// How a question's answer is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    /// Nothing was answered.
    Nothing,
    /// Kept here, waiting to be kept on the server.
    Waiting,
    /// Kept on the server at this time.
    At(String),
    /// The server did not take it for an answer to this form.
    #[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "only a browser is told so"))]
    NotTaken,
}

/// Who may write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seat {
    /// This tab, or nobody has asked yet.
    Mine,
    /// Another tab or device.
    Elsewhere,
    /// Nobody: the clock stands still.
    Paused,
    /// The session has ended; answers wait here.
    SignedOut,
}

/// Everything that is shown and can change.
#[derive(Clone, Copy)]
pub(super) struct Client {
    pub(super) sheet: StoredValue<Sheet>,
    /// The question that is shown, from 0.
    pub(super) at: RwSignal<usize>,
    /// Grows when the shown question has to be drawn anew.
    pub(super) drawn: RwSignal<u32>,
    pub(super) answers: RwSignal<Vec<Vec<String>>>,
    pub(super) marks: RwSignal<Vec<bool>>,
    pub(super) kept: RwSignal<Vec<Kept>>,
    pub(super) left_ms: RwSignal<i64>,
    pub(super) is_offline: RwSignal<bool>,
    /// What has not been acknowledged, as text that a person can hand to the commission.
    pub(super) unsent: RwSignal<String>,
    /// The server has turned something away: it stays here.
    pub(super) is_refused: RwSignal<bool>,
    pub(super) seat: RwSignal<Seat>,
    /// Said to screen readers at thresholds.
    pub(super) said: RwSignal<String>,
}

impl Client {
    pub(super) fn new(sheet: Sheet) -> Self {
        let kept = sheet
            .questions
            .iter()
            .map(|question| match &question.saved {
                Some(at) => Kept::At(at.clone()),
                None => Kept::Nothing,
            })
            .collect();
        Self {
            at: RwSignal::new(sheet.at),
            drawn: RwSignal::new(0),
            answers: RwSignal::new(sheet.questions.iter().map(|q| q.answer.clone()).collect()),
            marks: RwSignal::new(sheet.questions.iter().map(|q| q.marked).collect()),
            kept: RwSignal::new(kept),
            left_ms: RwSignal::new(sheet.time_left_ms),
            is_offline: RwSignal::new(false),
            unsent: RwSignal::new(String::new()),
            is_refused: RwSignal::new(false),
            seat: RwSignal::new(if sheet.is_paused { Seat::Paused } else { Seat::Mine }),
            said: RwSignal::new(String::new()),
            sheet: StoredValue::new(sheet),
        }
    }

    /// Whether this is the page of the result: there is nothing to answer any more.
    pub(super) fn is_result(self) -> bool {
        self.sheet.with_value(|sheet| sheet.questions.is_empty())
    }

    /// How many questions have a whole answer.
    pub(super) fn answered(self) -> usize {
        self.answers.with(|answers| {
            self.sheet.with_value(|sheet| {
                sheet.questions.iter().zip(answers).filter(|(q, answer)| q.is_whole(answer)).count()
            })
        })
    }

    /// How many answers wait to be kept on the server.
    pub(super) fn waiting(self) -> usize {
        self.kept.with(|kept| kept.iter().filter(|kept| **kept == Kept::Waiting).count())
    }
}

/// On the server nothing happens.
#[cfg(not(feature = "hydrate"))]
#[expect(clippy::unused_self, reason = "the same names as in the browser")]
impl Client {
    pub(super) fn wake(self) {}
    pub(super) fn unsent_address(self) -> String {
        String::new()
    }
    pub(super) fn changed(self, _: &Event) {}
    pub(super) fn submitted(self, _: &SubmitEvent) {}
    pub(super) fn pressed(self, _: &KeyboardEvent) {}
    pub(super) fn take(self, _: &MouseEvent) {}
}

#[cfg(feature = "hydrate")]
impl Client {
    fn kind(self) -> Kind {
        let at = self.at.get_untracked();
        self.sheet.with_value(|sheet| sheet.questions.get(at).map_or(Kind::Single, |q| q.kind))
    }

    /// Starts everything, once the page is alive.
    pub(super) fn wake(self) {
        super::sync::wake(self);
    }

    /// Where the unsent answers can be saved from: no server is needed for it.
    pub(super) fn unsent_address(self) -> String {
        let text = String::from(js_sys::encode_uri_component(&self.unsent.get()));
        format!("data:application/json;charset=utf-8,{text}")
    }

    /// An answer was changed.
    pub(super) fn changed(self, event: &Event) {
        use wasm_bindgen::JsCast;
        let name = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
            .and_then(|element| element.get_attribute("name"))
            .unwrap_or_default();
        if name.starts_with("place.") {
            self.ordered_by_places();
        } else if name == "choice" {
            let chosen = super::page::chosen();
            super::sync::answer(self, self.at.get_untracked(), chosen);
        }
    }

    /// A button of the form was pressed: nothing leaves the page but handing in.
    pub(super) fn submitted(self, event: &SubmitEvent) {
        use wasm_bindgen::JsCast;
        event.prevent_default();
        let Some(button) =
            event.submitter().and_then(|element| element.dyn_into::<web_sys::HtmlButtonElement>().ok())
        else {
            return;
        };
        let value = button.value();
        match button.name().as_str() {
            "go" if value == "finish" => super::sync::hand_in(self),
            "go" => {
                if let Ok(position) = value.parse::<usize>() {
                    self.go(position.saturating_sub(1));
                }
            }
            "mark" => {
                let at = self.at.get_untracked();
                let marked = !self.marks.with_untracked(|m| m.get(at).copied().unwrap_or(false));
                super::sync::mark(self, at, marked);
            }
            "move" => self.moved(&value),
            _ => {}
        }
    }

    fn go(self, to: usize) {
        let last = self.sheet.with_value(|sheet| sheet.questions.len().saturating_sub(1));
        let to = to.min(last);
        self.at.set(to);
        super::page::shown(to);
    }

    /// Keys 1 to 9 choose an option.
    pub(super) fn pressed(self, event: &KeyboardEvent) {
        if event.ctrl_key() || event.alt_key() || event.meta_key() || self.kind() == Kind::Ordering {
            return;
        }
        if let Ok(number) = event.key().parse::<u32>()
            && (1..=9).contains(&number)
        {
            super::page::press_option(number);
        }
    }

    fn order_now(self) -> Vec<String> {
        let at = self.at.get_untracked();
        let shown: Vec<String> = self.sheet.with_value(|sheet| {
            sheet.questions.get(at).map_or_else(Vec::new, |q| q.options.iter().map(|o| o.0.clone()).collect())
        });
        let known = self.answers.with_untracked(|a| a.get(at).cloned().unwrap_or_default());
        let rest = shown.into_iter().filter(|token| !known.contains(token)).collect::<Vec<_>>();
        known.into_iter().chain(rest).collect()
    }

    fn moved(self, value: &str) {
        let Some((token, way)) = value.split_once('.') else { return };
        let mut order = self.order_now();
        let Some(from) = order.iter().position(|known| known == token) else { return };
        let to =
            if way == "up" { from.checked_sub(1) } else { Some(from + 1).filter(|to| *to < order.len()) };
        if let Some(to) = to {
            order.swap(from, to);
        }
        super::sync::answer(self, self.at.get_untracked(), order);
        self.drawn.update(|drawn| *drawn += 1);
    }

    fn ordered_by_places(self) {
        let mut places = super::page::places();
        places.sort_by_key(|(_, place)| *place);
        let order = places.into_iter().filter(|(_, place)| *place > 0).map(|(token, _)| token).collect();
        super::sync::answer(self, self.at.get_untracked(), order);
    }

    /// The person wants to go on here.
    pub(super) fn take(self, event: &MouseEvent) {
        event.prevent_default();
        super::sync::take(self, true);
    }
}
