//! How a gossip prints itself.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use super::Gossip;
use crate::membership::grid::Grid;
use crate::membership::member::UP_NUMBER_NONE;

impl fmt::Display for Gossip {
    /// The members as a table, then who sees whom as a matrix, who else has seen this state, who was removed, and the clock.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut grid = Grid::default();
        grid.line(["member", "status", "up", "seen", "version", "roles"].map(String::from).into());
        for member in &self.members {
            let up = member.up_number();
            let seen = if self.is_seen_by(member.unique_address()) { "yes" } else { "no" };
            let line: Vec<String> = [
                member.unique_address().to_string(),
                member.status().to_string(),
                if up == UP_NUMBER_NONE { "-".to_string() } else { up.to_string() },
                seen.to_string(),
                member.app_version().to_string(),
                member.roles().to_string(),
            ]
            .into();
            grid.line(line);
        }
        write!(f, "{grid}{}", self.reachability)?;
        for node in self.seen().filter(|node| !self.members.contains(node)) {
            writeln!(f, "seen by {node}, which is no member")?;
        }
        for (node, wall_ms) in self.tombstones.iter() {
            writeln!(f, "removed {node} at {wall_ms} ms")?;
        }
        write!(f, "clock {}", self.clock)
    }
}

impl fmt::Debug for Gossip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
