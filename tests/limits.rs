//! Limits that meet are checked against each other, by the largest values that the code itself makes:
//! whatever is issued is accepted, whatever may be typed can be kept, whatever is asked for can be come
//! back to. Every limit of others is here, once.
//!
//! ```text
//! tokens   scopes, applications, identifiers × a token, a header, an authorizer's answer
//! stored   tokens and API resources of before there were these limits
//! rows     everything that is counted × an item of the table
//! urls     an authorization request × the sign-in page's URL × the redirect
//! names    characters that stand for many × addresses and keys made of names
//! ```

mod names;
mod rows;
mod stored;
mod tokens;
mod urls;

use serde_json::{Value, json};

use crate::harness::{Answer, Region};

/// API Gateway: all headers of a request and its request line.
const GATEWAY_HEADERS: usize = 10_240;
/// API Gateway: what an authorizer answers, policy and context together.
const AUTHORIZER_ANSWER: usize = 8192;
/// nginx: one header line, or the request line (`large_client_header_buffers`).
const NGINX_LINE: usize = 8192;
/// nginx: all headers that the forward-authentication endpoint answers (`proxy_buffer_size`).
const NGINX_ANSWER: usize = 4096;
/// DynamoDB: an item.
const ITEM: usize = 400 * 1024;
/// What a browser or a program sends beside the header or the line in question.
const OTHER_HEADERS: usize = 2000;

/// Scopes whose names have so many bytes together, spaces between them included, each as long as it may be.
fn scopes(bytes: usize) -> Vec<String> {
    let (mut names, mut left) = (Vec::new(), bytes);
    while left > 0 {
        let length = left.min(100);
        names.push(format!("{:0length$}", names.len()));
        left = left.saturating_sub(length + 1);
    }
    assert_eq!(names.join(" ").len(), bytes);
    names
}

/// An audience as long as it may be; others with another letter.
fn audience(letter: &str) -> String {
    let start = "https://api.example.com/";
    format!("{start}{}", letter.repeat(255 - start.len()))
}

/// Asks for an API resource with such scopes in the first subscription.
async fn resource(region: &Region, audience: &str, scopes: &[String]) -> Answer {
    let scopes: Vec<Value> = scopes.iter().map(|name| json!({"name": name})).collect();
    let asked = json!({"name": "Large", "subscription": region.subscription(), "audience": audience, "scopes": scopes});
    region.admin("POST", "/resources").json(&asked).send().await
}
