//! Clean partitions, with what one side only knows (REP-121).

use std::collections::HashMap;

use quorate::{
    AppVersion, Member, MemberStatus, Reachability, Roles, Strategy, UP_NUMBER_NONE, UniqueAddress,
};

use super::{Fate, Row, all_strategies, in_parallel, named, node, surviving_sides};
use crate::decide::{Setting, Side};

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
    Exiting,
    /// Up by the step that one side only knows of: younger than all others.
    JustUp,
    /// The same, and then Leaving.
    JustUpLeaving,
}

const CLASSES: [Class; 7] = [
    Class::Joining,
    Class::Up,
    Class::Leaving,
    Class::LeavingNeverUp,
    Class::Exiting,
    Class::JustUp,
    Class::JustUpLeaving,
];

/// Those in which all sides know a member before the split.
const KNOWN: [Class; 4] = [Class::Joining, Class::Up, Class::Leaving, Class::Exiting];

impl Class {
    /// LDR: what the leader's step makes of it.
    const fn stepped(self) -> Self {
        match self {
            Self::Joining => Self::JustUp,
            Self::Leaving => Self::Exiting,
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
            Self::Exiting => MemberStatus::Exiting,
        }
    }

    const fn up_number(self, age: i32) -> i32 {
        match self {
            Self::Joining | Self::LeavingNeverUp => UP_NUMBER_NONE,
            Self::JustUp | Self::JustUpLeaving => age + 100,
            Self::Up | Self::Leaving | Self::Exiting => age,
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

/// The fates of all views that were asked for so far, with and without the repairs; and what views are made of.
struct Fates<'a> {
    world: World,
    strategy: &'a Strategy,
    known: Vec<u8>,
    members: Vec<[Member; CLASSES.len()]>,
    joiners: [Option<Member>; JOINERS.len()],
    /// Who is live on a side and what it observes, by the bits of the side and by who joined it.
    observed: HashMap<(u32, usize), (Vec<UniqueAddress>, Reachability)>,
}

/// No fate has this value.
const NOT_ASKED: u8 = u8::MAX;

impl<'a> Fates<'a> {
    fn new(world: World, strategy: &'a Strategy) -> Self {
        let views = (CLASSES.len().pow(world.members as u32) * JOINERS.len()) << world.members;
        Self {
            world,
            strategy,
            known: vec![NOT_ASKED; views],
            members: (0..world.members).map(|place| world.faces(place)).collect(),
            joiners: JOINERS.map(|joiner| world.joined(joiner)),
            observed: HashMap::new(),
        }
    }

    fn side(&mut self, known: Knowledge<'_>) -> Side {
        let joiner = self.joiners[known.joiner].as_ref();
        let places = known.classes.iter().zip(&self.members);
        let mut members: Vec<Member> = places.map(|(class, faces)| faces[*class as usize].clone()).collect();
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
        Side { data_center: "default".into(), seen: live.clone(), live, members, records }
    }

    fn of(&mut self, known: Knowledge<'_>) -> [Fate; 2] {
        let code = known.classes.iter().fold(0, |code, class| code * CLASSES.len() + *class as usize);
        let index = ((code * JOINERS.len() + known.joiner) << self.world.members) | known.side as usize;
        if self.known[index] == NOT_ASKED {
            let side = self.side(known);
            let [exact, repaired] = Fate::by(&side, self.strategy, Setting::BOTH);
            self.known[index] = exact.to_bits() | repaired.to_bits() << 3;
        }
        let bits = self.known[index];
        [Fate::from_bits(bits & 7), Fate::from_bits(bits >> 3)]
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

/// A command that one side only knows of.
#[derive(Clone, Copy, Debug)]
enum Command {
    None,
    Leave { member: usize, side: usize },
    Join { joiner: usize, side: usize },
}

fn commands(members: usize, sides: usize) -> Vec<Command> {
    let mut all = vec![Command::None];
    for side in 0..sides {
        all.extend((0..members).map(|member| Command::Leave { member, side }));
        all.extend((1..JOINERS.len()).map(|joiner| Command::Join { joiner, side }));
    }
    all
}

/// All situations of a world under one strategy.
fn count(world: World, strategy: &Strategy, sides: usize) -> Row {
    let mut row = Row::new(strategy);
    let mut fates = Fates::new(world, strategy);
    let partitions = partitions(world.members, sides);
    let commands = commands(world.members, sides);
    for code in 0..KNOWN.len().pow(world.members as u32) {
        let before: Vec<Class> = (0..world.members)
            .map(|place| KNOWN[code / KNOWN.len().pow(place as u32) % KNOWN.len()])
            .collect();
        let stepped: Vec<Class> = before.iter().map(|class| class.stepped()).collect();
        let leader = world.leader(&before);
        for partition in &partitions {
            let of_leader = partition.iter().position(|side| side & (1 << leader) != 0);
            for is_stepped in [false, true] {
                if is_stepped && stepped == before {
                    continue;
                }
                for command in &commands {
                    let fates = partition.iter().enumerate().map(|(place, &side)| {
                        let knows_step = is_stepped && of_leader == Some(place);
                        let mut classes = if knows_step { stepped.clone() } else { before.clone() };
                        let mut joiner = 0;
                        match *command {
                            Command::Leave { member, side } if side == place => {
                                classes[member] = classes[member].leaving();
                            }
                            Command::Join { joiner: who, side } if side == place => joiner = who,
                            _ => {}
                        }
                        fates.of(Knowledge { side, classes: &classes, joiner })
                    });
                    let fates: Vec<[Fate; 2]> = fates.collect();
                    row.count([0, 1].map(|setting| {
                        surviving_sides(&fates.iter().map(|both| both[setting]).collect::<Vec<_>>())
                    }));
                }
            }
        }
    }
    row
}

/// How many sides go on in all partitions of so many members into a number of sides, for each strategy.
///
/// `by_role`: only members with a role count, and every set of members has it in turn.
#[must_use]
pub fn rows(members: usize, sides: usize, by_role: bool) -> Vec<Row> {
    let strategies = all_strategies(members, by_role.then_some(ROLE));
    let mut work: Vec<(usize, World)> = Vec::new();
    for (place, strategy) in strategies.iter().enumerate() {
        let positions = if matches!(strategy, Strategy::KeepOldest { .. }) { members } else { 1 };
        for oldest in 0..positions {
            let roles: Vec<Option<u32>> =
                if by_role { (0..1 << members).map(Some).collect() } else { vec![None] };
            work.extend(roles.into_iter().map(|with_role| (place, World { members, oldest, with_role })));
        }
    }
    let counted = in_parallel(&work, |(place, world)| count(*world, &strategies[*place], sides));
    let mut rows: Vec<Row> = strategies.iter().map(Row::new).collect();
    work.iter().zip(&counted).for_each(|((place, _), row)| rows[*place].add(row));
    rows
}
