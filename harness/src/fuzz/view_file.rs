//! A `.qview` of any bytes.

use crate::decide::{Choice, Table, parse};

/// The most members of a view that is decided too.
const DECIDED_MAX: usize = 40;

/// CASE-5: any bytes are a situation or errors that say where; what is a situation can be decided and shown.
///
/// # Panics
/// If an error has no place, or a strategy ends in no way.
pub fn view_file(bytes: &[u8]) {
    match parse("fuzz.qview", bytes) {
        Ok(situation) => {
            if situation.sides.iter().any(|side| side.members.len() > DECIDED_MAX) {
                return;
            }
            let choices = Choice::all(&situation.strategies(), &situation.sides);
            let table = Table {
                title: &situation.title,
                sides: &situation.sides,
                choices: &choices,
                is_brief: false,
            };
            let shown = table.to_string();
            assert!(choices.iter().all(|choice| shown.contains(&choice.name())), "{shown}");
        }
        Err(errors) => {
            assert!(!errors.as_slice().is_empty());
            let shown = errors.render(false);
            assert!(shown.contains("fuzz.qview"), "{shown}");
        }
    }
}
