//! Connections: large bodies, idle clients, and the shutdown.

use tokio::io::AsyncWriteExt;

use crate::support::{SOON, Server, answer, rest, send};

#[tokio::test]
async fn a_body_without_an_end_is_cut_off_at_the_limit() {
    let server = Server::start().await;
    let mut connection = server.connect().await;
    let head = "POST /v1/queues/jobs/messages HTTP/1.1\r\nhost: q\r\ntransfer-encoding: chunked";
    connection.write_all(format!("{head}\r\n\r\n").as_bytes()).await.unwrap();
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
    let sending = async {
        // Without a limit this would continue for ever.
        while connection.write_all(chunk.as_bytes()).await.is_ok() {}
    };
    tokio::time::timeout(SOON, sending).await.expect("the server closes the connection");
    assert!(rest(&mut connection).await.starts_with("HTTP/1.1 413"));
    assert_eq!(server.stats().total.published, 0);
}

#[tokio::test]
async fn a_declared_length_over_the_limit_is_refused_before_the_body_comes() {
    let server = Server::start().await;
    let mut connection = server.connect().await;
    let head = "POST /v1/queues/jobs/messages HTTP/1.1\r\nhost: q\r\ncontent-length: 100000000";
    connection.write_all(format!("{head}\r\n\r\n").as_bytes()).await.unwrap();
    assert!(answer(&mut connection).await.starts_with("HTTP/1.1 413"));
}

#[tokio::test]
async fn an_incomplete_publish_publishes_nothing() {
    let server = Server::start().await;
    let mut connection = server.connect().await;
    let head = "POST /v1/queues/jobs/messages HTTP/1.1\r\nhost: q\r\ncontent-length: 10";
    connection.write_all(format!("{head}\r\n\r\nhalf").as_bytes()).await.unwrap();
    connection.shutdown().await.unwrap();
    rest(&mut connection).await;
    assert_eq!(server.stats().total.published, 0);
}

#[tokio::test]
async fn idle_connections_do_not_delay_the_shutdown() {
    let server = Server::start().await;
    let mut idle = server.begin("GET ", "").await;
    answer(&mut idle).await;
    let silent = server.connect().await;
    // A complete call, so that the silent connection has been accepted before.
    answer(&mut server.begin("GET ", "").await).await;
    server.trigger.set();
    tokio::time::timeout(SOON, server.running).await.unwrap().unwrap().unwrap();
    drop((idle, silent));
}

#[tokio::test]
async fn a_request_in_progress_is_finished_before_the_shutdown() {
    let server = Server::start().await;
    let mut connection = server.connect().await;
    let head = "POST /v1/queues/jobs/messages HTTP/1.1\r\nhost: q\r\ncontent-length: 10";
    connection.write_all(format!("{head}\r\n\r\nhalf ").as_bytes()).await.unwrap();
    // Its first bytes are read before those of a later request are answered.
    answer(&mut server.begin("GET ", "").await).await;
    server.trigger.set();
    connection.write_all(b"whole").await.unwrap();
    assert!(rest(&mut connection).await.contains("201 Created"));
    tokio::time::timeout(SOON, server.running).await.unwrap().unwrap().unwrap();
    let stats = server.hub.call(|broker, now| broker.stats(now, &"jobs".parse().unwrap()));
    assert_eq!(stats.unwrap().ready, 1);
}

#[tokio::test]
async fn one_connection_serves_many_calls() {
    let server = Server::start().await;
    let mut connection = server.connect().await;
    for _ in 0..100 {
        send(&mut connection, "POST /jobs/messages", "x").await;
        assert!(answer(&mut connection).await.starts_with("HTTP/1.1 201"));
        send(&mut connection, "POST /jobs/messages/receive", "").await;
        assert!(answer(&mut connection).await.contains(r#""body":"x""#));
    }
    assert_eq!(server.stats().in_flight, 100);
}
