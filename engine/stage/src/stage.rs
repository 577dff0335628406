//! All that a talk needs, put together.

use std::sync::Arc;

use axum::Router;
use runtime::contribution::Contributions;

use crate::audience::code::Poster;
use crate::comparison::{self, Comparison};
use crate::picture::SharedPicture;
use crate::presenter::{self, Presenter, Shown};

/// What of the stage is in each snapshot.
#[derive(Debug, Default)]
pub struct Stage {
    /// Where a scenario is.
    pub shown: Shown,
    /// What the background paints.
    pub picture: SharedPicture,
    /// Where the audience looks.
    pub poster: Poster,
}

impl Stage {
    /// A stage with nothing on it; with where the audience looks, if it does.
    pub fn new(audience: Option<&str>) -> Stage {
        Stage { poster: Poster { url: audience.map(Arc::from) }, ..Stage::default() }
    }

    /// What is in each snapshot.
    pub fn contributions(&self) -> Contributions {
        let Stage { shown, picture, poster } = self;
        Contributions::new(vec![
            Arc::new(shown.clone()),
            Arc::new(picture.clone()),
            Arc::new(poster.clone()),
        ])
    }

    /// The calls.
    pub fn router(&self, presenter: Presenter, comparison: Comparison) -> Router {
        presenter::site::router(presenter)
            .merge(comparison::site::router(comparison))
            .merge(self.poster.clone().router())
    }
}
