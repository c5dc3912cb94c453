//! Budgets: what is throttled, how much, and what a throttle is named after. A budget is spent by
//! whoever failed, not by whom they failed against; and what strangers write into the table has an end.

use super::bookkeeping;
use crate::app::App;
use crate::domain::{ActError, Device, Email, Error, OrganizationId, Rate, Throttle, Throttled, UserId};
use crate::keys::digest::sha256;
use crate::store::Write;
use crate::telemetry::{Fact, note};
use std::net::IpAddr;

/// Wrong passwords from one network.
const WRONG_FROM_NETWORK: Rate = Rate::new(50, 6);
/// Wrong passwords from one IPv6 site, which may have 65,536 networks.
const WRONG_FROM_SITE: Rate = Rate::new(500, 1);
/// Wrong passwords at one address from one network.
const WRONG_AT_ADDRESS_FROM_NETWORK: Rate = Rate::new(10, 60);
/// Wrong passwords at one address from all browsers that nobody signed in from before.
const WRONG_AT_ADDRESS: Rate = Rate::new(50, 60);
/// Wrong passwords from a browser that the person signed in from before: fewer than strangers have,
/// so that a stolen cookie is worth less than none.
const WRONG_FROM_DEVICE: Rate = Rate::new(10, 300);
/// Right passwords of one person: each writes a session and an audit event.
const RIGHT: Rate = Rate::new(100, 60);
/// Wrong present passwords in one session.
const WRONG_IN_SESSION: Rate = Rate::new(10, 60);

/// Requests for a way to a new password from one network.
const FORGOTTEN_FROM_NETWORK: Rate = Rate::new(20, 60);
/// The same from one IPv6 site.
const FORGOTTEN_FROM_SITE: Rate = Rate::new(100, 12);
/// The same for one address. Each sends a mail whose link works for an hour: while strangers use
/// this up, there are four good links in the mailbox.
const FORGOTTEN_AT_ADDRESS: Rate = Rate::new(3, 900);

/// Invitations of one organization to one mailbox.
const INVITATIONS_TO_MAILBOX: Rate = Rate::new(5, 3600);
/// Invitations of all organizations to one mailbox. More than one organization has: none keeps
/// another from inviting somebody.
const INVITATIONS_OF_ALL_TO_MAILBOX: Rate = Rate::new(20, 900);
/// Invitations of one organization.
const INVITATIONS: Rate = Rate::new(500, 60);

/// Clients that register themselves from one network: a hosted app registers from a handful of
/// addresses for all its users.
const REGISTRATIONS_FROM_NETWORK: Rate = Rate::new(1000, 30);
/// The same from one IPv6 site.
const REGISTRATIONS_FROM_SITE: Rate = Rate::new(2000, 15);
/// The same in the region. Who is registered already does not need it. With [`Client::NEVER_USED`](crate::domain::Client::NEVER_USED),
/// the most rows that strangers can make and nobody uses is 10,000 + 7 × 17,280 = 130,960.
const REGISTRATIONS: Rate = Rate::new(10_000, 5);

