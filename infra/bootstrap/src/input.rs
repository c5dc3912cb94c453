//! The admin's password, from standard input: never an argument, which every process of the machine
//! could read, and never on a terminal, which would show it.

use regent::acts::FirstRun;
use regent::domain::{Email, Invalid, Password};
use std::io::{self, BufRead, IsTerminal, Read};
use zeroize::Zeroizing;

/// More than the longest password takes.
const LIMIT: usize = 4096;

/// Why there is no password.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InputError {
    /// Somebody would type it for everybody to see.
    #[error(
        "standard input is a terminal, which would show the password; pipe it in, in bash: \
         read -rsp 'Password: ' P && printf '%s\\n' \"$P\" | regent-bootstrap …"
    )]
    Terminal,
    /// Standard input cannot be read.
    #[error("standard input: {0}")]
    Unreadable(#[from] io::Error),
    /// It will not do.
    #[error("the password {0}")]
    Invalid(#[from] Invalid),
}

/// Reads one line, the password of whoever has this address.
pub(crate) fn password(admin: &Email) -> Result<Password, InputError> {
    let input = io::stdin();
    if input.is_terminal() {
        return Err(InputError::Terminal);
    }
    // As long as it may get, so that no copy stays behind when it grows.
    let mut line = Zeroizing::new(String::with_capacity(LIMIT));
    input.lock().take(LIMIT as u64).read_line(&mut line)?;
    let text = line.strip_suffix('\n').unwrap_or(&line);
    let text = text.strip_suffix('\r').unwrap_or(text);
    Ok(FirstRun::password(text, admin)?)
}
