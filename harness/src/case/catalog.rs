//! What a case may name that the language itself doesn't know: settings and invariants.

/// The ids of the invariants of part 07, in its order.
pub const INVARIANT_IDS: [&str; 63] = [
    "M1", "M2", "M3", "M4", "M5", "M6", "M7", "M8", "M9", "M10", "M11", //
    "V1", "V2", "V3", "V4", "V5", "V6", "V7", //
    "R1", "R2", "R3", "R4", "R5", //
    "C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", //
    "U1", "U2", "U3", "U4", //
    "E1", "E2", "E3", //
    "X1", "X2", //
    "S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8", "S9", "S10", "S11", //
    "L1", "L2", "L3", "L4", "L5", "L6", "L7", "L8", "L9", "L10", "L11", "L12", //
];

/// CASE-4: the settings that a case may set, and what each takes.
pub trait SettingCatalog {
    /// All names, in kebab case with dots for nesting.
    fn names(&self) -> Vec<&'static str>;

    /// The value as it is written canonically, which is a value that this returns as it is.
    ///
    /// # Errors
    /// Why the setting can't have this value, as the end of a sentence: "a duration is expected".
    fn check(&self, key: &str, value: &str) -> Result<String, String>;

    /// Whether nodes can differ in it. Those of the world are the same for all.
    fn is_per_node(&self, key: &str) -> bool {
        !key.starts_with("world.")
    }

    /// The ids of the invariants that a case may name.
    fn invariants(&self) -> &[&'static str] {
        &INVARIANT_IDS
    }
}
