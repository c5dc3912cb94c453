//! Answers of the authorize page: what is known of a request put into the views' words, and
//! redirects to the client (RFC 6749 §4.1.2, RFC 9207).

use crate::view::{self, AskedScope, Asking, Consent, Problem, SignedInAs, SubscriptionChoice, Vouching};
use axum::response::Response;
use http::StatusCode;
use regent::acts::authorize::Stranger;
use regent::acts::session::SignedIn;
use regent::app::App;
use regent::domain::{ActError, Choice, Client, ClientError, Error, Invalid, Timestamp};
use regent::oauth::{Asked, AuthorizationRequest, wire};
use regent::telemetry::{Fact, note};
use regent::web::page::Page;
use regent::web::{Visitor, log, see_other};

/// A request whose person, client and redirect URI are certain.
pub(crate) struct Known<'a> {
    pub(crate) app: &'a App,
    pub(crate) visitor: &'a Visitor,
    /// The person.
    pub(crate) signed_in: &'a SignedIn,
    /// The client, whose own the redirect URI is.
    pub(crate) client: Client,
    /// The request.
    pub(crate) request: AuthorizationRequest,
    /// Its path and query: where it is asked again.
    pub(crate) path: &'a str,
}

impl Known<'_> {
    /// What is asked for, if it can be.
    pub(crate) fn asked(&self) -> Result<&Asked, Error> {
        self.request.asked.as_ref().map_err(|error| match error {
            Error::Grant(error) => Error::Grant(*error),
            Error::Request(why) => Error::Request(why.clone()),
            // Reading a request fails in no other way.
            _ => Error::Request(Invalid::new("the request cannot be read")),
        })
    }

    /// The redirect URI with an answer, and always with `state` and `iss`.
    pub(crate) fn redirect(&self, answer: &[(&str, &str)]) -> String {
        let state = self.request.state.as_deref().map(|state| ("state", state));
        let issuer = ("iss", self.app.config().issuer.as_str());
        let all = answer.iter().copied().chain(state).chain([issuer]);
        self.request.redirect_uri.with(all)
    }

    fn error_url(&self, error: &Error) -> String {
        let body = wire::answer(error).body;
        self.redirect(&[("error", body.error), ("error_description", &body.error_description)])
    }

    /// Tells a trusted client at once why it gets no code.
    pub(crate) fn redirect_error(&self, error: &Error) -> Response {
        log(error);
        see_other(&self.error_url(error))
    }

    fn show(&self, page: impl FnOnce(&Asking<'_>) -> Page) -> Response {
        let denied = "The person did not allow it.";
        let return_url = match &self.request.asked {
            Ok(_) => self.redirect(&[("error", "access_denied"), ("error_description", denied)]),
            Err(error) => self.error_url(error),
        };
        let (csrf, sign_out_csrf) = (self.visitor.csrf(self.path), self.visitor.csrf("/sign-out"));
        page(&Asking {
            client_name: self.client.name.as_str(),
            vouching: Vouching::of(&self.client),
            redirect_uri: &self.request.redirect_uri,
            return_url: &return_url,
            organization: self.signed_in.organization.name.as_str(),
            signed_in: signed_in_as(self.signed_in, &sign_out_csrf, self.path),
            action: self.path,
            csrf: &csrf,
        })
        .respond()
    }

    /// Asks for consent.
    pub(crate) fn consent(&self, choices: &[Choice], nothing_chosen: bool) -> Response {
        // What a subscription does not have of these, its token will not have either.
        let mut scopes: Vec<AskedScope<'_>> = Vec::new();
        for (scope, words) in choices.iter().flat_map(|choice| &choice.scopes) {
            if scopes.iter().all(|known| known.scope != scope.as_str()) {
                scopes.push(AskedScope {
                    scope: scope.as_str(),
                    words: words.as_str(),
                });
            }
        }
        let subscription = |choice: &'_ Choice| (choice.subscription.to_string(), choice.subscription_name.to_string());
        let names: Vec<_> = choices.iter().map(subscription).collect();
        let consent = Consent {
            resource: choices.first().map_or("", |choice| choice.resource_name.as_str()),
            scopes,
            subscriptions: names
                .iter()
                .map(|(id, name)| SubscriptionChoice { id: id.clone(), name })
                .collect(),
            error: nothing_chosen.then_some("Choose the subscription that the app may work in."),
        };
        self.show(|asking| view::consent(asking, &consent))
    }

    /// Nobody asked for the origin yet.
    pub(crate) fn never_requested(&self) -> Response {
        self.show(view::never_requested)
    }

    /// Somebody asked; `checked_at` is when the person has just looked.
    pub(crate) fn pending(&self, checked_at: Option<Timestamp>) -> Response {
        self.show(|asking| view::pending(asking, checked_at))
    }

    /// The origin is rejected.
    pub(crate) fn rejected(&self) -> Response {
        self.show(view::rejected)
    }

    /// The origin is nobody's to approve.
    pub(crate) fn unapprovable(&self) -> Response {
        self.show(view::unapprovable)
    }

    /// How it stands cannot be found out: closed, and open again in a moment.
    pub(crate) fn unchecked(&self, error: &Error) -> Response {
        log(error);
        self.show(view::unchecked)
    }

    /// The request for approval was not taken.
    pub(crate) fn not_requested(&self, error: &Error) -> Response {
        log(error);
        let what = match error {
            Error::Act(ActError::LimitReached { limit, what }) => format!("There are already {limit} {what}."),
            _ => "The request for approval could not be taken.".to_owned(),
        };
        let sign_out_csrf = self.visitor.csrf("/sign-out");
        let return_url = self.redirect(&[("error", "access_denied")]);
        let page = view::problem(Problem {
            status: StatusCode::CONFLICT,
            title: "Not requested",
            what: &what,
            advice: "Ask an admin of your organization to decide the requests that wait, then try again.",
            detail: None,
            again: None,
            return_url: Some(&return_url),
            signed_in: Some(signed_in_as(self.signed_in, &sign_out_csrf, self.path)),
        });
        page.respond()
    }
}

