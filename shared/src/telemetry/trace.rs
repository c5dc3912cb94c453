//! Trace context: X-Ray's, which Lambda brings with every invocation, and W3C's, which callers send.

/// X-Ray's trace header: `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trace(String);

/// The longest that EventBridge takes.
const LONGEST: usize = 500;

impl Trace {
    /// Reads a header; none if it is not one.
    pub fn parse(header: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"=;-:.".contains(&byte);
        let trace = Self(header.to_owned());
        let sound = header.len() <= LONGEST && header.bytes().all(plain) && trace.root().is_some();
        sound.then_some(trace)
    }

    /// The whole header.
    pub fn header(&self) -> &str {
        &self.0
    }

    /// The trace's id: `1-5759e988-bd862e3fe1be46a994272793`, as X-Ray's console and CloudWatch know it.
    pub fn id(&self) -> &str {
        self.root().unwrap_or_default()
    }

    fn root(&self) -> Option<&str> {
        let root = self.0.split(';').find_map(|part| part.strip_prefix("Root="))?;
        let mut parts = root.split('-');
        let (version, time, rest) = (parts.next()?, parts.next()?, parts.next()?);
        (version == "1" && is_hex(time, 8) && is_hex(rest, 24) && parts.next().is_none()).then_some(root)
    }
}

/// The trace id of a `traceparent` header (W3C Trace Context §3.2.2): 32 hexadecimal digits.
pub(super) fn traceparent(header: &str) -> Option<&str> {
    let mut parts = header.split('-');
    let (version, trace, parent, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let known = is_hex(version, 2) && version != "ff" && (version != "00" || parts.next().is_none());
    let zero = |text: &str| text.bytes().all(|byte| byte == b'0');
    let sound = is_hex(trace, 32) && !zero(trace) && is_hex(parent, 16) && !zero(parent) && is_hex(flags, 2);
    (known && sound).then_some(trace)
}

fn is_hex(text: &str, length: usize) -> bool {
    let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == length && text.bytes().all(digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_known_by_its_root() {
        let root = "1-5759e988-bd862e3fe1be46a994272793";
        for header in [
            format!("Root={root}"),
            format!("Root={root};Parent=53995c3f42cd8ad8;Sampled=1"),
            format!("Self=1-67891234-12456789abcdef012345678;Root={root};Lineage=1:a87bd80c:0"),
        ] {
            let trace = Trace::parse(&header).unwrap();
            assert_eq!((trace.id(), trace.header()), (root, header.as_str()));
        }
        for junk in [
            "",
            "Root=",
            "Root=1-5759e988",
            "Root=2-5759e988-bd862e3fe1be46a994272793",
            "Root=1-5759e988-bd862e3fe1be46a994272793-1",
            "Root=1-5759e988-BD862E3FE1BE46A994272793",
            "Root=1-5759e988-bd862e3fe1be46a994272793;x=\n",
        ] {
            assert_eq!(Trace::parse(junk), None, "{junk}");
        }
        let long = format!("Root={root};x={}", "0".repeat(LONGEST));
        assert_eq!(Trace::parse(&long), None);
    }

    #[test]
    fn a_traceparent_is_read_as_the_w3c_says() {
        let id = "4bf92f3577b34da6a3ce929d0e0e4736";
        for good in [
            format!("00-{id}-00f067aa0ba902b7-01"),
            format!("cc-{id}-00f067aa0ba902b7-01-what-the-future-will-be-like"),
        ] {
            assert_eq!(traceparent(&good), Some(id));
        }
        for bad in [
            String::new(),
            id.to_owned(),
            format!("ff-{id}-00f067aa0ba902b7-01"),
            format!("00-{id}-0000000000000000-01"),
            format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32)),
            format!("00-{}-00f067aa0ba902b7-01", id.to_uppercase()),
            format!("00-{id}-00f067aa0ba902b7-01-more"),
            format!("00-{id}-00f067aa0ba902b7"),
        ] {
            assert_eq!(traceparent(&bad), None, "{bad}");
        }
    }
}
