//! People allow third-party apps: the authorize page, codes, refresh tokens, and what ends them.

mod apart;
mod approvals;
mod codes;
mod ended;
mod faults;
mod many;
mod outages;
mod page;
mod races;
mod refresh;
