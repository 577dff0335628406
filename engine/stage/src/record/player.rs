//! Plays a recording to all pages, which show the same moment: a presenter has two windows.

use std::sync::Arc;
use std::time::Duration;

use futures::Stream;
use runtime::feed::{Piece, Position};
use serde::Serialize;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until};

use super::deck::Deck;
use super::marks::{Mark, seconds};
use super::recording::Recording;

/// The most requests that wait for the player.
const REQUESTS: usize = 16;
/// Pages get a frame without a change if nothing was due for this time: they call themselves stale
/// after 2.4 s. A tick is usually shorter, so that a page gets the recorded frames alone.
const QUIET: Duration = Duration::from_millis(1500);

/// A running replay. Clones share the same replay, which ends with the last one.
#[derive(Debug, Clone)]
pub struct Player {
    recording: Arc<Recording>,
    marks: Arc<[Mark]>,
    requests: mpsc::Sender<(Request, oneshot::Sender<Status>)>,
    progress: watch::Receiver<Progress>,
}

/// What a replay does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Doing {
    /// Nobody has opened the page yet.
    Waiting,
    /// It goes on.
    Playing,
    /// It stays where it is.
    Paused,
    /// It has shown the last event.
    Ended,
}

/// What a replay does, and where it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Status {
    /// What it does.
    pub state: Doing,
    /// Seconds since the recording's first event.
    pub t: f64,
    /// The length of the recording in seconds.
    pub length_s: f64,
    /// The speed, as a multiple of the recorded one.
    pub speed: f64,
    /// Whether it begins again after its end.
    #[serde(rename = "loop")]
    pub goes_round: bool,
}

/// What to change, all at once; `None` changes nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Change {
    /// Whether to play or to pause. To play after the end is to begin again.
    pub playing: Option<bool>,
    /// The time to go to, from the first event; later than the last event is the last event.
    pub time: Option<Duration>,
    /// The speed, as a multiple of the recorded one.
    pub speed: Option<f64>,
}

#[derive(Debug)]
enum Request {
    PageCame,
    Change(Change),
}

/// The part of a replay since the last jump.
#[derive(Debug)]
struct Part {
    /// The number of jumps before it.
    jumps: u64,
    /// The number of its first event.
    first: u64,
    /// The snapshot that pages get in place of the first event; `None` for the event itself.
    state: Option<Piece>,
}

/// How far a replay has come.
#[derive(Debug, Clone)]
struct Progress {
    part: Arc<Part>,
    /// The number after that of the last event, repetitions and empty frames after the end included.
    played: u64,
    /// How many frames without a change were sent while no event was due.
    pulses: u64,
}

impl Player {
    /// Prepares a replay at `speed` times the recorded speed; the first page starts it.
    pub fn start(recording: impl Into<Arc<Recording>>, speed: f64) -> Player {
        let recording: Arc<Recording> = recording.into();
        let part = Arc::new(Part { jumps: 0, first: 0, state: None });
        let (sender, progress) = watch::channel(Progress { part, played: 0, pulses: 0 });
        let (requests, received) = mpsc::channel(REQUESTS);
        let task = Task {
            recording: recording.clone(),
            deck: Deck::new(speed),
            began: Instant::now(),
            quiet_since: Instant::now(),
            progress: sender,
        };
        tokio::spawn(task.run(received));
        let marks = recording.marks().into();
        Player { recording, marks, requests, progress }
    }

    /// The recording.
    pub fn recording(&self) -> &Recording {
        &self.recording
    }

    /// What the bar marks.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// Changes the replay for all pages; returns what it does then, `None` at the shutdown.
    pub async fn change(&self, change: Change) -> Option<Status> {
        self.ask(Request::Change(change)).await
    }

    async fn ask(&self, request: Request) -> Option<Status> {
        let (reply, answer) = oneshot::channel();
        self.requests.send((request, reply)).await.ok()?;
        answer.await.ok()
    }

    /// The stream for a page whose last event is `heard`.
    pub async fn stream(self, heard: Option<Position>) -> impl Stream<Item = Piece> + Send {
        let _ = self.ask(Request::PageCame).await;
        let Progress { part, played, pulses } = self.progress.borrow().clone();
        let next = self.recording.next_for(heard, part.first, played);
        let page = Page { player: self, part, next, pulses };
        futures::stream::unfold(page, |mut page| async move {
            let piece = page.next().await?;
            Some((piece, page))
        })
    }
}

