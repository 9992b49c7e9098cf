//! How a piece of the language is written.

/// How a piece of the language is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    /// The word that it starts with.
    pub word: &'static str,
    /// Its grammar: capitals stand for values, brackets for what may be missing, `|` inside them for "or".
    pub syntax: &'static str,
    /// An example that can be pasted.
    pub example: &'static str,
    /// What it means, in a sentence.
    pub meaning: &'static str,
}
