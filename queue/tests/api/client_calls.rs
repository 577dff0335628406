//! The client and the server work together.

use std::time::Duration;

use client::{
    Client, Error, Given, Holders, QueueArgs, QueueSettings, ReceiveOptions, WatchedQueue,
    WorkQueue,
};

use crate::support::{SOON, Server};

fn client(server: &Server) -> Client {
    let queue_url = format!("http://{}", server.address).parse().unwrap();
    Client::new(&QueueArgs { queue_url, queue: "jobs".to_owned(), queue_token_file: None }).unwrap()
}

fn options(wait: f64) -> ReceiveOptions {
    let (wait, lease) = (Duration::from_secs_f64(wait), Duration::from_secs(30));
    ReceiveOptions { max: 10, wait, lease, worker: "a worker & co".to_owned() }
}

/// How often each message was delivered, oldest first.
fn attempts(server: &Server) -> Vec<u32> {
    let jobs = "jobs".parse().unwrap();
    let peeked = server.hub.call(|broker, _| broker.peek(&jobs, 10)).unwrap();
    peeked.iter().map(|message| message.attempts).collect()
}

#[tokio::test]
async fn a_message_of_any_bytes_goes_through_and_is_acked_once() {
    let server = Server::start().await;
    let client = client(&server);
    let bodies = [b"text".to_vec(), vec![], (0..=255).collect()];
    for body in &bodies {
        client.publish(body.clone()).await.unwrap();
    }
    let messages = client.receive(&options(0.0)).await.unwrap().jobs;
    assert_eq!(
        messages.iter().map(|message| &message.body).collect::<Vec<_>>(),
        [&bodies[0], &bodies[1], &bodies[2]]
    );
    assert_eq!(attempts(&server), [1, 1, 1]);
    for message in &messages {
        client.ack(&message.receipt).await.unwrap();
        assert!(matches!(client.ack(&message.receipt).await, Err(Error::Stale(_))));
    }
}

#[tokio::test]
async fn a_nacked_message_goes_to_a_waiter() {
    let server = Server::start().await;
    let client = client(&server);
    let id = client.publish(b"again".to_vec()).await.unwrap();
    let first = client.receive(&options(0.0)).await.unwrap().jobs.remove(0);
    client.nack(&first.receipt, Duration::from_millis(50)).await.unwrap();
    let second = client.receive(&options(20.0)).await.unwrap().jobs.remove(0);
    assert_eq!((second.id, attempts(&server)), (id, vec![2]));
    let stale = client.nack(&first.receipt, Duration::ZERO).await;
    assert!(matches!(stale, Err(Error::Stale(_))));
}

#[tokio::test]
async fn a_released_message_comes_back_with_its_attempts_and_is_counted() {
    let server = Server::start().await;
    let client = client(&server);
    client.publish(b"again".to_vec()).await.unwrap();
    let first = client.receive(&options(0.0)).await.unwrap().jobs.remove(0);
    client.release(&first.receipt).await.unwrap();
    let second = client.receive(&options(0.0)).await.unwrap().jobs.remove(0);
    assert_eq!((second.id, attempts(&server)), (first.id, vec![1]));
    assert!(matches!(client.release(&first.receipt).await, Err(Error::Stale(_))));
    assert_eq!(client.stats().await.unwrap().released_total, Some(1));
}

#[tokio::test]
async fn a_client_sees_which_workers_are_busy_and_how_long_jobs_take() {
    let server = Server::start().await;
    let client = client(&server);
    assert!(matches!(client.holders().await, Err(Error::Unknown(_))));
    client.publish(b"a".to_vec()).await.unwrap();
    client.publish(b"b".to_vec()).await.unwrap();
    let one = ReceiveOptions { max: 1, ..options(0.0) };
    let first = client.receive(&one).await.unwrap().jobs.remove(0);
    client.receive(&one).await.unwrap();
    assert_eq!(client.stats().await.unwrap().ack_p90_s, None);
    client.ack(&first.receipt).await.unwrap();
    let stats = client.stats().await.unwrap();
    assert_eq!((stats.busy_workers, stats.nameless_leases), (Some(1), Some(0)));
    assert!((0.0..10.0).contains(&stats.ack_p90_s.unwrap()));
    let mut holders = client.holders().await.unwrap().unwrap();
    let held = holders.held.remove("a worker & co").unwrap();
    assert!(held.len() == 1 && held[0].left > held[0].since, "{held:?}");
    let (busy, taken) = (vec!["a worker & co".to_owned()], [("a worker & co".to_owned(), 2)]);
    assert_eq!(holders, Holders { busy, taken: taken.into(), ..Holders::default() });
    let jobs = "jobs".parse().unwrap();
    let worker = server.hub.call(|broker, now| broker.workers(now, &jobs)).unwrap().remove(0);
    assert_eq!((worker.leases, worker.taken, worker.done, worker.retired), (1, 2, 1, false));
}

