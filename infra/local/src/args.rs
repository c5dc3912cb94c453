//! The command line: which regions, on which ports, keeping their state where.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Parser;
use regent::domain::RegionLabel;

/// What the program was asked to do.
#[derive(Debug)]
pub struct Args {
    /// The regions with their ports, in the order given. Port 0 is any free one.
    pub regions: Vec<(RegionLabel, u16)>,
    /// The folder in which every region has its own.
    pub data_dir: PathBuf,
    /// One JSON line per region on stdout.
    pub json: bool,
    /// Whether clients' metadata documents may be on this machine.
    pub allow_loopback_metadata: bool,
    /// The log as lines of JSON, as in the cloud.
    pub log_json: bool,
}

/// A region of Regent on this machine.
#[derive(Parser)]
#[command(name = "regent-local", version, about)]
struct Line {
    /// A region to start; repeat it for more. A lower-case letter, then up to eleven letters or digits.
    #[arg(long = "region", value_name = "LABEL", default_value = "us")]
    regions: Vec<String>,
    /// The first region's port on 127.0.0.1; the next ones count up. 0 takes free ports.
    #[arg(long, default_value_t = 8787)]
    port: u16,
    /// Where regions keep their state, each in a folder of its own.
    #[arg(
        long,
        value_name = "DIR",
        help = "Where regions keep their state [default: $XDG_STATE_HOME/regent, ~/.local/state/regent or ./.regent]"
    )]
    data_dir: Option<PathBuf>,
    /// Print one JSON line per region on stdout once it answers.
    #[arg(long)]
    json: bool,
    /// Fetch clients' metadata documents from http URLs on loopback, too: for trying out a client of your own.
    #[arg(long)]
    allow_loopback_metadata: bool,
    /// Log as in the cloud: a line of JSON for every request, on stderr.
    #[arg(long)]
    log_json: bool,
}

/// What is wrong with a well-formed command line.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArgsError {
    /// Not a label.
    #[error("--region {0:?} {1}")]
    Label(String, String),
    /// Two regions of one name would share keys and data.
    #[error("--region {0} is given twice")]
    Twice(RegionLabel),
    /// Counting up from the first port leaves the range.
    #[error("there is no port for region {0}: counting up from --port {1} passes 65535")]
    Port(RegionLabel, u16),
}

impl Args {
    /// Reads the program's own command line. A line that is not well-formed ends the program with status 2.
    pub fn from_program() -> Result<Self, ArgsError> {
        Self::check(
            Line::parse(),
            state_dir(std::env::var_os("XDG_STATE_HOME"), std::env::var_os("HOME")),
        )
    }

    fn check(line: Line, default_dir: PathBuf) -> Result<Self, ArgsError> {
        let mut regions: Vec<(RegionLabel, u16)> = Vec::new();
        for text in line.regions {
            let label = RegionLabel::parse(&text).map_err(|why| ArgsError::Label(text, why.to_string()))?;
            if regions.iter().any(|(known, _)| *known == label) {
                return Err(ArgsError::Twice(label));
            }
            let ahead = if line.port == 0 {
                Some(0)
            } else {
                u16::try_from(regions.len()).ok()
            };
            let port = ahead.and_then(|ahead| line.port.checked_add(ahead));
            let port = port.ok_or_else(|| ArgsError::Port(label.clone(), line.port))?;
            regions.push((label, port));
        }
        Ok(Self {
            regions,
            data_dir: line.data_dir.unwrap_or(default_dir),
            json: line.json,
            allow_loopback_metadata: line.allow_loopback_metadata,
            log_json: line.log_json,
        })
    }
}

/// The user's place for state (XDG Base Directory: relative values are ignored), outside any checkout.
fn state_dir(xdg_state_home: Option<OsString>, home: Option<OsString>) -> PathBuf {
    let absolute = |value: Option<OsString>| value.map(PathBuf::from).filter(|path| path.is_absolute());
    match (absolute(xdg_state_home), absolute(home)) {
        (Some(state), _) => state.join("regent"),
        (None, Some(home)) => home.join(".local/state/regent"),
        (None, None) => PathBuf::from(".regent"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(line: &[&str]) -> Result<Args, ArgsError> {
        let line = Line::try_parse_from([&["regent-local"], line].concat()).unwrap();
        Args::check(line, PathBuf::from("/state/regent"))
    }

    fn started(line: &[&str]) -> Vec<(String, u16)> {
        args(line)
            .unwrap()
            .regions
            .iter()
            .map(|(label, port)| (label.to_string(), *port))
            .collect()
    }

    #[test]
    fn one_region_by_default() {
        let plain = args(&[]).unwrap();
        assert_eq!(started(&[]), [("us".to_owned(), 8787)]);
        assert_eq!(plain.data_dir, PathBuf::from("/state/regent"));
        assert!(!plain.json && !plain.allow_loopback_metadata);
    }

    #[test]
    fn ports_count_up_and_zero_stays_zero() {
        let two = ["--region", "us", "--region", "eu"];
        assert_eq!(started(&two), [("us".to_owned(), 8787), ("eu".to_owned(), 8788)]);
        let free = [&two[..], &["--port", "0"]].concat();
        assert_eq!(started(&free), [("us".to_owned(), 0), ("eu".to_owned(), 0)]);
    }

    #[test]
    fn what_cannot_be_is_one_sentence() {
        let refused = |line: &[&str]| args(line).unwrap_err().to_string();
        let label = refused(&["--region", "US"]);
        assert!(label.starts_with("--region \"US\" must be a region label"), "{label}");
        assert_eq!(
            refused(&["--region", "us", "--region", "us"]),
            "--region us is given twice"
        );
        let port = refused(&["--region", "us", "--region", "eu", "--port", "65535"]);
        assert_eq!(
            port,
            "there is no port for region eu: counting up from --port 65535 passes 65535"
        );
    }

    #[test]
    fn state_is_kept_where_the_user_keeps_state() {
        let dir =
            |state: Option<&str>, home: Option<&str>| state_dir(state.map(OsString::from), home.map(OsString::from));
        assert_eq!(dir(Some("/s"), Some("/h")), PathBuf::from("/s/regent"));
        assert_eq!(
            dir(Some("relative"), Some("/h")),
            PathBuf::from("/h/.local/state/regent")
        );
        assert_eq!(dir(None, None), PathBuf::from(".regent"));
    }
}
