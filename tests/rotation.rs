//! New signing keys: what a rotation, or an emergency, is to clients – nothing, or the end of a
//! token – and what becomes of one that is cut off, overtaken, or done twice.
//!
//! ```text
//! operator   rotates a region's keys step by step          asked      /_local/rotate
//! clients    nobody notices a rotation                     emergency  everybody notices that one
//! retired    when keys go                                  order      steps out of order, two at once, overtaken
//! lost       every call's answer lost, once and for good   killed     kill -9 at every call
//! ```
//! How other implementations of Secrets Manager take the same steps is in `stores::rotation`.

mod asked;
mod clients;
mod emergency;
mod killed;
mod lost;
mod operator;
mod order;
mod retired;
