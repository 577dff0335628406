//! The keys of `engine top` and their commands.

use crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers};
use serde_json::{Value, json};

use super::model::Model;

/// The action of a key.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Action {
    Leave,
    /// Sends a request to the engine: method, path and body.
    Call(&'static str, String, Value),
    None,
}

/// The line of help in three lengths, the longest one first.
pub(super) const HELP: [&str; 3] = [
    "+ - 0-9 producers   B burst   k kill   h hold   PgDn PgUp step   R reset   q quit",
    "+ - load B burst k kill h hold PgDn PgUp step R reset q quit",
    "+ - load B burst k kill h hold q quit",
];

/// The action of a terminal event in the present state of the engine.
pub(super) fn action(event: &Event, model: &Model) -> Action {
    let Event::Key(key) = event else { return Action::None };
    if key.kind == KeyEventKind::Release {
        return Action::None;
    }
    if key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL) {
        return Action::Leave;
    }
    let post = |path: String, body| Action::Call("POST", path, body);
    match key.code {
        KeyCode::Char('q') | KeyCode::Esc => Action::Leave,
        KeyCode::Char('+' | '=') | KeyCode::Up => more(model, 1),
        KeyCode::Char('-') | KeyCode::Down => more(model, -1),
        KeyCode::Char(digit @ '0'..='9') => load(model, u64::from(digit) - u64::from('0')),
        KeyCode::Char('B') => post("api/v1/burst".to_owned(), json!({"jobs": 100})),
        KeyCode::Char('R') => post("api/v1/reset".to_owned(), json!({})),
        KeyCode::Char('k') => match urgent(model) {
            Some(name) => post(format!("api/v1/workloads/{name}/kill"), json!({})),
            None => Action::None,
        },
        KeyCode::Char('h') => {
            let held = model.text("status", "mode") == "held";
            Action::Call("PUT", "api/v1/hold".to_owned(), json!({"held": !held}))
        }
        KeyCode::PageDown => post("api/v1/scenario/next".to_owned(), json!({})),
        KeyCode::PageUp => post("api/v1/scenario/previous".to_owned(), json!({})),
        _ => Action::None,
    }
}

fn more(model: &Model, by: i64) -> Action {
    let more = model.load().and_then(|(_, desired)| desired.checked_add_signed(by));
    more.map_or(Action::None, |replicas| load(model, replicas))
}

fn load(model: &Model, replicas: u64) -> Action {
    let Some((name, _)) = model.load() else { return Action::None };
    let path = format!("api/v1/deployments/{name}/scale");
    Action::Call("PUT", path, json!({ "replicas": replicas }))
}

fn urgent(model: &Model) -> Option<&str> {
    model.workloads().first().map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyEvent;

    use super::super::model::tests::demo;
    use super::*;

    fn pressed(code: KeyCode) -> Action {
        action(&Event::Key(KeyEvent::new(code, KeyModifiers::NONE)), &demo())
    }

    #[test]
    fn keys_do_what_the_help_says() {
        let scale = |n: u64| {
            let path = "api/v1/deployments/producer/scale".to_owned();
            Action::Call("PUT", path, json!({ "replicas": n }))
        };
        assert_eq!(pressed(KeyCode::Char('+')), scale(4));
        assert_eq!(pressed(KeyCode::Char('=')), scale(4));
        assert_eq!(pressed(KeyCode::Down), scale(2));
        assert_eq!(pressed(KeyCode::Char('0')), scale(0));
        assert_eq!(pressed(KeyCode::Char('9')), scale(9));
        let kill = "api/v1/workloads/consumer/kill".to_owned();
        assert_eq!(pressed(KeyCode::Char('k')), Action::Call("POST", kill, json!({})));
        let hold = Action::Call("PUT", "api/v1/hold".to_owned(), json!({"held": true}));
        assert_eq!(pressed(KeyCode::Char('h')), hold);
        assert_eq!(pressed(KeyCode::Char('q')), Action::Leave);
        assert_eq!(pressed(KeyCode::Char('x')), Action::None);
    }

    #[test]
    fn the_load_never_falls_below_zero() {
        let mut model = demo();
        let none = r#"{"t":1,"set":{"deployment/producer":{"desired":0,"load":true}}}"#;
        model.hear("frame", none).unwrap();
        let down = Event::Key(KeyEvent::new(KeyCode::Down, KeyModifiers::NONE));
        assert_eq!(action(&down, &model), Action::None);
    }
}
