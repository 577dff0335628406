use super::*;

fn tile(number: u64) -> Tile {
    Tile { number, shades: [number as u8; SHADES] }
}

fn at(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// Paints the tiles with these numbers at 0 s.
fn paint(picture: &mut Picture, numbers: impl IntoIterator<Item = u64>) {
    for number in numbers {
        picture.paint(at(0), tile(number));
    }
}

/// The number of the newest frame, and its painted places.
fn painted(picture: &Picture) -> (u64, Vec<usize>) {
    let newest = picture.newest().unwrap();
    let places = (0..).zip(&newest.places);
    (newest.number, places.filter_map(|(i, it)| it.map(|_| i)).collect())
}

fn film(picture: &Picture) -> Vec<u64> {
    picture.film().frames().map(|frame| frame.number).collect()
}

#[test]
fn a_frame_is_finished_when_its_last_tile_comes_and_counts_once() {
    let mut picture = Picture::default();
    assert_eq!((picture.newest(), picture.made()), (None, None), "unknown is not zero");
    picture.heard(at(0));
    assert_eq!(picture.made(), Some(0));
    paint(&mut picture, (0..40).filter(|number| *number != 7));
    assert_eq!(picture.made(), Some(0));
    paint(&mut picture, [7]);
    assert_eq!(picture.made(), Some(1));
    let tiles: Vec<[u8; SHADES]> = (0..40).map(|number| [number; SHADES]).collect();
    assert_eq!(picture.film().frames().next(), Some(&Frame::new(0, &tiles)));
    assert!(!picture.paint(at(1), tile(7)), "the same again");
    assert!(picture.paint(at(1), Tile { number: 7, shades: [9; SHADES] }), "another tile there");
    assert_eq!(picture.made(), Some(1));
}

#[test]
fn tiles_of_the_next_frame_come_while_the_last_ones_of_this_frame_are_computed() {
    let mut picture = Picture::default();
    picture.heard(at(0));
    paint(&mut picture, (0..39).chain(40..80));
    assert_eq!((film(&picture), painted(&picture).0), (vec![1], 1));
    paint(&mut picture, [39]);
    assert_eq!((film(&picture), painted(&picture).0), (vec![0, 1], 1));
    let fresh = picture.take_fresh();
    assert_eq!((fresh.len(), fresh[79]), (80, tile(39)));
    assert_eq!(picture.take_fresh(), []);
}

#[test]
fn a_frame_with_a_hole_is_left_out_once_later_frames_overtake_it() {
    let mut picture = Picture::default();
    picture.heard(at(0));
    paint(&mut picture, (0..39).chain(40..160));
    assert_eq!(film(&picture), [1, 2, 3], "frame 0 is still open");
    paint(&mut picture, [160]);
    assert!(!picture.paint(at(0), tile(39)), "it comes too late");
    paint(&mut picture, 161..200);
    assert_eq!((film(&picture), picture.made()), (vec![1, 2, 3, 4], Some(4)));
}

#[test]
fn numbers_that_begin_again_continue_the_film_once_the_old_ones_are_over() {
    let mut picture = Picture::default();
    picture.heard(at(0));
    paint(&mut picture, 400..440);
    picture.paint(at(4_000), tile(441));
    assert!(!picture.paint(at(8_999), tile(2)));
    assert!(picture.paint(at(9_000), tile(2)));
    assert_eq!(painted(&picture), (12, vec![2]));
    for number in 0..40 {
        picture.paint(at(9_001), tile(number));
    }
    assert_eq!((film(&picture), picture.made()), (vec![10, 12], Some(2)));
    assert_eq!(picture.take_fresh().last().unwrap().number, 12 * 40 + 39, "numbers only grow");
}

#[test]
fn a_number_that_is_out_of_reach_does_not_stop_the_film_for_ever() {
    let mut picture = Picture::default();
    paint(&mut picture, [MOST / 2 - 1]);
    assert!(!picture.paint(at(1), tile(0)));
    assert!(picture.paint(at(6_000), tile(0)));
}

#[test]
fn tiles_that_are_not_shown_and_frames_that_are_not_finished_do_not_pile_up() {
    let mut picture = Picture::default();
    paint(&mut picture, (0..4000).filter(|number| number % 40 != 0));
    let fresh = picture.take_fresh();
    assert_eq!((fresh.len(), fresh[79]), (80, tile(3999)));
    assert_eq!((picture.open.len(), film(&picture)), (4, vec![]));
}

#[test]
fn the_json_has_the_painted_places_of_all_open_frames() {
    let mut picture = Picture::default();
    assert_eq!(picture.json(), Value::Null);
    paint(&mut picture, [40 + 3, 80 + 17]);
    let shades = |number: u8| tile::text(&[number; SHADES]);
    let expected = json!({
        "number": 2, "columns": 8, "rows": 5, "tiles": [[17, shades(97)]],
        "earlier": [{"number": 1, "tiles": [[3, shades(43)]]}],
    });
    assert_eq!(picture.json(), expected);
}
