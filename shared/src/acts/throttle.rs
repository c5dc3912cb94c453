//! What is throttled, how much, and what a throttle is named after.

use super::bookkeeping;
use crate::app::App;
use crate::domain::{Error, Seconds, Throttle, Throttled};
use crate::keys::digest::sha256;
use crate::telemetry::{Fact, note};
use std::net::IpAddr;

/// Takes one from each bucket, or is refused by the first that is empty. The order matters: what
/// comes first keeps a single attacker from emptying what comes later. Where that cannot be written
/// down nothing is tried: a throttle that lets through what it cannot count is none.
pub async fn take(app: &App, throttles: &[Throttle]) -> Result<Result<(), Throttled>, Error> {
    for throttle in throttles {
        if let Err(throttled) = app.store().take(throttle, app.now()).await? {
            note(Fact::Reason, format_args!("throttled: {}", throttle.what));
            return Ok(Err(throttled));
        }
    }
    Ok(Ok(()))
}

/// Puts one back into each bucket: only failures are counted.
pub(super) async fn put_back(app: &App, throttles: &[Throttle]) {
    let back = async {
        let mut filled = Ok(());
        for throttle in throttles {
            filled = filled.and(app.store().put_back(throttle, app.now()).await);
        }
        filled
    };
    // It comes back by itself.
    bookkeeping::keep("a throttle is not filled again", back).await;
}

/// Wrong passwords: per source address; per account and source address; per account, from
/// wherever, which takes many addresses to empty.
pub(super) fn sign_in(address: &str, source: &str) -> [Throttle; 3] {
    let (account, source) = (digest_of(address), network(source));
    let throttle = |what, burst, interval| Throttle {
        what,
        burst,
        interval: Seconds(interval),
    };
    [
        throttle(format!("sign-in#from#{source}"), 50, 6),
        throttle(format!("sign-in#of#{account}#from#{source}"), 10, 60),
        throttle(format!("sign-in#of#{account}"), 50, 60),
    ]
}

/// Mails to whoever forgot a password: per source address, and per address of the mail.
pub(super) fn forgotten(address: &str, source: &str) -> [Throttle; 2] {
    let (account, source) = (digest_of(address), network(source));
    let throttle = |what, burst, interval| Throttle {
        what,
        burst,
        interval: Seconds(interval),
    };
    [
        throttle(format!("forgot#from#{source}"), 20, 60),
        throttle(format!("forgot#of#{account}"), 3, 900),
    ]
}

/// The network that a source address stands for: an IPv6 customer has at least 2⁶⁴ addresses.
pub fn network(source: &str) -> String {
    let Ok(address) = source.parse::<IpAddr>() else {
        return "unknown".to_owned();
    };
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

/// The table tells nobody which addresses were tried.
fn digest_of(address: &str) -> String {
    let folded = address.trim().to_ascii_lowercase();
    sha256(folded.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_customer_is_one_network() {
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2:ffff::1"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("::ffff:203.0.113.9"), "203.0.113.9");
        assert_eq!(network("203.0.113.9"), "203.0.113.9");
        assert_eq!(network("unknown"), "unknown");
    }

    #[test]
    fn a_throttle_names_nobody() {
        for throttle in sign_in("Ada@example.com", "203.0.113.9") {
            assert!(
                !throttle.what.contains("ada") && !throttle.what.contains("Ada"),
                "{throttle:?}"
            );
        }
        assert_eq!(
            sign_in(" ADA@example.com", "")[2].what,
            sign_in("ada@example.com", "")[2].what
        );
    }
}
