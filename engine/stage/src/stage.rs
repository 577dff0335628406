//! All that a talk needs, put together.

use std::sync::Arc;

use axum::Router;
use runtime::contribution::Contributions;

use crate::audience::code::Poster;
use crate::ghosts::{self, Ghosts};
use crate::picture::Canvas;
use crate::presenter::{self, Presenter, Shown};

/// What of the stage is in each snapshot.
#[derive(Debug, Default)]
pub struct Stage {
    /// Where a scenario is.
    pub shown: Shown,
    /// What the background paints.
    pub canvas: Canvas,
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
        let Stage { shown, canvas, poster } = self;
        Contributions::new(vec![
            Arc::new(shown.clone()),
            Arc::new(canvas.clone()),
            Arc::new(poster.clone()),
        ])
    }

    /// The calls.
    pub fn router(&self, presenter: Presenter, ghosts: Ghosts) -> Router {
        presenter::site::router(presenter)
            .merge(ghosts::site::router(ghosts))
            .merge(self.poster.clone().router())
    }
}
