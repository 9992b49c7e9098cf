//! Clean partitions, with what one side only knows (REP-121).
#![allow(clippy::disallowed_types, reason = "looked up only, never walked: its order shows nowhere")]

use std::collections::HashMap;

use quorate::{
    AppVersion, Member, MemberStatus, Reachability, ResolverView, Roles, UP_NUMBER_NONE, UniqueAddress,
};

use super::{Asked, Fates, Row, all_strategies, in_parallel, named, node, sum, view_with};
use crate::decide::Side;

/// The role that counts, where one does.
const ROLE: &str = "counts";

/// What a side can take a member for. Joining stands for WeaklyUp too, and Up for the statuses of a full shutdown: they count
/// the same. A member that is Down counts nowhere, so it is as if there were one less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Joining,
    Up,
    Leaving,
    /// Leaving, and never Up.
    LeavingNeverUp,
    /// And it has seen so, as all know.
    Exiting,
    /// By the step that one side only knows of: the member may not have heard.
    ExitingUnheard,
    /// Up by the step that one side only knows of: younger than all others.
    JustUp,
    /// The same, and then Leaving.
    JustUpLeaving,
}

const CLASSES: [Class; 8] = [
    Class::Joining,
    Class::Up,
    Class::Leaving,
    Class::LeavingNeverUp,
    Class::Exiting,
    Class::ExitingUnheard,
    Class::JustUp,
    Class::JustUpLeaving,
];

/// Those in which all sides know a member before the split.
const KNOWN: [Class; 4] = [Class::Joining, Class::Up, Class::Leaving, Class::Exiting];

impl Class {
    /// LDR: what the leader's step makes of it, for a side that has heard of the step and of which it is not a member.
    const fn stepped(self) -> Self {
        match self {
            Self::Joining => Self::JustUp,
            Self::Leaving => Self::ExitingUnheard,
            other => other,
        }
    }

    /// What a command to leave makes of it.
    const fn leaving(self) -> Self {
        match self {
            Self::Joining => Self::LeavingNeverUp,
            Self::Up => Self::Leaving,
            Self::JustUp => Self::JustUpLeaving,
            other => other,
        }
    }

    const fn status(self) -> MemberStatus {
        match self {
            // A cut-off Joining member makes itself WeaklyUp after a while, and decides from then on (SBR-59).
            Self::Joining => MemberStatus::WeaklyUp,
            Self::Up | Self::JustUp => MemberStatus::Up,
            Self::Leaving | Self::LeavingNeverUp | Self::JustUpLeaving => MemberStatus::Leaving,
            Self::Exiting | Self::ExitingUnheard => MemberStatus::Exiting,
        }
    }

    const fn up_number(self, age: i32) -> i32 {
        match self {
            Self::Joining | Self::LeavingNeverUp => UP_NUMBER_NONE,
            Self::JustUp | Self::JustUpLeaving => age + 100,
            Self::Up | Self::Leaving | Self::Exiting | Self::ExitingUnheard => age,
        }
    }
}

/// A member that one side let in at the cut, so that no other side knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Joiner {
    None,
    /// With the lowest or the highest address, still Joining or Leaving already.
    Some {
        is_lowest: bool,
        leaves: bool,
    },
}

const JOINERS: [Joiner; 5] = [
    Joiner::None,
    Joiner::Some { is_lowest: true, leaves: false },
    Joiner::Some { is_lowest: false, leaves: false },
    Joiner::Some { is_lowest: true, leaves: true },
    Joiner::Some { is_lowest: false, leaves: true },
];

/// How a world is set up.
#[derive(Clone, Copy, Debug)]
struct World {
    members: usize,
    /// Which one is the oldest; the others follow by address.
    oldest: usize,
    /// Who has the role that counts, by bits; `None` if all count.
    with_role: Option<u32>,
}

/// What a side knows: its own members by bits, its classes by place, and who joined it at the cut.
#[derive(Clone, Copy, Debug)]
struct Knowledge<'a> {
    side: u32,
    classes: &'a [Class],
    joiner: usize,
}

impl World {
    fn age(&self, place: usize) -> i32 {
        if place == self.oldest { 1 } else { place as i32 + 2 }
    }

    fn member(&self, name: UniqueAddress, class: Class, age: i32, has_role: bool) -> Member {
        let role = has_role.then(|| ROLE.into());
        let roles = Roles::new(role.into_iter().chain(["dc-default".into()])).unwrap_or_default();
        Member::with_parts(name, roles, AppVersion::default(), class.up_number(age), class.status())
    }

    /// All that a member can be taken for, by class.
    fn faces(&self, place: usize) -> [Member; CLASSES.len()] {
        let has_role = self.with_role.is_some_and(|who| who & (1 << place) != 0);
        CLASSES.map(|class| self.member(node(place), class, self.age(place), has_role))
    }

