//! What commands are given: cases, settings, seeds.

use std::path::Path;

use crate::case::{Case, SettingCatalog, nearest, parse_bytes};
use crate::run::Options;
use crate::settings::Settings;

/// A seed as a case writes it.
pub(super) fn parse_seed(text: &str) -> Result<u64, String> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    u64::from_str_radix(digits, 16).map_err(|_| "a seed is up to 16 hexadecimal digits".into())
}

/// `KEY=VALUE`, checked as a case's own settings are.
pub(super) fn parse_setting(text: &str) -> Result<(String, String), String> {
    let Some((key, value)) = text.split_once('=') else {
        return Err(format!("--set takes KEY=VALUE, not `{text}`"));
    };
    let (key, value) = (key.trim(), value.trim());
    let known = Settings.names();
    let value = Settings.check(key, value).map_err(|why| {
        match nearest(key, known.iter().copied()).filter(|near| *near != key) {
            Some(near) => format!("--set {key}: {why}; did you mean `{near}`?"),
            None => format!("--set {key}: {why}"),
        }
    })?;
    Ok((key.into(), value))
}

/// All settings of a command line, or what is wrong with the first bad one.
pub(super) fn parse_settings(texts: &[String]) -> Result<Vec<(String, String)>, String> {
    texts.iter().map(|text| parse_setting(text)).collect()
}

/// A case from its file, or what is wrong with it.
pub(super) fn read_case(file: &Path, colour: bool) -> Result<Case, String> {
    let name = file.display().to_string();
    let bytes = std::fs::read(file).map_err(|error| format!("error: {name}: {error}"))?;
    parse_bytes(&name, &bytes, &Settings).map_err(|errors| errors.render(colour))
}

/// The options of a run as they are written on the command line.
pub(super) fn flags(options: &Options) -> String {
    let set = options.set.iter().map(|(key, value)| format!(" --set '{key}={value}'"));
    let seed = options.seed.iter().map(|seed| format!(" --seed {seed:x}"));
    set.chain(seed).collect()
}
