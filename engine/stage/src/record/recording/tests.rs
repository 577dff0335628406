use super::*;

const SNAPSHOT: &str = concat!(
    r#"{"ms":0,"event":"snapshot","id":"00000007-1","data":{"seq":1,"state":"#,
    r#"{"status":{"mode":"live"},"headline":"\"mode\":\"live\""}}}"#,
);

fn frame(ms: u64, seq: u64) -> String {
    format!(r#"{{"ms":{ms},"event":"frame","id":"00000007-{seq}","data":{{"seq":{seq}}}}}"#)
}

fn recording(lines: &[&str]) -> Result<Recording, Bad> {
    Recording::read(lines.join("\n").as_bytes())
}

fn three() -> Recording {
    recording(&[SNAPSHOT, &frame(500, 2), &frame(1000, 3)]).unwrap()
}

fn seq(piece: &Piece) -> u64 {
    let (Piece::Full(position, _) | Piece::Frame(position, _)) = piece;
    position.seq
}

#[test]
fn events_keep_their_times_and_data_except_for_the_mode() {
    let recording = three();
    assert_eq!((recording.count(), recording.due(1)), (3, Duration::from_millis(500)));
    let Piece::Full(_, text) = recording.event(0) else { panic!("the first is a snapshot") };
    let expected =
        r#"{"seq":1,"state":{"status":{"mode":"replay"},"headline":"\"mode\":\"live\""}}"#;
    assert_eq!(&*text, expected);
    let last = Piece::Frame("00000007-3".parse().unwrap(), "{\"seq\":3}".into());
    assert_eq!(recording.event(2), last);
}

#[test]
fn after_the_end_empty_frames_follow() {
    let recording = three();
    assert_eq!((seq(&recording.event(3)), seq(&recording.event(4))), (4, 5));
    assert_eq!(recording.due(4), Duration::from_secs(3));
    let Piece::Frame(_, text) = recording.event(3) else { panic!("it is a frame") };
    assert!(!text.contains("set") && text.contains(r#""step":false"#), "{text}");
}

#[test]
fn a_loop_begins_again_with_its_snapshot() {
    let recording = three().going_round(true);
    assert_eq!((seq(&recording.event(3)), seq(&recording.event(5))), (1, 3));
    assert_eq!(
        (recording.due(3), recording.due(4)),
        (Duration::from_secs(4), Duration::from_millis(4500))
    );
    assert_eq!(recording.next_for(None, 0, 5), 3);
    assert_eq!(
        recording.next_for(Some("00000007-3".parse().unwrap()), 0, 5),
        3,
        "of the round before"
    );
}

#[test]
fn a_page_that_comes_again_goes_on_where_it_was() {
    let (recording, at) = (three(), |text: &str| Some(text.parse().unwrap()));
    assert_eq!(recording.next_for(None, 0, 3), 0);
    assert_eq!(recording.next_for(at("00000007-2"), 0, 3), 2);
    assert_eq!(recording.next_for(at("00000007-3"), 0, 2), 0, "it has not come yet");
    assert_eq!(recording.next_for(at("00000007-5"), 0, 5), 5, "it was at the end");
    assert_eq!(recording.next_for(at("00000008-2"), 0, 3), 0, "of another run");
    assert_eq!(recording.next_for(None, 0, 0), 0);
}

#[test]
fn a_last_line_that_is_cut_anywhere_is_left_out_and_reported() {
    let last = frame(1000, 3).replace("{\"seq\":3}", "{\"seq\":3,\"headline\":\"größer\"}");
    let whole = [SNAPSHOT, &frame(500, 2), &last].join("\n").into_bytes();
    let before = whole.len() - last.len();
    assert_eq!(Recording::read(&whole[..]).unwrap().cut(), None, "only its end is missing");
    for end in before + 1..whole.len() {
        let recording = Recording::read(&whole[..end]).unwrap();
        assert_eq!((recording.count(), recording.cut()), (2, Some(3)), "{end}");
    }
    let recording = Recording::read(&whole[..before]).unwrap();
    assert_eq!((recording.count(), recording.cut()), (2, None));
    let zeros = [&whole[..before], &[0; 9]].concat();
    assert_eq!(Recording::read(&zeros[..]).unwrap().cut(), Some(3));
}

#[test]
fn a_damaged_line_is_named_by_its_number() {
    let good = frame(500, 2);
    let cases: [(&[&str], &str); 11] = [
        (&[], "line 1: the file is empty"),
        (&[&good], "line 1: a recording begins with a snapshot"),
        (&[SNAPSHOT, &good, "{\"ms\":1", &good], "line 3: not a line of a recording: EOF"),
        (&[SNAPSHOT, "{\"ms\":1", ""], "line 2: not a line of a recording: EOF"),
        (&[&SNAPSHOT[..90]], "line 1: the only line is cut off"),
        (&[SNAPSHOT, "", &good], "line 2: not a line of a recording"),
        (&[SNAPSHOT, &good, &frame(400, 3)], "line 3: its time is before that of the line"),
        (&[SNAPSHOT, &good.replace("-2", "2")], "line 2: a position in the stream looks"),
        (&[SNAPSHOT, &good.replace("-2", "-3")], "line 2: its id is 00000007-3, but"),
        (&[SNAPSHOT, &good.replace("{\"seq\":2}", "7")], "line 2: its data: "),
        (&[SNAPSHOT, &good.replace("frame", "film")], "line 2: not a line of a recording"),
    ];
    for (lines, says) in cases {
        let bad = recording(lines).unwrap_err().to_string();
        assert!(bad.starts_with(says) && !bad.contains('\n'), "{bad}");
    }
    assert_eq!(Recording::read(&b"\xff\n"[..]).unwrap_err().text, "it is not text");
}
