//! Which files the site folder holds: their names carry a hash, so browsers may keep them for ever.

use std::io;
use std::path::Path;
use std::sync::LazyLock;

/// The fonts of all text: loaded with the page, before the style sheet asks for them.
pub const FONTS: [&str; 2] =
    ["/fonts/golos-text-cyrillic-wght-normal.woff2", "/fonts/golos-text-latin-wght-normal.woff2"];

/// The emblem for the tab of a browser, within the page: smaller than the request it would take.
pub static ICON: LazyLock<String> = LazyLock::new(|| {
    let drawing = include_str!("../../style/favicon.svg").replace('\n', "").replace('"', "'");
    let drawing = drawing.replace('%', "%25").replace('#', "%23").replace('<', "%3C").replace('>', "%3E");
    format!("data:image/svg+xml,{drawing}")
});

/// Addresses of the files that pages name.
#[derive(Clone, Debug)]
pub struct Assets {
    /// The style sheet.
    pub style: String,
    /// The islands' glue.
    pub script: String,
    /// The islands.
    pub wasm: String,
}

impl Assets {
    /// Looks into `SITE/pkg`.
    ///
    /// # Errors
    /// An error that names the folder, when a file is missing.
    pub fn find(site: &Path) -> io::Result<Self> {
        let folder = site.join("pkg");
        let mut names: Vec<(std::time::SystemTime, String)> = std::fs::read_dir(&folder)
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", folder.display())))?
            .flatten()
            .filter_map(|entry| {
                let modified = entry.metadata().ok()?.modified().ok()?;
                Some((modified, entry.file_name().into_string().ok()?))
            })
            .collect();
        names.sort();
        let newest = |ending: &str| {
            let fits = |name: &str| name.starts_with("academy") && name.ends_with(ending);
            names
                .iter()
                .rev()
                .find(|(_, name)| fits(name))
                .map(|(_, name)| format!("/pkg/{name}"))
                .ok_or_else(|| {
                    let what = format!("{} holds no academy*{ending}", folder.display());
                    io::Error::new(io::ErrorKind::NotFound, what)
                })
        };
        Ok(Self { style: newest(".css")?, script: newest(".js")?, wasm: newest(".wasm")? })
    }
}

#[cfg(test)]
mod tests {
    use super::FONTS;

    #[test]
    fn the_fonts_loaded_first_are_those_of_the_style_sheet() {
        let sheet = include_str!("../../style/fonts.css");
        let named: Vec<&str> =
            sheet.split("url(\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(named, FONTS);
    }
}
