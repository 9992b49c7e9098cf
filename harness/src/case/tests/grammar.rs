//! Every statement, and what each is as a value.

use super::{FewSettings, case, read, with_line, wrong};
use crate::case::{
    Action, Between, Case, Delay, Form, FormKind, INVARIANT_IDS, LinkEffect, NodeName, NodeRef, Question,
    SettingCatalog, StopReason, Time, ViewItem, ViewState, forms,
};

const SPLIT: &str = r#"
qcase 1
# A clean split. Three of five can still see each other: they stay, the other two must go.
case "clean split of five: the majority stays"

nodes   a b c d e                   # or: nodes n 100   (n1 .. n100)
seeds   a b                         # the seed-node list every node gets
roles   c d: backend
set     sbr.strategy = keep-majority, sbr.stable-after = 20s
set     e: failure-detector.heartbeat-interval = 2s  # for one node
link    *      delay 500us..1500us  # also the default
link    a > b  loss 10%             # one direction

at 0s      start all
at 20s     check converged, up 5, leader a
at 30s     cut a b c | d e
at 1m20s   check running a b c, stopped d e
at 1m30s   heal
at 2m      end

finally survivors a b c, converged
never   down a
"#;

fn name(name: &str) -> NodeName {
    NodeName::new(name).unwrap()
}

fn names(text: &str) -> Vec<NodeName> {
    text.split(' ').map(name).collect()
}

fn refs(text: &str) -> Vec<NodeRef> {
    text.split(' ').map(|text| name(text).into()).collect()
}

fn action(text: &str) -> Action {
    let mut case = with_line(&format!("at 1s {text}"));
    assert_eq!(case.steps.len(), 1);
    case.steps.remove(0).action
}

fn questions(text: &str) -> Vec<Question> {
    let mut case = with_line(&format!("finally {text}"));
    case.finally.remove(0).questions
}

/// CASE-1, CASE-3
#[test]
fn the_clean_split_reads_as_it_is_written() {
    let case = case(SPLIT);
    assert_eq!(case.version, 1);
    assert_eq!(case.name, "clean split of five: the majority stays");
    assert_eq!(case.seed, 0);
    assert_eq!(case.nodes, names("a b c d e"));
    assert_eq!(case.seeds, names("a b"));
    assert_eq!((&case.roles[0].nodes, &case.roles[0].roles), (&names("c d"), &vec!["backend".to_owned()]));
    assert_eq!(case.settings.len(), 2);
    assert_eq!(case.settings[0].nodes, []);
    assert_eq!(case.settings[0].settings[1].key, "sbr.stable-after");
    assert_eq!(case.settings[0].settings[1].value, "20s");
    assert_eq!(case.settings[1].nodes, names("e"));
    assert_eq!(
        case.links[0].change.effect,
        LinkEffect::Delay(Delay::Uniform { from: Time(500_000), to: Time(1_500_000) })
    );
    let instants: Vec<Time> = case.steps.iter().map(|step| step.at).collect();
    assert_eq!(instants, [0, 20, 30, 80, 90, 120].map(Time::seconds));
    assert_eq!(
        case.steps[2].action,
        Action::CutGroups { groups: vec![names("a b c"), names("d e")], rest: false }
    );
    assert_eq!(
        case.finally[0].questions,
        [Question::Survivors { nodes: refs("a b c") }, Question::Converged]
    );
    assert_eq!(case.never[0].questions, [Question::Down { node: name("a").into() }]);
}

/// CASE-2
#[test]
fn values_know_their_line_and_are_compared_without_it() {
    let written = case(SPLIT);
    assert_eq!(written.steps[0].line.0, 14);
    assert_eq!(written.finally[0].line.0, 21);
    assert_eq!(written.settings[1].line.0, 10);
    let shifted = case(&format!("\n\n\n{SPLIT}"));
    assert_eq!(shifted.steps[0].line.0, 17);
    assert_eq!(shifted, written);
}

