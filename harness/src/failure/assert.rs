//! CASE-10: cases as tests.

use std::path::{Path, PathBuf};

use super::block::{FailureBlock, NextLines, shrunk_in_short, stamped};
use super::keep::{keep_new, slug};
use crate::case::{Case, parse};
use crate::run::{Options, run};
use crate::settings::Settings;

/// CASE-10: passes if the case does, and panics with the block of the failure (RUN-1) if it does not.
///
/// It takes the text of a case, or a [`Case`](crate::case::Case). The smallest case that fails in the same way is left in
/// `target/quorate`, or in the folder that the variable `QUORATE_OUT` names.
///
/// ```
/// use quorate_harness::assert_case;
///
/// assert_case!("qcase 1\nnodes a b\nseeds a\nat 0s start all\nat 15s end\nfinally up 2, converged\n");
/// ```
///
/// A whole test is `assert_case!(include_str!("split.qcase"))`. What the case sets can be set otherwise:
///
/// ```
/// # use quorate_harness::assert_case;
/// # let split = include_str!("../../scenarios/clean-split.qcase");
/// assert_case!(split, "sbr.stable-after" = "8s", "world.wire" = "on");
/// ```
///
/// ```should_panic
/// # use quorate_harness::assert_case;
/// assert_case!("qcase 1\nnodes a b\nseeds a\nat 0s start a\nat 15s end\nfinally up 2\n");
/// ```
#[macro_export]
macro_rules! assert_case {
    ($case:expr $(, $key:literal = $value:expr)* $(,)?) => {
        $crate::failure::assert_holds(
            &$case,
            concat!(file!(), ":", line!()),
            &[$(($key, $value.to_string())),*],
        )
    };
}

/// What [`assert_case!`](crate::assert_case) takes.
pub trait ToCase {
    /// The case.
    ///
    /// # Errors
    /// CASE-5: what is wrong with its text, which stands at `place`.
    fn to_case(&self, place: &str) -> Result<Case, String>;
}

impl ToCase for str {
    fn to_case(&self, place: &str) -> Result<Case, String> {
        parse(place, self, &Settings).map_err(|errors| errors.to_string())
    }
}

impl ToCase for String {
    fn to_case(&self, place: &str) -> Result<Case, String> {
        self.as_str().to_case(place)
    }
}

impl ToCase for Case {
    fn to_case(&self, _: &str) -> Result<Case, String> {
        Ok(self.clone())
    }
}

impl<T: ToCase + ?Sized> ToCase for &T {
    fn to_case(&self, place: &str) -> Result<Case, String> {
        (**self).to_case(place)
    }
}

/// The function behind [`assert_case!`](crate::assert_case).
///
/// # Panics
/// With the block of the failure if the case does not pass, and with the error if it can't be read or run.
#[track_caller]
pub fn assert_holds(case: &impl ToCase, place: &str, set: &[(&str, String)]) {
    if let Err(told) = holds(case, place, set, &folder()) {
        panic!("{told}");
    }
}

fn holds(case: &impl ToCase, place: &str, set: &[(&str, String)], folder: &Path) -> Result<(), String> {
    use crate::case::SettingCatalog;

    let case = case.to_case(place)?;
    let checked = |(key, value): &(&str, String)| {
        let value = Settings.check(key, value).map_err(|why| format!("{place}: {key} = {value}: {why}"))?;
        Ok((key.to_string(), value))
    };
    let set = set.iter().map(checked).collect::<Result<Vec<_>, String>>()?;
    let case = Options { set, ..Options::default() }.written_into(&case);
    let options = Options { bare: true, ..Options::default() };
    let report = run(&case, &options).map_err(|not| format!("{place}: line {}: {}", not.line, not.why))?;
    if report.passed() {
        return Ok(());
    }
    let shrunk = shrunk_in_short(options.rider.shrink, &case, &report.outcomes);
    let (shown, outcomes) = shrunk.as_ref().map_or((&case, &report.outcomes), |s| (&s.case, &s.outcomes));
    let left = stamped(shown, outcomes.digest);
    let next = match leave(&left, place, folder) {
        Ok(path) => {
            let path = path.display();
            NextLines::new(None, |command, flags| format!("quorate {command} {path}{flags}"))
        }
        Err(why) => {
            let again = format!("save the case above and run: quorate replay FILE  ({why})");
            NextLines(vec![("again", again)])
        }
    };
    let statements_before = shrunk.as_ref().map(|shrunk| shrunk.statements_before);
    let block = FailureBlock { outcomes, case: &left, statements_before, next };
    Err(format!("{place}: the case does not hold\n\n{block}\n"))
}

