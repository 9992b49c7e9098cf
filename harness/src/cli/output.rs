//! Files that commands write.

use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

/// Which files that are there already may be overwritten.
#[derive(Clone, Copy, Debug)]
pub(super) enum Own {
    /// All.
    Any,
    /// Those that begin with this, as all do that the same command wrote.
    BeginsWith(&'static str),
}

/// As [`write_whole`], but a file that somebody else wrote is left alone.
pub(super) fn write_own(path: &Path, content: &str, own: Own) -> io::Result<()> {
    if let Own::BeginsWith(mark) = own
        && fs::metadata(path).is_ok_and(|there| there.is_file())
    {
        let mut start = Vec::new();
        fs::File::open(path)?.take(mark.len() as u64).read_to_end(&mut start)?;
        if !start.is_empty() && start != mark.as_bytes() {
            let why = "a file is there that this command did not write, and it was left alone; give another name with --out, \
                       or --force to overwrite it";
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, why));
        }
    }
    write_whole(path, content)
}

/// Writes a file as a whole or not at all: what was there before is replaced only when all is written. What is no file,
/// such as a pipe or a device, is written to as it is.
pub(super) fn write_whole(path: &Path, content: &str) -> io::Result<()> {
    if fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
        return fs::OpenOptions::new().write(true).open(path)?.write_all(content.as_bytes());
    }
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
    fn a_file_that_somebody_else_wrote_is_left_alone() {
        let folder = std::env::temp_dir().join(format!("quorate-own-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("page.html");
        fs::write(&path, "my own page").unwrap();
        let refused = write_own(&path, "#ours 1", Own::BeginsWith("#ours")).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&path).unwrap(), "my own page");
        write_own(&path, "#ours 1", Own::Any).unwrap();
        write_own(&path, "#ours 2", Own::BeginsWith("#ours")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "#ours 2");
        fs::remove_dir_all(&folder).unwrap();
    }

    /// A full disk: what is no file is not replaced by one.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_device_is_an_error_and_stays_a_device() {
        let full = Path::new("/dev/full");
        assert_eq!(write_whole(full, "x").unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert!(!fs::metadata(full).unwrap().is_file());
    }

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
        if let Ok(there) = fs::metadata("/dev/full") {
            let full = write_whole(Path::new("/dev/full"), "five").unwrap_err();
            assert_eq!(full.kind(), io::ErrorKind::StorageFull);
            assert_eq!(
                fs::metadata("/dev/full").unwrap().file_type(),
                there.file_type(),
                "it is still the device"
            );
        }
        let left: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left.len(), 2, "{left:?}");
        fs::remove_dir_all(&folder).unwrap();
    }
}