/// CASE-2: the table is complete and its examples are in canonical form.
#[test]
fn every_example_is_read_and_prints_as_it_is() {
    for (kind, Form { example, syntax, meaning, word }) in forms() {
        assert!(example.starts_with(word) && syntax.starts_with(word) && !meaning.is_empty(), "{word}");
        match kind {
            FormKind::Action => assert_eq!(action(example).to_string(), *example),
            FormKind::Question => assert_eq!(questions(example)[0].to_string(), *example),
            FormKind::Statement => {
                let text = match *word {
                    "qcase" => format!("{example}\nnodes a b"),
                    "nodes" => format!("qcase 1\n{example}"),
                    _ => format!("qcase 1\nnodes a b c d e\n{example}"),
                };
                let squeezed = |text: &str| {
                    text.split_whitespace().collect::<Vec<_>>().join(" ").replace("1.5ms", "1500us")
                };
                assert!(squeezed(&case(&text).to_string()).contains(example), "{example}");
            }
        }
    }
}

#[test]
fn no_two_forms_of_a_kind_have_one_word_and_no_node_has_the_name_of_a_question() {
    let mut words: Vec<_> = forms().map(|(kind, form)| (format!("{kind:?}"), form.word)).collect();
    let count = words.len();
    words.sort();
    words.dedup();
    assert_eq!(words.len(), count);
    for (kind, form) in forms() {
        assert!(kind != FormKind::Question || NodeName::new(form.word).is_err(), "{}", form.word);
    }
}

#[test]
fn processes_start_stop_crash_and_come_back() {
    assert_eq!(action("start all"), Action::StartAll { at_once: false });
    assert_eq!(action("start all at once"), Action::StartAll { at_once: true });
    assert_eq!(action("start a b"), Action::Start { nodes: names("a b"), seeds: None });
    let seeds = Some(names("c d"));
    assert_eq!(action("start a b with seeds c d"), Action::Start { nodes: names("a b"), seeds });
    assert_eq!(
        action("start a with seeds none"),
        Action::Start { nodes: names("a"), seeds: Some(Vec::new()) }
    );
    assert_eq!(action("stop a b"), Action::Stop { nodes: names("a b") });
    assert_eq!(action("crash a"), Action::Crash { nodes: names("a") });
    assert_eq!(action("restart a"), Action::Restart { nodes: names("a"), after: Time::ZERO });
    assert_eq!(
        action("restart a b after 3s"),
        Action::Restart { nodes: names("a b"), after: Time::seconds(3) }
    );
}

#[test]
fn members_join_leave_and_are_downed() {
    assert_eq!(action("leave a"), Action::Leave { node: name("a").into(), at: None });
    assert_eq!(action("leave a at b"), Action::Leave { node: name("a").into(), at: Some(name("b")) });
    assert_eq!(action("down a at b"), Action::Down { node: name("a").into(), at: name("b") });
    let second = NodeRef { name: name("a"), incarnation: Some(2) };
    assert_eq!(action("leave a#2 at b"), Action::Leave { node: second.clone(), at: Some(name("b")) });
    assert_eq!(action("down a#2 at b"), Action::Down { node: second, at: name("b") });
    assert_eq!(action("prepare-for-shutdown at b"), Action::PrepareForShutdown { at: name("b") });
    assert_eq!(action("join a via b"), Action::Join { node: name("a"), via: name("b") });
}

#[test]
fn networks_are_cut_and_healed() {
    let one_way = || Between::OneWay { from: name("a"), to: name("b") };
    let both_ways = || Between::BothWays { one: name("a"), other: name("b") };
    assert_eq!(action("cut a > b"), Action::CutLink { between: one_way() });
    assert_eq!(action("cut a-b"), Action::CutLink { between: both_ways() });
    assert_eq!(
        action("cut a b|c|rest"),
        Action::CutGroups { groups: vec![names("a b"), names("c")], rest: true }
    );
    assert_eq!(action("cut a | rest"), Action::CutGroups { groups: vec![names("a")], rest: true });
    assert_eq!(action("isolate a"), Action::Isolate { node: name("a") });
    assert_eq!(action("heal"), Action::Heal { between: None });
    assert_eq!(action("heal a > b"), Action::Heal { between: Some(one_way()) });
    assert_eq!(action("heal a - b"), Action::Heal { between: Some(both_ways()) });
    let Action::Link(change) = action("link a - b delay 80ms") else { panic!("not a link") };
    assert_eq!(change.effect, LinkEffect::Delay(Delay::Constant(Time::millis(80))));
}

