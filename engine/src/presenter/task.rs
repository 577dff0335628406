//! The clock around a presentation: it turns what is to be done into wishes of the loop, one after
//! the other, and shows where it is.

use std::time::Duration;

use simulator::Scenario;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout};

use super::stage::{is_settled, misfit};
use super::stepper::{Act, Press, Stepper};
use crate::board::extras::Scene;
use crate::board::log::Actor;
use crate::control_loop::{Handle, Wish};
use crate::schedulers::ScaleError;

/// How many words may wait.
const COMMANDS: usize = 16;
/// So long it waits at most for the box to be ready for its first step.
const SETTLES: Duration = Duration::from_secs(10);
/// How often it shows what is left of a step.
const SHOWS: Duration = Duration::from_secs(1);

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The scenario cannot be played here.
    Misfit(String),
    /// Not as things are.
    Now(String),
}

/// A word to the presenter.
#[derive(Debug)]
enum Word {
    Play { scenario: Box<Scenario>, by_hand: bool },
    GetReady(Box<Scenario>),
    Press(Press),
    Stop,
}

type Reply = oneshot::Sender<Result<Option<Scene>, Refusal>>;

/// Who plays scenarios on this engine; there is one.
#[derive(Debug, Clone)]
pub struct Presenter {
    words: mpsc::Sender<(Word, Reply)>,
}

impl Presenter {
    /// One that plays nothing yet. It ends when nobody can tell it anything any more.
    pub fn start(handle: Handle) -> Presenter {
        let (words, received) = mpsc::channel(COMMANDS);
        let stage = Stage { handle, began: Instant::now(), play: None, run: 0 };
        tokio::spawn(stage.run(received));
        Presenter { words }
    }

    /// Plays a scenario from its first step on, instead of one that is played; where it is then.
    ///
    /// # Errors
    /// When it does not fit what this engine runs, or the engine refuses what a step wants.
    pub async fn play(&self, scenario: Scenario, by_hand: bool) -> Result<Option<Scene>, Refusal> {
        self.say(Word::Play { scenario: Box::new(scenario), by_hand }).await
    }

    /// Gets a scenario ready, for the next key to begin it.
    ///
    /// # Errors
    /// When it does not fit what this engine runs.
    pub async fn get_ready(&self, scenario: Scenario) -> Result<Option<Scene>, Refusal> {
        self.say(Word::GetReady(Box::new(scenario))).await
    }

    /// Goes a step on or back; where it is then.
    ///
    /// # Errors
    /// When nothing is played, or the engine refuses what the step wants.
    pub async fn press(&self, press: Press) -> Result<Option<Scene>, Refusal> {
        self.say(Word::Press(press)).await
    }

    /// Ends what is played: nothing is held, paused or hidden any more, and the load stays.
    ///
    /// # Errors
    /// When the engine refuses.
    pub async fn stop(&self) -> Result<(), Refusal> {
        self.say(Word::Stop).await.map(drop)
    }

    async fn say(&self, word: Word) -> Result<Option<Scene>, Refusal> {
        let leaving = || Refusal::Now("the engine is leaving".to_owned());
        let (reply, answer) = oneshot::channel();
        self.words.send((word, reply)).await.map_err(|_| leaving())?;
        answer.await.map_err(|_| leaving())?
    }
}

/// Plays a scenario once the box has got ready by itself; by hand, the first key begins it.
pub async fn play_when_ready(
    presenter: Presenter,
    mut handle: Handle,
    scenario: Scenario,
    by_hand: bool,
) {
    let ready = async {
        while !is_settled(&handle.moments.borrow_and_update().clone()) {
            if handle.moments.changed().await.is_err() {
                return;
            }
        }
    };
    let _ = timeout(SETTLES, ready).await;
    let begun = if by_hand {
        presenter.get_ready(scenario).await
    } else {
        presenter.play(scenario, false).await
    };
    if let Err(Refusal::Misfit(text) | Refusal::Now(text)) = begun {
        tracing::error!("the scenario is not played: {text}");
    }
}

/// What plays.
struct Stage {
    handle: Handle,
    began: Instant,
    play: Option<Stepper>,
    /// The run of the engine's that it plays in; a reset begins another one.
    run: u32,
}

