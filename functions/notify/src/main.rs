//! The notify function on Lambda.

fn main() {}
