//! Settings of a case that work against each other, or against who takes part.

use std::sync::Arc;

use quorate::{Config, Downing};

use super::Options;
use super::plan::{NotRunnable, configs};
use crate::case::{Case, NodeName};

/// SBR-40, SBR-42: a role that the resolver counts by, and that no node of the case has.
fn role_of_nobody(config: &Config, all: &[Arc<Config>]) -> Option<String> {
    let role = config.sbr.strategy().role().filter(|_| config.downing == Downing::Sbr)?.to_owned();
    let has = |config: &Arc<Config>| config.member_roles().is_ok_and(|roles| roles.contains(&role));
    let count = all.len();
    (!all.iter().any(has)).then(|| {
        let key = format!("sbr.{}.role", config.sbr.strategy().name());
        format!("`{key}` is {role}, and none of the {count} nodes has that role: nobody counts, so whoever loses anybody goes down")
    })
}

/// SBR-88, SBR-90, LEASE-23: what is allowed and rarely does what its user wants, each once with the nodes that it is about.
///
/// # Errors
/// A case whose settings no node takes.
pub(crate) fn unwise_settings(case: &Case, options: &Options) -> Result<Vec<String>, NotRunnable> {
    let configs = configs(case, &options.set)?;
    let mut found: Vec<(String, Vec<&NodeName>)> = Vec::new();
    for (name, config) in case.nodes.iter().zip(&configs) {
        let warnings = config.warnings().into_iter().map(|warning| warning.to_string());
        for text in warnings.chain(role_of_nobody(config, &configs)) {
            match found.iter_mut().find(|(known, _)| *known == text) {
                Some((_, nodes)) => nodes.push(name),
                None => found.push((text, vec![name])),
            }
        }
    }
    let told = |(text, nodes): (String, Vec<&NodeName>)| {
        let of_all = nodes.len() == case.nodes.len();
        let names: Vec<&str> = nodes.iter().map(|name| name.as_str()).collect();
        if of_all { text } else { format!("{}: {text}", names.join(" ")) }
    };
    Ok(found.into_iter().map(told).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::parse;
    use crate::settings::Settings;

    fn told(settings: &str) -> String {
        let text = format!("qcase 1\nnodes a b c\nroles c: web\n{settings}\nat 1s end\n");
        let case = parse("test.qcase", &text, &Settings).unwrap_or_else(|errors| panic!("{errors}"));
        unwise_settings(&case, &Options::default()).unwrap().join("\n")
    }

    /// SBR-40, SBR-42, SBR-88, SBR-90
    #[test]
    fn each_is_told_once_with_its_numbers_and_nodes() {
        assert_eq!(told("set sbr.stable-after = 7s, sbr.keep-majority.role = web"), "");
        let hasty = told("set sbr.stable-after = 3s, sbr.down-all-when-unstable = 2s");
        assert!(hasty.starts_with("`sbr.stable-after` is 3s, not longer than the 4s"), "{hasty}");
        let one = told("set b: sbr.down-all-when-unstable = off");
        assert!(one.starts_with("b: `sbr.down-all-when-unstable` is off"), "{one}");
        let nobody = told("set sbr.keep-majority.role = db");
        assert_eq!(
            nobody,
            "`sbr.keep-majority.role` is db, and none of the 3 nodes has that role: nobody counts, so whoever loses anybody goes down"
        );
        assert_eq!(told("set sbr.keep-majority.role = db, downing = none"), "");
        assert_eq!(told("set sbr.keep-oldest.role = db"), "", "of a strategy that is not chosen");
    }
}