impl Stage {
    async fn run(mut self, mut words: mpsc::Receiver<(Word, Reply)>) {
        self.run = self.handle.moments.borrow().run;
        let mut shows = interval(SHOWS);
        // Nothing is shown for a long time between two plays, and that is not made up for.
        shows.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let due = self.play.as_ref().and_then(Stepper::deadline);
            tokio::select! {
                word = words.recv() => match word {
                    Some((word, reply)) => {
                        // Whoever asked may have gone.
                        let _ = reply.send(self.obey(word).await);
                    }
                    None => return,
                },
                () = sleep_until(self.began + due.unwrap_or_default()), if due.is_some() => {
                    self.pass().await;
                }
                _ = shows.tick(), if due.is_some() => self.show().await,
                changed = self.handle.moments.changed() => match changed {
                    Ok(()) => self.see_reset().await,
                    Err(_) => return,
                },
            }
        }
    }

    fn now(&self) -> Duration {
        self.began.elapsed()
    }

    async fn obey(&mut self, word: Word) -> Result<Option<Scene>, Refusal> {
        let now = self.now();
        let acts = match word {
            Word::Play { scenario, by_hand } => {
                let (play, acts) = Stepper::begin(*scenario.clone(), by_hand, now);
                return self.begin(&scenario, play, acts).await;
            }
            Word::GetReady(scenario) => {
                return self.begin(&scenario, Stepper::ready(*scenario.clone()), Vec::new()).await;
            }
            Word::Press(press) => match self.play.as_mut().filter(|play| !play.is_over()) {
                Some(play) => play.press(press, now),
                None => return Err(Refusal::Now("no scenario is played".to_owned())),
            },
            Word::Stop => self.play.take().map(|mut play| play.end()).unwrap_or_default(),
        };
        let done = self.carry_out(acts).await;
        self.show().await;
        done.map(|()| self.scene()).map_err(|error| Refusal::Now(error.to_string()))
    }

    async fn begin(
        &mut self,
        scenario: &Scenario,
        play: Stepper,
        acts: Vec<Act>,
    ) -> Result<Option<Scene>, Refusal> {
        let unfit = misfit(scenario, &self.handle.moments.borrow());
        if let Some(text) = unfit {
            return Err(Refusal::Misfit(text));
        }
        let before = self.play.as_mut().map(Stepper::end).unwrap_or_default();
        self.play = Some(play);
        let done = self.carry_out(before.into_iter().chain(acts).collect()).await;
        if let Err(error) = done {
            // What cannot begin in full is not played at all.
            let undo = self.play.take().map(|mut play| play.end()).unwrap_or_default();
            let _ = self.carry_out(undo).await;
            self.show().await;
            return Err(Refusal::Now(error.to_string()));
        }
        self.show().await;
        Ok(self.scene())
    }

    async fn pass(&mut self) {
        let now = self.now();
        let acts = self.play.as_mut().map(|play| play.pass(now)).unwrap_or_default();
        if let Err(error) = self.carry_out(acts).await {
            tracing::warn!("the scenario's step is not carried out in full: {error}");
        }
        self.show().await;
    }

    async fn see_reset(&mut self) {
        let run = self.handle.moments.borrow_and_update().run;
        if std::mem::replace(&mut self.run, run) != run
            && let Some(play) = &mut self.play
        {
            play.reset();
            self.show().await;
        }
    }

    fn scene(&self) -> Option<Scene> {
        self.play.as_ref().and_then(|play| play.scene(self.now()))
    }

    async fn show(&self) {
        // Nothing is shown by an engine that is leaving, and nobody looks.
        let _ = self.handle.wish(Actor::Scenario, Wish::Scene(self.scene())).await;
    }

    /// All of it, also after one that is refused; the first refusal.
    async fn carry_out(&self, acts: Vec<Act>) -> Result<(), ScaleError> {
        let mut first = Ok(());
        for wish in acts.into_iter().map(wish) {
            let done = self.handle.wish(Actor::Scenario, wish).await;
            first = first.and(done.map(drop));
        }
        first
    }
}

fn wish(act: Act) -> Wish {
    match act {
        Act::Load { deployment, replicas } => Wish::Scale { deployment, replicas },
        Act::Burst { queue, jobs } => Wish::Burst { queue: Some(queue), jobs },
        Act::Kill { workload } => Wish::Kill { workload },
        Act::Hold(held) => Wish::Hold(held),
        Act::Pause { workload, paused } => Wish::Pause { workload, paused },
        Act::Blind { queue, on } => Wish::Blind { queue, blind: on },
    }
}
