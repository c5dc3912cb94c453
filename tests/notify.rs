//! What a change sends out: mail to people, events to the bus, each once whatever fails.
//!
//! ```text
//! bus       an event for every change, as its schema says           mail      who gets which mail
//! once      deliveries that come again, failures, claims            poison    records that nobody can read
//! again     regions that stop, are killed, and go on                moto      other people's SES and EventBridge
//! mailbox   how mails are shown                                     record    rows as the stream delivers them
//! ```

mod again;
mod bus;
mod mail;
mod mailbox;
mod moto;
mod once;
mod poison;
mod record;
