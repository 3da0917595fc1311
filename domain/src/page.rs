//! Lists are bounded and continue after the last row shown.

/// The most rows of a page.
pub const MOST: u64 = 50;

/// A page of a list, and where the next one starts.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// An opaque mark after the last row; none on the last page.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Makes a page from up to one row more than fits; `mark` names a row for the next page.
    #[must_use]
    pub fn cut(mut rows: Vec<T>, size: u64, mark: impl Fn(&T) -> String) -> Self {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let next = if rows.len() > size {
            rows.truncate(size);
            rows.last().map(mark)
        } else {
            None
        };
        Self { rows, next }
    }

    /// The same page with other rows.
    #[must_use]
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { rows: self.rows.into_iter().map(f).collect(), next: self.next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_starts_after_the_last_row_shown() {
        let page = Page::cut(vec![1, 2, 3], 2, i32::to_string);
        assert_eq!((page.rows, page.next), (vec![1, 2], Some("2".into())));
        let last = Page::cut(vec![1, 2], 2, i32::to_string);
        assert_eq!((last.rows, last.next), (vec![1, 2], None));
    }
}
