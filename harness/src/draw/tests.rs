use std::collections::BTreeSet;

use super::*;
use crate::case::parse;
use crate::run::{Options, run};
use crate::settings::Settings;

fn ids() -> impl Iterator<Item = CaseId> {
    Profile::ALL.into_iter().flat_map(|profile| (0..250).map(move |seed| CaseId { profile, seed }))
}

/// CASE-2, RUN-2: every drawn case is a case that can be written down.
#[test]
fn drawn_cases_print_and_read_back_as_they_were() {
    for id in ids() {
        let case = draw(id);
        let text = case.to_string();
        let read =
            parse("drawn.qcase", &text, &Settings).unwrap_or_else(|errors| panic!("{id}\n{errors}\n{text}"));
        assert_eq!(read, case, "{id}");
        assert_eq!(read.to_string(), text, "{id}");
        assert_eq!(draw(id), case, "{id} is drawn in two ways");
    }
}

/// RUN-2: the families of a profile are all met, alone and together.
#[test]
fn every_family_is_drawn_by_some_profile_and_says_something() {
    let mut met: BTreeSet<&str> = BTreeSet::new();
    for id in ids() {
        for name in families_of(id) {
            let (with, without) = (draw(id), draw_with(id, |family, on| on && family.name != name));
            if with.steps != without.steps {
                met.insert(name);
            }
        }
    }
    assert_eq!(met, family_names().into_iter().collect(), "families that no case shows");
}

/// Whether a family of this name adds to what happens when all is over.
fn comes_last(name: &str) -> bool {
    ["codas", "visitors"].contains(&name)
}

/// RUN-2: one family's presence does not shift another.
#[test]
fn a_family_that_is_left_out_moves_nothing_in_the_others() {
    for id in ids() {
        let case = draw(id);
        let dice = Dice::new(id.profile.name(), id.seed);
        let (ground, _) = ground::draw(id, is_clean(id, &dice), &dice.of("ground"));
        // One that asks for quiet moves what comes when trouble is over.
        let asks_for_quiet = |name: &str| {
            let family = FAMILIES.iter().find(|family| family.name == name);
            family.is_some_and(|family| (family.draw)(&ground, dice.of(name)).quiet > ground.quiet)
        };
        for name in families_of(id) {
            let others = draw_with(id, |family, on| on && family.name != name);
            if comes_last(name) {
                // What comes before it is as it is without it; what comes behind it comes later.
                let place = |name| FAMILIES.iter().position(|family| family.name == name);
                let before = draw_with(id, |family, on| on && place(family.name) < place(name));
                let end = before.steps.len() - 1;
                assert_eq!(before.steps[..end], case.steps[..end], "{id}: {name} come behind all else");
                continue;
            }
            let alone = draw_with(id, |family, _| family.name == name);
            assert!(others.settings.iter().all(|set| case.settings.contains(set)));
            assert_eq!((&others.links, &others.seeds), (&case.links, &case.seeds));
            // What is left when the one's steps are taken away is what the others say, at the same instants.
            let mut rest = case.steps.clone();
            let is_own = |step: &&Step| step.at <= ground.to && !others.steps.contains(step);
            for step in alone.steps.iter().filter(is_own) {
                let place = rest.iter().position(|other| other == step);
                rest.remove(place.unwrap_or_else(|| panic!("{id}: {name} moved {}", step.action)));
            }
            let stays = |step: &&Step| step.at <= ground.to || !asks_for_quiet(name);
            assert!(
                others.steps.iter().filter(stays).all(|step| rest.contains(step)),
                "{id}: without {name}"
            );
        }
    }
}

/// Each case ends with a whole network and enough quiet to be judged by what must happen in time.
#[test]
fn drawn_cases_end_in_quiet() {
    for id in ids() {
        let case = draw(id);
        let (end, rest) = case.steps.split_last().unwrap();
        assert_eq!(end.action, Action::End);
        let last = rest.last().map_or(0, |step| step.at.nanos());
        assert!(end.at.nanos() - last >= 29_000_000_000, "{id}");
        let last_cut = rest.iter().rposition(|step| step.action.cuts_links());
        let last_heal = rest.iter().rposition(|step| step.action == Action::Heal { between: None });
        assert!(last_cut <= last_heal, "{id}:\n{case}");
    }
}

fn is_lasting(action: &Action, is: fn(&LinkEffect) -> bool) -> bool {
    matches!(action, Action::Link(LinkChange { effect, lasts: None, .. }) if is(effect))
}

