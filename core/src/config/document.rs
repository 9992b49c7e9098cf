//! A configuration as a document that people write, and as bytes.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Config, Setting};

impl Config {
    /// The settings that differ from their defaults, by name, with their values as text.
    #[must_use]
    pub fn changed_settings(&self) -> Vec<(String, String)> {
        let defaults = Self::default();
        let settings = Self::settings().iter().filter(|setting| !setting.has_part());
        let plain = settings.filter_map(|setting| {
            let value = (setting.read)(self);
            (value != (setting.read)(&defaults)).then(|| (setting.name.to_owned(), value))
        });
        plain.chain(self.settings_with_parts(&defaults)).collect()
    }

    /// The entries of those settings that have one value for each name of the user's. An entry of the defaults that is gone
    /// is written as empty.
    fn settings_with_parts(&self, defaults: &Self) -> Vec<(String, String)> {
        Self::settings()
            .iter()
            .filter(|setting| setting.has_part())
            .flat_map(|setting| {
                let (mine, theirs) = (setting.parts(self), setting.parts(defaults));
                let gone = theirs.keys().filter(|part| !mine.contains_key(*part));
                let gone: Vec<(String, String)> = gone.map(|part| (part.clone(), String::new())).collect();
                let changed = mine.into_iter().filter(move |(part, value)| theirs.get(part) != Some(value));
                changed.chain(gone).map(|(part, value)| (setting.name_with(&part), value))
            })
            .collect()
    }
}

impl Setting {
    /// The values of a setting for each name of the user's.
    fn parts(&self, config: &Config) -> BTreeMap<String, String> {
        let check = &config.compatibility;
        match self.name {
            super::table::ROLE_MINIMUM => {
                let minimums = config.role_min_nr_of_members.iter();
                minimums.map(|(role, n)| (role.to_string(), n.to_string())).collect()
            }
            super::table::CHECKERS => {
                let checkers = check.checkers.iter();
                checkers.map(|(name, it)| (name.to_string(), super::table::show_checker(it))).collect()
            }
            super::table::SENSITIVE => {
                let groups = check.sensitive_config_paths.iter();
                groups.map(|(name, paths)| (name.to_string(), paths.join(" "))).collect()
            }
            _ => check.application.iter().map(|(key, text)| (key.to_string(), text.to_string())).collect(),
        }
    }
}

/// In a format for people the settings that differ from their defaults, as a map of their names; in others all settings in
/// order, as text.
impl Serialize for Config {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.changed_settings())
    }
}

impl<'de> Deserialize<'de> for Config {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut entries = Vec::new();
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(Table { prefix: String::new(), entries: &mut entries })?;
        } else {
            entries = BTreeMap::<String, String>::deserialize(deserializer)?.into_iter().collect();
        }
        let settings = entries.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        Self::from_settings(settings).map_err(D::Error::custom)
    }
}

/// Takes a value of a document apart: tables into names with dots, everything else into text.
struct Table<'a> {
    prefix: String,
    entries: &'a mut Vec<(String, String)>,
}

impl Table<'_> {
    fn take(self, value: impl Into<String>) {
        self.entries.push((self.prefix, value.into()));
    }
}

impl<'de> DeserializeSeed<'de> for Table<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Table<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("settings by their names")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            let prefix = if self.prefix.is_empty() { key } else { alloc::format!("{}.{key}", self.prefix) };
            map.next_value_seed(Table { prefix, entries: &mut *self.entries })?;
        }
        Ok(())
    }

    /// A list is written as its words.
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let mut words: Vec<String> = Vec::new();
        while let Some(word) = list.next_element::<String>()? {
            words.push(word);
        }
        self.take(words.join(" "));
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.take(text);
        Ok(())
    }

    fn visit_bool<E: Error>(self, on: bool) -> Result<(), E> {
        self.take(if on { "on" } else { "off" });
        Ok(())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.take(number.to_string());
        Ok(())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.take(number.to_string());
        Ok(())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        self.take(number.to_string());
        Ok(())
    }
}
