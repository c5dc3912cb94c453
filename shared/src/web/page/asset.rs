//! The assets of pages: one style sheet, one script, one icon. Their names carry a hash of their
//! content, so that they can be kept for a year.

use super::{Page, Place, html};
use aws_lc_rs::digest;
use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, Response, StatusCode};
use std::fmt::Write;
use std::sync::LazyLock;

struct Asset {
    /// The end of the name.
    ending: &'static str,
    content_type: &'static str,
    content: &'static str,
    hash: LazyLock<String>,
}

static STYLE: Asset = Asset {
    ending: "css",
    content_type: "text/css; charset=utf-8",
    content: CSS,
    hash: LazyLock::new(|| hash(CSS)),
};
static SCRIPT: Asset = Asset {
    ending: "js",
    content_type: "text/javascript; charset=utf-8",
    content: JS,
    hash: LazyLock::new(|| hash(JS)),
};
static ICON: Asset = Asset {
    ending: "svg",
    content_type: "image/svg+xml",
    content: SVG,
    hash: LazyLock::new(|| hash(SVG)),
};

const CSS: &str = concat!(
    include_str!("css/base.css"),
    include_str!("css/form.css"),
    include_str!("css/part.css"),
    include_str!("css/toast.css"),
    include_str!("css/table.css"),
    include_str!("css/layout.css"),
    include_str!("css/narrow.css"),
);
const JS: &str = include_str!("regent.js");
const SVG: &str = include_str!("mark.svg");

/// Serves the assets of pages at `place`: its path and one segment.
pub fn assets<S: Clone + Send + Sync + 'static>(place: Place) -> Router<S> {
    Router::new().route(
        &format!("{}/{{file}}", place.assets()),
        get(async move |path| serve(place, path)),
    )
}

/// The paths of style sheet, script and icon.
pub(super) fn paths(place: Place) -> [String; 3] {
    [&STYLE, &SCRIPT, &ICON].map(|asset| format!("{}/{}", place.assets(), asset.name()))
}

impl Asset {
    fn name(&self) -> String {
        format!("regent-{}.{}", *self.hash, self.ending)
    }
}

fn hash(content: &str) -> String {
    let digest = digest::digest(&digest::SHA256, content.as_bytes());
    digest.as_ref().iter().take(8).fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn serve(place: Place, Path(file): Path<String>) -> Response<Body> {
    let found = [&STYLE, &SCRIPT, &ICON]
        .into_iter()
        .find(|asset| file.starts_with("regent-") && file.rsplit('.').next() == Some(asset.ending));
    let Some(asset) = found else {
        let nothing = html! { p { "The address is wrong, or of a version that is long gone." } };
        let page = Page::card(place, "There is no such file", nothing);
        return page.status(StatusCode::NOT_FOUND).respond();
    };
    // While a new version is rolled out, a page of the one may ask the other: better today's style
    // than none, but not for keeps.
    let caching = if file == asset.name() {
        "public, max-age=31536000, immutable"
    } else {
        "no-store"
    };
    let mut response = Response::new(Body::from(asset.content));
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_TYPE, asset.content_type),
        (CACHE_CONTROL, caching),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // For whoever opens the icon itself.
        (CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;
    use tower::ServiceExt;

    async fn get(path: &str) -> Response<Body> {
        let request = Request::get(path).body(Body::empty()).unwrap();
        assets::<()>(Place::Console).oneshot(request).await.unwrap()
    }

    #[test]
    fn a_name_changes_with_the_content() {
        assert_ne!(hash("a"), hash("b"));
        assert_eq!(hash("a"), hash("a"));
        for (path, content) in paths(Place::Authorize).into_iter().zip([CSS, JS, SVG]) {
            assert!(
                path.starts_with("/oauth/v1/assets/regent-") && path.contains(&hash(content)),
                "{path}"
            );
        }
    }

    #[tokio::test]
    async fn assets_are_kept_for_a_year_under_their_right_type() {
        for (path, kind) in paths(Place::Console)
            .into_iter()
            .zip(["text/css", "text/javascript", "image/svg+xml"])
        {
            let response = get(&path).await;
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            let header = |name| response.headers()[name].to_str().unwrap().to_owned();
            assert!(header(CONTENT_TYPE).starts_with(kind), "{path}");
            assert_eq!(header(CACHE_CONTROL), "public, max-age=31536000, immutable");
            assert_eq!(header(X_CONTENT_TYPE_OPTIONS), "nosniff");
        }
    }

    #[tokio::test]
    async fn a_name_of_another_version_is_served_but_not_kept() {
        let response = get("/console/assets/regent-0000000000000000.css").await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
        assert_eq!(get("/console/assets/other.css").await.status(), StatusCode::NOT_FOUND);
    }

    #[test]
    fn nothing_comes_from_elsewhere() {
        for content in [CSS, JS] {
            assert!(!content.contains("http://") && !content.contains("https://") && !content.contains("@import"));
            assert!(!content.contains("innerHTML") && !content.contains("eval("));
        }
    }
}
