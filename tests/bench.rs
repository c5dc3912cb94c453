//! The arithmetic of `tests/bench`: known amounts, known units, known dollars.

mod bill;
mod prices;
mod quota;
mod units;
