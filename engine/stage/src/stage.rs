//! Connects the parts of the stage to the engine.

use std::sync::Arc;

use axum::Router;
use runtime::contribution::Contributions;

use crate::audience::code::Poster;
use crate::comparison::{self, Comparison};
use crate::picture::{self, SharedPicture};
use crate::presenter::{self, Presenter, Shown};
use crate::report::kept::Keeper;

/// The parts of the stage that every snapshot contains.
#[derive(Debug, Default)]
pub struct Stage {
    /// The present step of a scenario, for the page.
    pub shown: Shown,
    /// The film that the background makes.
    pub picture: SharedPicture,
    /// The URL of the audience's page, and its QR code.
    pub poster: Poster,
}

impl Stage {
    /// A stage with no scenario and no film yet; `audience` is the URL of the audience's page.
    pub fn new(audience: Option<&str>) -> Stage {
        Stage { poster: Poster { url: audience.map(Arc::from) }, ..Stage::default() }
    }

    /// The parts that the stage adds to each snapshot.
    pub fn contributions(&self) -> Contributions {
        let Stage { shown, picture, poster } = self;
        Contributions::new(vec![
            Arc::new(shown.clone()),
            Arc::new(picture.clone()),
            Arc::new(poster.clone()),
        ])
    }

    /// The routes of the scenario, the comparison, the report, the film and the QR code.
    pub fn router(&self, presenter: Presenter, comparison: Comparison, keeper: Keeper) -> Router {
        presenter::site::router(presenter)
            .merge(comparison::site::router(comparison))
            .merge(keeper.router())
            .merge(picture::site::router(self.picture.clone()))
            .merge(self.poster.clone().router())
    }
}
