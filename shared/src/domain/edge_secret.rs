//! What only the region's own edge knows: whoever reaches the API around it does not come in.

use super::Invalid;
use zeroize::Zeroizing;

/// The value of the header with which the edge (`CloudFront`) shows that a request came through it; two
/// of them while one takes the other's place. Wiped when dropped; never printed, compared or
/// serialised.
#[derive(Clone)]
pub struct EdgeSecret(Vec<Zeroizing<String>>);

impl EdgeSecret {
    /// Reads one secret, or two with a comma between them: 32 to 128 letters, digits, `-` and `_` each.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let sound = |secret: &str| {
            let character = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
            (32..=128).contains(&secret.len()) && secret.bytes().all(character)
        };
        let secrets: Vec<&str> = text.split(',').collect();
        if secrets.len() <= 2 && secrets.iter().all(|secret| sound(secret)) {
            let secrets = secrets.into_iter().map(|secret| Zeroizing::new(secret.to_owned()));
            Ok(Self(secrets.collect()))
        } else {
            Err(Invalid::new(
                "must be 32 to 128 letters, digits, - and _; or two of that, separated by a comma",
            ))
        }
    }

    /// The secrets themselves, to compare in constant time.
    pub fn expose(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|secret| secret.as_str())
    }
}

impl std::fmt::Debug for EdgeSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EdgeSecret([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_could_be_guessed_or_does_not_fit_a_header_is_refused() {
        let (one, other) = ("a".repeat(32), "b-_9".repeat(32));
        assert_eq!(EdgeSecret::parse(&one).unwrap().expose().count(), 1);
        assert_eq!(
            EdgeSecret::parse(&format!("{one},{other}")).unwrap().expose().count(),
            2
        );
        for bad in [
            "",
            "short",
            &one[1..],
            &format!("{one},"),
            &format!("{one} {other}"),
            &"a".repeat(129),
        ] {
            assert!(EdgeSecret::parse(bad).is_err(), "{bad}");
        }
        assert!(EdgeSecret::parse(&format!("{one},{one},{one}")).is_err());
    }

    #[test]
    fn a_secret_does_not_print() {
        let secret = EdgeSecret::parse(&"secret-7".repeat(4)).unwrap();
        assert_eq!(format!("{secret:?}"), "EdgeSecret([redacted])");
    }
}
