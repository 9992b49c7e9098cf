//! PIC-1: the page in a real browser, if there is one: `chromium`, `google-chrome` or what `QUORATE_BROWSER` names. Without one
//! the test says that it was skipped.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use quorate_harness::case::parse;
use quorate_harness::picture::film;
use quorate_harness::run::Options;
use quorate_harness::settings::Settings;

/// What is done to the page, as a person would, and what must be seen then.
const VISIT: &str = include_str!("browser/visit.js");

fn browser() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("QUORATE_BROWSER") {
        return Some(named.into());
    }
    let folders: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH")?).collect();
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|path| path.is_file())
}

/// The page of a case, with the visit at its end and a watch for errors at its beginning.
fn page_of(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(file);
    let text = std::fs::read_to_string(path).unwrap();
    let case = parse(file, &text, &Settings).unwrap_or_else(|errors| panic!("{errors}"));
    let page = film(&case, &Options::default(), file, format!("quorate replay {file}")).unwrap().html();
    let watch =
        "<script>window.wrong = []; addEventListener('error', (e) => wrong.push(e.message));</script>";
    page.replace("<head>", &format!("<head>{watch}"))
        .replace("</body>", &format!("<script>{VISIT}</script></body>"))
}

/// What a visit of the page came to, a line for each thing that was looked at.
fn visit(browser: &Path, name: &str, page: &str, width: u32) -> Vec<String> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("browser-{name}-{width}"));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("page.html");
    std::fs::write(&file, page).unwrap();
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars"])
        .args(["--virtual-time-budget=20000", "--timeout=15000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .arg(format!("--window-size={width},900"))
        .arg(format!("file://{}", file.display()))
        .output()
        .unwrap();
    let dom = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    let told = dom.split_once(r#"<pre id="told">"#).and_then(|(_, behind)| behind.split_once("</pre>"));
    let (told, _) = told.unwrap_or_else(|| panic!("the visit of {name} did not end: {errors}"));
    let _ = std::fs::remove_dir_all(folder);
    told.lines().map(str::to_owned).collect()
}

#[test]
fn a_page_is_drawn_and_answers_in_a_browser() {
    let Some(browser) = browser() else {
        // Not by a macro: that would be kept from whoever runs the test.
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: no browser was found, so no page was looked at; QUORATE_BROWSER names one"
        );
        return;
    };
    let visits = [
        ("clean-split.qcase", 1280),
        ("clean-split.qcase", 390),
        ("repairs/worst-case-check-off.qcase", 390),
        ("restart.qcase", 800),
    ];
    for (file, width) in visits {
        let name = file.replace(['/', '.'], "-");
        let told = visit(&browser, &name, &page_of(file), width);
        let wrong: Vec<&String> = told.iter().filter(|line| !line.starts_with("ok: ")).collect();
        assert!(wrong.is_empty(), "{file}, {width} pixels wide: {wrong:#?}");
        assert!(told.len() >= 14, "{told:#?}");
    }
}
