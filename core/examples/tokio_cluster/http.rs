//! What people and scrapers ask over HTTP. The node answers: a question goes to its loop and comes back as text.

use std::io;
use std::time::Duration;

use quorate::{Counters, MemberStatus, Metrics, Node, Question};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{sleep, timeout};

/// The most bytes of a request.
const REQUEST_BYTES: usize = 8192;
const PATIENCE: Duration = Duration::from_secs(5);

const PAGES: &str = "/metrics  counts and gauges for Prometheus\n\
    /members  the members, as this node sees them\n\
    /ready    200 while this node is up\n\
    /why/QUESTION, such as /why/not-converged or /why/not-up/127.0.0.1:7355\n";

/// What was asked, and where the answer goes.
pub(crate) struct Asked {
    path: String,
    answer: oneshot::Sender<Answer>,
}

struct Answer {
    status: &'static str,
    text: String,
}

/// Serves at an address.
///
/// # Errors
/// An address that can't be had, and why.
pub(crate) async fn open(address: &str, questions: mpsc::Sender<Asked>) -> Result<(), String> {
    let listener = TcpListener::bind(address).await.map_err(|error| format!("{address}: {error}"))?;
    match listener.local_addr() {
        Ok(at) => tracing::info!("http://{at}/ tells of this node"),
        Err(error) => return Err(format!("{address}: {error}")),
    }
    tokio::spawn(async move {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => drop(tokio::spawn(timeout(PATIENCE, serve(stream, questions.clone())))),
                Err(_) => sleep(Duration::from_millis(100)).await,
            }
        }
    });
    Ok(())
}

/// One request, one answer.
async fn serve(mut stream: TcpStream, questions: mpsc::Sender<Asked>) -> io::Result<()> {
    let mut request = Vec::new();
    while !request.windows(4).any(|bytes| bytes == b"\r\n\r\n") && request.len() < REQUEST_BYTES {
        if stream.read_buf(&mut request).await? == 0 {
            break;
        }
    }
    let line = String::from_utf8_lossy(&request).lines().next().unwrap_or_default().to_string();
    let mut words = line.split(' ');
    let answer = match (words.next(), words.next()) {
        (Some("GET"), Some(path)) => ask(path, &questions).await,
        _ => Answer { status: "405 Method Not Allowed", text: "only GET is answered\n".into() },
    };
    let (status, text) = (answer.status, answer.text);
    let head = format!("HTTP/1.1 {status}\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n");
    let rest = format!("Content-Length: {}\r\nConnection: close\r\n\r\n{text}", text.len());
    stream.write_all((head + &rest).as_bytes()).await?;
    stream.shutdown().await
}

async fn ask(path: &str, questions: &mpsc::Sender<Asked>) -> Answer {
    let (answer, answered) = oneshot::channel();
    let gone = || Answer { status: "503 Service Unavailable", text: "this node has ended\n".into() };
    if questions.send(Asked { path: path.into(), answer }).await.is_err() {
        return gone();
    }
    answered.await.unwrap_or_else(|_| gone())
}

impl Asked {
    /// Answers with what the node says.
    pub(crate) fn answer(self, node: &Node, counters: &Counters) {
        let answer = page(&self.path, node, counters);
        // Who asked may have gone away.
        drop(self.answer.send(answer));
    }
}

fn page(path: &str, node: &Node, counters: &Counters) -> Answer {
    let ok = |text| Answer { status: "200 OK", text };
    match path {
        "/" => ok(PAGES.into()),
        "/metrics" => ok(Metrics { node, counters }.to_string()),
        "/members" => ok(format!("{}\n", node.gossip())),
        "/ready" => {
            let own = node.view().own_status();
            let status = if own == MemberStatus::Up { "200 OK" } else { "503 Service Unavailable" };
            Answer { status, text: format!("{own}\n") }
        }
        _ => match path.strip_prefix("/why/") {
            Some(question) => why(question, node),
            None => Answer { status: "404 Not Found", text: PAGES.into() },
        },
    }
}

fn why(question: &str, node: &Node) -> Answer {
    match question.replace("%20", " ").replace('/', " ").parse::<Question>() {
        Err(error) => Answer { status: "400 Bad Request", text: format!("{error}\n") },
        Ok(question) => {
            let reasons = node.why(&question);
            let told: String = reasons.iter().map(|reason| format!("{reason}\n")).collect();
            let text = if told.is_empty() { format!("it is not so: {question}\n") } else { told };
            Answer { status: "200 OK", text }
        }
    }
}
