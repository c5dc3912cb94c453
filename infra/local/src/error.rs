//! Why a region did not start, in one sentence for whoever started it.

use std::path::PathBuf;

use regent::domain::{Error, Invalid};

use crate::folder::FolderError;
use crate::outside::OutsideError;
use crate::secrets::SecretsError;
use crate::table::TableError;

/// Why a region did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Somebody listens there.
    #[error("port {0} of 127.0.0.1 is taken; choose another one with --port")]
    PortTaken(u16),
    /// The port cannot be had for another reason.
    #[error("cannot listen on port {0} of 127.0.0.1: {1}")]
    Port(u16, std::io::Error),
    /// The data directory.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The table.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The secrets.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// Mail and events.
    #[error(transparent)]
    Outside(#[from] OutsideError),
    /// The table's stream.
    #[error("cannot follow the table's stream: {0}")]
    Stream(String),
    /// The note of the first run cannot be understood.
    #[error("the note of the first run, {}, cannot be read", .0.display())]
    Note(PathBuf),
    /// The table has an organization, but nobody noted its admin.
    #[error("the note of the first run, {}, is missing or of another table: put it back, or choose another --data-dir", .0.display())]
    Foreign(PathBuf),
    /// The settings make no region.
    #[error(transparent)]
    Settings(#[from] regent::app::StartError),
    /// The issuer cannot be formed.
    #[error("issuer: {0}")]
    Issuer(#[from] Invalid),
    /// The first acts failed.
    #[error("the region cannot be prepared: {0}")]
    Prepare(#[from] Error),
}
