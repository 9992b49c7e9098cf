//! How processes end when their nodes do.

use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use quorate_harness::case::NodeName;

use super::{LOOK, played, tokio_cluster};

/// Waits for what must come soon.
fn soon<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{what}");
        sleep(LOOK);
    }
}

/// LIFE-55, LDR-42: with `run-coordinated-shutdown-when-down = off` a process outlives its node, and ends when it is told to.
#[test]
fn a_process_that_is_not_to_end_with_its_node_goes_on() {
    let (_, mut cluster) = played("outlived", include_str!("outlived.qcase"));
    let name = NodeName::new("b").unwrap();
    soon("it says that it goes on", || {
        cluster.process(&name).logged().contains("goes on without its node").then_some(())
    });
    sleep(Duration::from_secs(1));
    assert_eq!(cluster.process(&name).status(), None);
    cluster.process(&name).signal("TERM");
    assert_eq!(soon("it ends", || cluster.process(&name).status()), 0);
    // The other one leaves, which ends its process in any case (SHUT-11).
    let name = NodeName::new("a").unwrap();
    cluster.process(&name).signal("TERM");
    assert_eq!(soon("it leaves", || cluster.process(&name).status()), 0);
}

/// SHUT-11: whoever is refused for its settings ends as one does that finds out itself that they are wrong: a supervisor must
/// not take it for success.
#[test]
fn a_process_that_is_refused_for_its_settings_does_not_end_with_success() {
    let program = tokio_cluster();
    let free = std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let start = |arguments: &[&str]| {
        let mut command = Command::new(&program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().unwrap()
    };
    let mut seed = start(&[&free]);
    let mut other = start(&["127.0.0.1:0", "--seed", &free, "--set", "sbr.strategy=keep-oldest"]);
    let status = soon("it is refused", || other.try_wait().unwrap());
    seed.kill().unwrap();
    seed.wait().unwrap();
    assert_eq!(status.code(), Some(2));
    let mut wrong = start(&["127.0.0.1:0", "--set", "gossip-interval=0s"]);
    assert_eq!(soon("it finds out itself", || wrong.try_wait().unwrap()).code(), Some(2));
}
