//! What every HTTP function needs: where a request came from, answers, problem details, and the
//! way into Lambda.

mod answer;
mod cookie;
mod door;
mod fallback;
pub mod lambda;
mod next;
mod observe;
pub mod page;
mod problem;
mod source;
mod visitor;

pub use answer::{bearer_refusal, json, log, oauth_refusal, point};
pub use fallback::with_fallbacks;
pub use next::{Next, see_other};
pub use observe::{Origin, observed};
pub use problem::{Problem, refusal};
pub use source::{SourceIp, source};
pub use visitor::{FormRefusal, Visitor, begin_session, browser, end_session};
