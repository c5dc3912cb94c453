//! A revoking act holds, whatever else is true at that moment (PRODUCT §11): tokens, refresh tokens,
//! grants, credentials, accounts, people, apps, origins, APIs.
//!
//! ```text
//! held     what one service account and one person's app hold, and what of it is alive
//! state    everything else that may be true of them       act     everything that ends some of it
//! table    every act in every state, and nothing that is switched on again brings anything back
//! absent   acts on what is unknown, or something else     apis    an API that is deleted, a scope that is taken off
//! ahead    clocks that run ahead                          overtaken   acts that stop before any of their calls
//! random   long walks through all of it, against a model
//! ```

mod absent;
mod act;
mod ahead;
mod apis;
mod held;
mod overtaken;
mod random;
mod state;
mod table;
