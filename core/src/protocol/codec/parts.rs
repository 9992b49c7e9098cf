//! Messages larger than a frame: split by the sender, joined again by the receiver.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;

use super::error::{DecodeError, Field};
use crate::limits::Limits;
use crate::membership::UniqueAddress;

/// Which part of a message a frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// Counts the sender's split messages.
    pub(super) message: u32,
    /// Its place, from zero.
    pub(super) place: u16,
    /// How many parts there are, above its place.
    pub(super) parts: u16,
}

impl Part {
    pub(super) fn to_bytes(self) -> [u8; 8] {
        let ([a, b, c, d], [e, f], [g, h]) =
            (self.message.to_le_bytes(), self.place.to_le_bytes(), self.parts.to_le_bytes());
        [a, b, c, d, e, f, g, h]
    }

    /// `None` if its place is not below the number of parts.
    pub(super) fn of_bytes([a, b, c, d, e, f, g, h]: [u8; 8]) -> Option<Self> {
        let (message, place) = (u32::from_le_bytes([a, b, c, d]), u16::from_le_bytes([e, f]));
        let parts = u16::from_le_bytes([g, h]);
        (place < parts).then_some(Self { message, place, parts })
    }
}

/// The least bytes of a part that is not its message's last: so what is kept beside the bytes stays small.
pub(super) const PART_BYTES_MIN: usize = 128;

/// The most messages that are kept while their parts come, one of each sender.
const MESSAGES_MAX: usize = 16;

/// Messages whose parts have not all come. There is no clock here: the oldest goes when there is no room for a new one, and
/// a sender's next one takes the place of its last. What gets lost that way is told again by the next gossip.
#[derive(Clone, Debug, Default)]
pub(super) struct Unfinished {
    /// The oldest first.
    messages: VecDeque<Message>,
    given_up: u64,
}

#[derive(Clone, Debug)]
struct Message {
    from: UniqueAddress,
    number: u32,
    format: u8,
    parts: u16,
    have: BTreeMap<u16, Vec<u8>>,
    bytes: usize,
}

impl Unfinished {
    /// How many messages were given up before all their parts had come.
    pub(super) fn given_up(&self) -> u64 {
        self.given_up
    }

    /// FRM-21, FRM-22: takes a part. Gives the bytes of the message when this was the last one.
    pub(super) fn take(
        &mut self,
        from: &UniqueAddress,
        format: u8,
        part: Part,
        bytes: &[u8],
        limits: &Limits,
    ) -> Result<Option<Vec<u8>>, DecodeError> {
        let is_last = part.place + 1 == part.parts;
        if bytes.len() < if is_last { 1 } else { PART_BYTES_MIN } {
            return Err(DecodeError::Malformed { field: Field::Message });
        }
        let limit = limits.message_bytes;
        let least = (usize::from(part.parts) - 1) * PART_BYTES_MIN + usize::from(is_last) * bytes.len();
        let place = self.messages.iter().position(|message| message.from == *from);
        let at = match place {
            Some(at) if self.messages[at].fits(format, part) => at,
            other => {
                if let Some(at) = other {
                    self.messages.remove(at);
                    self.given_up += 1;
                }
                if least > limit {
                    let (bytes, limit) = (least as u64, limit as u64);
                    return Err(DecodeError::MessageTooLarge { bytes, limit });
                }
                self.messages.push_back(Message::new(from.clone(), format, part));
                self.messages.len() - 1
            }
        };
        let message = &mut self.messages[at];
        if message.have.contains_key(&part.place) {
            return Ok(None);
        }
        message.bytes += bytes.len();
        if message.bytes > limit {
            let bytes = message.bytes as u64;
            self.messages.remove(at);
            self.given_up += 1;
            return Err(DecodeError::MessageTooLarge { bytes, limit: limit as u64 });
        }
        message.have.insert(part.place, bytes.to_vec());
        if message.have.len() == usize::from(message.parts) {
            let message = self.messages.remove(at);
            return Ok(message.map(|message| message.have.into_values().collect::<Vec<_>>().concat()));
        }
        self.make_room(at, limit);
        Ok(None)
    }

    /// FRM-21: gives up the oldest, but for the one at a place, until what is left is within the limits.
    fn make_room(&mut self, mut keep: usize, limit: usize) {
        let held = |messages: &VecDeque<Message>| messages.iter().map(|message| message.bytes).sum::<usize>();
        while self.messages.len() > MESSAGES_MAX || held(&self.messages) > limit {
            let oldest = usize::from(keep == 0);
            if self.messages.remove(oldest).is_none() {
                return;
            }
            self.given_up += 1;
            keep -= usize::from(keep > oldest);
        }
    }
}

