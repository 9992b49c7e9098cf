use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use quorate::Instant;

use super::{Due, Queue};
use crate::host::HostId;

const HOSTS: usize = 3;

/// The obviously right twin: a list that is sorted whenever something is taken.
#[derive(Default)]
struct SlowQueue {
    list: Vec<(u64, u8, u64, Told)>,
    sequence: u64,
}

/// What came out, with parcels opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Told {
    Action(u32),
    Parcel(usize, u32),
    Tick(usize),
}

impl SlowQueue {
    fn push(&mut self, at: u64, class: u8, what: Told) {
        self.list.push((at, class, self.sequence, what));
        self.sequence += 1;
    }

    fn arm(&mut self, host: usize, deadline: Option<u64>) {
        let tick = Told::Tick(host);
        let armed = self.list.iter().find(|(.., what)| *what == tick).map(|(at, ..)| *at);
        if armed != deadline {
            self.list.retain(|(.., what)| *what != tick);
            if let Some(at) = deadline {
                self.push(at, 2, tick);
            }
        }
    }

    fn pop(&mut self, limit: u64) -> Option<(u64, Told)> {
        self.list.sort_unstable();
        let (at, _, _, what) = *self.list.first().filter(|(at, ..)| *at <= limit)?;
        self.list.remove(0);
        Some((at, what))
    }
}

#[derive(Clone, Debug)]
enum Do {
    Action { after: u64 },
    Parcel { after: u64, host: usize },
    Arm { after: Option<u64>, host: usize },
    Pop { within: u64 },
}

fn things_to_do() -> impl Strategy<Value = Vec<Do>> {
    // Few different times, so that many things share an instant.
    let one = prop_oneof![
        1 => (0..4u64).prop_map(|after| Do::Action { after }),
        4 => (0..6u64, 0..HOSTS).prop_map(|(after, host)| Do::Parcel { after, host }),
        3 => (prop::option::weighted(0.8, 0..6u64), 0..HOSTS).prop_map(|(after, host)| Do::Arm { after, host }),
        6 => (0..5u64).prop_map(|within| Do::Pop { within }),
    ];
    prop::collection::vec(one, 0..120)
}

fn pop(queue: &mut Queue<u32, u32>, limit: u64) -> Option<(u64, Told)> {
    let (at, due) = queue.pop(Instant::from_nanos(limit))?;
    let told = match due {
        Due::Action(number) => Told::Action(*number),
        Due::Parcel { to, slot } => Told::Parcel(to.index(), queue.take(slot).unwrap()),
        Due::Tick(host) => Told::Tick(host.index()),
    };
    Some((at.as_nanos(), told))
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..Config::default() })]

    /// SIM-1: whatever is scheduled in whatever order, the queue gives what a sorted list would.
    #[test]
    fn the_queue_gives_what_a_sorted_list_would(list in things_to_do()) {
        let (mut queue, mut slow) = (Queue::<u32, u32>::default(), SlowQueue::default());
        (0..HOSTS).for_each(|_| queue.add_host());
        let (mut now, mut number) = (0, 0);
        for item in list {
            number += 1;
            match item {
                Do::Action { after } => {
                    queue.push_action(Instant::from_nanos(now + after), number);
                    slow.push(now + after, 0, Told::Action(number));
                }
                Do::Parcel { after, host } => {
                    queue.push_parcel(Instant::from_nanos(now + after), HostId::from_index(host), number);
                    slow.push(now + after, 1, Told::Parcel(host, number));
                }
                Do::Arm { after, host } => {
                    let deadline = after.map(|after| now + after);
                    queue.arm(HostId::from_index(host), deadline.map(Instant::from_nanos));
                    slow.arm(host, deadline);
                }
                Do::Pop { within } => {
                    let got = pop(&mut queue, now + within);
                    prop_assert_eq!(got, slow.pop(now + within));
                    now = got.map_or(now, |(at, _)| at);
                }
            }
        }
        loop {
            let got = pop(&mut queue, u64::MAX);
            prop_assert_eq!(got, slow.pop(u64::MAX));
            if got.is_none() {
                break;
            }
        }
    }
}

/// SIM-1: a host that hears and wakes at one instant hears first, and what the script says comes before both.
#[test]
fn at_one_instant_actions_come_before_parcels_and_parcels_before_ticks() {
    let mut queue = Queue::<u32, u32>::default();
    queue.add_host();
    let (host, at) = (HostId::from_index(0), Instant::from_nanos(7));
    queue.arm(host, Some(at));
    queue.push_parcel(at, host, 1);
    queue.push_parcel(at, host, 2);
    queue.push_action(at, 3);
    let order: Vec<Told> = std::iter::from_fn(|| pop(&mut queue, 7)).map(|(_, told)| told).collect();
    assert_eq!(order, [Told::Action(3), Told::Parcel(0, 1), Told::Parcel(0, 2), Told::Tick(0)]);
}

/// A deadline at the end of time is one that never comes; a parcel that late is the last thing of all.
#[test]
fn a_deadline_at_the_end_of_time_never_comes() {
    let mut queue = Queue::<u32, u32>::default();
    queue.add_host();
    let host = HostId::from_index(0);
    queue.arm(host, Some(Instant::MAX));
    assert_eq!(pop(&mut queue, u64::MAX), None);
    queue.push_parcel(Instant::MAX, host, 1);
    assert_eq!(pop(&mut queue, u64::MAX), Some((u64::MAX - 1, Told::Parcel(0, 1))));
}
