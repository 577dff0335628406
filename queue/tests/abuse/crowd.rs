//! More connections than the maximum.

use service::http::Limits;
use tokio::net::TcpStream;

use crate::limits;
use crate::support::{Server, answer, send};

const MOST: usize = 8;

async fn full() -> (Server, Vec<TcpStream>) {
    let server = Server::with(Limits { connections: MOST, ..limits() }).await;
    let mut served = Vec::new();
    for _ in 0..MOST {
        let mut connection = server.begin("GET ", "").await;
        answer(&mut connection).await;
        served.push(connection);
    }
    (server, served)
}

#[tokio::test]
async fn no_more_connections_are_served_than_the_maximum() {
    let (server, mut served) = full().await;
    server.until_metric("queue_connections_full_total", 1.0).await;
    let mut beyond = server.begin("GET ", "").await;
    // Accepted connections get answers; a further one would have got one meanwhile.
    for _ in 0..20 {
        for connection in &mut served {
            send(connection, "GET ", "").await;
            answer(connection).await;
        }
    }
    assert_eq!(server.metric("queue_connections"), MOST as f64);
    let nothing = beyond.try_read(&mut [0]).unwrap_err();
    assert_eq!(nothing.kind(), std::io::ErrorKind::WouldBlock);
    served.pop();
    answer(&mut beyond).await;
    assert_eq!(server.metric("queue_connections"), MOST as f64);
}

#[tokio::test]
async fn waiting_connections_are_accepted_as_others_are_closed() {
    let (server, served) = full().await;
    let mut beyond = Vec::new();
    for _ in 0..3 * MOST {
        beyond.push(server.begin("GET ", "").await);
    }
    drop(served);
    for mut connection in beyond {
        answer(&mut connection).await;
        assert!(server.metric("queue_connections") <= MOST as f64);
    }
    server.until_metric("queue_connections", 0.0).await;
}

#[tokio::test]
async fn a_full_server_shuts_down() {
    let (server, served) = full().await;
    let _beyond = server.begin("GET ", "").await;
    server.trigger.set();
    let left = tokio::time::timeout(crate::support::SOON, server.running).await;
    left.expect("it leaves").unwrap().unwrap();
    drop(served);
}
