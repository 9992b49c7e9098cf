//! CASE-5: errors as a person wants to see them.

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::error::{CaseError, ErrorKind, Errors};

impl Errors {
    /// CASE-5: each error with file, line, column, the line with the place marked, what was expected, and the word that
    /// was probably meant; with the colours of a terminal or without.
    #[must_use]
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let mut blocks: Vec<String> =
            self.errors.iter().map(|error| renderer.render(&[self.block(error)])).collect();
        if self.unlisted > 0 {
            let title = format!("and {} more errors in {}", self.unlisted, self.source_name);
            blocks.push(renderer.render(&[Group::with_title(Level::ERROR.primary_title(title))]));
        }
        blocks.join("\n\n")
    }

    fn block<'a>(&'a self, error: &'a CaseError) -> Group<'a> {
        let group = Group::with_title(Level::ERROR.primary_title(error.kind.to_string()));
        // Nothing of a file that is too large was read, so there is no line to show.
        if matches!(error.kind, ErrorKind::FileTooLarge { .. }) {
            return group.element(Origin::path(&self.source_name).line(error.line as usize));
        }
        let line = self.source.get(error.line_span.clone()).unwrap_or_default();
        let label = error.kind.label();
        let mut annotation = AnnotationKind::Primary.span(error.span.clone());
        if !label.is_empty() {
            annotation = annotation.label(label);
        }
        let mut group = group.element(
            Snippet::source(line)
                .line_start(error.line as usize)
                .path(&self.source_name)
                .annotation(annotation),
        );
        // Where the grammar was kept, and only a name or a value is wrong, it would be in the way.
        if let (ErrorKind::Expected { .. }, Some(syntax)) = (&error.kind, error.syntax) {
            group = group.element(Level::NOTE.message(format!("it is written `{syntax}`")));
        }
        if let Some(help) = error.kind.help() {
            group = group.element(Level::HELP.message(help));
        }
        group
    }
}
