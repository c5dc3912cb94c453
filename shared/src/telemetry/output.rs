//! Where lines go, and which of other libraries' events become lines.

use crate::app::Clock;
use crate::domain::Timestamp;
use std::io::Write;
use std::sync::OnceLock;
use tracing_subscriber::filter::{LevelFilter, Targets};

static STREAM: OnceLock<Stream> = OnceLock::new();

/// A standard stream of the process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stream {
    /// What Lambda collects.
    Stdout,
    /// Beside what a program answers on stdout.
    Stderr,
}

/// From now on requests write their lines of JSON there. Without it they are told to `tracing`, in
/// words for a person. The first call counts.
pub fn write_to(stream: Stream) {
    STREAM.get_or_init(|| stream);
}

/// Writes a line, in one piece; says whether there is a stream for it.
pub(super) fn write(line: impl FnOnce(Timestamp) -> Vec<u8>) -> bool {
    let Some(stream) = STREAM.get() else {
        return false;
    };
    let mut line = line(Clock::system().now());
    line.push(b'\n');
    // A line that cannot be written has nobody to be told to.
    match stream {
        Stream::Stdout => std::io::stdout().lock().write_all(&line).ok(),
        Stream::Stderr => std::io::stderr().lock().write_all(&line).ok(),
    };
    true
}

/// Lets our own events through as `levels` say (a level, or targets with levels, as `RUST_LOG` has
/// them), and those of the libraries from INFO up at most: what they tell below that are requests
/// and answers, bodies and headers included.
pub fn filter(levels: &str) -> Targets {
    // Nothing would be parsed as everything.
    let asked = Some(levels).filter(|levels| !levels.trim().is_empty());
    let asked = asked
        .and_then(|levels| levels.parse::<Targets>().ok())
        .unwrap_or_default();
    let default = asked.default_level().unwrap_or(LevelFilter::INFO);
    let ours = |target: &str| target.starts_with(OURS);
    let mut filter = Targets::new()
        .with_default(default.min(LevelFilter::INFO))
        .with_target(OURS, default.min(LevelFilter::DEBUG));
    for (target, level) in asked {
        let most = if ours(&target) {
            LevelFilter::DEBUG
        } else {
            LevelFilter::INFO
        };
        filter = filter.with_target(target, level.min(most));
    }
    filter
}

/// What the names of all our crates begin with.
const OURS: &str = "regent";

#[cfg(test)]
mod tests {
    use super::*;
    use tracing::Level;

    #[test]
    fn only_our_own_events_go_below_info() {
        for levels in [
            "debug",
            "trace",
            "regent=debug,info",
            "hyper=trace,aws_smithy_runtime=debug,debug",
        ] {
            let filter = filter(levels);
            assert!(filter.would_enable("regent_anything", &Level::DEBUG), "{levels}");
            for library in [
                "hyper",
                "aws_smithy_runtime::client",
                "lambda_runtime",
                "lambda_http",
                "rustls",
            ] {
                assert!(filter.would_enable(library, &Level::INFO), "{levels} {library}");
                assert!(!filter.would_enable(library, &Level::DEBUG), "{levels} {library}");
            }
        }
    }

    #[test]
    fn less_is_less_and_nonsense_is_info() {
        let warn = filter("warn");
        assert!(warn.would_enable("regent", &Level::WARN) && !warn.would_enable("regent", &Level::INFO));
        assert!(!warn.would_enable("hyper", &Level::INFO));
        for nonsense in ["", "loud", "regent=loud"] {
            let filter = filter(nonsense);
            assert!(filter.would_enable("regent", &Level::INFO), "{nonsense}");
            assert!(!filter.would_enable("regent", &Level::DEBUG), "{nonsense}");
        }
    }
}
