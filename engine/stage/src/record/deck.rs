//! The clock of a replay: which moment of the recording is shown. Pure: it takes the time.

use std::time::Duration;

/// What a replay does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nobody has opened the page yet.
    Waits,
    /// Since the time `since`, the recording goes on from the moment [`Deck::from`].
    Plays {
        since: Duration,
    },
    Pauses,
}

/// The clock of a replay. A moment is a time since the recording's first event; in a loop it goes
/// on beyond the recording's length.
#[derive(Debug, Clone, Copy)]
pub struct Deck {
    speed: f64,
    /// The moment at which the state began.
    from: Duration,
    state: State,
}

impl Deck {
    /// A clock that waits at the first moment.
    pub fn new(speed: f64) -> Deck {
        Deck { speed, from: Duration::ZERO, state: State::Waits }
    }

    /// The moment that is shown at `now`.
    pub fn moment(&self, now: Duration) -> Duration {
        match self.state {
            State::Plays { since } => self.from + now.saturating_sub(since).mul_f64(self.speed),
            State::Waits | State::Pauses => self.from,
        }
    }

    /// The time at which `moment` is reached; `None` while the replay waits or pauses.
    pub fn reaches(&self, moment: Duration) -> Option<Duration> {
        match self.state {
            State::Plays { since } => {
                Some(since + moment.saturating_sub(self.from).div_f64(self.speed))
            }
            State::Waits | State::Pauses => None,
        }
    }

    /// Begins, if the replay still waits for its first page.
    pub fn page_came(&mut self, now: Duration) {
        if self.state == State::Waits {
            self.state = State::Plays { since: now };
        }
    }

    /// Plays, or pauses.
    pub fn play(&mut self, plays: bool, now: Duration) {
        self.from = self.moment(now);
        self.state = if plays { State::Plays { since: now } } else { State::Pauses };
    }

    /// Goes to a moment, and goes on or stays paused there.
    pub fn go_to(&mut self, moment: Duration, now: Duration) {
        self.from = moment;
        if self.plays() {
            self.state = State::Plays { since: now };
        }
    }

    /// Sets the speed, as a multiple of the recorded speed.
    pub fn set_speed(&mut self, speed: f64, now: Duration) {
        self.go_to(self.moment(now), now);
        self.speed = speed;
    }

    /// The speed, as a multiple of the recorded speed.
    pub fn speed(&self) -> f64 {
        self.speed
    }

    /// Whether the recording goes on.
    pub fn plays(&self) -> bool {
        matches!(self.state, State::Plays { .. })
    }

    /// Whether the replay waits for its first page.
    pub fn waits(&self) -> bool {
        self.state == State::Waits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn it_waits_for_the_first_page_and_only_for_that_one() {
        let mut deck = Deck::new(1.0);
        assert_eq!((deck.moment(s(60)), deck.reaches(s(1))), (s(0), None));
        deck.page_came(s(60));
        assert_eq!((deck.moment(s(63)), deck.reaches(s(5))), (s(3), Some(s(65))));
        deck.play(false, s(63));
        deck.page_came(s(70));
        assert_eq!(deck.moment(s(80)), s(3), "a second page ends no pause");
    }

    #[test]
    fn a_pause_keeps_the_moment_and_play_goes_on_from_it() {
        let mut deck = Deck::new(2.0);
        deck.page_came(s(0));
        deck.play(false, s(5));
        assert_eq!((deck.moment(s(50)), deck.reaches(s(11))), (s(10), None));
        deck.play(true, s(50));
        assert_eq!((deck.moment(s(53)), deck.reaches(s(20))), (s(16), Some(s(55))));
    }

    #[test]
    fn it_goes_to_any_moment_and_stays_paused_or_waiting_there() {
        let mut deck = Deck::new(1.0);
        deck.go_to(s(42), s(1));
        assert!(deck.waits() && deck.moment(s(9)) == s(42));
        deck.page_came(s(10));
        deck.go_to(s(7), s(20));
        assert_eq!(deck.moment(s(21)), s(8));
        deck.play(false, s(21));
        deck.go_to(s(30), s(22));
        assert_eq!((deck.plays(), deck.moment(s(99))), (false, s(30)));
    }

    #[test]
    fn another_speed_begins_at_the_present_moment() {
        let mut deck = Deck::new(1.0);
        deck.page_came(s(0));
        deck.set_speed(10.0, s(4));
        assert_eq!((deck.moment(s(5)), deck.reaches(s(24))), (s(14), Some(s(6))));
        deck.play(false, s(5));
        deck.set_speed(0.5, s(8));
        assert_eq!((deck.moment(s(9)), deck.plays()), (s(14), false));
    }
}