/// Whatever is broken for as long as there is trouble is whole when it is over.
#[test]
fn what_was_broken_is_mended() {
    type Kind = fn(&Action) -> bool;
    let pairs: [(Kind, Kind); 6] = [
        (
            |action| matches!(action, Action::Hold { .. }),
            |action| matches!(action, Action::Release { links: Links::All, .. }),
        ),
        (
            |action| matches!(action, Action::Block { lasts: None, .. }),
            |action| matches!(action, Action::Unblock { kind: None, links: Links::All }),
        ),
        (
            |action| matches!(action, Action::Lease(state) if *state != LeaseState::Works),
            |action| matches!(action, Action::Lease(LeaseState::Works)),
        ),
        (
            |action| matches!(action, Action::ClockDrift { parts_per_million, .. } if *parts_per_million != 0),
            |action| matches!(action, Action::ClockDrift { parts_per_million: 0, .. }),
        ),
        (
            |action| is_lasting(action, |effect| matches!(effect, LinkEffect::Loss(_))),
            |action| {
                matches!(action, Action::Link(LinkChange { links: Links::All, effect: LinkEffect::Loss(share), .. })
                if share.parts_per_million() == 0)
            },
        ),
        (
            |action| is_lasting(action, |effect| matches!(effect, LinkEffect::Delay(_))),
            |action| {
                matches!(
                    action,
                    Action::Link(LinkChange { links: Links::All, effect: LinkEffect::Delay(_), .. })
                )
            },
        ),
    ];
    let mut met = [0; 6];
    for id in ids() {
        let case = draw(id);
        let place = |is: Kind| case.steps.iter().rposition(|step| is(&step.action));
        for (count, (breaks, mends)) in met.iter_mut().zip(pairs) {
            let broken = place(breaks);
            *count += u32::from(broken.is_some());
            assert!(broken <= place(mends), "{id}:\n{case}");
        }
        let others = case.steps.iter().filter_map(|step| match &step.action {
            Action::Link(LinkChange { effect, lasts: None, .. }) => Some(effect),
            _ => None,
        });
        for effect in others {
            assert!(matches!(effect, LinkEffect::Loss(_) | LinkEffect::Delay(_)), "{id}: {effect} for ever");
        }
    }
    assert!(met.iter().all(|count| *count > 5), "{met:?}");
}

/// What comes when all is over comes with as much quiet before it as there is at the end.
#[test]
fn codas_come_in_quiet() {
    for id in ids() {
        for name in families_of(id).into_iter().filter(|name| comes_last(name)) {
            let (with, without) =
                (draw_with(id, |family, _| family.name == name), draw_with(id, |_, _| false));
            let end = |case: &Case| case.steps.last().unwrap().at.nanos();
            let first = with.steps.iter().find(|step| !without.steps.contains(step)).unwrap();
            assert_eq!(first.at.nanos(), end(&without), "{id}");
            let last = with.steps[with.steps.len() - 2].at.nanos();
            assert!(end(&with) - last >= 29_000_000_000, "{id}");
        }
    }
}

/// Sizes are mostly 1 to 9, sometimes up to 30.
#[test]
fn sizes_are_mostly_small_and_sometimes_large() {
    let sizes: Vec<usize> = ids().map(|id| draw(id).nodes.len()).collect();
    let large = sizes.iter().filter(|size| **size > 12).count();
    assert!((10..100).contains(&large), "{large} of {}", sizes.len());
    assert!(sizes.contains(&1) && sizes.iter().all(|size| *size <= 33));
}

/// RUN-2: drawn cases of all profiles can be played to their end; what can't be done is passed over, and what is left is
/// a case of its own that means the same.
#[test]
fn drawn_cases_run() {
    let options = Options { bare: true, pass_over: true, ..Options::default() };
    for id in Profile::ALL.into_iter().flat_map(|profile| (0..12).map(move |seed| CaseId { profile, seed })) {
        let report = run(&draw(id), &options).unwrap_or_else(|error| panic!("{id}: {error:?}"));
        assert!(report.outcomes.events > 0, "{id}");
        let again = run(&report.case, &Options::default()).unwrap_or_else(|error| panic!("{id}: {error:?}"));
        assert_eq!(
            again.outcomes.digest,
            report.outcomes.digest,
            "{id} {:?} {:?} {} {}",
            report.outcomes.violation,
            again.outcomes.violation,
            report.outcomes.events,
            again.outcomes.events
        );
        assert_eq!(again.outcomes.goals, report.outcomes.goals, "{id}");
    }
}
