//! The interactive parts. Each is a leaf: plain props in, server functions out, words brought as props.

pub mod board;
pub mod exam;
