//! A deployed region's first run, by the operator's hand: makes the signing key, the first
//! organization and its admin, and prints ids and what happens next, never a secret. Reads the same
//! environment as the functions (`REGENT_*`), and AWS credentials from the environment. Safe to
//! repeat: what is there stays.
//!
//! The admin has no password and is invited by mail, or has the one on standard input.

mod input;
mod token_file;

use clap::Parser;
use regent::acts::{Entry, FirstRun, Founded, ensure_signing_key, first_run, perform, person_token};
use regent::app::{App, StartError};
use regent::domain::{
    ActError, ApiResource, Audience, Description, Email, Error, Invalid, Name, Scope, Scopes, Seconds,
};
use std::path::PathBuf;
use std::process::ExitCode;
use token_file::TokenFile;

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
    /// The first admin's e-mail address. The invitation goes there.
    #[arg(long)]
    admin: String,
    /// The first API's identifier: what its tokens carry as `aud`.
    #[arg(long, value_name = "URI")]
    audience: String,
    /// A scope of that API, with words for people: `read:me=Read your profile`. Repeatable.
    #[arg(long = "scope", value_name = "SCOPE=WORDS", required = true)]
    scopes: Vec<String>,
    /// Read the admin's password from standard input (one line) instead of inviting by mail.
    #[arg(long)]
    password_stdin: bool,
    /// Write a management token of the admin's, good for a day or until the admin chooses another
    /// password, to a new file that only its owner reads.
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("--{0} {1}")]
    Argument(String, Invalid),
    #[error("--password-stdin: {0}")]
    Input(#[from] input::InputError),
    #[error("--token-file: {0}")]
    File(#[from] std::io::Error),
    #[error("{0}; whose address it is has another organization, or has renamed this one")]
    Taken(Error),
    #[error(transparent)]
    Act(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match &error {
            Error::Act(ActError::EmailTaken) => Self::Taken(error),
            Error::Act(ActError::Fields(fields)) => match fields.first() {
                Some(field) => Self::Argument(field.pointer.replace('/', ""), field.why.clone()),
                None => Self::Act(error),
            },
            _ => Self::Act(error),
        }
    }
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
    let asked = asked(args)?;
    let app = App::from_env()?;
    // Before anything is made: a file that is there already ends the run.
    let token_file = args.token_file.as_deref().map(TokenFile::create).transpose()?;
    ensure_signing_key(&app).await?;
    let founded = perform(&app, async || first_run(&app, &asked).await).await?;
    if let Some(file) = token_file {
        file.write(&person_token(&app, founded.admin, Seconds(86_400)).await?)?;
    }
    Ok(facts(&app, args, &founded))
}

fn asked(args: &Args) -> Result<FirstRun, Failure> {
    let named = |option: &str| {
        let option = option.to_owned();
        move |why| Failure::Argument(option, why)
    };
    let scope = |text: &String| {
        let (scope, words) = text.split_once('=').unwrap_or((text, ""));
        Ok((Scope::parse(scope)?, Description::parse(words)?))
    };
    let scopes: Result<_, Invalid> = args.scopes.iter().map(scope).collect();
    let scopes: std::collections::BTreeMap<Scope, Description> = scopes.map_err(named("scope"))?;
    ApiResource::check_scopes(&scopes).map_err(named("scope"))?;
    let everything: Scopes = scopes.keys().cloned().collect();
    let audience = Audience::parse(&args.audience).map_err(named("audience"))?;
    let admin = Email::parse(&args.admin).map_err(named("admin"))?;
    let password = args.password_stdin.then(|| input::password(&admin)).transpose()?;
    Ok(FirstRun {
        organization: Name::parse(&args.organization).map_err(named("organization"))?,
        subscription: Name::parse(&args.subscription).map_err(named("subscription"))?,
        applications: Vec::new(),
        resource: (Name::parse("API").map_err(named("audience"))?, audience, scopes),
        roles: vec![(Name::parse("API access").map_err(named("scope"))?, everything)],
        admin,
        password,
    })
}

/// What is there now, on standard output. Nothing of it is secret.
fn facts(app: &App, args: &Args, founded: &Founded) -> serde_json::Value {
    let issuer = &app.config().issuer;
    let roles: Vec<String> = founded.roles.iter().map(ToString::to_string).collect();
    let mail = format!(
        "is on its way to {} once the notify function has read the table's stream. Its link sets a password, once, \
         within 48 hours. If no mail comes: is the SES identity verified, is there something in the queue \
         NotifyFailuresUrl? Then run this again: it invites anew",
        args.admin
    );
    let sign_in = format!("The admin signs in at {}", issuer.at("/console"));
    let next = match founded.entry {
        Entry::Invited => format!("An invitation {mail}."),
        Entry::InvitedAgain => format!("A new invitation {mail}. Links that were mailed before are void."),
        Entry::PasswordSet => format!("{sign_in} with the password from standard input."),
        Entry::Unchanged => format!("{sign_in}. The password is the one the admin had; this run changed nothing."),
    };
    serde_json::json!({
        "region": app.config().region,
        "issuer": issuer,
        "api": issuer.at("/api/v1"),
        "admin": {"id": founded.admin, "email": args.admin},
        "organization": founded.organization,
        "subscription": founded.subscription,
        "roles": roles,
        "resource": args.audience,
        "next": next,
    })
}
