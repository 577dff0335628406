//! Runs the stepper, sends its actions to the control loop one after the other, and shows the
//! present step.

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
use super::talk::Talk;

/// The most requests that wait for the presenter.
const COMMANDS: usize = 16;
/// The longest time that the first step waits for the workloads and queues to be ready.
const SETTLES: Duration = Duration::from_secs(10);
/// A command to restore a count is sent again if its effect is not visible after this time.
const AGAIN: Duration = Duration::from_secs(2);
/// How often the page gets the remaining time of a step.
const SHOWS: Duration = Duration::from_secs(1);

/// Why a request was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The scenario does not fit this engine; the text is the reason.
    Misfit(String),
    /// The request is not possible now; the text is the reason.
    Now(String),
}

/// A request to the presenter.
#[derive(Debug)]
enum Request {
    Play { scenario: Box<Scenario>, by_hand: bool },
    GetReady(Box<Scenario>),
    Press(Press),
    Stop,
}

type Reply = oneshot::Sender<Result<Option<Scene>, Refusal>>;

/// A message to the presenter's task.
#[derive(Debug)]
enum Message {
    /// Do this.
    Do(Request, Reply),
    /// Tell what only the presenter sees.
    Tell(oneshot::Sender<Option<Talk>>),
}

/// Sends requests to the one task that plays scenarios on this engine. Clones share the task.
#[derive(Debug, Clone)]
pub struct Presenter {
    messages: mpsc::Sender<Message>,
}

impl Presenter {
    /// Starts the presenter's task, which plays nothing yet and shows the present step in `shown`.
    /// The task ends when the last clone of its handle is dropped.
    pub fn start(handle: Handle, shown: Shown) -> Presenter {
        let (messages, received) = mpsc::channel(COMMANDS);
        let stage = Stage {
            handle,
            shown,
            began: Instant::now(),
            play: None,
            paused: BTreeMap::new(),
            entered: BTreeMap::new(),
            wanted: Counts::new(),
            sent: None,
            run: 0,
        };
        tokio::spawn(stage.run(received));
        Presenter { messages }
    }

    /// Plays a scenario from its first step instead of any other; returns the present step.
    ///
    /// # Errors
    /// When the scenario does not fit this engine, or the engine refuses an action of the step.
    pub async fn play(&self, scenario: Scenario, by_hand: bool) -> Result<Option<Scene>, Refusal> {
        self.say(Request::Play { scenario: Box::new(scenario), by_hand }).await
    }

    /// Prepares a scenario, which the next key begins; returns the scene that is shown until then.
    ///
    /// # Errors
    /// When the scenario does not fit this engine.
    pub async fn get_ready(&self, scenario: Scenario) -> Result<Option<Scene>, Refusal> {
        self.say(Request::GetReady(Box::new(scenario))).await
    }

    /// Goes to the next or the previous step, or ends the scenario, which then begins again only
    /// after a reset; returns the present step.
    ///
    /// # Errors
    /// When no scenario is played, or the engine refuses an action of the step.
    pub async fn press(&self, press: Press) -> Result<Option<Scene>, Refusal> {
        self.say(Request::Press(press)).await
    }

    /// Ends the scenario with its hold, pauses and outages, but keeps its load.
    ///
    /// # Errors
    /// When the engine refuses an action that ends the scenario.
    pub async fn stop(&self) -> Result<(), Refusal> {
        self.say(Request::Stop).await.map(drop)
    }

    /// What only the presenter sees; `None` while no scenario is played.
    ///
    /// # Errors
    /// When the engine is shutting down.
    pub async fn talk(&self) -> Result<Option<Talk>, Refusal> {
        let (reply, answer) = oneshot::channel();
        self.messages.send(Message::Tell(reply)).await.map_err(|_| leaving())?;
        answer.await.map_err(|_| leaving())
    }

    async fn say(&self, request: Request) -> Result<Option<Scene>, Refusal> {
        let (reply, answer) = oneshot::channel();
        self.messages.send(Message::Do(request, reply)).await.map_err(|_| leaving())?;
        answer.await.map_err(|_| leaving())?
    }
}

fn leaving() -> Refusal {
    Refusal::Now("the engine is shutting down".to_owned())
}

/// Plays a scenario once the workloads and queues are ready, and again after each reset. With
/// `by_hand`, only prepares the scenario, and the first key begins it.
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
            tracing::error!("the scenario cannot be played: {text}");
        }
        // If keys start the steps, the stepper itself waits for the first key again after a reset.
        if by_hand || handle.snapshots.wait_for(|snapshot| snapshot.run != run).await.is_err() {
            return;
        }
    }
}

