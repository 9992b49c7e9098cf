//! RUN-4: what a shard leaves in its directory, for `merge` to join.

use std::path::Path;

use super::object::SummaryObject;
use crate::failure::keep_as;
use crate::sweep::Plan;

/// How the name of a record ends.
pub(in crate::cli) const RECORD_END: &str = ".sweep.json";

/// Writes the record of a campaign into its directory, beside those that are there.
pub(super) fn keep(out: &Path, plan: &Plan, summary: &SummaryObject) -> Result<(), String> {
    let Plan { draws, seeds, shard, .. } = plan;
    let stem = format!("{draws}-{seeds}-shard-{}", shard.to_string().replace('/', "-of-"));
    let text = serde_json::to_string(summary).map_err(|error| error.to_string())?;
    keep_as(out, &stem, RECORD_END, &format!("{text}\n"))
        .map(|_| ())
        .map_err(|(path, error)| format!("{}: results can't be kept there: {error}", path.display()))
}
