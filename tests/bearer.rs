//! Bearer tokens: who accepts them, who does not, and how they end (RFC 6750, 7009, 7662, 8414).
//!
//! ```text
//! demand       what an API asks of a token, and the challenge it answers with
//! forged       tokens that this region never issued        signed    tokens that it never would
//! revoke       tokens given up                             introspect   tokens asked about
//! discovery    what is advertised works
//! ```

mod demand;
mod discovery;
mod forged;
mod introspect;
mod revoke;
mod signed;
