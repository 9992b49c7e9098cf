//! Reads a `.qview`: a short text that says who is a member, who still hears whom, and what each side knows.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use quorate::{
    Address, AppVersion, Member, MemberStatus, Reachability, Roles, UP_NUMBER_NONE, UniqueAddress,
};

use super::side::Side;
use crate::case::{ErrorKind, Errors, NodeName, Problems, address_parts, nearest};

/// The version of the language.
const VERSION: &str = "1";
/// The longest file that is read, in bytes.
const BYTES_MAX: usize = 1024 * 1024;
/// The most members of a view: it is for a person to look at.
const MEMBERS_MAX: usize = 1000;

/// What can stand at the start of a line, and how each is written.
const STATEMENTS: [(&str, &str); 15] = [
    ("qview", "qview 1"),
    ("members", "members a b c"),
    ("sides", "sides a b | c"),
    ("status", "status leaving a b"),
    ("role", "role worker a b"),
    ("oldest", "oldest c a b"),
    ("unknown", "unknown f"),
    ("unreachable", "unreachable a > b c"),
    ("before", "before a > b c"),
    ("watch", "watch a b"),
    ("seen", "seen a b"),
    ("heard", "heard a b"),
    ("quorum", "quorum 3"),
    ("count", "count worker"),
    ("in", "in a: status leaving b"),
];

/// Those that may stand behind `in NODE:`.
const OF_ONE_SIDE: [&str; 4] = ["status", "unknown", "seen", "heard"];

const STATUSES: [(&str, MemberStatus); 8] = [
    ("joining", MemberStatus::Joining),
    ("weakly-up", MemberStatus::WeaklyUp),
    ("up", MemberStatus::Up),
    ("leaving", MemberStatus::Leaving),
    ("exiting", MemberStatus::Exiting),
    ("down", MemberStatus::Down),
    ("preparing", MemberStatus::PreparingForShutdown),
    ("ready", MemberStatus::ReadyForShutdown),
];

/// A situation, as a file tells it.
#[derive(Clone, Debug)]
pub struct Situation {
    /// What its first lines of prose say of it.
    pub title: String,
    /// The sides, in the order of the file.
    pub sides: Vec<Side>,
    /// The quorum for static-quorum; by default more than half of those who count.
    pub quorum_size: u32,
    /// The role that a member must have to count.
    pub role: Option<String>,
}

/// CASE-5: reads a situation. The name of the source is shown in errors.
///
/// # Errors
/// All that is wrong with it.
pub fn parse(source_name: &str, bytes: &[u8]) -> Result<Situation, Errors> {
    let mut reader = Reader::default();
    if bytes.len() > BYTES_MAX {
        let kind = ErrorKind::FileTooLarge { bytes: bytes.len(), limit: BYTES_MAX };
        reader.problems.add(0, 0..0, kind, None);
        return Err(reader.problems.into_errors(source_name, &[Cow::Borrowed("")]));
    }
    let lines: Vec<Cow<'_, str>> = bytes
        .strip_suffix(b"\n")
        .unwrap_or(bytes)
        .split(|byte| *byte == b'\n')
        .map(|line| String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)))
        .collect();
    reader.read(&lines);
    let situation = reader.finish(lines.len().saturating_sub(1));
    match situation {
        Some(situation) if reader.problems.is_empty() => Ok(situation),
        _ => Err(reader.problems.into_errors(source_name, &lines)),
    }
}

/// A word of a line and its place.
#[derive(Clone, Debug)]
struct Word<'a> {
    text: &'a str,
    span: Range<usize>,
}

/// What one side knows differently.
#[derive(Clone, Debug, Default)]
struct Difference {
    statuses: BTreeMap<String, MemberStatus>,
    unknown: BTreeSet<String>,
    seen: Option<Vec<String>>,
    /// REP-126: who has heard of its exit.
    heard: BTreeSet<String>,
}

#[derive(Debug, Default)]
struct Reader {
    problems: Problems,
    line: usize,
    title: Vec<String>,
    has_header: bool,
    /// In the order of the file, which is that of their ages.
    members: Vec<String>,
    once: BTreeMap<&'static str, u32>,
    sides: Vec<Vec<String>>,
    all: Difference,
    /// By a node of the side.
    by_side: Vec<(String, Difference)>,
    /// Where each of those nodes is named: line and place.
    by_side_places: Vec<(usize, Range<usize>)>,
    /// Whose exit is said to be heard of, on the side of whom, and where that stands.
    heard_places: Vec<(String, Option<String>, usize, Range<usize>)>,
    roles: BTreeMap<String, BTreeSet<String>>,
    oldest: Vec<String>,
    /// Known on the side of the observer.
    records: Vec<(String, String)>,
    /// Known on all sides.
    records_before: Vec<(String, String)>,
    watch: Option<Vec<[String; 2]>>,
    quorum: Option<u32>,
    role: Option<String>,
}

