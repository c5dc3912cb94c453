//! `cargo run`: one or more regions on this machine, until Ctrl-C.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::ExitCode;

use regent::config::variable;
use regent::telemetry::{self, Events, Stream};
use regent_local::args::{Args, ArgsError};
use regent_local::error::StartError;
use regent_local::region::{Bound, Options, Running};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;

/// Why the program ended before it was told to: always one sentence.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Args(#[from] ArgsError),
    #[error("region {0}: {1}")]
    Start(String, StartError),
    #[error("the facts cannot be printed: {0}")]
    Print(std::io::Error),
    #[error("cannot set up the program: {0}")]
    Setup(std::io::Error),
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("regent-local: {failure}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<(), Failure> {
    let args = Args::from_program()?;
    init_tracing(args.log_json);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Failure::Setup)?;
    let served = runtime.block_on(serve(args));
    // Whatever did not end when it was told to ends with the process.
    runtime.shutdown_background();
    served
}

/// Logs on stderr: for a person what went wrong, and with `RUST_LOG=info` each refusal with its
/// reason, with `regent=debug` every request; or, for programs, as in the cloud.
fn init_tracing(as_in_the_cloud: bool) {
    // dynoxide warns of every 400, and a condition that fails is one.
    let quiet = |filter: Targets| filter.with_target("dynoxide", LevelFilter::ERROR);
    let levels = variable("RUST_LOG");
    if as_in_the_cloud {
        telemetry::write_to(Stream::Stderr);
        let filter = quiet(telemetry::filter(&levels.unwrap_or_default()));
        let events = Events::of("local", String::new());
        tracing_subscriber::registry().with(events.with_filter(filter)).init();
    } else {
        let filter = levels.and_then(|levels| levels.parse().ok());
        let filter = filter.unwrap_or_else(|| quiet(Targets::new().with_default(LevelFilter::WARN)));
        let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
        tracing_subscriber::registry().with(lines.with_filter(filter)).init();
    }
}

async fn serve(args: Args) -> Result<(), Failure> {
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::Setup)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(Failure::Setup)?;
    let regions = tokio::select! {
        started = start(&args) => started?,
        _ = interrupt.recv() => return Ok(()),
        _ = terminate.recv() => return Ok(()),
    };
    for region in &regions {
        announce(region, &args).map_err(Failure::Print)?;
    }
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    let stop = async {
        for region in regions {
            region.stop().await;
        }
    };
    // A second Ctrl-C is for somebody in a hurry.
    tokio::select! {
        () = stop => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// Takes every port and folder before anything starts: then all know all issuers.
async fn start(args: &Args) -> Result<Vec<Running>, Failure> {
    let mut bound = Vec::new();
    for (label, port) in &args.regions {
        let options = Options {
            label: label.clone(),
            port: *port,
            allow_loopback_metadata: args.allow_loopback_metadata,
            ..Options::new(label.clone(), args.data_dir.clone())
        };
        let region = Bound::new(options)
            .await
            .map_err(|error| Failure::Start(label.to_string(), error))?;
        bound.push(region);
    }
    let issuers: BTreeMap<_, _> = bound
        .iter()
        .map(|region| (region.label().clone(), region.issuer().clone()))
        .collect();
    let mut running = Vec::new();
    for region in bound {
        let label = region.label().to_string();
        running.push(
            region
                .start(&issuers)
                .await
                .map_err(|error| Failure::Start(label, error))?,
        );
    }
    Ok(running)
}

/// JSON to stdout for programs, text to stderr for people, unless only programs look on.
fn announce(region: &Running, args: &Args) -> std::io::Result<()> {
    if args.json {
        let mut stdout = std::io::stdout().lock();
        writeln!(stdout, "{}", region.facts.to_json()?)?;
        stdout.flush()?;
    }
    if args.json && args.log_json {
        return Ok(());
    }
    write!(std::io::stderr().lock(), "{}", region.facts.to_text())
}
