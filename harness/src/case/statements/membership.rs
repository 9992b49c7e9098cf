//! `join`, `leave`, `down` and `prepare-for-shutdown`: commands to nodes.

use quorate::{AppVersion, Command};
use quorate_sim::Action as Deed;

use super::super::action::Action;
use super::super::form::Form;
use super::super::read::input::{Input, Parsed, expected, run, takes_word, word};
use super::super::read::lists::{node, node_ref};
use super::entry::ActionForm;

pub(super) const JOIN: ActionForm = ActionForm {
    form: Form {
        word: "join",
        syntax: "join NODE via NODE",
        example: "join c via a",
        meaning: "a node is told to join through another",
    },
    parse: |input| {
        let joining = node(input, &[])?;
        word(input, "via")?;
        Ok(Action::Join { node: joining, via: node(input, &[])? })
    },
    print: |action| match action {
        Action::Join { node, via } => Some(format!("join {node} via {via}")),
        _ => None,
    },
    play: |action, deeds| match action {
        Action::Join { node, via } => Some(deeds.two(node, via, |host, via| Deed::Join { host, via })),
        _ => None,
    },
};

pub(super) const SET_APP_VERSION: ActionForm = ActionForm {
    form: Form {
        word: "set-app-version",
        syntax: "set-app-version NODE later|VERSION",
        example: "set-app-version c 1.2.3",
        meaning: "a node is told the version of its application, or that it will be told; until then it joins nobody",
    },
    parse: |input| {
        let told = node(input, &[])?;
        let version = if takes_word(input, "later")? { None } else { Some(version(input)?) };
        Ok(Action::SetAppVersion { node: told, version })
    },
    print: |action| match action {
        Action::SetAppVersion { node, version: None } => Some(format!("set-app-version {node} later")),
        Action::SetAppVersion { node, version: Some(version) } => {
            Some(format!("set-app-version {node} {version}"))
        }
        _ => None,
    },
    play: |action, deeds| match action {
        Action::SetAppVersion { node, version } => {
            let command = version.clone().map_or(Command::SetAppVersionLater, Command::SetAppVersion);
            Some(deeds.host(node).map(|host| vec![Deed::Command { host, command }]))
        }
        _ => None,
    },
};

/// JOIN-102, CFG-23: the text of an application's version.
fn version(input: &mut Input<'_>) -> Parsed<AppVersion> {
    const WANTED: &str = "`later` or a version such as `1.2.3-M1`";
    let before = *input;
    match run(input, |c| !" \t,:|>=\"".contains(c)) {
        Ok((text, _)) => text.parse().or_else(|_| expected(&before, WANTED)),
        Err(_) => expected(&before, WANTED),
    }
}

pub(super) const LEAVE: ActionForm = ActionForm {
    form: Form {
        word: "leave",
        syntax: "leave NODE[#NUMBER] [at NODE]",
        example: "leave c at a",
        meaning: "a member should leave, whoever is at the address or one incarnation; the node itself is told so, or another",
    },
    parse: |input| {
        let leaving = node_ref(input, &[])?;
        let at = if takes_word(input, "at")? { Some(node(input, &[])?) } else { None };
        Ok(Action::Leave { node: leaving, at })
    },
    print: |action| match action {
        Action::Leave { node, at: None } => Some(format!("leave {node}")),
        Action::Leave { node, at: Some(at) } => Some(format!("leave {node} at {at}")),
        _ => None,
    },
    play: |action, deeds| match action {
        Action::Leave { node, at } => {
            let at = at.as_ref().unwrap_or(&node.name);
            Some(deeds.told_of(node, at, |host, at| Deed::Leave { host, at }, Command::Leave))
        }
        _ => None,
    },
};

pub(super) const DOWN: ActionForm = ActionForm {
    form: Form {
        word: "down",
        syntax: "down NODE[#NUMBER] at NODE",
        example: "down c at a",
        meaning: "a node is told that a member is down, whoever is at the address or one incarnation",
    },
    parse: |input| {
        let downed = node_ref(input, &[])?;
        word(input, "at")?;
        Ok(Action::Down { node: downed, at: node(input, &[])? })
    },
    print: |action| match action {
        Action::Down { node, at } => Some(format!("down {node} at {at}")),
        _ => None,
    },
    play: |action, deeds| match action {
        Action::Down { node, at } => {
            Some(deeds.told_of(node, at, |host, at| Deed::Down { host, at }, Command::Down))
        }
        _ => None,
    },
};

pub(super) const PREPARE_FOR_SHUTDOWN: ActionForm = ActionForm {
    form: Form {
        word: "prepare-for-shutdown",
        syntax: "prepare-for-shutdown at NODE",
        example: "prepare-for-shutdown at a",
        meaning: "a node is told that the whole cluster is about to stop; nothing stops by it",
    },
    parse: |input| {
        word(input, "at")?;
        Ok(Action::PrepareForShutdown { at: node(input, &[])? })
    },
    print: |action| match action {
        Action::PrepareForShutdown { at } => Some(format!("prepare-for-shutdown at {at}")),
        _ => None,
    },
    play: |action, deeds| match action {
        Action::PrepareForShutdown { at } => {
            let deed = |host| Deed::Command { host, command: Command::PrepareForShutdown };
            Some(deeds.each(core::slice::from_ref(at), deed))
        }
        _ => None,
    },
};
