//! CASE-2: the one form in which cases print.

use proptest::prelude::*;

use super::random::{any_case, scrambled};
use super::{case, fixed};
use crate::case::Prose;

/// CASE-2
#[test]
fn statements_print_in_one_order_with_their_prose() {
    let written = "
# About the file.
qcase 1
never down a # whatever happens
at 80s heal
   # Three against two.
at 30s cut a b c|d e|rest
finally survivors a b c , converged
# Words
#
#   indented
case \"a \\\"split\\\"\"
set sbr.stable-after=20000ms
set  e : note = \"x y\"
roles c d: backend, front
link * delay 500us..1500us
link a-b loss 0.50%
seed 00Ff
nodes a b c d e n 3 m1 m2
seeds a b # both
always running a
judge off M4
expect violation S1
at 30s start all
at 0s start a
# The end.
";
    let case = case(written);
    insta::assert_snapshot!(case, @r##"
# About the file.
qcase 1
# Words
#
#   indented
case "a \"split\""
seed ff

nodes   a b c d e n 3 m1 m2
seeds   a b  # both
roles   c d: backend front
set     sbr.stable-after = 20s
set     e: note = "x y"
link    * delay 500us..1.5ms
link    a - b loss 0.5%

judge off M4
expect violation S1

at 0s     start a
# Three against two.
at 30s    cut a b c | d e | rest
at 30s    start all
at 1m20s  heal

finally survivors a b c, converged
always  running a
never   down a  # whatever happens

# The end.
"##);
}

/// CASE-2
#[test]
fn what_is_not_said_is_not_printed() {
    assert_eq!(case("qcase 1\nnodes a").to_string(), "qcase 1\n\nnodes   a\n");
    assert_eq!(
        case("qcase 1\nseed 0 # chance\nnodes a").to_string(),
        "qcase 1\nseed 0  # chance\n\nnodes   a\n"
    );
}

/// CASE-2, CASE-3
#[test]
fn steps_print_in_order_of_time_even_if_they_were_built_in_another() {
    let mut built = case("qcase 1\nnodes a\nat 1s heal\nat 2s crash a\nat 2s restart a");
    built.steps.rotate_left(1);
    let printed = built.to_string();
    assert!(printed.ends_with("\nat 1s  heal\nat 2s  crash a\nat 2s  restart a\n"), "{printed}");
}

/// CASE-2
#[test]
fn whatever_is_in_a_text_a_statement_stays_on_its_line() {
    let mut built = case("qcase 1\nnodes a");
    built.name = "a\nb\u{7}".to_owned();
    built.prose.nodes =
        Prose { before: vec!["one \r\ntwo\r2".to_owned()], trailing: "three\nfour \n".to_owned() };
    let printed = "qcase 1\ncase \"a\\nb\\u{7}\"\n\n# one\n# two 2\nnodes   a  # three four\n";
    assert_eq!(built.to_string(), printed);
}

/// CASE-2
#[test]
fn numbered_nodes_print_as_a_count() {
    let printed = |nodes: &str| {
        let case = case(&format!("qcase 1\nnodes {nodes}"));
        case.to_string().lines().last().unwrap().to_owned()
    };
    assert_eq!(printed("n1 n2 n3 n4"), "nodes   n 4");
    assert_eq!(printed("n 2"), "nodes   n1 n2");
    assert_eq!(printed("b n1 n2 n3 n5 a1 a2 a3"), "nodes   b n 3 n5 a 3");
    assert_eq!(printed("n11 n12 n13"), "nodes   n11 n12 n13");
    assert_eq!(printed("n2 n3 n1"), "nodes   n2 n3 n1");
}

proptest! {
    #![proptest_config(fixed())]

    /// CASE-2
    #[test]
    fn a_printed_case_reads_back_equal(drawn in any_case()) {
        let printed = drawn.to_string();
        let read = case(&printed);
        prop_assert_eq!(&read, &drawn, "{}", printed);
        prop_assert_eq!(read.to_string(), printed);
    }

    /// CASE-2
    #[test]
    fn order_and_blanks_of_a_file_do_not_matter(drawn in any_case(), seed: u64) {
        let mut bare = drawn;
        super::random::remove_prose(&mut bare);
        let printed = bare.to_string();
        let read = case(&scrambled(&printed, seed));
        prop_assert_eq!(read.to_string(), printed);
    }
}