#[tokio::test]
async fn a_retired_worker_is_notified_and_gets_nothing() {
    let server = Server::start().await;
    let client = client(&server);
    let long = options(20.0);
    let waiting = client.receive(&long);
    let retire = async {
        server.until(|stats| stats.waiting == 1).await;
        client.retire("a worker & co").await.unwrap()
    };
    let (received, leases) = tokio::join!(waiting, retire);
    assert_eq!(received.unwrap(), Given { jobs: vec![], retired: true });
    assert_eq!(leases, Some(0));
    client.publish(b"a".to_vec()).await.unwrap();
    assert_eq!(client.receive(&options(0.0)).await.unwrap().jobs, []);
    let other = ReceiveOptions { worker: "another".to_owned(), ..options(0.0) };
    assert!(!client.receive(&other).await.unwrap().retired);
    assert_eq!(client.retire("another").await.unwrap(), Some(1));
}

#[tokio::test]
async fn a_lease_is_extended_until_it_is_over() {
    let server = Server::start().await;
    let client = client(&server);
    client.publish(b"long".to_vec()).await.unwrap();
    let message = client.receive(&options(0.0)).await.unwrap().jobs.remove(0);
    client.extend(&message.receipt, Duration::from_millis(20)).await.unwrap();
    server.until(|stats| stats.total.lease_expired == 1).await;
    let late = client.extend(&message.receipt, Duration::from_secs(1)).await;
    assert!(matches!(late, Err(Error::Stale(_))));
}

#[tokio::test]
async fn an_empty_queue_gives_an_empty_list() {
    let server = Server::start().await;
    assert_eq!(client(&server).receive(&options(0.01)).await.unwrap().jobs, []);
}

#[tokio::test]
async fn the_numbers_are_the_server_s_and_unknown_before_the_queue_is_used() {
    let server = Server::start().await;
    let client = client(&server);
    assert!(matches!(client.stats().await, Err(Error::Unknown(_))));
    client.publish(b"a".to_vec()).await.unwrap();
    client.publish(b"b".to_vec()).await.unwrap();
    let one = ReceiveOptions { max: 1, ..options(0.0) };
    client.receive(&one).await.unwrap();
    let stats = client.stats().await.unwrap();
    assert_eq!((stats.ready, stats.in_flight, stats.delayed), (1, 1, 0));
    assert_eq!((stats.published_total, stats.acked_total), (2, 0));
    assert_eq!((stats.dead_total, stats.purged_total), (0, Some(0)));
}

#[tokio::test]
async fn a_publish_that_is_retried_with_its_key_happens_once() {
    let server = Server::start().await;
    let client = client(&server);
    let first = client.publish_once("k", b"a".to_vec()).await.unwrap();
    assert_eq!(client.publish_once("k", b"a".to_vec()).await.unwrap(), first);
    assert_ne!(client.publish_once("l", b"a".to_vec()).await.unwrap(), first);
    let other = client.publish_once("k", b"b".to_vec()).await;
    let Err(Error::Refused(problem)) = other else { panic!("the key is taken: {other:?}") };
    assert_eq!(problem.code, "key_reused");
    assert_eq!(client.stats().await.unwrap().published_total, 2);
}

#[tokio::test]
async fn a_full_queue_and_a_body_too_large_give_different_errors() {
    let server = Server::start().await;
    let client = client(&server);
    let settings = broker::Settings { max_depth: 1, ..Default::default() };
    let jobs = "jobs".parse().unwrap();
    server.hub.call(|broker, _| broker.configure(&jobs, settings)).unwrap();
    client.publish(b"a".to_vec()).await.unwrap();
    let Err(full @ Error::Full { retry_after, .. }) = client.publish(b"b".to_vec()).await else {
        panic!("the queue takes one message")
    };
    assert_eq!((retry_after, full.is_passing()), (Duration::from_secs(1), true));
    let large = client.publish(vec![0; 3 << 20]).await;
    let Err(Error::Refused(problem)) = large else { panic!("3 MiB is over the limit: {large:?}") };
    assert_eq!(problem.code, "too_large");
}

