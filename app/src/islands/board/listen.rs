//! Hearing a stream of server-sent events, and writing its lines into the page.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Document, EventSource, MessageEvent};

/// Listens for as long as the page is open; a browser comes again by itself when the stream breaks.
pub(super) fn listen(address: &str) {
    let Ok(source) = EventSource::new(address) else { return };
    let heard = Closure::<dyn FnMut(MessageEvent)>::new(|event: MessageEvent| {
        if let (Some(document), Some(lines)) = (document(), event.data().as_string()) {
            say_lost(&document, false);
            write(&document, &lines);
        }
    });
    source.set_onmessage(Some(heard.as_ref().unchecked_ref()));
    let failed = Closure::<dyn FnMut()>::new(|| {
        if let Some(document) = document() {
            say_lost(&document, true);
        }
    });
    source.set_onerror(Some(failed.as_ref().unchecked_ref()));
    heard.forget();
    failed.forget();
}

fn document() -> Option<Document> {
    web_sys::window()?.document()
}

fn say_lost(document: &Document, is_lost: bool) {
    if let Some(element) = document.get_element_by_id("board-lost") {
        // Nothing could be done about a failure here.
        let _ =
            if is_lost { element.remove_attribute("hidden") } else { element.set_attribute("hidden", "") };
    }
}

/// Each line: the id of an element, its class, and what it says, with tabs between.
fn write(document: &Document, lines: &str) {
    for line in lines.split('\n') {
        let mut parts = line.split('\t');
        let Some(element) = parts.next().and_then(|id| document.get_element_by_id(id)) else { continue };
        if let Some(class) = parts.next() {
            element.set_class_name(class);
        }
        // Without words it is a row, whose cells come by themselves.
        if let Some(says) = parts.next() {
            element.set_text_content(Some(says));
        }
    }
}
