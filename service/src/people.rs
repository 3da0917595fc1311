//! People as HR sees them.
