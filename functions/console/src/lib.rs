//! For admins: the console's pages.

use axum::Router;
use regent::app::App;

/// The endpoints.
pub fn router(app: App) -> Router {
    regent::web::with_fallbacks(Router::new().with_state(app))
}
