//! scratch
use regent::acts::{Caller, account::{self, NewAccount}, perform};
use regent::domain::*;
use regent_local::region::{Options, Running, start};
use std::collections::BTreeSet;

async fn token(r: &Running, id: &str, secret: &str) -> serde_json::Value {
    let c = reqwest::Client::new();
    c.post(r.issuer.at("/oauth/v1/token")).form(&[("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)]).send().await.unwrap().json().await.unwrap()
}
async fn me(r: &Running, t: &str) -> String {
    let a = reqwest::Client::new().get(r.issuer.at("/acme/me")).bearer_auth(t).send().await.unwrap();
    format!("{} {}", a.status(), a.text().await.unwrap())
}
#[tokio::main]
async fn main() {
    let dir = tempfile::tempdir().unwrap();
    let opt = || Options::new(RegionLabel::parse("us").unwrap(), dir.path().to_owned());
    let r = start(opt()).await.unwrap();
    let caller = Caller::of(&r.app, &r.facts.admin.token, None).await.unwrap();
    let new = NewAccount { name: AccountName::parse("probe").unwrap(), description: Description::default(), subscription: SubscriptionId::parse(&r.facts.subscription).unwrap(),
        applications: BTreeSet::new(), roles: [RoleRef::parse(&r.facts.roles[0]).unwrap()].into(), token_lifetime: TokenLifetime::DEFAULT };
    let made = perform(&r.app, async || account::create(&r.app, &caller, &new).await).await.unwrap();
    let id = made.client_id(&r.app.config().region).to_string();
    let secret = made.secret.expose().to_owned();
    let t = token(&r, &id, &secret).await; println!("{t}");
    let t = t["access_token"].as_str().unwrap().to_owned();
    println!("{}", me(&r, &t).await);
    for _ in 0..2 {
        let s = std::time::Instant::now();
        let c = reqwest::Client::new();
        for _ in 0..500 { c.post(r.issuer.at("/oauth/v1/token")).form(&[("grant_type", "client_credentials"), ("client_id", &id), ("client_secret", &secret)]).send().await.unwrap().bytes().await.unwrap(); }
        println!("500 token requests, one client: {:?}", s.elapsed());
        let s = std::time::Instant::now();
        for _ in 0..500 { c.get(r.issuer.at("/acme/me")).bearer_auth(&t).send().await.unwrap().bytes().await.unwrap(); }
        println!("500 /acme/me, one client: {:?}", s.elapsed());
    }
    let hold = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let old = r.issuer.to_string();
    r.stop().await;
    let r = start(opt()).await.unwrap(); drop(hold);
    println!("moved {old} -> {}", r.issuer);
    let t = token(&r, &id, &secret).await;
    let t = t["access_token"].as_str().unwrap_or("none").to_owned();
    println!("{}", me(&r, &t).await);
    r.stop().await;
}
