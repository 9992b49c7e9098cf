//! How large frames and messages may be.

/// What a codec sends and takes. A host whose transport carries less than a mebibyte at once says so here: messages that do
/// not fit into one frame are then split, and joined again by the receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The most bytes of one frame. Over UDP some 1,400, so that no datagram is cut into pieces on its way.
    pub frame_bytes: usize,
    /// The most bytes of one message, whole or in parts; and the most that is kept of messages whose parts have not all
    /// come, of all peers together.
    pub message_bytes: usize,
}

impl Default for Limits {
    /// Frames of one mebibyte, room for some forty thousand members, and messages of up to four.
    fn default() -> Self {
        Self { frame_bytes: 1 << 20, message_bytes: 1 << 22 }
    }
}
