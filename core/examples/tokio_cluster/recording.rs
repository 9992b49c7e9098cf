//! What happens to the node, in files: the present segment, and a few before it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use quorate::{Input, Node, Output, Recorder};

/// How many segments are kept besides the present one: FILE.1 is the last before it.
const SEGMENTS_BEFORE: u32 = 3;

/// Writes down everything that happens to a node. If it can't any more it says so once, and the node goes on without.
pub(crate) struct Recording {
    path: PathBuf,
    /// After how many bytes a segment is followed by the next.
    segment_bytes: u64,
    recorder: Recorder,
    file: File,
    bytes: u64,
    has_ended: bool,
}

impl Recording {
    /// Begins a file with the node as it is. What an earlier process left under the name is kept as FILE.1.
    ///
    /// # Errors
    /// A file that can't be written, and why.
    pub(crate) fn begin(path: &Path, segment_bytes: u64, node: &Node) -> Result<Self, String> {
        let at = |error: io::Error| format!("{}: {error}", path.display());
        let recorder = Recorder::new(node, concat!("tokio_cluster ", env!("CARGO_PKG_VERSION")));
        let file = next_segment(path).map_err(at)?;
        let recorder = recorder.map_err(|error| error.to_string())?;
        let mut recording =
            Self { path: path.into(), segment_bytes, recorder, file, bytes: 0, has_ended: false };
        recording.save().map_err(at)?;
        Ok(recording)
    }

    /// Hands an input to the node and writes down what happened.
    pub(crate) fn handle_into(&mut self, node: &mut Node, input: Input, outputs: &mut Vec<Output>) {
        if self.has_ended {
            return node.handle_into(input, outputs);
        }
        self.recorder.handle_into(node, input, outputs);
        if let Err(error) = self.save().and_then(|()| self.rotate(node)) {
            self.has_ended = true;
            tracing::error!(
                "{}: {error}: recording ends here after {} bytes of this segment, which can be read; the node goes on",
                self.path.display(),
                self.bytes
            );
        }
    }

    /// Each block at once, so that nothing is lost with the process.
    fn save(&mut self) -> io::Result<()> {
        let bytes = self.recorder.take();
        self.file.write_all(bytes)?;
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    fn rotate(&mut self, node: &Node) -> io::Result<()> {
        if self.bytes < self.segment_bytes {
            return Ok(());
        }
        self.file = next_segment(&self.path)?;
        self.bytes = 0;
        self.recorder.begin(node).map_err(io::Error::other)?;
        self.save()
    }
}

/// Moves the segments that there are one name on, throws the oldest away, and opens the next.
fn next_segment(path: &Path) -> io::Result<File> {
    let name = |place: u32| match place {
        0 => path.to_path_buf(),
        _ => PathBuf::from(format!("{}.{place}", path.display())),
    };
    // Devices stay where they are.
    if path.is_file() {
        for place in (0..SEGMENTS_BEFORE).rev().filter(|place| name(*place).exists()) {
            fs::rename(name(place), name(place + 1))?;
        }
    }
    File::create(path)
}