fn signed_in_as<'a>(signed_in: &'a SignedIn, sign_out_csrf: &'a str, next: &'a str) -> SignedInAs<'a> {
    SignedInAs {
        email: signed_in.user.email.as_str(),
        sign_out_csrf,
        next,
    }
}

/// A request that cannot be read: there is nobody to send the person back to.
pub(crate) fn unreadable(why: &Invalid) -> Response {
    log(&Error::Request(why.clone()));
    let detail = format!("invalid_request: {why}");
    view::problem(Problem {
        status: StatusCode::BAD_REQUEST,
        title: "This request cannot be read",
        what: "The app sent you here with a request that is incomplete or damaged.",
        advice: "Go back to the app and start again. If that does not help, its maker has to mend it.",
        detail: Some(&detail),
        again: None,
        return_url: None,
        signed_in: None,
    })
    .respond()
}

/// A request of a client of another region: which is the right one is told, and nobody is sent there.
pub(crate) fn elsewhere(why: &ClientError) -> Response {
    note(Fact::Reason, why);
    let there = match why {
        ClientError::WrongRegion(Some(issuer)) => Some(issuer),
        _ => None,
    };
    let advice = there.map_or_else(
        || "Connect the app to the region it is registered in.".to_owned(),
        |issuer| format!("Connect the app to {issuer} instead: go back to it and start again there."),
    );
    let endpoint = there.map_or_else(
        || "use the authorization endpoint of that region".to_owned(),
        |issuer| format!("its authorization endpoint is {}", issuer.at("/oauth/v1/authorize")),
    );
    view::problem(Problem {
        status: StatusCode::BAD_REQUEST,
        title: "This app belongs to another region",
        what: "The app is registered in another region than the one it sent you to.",
        advice: &advice,
        detail: Some(&format!(
            "invalid_client: this client ID belongs to another region; {endpoint}"
        )),
        again: None,
        return_url: None,
        signed_in: None,
    })
    .respond()
}

/// A request of a client that is not certain, or for a redirect URI that is not its own: nobody is
/// sent anywhere.
pub(crate) fn stranger(visitor: &Visitor, signed_in: &SignedIn, path: &str, why: &Stranger) -> Response {
    match why {
        Stranger::Unknowable(error) => log(error),
        _ => note(Fact::Reason, why),
    }
    let sign_out_csrf = visitor.csrf("/sign-out");
    let signed_in = Some(signed_in_as(signed_in, &sign_out_csrf, path));
    let page = |status, title, what: &str, advice, detail: Option<&str>, again| {
        view::problem(Problem {
            status,
            title,
            what,
            advice,
            detail,
            again,
            return_url: None,
            signed_in,
        })
        .respond()
    };
    match why {
        Stranger::UnknownClient => page(
            StatusCode::BAD_REQUEST,
            "This app is not known",
            "No app with this client ID is registered here, or not for your organization.",
            "Check that you are signed in to the right organization and region, or ask an admin to register the app.",
            Some("invalid_client: unknown client_id"),
            None,
        ),
        Stranger::SwitchedOff => page(
            StatusCode::BAD_REQUEST,
            "This kind of app is switched off",
            "Your organization allows no apps that describe themselves in a document on the web.",
            "Ask an admin to allow them, or to register the app.",
            Some("unauthorized_client: clients with metadata documents are switched off"),
            None,
        ),
        Stranger::ForeignRedirect(client) => page(
            StatusCode::BAD_REQUEST,
            "This app sent a wrong address",
            &format!(
                "{} has not registered the address it wants you to be sent to.",
                client.name
            ),
            "Do not go on if you are not sure where this link came from. The maker of the app can register the address.",
            Some(
                "invalid_request: redirect_uri is not registered for this client; it must be the same, character by character",
            ),
            None,
        ),
        Stranger::Unknowable(Error::Client(ClientError::Document(why))) => page(
            StatusCode::BAD_REQUEST,
            "This app could not be looked up",
            "The app describes itself in a document on the web, and that could not be used.",
            "Try again in a minute. If that does not help, the maker of the app has to mend the document.",
            Some(&format!(
                "invalid_client: the client metadata document cannot be used: {why}"
            )),
            Some(path),
        ),
        Stranger::Unknowable(_) => page(
            StatusCode::SERVICE_UNAVAILABLE,
            "The app could not be looked up just now",
            "Something that Regent depends on does not answer. Nothing was allowed, and nothing is lost.",
            "Wait a moment, and try again.",
            None,
            Some(path),
        ),
    }
}
