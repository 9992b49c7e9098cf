//! CASE-5: whatever the bytes, an answer.

use proptest::prelude::*;

use super::random::any_case;
use super::{FewSettings, fixed, read};
use crate::case::{BYTES_MAX, ERRORS_MAX, ErrorKind, parse_bytes};

/// Reads the bytes and, if they are no case, shows why; what was read must print and read back.
fn answer(bytes: &[u8]) {
    match parse_bytes("some.qcase", bytes, &FewSettings) {
        Ok(case) => assert_eq!(read(&case.to_string()).as_ref(), Ok(&case)),
        Err(errors) => {
            assert!(!errors.as_slice().is_empty());
            for colour in [false, true] {
                let shown = errors.render(colour);
                assert!(shown.contains("some.qcase"), "{shown}");
            }
            for error in errors.as_slice() {
                let place = format!("some.qcase:{}:{}", error.line, error.column);
                assert!(errors.to_string().contains(&place), "{place} is not in\n{errors}");
            }
        }
    }
}

/// Pieces that the grammar is made of, so that mutations go deep.
fn fragment() -> impl Strategy<Value = Vec<u8>> {
    let pieces = [
        "qcase 1\n",
        "nodes a b c\n",
        "nodes ",
        "at 1s ",
        "at ",
        "cut a | ",
        "rest",
        "check ",
        "view a: b up, ",
        "#2",
        "# ",
        "\"",
        "\\",
        "\\u{",
        "}",
        "..",
        "%",
        "loss ",
        "delay ",
        "18446744073709551616s",
        ",",
        ":",
        "=",
        "|",
        ">",
        "-",
        "*",
        "set note = ",
        "case \"",
        "\t",
        "\r",
        "\n",
        "\u{e9}",
        "\u{200b}",
        "\u{1b}[31m",
        "\u{0}",
        "finally ",
        "seed ",
        "within ",
        "a ",
        "n 65536 ",
        "\u{6f22}\u{5b57}",
    ];
    prop_oneof![
        8 => proptest::sample::select(pieces.to_vec()).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 1..4),
    ]
}

proptest! {
    #![proptest_config(fixed())]

    /// CASE-5
    #[test]
    fn arbitrary_bytes_get_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        answer(&bytes);
    }

    /// CASE-5
    #[test]
    fn pieces_of_the_language_in_any_order_get_an_answer(pieces in proptest::collection::vec(fragment(), 0..60)) {
        answer(&pieces.concat());
    }

    /// CASE-5
    #[test]
    fn damaged_cases_get_an_answer(
        case in any_case(),
        damage in proptest::collection::vec((any::<proptest::sample::Index>(), 0..6_usize, fragment()), 1..6),
    ) {
        let mut bytes = case.to_string().into_bytes();
        for (place, removed, inserted) in damage {
            let start = place.index(bytes.len() + 1);
            let end = (start + removed).min(bytes.len());
            bytes.splice(start..end, inserted);
        }
        answer(&bytes);
    }
}

/// CASE-5
#[test]
fn bytes_that_are_no_text_are_named_with_their_place() {
    let bytes = b"qcase 1\nnodes a b\nat 1s cra\xffh a\nat 2s crahs b\n";
    let errors = parse_bytes("some.qcase", bytes, &FewSettings).unwrap_err();
    let messages: Vec<String> = errors.as_slice().iter().map(ToString::to_string).collect();
    assert_eq!(messages, ["3:10: the byte 0xff is no UTF-8 text", "4:7: unknown action `crahs`"]);
    answer(bytes);
}

/// CASE-5
#[test]
fn a_file_that_is_too_large_is_refused_with_both_numbers() {
    let errors = read(&"#".repeat(BYTES_MAX + 1)).unwrap_err();
    let kind = ErrorKind::FileTooLarge { bytes: BYTES_MAX + 1, limit: BYTES_MAX };
    assert_eq!(errors.as_slice()[0].kind, kind);
    assert!(
        errors.to_string().contains("the file has 4194305 bytes; a case has at most 4194304"),
        "{errors}"
    );
    assert!(read(&format!("qcase 1\nnodes a\n{}", "#".repeat(BYTES_MAX - 16))).is_ok());
}

/// CASE-5
#[test]
fn errors_beyond_a_number_are_counted() {
    let text = format!("qcase 1\nnodes a\n{}", "at 1s crahs a\n".repeat(ERRORS_MAX + 50));
    let errors = read(&text).unwrap_err();
    assert_eq!((errors.as_slice().len(), errors.unlisted()), (ERRORS_MAX, 50));
    assert!(errors.to_string().ends_with("and 50 more errors in some.qcase"));
}

/// CASE-5: nothing in a file that is read reaches the terminal as a command.
#[test]
fn control_characters_of_a_file_are_not_printed() {
    let errors = read("qcase 1\nnodes a\nat 1s \u{1b}[31m\u{7}x a\nset note\u{7} = \u{1b}\ncase \"\u{1b}[2J")
        .unwrap_err();
    let singly = errors.as_slice().iter().map(ToString::to_string);
    for shown in singly.chain([errors.to_string()]) {
        assert!(!shown.contains(['\u{1b}', '\u{7}']), "{shown}");
    }
}
