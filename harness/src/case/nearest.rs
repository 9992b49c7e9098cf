//! CASE-5: the known word that was probably meant.

/// Longer words are not compared: the time that it takes grows with the product of the lengths.
const LENGTH_MAX: usize = 64;

/// CASE-5: the nearest of the known words, if it is near enough to be meant: at most one edit in three letters, the
/// case of letters not counted. The first of several equally near.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > LENGTH_MAX {
        return None;
    }
    let lower = word.to_lowercase();
    known
        .into_iter()
        .filter(|candidate| candidate.len() <= LENGTH_MAX)
        .filter_map(|candidate| {
            let edits = strsim::damerau_levenshtein(&lower, &candidate.to_lowercase());
            let edits_max = lower.chars().count().max(candidate.chars().count()) / 3;
            (edits <= edits_max).then_some((edits, candidate))
        })
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    /// CASE-5
    #[test]
    fn a_word_is_suggested_only_if_it_is_near() {
        let known = ["crash", "restart", "start", "a", "b"];
        assert_eq!(nearest("crahs", known), Some("crash"));
        assert_eq!(nearest("strat", known), Some("start"));
        assert_eq!(nearest("Crash", known), Some("crash"));
        assert_eq!(nearest("A", known), Some("a"));
        assert_eq!(nearest("c", known), None);
        assert_eq!(nearest("partition", known), None);
        assert_eq!(nearest(&"crash".repeat(100), known), None);
    }
}
