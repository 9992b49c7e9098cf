//! The settings that a case may set: those of a node, and those of the world.

use quorate::internals::Planted;
use quorate::{Config, ConfigError};

use crate::case::{Bytes, SettingCatalog, Time};

/// CASE-4: every setting of [`Config`] by its own name, the repairs, and what is said of the world.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings;

/// Whether messages are encoded and decoded on their way (SIM-4).
pub const WORLD_WIRE: &str = "world.wire";
/// How long the work takes that a host does before its node exits, in all hosts.
pub const WORLD_EXIT_TASKS: &str = "world.exit-tasks";
/// How many bytes the world may take (SIM-13).
pub const WORLD_MEMORY_CAP: &str = "world.memory-cap";
/// The cap of a case that sets none.
pub const WORLD_MEMORY_CAP_DEFAULT: Bytes = Bytes(2_000_000_000);
/// INV-5: the name of a rule that is broken on purpose in all nodes, or `off`.
pub const WORLD_PLANTED: &str = "world.planted";
/// All repairs at once.
const ALL_REPAIRS: &str = "repairs.all";

/// What a setting does that is none of [`Config`]'s, in one sentence; empty for a name that is none.
#[must_use]
pub(crate) fn meaning_of_own(name: &str) -> &'static str {
    match name {
        WORLD_WIRE => "whether messages are encoded and decoded on their way",
        WORLD_EXIT_TASKS => "how long the work takes that a host does before its node exits, in all hosts",
        WORLD_MEMORY_CAP => "how many bytes the world may take",
        WORLD_PLANTED => "the rule that is broken on purpose in all nodes, or `off`",
        ALL_REPAIRS => "all repairs at once",
        _ => "",
    }
}

/// What holds of it when nothing is set.
#[must_use]
pub(crate) fn default_of_own(name: &str) -> String {
    match name {
        WORLD_EXIT_TASKS => Time::ZERO.to_string(),
        WORLD_MEMORY_CAP => WORLD_MEMORY_CAP_DEFAULT.to_string(),
        ALL_REPAIRS => "on".into(),
        _ => "off".into(),
    }
}

impl SettingCatalog for Settings {
    fn names(&self) -> Vec<&'static str> {
        let own = [WORLD_WIRE, WORLD_EXIT_TASKS, WORLD_MEMORY_CAP, WORLD_PLANTED, ALL_REPAIRS];
        Config::settings().iter().map(|setting| setting.name).chain(own).collect()
    }

    fn check(&self, key: &str, value: &str) -> Result<String, String> {
        if key == WORLD_WIRE || key == ALL_REPAIRS {
            return match value {
                "on" | "off" => Ok(value.into()),
                _ => Err("`on` or `off` is expected".into()),
            };
        }
        if key == WORLD_EXIT_TASKS {
            let time: Time = value.parse().map_err(|error| format!("a duration is expected: {error}"))?;
            return Ok(time.to_string());
        }
        if key == WORLD_MEMORY_CAP {
            let bytes: Result<Bytes, ()> = value.parse();
            return bytes
                .map(|bytes| bytes.to_string())
                .map_err(|()| "a number of bytes is expected, such as `64MB`".into());
        }
        if key == WORLD_PLANTED {
            return match value {
                "off" => Ok(value.into()),
                _ => planted(value).map(|bug| bug.name().into()),
            };
        }
        let mut config = Config::default();
        config.set(key, value).map_err(|error| match error {
            ConfigError::BadValue { expected, .. } => format!("{expected} is expected"),
            other => other.to_string(),
        })?;
        let canonical = config.get(key).filter(|text| !text.is_empty());
        Ok(canonical.unwrap_or_else(|| value.into()))
    }
}

/// INV-5: the planted bug of a name.
///
/// # Errors
/// What is expected instead, as the end of a sentence.
pub fn planted(name: &str) -> Result<Planted, String> {
    let found = Planted::ALL.iter().find(|bug| bug.name() == name);
    found.copied().ok_or_else(|| {
        let names: Vec<_> = Planted::ALL.iter().map(|bug| bug.name()).collect();
        let near = crate::case::nearest(name, names.iter().copied());
        let hint = near.map_or_else(|| names.join(", "), |near| format!("did you mean `{near}`"));
        format!("the name of a planted bug, or `off`, is expected ({hint})")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CASE-4
    #[test]
    fn values_are_checked_and_written_in_one_way() {
        assert_eq!(Settings.check("sbr.stable-after", "80s"), Ok("1m20s".into()));
        assert_eq!(Settings.check("sbr.static-quorum.quorum-size", "3"), Ok("3".into()));
        assert_eq!(Settings.check("world.wire", "on"), Ok("on".into()));
        assert_eq!(Settings.check("world.memory-cap", "64000kB"), Ok("64MB".into()));
        assert!(Settings.check("world.memory-cap", "64").unwrap_err().contains("64MB"));
        assert!(Settings.check("gossip-interval", "soon").unwrap_err().contains("duration"));
        assert_eq!(Settings.check("repairs.introduce", "on"), Ok("on".into()));
        assert_eq!(Settings.check("repairs.keep-self", "yes"), Ok("on".into()));
        assert_eq!(Settings.check("world.planted", "seen-not-reset"), Ok("seen-not-reset".into()));
        assert!(Settings.check("world.planted", "seen-not-resett").unwrap_err().contains("`seen-not-reset`"));
    }
}
