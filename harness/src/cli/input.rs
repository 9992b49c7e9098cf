//! What commands are given: cases, settings, seeds.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use crate::case::{Case, SettingCatalog, nearest, parse_bytes};
use crate::draw::{CaseId, draw};
use crate::run::{NotRunnable, Options, Rider};
use crate::settings::Settings;

/// A seed as a case writes it.
pub(super) fn parse_seed(text: &str) -> Result<u64, String> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    u64::from_str_radix(digits, 16).map_err(|_| "a seed is up to 16 hexadecimal digits".into())
}

/// How many threads work: at least one, and no more than any machine has.
pub(super) fn parse_jobs(text: &str) -> Result<NonZeroUsize, String> {
    const JOBS_MAX: usize = 1024;
    match text.parse::<usize>().map(NonZeroUsize::new) {
        Ok(Some(jobs)) if jobs.get() <= JOBS_MAX => Ok(jobs),
        Ok(None) => Err("nothing is done by nobody: at least 1".into()),
        Ok(Some(_)) => Err(format!("more than any machine can do at once: at most {JOBS_MAX}")),
        Err(_) => Err(format!("a number of threads, from 1 to {JOBS_MAX}, is expected")),
    }
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

/// The flags of a run.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct RunFlags {
    /// Set something for all nodes, over what the case sets; may be given several times.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Use this seed instead of the case's; hexadecimal, as in a case.
    #[arg(long, value_name = "HEX", value_parser = parse_seed)]
    seed: Option<u64>,
}

impl RunFlags {
    /// The options that they stand for, or what is wrong with the first bad one.
    pub(super) fn options(&self, rider: Rider) -> Result<Options, String> {
        let set = parse_settings(&self.set).map_err(|error| format!("error: {error}"))?;
        Ok(Options { set, seed: self.seed, rider, ..Options::default() })
    }

    /// The flags as they are written on a command line, each behind a blank.
    pub(super) fn written(&self) -> String {
        let set = self.set.iter().map(|text| format!(" --set {}", shell_word(text)));
        let seed = self.seed.iter().map(|seed| format!(" --seed {seed:x}"));
        set.chain(seed).collect()
    }

    /// Whether a case is run as it is written.
    pub(super) fn are_none(&self) -> bool {
        self.set.is_empty() && self.seed.is_none()
    }
}

/// A case that a command is given, by file or by id.
pub(super) struct Subject {
    pub(super) name: String,
    pub(super) file: Option<PathBuf>,
    pub(super) case: Case,
    /// A drawn case has statements that may turn out not to apply.
    pub(super) pass_over: bool,
}

/// The case of a file, or that an id stands for; or why there is none.
pub(super) fn find_case(what: &str, colour: bool) -> Result<Subject, String> {
    let path = Path::new(what);
    let looks_like_a_file = path.exists() || path.extension().is_some() || path.components().count() > 1;
    if looks_like_a_file {
        let case = read_case(path, colour)?;
        return Ok(Subject { name: what.into(), file: Some(path.into()), case, pass_over: false });
    }
    let id: CaseId = what.parse().map_err(|error| format!("error: {what}: no such file, and {error}"))?;
    Ok(Subject { name: id.to_string(), file: None, case: draw(id), pass_over: true })
}

/// Why a case can't be run, with its file and line.
pub(super) fn not_applicable(name: &str, NotRunnable { line, why }: &NotRunnable) -> String {
    let line = if *line > 0 { format!(":{line}") } else { String::new() };
    format!("error: {name}{line}: not applicable: {why}")
}

/// A word as a shell takes it.
pub(super) fn shell_word(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:@%+,".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.into()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_with_blanks_or_quotes_survives_a_shell() {
        assert_eq!(shell_word("out/lan-17.qcase"), "out/lan-17.qcase");
        assert_eq!(shell_word("my case.qcase"), "'my case.qcase'");
        assert_eq!(shell_word("it's"), "'it'\\''s'");
        assert_eq!(shell_word(""), "''");
    }
}