/// The state of the presenter's task.
struct Stage {
    handle: Handle,
    shown: Shown,
    began: Instant,
    play: Option<Stepper>,
    /// Whether each workload was paused when the scenario began, by the workload's name.
    paused: BTreeMap<String, bool>,
    /// The counts when each step was last entered from the step before it, by the step's index.
    entered: BTreeMap<usize, Counts>,
    /// The counts to restore in the present step.
    wanted: Counts,
    /// The counts in the last commands that restore counts, and when these commands were sent.
    sent: Option<(Counts, Instant)>,
    /// The number of the engine's run; a reset begins a new run.
    run: u32,
}

impl Stage {
    async fn run(mut self, mut messages: mpsc::Receiver<Message>) {
        self.run = self.handle.snapshots.borrow().run;
        let mut shows = interval(SHOWS);
        // Ticks missed between two scenarios must not follow later in a burst.
        shows.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let due = self.play.as_ref().and_then(Stepper::deadline);
            tokio::select! {
                // The client of a message may have disconnected.
                message = messages.recv() => match message {
                    Some(Message::Do(request, reply)) => {
                        let _ = reply.send(self.obey(request).await);
                    }
                    Some(Message::Tell(reply)) => {
                        let _ = reply.send(self.play.as_ref().and_then(|it| it.talk(self.now())));
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

    async fn obey(&mut self, request: Request) -> Result<Option<Scene>, Refusal> {
        let (now, before) = (self.now(), self.standing());
        let acts = match request {
            Request::Play { scenario, by_hand } => {
                let (play, acts) = Stepper::begin(*scenario, by_hand, now);
                return self.begin(play, acts).await;
            }
            Request::GetReady(scenario) => {
                return self.begin(Stepper::ready(*scenario), Vec::new()).await;
            }
            Request::Press(press) => match self.play.as_mut().filter(|play| !play.is_over()) {
                Some(play) => {
                    let acts = play.press(press, now);
                    if press == Press::Previous { self.with_pauses(acts) } else { acts }
                }
                None => return Err(Refusal::Now("no scenario is played".to_owned())),
            },
            Request::Stop => self.play.take().map(|mut play| play.end()).unwrap_or_default(),
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
            // If an action of its first step is refused, the scenario is not played at all.
            let undo = self.play.take().map(|mut play| play.end()).unwrap_or_default();
            let _ = self.carry_out(undo).await;
        }
        self.shown_after(done).await
    }

    /// Shows and returns the present step, or returns why the actions were refused.
    async fn shown_after(&self, done: Result<(), ScaleError>) -> Result<Option<Scene>, Refusal> {
        self.show().await;
        done.map(|()| self.scene()).map_err(|error| Refusal::Now(error.to_string()))
    }

    fn standing(&self) -> Option<usize> {
        self.play.as_ref().and_then(Stepper::standing)
    }

    /// If the present step is not `before`, notes its counts and the counts to restore in it.
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

    /// Sends commands that restore the wanted counts, as far as slots are free.
    async fn go_toward(&mut self) {
        let next = {
            let state = &self.handle.snapshots.borrow().state;
            let now = counts(&state.workloads);
            self.wanted.retain(|name, count| now.get(name).is_some_and(|now| now != count));
            toward(&self.wanted, state.capacity, &state.workloads)
        };
        // On a cluster a command takes a while to be visible, so it is not repeated at once.
        let is_new = |(last, at): &(Counts, Instant)| *last != next || at.elapsed() >= AGAIN;
        if next.is_empty() || !self.sent.as_ref().is_none_or(is_new) {
            return;
        }
        self.sent = Some((next.clone(), Instant::now()));
        for (deployment, replicas) in next {
            // A refused command is sent again with a later snapshot.
            let command = Command::Scale { deployment, replicas };
            let _ = self.handle.command(Actor::Scenario, command).await;
        }
    }

    fn pauses(&self) -> BTreeMap<String, bool> {
        let snapshot = self.handle.snapshots.borrow();
        snapshot.state.workloads.iter().map(|it| (it.name.clone(), it.paused)).collect()
    }

    /// Adds actions that undo pauses set or ended by people, for a step that is restored.
    fn with_pauses(&self, mut acts: Vec<Action>) -> Vec<Action> {
        for (workload, now) in self.pauses() {
            let is_set = acts.iter().any(
                |act| matches!(act, Action::Pause { workload: other, .. } if *other == workload),
            );
            match self.paused.get(&workload) {
                Some(paused) if *paused != now && !is_set => {
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
            tracing::warn!("an action of the scenario's step failed: {error}");
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
        // This fails only while the engine shuts down, when nobody needs the scene any more.
        let news = self.shown.set(self.scene());
        let _ = self.handle.command(Actor::Scenario, Command::Show(news)).await;
    }

    /// Carries out all actions, even after one was refused; returns the first refusal.
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
