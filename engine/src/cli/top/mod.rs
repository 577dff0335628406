//! `engine top`: the page in a terminal.

mod draw;
mod fit;
mod keys;
mod model;
mod stacks;

use std::io::IsTerminal;
use std::time::Duration;

use client::Url;
use crossterm::event::EventStream;
use futures::StreamExt;
use ratatui::DefaultTerminal;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use super::Engine;
use super::stream::{Event, Events};
use crate::args::TopArgs;
use draw::Around;
use keys::Action;
use model::Model;

/// The pause before a lost stream is opened again.
const AGAIN: Duration = Duration::from_secs(1);
/// The screen is drawn at least this often, so that the shown age of the data increases.
const LOOK: Duration = Duration::from_millis(500);

/// Shows an engine until q is pressed.
///
/// # Errors
/// When standard output is no terminal, or no engine answers at the start.
pub async fn run(args: &TopArgs) -> anyhow::Result<()> {
    anyhow::ensure!(
        std::io::stdout().is_terminal(),
        "engine top needs a terminal, but standard output is not one"
    );
    let mut screen = Screen::of(&Url::parse(&args.engine_url)?)?;
    screen.connect().await?;
    let mut terminal = ratatui::try_init()?;
    let shown = screen.show(&mut terminal).await;
    ratatui::restore();
    shown
}

/// The connection to the engine, and the state that the screen shows.
struct Screen {
    engine: Engine,
    http: reqwest::Client,
    model: Model,
    around: Around,
    events: Option<Events>,
    /// The id of the last event, after which a new stream begins.
    heard: String,
    last: Instant,
}

impl Screen {
    fn of(url: &Url) -> anyhow::Result<Screen> {
        Ok(Screen {
            engine: Engine::at(url)?,
            // The stream never ends, so this client has no timeout for a whole response.
            http: reqwest::Client::builder().no_proxy().connect_timeout(AGAIN).build()?,
            model: Model::default(),
            around: Around::default(),
            events: None,
            heard: String::new(),
            last: Instant::now(),
        })
    }

    async fn connect(&mut self) -> anyhow::Result<()> {
        self.events = Some(Events::at(&self.http, &self.engine.url, &self.heard).await?);
        Ok(())
    }

    async fn show(&mut self, terminal: &mut DefaultTerminal) -> anyhow::Result<()> {
        let mut keys = EventStream::new();
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            self.around.silent = self.last.elapsed();
            terminal.draw(|frame| draw::draw(frame, &self.model, &self.around))?;
            tokio::select! {
                event = next(&mut self.events) => self.hear(event).await?,
                key = keys.next() => match key {
                    Some(Ok(key)) => match keys::action(&key, &self.model) {
                        Action::Leave => return Ok(()),
                        Action::Call(method, path, body) => self.call(method, &path, &body).await,
                        Action::None => {}
                    },
                    // No keys can come any more, because the terminal was closed.
                    Some(Err(_)) | None => return Ok(()),
                },
                _ = looks.tick() => {}
            }
        }
    }

    /// Adds an event to the model. After `None`, the end of the stream, opens a new stream.
    async fn hear(&mut self, event: Option<Event>) -> anyhow::Result<()> {
        let Some(event) = event else {
            self.events = None;
            // If this fails, the screen keeps its last state and shows how old it is.
            drop(self.connect().await);
            return Ok(());
        };
        self.last = Instant::now();
        if !event.id.is_empty() {
            self.heard = event.id;
        }
        Ok(self.model.hear(&event.name, &event.data)?)
    }

    async fn call(&mut self, method: &str, path: &str, body: &serde_json::Value) {
        let done = self.engine.call(method, path, body).await;
        self.around.refusal = done.err().map(|error| error.to_string()).unwrap_or_default();
    }
}

/// Waits for an event; `None` at the end of the stream or, if no stream is open, after a pause.
async fn next(events: &mut Option<Events>) -> Option<Event> {
    if let Some(events) = events {
        return events.next().await.ok().flatten();
    }
    sleep(AGAIN).await;
    None
}