/// Takes one from each bucket, or is refused by the first that is empty. The order matters: what
/// comes first keeps a single attacker from emptying what comes later; and what was refused has tried
/// nothing, so it spends nothing that others need. Where that cannot be written down nothing is tried:
/// a throttle that lets through what it cannot count is none.
pub async fn take(app: &App, throttles: &[Throttle]) -> Result<Result<(), Throttled>, Error> {
    for (index, throttle) in throttles.iter().enumerate() {
        if let Err(throttled) = app.store().take(throttle, app.now()).await? {
            note(Fact::Reason, format_args!("throttled: {}", throttle.what));
            put_back(app, &throttles[..index]).await;
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

/// Wrong passwords of whoever comes with nothing: per network; per account and network; per account,
/// from wherever, which takes many networks to empty.
pub(super) fn sign_in(address: &str, source: &str) -> Vec<Throttle> {
    let (account, network) = (digest_of(address), network(source));
    let mut throttles = from("sign-in", source, WRONG_FROM_NETWORK, WRONG_FROM_SITE);
    throttles.push(WRONG_AT_ADDRESS_FROM_NETWORK.of(format!("sign-in#of#{account}#from#{network}")));
    throttles.push(WRONG_AT_ADDRESS.of(format!("sign-in#of#{account}")));
    throttles
}

/// Wrong passwords from a browser that the person signed in from before: nobody else's count.
pub(super) fn sign_in_from(device: &Device) -> Vec<Throttle> {
    vec![WRONG_FROM_DEVICE.of(format!("sign-in#with#{}", device.digest))]
}

/// Right passwords, of which only their owner has any.
pub(super) fn signed_in(user: UserId) -> Throttle {
    RIGHT.of(format!("signed-in#{user}"))
}

/// Wrong present passwords in a session. Another session of the person has its own.
pub(super) fn present_password(session: &str) -> Throttle {
    WRONG_IN_SESSION.of(format!("password#in#{session}"))
}

/// Requests for a new password: those of the source, and that of the address of the mail.
pub(super) fn forgotten(address: &str, source: &str) -> (Vec<Throttle>, Throttle) {
    let of_address = FORGOTTEN_AT_ADDRESS.of(format!("forgot#of#{}", digest_of(address)));
    (
        from("forgot", source, FORGOTTEN_FROM_NETWORK, FORGOTTEN_FROM_SITE),
        of_address,
    )
}

/// Registrations: those of the source, and that of the region.
pub(super) fn registrations(source: &str) -> (Vec<Throttle>, Throttle) {
    let of_source = from("register", source, REGISTRATIONS_FROM_NETWORK, REGISTRATIONS_FROM_SITE);
    (of_source, REGISTRATIONS.of("register".to_owned()))
}

/// What comes from one place: per network, and per site where that has many of them.
fn from(what: &str, source: &str, of_network: Rate, of_site: Rate) -> Vec<Throttle> {
    let mut throttles = vec![of_network.of(format!("{what}#from#{}", network(source)))];
    throttles.extend(site(source).map(|site| of_site.of(format!("{what}#from#{site}"))));
    throttles
}

/// Plans to take an invitation to an address from its organization's budgets and the mailbox's, to be
/// written with what has it mailed: no mail without its place, and no place without its mail.
pub(super) async fn invitation(app: &App, organization: OrganizationId, to: &Email) -> Result<Vec<Write>, Error> {
    const TO_ADDRESS: &str = "invitations to this mailbox (what follows + in an address does not count)";
    let mailbox = digest_of(&to.mailbox());
    let (whats, throttles): (Vec<_>, Vec<_>) = [
        (
            TO_ADDRESS,
            INVITATIONS_TO_MAILBOX.of(format!("invite#to#{mailbox}#by#{organization}")),
        ),
        (
            TO_ADDRESS,
            INVITATIONS_OF_ALL_TO_MAILBOX.of(format!("invite#to#{mailbox}")),
        ),
        (
            "invitations of this organization",
            INVITATIONS.of(format!("invite#by#{organization}")),
        ),
    ]
    .into_iter()
    .unzip();
    let planned = app.store().taking(&throttles, app.now()).await?;
    planned.map_err(|(place, until)| {
        let what = whats.get(place).copied().unwrap_or(TO_ADDRESS);
        ActError::TooMany { what, until }.into()
    })
}

/// The network that a source address stands for: an IPv6 customer has at least 2⁶⁴ addresses.
pub fn network(source: &str) -> String {
    match address(source) {
        Some(IpAddr::V4(v4)) => v4.to_string(),
        Some(IpAddr::V6(v6)) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        None => "unknown".to_owned(),
    }
}

/// The IPv6 site that a source address is of: one customer may have all its networks.
fn site(source: &str) -> Option<String> {
    match address(source)? {
        IpAddr::V4(_) => None,
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            Some(format!("{a:x}:{b:x}:{c:x}::/48"))
        }
    }
}

fn address(source: &str) -> Option<IpAddr> {
    source.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

/// The table tells nobody which addresses were tried.
fn digest_of(address: &str) -> String {
    let folded = address.trim().to_ascii_lowercase();
    sha256(folded.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Client, LinkPurpose};

    #[test]
    fn one_customer_is_one_network() {
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2:ffff::1"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("::ffff:203.0.113.9"), "203.0.113.9");
        assert_eq!(network("203.0.113.9"), "203.0.113.9");
        assert_eq!(network("unknown"), "unknown");
        assert_eq!(site("2001:db8:1:2::1"), site("2001:db8:1:ffff::1"));
        assert_ne!(site("2001:db8:1:2::1"), site("2001:db8:2:2::1"));
        assert_eq!((site("203.0.113.9"), site("::ffff:203.0.113.9")), (None, None));
    }

    #[test]
    fn a_throttle_names_nobody() {
        for throttle in sign_in("Ada@example.com", "203.0.113.9") {
            assert!(
                !throttle.what.contains("ada") && !throttle.what.contains("Ada"),
                "{throttle:?}"
            );
        }
        let last = |address| sign_in(address, "").pop().map(|throttle| throttle.what);
        assert_eq!(last(" ADA@example.com"), last("ada@example.com"));
    }

    #[test]
    fn strangers_fill_the_table_with_so_many_registrations_and_no_more() {
        assert_eq!(REGISTRATIONS.most_within(Client::NEVER_USED), 130_960);
        // Nor does one network alone stop the others: it takes ten to empty the region's bucket.
        const { assert!(REGISTRATIONS.burst >= 10 * REGISTRATIONS_FROM_NETWORK.burst) };
        const { assert!(REGISTRATIONS.interval.0 * 5 < REGISTRATIONS_FROM_NETWORK.interval.0) };
    }

    #[test]
    fn while_strangers_ask_for_mails_there_is_a_link_that_works() {
        let lifetime = LinkPurpose::PasswordReset.lifetime();
        assert!(lifetime >= FORGOTTEN_AT_ADDRESS.interval);
    }

    #[test]
    fn one_organization_does_not_use_up_the_invitations_of_others() {
        const { assert!(INVITATIONS_OF_ALL_TO_MAILBOX.burst >= 2 * INVITATIONS_TO_MAILBOX.burst) };
        assert!(INVITATIONS_OF_ALL_TO_MAILBOX.interval < INVITATIONS_TO_MAILBOX.interval);
    }

    #[test]
    fn a_known_browser_has_fewer_guesses_than_strangers_have() {
        const { assert!(WRONG_FROM_DEVICE.burst <= WRONG_AT_ADDRESS.burst) };
        assert!(WRONG_FROM_DEVICE.interval >= WRONG_AT_ADDRESS.interval);
    }
}
