//! People allow third-party apps: the authorize page, codes, refresh tokens, and what ends them.

mod approvals;
mod codes;
mod ended;
mod page;
mod races;
mod refresh;
