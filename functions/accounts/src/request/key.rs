//! `Idempotency-Key`: the caller's name for one request, so that its repetition does nothing more.

use http::HeaderMap;
use regent::domain::{Error, Invalid};

/// The header.
pub(crate) const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// Reads the key, if there is one: 1 to 255 visible ASCII characters.
pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Error> {
    let refused = || {
        Error::Request(Invalid::new(
            "Idempotency-Key must be 1 to 255 visible ASCII characters, once",
        ))
    };
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return if headers.contains_key(IDEMPOTENCY_KEY) {
            Err(refused())
        } else {
            Ok(None)
        };
    };
    let bytes = value.as_bytes();
    if !(1..=255).contains(&bytes.len()) || !bytes.iter().all(u8::is_ascii_graphic) {
        return Err(refused());
    }
    String::from_utf8(bytes.to_vec()).map(Some).map_err(|_| refused())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use proptest::prelude::*;

    fn read(values: &[&[u8]]) -> Result<Option<String>, ()> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(IDEMPOTENCY_KEY, HeaderValue::from_bytes(value).unwrap());
        }
        idempotency_key(&headers).map_err(|_| ())
    }

    #[test]
    fn one_key_or_none() {
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&[b"a"]), Ok(Some("a".to_owned())));
        assert_eq!(read(&[&[b'~'; 255]]), Ok(Some("~".repeat(255))));
        for bad in [&b""[..], b"a b", b"\t", b"caf\xC3\xA9", &[b'a'; 256]] {
            assert_eq!(read(&[bad]), Err(()), "{bad:?}");
        }
        assert_eq!(read(&[b"a", b"a"]), Err(()));
    }

    proptest! {
        #[test]
        fn a_key_is_kept_byte_for_byte(key in "[!-~]{1,255}") {
            prop_assert_eq!(read(&[key.as_bytes()]), Ok(Some(key)));
        }

        #[test]
        fn whatever_the_header_says_is_read_or_refused(bytes in prop::collection::vec(32u8..=255, 0..300)) {
            prop_assume!(!bytes.contains(&127));
            let fits = (1..=255).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic);
            prop_assert_eq!(read(&[&bytes]).is_ok(), fits);
        }
    }
}