    /// The one who joined at the cut.
    fn joined(&self, joiner: Joiner) -> Option<Member> {
        let Joiner::Some { is_lowest, leaves } = joiner else { return None };
        let class = if leaves { Class::LeavingNeverUp } else { Class::Joining };
        Some(self.member(named(if is_lowest { 'Z' } else { 'z' }), class, 0, self.with_role.is_some()))
    }

    /// Which side the leader is on, of what all knew before the split.
    fn leader(&self, classes: &[Class]) -> usize {
        let rank = |class: Class| match class {
            Class::Joining => 1,
            Class::Exiting => 2,
            _ => 0,
        };
        (0..self.members).min_by_key(|&place| (rank(classes[place]), place)).unwrap_or(0)
    }
}

/// The fates of all views that were asked for so far; and what views are made of.
struct Memory<'a> {
    world: World,
    asked: &'a Asked<'a>,
    /// By the code of the view: which of `fates`.
    known: Vec<u16>,
    /// All that came up, each once.
    fates: Vec<Fates>,
    members: Vec<[Member; CLASSES.len()]>,
    joiners: [Option<Member>; JOINERS.len()],
    /// Who is live on a side and what it observes, by the bits of the side and by who joined it.
    observed: HashMap<(u32, usize), (Vec<UniqueAddress>, Reachability)>,
}

/// Of a view that was not asked for yet.
const NOT_ASKED: u16 = u16::MAX;

impl<'a> Memory<'a> {
    fn new(world: World, asked: &'a Asked<'a>) -> Self {
        let views = (CLASSES.len().pow(world.members as u32) * JOINERS.len()) << world.members;
        Self {
            world,
            asked,
            known: vec![NOT_ASKED; views],
            fates: Vec::new(),
            members: (0..world.members).map(|place| world.faces(place)).collect(),
            joiners: JOINERS.map(|joiner| world.joined(joiner)),
            observed: HashMap::new(),
        }
    }

    fn side(&mut self, known: Knowledge<'_>) -> Side {
        let joiner = self.joiners[known.joiner].as_ref();
        let places = known.classes.iter().zip(&self.members);
        let mut members: Vec<Member> = places.map(|(class, faces)| faces[*class as usize].clone()).collect();
        let exits = members.iter().zip(known.classes).filter(|(_, class)| **class == Class::Exiting);
        let exits_heard = exits.map(|(member, _)| member.unique_address().clone()).collect();
        if let Some(joiner) = joiner {
            let at = if joiner.unique_address() < members[0].unique_address() { 0 } else { members.len() };
            members.insert(at, joiner.clone());
        }
        let members_count = self.world.members;
        let (live, records) = self.observed.entry((known.side, known.joiner)).or_insert_with(|| {
            let (here, away): (Vec<usize>, Vec<usize>) =
                (0..members_count).partition(|place| known.side & (1 << place) != 0);
            let mut live: Vec<UniqueAddress> = here.into_iter().map(node).collect();
            live.extend(joiner.map(|joiner| joiner.unique_address().clone()));
            live.sort();
            let away: Vec<UniqueAddress> = away.into_iter().map(node).collect();
            let records = live.iter().fold(Reachability::new(), |table, observer| {
                away.iter().fold(table, |table, subject| table.unreachable(observer, subject))
            });
            (live, records)
        });
        let (live, records) = (live.clone(), records.clone());
        Side { data_center: "default".into(), seen: live.clone(), live, members, records, exits_heard }
    }

    fn decide(&mut self, known: Knowledge<'_>) -> Fates {
        let side = self.side(known);
        let view = |me| side.view_on(view_with(me, &side.members));
        let views: Vec<ResolverView> = side.responsible().into_iter().map(view).collect();
        self.asked.fates(&side, &views)
    }

    fn of(&mut self, known: Knowledge<'_>) -> Fates {
        let code = known.classes.iter().fold(0, |code, class| code * CLASSES.len() + *class as usize);
        let index = ((code * JOINERS.len() + known.joiner) << self.world.members) | known.side as usize;
        if self.known[index] == NOT_ASKED {
            let fates = self.decide(known);
            let place = self.fates.iter().position(|other| *other == fates).unwrap_or_else(|| {
                self.fates.push(fates);
                self.fates.len() - 1
            });
            self.known[index] = place as u16;
        }
        self.fates[usize::from(self.known[index])]
    }
}

/// All ways to part so many members in a number of sides, each side by bits. The first member is on the first side.
fn partitions(members: usize, sides: usize) -> Vec<Vec<u32>> {
    let mut all: Vec<Vec<u32>> = vec![vec![1]];
    for place in 1..members {
        let grow = |partition: &Vec<u32>| {
            let mut grown: Vec<Vec<u32>> = Vec::new();
            for side in 0..partition.len() {
                let mut next = partition.clone();
                next[side] |= 1 << place;
                grown.push(next);
            }
            let mut next = partition.clone();
            next.push(1 << place);
            grown.push(next);
            grown
        };
        all = all.iter().flat_map(grow).filter(|partition| partition.len() <= sides).collect();
    }
    all.retain(|partition| partition.len() == sides);
    all
}

