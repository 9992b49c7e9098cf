//! SIM-3: bandwidth with a bounded queue, and the longest message.

use std::collections::BTreeMap;

use super::Unsent;
use super::link::LinkSpec;

const SECOND: u128 = 1_000_000_000;

/// Until when each link with a bandwidth is busy with what was sent on it; in nanoseconds, by the place of the link.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pipes(BTreeMap<u32, u64>);

impl Pipes {
    /// How many nanoseconds a message of so many bytes waits and takes to pass, before its delay begins.
    ///
    /// # Errors
    /// It is too long, or finds no room in the queue.
    pub(crate) fn pass(&mut self, link: u32, spec: &LinkSpec, now: u64, bytes: u64) -> Result<u64, Unsent> {
        if spec.mtu.is_some_and(|longest| bytes > longest) {
            return Err(Unsent::TooLong);
        }
        let Some(bandwidth) = spec.bandwidth.filter(|bandwidth| *bandwidth > 0) else { return Ok(0) };
        let busy_until = self.0.entry(link).or_default();
        let waits = busy_until.saturating_sub(now);
        let waiting_bytes = u128::from(waits) * u128::from(bandwidth) / SECOND;
        if waiting_bytes + u128::from(bytes) > u128::from(spec.queue) {
            return Err(Unsent::NoRoom);
        }
        let passes = u64::try_from(u128::from(bytes) * SECOND / u128::from(bandwidth)).unwrap_or(u64::MAX);
        let takes = waits.saturating_add(passes);
        *busy_until = now.saturating_add(takes);
        Ok(takes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SIM-3: one message after the other, and what finds no room is lost.
    #[test]
    fn a_narrow_link_passes_one_message_after_the_other_and_loses_what_finds_no_room() {
        let mut pipes = Pipes::default();
        let spec = LinkSpec { bandwidth: Some(1_000), queue: 250, mtu: Some(200), ..LinkSpec::default() };
        let second = 1_000_000_000;
        assert_eq!(pipes.pass(1, &spec, 0, 100), Ok(second / 10));
        assert_eq!(pipes.pass(1, &spec, 0, 100), Ok(second / 5));
        assert_eq!(pipes.pass(1, &spec, 0, 100), Err(Unsent::NoRoom));
        // Another link has its own queue, and a tenth of a second later there is room again.
        assert_eq!(pipes.pass(2, &spec, 0, 100), Ok(second / 10));
        assert_eq!(pipes.pass(1, &spec, second / 10, 100), Ok(second / 5));
        assert_eq!(pipes.pass(1, &spec, 9 * second, 201), Err(Unsent::TooLong));
        assert_eq!(pipes.pass(1, &spec, 9 * second, 200), Ok(second / 5));
    }
}
