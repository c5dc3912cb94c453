//! Rows of the other region's table, copied into this one's: by somebody with the right to write to
//! it, or by a restore that went to the wrong table.
//!
//! What makes a token, and whose it is, is signed: it stays the other region's. What only the table
//! says is believed here as there: a copied credential, session or link works at the table it was
//! copied to. Nothing but the tables' permissions is in the way of that.

use regent::domain::PublishedKeys;

use super::{Stage, clients, tokens};
use crate::harness::{Parts, Region, pair};

#[tokio::test]
async fn copied_rows_make_no_token_of_another_region_good() {
    let (us, eu) = pair().await;
    let stage = Stage::set(&us, &eu).await;
    copy(&eu, &us).await;
    // What a process knows of keys is old by then.
    us.wait(60);
    let mut wrong = vec![];
    for (what, token) in &stage.tokens {
        for attempt in tokens::everywhere(&stage, what, token) {
            wrong.extend(attempt.wrong(&eu).await);
        }
    }
    for attempt in clients::attempts(&stage) {
        // Under this region's label the copy is a client like any other.
        if !attempt.what.contains("_us_") {
            wrong.extend(attempt.wrong(&eu).await);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Not even the copied account is given the token that was issued to it there.
    let mut copied = stage.account.clone();
    copied.client_id = copied.client_id.replacen("_eu_", "_us_", 1);
    let token = copied.token(&us).await;
    assert_ne!(token, stage.tokens[0].1);
    assert_eq!(Parts::of(&token).claims["iss"], us.running.issuer.as_str());
    assert_eq!(us.verified(&stage.own.token(&us).await).await, 200);
}

/// Everything, over whatever has the same name here. The published keys go beside this region's own.
async fn copy(from: &Region, to: &Region) {
    from.notified().await;
    for row in from.rows().await {
        match row["pk"].as_s().unwrap().as_str() {
            // Addresses stay whose they are here: both have an admin with the same one.
            pk if pk.starts_with("EMAIL#") => {}
            "KEYS" => {}
            _ => to.put(row).await,
        }
    }
    let store = |region: &Region| region.running.app.store().clone();
    let theirs = store(from).keyset().await.unwrap();
    let ours = store(to).keyset().await.unwrap();
    let both = [&ours, &theirs].map(|keyset| keyset.keys.iter().cloned());
    let both = PublishedKeys(both.into_iter().flatten().collect());
    let write = store(to).replace_keyset(&ours, both).unwrap();
    store(to).commit(&[write]).await.unwrap().unwrap();
}
