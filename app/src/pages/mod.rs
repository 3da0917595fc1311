//! One page a file: its GET and its POST side by side.

pub mod account;
pub mod badge;
pub mod exam;
mod exam_words;
pub mod finish;
pub mod home;
pub mod learn;
pub mod lesson;
pub mod result;
pub mod results;
pub mod sign_in;
pub mod sign_in_code;
pub mod test;
pub mod verify;