fn words(line: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, c) in line.char_indices() {
        let is_mark = matches!(c, '|' | '>' | ':');
        if is_mark || c.is_whitespace() {
            if let Some(start) = start.take() {
                words.push(Word { text: &line[start..at], span: start..at });
            }
            if is_mark {
                words.push(Word { text: &line[at..=at], span: at..at + 1 });
            }
        } else if start.is_none() {
            start = Some(at);
        }
    }
    if let Some(start) = start {
        words.push(Word { text: &line[start..], span: start..line.len() });
    }
    words
}

impl Reader {
    fn read(&mut self, lines: &[Cow<'_, str>]) {
        // Any line may name a member, so these are read first.
        for is_first_pass in [true, false] {
            for (index, line) in lines.iter().enumerate() {
                self.line = index;
                if let Some(at) = line.find(char::REPLACEMENT_CHARACTER) {
                    let span = at..at + char::REPLACEMENT_CHARACTER.len_utf8();
                    self.expected(span, "text in UTF-8", "bytes that are none", None);
                    continue;
                }
                let (statement, prose) = line.split_once('#').map_or((&**line, None), |(a, b)| (a, Some(b)));
                let words = words(statement);
                let Some((first, rest)) = words.split_first() else {
                    if let Some(prose) = prose.filter(|_| is_first_pass && self.members.is_empty()) {
                        self.title.push(prose.trim().to_owned());
                    }
                    continue;
                };
                if is_first_pass == matches!(first.text, "members" | "qview") {
                    self.statement(first, rest, line.len());
                }
            }
        }
    }

    fn statement(&mut self, first: &Word<'_>, rest: &[Word<'_>], end: usize) {
        let Some((name, syntax)) = STATEMENTS.iter().find(|(name, _)| *name == first.text) else {
            return self.unknown(first, "statement", STATEMENTS.map(|(name, _)| name));
        };
        let end = end..end;
        let may_repeat = matches!(
            *name,
            "members" | "status" | "role" | "unknown" | "unreachable" | "before" | "watch" | "heard" | "in"
        );
        if !may_repeat && let Some(&first_line) = self.once.get(name) {
            return self.problem(first.span.clone(), ErrorKind::GivenTwice { statement: name, first_line });
        }
        self.once.insert(name, self.line as u32 + 1);
        match *name {
            "qview" => {
                self.has_header = true;
                match rest {
                    [version] if version.text == VERSION => {}
                    [version, more, ..] if version.text == VERSION => self.too_much(more, syntax),
                    [other, ..] => self.expected(other.span.clone(), "`1`", other.text, Some(syntax)),
                    [] => self.expected(end, "`1`", "", Some(syntax)),
                }
            }
            "members" => self.members(rest, end, syntax),
            "sides" => self.sides(rest, end, syntax),
            "in" => self.in_side(rest, end, syntax),
            "status" | "unknown" | "seen" | "heard" => {
                if let Some(difference) = self.difference(name, rest, end, syntax) {
                    self.note_heard(rest, &difference, None);
                    merge(&mut self.all, difference);
                }
            }
            "role" => {
                let Some((role, nodes)) = rest.split_first() else {
                    return self.expected(end, "the name of a role", "", Some(syntax));
                };
                let nodes = self.nodes(nodes, end, syntax);
                self.roles.entry(role.text.to_owned()).or_default().extend(nodes);
            }
            "oldest" => self.oldest = self.nodes(rest, end, syntax),
            "unreachable" => {
                let records = self.records(rest, end, syntax);
                self.records.extend(records);
            }
            "before" => {
                let records = self.records(rest, end, syntax);
                self.records_before.extend(records);
            }
            "watch" => {
                let (pair, more) = rest.split_at(rest.len().min(2));
                if let Some(more) = more.first() {
                    return self.too_much(more, syntax);
                }
                if pair.len() < 2 {
                    return self.expected(end, "two members that watch each other", "", Some(syntax));
                }
                if let Ok(pair) = <[String; 2]>::try_from(self.nodes(pair, end, syntax)) {
                    self.watch.get_or_insert_default().push(pair);
                }
            }
            "quorum" => match rest {
                [number] => match number.text.parse() {
                    Ok(size) if size > 0 => self.quorum = Some(size),
                    _ => self.expected(number.span.clone(), "a number above zero", number.text, Some(syntax)),
                },
                [] => self.expected(end, "a number above zero", "", Some(syntax)),
                [_, more, ..] => self.too_much(more, syntax),
            },
            _ => match rest {
                [role] => self.role = Some(role.text.to_owned()),
                [_, more, ..] => self.too_much(more, syntax),
                [] => self.expected(end, "the role of those who count", "", Some(syntax)),
            },
        }
    }

