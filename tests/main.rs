//! One binary of tests that speak as Regent's users do: over HTTP, with files, with other people's
//! programs. A module is a subject, a test is a sentence about it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that meets what it did not expect fails where it does"
)]

mod attack;
mod authorize;
mod bearer;
mod bench;
mod bootstrap;
mod browser;
mod check;
mod clients;
mod console;
mod consumer;
mod documents;
mod door;
mod faults;
mod harness;
mod hot;
mod infra;
mod isolation;
mod lambda;
mod lifecycle;
mod limits;
mod manage;
mod notify;
mod openapi;
mod people;
mod program;
mod registration;
mod revocation;
mod rotation;
mod stores;
mod telemetry;
mod token;
mod walls;
