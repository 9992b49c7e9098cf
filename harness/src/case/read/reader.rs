//! What is known to every line of a file, and what was found wrong so far.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use super::super::catalog::SettingCatalog;
use super::super::error::{ErrorKind, few};
use super::super::form::Form;
use super::super::name::NodeName;
use super::super::nearest::nearest;

use super::problems::Problems;

/// The nodes of the case.
#[derive(Debug)]
pub(crate) struct KnownNodes {
    pub(crate) in_order: Vec<NodeName>,
    by_name: BTreeSet<NodeName>,
}

impl KnownNodes {
    pub(crate) fn new(in_order: Vec<NodeName>) -> Self {
        let by_name = in_order.iter().cloned().collect();
        Self { in_order, by_name }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&NodeName> {
        self.by_name.get(name)
    }
}

/// What is known to every line.
pub(crate) struct Reader<'a> {
    /// `None`: not known, so any name will do.
    nodes: Option<KnownNodes>,
    pub(crate) settings: &'a dyn SettingCatalog,
    pub(crate) setting_names: Vec<&'static str>,
    problems: RefCell<Problems>,
    line_index: Cell<usize>,
    /// The statement, the action in it, the question in that.
    forms: RefCell<Vec<&'static Form>>,
    /// What could have stood at a place of the line, but did not.
    could_stand: RefCell<(usize, Vec<&'static str>)>,
}

impl fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("line_index", &self.line_index).finish_non_exhaustive()
    }
}

impl<'a> Reader<'a> {
    pub(crate) fn new(nodes: Option<KnownNodes>, settings: &'a dyn SettingCatalog) -> Self {
        Self {
            nodes,
            settings,
            setting_names: settings.names(),
            problems: RefCell::default(),
            line_index: Cell::new(0),
            forms: RefCell::default(),
            could_stand: RefCell::default(),
        }
    }

    pub(crate) fn nodes(&self) -> Option<&KnownNodes> {
        self.nodes.as_ref()
    }

    pub(crate) fn at_line(&self, index: usize) {
        self.line_index.set(index);
    }

    /// What is read from here on is of this form, until [`leave`](Self::leave).
    pub(crate) fn enter(&self, form: &'static Form) {
        self.forms.borrow_mut().push(form);
    }

    pub(crate) fn leave(&self) {
        self.forms.borrow_mut().pop();
    }

    /// Nothing is left of the statement that was read.
    pub(crate) fn leave_statement(&self) {
        self.forms.borrow_mut().clear();
        self.could_stand.take();
    }

    /// Notes what was looked for at this place of the line and may be missing.
    pub(crate) fn could_stand(&self, place: usize, word: &'static str) {
        let mut could_stand = self.could_stand.borrow_mut();
        if could_stand.0 != place {
            *could_stand = (place, Vec::new());
        }
        could_stand.1.push(word);
    }

    /// What was looked for at this place.
    pub(crate) fn take_could_stand(&self, place: usize) -> Vec<&'static str> {
        let (noted_at, words) = self.could_stand.take();
        if noted_at == place { words } else { Vec::new() }
    }

    /// CASE-5: notes a mistake; reading may go on behind it.
    pub(crate) fn report(&self, span: Range<usize>, kind: ErrorKind) {
        let syntax = self.forms.borrow().last().map(|form| form.syntax);
        self.problems.borrow_mut().add(self.line_index.get(), span, kind, syntax);
    }

    pub(crate) fn has_room(&self) -> bool {
        self.problems.borrow().has_room()
    }

    pub(crate) fn forget_problems(&self) {
        *self.problems.borrow_mut() = Problems::default();
    }

    pub(crate) fn into_problems(self) -> Problems {
        self.problems.into_inner()
    }

    /// CASE-5: the error for a word that is none of the known, with the nearest of them.
    pub(crate) fn unknown<'k>(
        &self,
        what: &'static str,
        word: &str,
        known: impl Iterator<Item = &'k str> + Clone,
    ) -> ErrorKind {
        // Looking for a near word takes long among many, and nobody would see it.
        let (near, known) =
            if self.has_room() { (nearest(word, known.clone()), few(known)) } else { (None, Vec::new()) };
        ErrorKind::Unknown { what, word: word.to_owned(), nearest: near.map(str::to_owned), known }
    }
}
