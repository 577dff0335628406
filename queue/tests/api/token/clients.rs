//! Clients show the token, and notice a new one.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use client::{Client, Error, QueueArgs, ReceiveOptions, WorkQueue};
use service::TokenFile;
use service::http::Limits;
use tokio::time::timeout;

use super::file;
use crate::support::{SOON, Server};

async fn server(token: &Path) -> Server {
    Server::with_token(Limits::default(), Some(TokenFile::open(token).unwrap())).await
}

fn client(server: &Server, queue_token_file: Option<PathBuf>) -> Client {
    let queue_url = format!("http://{}", server.address).parse().unwrap();
    Client::new(&QueueArgs { queue_url, queue: "jobs".to_owned(), queue_token_file }).unwrap()
}

fn publish(client: &Client) -> impl Future<Output = Result<String, Error>> {
    client.publish(b"x".to_vec())
}

#[tokio::test]
async fn every_call_of_a_client_shows_the_token() {
    let path = file("client", "s3cret");
    let server = server(&path).await;
    let client = client(&server, Some(path));
    publish(&client).await.unwrap();
    publish(&client).await.unwrap();
    let (wait, lease) = (Duration::ZERO, Duration::from_secs(30));
    let options = ReceiveOptions { max: 2, wait, lease, worker: "me".to_owned() };
    let messages = client.receive(&options).await.unwrap().jobs;
    client.extend(&messages[0].receipt, lease).await.unwrap();
    client.ack(&messages[0].receipt).await.unwrap();
    client.nack(&messages[1].receipt, Duration::ZERO).await.unwrap();
    let again = client.receive(&options).await.unwrap().jobs;
    client.release(&again[0].receipt).await.unwrap();
    assert_eq!(client.stats().await.unwrap().ready, 1);
}

#[tokio::test]
async fn a_client_without_a_token_file_is_refused_and_learns_the_flag() {
    let server = server(&file("without", "s3cret")).await;
    let Err(error @ Error::Refused(_)) = publish(&client(&server, None)).await else {
        panic!("the call needs a token")
    };
    assert!(!error.is_passing() && error.to_string().contains("--queue-token-file"), "{error}");
}

#[tokio::test]
async fn a_client_succeeds_once_both_files_have_the_same_token_again() {
    let (theirs, ours) = (file("theirs", "old"), file("ours", "old"));
    let server = server(&theirs).await;
    let client = client(&server, Some(ours.clone()));
    publish(&client).await.unwrap();
    fs::write(&theirs, "new").unwrap();
    let refused = async {
        loop {
            if let Err(error) = publish(&client).await {
                return error;
            }
        }
    };
    let error = timeout(SOON, refused).await.expect("the queue reads its file again");
    assert!(matches!(error, Error::Unauthorized(_)) && error.is_passing(), "{error}");
    fs::write(&ours, "new").unwrap();
    publish(&client).await.expect("a refused client reads its file at once");
}

#[tokio::test]
async fn a_client_whose_file_has_no_token_is_not_created() {
    let queue_url = client::args::parse_url("http://127.0.0.1:4151").unwrap();
    let queue_token_file = Some(file("empty", "\n"));
    let args = QueueArgs { queue_url, queue: "jobs".to_owned(), queue_token_file };
    let error = Client::new(&args).unwrap_err();
    assert!(error.to_string().contains("is empty; put the token there"), "{error}");
}
