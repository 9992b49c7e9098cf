//! What must come to the same in two ways.

use super::world::{case_of, formed, fresh, played};
use crate::case::parse;
use crate::settings::Settings;

/// SIM-4, SIM-9, CASE-2: the case of the bytes gives one digest, whether it is played on from a copy of a world, from its beginning, with
/// messages as bytes, or after it was printed and read again.
///
/// # Panics
/// With the case, if two of these differ.
pub fn differences(bytes: &[u8]) {
    let case = case_of(bytes);
    let first = played(case.clone(), &formed);
    let read = parse("fuzz.qcase", &case.to_string(), &Settings);
    let read = read.unwrap_or_else(|errors| panic!("{errors}"));
    let others = [
        ("from the beginning", played(case.clone(), &|case| fresh(case, &[]))),
        ("over the wire", played(case.clone(), &|case| fresh(case, &[("world.wire", "on")]))),
        ("printed and read", played(read, &|case| fresh(case, &[]))),
    ];
    for (how, other) in others {
        assert_eq!(other.outcomes.digest, first.outcomes.digest, "{how}:\n{case}");
    }
}
