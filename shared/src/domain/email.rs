//! E-mail addresses of people, and the e-mail-shaped addresses of service accounts.

use super::{AccountName, Invalid, SubscriptionId, UserId};
use serde::{Deserialize, Serialize};

/// An address in lower case: something, `@`, a domain; ASCII, at most 254 characters (RFC 5321
/// §4.5.3.1). Whether mail arrives there is for the mail to find out.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

impl Email {
    /// Reads an address.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let refused = Invalid::new("must be an e-mail address");
        let address = text.trim().to_ascii_lowercase();
        let Some((local, domain)) = address.split_once('@') else {
            return Err(refused);
        };
        let is_atext = |byte: u8| byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte);
        let local_fits = (1..=64).contains(&local.len())
            && local.bytes().all(is_atext)
            && !local.starts_with('.')
            && !local.ends_with('.');
        let is_label = |label: &str| {
            !label.is_empty()
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        if address.len() <= 254 && local_fits && domain.split('.').all(is_label) {
            Ok(Self(address))
        } else {
            Err(refused)
        }
    }

    /// The address a service account gets from its name: `name@subscription.host`. A name that has
    /// other characters than the address can show gets its user id behind a dot, which no plain
    /// name yields: so two accounts never share an address while names differ in the subscription.
    pub fn of_service_account(name: &AccountName, id: UserId, subscription: SubscriptionId, host: &str) -> Self {
        let slug = slug(name);
        if slug == name.folded() && slug.len() <= LONGEST_SLUG {
            Self::at_subscription(&slug, subscription, host)
        } else {
            Self::of_service_account_with_id(name, id, subscription, host)
        }
    }

    /// The same with the user id in any case: a former service account keeps its address, while its
    /// name is free again.
    pub fn of_service_account_with_id(
        name: &AccountName,
        id: UserId,
        subscription: SubscriptionId,
        host: &str,
    ) -> Self {
        let slug: String = slug(name).trim_matches('-').chars().take(LONGEST_SLUG).collect();
        let local = format!("{slug}.{}", id.code());
        Self::at_subscription(local.trim_start_matches('.'), subscription, host)
    }

    fn at_subscription(local: &str, subscription: SubscriptionId, host: &str) -> Self {
        let host = host.split(':').next().unwrap_or_default().to_ascii_lowercase();
        Self(format!("{local}@{}.{host}", subscription.code()))
    }

    /// The mailbox where it arrives at many hosts, whatever stands behind a `+` (RFC 5233).
    pub fn mailbox(&self) -> String {
        let (local, domain) = self.0.split_once('@').unwrap_or((&self.0, ""));
        let plain = local.split('+').next().filter(|plain| !plain.is_empty());
        format!("{}@{domain}", plain.unwrap_or(local))
    }

    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The longest name in an address: with the user id behind it, it is a local part (64 octets, RFC 5321
/// §4.5.3.1.1). A name of twenty characters may fold to more: one of them may stand for many.
const LONGEST_SLUG: usize = 48;

fn slug(name: &AccountName) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    name.folded().chars().map(plain).collect()
}

super::region::string_conversions!(Email);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses() {
        for good in ["ada@example.com", "Ada.L+x@sub.example.com", "a@localhost"] {
            assert!(Email::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "a@b@c",
            "a b@c.d",
            "ada@-x.com",
            ".a@b.c",
            "a@b..c",
            "a\r\nBcc: x@y.z@b.c",
        ] {
            assert!(Email::parse(bad).is_err(), "{bad:?}");
        }
        assert_eq!(Email::parse("ADA@Example.COM"), Email::parse("ada@example.com"));
    }

    #[test]
    fn what_stands_behind_a_plus_is_no_other_mailbox() {
        let mailbox = |address| Email::parse(address).map(|email| email.mailbox());
        assert_eq!(mailbox("Ada+x+y@example.com"), mailbox("ada@example.com"));
        assert_ne!(mailbox("ada@example.com"), mailbox("ada@example.org"));
        assert_eq!(mailbox("+x@example.com"), Ok("+x@example.com".to_owned()));
        assert_eq!(mailbox("+@a"), Ok("+@a".to_owned()));
    }

    proptest! {
        #[test]
        fn accounts_with_different_names_have_different_addresses(a in "\\PC{1,20}", b in "\\PC{1,20}", x: [u8; 12], y: [u8; 12]) {
            let (Ok(a), Ok(b)) = (AccountName::parse(&a), AccountName::parse(&b)) else { return Ok(()) };
            prop_assume!(a.folded() != b.folded() && x != y);
            let subscription = SubscriptionId::from_random([0; 12]);
            let address = |name, id| Email::of_service_account(name, UserId::from_random(id), subscription, "us.example.com:443");
            prop_assume!(UserId::from_random(x) != UserId::from_random(y));
            prop_assert_ne!(address(&a, x), address(&b, y));
            prop_assert_eq!(Email::parse(address(&a, x).as_str()), Ok(address(&a, x)));
        }
    }
}