/// A page that follows the replay.
struct Page {
    player: Player,
    part: Arc<Part>,
    /// The number of the next event.
    next: u64,
    pulses: u64,
}

impl Page {
    /// The next piece of the stream; `None` once the replay has ended.
    async fn next(&mut self) -> Option<Piece> {
        loop {
            let now = self.player.progress.borrow_and_update().clone();
            if now.part.jumps != self.part.jumps {
                (self.part, self.next) = (now.part.clone(), now.part.first);
            }
            if self.next < now.played {
                self.next += 1;
                return Some(self.piece(self.next - 1));
            }
            if now.pulses != self.pulses {
                self.pulses = now.pulses;
                return Some(self.player.recording.still(now.played.saturating_sub(1)));
            }
            self.player.progress.changed().await.ok()?;
        }
    }

    fn piece(&self, number: u64) -> Piece {
        let state = self.part.state.as_ref().filter(|_| number == self.part.first);
        state.cloned().unwrap_or_else(|| self.player.recording.event(number))
    }
}

/// The state of the player's task.
struct Task {
    recording: Arc<Recording>,
    deck: Deck,
    began: Instant,
    /// When pages last got something.
    quiet_since: Instant,
    progress: watch::Sender<Progress>,
}

impl Task {
    async fn run(mut self, mut requests: mpsc::Receiver<(Request, oneshot::Sender<Status>)>) {
        loop {
            let played = self.progress.borrow().played;
            let due = self.deck.reaches(self.recording.due(played));
            tokio::select! {
                request = requests.recv() => match request {
                    Some((request, reply)) => {
                        self.obey(request).await;
                        // The client may have disconnected.
                        let _ = reply.send(self.status());
                    }
                    None => return,
                },
                () = sleep_until(self.began + due.unwrap_or_default()), if due.is_some() => {
                    // The clock's rounding must not hold back the event that is due.
                    let all = self.recording.played_at(self.moment()).max(played + 1);
                    self.show(|progress| progress.played = all);
                }
                () = sleep_until(self.quiet_since + QUIET), if !self.deck.waits() => {
                    self.show(|progress| progress.pulses += 1);
                }
            }
        }
    }

    fn now(&self) -> Duration {
        self.began.elapsed()
    }

    fn moment(&self) -> Duration {
        self.deck.moment(self.now())
    }

    fn show(&mut self, change: impl FnOnce(&mut Progress)) {
        self.progress.send_modify(change);
        self.quiet_since = Instant::now();
    }

    async fn obey(&mut self, request: Request) {
        let Change { playing, time, speed } = match request {
            Request::PageCame => return self.deck.page_came(self.now()),
            Request::Change(change) => change,
        };
        if let Some(speed) = speed {
            self.deck.set_speed(speed, self.now());
        }
        let again = playing == Some(true) && self.recording.is_over(self.moment());
        if let Some(time) = time.or(again.then_some(Duration::ZERO)) {
            self.jump(time.min(self.recording.length())).await;
        }
        if let Some(plays) = playing {
            self.deck.play(plays, self.now());
        }
    }

    async fn jump(&mut self, time: Duration) {
        let recording = self.recording.clone();
        // In a long recording this takes too long for a thread that serves others.
        let found = tokio::task::spawn_blocking(move || recording.state_at(time)).await;
        let Ok((first, state)) = found else { return };
        self.deck.go_to(time, self.now());
        self.show(|progress| {
            let jumps = progress.part.jumps + 1;
            progress.part = Arc::new(Part { jumps, first, state });
            progress.played = first + 1;
        });
    }

    fn status(&self) -> Status {
        let moment = self.moment();
        let state = match () {
            () if self.deck.waits() => Doing::Waiting,
            () if !self.deck.plays() => Doing::Paused,
            () if self.recording.is_over(moment) => Doing::Ended,
            () => Doing::Playing,
        };
        Status {
            state,
            t: seconds(self.recording.time_of(moment)),
            length_s: seconds(self.recording.length()),
            speed: self.deck.speed(),
            goes_round: self.recording.goes_round(),
        }
    }
}

#[cfg(test)]
mod tests;