/// CASE-9
#[test]
fn a_cut_says_of_every_node_where_it_goes() {
    assert_eq!(wrong("at 1s cut a b | c"), "11: the cut leaves 2 nodes out");
    assert_eq!(wrong("at 1s cut a b c d e"), "20: expected `|` and another group, but the line ends");
    assert_eq!(wrong("at 1s cut a b c | c d e"), "11: `c` is named twice");
    assert_eq!(wrong("at 1s cut a | rest | b"), "20: expected the end of the line, found `|`");
    assert_eq!(wrong("at 1s cut a | | rest"), "15: expected a node, found `|`");
    assert_eq!(wrong("at 1s cut a > a"), "15: `a` has no link to itself");
}

/// CASE-9
#[test]
fn questions_name_nodes_and_their_incarnations() {
    let second = |text: &str| NodeRef { name: name(text), incarnation: Some(2) };
    assert_eq!(
        questions("running a#2 b")[0],
        Question::Running { nodes: vec![second("a"), name("b").into()] }
    );
    assert_eq!(questions("leader a#2")[0], Question::Leader { node: Some(second("a")) });
    assert_eq!(questions("leader none")[0], Question::Leader { node: None });
    assert_eq!(questions("survivors none")[0], Question::Survivors { nodes: Vec::new() });
    assert_eq!(
        questions("stopped a b because left")[0],
        Question::Stopped { nodes: refs("a b"), because: Some(StopReason::Left) }
    );
    assert_eq!(
        wrong("finally running a#0"),
        "19: expected the number of an incarnation, the first being 1, found `0`"
    );
    assert_eq!(wrong("at 1s crash a#2"), "14: expected the end of the line, found `#2`");
}

#[test]
fn a_view_goes_on_behind_a_comma_until_a_question_follows() {
    let item = |node: &str, state| ViewItem { node: name(node).into(), state };
    let view = Question::View {
        observer: name("a").into(),
        items: vec![item("b", ViewState::Unreachable), item("c", ViewState::WeaklyUp)],
    };
    assert_eq!(
        questions("up 5, view a: b unreachable, c weakly-up, down e, converged"),
        [Question::Up { count: 5 }, view, Question::Down { node: name("e").into() }, Question::Converged]
    );
    assert_eq!(wrong("finally view a: b up, survivers c"), "23: unknown node `survivers`");
    assert_eq!(wrong("finally view a: b sleepy"), "19: unknown state `sleepy`");
    assert_eq!(wrong("finally view a: b up,"), "22: expected a node, but the line ends");
}

#[test]
fn a_check_may_wait() {
    assert_eq!(
        action("check running a, converged within 10s"),
        Action::Check {
            questions: vec![Question::Running { nodes: refs("a") }, Question::Converged],
            within: Some(Time::seconds(10))
        }
    );
    assert_eq!(wrong("at 1s check stopped a because downd within 10s"), "31: unknown reason `downd`");
    assert_eq!(wrong("at 1s check running a withn 10s"), "23: unknown node `withn`");
    assert_eq!(wrong("at 1s check up 5 withn 10s"), "18: unknown word `withn`");
    assert_eq!(
        wrong("at 1s check up 5 converged"),
        "18: expected `,` or `within` or the end of the line, found `converged`"
    );
}

/// CASE-9
#[test]
fn nodes_have_names_with_addresses_of_their_own() {
    let nodes = |text: &str| case(&format!("qcase 1\nnodes {text}")).nodes;
    assert_eq!(nodes("n 3"), names("n1 n2 n3"));
    assert_eq!(nodes("a n 2 b7"), names("a n1 n2 b7"));
    let wrong = |text: &str| read(&format!("qcase 1\nnodes {text}")).unwrap_err().as_slice()[0].to_string();
    assert_eq!(wrong("a b a1"), "2:11: `a` and `a1` have one address");
    assert_eq!(wrong("n1 b n"), "2:12: `n1` and `n` have one address");
    assert_eq!(wrong("a b a"), "2:11: `a` is named twice");
    assert_eq!(wrong("n01"), "2:7: `n01` can't name a node");
    assert_eq!(wrong("n65536"), "2:7: `n65536` can't name a node");
    assert_eq!(wrong("n1 rest"), "2:10: `rest` can't name a node");
    assert_eq!(wrong("n_1"), "2:7: `n_1` can't name a node");
    assert_eq!(wrong("7"), "2:7: `7` can't name a node");
    assert_eq!(wrong("n 0"), "2:9: expected how many nodes, at least 1, found `0`");
    assert_eq!(wrong("x n 65535"), "2:9: these are 65536 nodes; a case has at most 65535");
    assert_eq!(wrong("n 99999999999999999999999").split("nodes;").last(), Some(" a case has at most 65535"));
    assert_eq!(nodes("n 65535").len(), 65_535);
}

