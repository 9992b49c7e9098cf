//! Whether a result is the expected one.

use serde_json::Value;

/// Where two values first differ. Numbers with a fraction may differ by one part in 10⁹.
pub(crate) fn difference(expected: &Value, actual: &Value) -> Option<String> {
    match (expected, actual) {
        (Value::Object(a), Value::Object(b)) => {
            let missing = a.keys().find(|key| !b.contains_key(*key));
            let added = b.keys().find(|key| !a.contains_key(*key));
            if let Some(key) = missing.or(added) {
                return Some(format!(".{key}"));
            }
            a.iter().find_map(|(key, value)| Some(format!(".{key}{}", difference(value, &b[key])?)))
        }
        (Value::Array(a), Value::Array(b)) => {
            let common = a.iter().zip(b).enumerate();
            let inside = common
                .into_iter()
                .find_map(|(place, (a, b))| Some(format!("[{place}]{}", difference(a, b)?)));
            inside.or_else(|| (a.len() != b.len()).then(|| format!("[{}]", a.len().min(b.len()))))
        }
        (Value::Number(a), Value::Number(b)) if a.is_f64() || b.is_f64() => {
            let (a, b) = (a.as_f64()?, b.as_f64()?);
            ((a - b).abs() > 1e-9 * a.abs().max(b.abs())).then(String::new)
        }
        _ => (expected != actual).then(String::new),
    }
}

/// A value as text of a length that can be looked at.
pub(crate) fn shortened(value: &Value) -> String {
    const CHARACTERS_MAX: usize = 2_000;
    let text = value.to_string();
    match text.char_indices().nth(CHARACTERS_MAX) {
        Some((end, _)) => format!("{} ... ({} bytes)", &text[..end], text.len()),
        None => text,
    }
}
