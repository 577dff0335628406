//! The clock around a presentation: it turns what is to be done into wishes of the loop, one after
//! the other, and shows where it is.

use std::collections::BTreeMap;
use std::time::Duration;

use model::Actor;
use model::scheduler::ScaleError;
use runtime::control_loop::{Command, Handle};
use simulator::Scenario;
use simulator::steps::Action;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout};

use super::frozen::{Counts, counts, of_step, toward};
use super::scene::{Scene, Shown};
use super::stage::{is_settled, misfit};
use super::stepper::{Press, Stepper};

/// How many words may wait.
const COMMANDS: usize = 16;
/// So long it waits at most for the box to be ready for its first step.
const SETTLES: Duration = Duration::from_secs(10);
/// What was told and is not seen after this time is told again.
const AGAIN: Duration = Duration::from_secs(2);
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
    /// One that plays nothing yet, and shows where it is. It ends when nobody can tell it anything
    /// any more.
    pub fn start(handle: Handle, shown: Shown) -> Presenter {
        let (words, received) = mpsc::channel(COMMANDS);
        let stage = Stage {
            handle,
            shown,
            began: Instant::now(),
            play: None,
            paused: BTreeMap::new(),
            entered: BTreeMap::new(),
            wanted: Counts::new(),
            told: None,
            run: 0,
        };
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

    /// Goes a step on or back, or ends it, so that a reset alone begins again; where it is then.
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

/// Plays a scenario once the box has got ready by itself, and again after each reset; by hand, the
/// first key begins it.
pub async fn play_when_ready(
    presenter: Presenter,
    mut handle: Handle,
    scenario: Scenario,
    by_hand: bool,
) {
    loop {
        let ready = handle.snapshots.wait_for(|snapshot| is_settled(snapshot));
        let _ = timeout(SETTLES, ready).await;
        let run = handle.snapshots.borrow().run;
        let begun = if by_hand {
            presenter.get_ready(scenario.clone()).await
        } else {
            presenter.play(scenario.clone(), false).await
        };
        if let Err(Refusal::Misfit(text) | Refusal::Now(text)) = begun {
            tracing::error!("the scenario is not played: {text}");
        }
        // What is played by hand waits for its first key again by itself.
        if by_hand || handle.snapshots.wait_for(|snapshot| snapshot.run != run).await.is_err() {
            return;
        }
    }
}

/// What plays.
struct Stage {
    handle: Handle,
    shown: Shown,
    began: Instant,
    play: Option<Stepper>,
    /// Whether each workload was paused when it began.
    paused: BTreeMap<String, bool>,
    /// What workloads had when a step was entered from the one before, by its index.
    entered: BTreeMap<usize, Counts>,
    /// Counts that it is on the way to.
    wanted: Counts,
    /// What was told last on that way, and when.
    told: Option<(Counts, Instant)>,
    /// The run of the engine's that it plays in; a reset begins another one.
    run: u32,
}

impl Stage {
    async fn run(mut self, mut words: mpsc::Receiver<(Word, Reply)>) {
        self.run = self.handle.snapshots.borrow().run;
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
                changed = self.handle.snapshots.changed() => match changed {
                    Ok(()) => {
                        self.see_reset().await;
                        self.go_toward().await;
                    }
                    Err(_) => return,
                },
            }
        }
    }

    fn now(&self) -> Duration {
        self.began.elapsed()
    }

    async fn obey(&mut self, word: Word) -> Result<Option<Scene>, Refusal> {
        let (now, before) = (self.now(), self.standing());
        let acts = match word {
            Word::Play { scenario, by_hand } => {
                let (play, acts) = Stepper::begin(*scenario, by_hand, now);
                return self.begin(play, acts).await;
            }
            Word::GetReady(scenario) => {
                return self.begin(Stepper::ready(*scenario), Vec::new()).await;
            }
            Word::Press(press) => match self.play.as_mut().filter(|play| !play.is_over()) {
                Some(play) => {
                    let acts = play.press(press, now);
                    if press == Press::Previous { self.with_pauses(acts) } else { acts }
                }
                None => return Err(Refusal::Now("no scenario is played".to_owned())),
            },
            Word::Stop => self.play.take().map(|mut play| play.end()).unwrap_or_default(),
        };
        self.enter(before);
        let done = self.carry_out(acts).await;
        self.shown_after(done).await
    }

    async fn begin(&mut self, play: Stepper, acts: Vec<Action>) -> Result<Option<Scene>, Refusal> {
        let unfit = misfit(play.scenario(), &self.handle.snapshots.borrow());
        if let Some(text) = unfit {
            return Err(Refusal::Misfit(text));
        }
        let before = self.play.as_mut().map(Stepper::end).unwrap_or_default();
        self.play = Some(play);
        self.paused = self.pauses();
        self.entered.clear();
        self.enter(None);
        self.run = self.handle.snapshots.borrow().run;
        let done = self.carry_out(before.into_iter().chain(acts).collect()).await;
        if done.is_err() {
            // What cannot begin in full is not played at all.
            let undo = self.play.take().map(|mut play| play.end()).unwrap_or_default();
            let _ = self.carry_out(undo).await;
        }
        self.shown_after(done).await
    }

    /// Shows where it is once something was done, and says it, or why it was refused.
    async fn shown_after(&self, done: Result<(), ScaleError>) -> Result<Option<Scene>, Refusal> {
        self.show().await;
        done.map(|()| self.scene()).map_err(|error| Refusal::Now(error.to_string()))
    }

    fn standing(&self) -> Option<usize> {
        self.play.as_ref().and_then(Stepper::standing)
    }

    /// Remembers what a step begins with, and wants what belongs to it, where nobody scales in it.
    fn enter(&mut self, before: Option<usize>) {
        let (Some(play), Some(step)) = (&self.play, self.standing()) else {
            self.wanted.clear();
            return;
        };
        if before == Some(step) {
            return;
        }
        let state = &self.handle.snapshots.borrow().state;
        if before < Some(step) {
            self.entered.insert(step, counts(&state.workloads));
        }
        let entered = self.entered.get(&step);
        self.wanted = of_step(play.scenario(), step, entered, state.capacity, &state.workloads);
    }

    /// Goes on to the counts that are wanted, as slots come free.
    async fn go_toward(&mut self) {
        let told = {
            let state = &self.handle.snapshots.borrow().state;
            let now = counts(&state.workloads);
            self.wanted.retain(|name, count| now.get(name).is_some_and(|now| now != count));
            toward(&self.wanted, state.capacity, &state.workloads)
        };
        // On a cluster a word takes a while until it is seen.
        let is_new = |(last, at): &(Counts, Instant)| *last != told || at.elapsed() >= AGAIN;
        if told.is_empty() || !self.told.as_ref().is_none_or(is_new) {
            return;
        }
        self.told = Some((told.clone(), Instant::now()));
        for (deployment, replicas) in told {
            // What is refused now is tried again later.
            let command = Command::Scale { deployment, replicas };
            let _ = self.handle.command(Actor::Scenario, command).await;
        }
    }

    fn pauses(&self) -> BTreeMap<String, bool> {
        let snapshot = self.handle.snapshots.borrow();
        snapshot.state.workloads.iter().map(|it| (it.name.clone(), it.paused)).collect()
    }

    /// On the way back, what was paused by hand meanwhile is so no longer, and the other way round.
    fn with_pauses(&self, mut acts: Vec<Action>) -> Vec<Action> {
        for (workload, now) in self.pauses() {
            let is_told = acts.iter().any(
                |act| matches!(act, Action::Pause { workload: told, .. } if *told == workload),
            );
            match self.paused.get(&workload) {
                Some(paused) if *paused != now && !is_told => {
                    acts.push(Action::Pause { workload, paused: *paused });
                }
                _ => {}
            }
        }
        acts
    }

    async fn pass(&mut self) {
        let (now, before) = (self.now(), self.standing());
        let acts = self.play.as_mut().map(|play| play.pass(now)).unwrap_or_default();
        self.enter(before);
        if let Err(error) = self.carry_out(acts).await {
            tracing::warn!("the scenario's step is not carried out in full: {error}");
        }
        self.show().await;
    }

    async fn see_reset(&mut self) {
        let run = self.handle.snapshots.borrow_and_update().run;
        if std::mem::replace(&mut self.run, run) != run
            && let Some(play) = &mut self.play
        {
            play.reset();
            self.wanted.clear();
            self.show().await;
        }
    }

    fn scene(&self) -> Option<Scene> {
        self.play.as_ref().and_then(|play| play.scene(self.now()))
    }

    async fn show(&self) {
        // Nothing is shown by an engine that is leaving, and nobody looks.
        let news = self.shown.set(self.scene());
        let _ = self.handle.command(Actor::Scenario, Command::Show(news)).await;
    }

    /// All of it, also after one that is refused; the first refusal.
    async fn carry_out(&self, acts: Vec<Action>) -> Result<(), ScaleError> {
        let mut first = Ok(());
        for command in acts.into_iter().map(command) {
            let done = self.handle.command(Actor::Scenario, command).await;
            first = first.and(done.map(drop));
        }
        first
    }
}

fn command(action: Action) -> Command {
    match action {
        Action::Load { producer, replicas } => Command::Scale { deployment: producer, replicas },
        Action::Burst { queue, jobs } => Command::Burst { queue: Some(queue), jobs },
        Action::Kill { workload } => Command::Kill { workload },
        Action::Hold(held) => Command::Hold(held),
        Action::Pause { workload, paused } => Command::Pause { workload, paused },
        Action::Outage { queue, .. } => Command::Blind { queue, blind: true },
        Action::Blind { queue, on } => Command::Blind { queue, blind: on },
    }
}
