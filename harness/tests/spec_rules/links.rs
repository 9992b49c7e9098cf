//! The links of the project's pages.

use std::path::Path;

/// A link of a page, with its line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Link<'a> {
    pub(crate) line: usize,
    pub(crate) target: &'a str,
}

/// The links of a page that lead to other files or to headings, not into the net.
pub(crate) fn relative_links(text: &str) -> Vec<Link<'_>> {
    let mut found = Vec::new();
    for (index, line) in prose(text) {
        for (at, _) in line.match_indices("](") {
            // An odd number of ticks before it: the link stands inside of code.
            let in_code = line[..at].matches('`').count() % 2 == 1;
            let target = line[at + 2..].split([')', ' ']).next().unwrap_or_default();
            let leads_out = target.contains("://") || target.starts_with("mailto:");
            if !in_code && !leads_out {
                found.push(Link { line: index + 1, target });
            }
        }
    }
    found
}

/// Why a link of the page at `page` leads nowhere, if so. Nothing outside of `root` is anywhere.
pub(crate) fn broken(root: &Path, page: &Path, target: &str) -> Option<String> {
    let (path, heading) =
        target.split_once('#').map_or((target, None), |(path, heading)| (path, Some(heading)));
    let folder = page.parent().unwrap_or(root);
    let file = if path.is_empty() { page.to_path_buf() } else { folder.join(path) };
    let Ok(file) = file.canonicalize() else {
        return Some(format!("{target} does not exist"));
    };
    if !file.starts_with(root) {
        return Some(format!("{target} leads out of the project"));
    }
    let heading = heading?;
    let text = std::fs::read_to_string(&file).unwrap_or_default();
    let known = prose(&text).any(|(_, line)| line.starts_with('#') && anchor(line) == heading);
    (!known).then(|| format!("{target}: there is no such heading"))
}

/// The lines of a page outside of its code blocks, with their indexes.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut in_fence = false;
    text.lines().enumerate().filter(move |(_, line)| {
        let is_fence = line.trim_start().starts_with("```");
        in_fence ^= is_fence;
        !in_fence && !is_fence
    })
}

/// The anchor that a heading gets where pages are usually shown: lower case, blanks to dashes, no punctuation.
fn anchor(heading: &str) -> String {
    let words = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = words.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_outside_of_code_and_inside_of_the_project() {
        let text = "[a](b.md) and [c](../d.md#e \"title\")\n`[no](x)`\n```\n[no](y)\n```\n[no](https://z.org) [f](#g)\n";
        let found: Vec<_> = relative_links(text).iter().map(|link| (link.line, link.target)).collect();
        assert_eq!(found, [(1, "b.md"), (1, "../d.md#e"), (6, "#g")]);
    }

    #[test]
    fn an_anchor_is_the_heading_without_case_blanks_and_punctuation() {
        assert_eq!(anchor("## 3. What must hold (INV)"), "3-what-must-hold-inv");
    }

    #[test]
    fn a_file_a_heading_and_a_place_outside_are_each_missed() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).canonicalize().unwrap();
        let page = root.join("spec/07-world-and-judge.md");
        assert_eq!(broken(&root, &page, "#3-what-must-hold-inv"), None);
        assert!(broken(&root, &page, "#no-such-heading").unwrap().contains("no such heading"));
        assert!(broken(&root, &page, "no-such-page.md").unwrap().contains("does not exist"));
        assert!(broken(&root, &page, "../../core/Cargo.toml").unwrap().contains("out of the project"));
    }
}
