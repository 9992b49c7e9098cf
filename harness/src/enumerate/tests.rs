use super::splits::Hidden;
use super::*;

const MEMBERS_MAX: usize = 4;

fn row<'a>(rows: &'a [Row], strategy: &str) -> &'a Row {
    rows.iter().find(|row| row.strategy.starts_with(strategy)).unwrap()
}

/// P9, SBR-97, SBR-98: with the repairs never two sides; under down-all nobody; under lease-majority never two sides at all.
fn check(rows: &[Row]) {
    for row in rows {
        assert_eq!(row.repaired.split, 0, "{row:?}");
        assert!(row.exact.situations > 0);
    }
    assert_eq!(row(rows, "down-all").exact.none(), row(rows, "down-all").exact.situations);
    assert_eq!(row(rows, "lease-majority").exact.split, 0);
    assert_eq!(row(rows, "lease-majority").lost, 0);
}

/// REP-121: S-34, S-36 and S-63 are among three and four members; without the repairs they are found.
#[test]
fn no_partition_of_up_to_four_leaves_two_sides_with_the_repairs() {
    for members in 2..=MEMBERS_MAX {
        let by_sides = splits::rows(members, &[2, 3], false, Hidden::StepAndCommand);
        check(&by_sides[0]);
        if members > 2 {
            check(&by_sides[1]);
        }
        if members == 3 {
            for strategy in ["static-quorum", "keep-majority", "keep-oldest", "keep-oldest (stays alone)"] {
                assert!(row(&by_sides[0], strategy).exact.split > 0, "{strategy}");
            }
        }
    }
}

/// REP-121, SBR-94 to SBR-96: what all sides know alike leaves no two sides, and neither does a step or a command alone; each makes
/// more situations.
#[test]
fn only_a_step_and_a_command_together_leave_two_sides_of_three_members() {
    let of = |hidden| splits::rows(3, &[2], false, hidden).remove(0);
    let tables = [Hidden::Nothing, Hidden::Step, Hidden::Command, Hidden::StepAndCommand].map(of);
    for (place, table) in tables.iter().enumerate() {
        let splits: u64 = table.iter().map(|row| row.exact.split).sum();
        assert_eq!(splits > 0, place == 3, "{table:?}");
    }
    for strategy in ["static-quorum", "keep-majority", "keep-oldest", "down-all", "lease-majority"] {
        let [nothing, step, command, both] = tables.each_ref().map(|t| row(t, strategy).exact.situations);
        assert!(nothing < step && nothing < command && step.max(command) < both, "{strategy}");
    }
}

/// REP-125: without a hidden step keep-majority loses survivors and gains more of them, static-quorum changes only by a joiner that
/// one side does not know, and strategies without a second check not at all.
#[test]
fn the_second_check_costs_and_brings_survivors_as_part_06_says() {
    for (hidden, is_joiner_hidden) in [(Hidden::Nothing, false), (Hidden::Command, true)] {
        let by_sides = splits::rows(3, &[2, 3], false, hidden);
        let rows = &by_sides[0];
        let majority = row(rows, "keep-majority");
        assert!(majority.lost > 0 && majority.gained > majority.lost, "{majority:?}");
        assert!(row(&by_sides[1], "keep-majority").lost > 0);
        let quorum = row(rows, "static-quorum");
        assert_eq!((quorum.lost > 0, quorum.gained), (is_joiner_hidden, 0), "{quorum:?}");
        for strategy in ["down-all", "lease-majority"] {
            let row = row(rows, strategy);
            assert_eq!((row.exact, row.lost, row.gained), (row.repaired, 0, 0), "{row:?}");
        }
    }
}

/// REP-121 with roles: S-35.
#[test]
fn no_partition_by_role_leaves_two_sides_with_the_repairs() {
    check(&splits::rows(2, &[2], true, Hidden::StepAndCommand)[0]);
}

/// SBR-33 to SBR-36: without hidden steps, broken links alone never leave two sides, with the repairs or without.
#[test]
fn no_set_of_broken_links_leaves_two_sides() {
    for members in 2..=MEMBERS_MAX {
        let rows = links::rows(members);
        check(&rows);
        assert!(rows.iter().all(|row| row.exact == row.repaired && row.exact.split == 0), "{rows:?}");
    }
}

/// REP-111, REP-115: no situation ends with two sides, and none loses its survivor but under keep-oldest that stays alone.
#[test]
fn no_two_successive_faults_leave_two_sides_with_the_repairs() {
    let rows = staggered::rows(3, 6);
    check(&rows);
    for row in &rows {
        let is_staying = row.strategy.contains("stays alone");
        assert_eq!(row.lost > 0, is_staying, "{row:?}");
        assert_eq!(row.exact.split > 0, is_staying, "{row:?}");
    }
}

#[test]
fn the_work_is_given_back_in_its_order() {
    let work: Vec<u32> = (0..100).collect();
    assert_eq!(in_parallel(&work, |n| n * 2), (0..100).map(|n| n * 2).collect::<Vec<_>>());
}
