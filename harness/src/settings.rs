//! The settings that a case may set: those of a node, and those of the world.

use quorate::{Config, ConfigError, Repairs};

use crate::case::SettingCatalog;

/// CASE-4: every setting of [`Config`] by its own name, the repairs, and what is said of the world.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings;

/// Whether messages are encoded and decoded on their way (SIM-4).
pub const WORLD_WIRE: &str = "world.wire";
/// All repairs that are built, at once.
const ALL_REPAIRS: &str = "repairs.all";

impl SettingCatalog for Settings {
    fn names(&self) -> Vec<&'static str> {
        let own = [WORLD_WIRE, ALL_REPAIRS];
        Config::settings().iter().map(|setting| setting.name).chain(own).collect()
    }

    fn check(&self, key: &str, value: &str) -> Result<String, String> {
        if key == WORLD_WIRE || key == ALL_REPAIRS {
            return match value {
                "on" | "off" => Ok(value.into()),
                _ => Err("`on` or `off` is expected".into()),
            };
        }
        if let Some(name) = key.strip_prefix("repairs.")
            && !Repairs::is_built(name)
            && Config::setting(key).is_some()
            && value == "on"
        {
            return Err("this repair is not built yet".into());
        }
        let mut config = selecting(key);
        config.set(key, value).map_err(|error| match error {
            ConfigError::BadValue { expected, .. } => format!("{expected} is expected"),
            other => other.to_string(),
        })?;
        let canonical = config.get(key).filter(|text| !text.is_empty());
        Ok(canonical.unwrap_or_else(|| value.into()))
    }
}

/// A configuration in which a setting that belongs to one strategy can be tried on its own.
fn selecting(key: &str) -> Config {
    let mut config = Config::default();
    let strategy = match key {
        "sbr.static-quorum.quorum-size" => "static-quorum",
        "sbr.keep-oldest.down-if-alone" => "keep-oldest",
        _ => return config,
    };
    // The strategy is one that the setting takes.
    let _ = config.set("sbr.strategy", strategy);
    config
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
        assert!(Settings.check("gossip-interval", "soon").unwrap_err().contains("duration"));
        assert!(Settings.check("repairs.introduce", "on").unwrap_err().contains("not built"));
        assert_eq!(Settings.check("repairs.keep-self", "yes"), Ok("on".into()));
    }
}