impl Message {
    fn new(from: UniqueAddress, format: u8, part: Part) -> Self {
        Self { from, number: part.message, format, parts: part.parts, have: BTreeMap::new(), bytes: 0 }
    }

    fn fits(&self, format: u8, part: Part) -> bool {
        self.number == part.message && self.format == format && self.parts == part.parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::node;

    fn part(message: u32, place: u16, parts: u16) -> Part {
        Part { message, place, parts }
    }

    fn limits(message_bytes: usize) -> Limits {
        Limits { message_bytes, ..Limits::default() }
    }

    /// So many bytes of one kind.
    fn take(unfinished: &mut Unfinished, from: &str, part: Part, fill: u8, bytes: usize) -> Option<Vec<u8>> {
        unfinished.take(&node(from), 1, part, &alloc::vec![fill; bytes], &limits(4_000)).unwrap()
    }

    /// FRM-21
    #[test]
    fn parts_join_in_any_order_and_copies_change_nothing() {
        let mut unfinished = Unfinished::default();
        assert_eq!(take(&mut unfinished, "a", part(1, 2, 3), 3, 1), None);
        assert_eq!(take(&mut unfinished, "a", part(1, 0, 3), 1, 200), None);
        assert_eq!(take(&mut unfinished, "a", part(1, 0, 3), 9, 200), None);
        let joined = take(&mut unfinished, "a", part(1, 1, 3), 2, 200).unwrap();
        assert_eq!(joined, [[1; 200].as_slice(), &[2; 200], &[3]].concat());
        assert!(unfinished.messages.is_empty());
        assert_eq!(unfinished.given_up(), 0);
        assert_eq!(Part::of_bytes(part(7, 1, 2).to_bytes()), Some(part(7, 1, 2)));
        assert_eq!(Part::of_bytes(part(7, 2, 2).to_bytes()), None);
    }

    /// FRM-21
    #[test]
    fn a_senders_next_message_takes_the_place_of_its_last() {
        let mut unfinished = Unfinished::default();
        take(&mut unfinished, "a", part(1, 0, 2), 1, 200);
        take(&mut unfinished, "b", part(1, 0, 2), 2, 200);
        assert_eq!(take(&mut unfinished, "a", part(2, 0, 2), 3, 200), None);
        assert_eq!(take(&mut unfinished, "a", part(2, 1, 2), 3, 200), Some([3; 400].to_vec()));
        assert_eq!(take(&mut unfinished, "b", part(1, 1, 2), 2, 200), Some([2; 400].to_vec()));
        assert_eq!(unfinished.given_up(), 1);
    }

    /// FRM-20, FRM-22
    #[test]
    fn a_message_over_the_limit_is_refused_as_soon_as_that_is_sure() {
        let mut unfinished = Unfinished::default();
        let mut take =
            |part, bytes| unfinished.take(&node("a"), 1, part, &alloc::vec![1; bytes], &limits(1_000));
        let too_large = |bytes| Err(DecodeError::MessageTooLarge { bytes, limit: 1_000 });
        assert_eq!(take(part(1, 0, 60_000), 128), too_large(59_999 * 128));
        assert_eq!(take(part(2, 1, 2), 900), too_large(1_028));
        assert_eq!(take(part(3, 0, 3), 600), Ok(None));
        assert_eq!(take(part(3, 1, 3), 500), too_large(1_100));
        for (part, bytes) in [(part(4, 1, 2), 0), (part(4, 0, 2), 127)] {
            assert!(matches!(take(part, bytes), Err(DecodeError::Malformed { .. })));
        }
        assert!(unfinished.messages.is_empty());
    }

    /// FRM-21
    #[test]
    fn the_oldest_goes_when_there_is_no_room() {
        let mut unfinished = Unfinished::default();
        for number in 0..40 {
            take(&mut unfinished, &alloc::format!("h{number}"), part(1, 0, 2), 1, 200);
            assert!(unfinished.messages.len() <= MESSAGES_MAX);
        }
        assert_eq!(unfinished.given_up(), 24);
        take(&mut unfinished, "big", part(1, 0, 2), 1, 3_600);
        let held: usize = unfinished.messages.iter().map(|message| message.bytes).sum();
        assert_eq!(held, 4_000);
        assert_eq!(unfinished.messages.front().unwrap().from, node("h38"));
    }
}
