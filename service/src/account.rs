//! Accounts: made by the administrator or the command line.
