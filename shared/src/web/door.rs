//! The door: behind an edge of its own (`CloudFront`), a region answers only what came through it.
//! Otherwise whoever knows the API's own address would get past the firewall, and could write for
//! himself where he comes from.

use super::{Problem, SourceIp};
use crate::config::Config;
use crate::domain::EdgeSecret;
use crate::keys::digest;
use axum::body::Body;
use axum::extract::Request;
use http::{HeaderMap, HeaderName, Response, StatusCode};
use std::net::{IpAddr, SocketAddr};

/// The secret that the edge adds. A viewer's own header of this name is replaced by it.
const EDGE: HeaderName = HeaderName::from_static("x-regent-edge");
/// Who asked the edge, `address:port`; IPv6 without brackets.
/// <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/adding-cloudfront-headers.html>
const VIEWER: HeaderName = HeaderName::from_static("cloudfront-viewer-address");

/// Why a request is sent away.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(super) enum Around {
    /// It does not come from the edge.
    #[error("the request did not come through the edge")]
    NoSecret,
    /// The edge does not forward `CloudFront-Viewer-Address`: every caller would look like one.
    #[error("the edge does not say who asked it")]
    NoViewer,
}

/// Lets a request in and learns its caller's address from the edge, if there is one. Without one both
/// headers are nothing but what a caller wrote.
pub(super) fn admit(config: &Config, request: &mut Request) -> Result<(), Around> {
    let secret = request.headers().get_all(EDGE).iter().cloned().collect::<Vec<_>>();
    request.headers_mut().remove(EDGE);
    let Some(known) = &config.edge_secret else {
        return Ok(());
    };
    match secret.as_slice() {
        [secret] if same(known, secret.as_bytes()) => {}
        _ => return Err(Around::NoSecret),
    }
    let viewer = viewer(request.headers()).ok_or(Around::NoViewer)?;
    request.extensions_mut().insert(SourceIp(viewer.to_string()));
    Ok(())
}

/// The answer to whoever stands outside. It does not say what is missing.
pub(super) fn refusal() -> Response<Body> {
    Problem::plain(StatusCode::FORBIDDEN, "Ask at the issuer's own address.").into()
}

/// In constant time, whatever the lengths: digests are compared.
fn same(known: &EdgeSecret, secret: &[u8]) -> bool {
    let secret = digest::sha256(secret);
    known.expose().fold(false, |found, known| {
        found | digest::same(&digest::sha256(known.as_bytes()), &secret)
    })
}

fn viewer(headers: &HeaderMap) -> Option<IpAddr> {
    let mut values = headers.get_all(VIEWER).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return None;
    };
    let text = value.to_str().ok()?;
    if let Ok(bracketed) = text.parse::<SocketAddr>() {
        return Some(bracketed.ip());
    }
    let (address, port) = text.rsplit_once(':')?;
    port.parse::<u16>().ok()?;
    address.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Issuer, RegionLabel};

    const SECRET: &str = "0123456789abcdef0123456789abcdef";
    const NEXT: &str = "fedcba9876543210fedcba9876543210";

    fn config(secret: Option<&str>) -> Config {
        let issuer = Issuer::parse("https://oauth.example.com").unwrap();
        Config {
            edge_secret: secret.map(|secret| EdgeSecret::parse(secret).unwrap()),
            ..Config::new(RegionLabel::parse("eu").unwrap(), issuer, "table".to_owned())
        }
    }

    /// What becomes of a request: its caller's address, which API Gateway says is 192.0.2.1.
    fn admitted(secret: Option<&str>, headers: &[(&'static str, &str)]) -> Result<String, Around> {
        let mut request = Request::new(Body::empty());
        for (name, value) in headers {
            request.headers_mut().append(*name, value.parse().unwrap());
        }
        request.extensions_mut().insert(SourceIp("192.0.2.1".to_owned()));
        admit(&config(secret), &mut request)?;
        assert!(!request.headers().contains_key(EDGE), "a handler could see the secret");
        Ok(super::super::source(request.extensions()))
    }

    #[test]
    fn only_the_edges_own_header_opens_the_door() {
        let viewer = ("cloudfront-viewer-address", "198.51.100.7:4711");
        let refused = Err(Around::NoSecret);
        assert_eq!(
            admitted(Some(SECRET), &[("x-regent-edge", SECRET), viewer]).as_deref(),
            Ok("198.51.100.7")
        );
        assert_eq!(admitted(Some(SECRET), &[viewer]), refused);
        for wrong in [
            "",
            "wrong",
            NEXT,
            &SECRET[1..],
            &format!("{SECRET},{SECRET}"),
            &SECRET.to_uppercase(),
        ] {
            assert_eq!(
                admitted(Some(SECRET), &[("x-regent-edge", wrong), viewer]),
                refused,
                "{wrong}"
            );
        }
        let twice = [("x-regent-edge", SECRET), ("x-regent-edge", SECRET), viewer];
        assert_eq!(admitted(Some(SECRET), &twice), refused);
    }

    #[test]
    fn while_a_secret_is_replaced_both_open_the_door() {
        let both = format!("{NEXT},{SECRET}");
        let viewer = ("cloudfront-viewer-address", "198.51.100.7:4711");
        for secret in [SECRET, NEXT] {
            assert!(admitted(Some(&both), &[("x-regent-edge", secret), viewer]).is_ok());
        }
        assert_eq!(
            admitted(Some(&both), &[("x-regent-edge", &both), viewer]),
            Err(Around::NoSecret)
        );
    }

    #[test]
    fn the_caller_is_whom_the_edge_names() {
        let behind = |viewer: &str| {
            admitted(
                Some(SECRET),
                &[("x-regent-edge", SECRET), ("cloudfront-viewer-address", viewer)],
            )
        };
        for (viewer, address) in [
            ("198.51.100.7:4711", "198.51.100.7"),
            ("2001:db8::17d:7:4430", "2001:db8::17d:7"),
            ("2001:0db8:0000:0000:0000:0000:0000:0001:443", "2001:db8::1"),
            ("[2001:db8::1]:443", "2001:db8::1"),
        ] {
            assert_eq!(behind(viewer).as_deref(), Ok(address), "{viewer}");
        }
        for wrong in [
            "",
            "198.51.100.7",
            "198.51.100.7:",
            "198.51.100.7:65536",
            "host:1",
            "198.51.100.7, 1.2.3.4:5",
        ] {
            assert_eq!(behind(wrong), Err(Around::NoViewer), "{wrong}");
        }
        assert_eq!(
            admitted(Some(SECRET), &[("x-regent-edge", SECRET)]),
            Err(Around::NoViewer)
        );
    }

    #[test]
    fn without_an_edge_nobody_can_write_where_he_comes_from() {
        let spoofed = [
            ("x-regent-edge", SECRET),
            ("cloudfront-viewer-address", "198.51.100.7:4711"),
            ("x-forwarded-for", "198.51.100.8"),
        ];
        assert_eq!(admitted(None, &spoofed).as_deref(), Ok("192.0.2.1"));
    }
}
