//! Text in columns, for values that print themselves as a table.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// Lines of cells. Each column is as wide as its widest cell; no line ends in a space.
#[derive(Default)]
pub(crate) struct Grid(Vec<Vec<String>>);

impl Grid {
    pub(crate) fn line(&mut self, cells: Vec<String>) {
        self.0.push(cells);
    }
}

impl fmt::Display for Grid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |column: usize| {
            let cells = self.0.iter().filter_map(|line| line.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        for line in &self.0 {
            for (column, cell) in line.iter().enumerate() {
                if column + 1 == line.len() {
                    writeln!(f, "{cell}")?;
                } else {
                    write!(f, "{cell:<0$}  ", width(column))?;
                }
            }
        }
        Ok(())
    }
}
