//! What is done to the nodes of a trace, as its actions say it.

/// Something that is done to a cluster. Nodes are named by their labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// The first joins the second; itself, to found a cluster.
    Join(String, String),
    /// All nodes join with these seed nodes.
    AllJoinSeedNodes(Vec<String>),
    /// The first should leave, the second is told; if so, as soon as the second has it as Joining.
    Leave { node: String, on: String, while_joining: bool },
    /// The first is gone, the second is told.
    Down(String, String),
    /// One node is told that all will stop.
    Prepare(String),
    /// Groups are separated.
    Cut(Vec<Vec<String>>),
    /// And meet again.
    Heal(Vec<Vec<String>>),
    /// A node ends without a word.
    Crash(String),
    /// A node starts again, as a new incarnation.
    Restart(String),
}

impl Action {
    /// What an action's text asks for: mostly one thing.
    ///
    /// # Errors
    /// An action that is not known.
    pub(crate) fn read(text: &str) -> Result<Vec<Self>, String> {
        Self::known(text).ok_or_else(|| format!("the action `{text}` is not known"))
    }

    /// The nodes that it names.
    pub(crate) fn labels(&self) -> Vec<&str> {
        match self {
            Self::Join(one, other) | Self::Down(one, other) => vec![one, other],
            Self::Leave { node, on, .. } => vec![node, on],
            Self::AllJoinSeedNodes(nodes) => nodes.iter().map(String::as_str).collect(),
            Self::Cut(groups) | Self::Heal(groups) => groups.iter().flatten().map(String::as_str).collect(),
            Self::Prepare(node) | Self::Crash(node) | Self::Restart(node) => vec![node],
        }
    }

    fn known(text: &str) -> Option<Vec<Self>> {
        let (verb, rest) = text.split_once(' ')?;
        let one = match verb {
            "join" => {
                let (node, via) = rest.split_once(" via ")?;
                Self::Join(label(node)?, label(via)?)
            }
            "all" => {
                let list = rest.strip_prefix("joinSeedNodes [")?.strip_suffix(']')?;
                Self::AllJoinSeedNodes(list.split(',').map(|name| label(name.trim())).collect::<Option<_>>()?)
            }
            "leave" => return leaves(rest),
            "down" => {
                let (node, on) = on(rest)?;
                Self::Down(node, on)
            }
            "prepareForFullClusterShutdown" => {
                Self::Prepare(label(rest.strip_prefix("(on ")?.strip_suffix(')')?)?)
            }
            "cut" => Self::Cut(groups(rest)?),
            "heal" => Self::Heal(groups(rest)?),
            "crash" => Self::Crash(label(rest)?),
            "kill" => Self::Crash(label(rest.strip_suffix(", no leave").unwrap_or(rest))?),
            "restart" => Self::Restart(label(rest.strip_suffix(" same address")?)?),
            _ => return None,
        };
        Some(vec![one])
    }
}

/// `C (on C)`, `C (on A), B`, `C (on C) while Joining`: the nodes that should leave. One without `(on ...)` is told itself.
fn leaves(text: &str) -> Option<Vec<Action>> {
    let one = |part: &str| {
        let part = part.trim();
        let part = part.strip_prefix("leave ").unwrap_or(part);
        let while_joining = part.contains(" while Joining");
        let part = &part.replacen(" while Joining", "", 1);
        let (node, on) = on(part).or_else(|| Some((label(part)?, label(part)?)))?;
        Some(Action::Leave { node, on, while_joining })
    };
    text.split(',').map(one).collect()
}

/// `X (on Y)`
fn on(text: &str) -> Option<(String, String)> {
    let (node, on) = text.split_once(" (on ")?;
    Some((label(node)?, label(on.strip_suffix(')')?)?))
}

fn label(text: &str) -> Option<String> {
    (!text.is_empty() && text.chars().all(|char| char.is_ascii_alphanumeric())).then(|| text.to_owned())
}

/// `AB|C`: each letter is a node.
fn groups(text: &str) -> Option<Vec<Vec<String>>> {
    let group = |letters: &str| {
        let all = !letters.is_empty() && letters.chars().all(|char| char.is_ascii_alphanumeric());
        all.then(|| letters.chars().map(String::from).collect())
    };
    let groups: Vec<Vec<String>> = text.split('|').map(group).collect::<Option<_>>()?;
    (groups.len() > 1).then_some(groups)
}
