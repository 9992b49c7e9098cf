//! RUN-1: which build it is that speaks.

use std::fmt;

use serde::Serialize;

/// What is known about the build: enough to tell whether another one should give the same run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct BuildFacts {
    /// The version of this package.
    pub version: &'static str,
    /// The commit that was checked out when it was built; empty if unknown.
    pub commit: &'static str,
    /// A hash of all source of core, simulator and harness: builds with the same give the same runs.
    pub source: &'static str,
    /// The compiler; empty if unknown.
    pub toolchain: &'static str,
    /// The platform.
    pub target: &'static str,
    /// The features that it has, `debug` for debug assertions among them.
    pub features: &'static [&'static str],
}

/// The build that runs.
pub const BUILD: BuildFacts = BuildFacts {
    version: env!("CARGO_PKG_VERSION"),
    commit: env!("QUORATE_BUILD_COMMIT"),
    source: env!("QUORATE_BUILD_SOURCE"),
    toolchain: env!("QUORATE_BUILD_TOOLCHAIN"),
    target: env!("QUORATE_BUILD_TARGET"),
    features: if cfg!(debug_assertions) { &["planted", "debug"] } else { &["planted"] },
};

impl BuildFacts {
    /// SIM-8: whether the words in which some build described itself are those of one that must give the same runs.
    /// Compiler, platform and debug assertions make no difference to a run.
    #[must_use]
    pub fn gives_the_same_runs_as(&self, described: &str) -> bool {
        described.split(", ").any(|fact| fact.strip_prefix("source ") == Some(self.source))
    }
}

impl fmt::Display for BuildFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { version, commit, source, toolchain, target, features } = self;
        write!(f, "quorate {version}")?;
        if !commit.is_empty() {
            write!(f, ", commit {commit}")?;
        }
        write!(f, ", source {source}")?;
        for fact in [toolchain, target].into_iter().filter(|fact| !fact.is_empty()) {
            write!(f, ", {fact}")?;
        }
        write!(f, ", features {}", features.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RUN-1
    #[test]
    fn a_build_knows_itself_by_its_words_and_no_other() {
        let described = BUILD.to_string();
        assert!(described.starts_with("quorate ") && described.contains("features planted"), "{described}");
        assert!(BUILD.gives_the_same_runs_as(&described));
        let newer = BuildFacts { source: "0123456789abcdef", ..BUILD };
        assert!(!newer.gives_the_same_runs_as(&described));
        assert!(!BUILD.gives_the_same_runs_as("quorate 0.1.0"));
        let released = BuildFacts { commit: "", toolchain: "", features: &["planted"], ..BUILD };
        assert!(!released.to_string().contains("commit"));
        assert!(BUILD.gives_the_same_runs_as(&released.to_string()));
    }
}
