//! One line of a log.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use serde::{Deserialize, Serialize};

use super::marker::{MEMBER_STATUS, Marker, REMOTE_ADDRESS, REMOTE_ADDRESS_UID, SBR_DECISION};
use crate::membership::{Address, DataCenter, MemberStatus, UniqueAddress};
use crate::sbr::Decision;

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Level {
    /// For those who look for a fault.
    Debug,
    /// How things go.
    Info,
    /// Somebody should look at it.
    Warning,
    /// This node can't go on.
    Error,
}

/// OBS-2: which part of a node a line stems from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Category {
    /// Membership.
    Cluster,
    /// The exchange of states.
    Gossip,
    /// Failure detection.
    Heartbeat,
}

impl Category {
    /// OBS-2: the name of the logger that Pekko has for it.
    #[must_use]
    pub const fn logger(self) -> &'static str {
        match self {
            Self::Cluster => "org.apache.pekko.cluster.Cluster",
            Self::Gossip => "org.apache.pekko.cluster.ClusterGossip",
            Self::Heartbeat => "org.apache.pekko.cluster.ClusterHeartbeat",
        }
    }
}

/// One line of a log. Plain data; its `Display` is what a log without fields shows (OBS-1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// How much it matters.
    pub level: Level,
    /// Where it stems from.
    pub category: Category,
    /// OBS-9: what it is about, if tools look for it.
    pub marker: Option<Marker>,
    /// The node that tells it.
    pub node: Address,
    /// Its data centre.
    pub data_center: DataCenter,
    /// OBS-9: names and values, those of the marker.
    pub fields: Vec<(&'static str, String)>,
    /// What happened, in words.
    pub text: String,
}

impl Line {
    pub(super) const fn new(
        level: Level,
        category: Category,
        node: Address,
        data_center: DataCenter,
    ) -> Self {
        Self { level, category, marker: None, node, data_center, fields: Vec::new(), text: String::new() }
    }

    pub(super) const fn marked(mut self, marker: Marker) -> Self {
        self.marker = Some(marker);
        self
    }

    pub(super) fn at(mut self, node: &UniqueAddress) -> Self {
        self.fields.push((REMOTE_ADDRESS, node.address.to_string()));
        self
    }

    pub(super) fn of(mut self, node: &UniqueAddress) -> Self {
        self = self.at(node);
        self.fields.push((REMOTE_ADDRESS_UID, node.uid.to_string()));
        self
    }

    pub(super) fn status(mut self, status: MemberStatus) -> Self {
        self.fields.push((MEMBER_STATUS, format!("{status:?}")));
        self
    }

    pub(super) fn decision(mut self, decision: &Decision) -> Self {
        // Without what the decision carries: Pekko's name of it.
        let name = format!("{decision:?}").split(' ').take(1).collect();
        self.fields.push((SBR_DECISION, name));
        self
    }

    /// The value of a field, if the line has it.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|field| field.0 == name).map(|field| field.1.as_str())
    }
}

impl fmt::Display for Line {
    /// OBS-1: the node and, unless it is the default one, its data centre go before the text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cluster Node [{}]", self.node)?;
        if *self.data_center != *"default" {
            write!(f, " dc [{}]", self.data_center)?;
        }
        write!(f, " - {}", self.text)
    }
}