    fn members(&mut self, rest: &[Word<'_>], end: Range<usize>, syntax: &'static str) {
        if rest.is_empty() {
            self.expected(end, "the names of the members", "", Some(syntax));
        }
        for word in rest {
            if let Err(why) = NodeName::new(word.text) {
                self.problem(word.span.clone(), ErrorKind::Name { name: word.text.to_owned(), why });
            } else if self.members.iter().any(|other| node(other).address == node(word.text).address) {
                self.problem(word.span.clone(), ErrorKind::NamedTwice { node: word.text.to_owned() });
            } else if self.members.len() == MEMBERS_MAX {
                let kind = ErrorKind::TooManyNodes { count: MEMBERS_MAX + 1, limit: MEMBERS_MAX };
                return self.problem(word.span.clone(), kind);
            } else {
                self.members.push(word.text.to_owned());
            }
        }
    }

    fn sides(&mut self, rest: &[Word<'_>], end: Range<usize>, syntax: &'static str) {
        let mut named = BTreeSet::new();
        for part in rest.split(|word| word.text == "|") {
            let side = self.nodes(part, end.clone(), syntax);
            for (word, node) in part.iter().zip(&side) {
                if !named.insert(node.clone()) {
                    self.problem(word.span.clone(), ErrorKind::NamedTwice { node: node.clone() });
                }
            }
            self.sides.push(side);
        }
    }

    fn in_side(&mut self, rest: &[Word<'_>], end: Range<usize>, syntax: &'static str) {
        let [node, colon, what, rest @ ..] = rest else {
            return self.expected(
                end,
                "a node of the side, `:` and what it knows differently",
                "",
                Some(syntax),
            );
        };
        let place = (self.line, node.span.clone());
        let Some(node) = self.node(node) else { return };
        if colon.text != ":" {
            return self.expected(colon.span.clone(), "`:`", colon.text, Some(syntax));
        }
        if !OF_ONE_SIDE.contains(&what.text) {
            return self.unknown(what, "statement of one side", OF_ONE_SIDE);
        }
        if let Some(difference) = self.difference(what.text, rest, end, syntax) {
            self.note_heard(rest, &difference, Some(&node));
            self.by_side.push((node, difference));
            self.by_side_places.push(place);
        }
    }

    fn difference(
        &mut self,
        name: &str,
        rest: &[Word<'_>],
        end: Range<usize>,
        syntax: &'static str,
    ) -> Option<Difference> {
        let mut difference = Difference::default();
        match name {
            "status" => {
                let (status, nodes) = rest.split_first().or_else(|| {
                    self.expected(end.clone(), "a status", "", Some(syntax));
                    None
                })?;
                let Some((_, found)) = STATUSES.iter().find(|(name, _)| *name == status.text) else {
                    self.unknown(status, "status", STATUSES.map(|(name, _)| name));
                    return None;
                };
                let nodes = self.nodes(nodes, end, syntax);
                difference.statuses.extend(nodes.into_iter().map(|node| (node, *found)));
            }
            "unknown" => difference.unknown.extend(self.nodes(rest, end, syntax)),
            "heard" => difference.heard.extend(self.nodes(rest, end, syntax)),
            _ if rest.is_empty() => difference.seen = Some(Vec::new()),
            _ => difference.seen = Some(self.nodes(rest, end, syntax)),
        }
        Some(difference)
    }

    /// Keeps where a `heard` names whom: whether they are exiting shows only when all has been read.
    fn note_heard(&mut self, words: &[Word<'_>], difference: &Difference, side: Option<&str>) {
        for word in words.iter().filter(|word| difference.heard.contains(word.text)) {
            let (node, side) = (word.text.to_owned(), side.map(str::to_owned));
            self.heard_places.push((node, side, self.line, word.span.clone()));
        }
    }

    fn records(
        &mut self,
        rest: &[Word<'_>],
        end: Range<usize>,
        syntax: &'static str,
    ) -> Vec<(String, String)> {
        let Some(at) = rest.iter().position(|word| word.text == ">") else {
            self.expected(end, "`>` between who cannot reach and who cannot be reached", "", Some(syntax));
            return Vec::new();
        };
        let observers = self.nodes(&rest[..at], end.clone(), syntax);
        let subjects = self.nodes(&rest[at + 1..], end, syntax);
        let of = |observer: &String| -> Vec<(String, String)> {
            subjects.iter().map(|subject| (observer.clone(), subject.clone())).collect()
        };
        observers.iter().flat_map(of).filter(|(observer, subject)| observer != subject).collect()
    }

    /// The members that words name, at least one.
    fn nodes(&mut self, words: &[Word<'_>], end: Range<usize>, syntax: &'static str) -> Vec<String> {
        if words.is_empty() {
            self.expected(end, "the names of members", "", Some(syntax));
        }
        words.iter().filter_map(|word| self.node(word)).collect()
    }

    fn node(&mut self, word: &Word<'_>) -> Option<String> {
        if self.members.iter().any(|member| member == word.text) {
            return Some(word.text.to_owned());
        }
        let known = self.members.clone();
        self.unknown_of(word, "member", known.iter().map(String::as_str));
        None
    }

    fn unknown<const N: usize>(&mut self, word: &Word<'_>, what: &'static str, known: [&str; N]) {
        self.unknown_of(word, what, known.into_iter());
    }

    fn unknown_of<'a>(
        &mut self,
        word: &Word<'_>,
        what: &'static str,
        known: impl Iterator<Item = &'a str> + Clone,
    ) {
        let nearest = nearest(word.text, known.clone()).map(str::to_owned);
        let few: Vec<String> = known.take(17).map(str::to_owned).collect();
        let known = if few.len() > 16 { Vec::new() } else { few };
        let kind = ErrorKind::Unknown { what, word: word.text.to_owned(), nearest, known };
        self.problem(word.span.clone(), kind);
    }

    fn expected(&mut self, span: Range<usize>, expected: &str, found: &str, syntax: Option<&'static str>) {
        let kind = ErrorKind::Expected { expected: expected.to_owned(), found: found.to_owned() };
        self.problems.add(self.line, span, kind, syntax);
    }

    fn too_much(&mut self, word: &Word<'_>, syntax: &'static str) {
        self.expected(word.span.clone(), "the end of the line", word.text, Some(syntax));
    }

    /// What can be told only when all has been read: what a node's side knows, when the node is on none.
    fn check_by_side(&mut self) {
        let places = std::mem::take(&mut self.by_side_places);
        for ((node, _), (line, span)) in self.by_side.clone().into_iter().zip(places) {
            if !self.sides.iter().flatten().any(|live| *live == node) {
                self.line = line;
                self.expected(span, "a node that is on a side", &node, Some("sides a b | c"));
            }
        }
    }

    /// REP-126: only who is exiting can have heard of its exit: on that side, or on some side.
    fn check_heard(&mut self) {
        for (name, side, line, span) in std::mem::take(&mut self.heard_places) {
            let is_meant = |live: &&Vec<String>| side.as_ref().is_none_or(|of| live.contains(of));
            let is_exiting =
                |live: &Vec<String>| self.knowledge(live).statuses.get(&name) == Some(&MemberStatus::Exiting);
            if !self.sides.iter().filter(is_meant).any(is_exiting) {
                self.line = line;
                self.expected(span, "a member that is exiting", &name, Some("status exiting a"));
            }
        }
    }

    /// What the side of these nodes knows beside who is a member.
    fn knowledge(&self, live: &[String]) -> Difference {
        let mut knows = self.all.clone();
        let own = self.by_side.iter().filter(|(node, _)| live.contains(node));
        own.for_each(|(_, difference)| merge(&mut knows, difference.clone()));
        knows
    }

    fn problem(&mut self, span: Range<usize>, kind: ErrorKind) {
        self.problems.add(self.line, span, kind, None);
    }

    fn finish(&mut self, last_line: usize) -> Option<Situation> {
        self.line = if self.has_header { last_line } else { 0 };
        if !self.has_header {
            self.expected(0..0, "`qview 1` before anything else", "", Some("qview 1"));
        }
        if self.members.is_empty() {
            self.line = last_line;
            self.expected(0..0, "a `members` statement", "", Some("members a b c"));
        }
        if !self.problems.is_empty() {
            return None;
        }
        if self.sides.is_empty() {
            self.sides = vec![self.members.clone()];
        }
        self.check_by_side();
        self.check_heard();
        if !self.problems.is_empty() {
            return None;
        }
        let sides: Vec<Side> = (0..self.sides.len()).map(|place| self.side(place)).collect();
        let has_role = |member: &&Member| self.role.as_ref().is_none_or(|role| member.roles().contains(role));
        let counts = |member: &&Member| {
            !matches!(
                member.status(),
                MemberStatus::Joining | MemberStatus::WeaklyUp | MemberStatus::Exiting | MemberStatus::Down
            )
        };
        let counted = |side: &Side| side.members.iter().filter(has_role).filter(counts).count();
        let most = sides.iter().map(counted).max().unwrap_or(0) as u32;
        Some(Situation {
            title: self.title.join(" "),
            quorum_size: self.quorum.unwrap_or(most / 2 + 1),
            role: self.role.clone(),
            sides,
        })
    }

    fn side(&self, place: usize) -> Side {
        let live = &self.sides[place];
        let knows = self.knowledge(live);
        let mut ages: Vec<&String> = self.oldest.iter().collect();
        ages.extend(self.members.iter().filter(|name| !self.oldest.contains(name)));
        let mut members = Vec::new();
        for name in self.members.iter().filter(|name| !knows.unknown.contains(*name)) {
            let status = knows.statuses.get(name).copied().unwrap_or(MemberStatus::Up);
            let age = ages.iter().position(|other| *other == name).unwrap_or_default();
            let up_number = match status {
                MemberStatus::Joining | MemberStatus::WeaklyUp => UP_NUMBER_NONE,
                _ => i32::try_from(age + 1).unwrap_or(UP_NUMBER_NONE),
            };
            let roles = self.roles.iter().filter(|(_, nodes)| nodes.contains(name)).map(|(role, _)| role);
            let roles = roles.map(|role| role.as_str().into()).chain(["dc-default".into()]);
            let roles = Roles::new(roles).unwrap_or_default();
            members.push(Member::with_parts(node(name), roles, AppVersion::default(), up_number, status));
        }
        members.sort_by(|a, b| a.unique_address().cmp(b.unique_address()));
        let mut live_nodes: Vec<UniqueAddress> = live.iter().map(|name| node(name)).collect();
        live_nodes.sort();
        let seen = knows
            .seen
            .map_or_else(|| live_nodes.clone(), |seen| seen.iter().map(|name| node(name)).collect());
        let records = self.table(live, &knows.unknown);
        let exits_heard = knows.heard.iter().map(|name| node(name)).collect();
        Side { data_center: "default".into(), live: live_nodes, members, records, seen, exits_heard }
    }

    /// What is told, and that each observes all that are outside of its side, if it watches them.
    fn table(&self, live: &[String], unknown: &BTreeSet<String>) -> Reachability {
        let watches = |observer: &String, subject: &String| {
            self.watch.as_ref().is_none_or(|pairs| {
                pairs.iter().any(|pair| pair.contains(observer) && pair.contains(subject))
            })
        };
        let mut records: BTreeSet<(&String, &String)> = BTreeSet::new();
        records.extend(self.records_before.iter().map(|(a, b)| (a, b)));
        records.extend(self.records.iter().filter(|(a, _)| live.contains(a)).map(|(a, b)| (a, b)));
        for observer in live {
            let outside = self.members.iter().filter(|subject| !live.contains(subject));
            records.extend(
                outside.filter(|subject| watches(observer, subject)).map(|subject| (observer, subject)),
            );
        }
        let known = |name: &String| !unknown.contains(name);
        records
            .into_iter()
            .filter(|(observer, subject)| known(observer) && known(subject))
            .fold(Reachability::new(), |table, (observer, subject)| {
                table.unreachable(&node(observer), &node(subject))
            })
    }
}

fn merge(into: &mut Difference, from: Difference) {
    into.statuses.extend(from.statuses);
    into.unknown.extend(from.unknown);
    into.seen = from.seen.or(into.seen.take());
    into.heard.extend(from.heard);
}

/// CASE-9: the first incarnation at the address that a name stands for.
fn node(name: &str) -> UniqueAddress {
    let name = NodeName::stand_in(name);
    let (host, port) = address_parts(&name);
    let address = Address::new(host, port);
    UniqueAddress::new(address.unwrap_or_else(|error| unreachable!("{name} was checked: {error}")), 1)
}

#[cfg(test)]
#[path = "qview_tests.rs"]
mod tests;
