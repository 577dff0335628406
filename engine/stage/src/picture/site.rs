//! The route of the film, for tabs that connect late.

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;

use super::SharedPicture;

/// The route `GET /page/film`: the frames that are kept.
pub fn router(picture: SharedPicture) -> Router {
    Router::new().route("/page/film", get(film)).with_state(picture)
}

async fn film(State(picture): State<SharedPicture>) -> impl IntoResponse {
    // The copy shares the frames, so that the lock is not held while they become one text.
    let film = picture.lock().picture.film().clone();
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, film.json())
}
