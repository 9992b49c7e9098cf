//! PIC-1: the page in a real browser, if there is one: `chromium`, `google-chrome` or what `QUORATE_BROWSER` names. Without one
//! the test says that it was skipped.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

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

/// A page as a file in a folder of a test's own.
fn place(name: &str, page: &str) -> (PathBuf, PathBuf) {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("browser-{name}"));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("page.html");
    std::fs::write(&file, page).unwrap();
    (folder, file)
}

/// A browser that shows nothing, with a profile of its own.
fn headless(browser: &Path, folder: &Path, width: u32) -> Command {
    let mut command = Command::new(browser);
    command
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars"])
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .arg(format!("--window-size={width},900"));
    command
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
    let (folder, file) = place(&format!("{name}-{width}"), page);
    let output = headless(browser, &folder, width)
        .args(["--virtual-time-budget=20000", "--timeout=15000", "--dump-dom"])
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

/// Says what it says to whoever runs the test, which a macro would keep.
fn say(what: &str) {
    let _ = writeln!(std::io::stderr(), "{what}");
}

const SKIPPED: &str = "SKIPPED: no browser was found, so no page was looked at; QUORATE_BROWSER names one";

#[test]
fn a_page_is_drawn_and_answers_in_a_browser() {
    let Some(browser) = browser() else { return say(SKIPPED) };
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

/// Ten nodes over 300 s, with all that can be drawn.
const TEN: &str = "qcase 1\ncase \"ten nodes over 300 s\"\nnodes a b c d e f g h i j\nseeds a b\nat 0s start all\n\
    at 30s cut a b c d e f | g h i j\nat 33s heal\nat 60s crash j\nat 90s restart i after 2s\nat 120s pause h 8s\n\
    at 150s leave g\nat 180s cut a b c d e | rest\nat 260s heal\nat 300s end\n";

/// Tells how many milliseconds after the page was asked for something of it was seen.
const WATCH: &str = "<script>new PerformanceObserver((list) => list.getEntries().forEach((entry) => \
    entry.name === 'first-contentful-paint' && console.log(`painted after ${Math.round(entry.startTime)} ms;`)))\
    .observe({ type: 'paint', buffered: true });</script>";

/// PIC-1. How soon it is seen, by the clock of the browser, is told and not judged: others may use the machine.
#[test]
fn ten_nodes_over_300_seconds_are_a_page_of_less_than_a_megabyte() {
    let Some(browser) = browser() else { return say(SKIPPED) };
    let case = parse("ten.qcase", TEN, &Settings).unwrap();
    let page =
        film(&case, &Options::default(), "ten.qcase", "quorate replay ten.qcase".into()).unwrap().html();
    let (folder, file) = place("paint", &page.replace("<head>", &format!("<head>{WATCH}")));
    let painted = || {
        let mut running = headless(&browser, &folder, 1280)
            .args(["--enable-logging=stderr", "--remote-debugging-port=0"])
            .arg(format!("file://{}", file.display()))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(running.stderr.take().unwrap()).lines().map_while(Result::ok);
        let (sender, told) = std::sync::mpsc::channel();
        #[allow(clippy::disallowed_methods, reason = "it reads what another process says")]
        std::thread::spawn(move || {
            let ms =
                |line: String| line.split_once("painted after ")?.1.split_once(" ms;")?.0.parse::<u64>().ok();
            for ms in lines.filter_map(ms) {
                let _ = sender.send(ms);
            }
        });
        // A browser that never tells is not waited for.
        let told = told.recv_timeout(Duration::from_secs(20)).ok();
        let _ = running.kill();
        let _ = running.wait();
        told
    };
    let told = painted().map_or("how soon was not told".into(), |ms| format!("painted after {ms} ms"));
    let _ = std::fs::remove_dir_all(folder);
    say(&format!("ten nodes over 300 s: {} bytes, {told}", page.len()));
    assert!(page.len() < 1_000_000);
}
