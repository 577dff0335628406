//! All that is answered, under one roof.

use axum::Router;
use axum::middleware::from_fn_with_state;

use crate::app::App;
use crate::{api, error, guard, page};

/// The API, the page, and `further` routes that others bring. `/metrics`, `/livez` and `/readyz`
/// are no part of it: scrapers and probes come under other names.
pub fn router(app: App, further: Router) -> Router {
    api::router()
        .merge(page::router(&app.opened))
        .with_state(app.clone())
        .merge(further)
        .fallback(error::no_such_path)
        .method_not_allowed_fallback(error::no_such_method)
        .layer(from_fn_with_state(app.access_guard, guard::guard))
}
