//! Revokes everything an organization holds, by the operator's hand: tokens, sessions, grants. For
//! the day on which its admins cannot do it themselves. Reads the same environment as the functions
//! (`REGENT_*`), and AWS credentials from the environment. Safe to repeat.

use clap::Parser;
use regent::acts::revoke_as_operator;
use regent::app::{App, StartError};
use regent::domain::{Error, Invalid, OrganizationId};
use std::process::ExitCode;

/// Revokes every token, session and grant of an organization.
#[derive(Parser)]
#[command(name = "regent-revoke", version, about)]
struct Args {
    /// The organization's id, `org_…`.
    #[arg(long)]
    organization: String,
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("--organization {0}")]
    Argument(#[from] Invalid),
    #[error(transparent)]
    Act(#[from] Error),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(&Args::parse()).await {
        Ok(facts) => {
            println!("{facts}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("regent-revoke: {failure}");
            ExitCode::from(2)
        }
    }
}

async fn run(args: &Args) -> Result<serde_json::Value, Failure> {
    let organization = OrganizationId::parse(&args.organization)?;
    let users = revoke_as_operator(&App::from_env()?, organization).await?;
    Ok(serde_json::json!({"organization": organization, "users": users}))
}
