//! Questions about what has happened so far: events, decisions, rates, and whether invariants hold.

use super::super::form::Form;
use super::super::page::{bare_or_quoted, joined};
use super::super::question::{DECISIONS, DataCenterEvent, INVARIANT_GROUPS, Question, Word};
use super::super::read::input::{
    Input, Parsed, choose, expected, next_word, number, one_word, sign, takes_sign, takes_word, time,
};
use super::super::read::lists::{node_ref, node_refs};
use super::super::read::text::text;
use super::super::time::Time;
use super::entry::QuestionForm;

pub(super) const EVENT: QuestionForm = QuestionForm {
    form: Form {
        word: "event",
        syntax: "event NODE: EVENT NODE [before TIME], or of a data centre: event NODE: EVENT NAME [before TIME]",
        example: "event a: member-up b before 12s",
        meaning: "a node has told its users so of another node or data centre, by now or before an instant",
    },
    parse: |input| {
        let observer = node_ref(input, &[])?;
        sign(input, ':', "`:` and an event")?;
        if DataCenterEvent::WORDS.iter().any(|(word, _)| *word == next_word(input)) {
            let event = one_word(input)?;
            let (data_center, _) = text(input, "the name of a data centre")?;
            return Ok(Question::DataCenterEvent { observer, event, data_center, before: before(input)? });
        }
        let event = one_word(input)?;
        let node = node_ref(input, &["before"])?;
        Ok(Question::Event { observer, event, node, before: before(input)? })
    },
    print: |question| match question {
        Question::Event { observer, event, node, before } => {
            Some(format!("event {observer}: {event} {node}{}", before_text(*before)))
        }
        Question::DataCenterEvent { observer, event, data_center, before } => {
            let name = bare_or_quoted(data_center);
            Some(format!("event {observer}: {event} {name}{}", before_text(*before)))
        }
        _ => None,
    },
};

fn before(input: &mut Input<'_>) -> Parsed<Option<Time>> {
    Ok(if takes_word(input, "before")? { Some(time(input)?) } else { None })
}

fn before_text(before: Option<Time>) -> String {
    before.map(|before| format!(" before {before}")).unwrap_or_default()
}

pub(super) const DECISION: QuestionForm = QuestionForm {
    form: Form {
        word: "decision",
        syntax: "decision NODE: DECISION [{NODES}]",
        example: "decision a: down-unreachable {d e}",
        meaning: "its split brain resolver has decided that, downing exactly these",
    },
    parse: |input| {
        let node = node_ref(input, &[])?;
        sign(input, ':', "`:` and a decision")?;
        let decision = (*choose(input, "decision", &DECISIONS, |name| name)?).to_owned();
        let mut down = None;
        if takes_sign(input, '{')? {
            down = Some(node_refs(input, &[])?);
            sign(input, '}', "`}` behind the nodes")?;
        }
        Ok(Question::Decision { node, decision, down })
    },
    print: |question| match question {
        Question::Decision { node, decision, down } => {
            let down = down.as_ref().map(|down| format!(" {{{}}}", joined(down, " "))).unwrap_or_default();
            Some(format!("decision {node}: {decision}{down}"))
        }
        _ => None,
    },
};

pub(super) const SENT_PER_SECOND: QuestionForm = QuestionForm {
    form: Form {
        word: "sent-per-second",
        syntax: "sent-per-second NODE < NUMBER, or sent-per-second NODE > NUMBER",
        example: "sent-per-second a < 20",
        meaning: "how many messages its host sends, on average of the last ten seconds",
    },
    parse: |input| {
        let node = node_ref(input, &[])?;
        let below = takes_sign(input, '<')?;
        if !below && !takes_sign(input, '>')? {
            return expected(input, "`<` or `>` and a number");
        }
        Ok(Question::SentPerSecond {
            node,
            below,
            count: number(input, "a number of messages, such as `20`")?,
        })
    },
    print: |question| match question {
        Question::SentPerSecond { node, below, count } => {
            Some(format!("sent-per-second {node} {} {count}", if *below { '<' } else { '>' }))
        }
        _ => None,
    },
};

pub(super) const HOLDS: QuestionForm = QuestionForm {
    form: Form {
        word: "holds",
        syntax: "holds INVARIANT|safety|liveness|rate",
        example: "holds S1",
        meaning: "an invariant, or a group of them, was judged and not violated; `holds` may be left out",
    },
    parse: holds,
    print: |question| match question {
        Question::Holds { invariant } => Some(format!("holds {invariant}")),
        _ => None,
    },
};

pub(super) fn holds(input: &mut Input<'_>) -> Parsed<Question> {
    let mut names = input.state.settings.invariants().to_vec();
    names.extend(INVARIANT_GROUPS);
    let name = choose_of(input, &names)?;
    Ok(Question::Holds { invariant: name.to_owned() })
}

fn choose_of(input: &mut Input<'_>, names: &[&'static str]) -> Parsed<&'static str> {
    let found = super::super::read::input::run(input, |c| c.is_alphanumeric() || c == '-');
    let Ok((word, span)) = found else { return expected(input, "an invariant or a group of them") };
    match names.iter().find(|name| **name == word) {
        Some(name) => Ok(name),
        None => {
            let unknown = input.state.unknown("invariant", word, names.iter().copied());
            super::super::read::input::fail(span, unknown)
        }
    }
}

/// Whether a word is the name of an invariant or of a group of them.
pub(super) fn is_invariant(input: &Input<'_>, word: &str) -> bool {
    INVARIANT_GROUPS.contains(&word) || input.state.settings.invariants().contains(&word)
}
