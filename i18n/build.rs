//! Turns `locales/` into checked keys: a key or an argument that does not exist fails the build.

use std::env;
use std::error::Error;
use std::fs;
use std::path::PathBuf;

use leptos_i18n_parser::parse_locales::options::{Config, ParseOptions};
use leptos_i18n_parser::parse_locales::parse_locales;

const NAMESPACES: [&str; 15] = [
    "common", "sign_in", "learn", "test", "exam", "result", "receipt", "badge", "people", "items", "regrade",
    "admin", "problem", "proctor", "word",
];

#[expect(clippy::disallowed_methods, reason = "a build script is told by cargo where its folders are")]
fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=locales");
    let config = Config::new("ru")?
        .add_locale("en")?
        .add_namespaces(NAMESPACES)?
        .parse_options(ParseOptions::new().interpolate_display(true));
    let parsed = parse_locales(Some(PathBuf::from(env::var("CARGO_MANIFEST_DIR")?)), config)?;
    let code = leptos_i18n_codegen::gen_code(&parsed, None, false, None, false)?;
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("i18n.rs"), code.to_string())?;
    Ok(())
}