/// What may be known to one side only (REP-121).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hidden {
    /// All sides know the same.
    Nothing,
    /// The leader's last step, known to its side.
    Step,
    /// One command, known to one side.
    Command,
    /// Both.
    StepAndCommand,
}

impl Hidden {
    const fn has_step(self) -> bool {
        matches!(self, Self::Step | Self::StepAndCommand)
    }

    const fn has_command(self) -> bool {
        matches!(self, Self::Command | Self::StepAndCommand)
    }
}

/// A command that one side only knows of.
#[derive(Clone, Copy, Debug)]
enum Command {
    None,
    Leave { member: usize, side: usize },
    Join { joiner: usize, side: usize },
}

fn commands(members: usize, sides: usize, hidden: Hidden) -> Vec<Command> {
    let mut all = vec![Command::None];
    for side in 0..if hidden.has_command() { sides } else { 0 } {
        all.extend((0..members).map(|member| Command::Leave { member, side }));
        all.extend((1..JOINERS.len()).map(|joiner| Command::Join { joiner, side }));
    }
    all
}

/// Sets of sides, by bits, that can have heard of the leader's step when not all have: none, or that of the leader, perhaps with others.
fn who_can_know_a_step(of_leader: Option<usize>, sides: usize) -> Vec<u32> {
    let all = (1 << sides) - 1;
    let with_leader = (1..all).filter(|who| of_leader.is_some_and(|leader| who & (1 << leader) != 0));
    core::iter::once(0).chain(with_leader).collect()
}

/// All situations of a world with so many sides.
fn count(memory: &mut Memory<'_>, sides: usize, hidden: Hidden) -> Vec<Row> {
    let (world, asked) = (memory.world, memory.asked);
    let mut rows = asked.rows();
    let partitions = partitions(world.members, sides);
    let commands = commands(world.members, sides, hidden);
    let (mut classes, mut fates) = (Vec::new(), Vec::new());
    for code in 0..KNOWN.len().pow(world.members as u32) {
        let before: Vec<Class> = (0..world.members)
            .map(|place| KNOWN[code / KNOWN.len().pow(place as u32) % KNOWN.len()])
            .collect();
        let stepped: Vec<Class> = before.iter().map(|class| class.stepped()).collect();
        let leader = world.leader(&before);
        for partition in &partitions {
            let side_of = |member: usize| partition.iter().position(|side| side & (1 << member) != 0);
            let of_leader = side_of(leader);
            for who_knows in who_can_know_a_step(of_leader, partition.len()) {
                if who_knows != 0 && (stepped == before || !hidden.has_step()) {
                    continue;
                }
                let knows = |side: Option<usize>| side.is_some_and(|side| who_knows & (1 << side) != 0);
                for command in &commands {
                    fates.clear();
                    for (place, &side) in partition.iter().enumerate() {
                        classes.clone_from(if knows(Some(place)) { &stepped } else { &before });
                        for (member, class) in classes.iter_mut().enumerate() {
                            if *class == Class::ExitingUnheard && knows(side_of(member)) {
                                *class = Class::Exiting;
                            }
                        }
                        let mut joiner = 0;
                        match *command {
                            Command::Leave { member, side } if side == place => {
                                classes[member] = classes[member].leaving();
                            }
                            Command::Join { joiner: who, side } if side == place => joiner = who,
                            _ => {}
                        }
                        fates.push(memory.of(Knowledge { side, classes: &classes, joiner }));
                    }
                    asked.count(&mut rows, &fates);
                }
            }
        }
    }
    rows
}

/// How many sides go on in all partitions of so many members, for each number of sides and each strategy.
///
/// `by_role`: only members with a role count, and every set of members has it in turn.
#[must_use]
pub fn rows(members: usize, sides: &[usize], by_role: bool, hidden: Hidden) -> Vec<Vec<Row>> {
    let strategies = all_strategies(members, by_role.then_some(ROLE));
    let roles: Vec<Option<u32>> = if by_role { (0..1 << members).map(Some).collect() } else { vec![None] };
    let worlds = (0..members)
        .flat_map(|oldest| roles.iter().map(move |&with_role| World { members, oldest, with_role }));
    let work: Vec<(World, Asked<'_>)> =
        worlds.map(|world| (world, Asked::for_oldest(&strategies, world.oldest))).collect();
    // What is found out about views with two sides is of use with three.
    let counted = in_parallel(&work, |(world, asked)| {
        let mut memory = Memory::new(*world, asked);
        sides.iter().map(|&sides| count(&mut memory, sides, hidden)).collect::<Vec<_>>()
    });
    let of = |place: usize| {
        let counted = work.iter().zip(&counted).map(|((_, asked), rows)| (asked, &rows[place][..]));
        sum(&strategies, counted)
    };
    (0..sides.len()).map(of).collect()
}
