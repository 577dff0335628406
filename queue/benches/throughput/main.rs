//! Compares the queue's speed with a minimal HTTP server here, which reads a body and answers as
//! many bytes as a publish does. All servers take turns in one run, so that a noisy machine affects
//! all of them; only the ratios are meaningful.
#![allow(missing_docs, clippy::unwrap_used, reason = "a program that measures may fail")]

#[path = "../../tests/support/connection.rs"]
mod connection;
mod load;
mod servers;
mod speech;
mod syncs;

use std::time::Duration;

use load::{Kind, Load, Plan};
use servers::Server;
use speech::Speech;

const ROUNDS: usize = 3;
const BODY: usize = 100;

/// A line of the table.
struct Line {
    name: &'static str,
    server: fn() -> Server,
    kind: Kind,
    speech: Speech,
    connections: usize,
    /// The factor by which the bare server's call is multiplied for the ratio.
    share: f64,
}

fn lines() -> Vec<Line> {
    let line = |name, server, kind, connections| {
        let share = if kind == Kind::Cycle { 1.0 / 3.0 } else { 1.0 };
        Line { name, server, kind, speech: Speech::Queue, connections, share }
    };
    let (bare, memory, durable) = (Server::bare, Server::memory, Server::durable);
    let mut lines = vec![
        line("bare handler, c64", bare, Kind::Publish, 64),
        line("publish in memory, c64", memory, Kind::Publish, 64),
        line("publish durable, c64", durable, Kind::Publish, 64),
        line("publish + receive + ack in memory, c64", memory, Kind::Cycle, 64),
        line("publish + receive + ack durable, c64", durable, Kind::Cycle, 64),
        line("batches of 100 durable, c64 (messages)", durable, Kind::Batch, 64),
        line("bare handler, c256", bare, Kind::Publish, 256),
        line("publish durable, c256", durable, Kind::Publish, 256),
        line("bare handler, c1", bare, Kind::Publish, 1),
        line("publish durable, c1", durable, Kind::Publish, 1),
    ];
    lines.splice(6..6, others());
    lines
}

/// Other queues, if they are installed.
fn others() -> Vec<Line> {
    let other = |name, server, speech| {
        let (kind, connections, share) = (Kind::Publish, 64, 1.0);
        Line { name, server, kind, speech, connections, share }
    };
    let (nsqd, redis, beanstalkd) = (Server::nsqd, Server::redis, Server::beanstalkd);
    let all = [
        ("nsqd", other("nsqd, pub over HTTP, no sync, c64", nsqd, Speech::Nsq)),
        ("redis-server", other("redis, LPUSH, appendfsync always, c64", redis, Speech::Redis)),
        ("beanstalkd", other("beanstalkd, put, -f 0, c64", beanstalkd, Speech::Beanstalk)),
    ];
    let installed = all.into_iter().filter(|(program, _)| servers::is_installed(program));
    installed.map(|(_, line)| line).collect()
}

fn main() {
    // The bare server is this program, too, in a process of its own like the queue.
    if std::env::args().nth(1).as_deref() == Some(servers::BARE) {
        return servers::bare();
    }
    let quick = std::env::var_os("QUICK").is_some();
    let span = if quick { Duration::from_millis(500) } else { Duration::from_secs(3) };
    let lines = wanted(lines());
    let mut rounds: Vec<Vec<Load>> = lines.iter().map(|_| Vec::new()).collect();
    for _ in 0..ROUNDS {
        for (line, loads) in lines.iter().zip(&mut rounds) {
            loads.push(play(line, span));
        }
    }
    print(&lines, &rounds);
    println!("\n{}", syncs::report());
}

/// The lines whose names contain one of the arguments; all if there are no arguments.
fn wanted(lines: Vec<Line>) -> Vec<Line> {
    let words: Vec<_> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let is_wanted =
        |line: &Line| words.is_empty() || words.iter().any(|word| line.name.contains(word));
    lines.into_iter().filter(is_wanted).collect()
}

fn play(line: &Line, span: Duration) -> Load {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = (line.server)();
    let before = server.processor_time();
    let Line { kind, speech, connections, .. } = *line;
    let plan = Plan { kind, speech, connections, body: BODY, span };
    let load = runtime.block_on(load::run(server.address, plan));
    let used = server.processor_time() - before;
    Load { cost: used.div_f64(load.count as f64), ..load }
}

/// Prints the median of the rounds, and their spread.
fn print(lines: &[Line], rounds: &[Vec<Load>]) {
    println!("| | per second | spread | / bare | p50 | p99 | server's processor time |");
    println!("|---|---|---|---|---|---|---|");
    let mut bare = &rounds[0];
    for (line, loads) in lines.iter().zip(rounds) {
        if line.name.starts_with("bare") {
            bare = loads;
        }
        // Each round is compared with the bare server's of that round.
        let ratios = loads.iter().zip(bare).map(|(it, bare)| it.per_second / bare.per_second);
        let ratio = middle(ratios.collect(), f64::total_cmp) / line.share;
        let rates = loads.iter().map(|it| it.per_second);
        let (least, most) = (rates.clone().fold(f64::MAX, f64::min), rates.fold(0.0, f64::max));
        let load = middle(loads.iter().collect(), |a, b| a.per_second.total_cmp(&b.per_second));
        let spread = (most - least) / load.per_second * 100.0;
        let (p50, p99, cost) = (micros(load.p50), micros(load.p99), micros(load.cost));
        print!("| {} | {:.0} | {spread:.0} % | {ratio:.2} ", line.name, load.per_second);
        println!("| {p50} | {p99} | {cost} |");
    }
}

fn middle<T: Copy>(mut all: Vec<T>, order: impl Fn(&T, &T) -> std::cmp::Ordering) -> T {
    all.sort_by(order);
    all[all.len() / 2]
}

fn micros(time: Duration) -> String {
    format!("{:.1} us", time.as_secs_f64() * 1e6)
}
