//! The router of all routes.

use axum::Router;
use axum::middleware::from_fn_with_state;

use crate::app::App;
use crate::{api, error, guard, page};

/// The API, the pages, and `further` routes of other parts. `/metrics`, `/livez` and `/readyz` are
/// not among these routes: scrapers and probes use other host names, which the guard would refuse.
pub fn router(app: App, further: Router) -> Router {
    api::router()
        .merge(page::router(&app.opened, &app.framing))
        .with_state(app.clone())
        .merge(further)
        .fallback(error::no_such_path)
        .method_not_allowed_fallback(error::no_such_method)
        .layer(from_fn_with_state(app.access_guard, guard::guard))
}
