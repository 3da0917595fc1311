//! Rules about the text of the project, as ordinary tests.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn files(ending: &str) -> Vec<(String, String)> {
    fn walk(folder: &Path, ending: &str, found: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            let name = entry.file_name().into_string().unwrap();
            if path.is_dir() {
                if !["target", "node_modules", ".git", "data", "test-results"].contains(&name.as_str()) {
                    walk(&path, ending, found);
                }
            } else if name.ends_with(ending) {
                found.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let mut found = Vec::new();
    walk(&root(), ending, &mut found);
    found
}

/// No file but those named holds the text.
fn only_in(ending: &str, within: &str, text: &str, allowed: &[&str]) {
    for (path, content) in files(ending) {
        if path.contains(within) && !allowed.iter().any(|name| path.ends_with(name)) {
            let line =
                content.lines().position(|line| line.contains(text) && !line.trim_start().starts_with("//"));
            assert!(line.is_none(), "{path}:{} holds {text:?}", line.unwrap_or(0) + 1);
        }
    }
}

#[test]
fn no_source_file_is_longer_than_400_lines() {
    for ending in [".rs", ".css", ".ts", ".mjs"] {
        for (path, content) in files(ending) {
            assert!(content.lines().count() <= 400, "{path} has {} lines", content.lines().count());
        }
    }
}

#[test]
fn dangerous_html_is_written_in_one_place_each() {
    only_in(".rs", "/app/src/", "<textarea", &["ui/text_area.rs"]);
    only_in(".rs", "/app/src/", "inner_html", &["ui/markdown.rs", "ui/icon.rs", "islands/exam/view.rs"]);
    only_in(".rs", "/app/src/", "style=\"", &[]);
    only_in(".rs", "/app/src/", "onclick=", &[]);
    only_in(".rs", "/app/src/", "GetUrl", &[]);
}

#[test]
fn events_are_heard_in_islands_only() {
    for (path, content) in files(".rs") {
        if path.contains("/app/src/") && !path.contains("/islands/") {
            assert!(!content.contains(" on:"), "{path} listens outside an island: nothing would happen");
        }
    }
}

#[test]
fn only_the_store_names_the_database_library() {
    for within in ["/domain/", "/service/", "/app/", "/server/"] {
        only_in(".rs", within, "sea_orm", &[]);
    }
}

#[test]
fn no_text_for_people_is_written_in_code() {
    let is_cyrillic = |c: char| ('а'..='я').contains(&c) || ('А'..='Я').contains(&c);
    for (path, content) in files(".rs") {
        if !path.contains("/app/src/") {
            continue;
        }
        let code = content.split("#[cfg(test)]").next().unwrap_or_default();
        for (number, line) in code.lines().enumerate() {
            let line = line.split("//").next().unwrap_or_default();
            // The name of the badge and of two browsers and languages are names, the same in all languages.
            let is_name =
                ["Искренний сервис", "Яндекс Браузер", "Русский"].iter().any(|name| line.contains(name));
            assert!(is_name || !line.chars().any(is_cyrillic), "{path}:{} {line}", number + 1);
        }
    }
}

#[test]
fn every_locale_has_the_same_keys() {
    let keys = |locale: &str| {
        let mut keys: Vec<String> = Vec::new();
        for entry in fs::read_dir(root().join("i18n/locales").join(locale)).unwrap().flatten() {
            let text = fs::read_to_string(entry.path()).unwrap();
            let value: serde_json::Value = serde_json::from_str(&text).unwrap();
            let namespace = entry.file_name().into_string().unwrap();
            for key in value.as_object().unwrap().keys() {
                let plain =
                    ["_one", "_few", "_many", "_other"].iter().find_map(|form| key.strip_suffix(form));
                keys.push(format!("{namespace} {}", plain.unwrap_or(key)));
            }
        }
        keys.sort();
        keys.dedup();
        keys
    };
    assert_eq!(keys("ru"), keys("en"));
}

#[test]
fn both_colour_themes_define_the_same_tokens() {
    let tokens = fs::read_to_string(root().join("style/tokens.css")).unwrap();
    let dark: Vec<&str> = tokens.split("color-scheme: dark;").skip(1).collect();
    assert_eq!(dark.len(), 2, "once for the system's choice, once for the person's");
    let names = |block: &str| {
        let block = block.split('}').next().unwrap_or_default();
        let mut lines: Vec<String> = block
            .lines()
            .map(str::trim)
            .filter(|line| line.starts_with("--"))
            .map(ToOwned::to_owned)
            .collect();
        lines.sort();
        lines
    };
    assert_eq!(names(dark[0]), names(dark[1]));
}