/// Leaves a case where a person finds it. Its name is that of the place and of the run that it has.
pub(crate) fn leave(case: &Case, place: &str, folder: &Path) -> Result<PathBuf, String> {
    let digest = case.digest.as_ref().map_or(0, |recorded| recorded.digest);
    let kept = keep_new(folder, &format!("{}-{:08x}", slug(place), digest >> 32), &case.to_string());
    kept.map(|kept| kept.path)
        .map_err(|(path, error)| format!("it could not be left in {}: {error}", path.display()))
}

pub(crate) fn folder() -> PathBuf {
    if let Some(given) = std::env::var_os("QUORATE_OUT") {
        return given.into();
    }
    let package = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    let target = package.ancestors().map(|folder| folder.join("target")).find(|target| target.is_dir());
    target.as_deref().map_or_else(std::env::temp_dir, Path::to_path_buf).join("quorate")
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAILING: &str =
        "qcase 1\nnodes a b c\nseeds a\nat 0s start all\nat 5s crash c\nat 15s end\nfinally up 9\n";

    /// CASE-10, RUN-1: the panic is the block, and the case that it names is there and fails in the same way.
    #[test]
    fn a_case_that_does_not_hold_is_left_behind_shrunk_and_its_block_is_told() {
        let folder = std::env::temp_dir().join(format!("quorate-assert-{}", std::process::id()));
        let told = holds(&FAILING, "tests/split.rs:7", &[], &folder).unwrap_err();
        for part in [
            "tests/split.rs:7: the case does not hold",
            "finally up 9",
            "shrunk from 3 to ",
            "quorate replay ",
            "quorate explain ",
            "quorate promote ",
        ] {
            assert!(told.contains(part), "no `{part}` in\n{told}");
        }
        let path = told.lines().find_map(|line| line.trim().strip_prefix("again   quorate replay ")).unwrap();
        let left = std::fs::read_to_string(path).unwrap().to_case(path).unwrap();
        let report = run(&left, &Options::default()).unwrap();
        assert!(!report.passed());
        assert_eq!(left.digest.map(|recorded| recorded.digest), Some(report.outcomes.digest));
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn what_can_not_be_read_run_or_left_is_told_too() {
        let nowhere = Path::new("/dev/null/folder");
        let told = holds(&FAILING, "x.rs:1", &[], nowhere).unwrap_err();
        assert!(told.contains("could not be left in /dev/null/folder") && told.contains("FAILED"), "{told}");
        let told = holds(&"qcase 1\nnods a\n", "x.rs:2", &[], nowhere).unwrap_err();
        assert!(told.contains("x.rs:2") && told.contains("did you mean `nodes`?"), "{told}");
        let told = holds(&FAILING, "x.rs:3", &[("gossip-interval", "soon".into())], nowhere).unwrap_err();
        assert!(told.contains("gossip-interval = soon"), "{told}");
        let told = holds(&"qcase 1\nnodes a\nat 1s crash a\n", "x.rs:4", &[], nowhere).unwrap_err();
        assert!(told.contains("x.rs:4: line 3: a is not running"), "{told}");
    }
}
