//! Secrets Manager's errors: a `__type` and a `Message`, worded as AWS words them.

use axum::http::StatusCode;
use serde_json::{Value, json};

/// Why an operation was refused.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error("{0}")]
    ResourceNotFoundException(String),
    #[error("{0}")]
    ResourceExistsException(String),
    #[error("{0}")]
    InvalidParameterException(String),
    #[error("{0}")]
    InvalidRequestException(String),
    #[error("{0}")]
    AccessDeniedException(String),
    #[error("{0}")]
    SerializationException(String),
    #[error("no such operation")]
    UnknownOperationException,
    #[error("the secrets file failed: {0}")]
    File(#[from] rusqlite::Error),
    #[error("a secret in the file cannot be read or written: {0}")]
    Row(#[from] serde_json::Error),
}

impl Fault {
    pub(super) fn no_secret() -> Self {
        Self::ResourceNotFoundException("Secrets Manager can't find the specified secret.".to_owned())
    }

    pub(super) fn no_value(wanted: &str) -> Self {
        Self::ResourceNotFoundException(format!(
            "Secrets Manager can't find the specified secret value for {wanted}"
        ))
    }

    pub(super) fn deleted() -> Self {
        Self::InvalidRequestException(
            "You can't perform this operation on the secret because it was marked for deletion.".to_owned(),
        )
    }

    pub(super) fn request(message: impl Into<String>) -> Self {
        Self::InvalidRequestException(message.into())
    }

    pub(super) fn parameter(message: impl Into<String>) -> Self {
        Self::InvalidParameterException(message.into())
    }

    /// Status and body.
    pub(super) fn answer(&self) -> (StatusCode, Value) {
        let (status, kind) = match self {
            Self::ResourceNotFoundException(_) => (StatusCode::BAD_REQUEST, "ResourceNotFoundException"),
            Self::ResourceExistsException(_) => (StatusCode::BAD_REQUEST, "ResourceExistsException"),
            Self::InvalidParameterException(_) => (StatusCode::BAD_REQUEST, "InvalidParameterException"),
            Self::InvalidRequestException(_) => (StatusCode::BAD_REQUEST, "InvalidRequestException"),
            Self::AccessDeniedException(_) => (StatusCode::BAD_REQUEST, "AccessDeniedException"),
            Self::SerializationException(_) => (StatusCode::BAD_REQUEST, "SerializationException"),
            Self::UnknownOperationException => (StatusCode::BAD_REQUEST, "UnknownOperationException"),
            Self::File(_) | Self::Row(_) => (StatusCode::INTERNAL_SERVER_ERROR, "InternalServiceError"),
        };
        (status, json!({ "__type": kind, "Message": self.to_string() }))
    }
}
