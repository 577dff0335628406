use super::tile::{PLACES, SHADES};
use super::*;

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn film(picture: &SharedPicture, now: Duration) -> Value {
    let keys = picture.keys(now);
    keys.into_iter().find(|(name, _)| *name == "film").unwrap().1
}

/// A film of one frame, made by seven containers in 3 s.
fn one_frame() -> SharedPicture {
    let picture = SharedPicture::default();
    let mut shared = picture.lock();
    shared.spare.count(at(1), Some(7));
    shared.picture.heard(at(1));
    for number in 0..PLACES {
        shared.picture.paint(at(2), Tile { number, shades: [3; SHADES] });
    }
    drop(shared);
    picture
}

#[test]
fn the_film_has_its_frames_and_the_container_time_that_they_took() {
    let expected = json!({"columns": 8, "rows": 5, "frames": 1, "container_s": 21.0});
    assert_eq!(film(&one_frame(), at(4)), expected);
}

#[test]
fn before_the_queue_of_tiles_has_answered_nothing_is_known_and_nothing_is_zero() {
    let picture = SharedPicture::default();
    picture.lock().spare.count(at(1), Some(7));
    let expected = json!({"columns": 8, "rows": 5, "frames": null, "container_s": null});
    assert_eq!(film(&picture, at(4)), expected);
    picture.lock().picture.heard(at(4));
    assert_eq!(film(&picture, at(4))["frames"], 0);
}

#[test]
fn a_reset_begins_another_film() {
    let picture = one_frame();
    picture.begin_anew();
    let mut shared = picture.lock();
    assert_eq!((shared.picture.made(), shared.picture.film().frames().count()), (None, 0));
    shared.picture.heard(at(10));
    shared.spare.count(at(10), Some(2));
    drop(shared);
    let expected = json!({"columns": 8, "rows": 5, "frames": 0, "container_s": 4.0});
    assert_eq!(film(&picture, at(12)), expected);
}