#[tokio::test]
async fn a_stopped_server_is_away() {
    let server = Server::start().await;
    let client = client(&server);
    client.publish(b"a".to_vec()).await.unwrap();
    server.trigger.set();
    tokio::time::timeout(SOON, server.running).await.unwrap().unwrap().unwrap();
    let Err(error @ Error::Away { .. }) = client.publish(b"b".to_vec()).await else {
        panic!("the server is gone")
    };
    assert!(error.is_passing());
}

#[tokio::test]
async fn concurrent_publishers_get_consecutive_totals_without_duplicates() {
    let server = Server::start().await;
    let client = client(&server);
    let publishes = (0..20).map(|_| client.publish_counted(b"x".to_vec()));
    let mut totals: Vec<u64> =
        futures::future::join_all(publishes).await.into_iter().filter_map(Result::unwrap).collect();
    totals.sort_unstable();
    assert_eq!(totals, (1..=20).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_queue_takes_settings_and_several_acks_at_once() {
    let server = Server::start().await;
    let client = client(&server);
    client.configure(&QueueSettings { max_depth: 2, max_age_s: 60.0 }).await.unwrap();
    client.publish(b"a".to_vec()).await.unwrap();
    client.publish(b"b".to_vec()).await.unwrap();
    assert!(matches!(client.publish(b"c".to_vec()).await, Err(Error::Full { .. })));
    let messages = client.receive(&options(0.0)).await.unwrap().jobs;
    let mut receipts: Vec<&str> = messages.iter().map(|it| it.receipt.as_str()).collect();
    receipts.push("stale");
    client.ack_all(&receipts).await.unwrap();
    assert_eq!(client.stats().await.unwrap().acked_total, 2);
}

#[tokio::test]
async fn many_are_published_at_once_and_a_purge_leaves_none() {
    let server = Server::start().await;
    let client = client(&server);
    let bodies: Vec<Vec<u8>> = (0..100).map(|n| format!("job {n}").into_bytes()).collect();
    client.publish_all(&bodies).await.unwrap();
    assert_eq!(server.stats().ready, 100);
    client.receive(&options(0.0)).await.unwrap();
    client.purge().await.unwrap();
    let stats = client.stats().await.unwrap();
    assert_eq!((stats.ready, stats.in_flight, stats.purged_total), (0, 0, Some(100)));
}

#[tokio::test]
async fn a_worker_that_lost_its_message_is_in_the_redelivery() {
    let server = Server::start().await;
    let client = client(&server);
    assert!(matches!(client.redelivered().await, Err(Error::Unknown(_))));
    client.publish(b"job".to_vec()).await.unwrap();
    let message = client.receive(&options(0.0)).await.unwrap().jobs.remove(0);
    client.extend(&message.receipt, Duration::from_millis(20)).await.unwrap();
    server.until(|stats| stats.total.lease_expired == 1).await;
    let again = client.receive(&options(20.0)).await.unwrap().jobs.remove(0);
    client.ack(&again.receipt).await.unwrap();
    let story = client.redelivered().await.unwrap().unwrap().remove(0);
    assert_eq!(story.worker.as_deref(), Some("a worker & co"));
    assert!(story.done && story.reason == "expired" && story.after_s >= Some(0.02), "{story:?}");
    assert_eq!(client.stats().await.unwrap().lease_expired_total, 1);
}

#[tokio::test]
async fn an_engine_sees_the_kit_s_queue_as_it_sees_any_queue() {
    let server = Server::start().await;
    let client = client(&server);
    let watched: &dyn WatchedQueue = &client;
    assert!(matches!(watched.numbers().await, Err(Error::Unknown(_))));
    watched.publish_all(&[b"a".to_vec(), b"b".to_vec()]).await.unwrap();
    let one = ReceiveOptions { max: 1, ..options(0.0) };
    let given = client.receive(&one).await.unwrap();
    assert_eq!(watched.holders().await.unwrap().unwrap().busy, [&*one.worker]);
    assert_eq!(watched.retire(&one.worker).await.unwrap(), Some(1));
    assert!(client.receive(&one).await.unwrap().retired);
    client.release(&given.jobs[0].receipt).await.unwrap();
    assert_eq!(watched.redelivered().await.unwrap().unwrap().len(), 1);
    let numbers = watched.numbers().await.unwrap();
    assert_eq!((numbers.ready, numbers.in_flight, numbers.published_total), (2, 0, Some(2)));
    watched.purge().await.unwrap();
    assert_eq!(watched.numbers().await.unwrap().ready, 0);
}
