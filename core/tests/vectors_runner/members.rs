//! Members, and what is made of two copies of one.

use quorate::{Member, Repairs, internals};
use serde_json::{Value, json};

use super::Outcome;
use super::values::{integer, member, member_to_json, members_to_json, status, table_of_members, tombstones};

pub(crate) fn transition(input: &Value) -> Outcome {
    let allowed = status(&input["from"]).may_become(status(&input["to"]));
    Outcome::Is(json!(if allowed { "ok" } else { "error" }))
}

pub(crate) fn up_with(input: &Value) -> Outcome {
    let up = integer(&input["up"]).try_into().unwrap();
    Outcome::Is(match member(&input["member"]).up_with(up) {
        Ok(member) => member_to_json(&member),
        Err(_) => json!("error"),
    })
}

pub(crate) fn highest_priority(input: &Value) -> Outcome {
    let (a, b) = (member(&input["a"]), member(&input["b"]));
    if a.status() == b.status() && a.data_center() != b.data_center() {
        return Outcome::LeftOut("copies in two data centres: MDL-34");
    }
    let kept = Member::higher_priority(&a, &b, Repairs::none().life_cycle_order);
    let pick = if std::ptr::eq(kept, &a) { "a" } else { "b" };
    Outcome::Is(json!({ "pick": pick, "member": member_to_json(kept) }))
}

pub(crate) fn pick(input: &Value) -> Outcome {
    let (a, b) = (table_of_members(&input["a"]), table_of_members(&input["b"]));
    let merged = internals::pick(&a, &b, &tombstones(&input["tombstones"]), &Repairs::none());
    Outcome::Is(members_to_json(&merged))
}
