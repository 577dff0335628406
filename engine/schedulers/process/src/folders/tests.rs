use manifest::Mount;

use super::*;

fn mount(path: &str, volume: &str, source: Source) -> Mount {
    let (path, volume) = (path.to_owned(), volume.to_owned());
    Mount { path, volume, source, sub_path: None, is_read_only: false }
}

fn queue(mounts: &[Mount]) -> Container {
    Container {
        name: "queue".to_owned(),
        image: None,
        command: vec!["queue".to_owned()],
        args: Vec::new(),
        env: Vec::new(),
        links: None,
        working_dir: "/".to_owned(),
        mounts: mounts.to_vec(),
        ports: Default::default(),
    }
}

fn put(mounts: &[&str], text: &str) -> String {
    let mounts: Vec<_> = mounts.iter().map(|path| mount(path, path, Source::Empty)).collect();
    Folders::of(&queue(&mounts), Path::new("/own")).put(text)
}

#[test]
fn only_a_mounted_path_becomes_a_folder_in_all_spellings() {
    let paths = ["/data", "/data/", "//data", "/./data", "/x/../data/", "data"];
    for mount in paths {
        let cases = [
            ("--data-dir=/data", "--data-dir=/own/0"),
            ("--data-dir=/data/", "--data-dir=/own/0"),
            ("--data-dir=//data//sub/", "--data-dir=/own/0/sub"),
            ("/data/./sub/../log:/data", "/own/0/log:/own/0"),
            ("/data/a=b,/data", "/own/0/a=b,/own/0"),
            ("/database", "/database"),
            ("/data/../etc", "/data/../etc"),
            ("/var/data", "/var/data"),
            ("http://data/data", "http://data/data"),
            ("data", "data"),
        ];
        for (text, local) in cases {
            assert_eq!(put(&[mount], text), local, "{text} with {mount}");
        }
    }
}

#[test]
fn overlapping_mounts_are_replaced_once_and_the_longest_wins() {
    let mounts = ["/data", "/data/inner", "/own"];
    let cases = [
        ("/data/x", "/own/0/x"),
        ("/data/inner/x", "/own/1/x"),
        ("/data/innermost", "/own/0/innermost"),
        ("/own", "/own/2"),
    ];
    for (text, local) in cases {
        assert_eq!(put(&mounts, text), local);
    }
}

#[test]
fn a_volume_that_is_mounted_twice_is_one_folder_and_no_sub_path_leads_out_of_it() {
    let part = |path: &str, part: &str| Mount {
        sub_path: Some(part.to_owned()),
        ..mount(path, "../disk", Source::Lasting("hostPath"))
    };
    let mounts = [part("/a", "x"), part("/b", "../../x"), part("/c", "/y/")];
    let folders = Folders::of(&queue(&mounts), Path::new("/own"));
    let local = |path| folders.local(path).unwrap();
    assert_eq!((local("/a"), local("/b/z")), ("/own/0/x".to_owned(), "/own/0/x/z".to_owned()));
    assert_eq!(local("/c"), "/own/0/y");
}

fn words(all: &[&str]) -> Vec<String> {
    all.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn a_data_directory_outside_all_mounts_is_refused_in_all_spellings() {
    let variable = |value: &str| vec![("MICROSCALING_DATA_DIR".to_owned(), value.to_owned())];
    let cases: [(&[&str], Option<&str>, &str); 8] = [
        (&["--data-dir=/var"], None, "--data-dir is /var, which is outside all volumeMounts"),
        (&["--data-dir", "/var"], None, "--data-dir is /var, which is outside all volumeMounts"),
        (&["--data-dir=/data/../etc"], None, "--data-dir is /data/../etc, which is outside all"),
        (&["--data-dir=/database"], None, "--data-dir is /database, which is outside all"),
        (&["--data-dir=var"], None, "--data-dir is var, which is outside all volumeMounts"),
        (&["--data-dir="], None, "--data-dir is , which is outside all volumeMounts"),
        (&[], Some("/var"), "MICROSCALING_DATA_DIR is /var, which is outside all volumeMounts"),
        (&["--data-dir=/words"], None, "--data-dir is /words, which is in the volume words"),
    ];
    let mounts =
        [mount("/data/", "data", Source::Empty), mount("/words", "words", Source::Files("secret"))];
    let container = queue(&mounts);
    let refusals = |all: &[&str], value: Option<&str>| {
        problems(&container, &words(all), &value.map(variable).unwrap_or_default())
    };
    for (all, value, says) in cases {
        let refusals: Vec<_> =
            refusals(all, value).iter().map(|(name, why)| format!("{name} {why}")).collect();
        assert!(
            refusals.len() == 1 && refusals[0].starts_with(says),
            "{refusals:?} and not {says}"
        );
    }
    assert_eq!(refusals(&["--data-dir=/data"], Some("/var")), [], "the flag wins");
    assert_eq!(refusals(&["--data-dir", "data/sub"], None), [], "it is relative to /");
    assert_eq!(refusals(&[], Some("/data/sub/")), []);
    assert_eq!(refusals(&["--token-file=/etc/token"], None), [], "it is only read");
    assert!(
        refusals(&["--token-file=/words/token"], None)[0].1.contains("empty without a cluster")
    );
}

#[test]
fn paths_in_a_program_s_own_flags_become_folders_also_relative_ones() {
    let container = queue(&[mount("/data", "data", Source::Empty)]);
    let folders = Folders::of(&container, Path::new("/own"));
    let mut given = words(&["--data-dir", "data", "--data-dir=./data/x/", "data"]);
    let mut env = vec![("MICROSCALING_DATA_DIR".to_owned(), "data/y".to_owned())];
    folders.put_flags("queue", &mut given, &mut env);
    assert_eq!(given, ["--data-dir", "/own/0", "--data-dir=/own/0/x", "data"]);
    assert_eq!(env[0].1, "/own/0/y");
}
