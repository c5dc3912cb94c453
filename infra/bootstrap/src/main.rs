//! A deployed region's first run, by the operator's hand: makes the signing key, the first
//! organization and its admin, and prints what was made, once. Reads the same environment as the
//! functions (`REGENT_*`), and AWS credentials from the environment. Safe to repeat: the key stays,
//! and a second organization for the same admin is refused.

use clap::Parser;
use regent::acts::{FirstRun, Founded, ensure_signing_key, found, perform, person_token};
use regent::app::{App, StartError};
use regent::domain::{Audience, Description, Email, Error, Invalid, Name, Scope, Scopes, Seconds};
use std::process::ExitCode;

/// The first run of a deployed region.
#[derive(Parser)]
#[command(name = "regent-bootstrap", version, about)]
struct Args {
    /// The organization's name.
    #[arg(long)]
    organization: String,
    /// The first subscription's name.
    #[arg(long, default_value = "Production")]
    subscription: String,
    /// The first admin's e-mail address.
    #[arg(long)]
    admin: String,
    /// The first API's identifier: what its tokens carry as `aud`.
    #[arg(long, value_name = "URI")]
    audience: String,
    /// A scope of that API, with words for people: `read:me=Read your profile`. Repeatable.
    #[arg(long = "scope", value_name = "SCOPE=WORDS", required = true)]
    scopes: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("--{0} {1}")]
    Argument(&'static str, Invalid),
    #[error(transparent)]
    Act(#[from] Error),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(&Args::parse()).await {
        Ok(facts) => {
            println!("{facts:#}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("regent-bootstrap: {failure}");
            ExitCode::from(2)
        }
    }
}

async fn run(args: &Args) -> Result<serde_json::Value, Failure> {
    let first_run = first_run(args)?;
    let app = App::from_env()?;
    ensure_signing_key(&app).await?;
    let founded = perform(&app, async || found(&app, &first_run).await).await?;
    let token = person_token(&app, founded.admin, Seconds(86_400)).await?;
    Ok(facts(&app, args, &founded, &token))
}

fn first_run(args: &Args) -> Result<FirstRun, Failure> {
    let named = |option| move |why| Failure::Argument(option, why);
    let scope = |text: &String| {
        let (scope, words) = text.split_once('=').unwrap_or((text, ""));
        Ok((Scope::parse(scope)?, Description::parse(words)?))
    };
    let scopes: Result<_, Invalid> = args.scopes.iter().map(scope).collect();
    let scopes: std::collections::BTreeMap<Scope, Description> = scopes.map_err(named("scope"))?;
    let everything: Scopes = scopes.keys().cloned().collect();
    let audience = Audience::parse(&args.audience).map_err(named("audience"))?;
    Ok(FirstRun {
        organization: Name::parse(&args.organization).map_err(named("organization"))?,
        subscription: Name::parse(&args.subscription).map_err(named("subscription"))?,
        applications: Vec::new(),
        resource: (Name::parse("API").map_err(named("audience"))?, audience, scopes),
        roles: vec![(Name::parse("API access").map_err(named("scope"))?, everything)],
        admin: Email::parse(&args.admin).map_err(named("admin"))?,
    })
}

/// What was made, on standard output: the only time the password is seen.
fn facts(app: &App, args: &Args, founded: &Founded, token: &str) -> serde_json::Value {
    let issuer = &app.config().issuer;
    let roles: Vec<String> = founded.roles.iter().map(ToString::to_string).collect();
    serde_json::json!({
        "region": app.config().region,
        "issuer": issuer,
        "api": issuer.at("/api/v1"),
        "admin": {"email": args.admin, "password": *founded.password, "token": token},
        "organization": founded.organization,
        "subscription": founded.subscription,
        "roles": roles,
        "resource": args.audience,
    })
}
