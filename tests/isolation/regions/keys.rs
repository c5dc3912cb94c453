//! The other region's signing key: whatever it signs, under whatever name, is no token here.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Attempt, Stage, tokens};
use crate::harness::{Forge, Parts, Region};

async fn published(region: &Region) -> Vec<Value> {
    let keys = region.http.get("/.well-known/jwks.json").send().await.is(200).json();
    keys["keys"].as_array().unwrap().clone()
}

pub(super) async fn attempts(stage: &Stage<'_>) -> Vec<Attempt> {
    let Stage { us, eu, own, .. } = stage;
    let (ours, theirs) = (published(us).await, published(eu).await);
    for member in ["kid", "x"] {
        let of = |keys: &[Value]| -> BTreeSet<String> { keys.iter().map(|key| key[member].to_string()).collect() };
        assert!(of(&ours).is_disjoint(&of(&theirs)), "{member}: {ours:?} {theirs:?}");
    }
    let key = Forge::of(eu).await;
    let own = Parts::of(&own.token(us).await);
    let renamed = Parts::of(&stage.tokens[0].1)
        .claim("iss", us.running.issuer.as_str())
        .claim("aud", us.resource());
    let (own_kid, their_kid) = (own.header["kid"].clone(), renamed.header["kid"].clone());
    let mut all = vec![];
    for (whose, parts) in [("our claims", own), ("their claims under our names", renamed)] {
        for (header, parts) in [
            ("our kid", parts.clone().header("kid", own_kid.clone())),
            ("their kid", parts.clone().header("kid", their_kid.clone())),
            ("no kid", parts.clone().header("kid", Value::Null)),
            (
                "their key in the header",
                parts
                    .clone()
                    .header("kid", their_kid.clone())
                    .header("jwk", theirs[0].clone()),
            ),
            (
                "their keys' address in the header",
                parts
                    .header("kid", their_kid.clone())
                    .header("jku", eu.running.issuer.at("/.well-known/jwks.json")),
            ),
        ] {
            let token = parts.signed(|message| key.sign(message)).token();
            let what = format!("{whose} with {header}, signed there");
            all.extend(tokens::at_one_of_each_kind(stage, &what, &token));
        }
    }
    all
}
