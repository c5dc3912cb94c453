//! What the page after a change says has been done: a code in the query, never text.

macro_rules! done {
    ($($name:ident = $code:literal, $says:literal;)*) => {
        /// A change that was made.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(crate) enum Done {
            $(#[doc = $says] $name,)*
        }

        impl Done {
            /// The change that a code names; an unknown code says nothing.
            pub(crate) fn parse(code: &str) -> Option<Self> {
                match code {
                    $($code => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// The code.
            pub(crate) const fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }

            /// What the page says.
            pub(crate) const fn says(self) -> &'static str {
                match self {
                    $(Self::$name => $says,)*
                }
            }
        }
    };
}

done! {
    AccountSaved = "account-saved", "Service account saved.";
    AccountDeleted = "account-deleted", "Service account deleted. Its credentials and tokens are dead.";
    AccountsDeleted = "accounts-deleted", "Service accounts deleted. Their credentials and tokens are dead.";
    CredentialSaved = "credential-saved", "Credential saved.";
    CredentialDeleted = "credential-deleted", "Credential deleted. Its tokens are dead.";
    CredentialsDeleted = "credentials-deleted", "Credentials deleted. Their tokens are dead.";
    UserInvited = "user-invited", "User created. An invitation is on its way.";
    UserSaved = "user-saved", "User saved.";
    AccountConverted = "account-converted", "User type changed. The credentials are gone.";
    UserDeleted = "user-deleted", "User deleted.";
    InvitationSent = "invitation-sent", "Invitation sent. Earlier links no longer work.";
    PasswordChanged = "password-changed", "Password changed. You are signed out everywhere else.";
    ClientSaved = "client-saved", "Client saved.";
    ClientDeleted = "client-deleted", "Client deleted. What people allowed it is void.";
    SessionEnded = "session-ended", "Session ended.";
    SessionsEnded = "sessions-ended", "All other sessions ended.";
    AppDisconnected = "app-disconnected", "App disconnected. Its tokens are dead.";
    EverythingRevoked = "everything-revoked", "Every token, session and app connection of before is dead.";
    SettingsSaved = "settings-saved", "Settings saved.";
}

impl Done {
    /// A path with this in its query.
    pub(crate) fn at(self, path: &str) -> String {
        let joint = if path.contains('?') { '&' } else { '?' };
        format!("{path}{joint}done={}", self.code())
    }
}
