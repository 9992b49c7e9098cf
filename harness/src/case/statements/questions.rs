//! What can be asked.
//!
//! Commas separate questions. They also separate the items of a `view`, which are `NODE STATE`; since no node has the
//! name of a question, the word behind a comma tells which of the two follows.

use super::super::form::Form;
use super::super::name::NodeRef;
use super::super::page::{bare_or_quoted, joined};
use super::super::question::{Question, ViewItem};
use super::super::read::input::{
    Input, Parsed, choose, comma_separated, next_word, number, one_word, sign, takes_sign, takes_word,
};
use super::super::read::lists::{node_ref, node_refs};
use super::super::read::text::text;
use super::entry::QuestionForm;
use super::records;

/// All questions, in the order of the reference.
pub(crate) static QUESTIONS: [QuestionForm; 13] = [
    CONVERGED,
    UP,
    LEADER,
    ROLE_LEADER,
    RUNNING,
    STOPPED,
    SURVIVORS,
    VIEW,
    DOWN,
    records::EVENT,
    records::DECISION,
    records::SENT_PER_SECOND,
    records::HOLDS,
];

/// One or more questions.
pub(super) fn questions(input: &mut Input<'_>) -> Parsed<Vec<Question>> {
    comma_separated(input, question)
}

fn question(input: &mut Input<'_>) -> Parsed<Question> {
    // An invariant or a group of them can stand by its bare name.
    if records::is_invariant(input, next_word(input)) {
        return records::holds(input);
    }
    let QuestionForm { form, parse, .. } =
        choose(input, "question", &QUESTIONS, |question| question.form.word)?;
    input.state.enter(form);
    let question = parse(input)?;
    input.state.leave();
    Ok(question)
}

pub(super) const CONVERGED: QuestionForm = QuestionForm {
    form: Form {
        word: "converged",
        syntax: "converged",
        example: "converged",
        meaning: "the view of every running node is converged",
    },
    parse: |_| Ok(Question::Converged),
    print: |question| match question {
        Question::Converged => Some("converged".to_owned()),
        _ => None,
    },
};

/// CASE-9
pub(super) const UP: QuestionForm = QuestionForm {
    form: Form {
        word: "up",
        syntax: "up NUMBER",
        example: "up 5",
        meaning: "every running node has so many Up members",
    },
    parse: |input| Ok(Question::Up { count: number(input, "how many members are Up, such as `5`")? }),
    print: |question| match question {
        Question::Up { count } => Some(format!("up {count}")),
        _ => None,
    },
};

/// CASE-9
pub(super) const LEADER: QuestionForm = QuestionForm {
    form: Form {
        word: "leader",
        syntax: "leader NODE|none",
        example: "leader a",
        meaning: "the leader in the view of every running node",
    },
    parse: |input| {
        let node = if takes_word(input, "none")? { None } else { Some(node_ref(input, &["none"])?) };
        Ok(Question::Leader { node })
    },
    print: |question| match question {
        Question::Leader { node: None } => Some("leader none".to_owned()),
        Question::Leader { node: Some(node) } => Some(format!("leader {node}")),
        _ => None,
    },
};

pub(super) const ROLE_LEADER: QuestionForm = QuestionForm {
    form: Form {
        word: "role-leader",
        syntax: "role-leader ROLE NODE|none",
        example: "role-leader backend c",
        meaning: "the leader of a role in the view of every running node",
    },
    parse: |input| {
        let (role, _) = text(input, "a role")?;
        let node = if takes_word(input, "none")? { None } else { Some(node_ref(input, &["none"])?) };
        Ok(Question::RoleLeader { role, node })
    },
    print: |question| match question {
        Question::RoleLeader { role, node } => {
            let node = node.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string);
            Some(format!("role-leader {} {node}", bare_or_quoted(role)))
        }
        _ => None,
    },
};

/// CASE-9
pub(super) const RUNNING: QuestionForm = QuestionForm {
    form: Form {
        word: "running",
        syntax: "running NODES",
        example: "running a b",
        meaning: "the processes are up and have not stopped",
    },
    parse: |input| Ok(Question::Running { nodes: node_refs(input, &["within"])? }),
    print: |question| match question {
        Question::Running { nodes } => Some(format!("running {}", joined(nodes, " "))),
        _ => None,
    },
};

pub(super) const STOPPED: QuestionForm = QuestionForm {
    form: Form {
        word: "stopped",
        syntax: "stopped NODES [because REASON]",
        example: "stopped d e because downed",
        meaning: "the processes have stopped, for this reason",
    },
    parse: |input| {
        let nodes = node_refs(input, &["because", "within"])?;
        let because = if takes_word(input, "because")? { Some(one_word(input)?) } else { None };
        Ok(Question::Stopped { nodes, because })
    },
    print: |question| match question {
        Question::Stopped { nodes, because } => {
            let because = because.map(|reason| format!(" because {reason}")).unwrap_or_default();
            Some(format!("stopped {}{because}", joined(nodes, " ")))
        }
        _ => None,
    },
};

/// CASE-9
pub(super) const SURVIVORS: QuestionForm = QuestionForm {
    form: Form {
        word: "survivors",
        syntax: "survivors NODES|none",
        example: "survivors a b c",
        meaning: "exactly these are running, and each has exactly these as Up members",
    },
    parse: |input| {
        let is_none = takes_word(input, "none")?;
        let nodes: Vec<NodeRef> = if is_none { Vec::new() } else { node_refs(input, &["none", "within"])? };
        Ok(Question::Survivors { nodes })
    },
    print: |question| match question {
        Question::Survivors { nodes } if nodes.is_empty() => Some("survivors none".to_owned()),
        Question::Survivors { nodes } => Some(format!("survivors {}", joined(nodes, " "))),
        _ => None,
    },
};

pub(super) const VIEW: QuestionForm = QuestionForm {
    form: Form {
        word: "view",
        syntax: "view NODE: NODE STATE, ...",
        example: "view a: b unreachable, c leaving",
        meaning: "what a running node has in its view",
    },
    parse: parse_view,
    print: |question| match question {
        Question::View { observer, items } => Some(format!("view {observer}: {}", joined(items, ", "))),
        _ => None,
    },
};

fn parse_view(input: &mut Input<'_>) -> Parsed<Question> {
    let observer = node_ref(input, &[])?;
    sign(input, ':', "`:` and what the node sees")?;
    let words: Vec<&'static str> = QUESTIONS.iter().map(|question| question.form.word).collect();
    let mut items = vec![ViewItem { node: node_ref(input, &[])?, state: one_word(input)? }];
    loop {
        let before_comma = *input;
        if !takes_sign(input, ',')? {
            break;
        }
        if words.contains(&next_word(input)) {
            *input = before_comma;
            break;
        }
        items.push(ViewItem { node: node_ref(input, &words)?, state: one_word(input)? });
    }
    Ok(Question::View { observer, items })
}

pub(super) const DOWN: QuestionForm = QuestionForm {
    form: Form {
        word: "down",
        syntax: "down NODE",
        example: "down a",
        meaning: "some running node sees it Down",
    },
    parse: |input| Ok(Question::Down { node: node_ref(input, &["within"])? }),
    print: |question| match question {
        Question::Down { node } => Some(format!("down {node}")),
        _ => None,
    },
};
