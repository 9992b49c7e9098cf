//! A node in a process of its own: tokio, UDP and TCP, logs, metrics, a graceful end. Made to be copied.
//!
//! ```sh
//! cargo run -p quorate --features prometheus,tracing --example tokio_cluster -- 127.0.0.1:7355 --http 127.0.0.1:8355
//! cargo run -p quorate --features prometheus,tracing --example tokio_cluster -- 127.0.0.1:7356 --seed 127.0.0.1:7355
//! ```
//!
//! - [`host`]: the loop that hands inputs to the node and carries out what it wants.
//! - [`transport`]: small frames as datagrams, large ones over TCP.
//! - [`http`]: metrics, members, and why something is as it is.
//! - [`recording`]: everything that happens to the node, in files, for `quorate replay --record`.
//! - [`options`]: the command line.
//!
//! On SIGTERM or SIGINT it leaves the cluster, finishes its work and ends; the second one ends it at once. When its node ends, so does
//! the process, unless `run-coordinated-shutdown-when-down` is off: then it goes on without a node, and `/ready` says so.
#![allow(clippy::disallowed_types, reason = "a host is where clocks come from")]

mod host;
mod http;
mod options;
mod recording;
mod transport;

use std::process::ExitCode;

use quorate::Limits;
use tokio::sync::mpsc;

use host::{Host, WRONG_SETTINGS};
use options::{Options, USAGE};
use transport::Transport;

/// A node is one value, so one thread is enough.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let options = match Options::read(std::env::args().skip(1)) {
        Ok(Some(options)) => options,
        Ok(None) => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(error) => return refuse(&format!("{error}\n`tokio_cluster --help` tells what there is")),
    };
    let subscriber = tracing_subscriber::fmt().with_max_level(options.log).with_writer(std::io::stderr);
    subscriber.with_ansi(false).init();
    match serve(options).await {
        Ok(status) => ExitCode::from(status),
        Err(error) => refuse(&error),
    }
}

fn refuse(error: &str) -> ExitCode {
    eprintln!("{}", error.trim_end());
    ExitCode::from(WRONG_SETTINGS)
}

async fn serve(options: Options) -> Result<u8, String> {
    let limits: Limits = options.config.limits;
    let transport = Transport::open(&options.address, options.datagram_bytes, limits.frame_bytes).await?;
    let (questions, asked) = mpsc::channel(16);
    if let Some(address) = &options.http {
        http::open(address, questions).await?;
    }
    Host::new(options, transport)?.run(asked).await
}
