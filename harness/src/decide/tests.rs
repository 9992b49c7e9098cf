use std::path::Path;

use super::table::endings;
use super::*;

pub(super) fn view(name: &str) -> Situation {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("views").join(format!("{name}.qview"));
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    parse(name, &bytes).unwrap_or_else(|errors| panic!("{errors}"))
}

/// Who goes on under static-quorum, keep-majority, keep-oldest in both ways, down-all and lease-majority.
fn answers(name: &str, setting: Setting) -> [String; 6] {
    let situation = view(name);
    let choices = Choice::all(&situation.strategies(), &situation.sides);
    let answers: Vec<String> = choices.iter().map(|choice| endings(choice.outcome(setting))).collect();
    answers.try_into().unwrap()
}

/// Each by hand from part 04: S-01, S-03, S-13, S-20, S-44, S-34, S-35, S-48, S-32; with the repairs from REP-113, REP-124 and REP-126.
#[test]
fn the_shipped_views_end_as_the_specification_says() {
    const NOBODY: &str = "nobody";
    let rows: [(&str, [&str; 6], [&str; 6]); 10] = [
        ("clean-split", ["a b c", "a b c", "a b c", "a b c", NOBODY, "a b c"], ["."; 6]),
        ("halves", [NOBODY, "a b", "a b", "a b", NOBODY, "a b"], ["."; 6]),
        ("oldest-alone", ["b c d", "b c d", NOBODY, "a", NOBODY, "b c d"], ["."; 6]),
        ("staggered-crashes", [NOBODY; 6], ["a b c", "a b c", "a b c", "a b c", NOBODY, "a b c"]),
        ("broken-link", ["b", "b", "b", "b", NOBODY, "b"], ["."; 6]),
        (
            "hidden-step",
            ["a c + b d", "a c", "a c", "a c", NOBODY, "a c or b d"],
            [NOBODY, ".", ".", ".", ".", "."],
        ),
        ("role", ["c", "a b + c", "c", "c", NOBODY, "a b or c"], [NOBODY, "a b", ".", ".", ".", "."]),
        ("sick-node", ["c e", "c e", "c e", "c e", NOBODY, "c e"], ["."; 6]),
        (
            "leaving-split",
            ["a b c", NOBODY, NOBODY, "a b c", NOBODY, "a b c"],
            [".", "a b c", "a b c", ".", ".", "."],
        ),
        ("leavers-lost", ["a b", "a b", "a b", "a b", NOBODY, "a b"], ["."; 6]),
    ];
    for (name, exact, repaired) in rows {
        assert_eq!(answers(name, Setting::Exact), exact, "{name}");
        let expected: Vec<&str> =
            repaired.iter().zip(exact).map(|(new, old)| if *new == "." { old } else { new }).collect();
        assert_eq!(answers(name, Setting::Repaired)[..], expected, "{name} with the repairs");
    }
}

/// REP-126: of the leavers that are lost it matters that they are known to have heard of their exit: else they may count elsewhere.
#[test]
fn leavers_that_may_not_have_heard_of_their_exit_count_beyond() {
    let text = std::fs::read_to_string(format!("{}/views/leavers-lost.qview", env!("CARGO_MANIFEST_DIR")));
    let without = text.unwrap().replace("heard d e\n", "");
    let situation = parse("without", without.as_bytes()).unwrap();
    let choices = Choice::all(&situation.strategies(), &situation.sides);
    let ends: Vec<String> = choices.iter().map(|choice| endings(choice.outcome(Setting::Repaired))).collect();
    assert_eq!(ends, ["nobody", "nobody", "nobody", "nobody", "nobody", "a b"]);
}

fn warned(name: &str, strategy: &str) -> String {
    let situation = view(name);
    let choices = Choice::all(&situation.strategies(), &situation.sides);
    let choice = choices.iter().find(|choice| choice.name() == strategy).unwrap();
    let texts: Vec<String> =
        warnings(choice, Setting::Exact, &situation.sides).iter().map(ToString::to_string).collect();
    texts.join("\n")
}

/// SBR-93 to SBR-100: the hole that opens in a situation is told with its rule.
#[test]
fn the_holes_that_open_are_warned_of() {
    for (name, strategy, part) in [
        ("halves", "static-quorum 3", "4 is even: two halves end both (SBR-94)"),
        ("hidden-step", "static-quorum 2", "two sides go on: c has another status on each side"),
        ("role", "keep-majority", "the leader, a, lacks the role worker"),
        ("role", "static-quorum 1", "2 members are more than the 1 that a quorum of 1 allows"),
        (
            "staggered-crashes",
            "keep-majority",
            "all go down: d had flagged others before it was lost itself (SBR-100)",
        ),
        (
            "sick-node",
            "keep-majority",
            "both ends of broken links go down, though one may be healthy: a b d (SBR-34)",
        ),
        ("broken-link", "lease-majority", "(LEASE-17)"),
        ("leaving-split", "keep-majority", "a side that would stay goes down"),
        ("oldest-alone", "keep-oldest", "a, the oldest, decides alone"),
        ("clean-split", "down-all", "all go down, whatever happened (SBR-97)"),
        ("clean-split", "lease-majority", "(SBR-98)"),
    ] {
        let warned = warned(name, strategy);
        assert!(warned.contains(part), "{name} {strategy}: {part} is not in\n{warned}");
    }
    assert_eq!(warned("clean-split", "keep-majority"), "");
    assert_eq!(warned("clean-split", "static-quorum 3"), "");
}

/// S8: what is told of a decision leads to it again.
#[test]
fn every_decision_can_be_made_again_from_its_record() {
    for name in ["clean-split", "staggered-crashes", "hidden-step", "sick-node", "role", "leaving-split"] {
        let situation = view(name);
        for choice in Choice::all(&situation.strategies(), &situation.sides) {
            for setting in Setting::BOTH {
                for decider in &choice.outcome(setting).deciders {
                    assert_eq!(decider.record.evaluate_again(), decider.record, "{name}");
                    let denied = decider.denied.iter();
                    denied.for_each(|denied| assert_eq!(denied.evaluate_again(), *denied, "{name}"));
                }
            }
        }
    }
}
