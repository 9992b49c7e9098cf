//! A case file of any bytes.

use crate::case::parse_bytes;
use crate::settings::Settings;

/// CASE-2, CASE-5: any bytes are a case or errors that say where; a case reads back from its print.
///
/// # Panics
/// If a case does not read back, or an error has no place.
pub fn case_file(bytes: &[u8]) {
    match parse_bytes("fuzz.qcase", bytes, &Settings) {
        Ok(case) => {
            let printed = case.to_string();
            let again = parse_bytes("fuzz.qcase", printed.as_bytes(), &Settings);
            let again = again.unwrap_or_else(|errors| panic!("{errors}\n{printed}"));
            assert_eq!(again, case, "{printed}");
            assert_eq!(again.to_string(), printed);
        }
        Err(errors) => {
            assert!(!errors.as_slice().is_empty());
            let shown = errors.render(false);
            assert!(shown.contains("fuzz.qcase"), "{shown}");
        }
    }
}
