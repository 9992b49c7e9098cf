//! Files that commands write.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// Writes a file as a whole or not at all: what was there before is replaced only when all is written.
pub(super) fn write_whole(path: &Path, content: &str) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.{}", std::process::id()));
    let written = (|| {
        let mut file = fs::File::create(&beside)?;
        file.write_all(content.as_bytes())?;
        file.sync_all()?;
        if let Ok(there) = fs::metadata(path) {
            fs::set_permissions(&beside, there.permissions())?;
        }
        fs::rename(&beside, path)
    })();
    if written.is_err() {
        // What could not be written whole is of no use to anybody.
        let _ = fs::remove_file(&beside);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_not_be_written_leaves_nothing_behind_and_what_was_there_as_it_was() {
        let folder = std::env::temp_dir().join(format!("quorate-output-{}", std::process::id()));
        fs::create_dir_all(folder.join("taken")).unwrap();
        let path = folder.join("case.qcase");
        write_whole(&path, "one").unwrap();
        write_whole(&path, "two").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        assert!(write_whole(&folder.join("taken"), "three").is_err(), "a folder is no file");
        assert!(write_whole(&folder.join("no/such/folder"), "four").is_err());
        let left: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left.len(), 2, "{left:?}");
        fs::remove_dir_all(&folder).unwrap();
    }
}
