//! What must hold: the table of all invariants that are judged.

use super::invariant::Invariant;
use super::{
    agreement, convergence, deciding, duties, exchange, identity, leading, leaving, liveness, membership,
    promotion, rates, reachability, ring, rows, split, staying, telling, versions, welcoming,
};

/// All invariants that are judged, in the order of the specification.
pub static INVARIANTS: &[&Invariant] = &[
    &membership::M1,
    &membership::M2,
    &membership::M3,
    &membership::M4,
    &identity::M5,
    &identity::M6,
    &membership::M7,
    &identity::M8,
    &identity::M9,
    &membership::M10,
    &welcoming::M11,
    &versions::V1,
    &versions::V2,
    &agreement::V3,
    &versions::V4,
    &exchange::V5,
    &exchange::V6,
    &exchange::V7,
    &reachability::R1,
    &rows::R2,
    &rows::R3,
    &rows::R4,
    &ring::R5,
    &agreement::C1,
    &convergence::C2,
    &convergence::C3,
    &agreement::C4,
    &agreement::C5,
    &leading::C6,
    &promotion::C7,
    &promotion::C8,
    &promotion::U1,
    &promotion::U2,
    &promotion::U3,
    &agreement::U4,
    &telling::E1,
    &telling::E2,
    &telling::E3,
    &leaving::X1,
    &leaving::X2,
    &split::S1,
    &staying::S3,
    &staying::S4,
    &staying::S5,
    &staying::S6,
    &deciding::S7,
    &deciding::S8,
    &deciding::S9,
    &deciding::S10,
    &staying::S11,
    &liveness::L1,
    &duties::L2,
    &duties::L3,
    &duties::L4,
    &duties::L5,
    &duties::L6,
    &duties::L7,
    &duties::L8,
    &rates::L9,
    &rates::L10,
    &rates::L11,
    &rates::L12,
];

impl Invariant {
    /// The invariant of a name, if it is one of those that are judged.
    #[must_use]
    pub fn find(id: &str) -> Option<&'static Self> {
        INVARIANTS.iter().copied().find(|invariant| invariant.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::INVARIANT_IDS;

    /// INV-1
    #[test]
    fn the_table_is_in_the_order_of_the_specification_and_each_knows_its_place() {
        for invariant in INVARIANTS.iter().copied() {
            assert_eq!(INVARIANT_IDS[invariant.place], invariant.id);
            assert_eq!(Invariant::find(invariant.id), Some(invariant));
            assert_eq!(invariant.pekko, !invariant.cured_by.is_empty());
            assert!(invariant.cured_by.iter().all(|repair| quorate::Repairs::NAMES.contains(repair)));
        }
        let ids: Vec<_> = INVARIANTS.iter().map(|invariant| invariant.id).collect();
        let named: Vec<_> = INVARIANT_IDS.into_iter().filter(|id| ids.contains(id)).collect();
        assert_eq!(ids, named);
        assert!(Invariant::find("M99").is_none());
    }
}