/// CASE-4
#[test]
fn settings_are_those_of_the_catalogue_in_its_canonical_form() {
    let case = with_line("set d e: sbr.stable-after = 20000.5ms, note = \"a, \\\"b\\\" # c\" # why");
    assert_eq!(case.settings[0].nodes, names("d e"));
    assert_eq!(case.settings[0].settings[0].value, "20s");
    assert_eq!(case.settings[0].settings[1].value, "a, \"b\" # c");
    assert_eq!(case.settings[0].prose.trailing, "why");
    assert_eq!(wrong("set sbr.strategi = x"), "5: unknown setting `sbr.strategi`");
    assert_eq!(wrong("set sbr.strategy = x"), "20: `sbr.strategy` can't be `x`");
    assert_eq!(wrong("set a: world.wire = on"), "8: `world.wire` is the same for all nodes");
    assert_eq!(wrong("set note = a b"), "14: expected `,` or the end of the line, found `b`");
    assert_eq!(FewSettings.invariants(), INVARIANT_IDS);
}

/// CASE-6
#[test]
fn the_seed_is_hexadecimal_and_zero_if_not_written() {
    assert_eq!(with_line("seed 7F3a").seed, 0x7f3a);
    assert_eq!(with_line("seed ffffffffffffffff").seed, u64::MAX);
    assert_eq!(with_line("").seed, 0);
    let expected = "expected a seed of one to sixteen hexadecimal digits";
    assert_eq!(wrong("seed 10000000000000000"), format!("6: {expected}, found `10000000000000000`"));
    assert_eq!(wrong("seed xyz"), format!("6: {expected}, found `xyz`"));
}

#[test]
fn what_is_judged_and_expected_goes_by_the_ids_of_invariants() {
    let case = with_line("judge off M4\nexpect violation S1 by 40s");
    assert_eq!(case.judge_off[0].invariant, "M4");
    let expect = case.expect.unwrap();
    assert_eq!((expect.invariant.as_str(), expect.by), ("S1", Some(Time::seconds(40))));
    assert_eq!(wrong("judge off M44"), "11: unknown invariant `M44`");
    assert_eq!(wrong("judge on M4"), "7: expected `off`, found `on`");
}

/// CASE-3
#[test]
fn steps_of_one_instant_keep_their_order_and_others_go_by_time() {
    let case = with_line("at 5s heal\nat 1s crash a\nat 5000ms crash b\nat 2s heal");
    let steps: Vec<String> = case.steps.iter().map(|step| format!("{} {}", step.at, step.action)).collect();
    assert_eq!(steps, ["1s crash a", "2s heal", "5s heal", "5s crash b"]);
}

#[test]
fn nothing_happens_after_the_end() {
    let errors = read("qcase 1\nnodes a\nat 9s heal\nat 5s end\nat 1s crash a\nat 5s heal\n").unwrap_err();
    let messages: Vec<String> = errors.as_slice().iter().map(ToString::to_string).collect();
    let message = "nothing happens after the end of the case at 5s";
    assert_eq!(messages, [format!("3:1: {message}"), format!("6:1: {message}")]);
}

/// A case built in Rust is as good as one that was written.
#[test]
fn a_case_can_be_built_in_rust() {
    let mut built = Case::new(names("a b"));
    built.steps.push(crate::case::Step::new(Time::seconds(3), Action::End));
    built.finally.push(crate::case::Claim::new(vec![Question::Converged]));
    assert_eq!(case("qcase 1\nnodes a b\nat 3s end\nfinally converged"), built);
}
