//! PIC-1: the page: one file, no network.

use super::Film;

const PAGE: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/page.css");
/// In the order in which they follow each other.
const SCRIPTS: [&str; 5] = [
    include_str!("page/data.js"),
    include_str!("page/timeline.js"),
    include_str!("page/moment.js"),
    include_str!("page/cone.js"),
    include_str!("page/main.js"),
];

/// The first line of every page, by which a file is known to be one.
pub(crate) const MARK: &str = "<!doctype html><!-- a run of quorate -->";

impl Film {
    /// PIC-1: the run as one page: self-contained, for light and dark, for a desk and for a phone.
    #[must_use]
    pub fn html(&self) -> String {
        // `</` and `<!--` would end or change the element that the data stand in.
        let data = serde_json::to_string(self).unwrap_or_default().replace('<', "\\u003c");
        let story = self.story.iter().map(|beat| {
            let text = escaped(&beat.text);
            format!("<li>{:.3} s: {text}</li>", beat.at as f64 / 1e6)
        });
        let values = [
            ("title", escaped(&self.title)),
            ("style", STYLE.into()),
            ("story", story.collect()),
            ("summary", escaped(&self.verdict.summary)),
            ("data", data),
            ("script", SCRIPTS.concat()),
        ];
        filled(&format!("{MARK}\n{PAGE}"), &values)
    }
}

/// Puts values where `{{name}}` stands. What is put in is not looked at again.
fn filled(page: &str, values: &[(&str, String)]) -> String {
    let mut out = String::new();
    let mut rest = page;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let (name, behind) = after.split_once("}}").unwrap_or((after, ""));
        let value = values.iter().find(|(known, _)| *known == name);
        debug_assert!(value.is_some(), "the page asks for {name}");
        out.push_str(value.map_or("", |(_, value)| value));
        rest = behind;
    }
    out + rest
}

pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_into_a_page_is_not_looked_at_again() {
        let values = [("a", "{{b}}".to_string()), ("b", "x".to_string())];
        assert_eq!(filled("<{{a}}|{{b}}>", &values), "<{{b}}|x>");
    }

    #[test]
    fn names_of_cases_can_not_break_the_page() {
        assert_eq!(escaped("a<b>&\"c\""), "a&lt;b&gt;&amp;&quot;c&quot;");
    }
}
