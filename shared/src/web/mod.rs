//! What every HTTP function needs: where a request came from, answers, problem details, and the
//! way into Lambda.

mod answer;
mod fallback;
pub mod lambda;
mod problem;
mod source;

pub use answer::{bearer_refusal, json, oauth_refusal};
pub use fallback::with_fallbacks;
pub use problem::{Problem, refusal};
pub use source::{SourceIp, source};
