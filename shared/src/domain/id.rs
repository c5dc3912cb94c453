//! Identifiers: one type per noun, so that a credential's id does not fit where a role's belongs.
//!
//! On the wire: a three-letter prefix and twelve characters of Crockford's base32 in lower case
//! (60 random bits). The alphabet has no `#` and no `_`, so that table keys and client IDs can be
//! put together from ids and taken apart again.

use super::Invalid;

/// How many characters follow the prefix.
pub(super) const LENGTH: usize = 12;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The part of an id after its prefix.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct Code([u8; LENGTH]);

impl Code {
    pub(super) fn from_random(random: [u8; LENGTH]) -> Self {
        Self(random.map(|byte| ALPHABET[usize::from(byte & 31)]))
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; LENGTH] = text.as_bytes().try_into().ok()?;
        bytes.iter().all(|byte| ALPHABET.contains(byte)).then_some(Self(bytes))
    }

    pub(super) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Code);

        impl $name {
            /// A new id from twelve random bytes.
            pub fn from_random(random: [u8; LENGTH]) -> Self {
                Self(Code::from_random(random))
            }

            /// Reads an id, prefix included.
            pub fn parse(text: &str) -> Result<Self, Invalid> {
                text.strip_prefix($prefix).and_then(Code::parse).map(Self).ok_or(Invalid::new(concat!(
                    "must be an id: `", $prefix, "` and twelve characters"
                )))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}{}", $prefix, self.0.as_str())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = Invalid;
            fn from_str(text: &str) -> Result<Self, Invalid> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = Invalid;
            fn try_from(text: String) -> Result<Self, Invalid> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }
    )*};
}

ids! {
    /// An organization: the customer.
    OrganizationId = "org_";
    /// A subscription: the data boundary inside an organization.
    SubscriptionId = "sub_";
    /// An application a service account may be allowed to see.
    ApplicationId = "app_";
    /// An API resource: an audience with its scopes.
    ResourceId = "res_";
    /// A custom role. Built-in roles have names instead: [`super::RoleRef`].
    RoleId = "rol_";
    /// A user; a service account is a user of type `service`.
    UserId = "usr_";
    /// A credential of a service account.
    CredentialId = "crd_";
    /// What a person allowed a client.
    GrantId = "grn_";
    /// An audit event.
    EventId = "evt_";
}

macro_rules! codes {
    ($($name:ident),*) => {$(
        impl $name {
            pub(super) fn from_code(code: Code) -> Self {
                Self(code)
            }

            /// The id without its prefix.
            pub(super) fn code(&self) -> &str {
                self.0.as_str()
            }
        }
    )*};
}

// Those that a client ID or a refresh token is made of.
codes!(OrganizationId, SubscriptionId, UserId, CredentialId, GrantId);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_id_reads_back_as_itself(random: [u8; LENGTH]) {
            let id = UserId::from_random(random);
            prop_assert_eq!(UserId::parse(&id.to_string()), Ok(id));
            prop_assert!(CredentialId::parse(&id.to_string()).is_err());
        }

        #[test]
        fn reading_never_panics(text: String) {
            let _ = UserId::parse(&text);
        }
    }

    #[test]
    fn near_misses_are_refused() {
        for text in [
            "",
            "usr_",
            "usr_0123456789a",
            "usr_0123456789abc",
            "usr_0123456789aI",
            "usr_0123456789a#",
            "usr0123456789ab",
        ] {
            assert!(UserId::parse(text).is_err(), "{text}");
        }
    }
}
