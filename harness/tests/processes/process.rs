//! Processes, and the cluster that they are to be.

use std::fs::{self, File};
use std::net::UdpSocket;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use quorate::Address;
use quorate_harness::case::{Case, NodeName, NodeRef, StopReason};

use super::file;
use super::told::Told;

/// One process, from its start on.
pub(super) struct Process {
    pub(super) name: String,
    pub(super) address: Address,
    pub(super) told: Told,
    /// When a process that is suspended goes on.
    pub(super) wakes_at: Option<Instant>,
    pub(super) output: PathBuf,
    pub(super) log: PathBuf,
    read: usize,
    child: Child,
    was_killed: bool,
}

impl Process {
    pub(super) fn signal(&mut self, signal: &str) {
        let kill = Command::new("kill").arg(format!("-{signal}")).arg(self.child.id().to_string()).status();
        assert!(kill.unwrap().success(), "{} could not be sent {signal}", self.name);
    }

    pub(super) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.was_killed = true;
    }

    pub(super) fn is_running(&self) -> bool {
        self.end().is_none()
    }

    /// The status with which the process has ended, if it has.
    pub(super) fn status(&mut self) -> Option<i32> {
        self.child.try_wait().unwrap().map(|status| status.code().unwrap())
    }

    /// What it has logged so far.
    pub(super) fn logged(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// How it ended: killed, or as it said itself.
    pub(super) fn end(&self) -> Option<StopReason> {
        if self.was_killed { Some(StopReason::Crashed) } else { self.told.end }
    }

    fn look(&mut self) {
        if self.wakes_at.is_some_and(|at| Instant::now() >= at) {
            self.wakes_at = None;
            self.signal("CONT");
        }
        let text = fs::read_to_string(&self.output).unwrap();
        // The last line may not be whole yet.
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        text[self.read..whole].lines().for_each(|line| self.told.hear(line));
        self.read = whole;
        if let Some(status) = self.child.try_wait().unwrap()
            && !self.was_killed
        {
            let log = fs::read_to_string(&self.log).unwrap();
            assert!(self.told.end.is_some(), "{} ended with {status} and did not say why:\n{log}", self.name);
        }
    }
}

/// All processes, those that have ended too.
pub(super) struct Cluster {
    program: PathBuf,
    folder: PathBuf,
    settings: Vec<String>,
    addresses: Vec<(NodeName, Address)>,
    seeds: Vec<NodeName>,
    processes: Vec<Process>,
}

impl Cluster {
    /// Nobody runs yet. The addresses are free ports of this machine, in the order of the nodes.
    pub(super) fn new(program: PathBuf, case: &Case, folder: PathBuf) -> Self {
        let sockets: Vec<UdpSocket> =
            case.nodes.iter().map(|_| UdpSocket::bind("127.0.0.1:0").unwrap()).collect();
        let mut ports: Vec<u16> = sockets.iter().map(|socket| socket.local_addr().unwrap().port()).collect();
        // Addresses are ordered by their ports as numbers, so that who leads is known.
        ports.sort_unstable();
        let address = |port| Address::new("127.0.0.1", port).unwrap();
        let addresses = case.nodes.iter().cloned().zip(ports.into_iter().map(address)).collect();
        let settings = case.settings.iter().flat_map(|settings| &settings.settings);
        let settings = settings.map(|one| format!("{}={}", one.key, one.value)).collect();
        Self { program, folder, settings, addresses, seeds: case.seeds.clone(), processes: Vec::new() }
    }

    pub(super) fn start(&mut self, node: &NodeName) {
        let life = 1 + self.processes.iter().filter(|process| process.name == node.as_str()).count();
        let place = |kind| file(&self.folder, &format!("{node}{life}"), kind);
        let (output, log) = (place("out"), place("log"));
        let address = self.address(node).clone();
        let mut command = Command::new(&self.program);
        command.arg(address.to_string()).arg("--json").arg("--record").arg(place("record"));
        // Whole states go over TCP.
        command.args(["--datagram-bytes", "300"]);
        for setting in &self.settings {
            command.args(["--set", setting]);
        }
        for seed in self.seeds.iter().filter(|seed| *seed != node) {
            command.arg("--seed").arg(self.address(seed).to_string());
        }
        command
            .stdin(Stdio::null())
            .stdout(File::create(&output).unwrap())
            .stderr(File::create(&log).unwrap());
        self.processes.push(Process {
            name: node.to_string(),
            address,
            told: Told::default(),
            wakes_at: None,
            output,
            log,
            read: 0,
            child: command.spawn().unwrap(),
            was_killed: false,
        });
    }

    fn address(&self, node: &NodeName) -> &Address {
        &self.addresses.iter().find(|(name, _)| name == node).unwrap().1
    }

    pub(super) fn process(&mut self, node: &NodeName) -> &mut Process {
        self.processes.iter_mut().rev().find(|process| process.name == node.as_str()).unwrap()
    }

    /// The life of a node that is meant: the last one, unless it is numbered.
    pub(super) fn find(&self, node: &NodeRef) -> &Process {
        let mut lives = self.processes.iter().filter(|process| process.name == node.name.as_str());
        match node.incarnation {
            Some(number) => lives.nth(number as usize - 1),
            None => lives.next_back(),
        }
        .unwrap()
    }

    pub(super) fn running(&self) -> impl Iterator<Item = &Process> {
        self.processes.iter().filter(|process| process.is_running())
    }

    /// Takes in what was printed since the last time.
    pub(super) fn look(&mut self) {
        self.processes.iter_mut().for_each(Process::look);
    }

    pub(super) fn recordings(&self) -> Vec<PathBuf> {
        self.processes.iter().map(|process| process.output.with_extension("record")).collect()
    }

    /// The ends of all logs, for a check that failed.
    pub(super) fn tail(&self) -> String {
        let mut text = String::new();
        for process in &self.processes {
            let log = fs::read_to_string(&process.log).unwrap();
            let from = log.lines().count().saturating_sub(12);
            text.push_str(&format!("--- {} {:?}\n", process.name, process.told.me));
            log.lines().skip(from).for_each(|line| text.push_str(&format!("{line}\n")));
        }
        text
    }

    pub(super) fn end(&mut self) {
        self.processes.iter_mut().filter(|process| process.is_running()).for_each(Process::kill);
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for process in &mut self.processes {
            drop(process.child.kill());
            drop(process.child.wait());
        }
    }
}
