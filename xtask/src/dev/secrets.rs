//! Secrets of this machine's development servers, made once and kept where only their owner reads them.

use std::fmt::Write as _;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use anyhow::Context;

const SECRET_BYTES: usize = 32;

/// The secret of this name in `folder`, made when it isn't there.
pub(super) fn keep(folder: &Path, name: &str) -> anyhow::Result<String> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let path = folder.join(name);
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
        Ok(mut file) => {
            let secret = random()?;
            file.write_all(secret.as_bytes())?;
            eprintln!("made a secret: {}", path.display());
            Ok(secret)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
        }
        Err(error) => Err(error).with_context(|| format!("cannot make {}", path.display())),
    }
}

/// Random bytes of the operating system, in hexadecimal.
fn random() -> anyhow::Result<String> {
    let mut bytes = [0; SECRET_BYTES];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    let mut text = String::new();
    for byte in bytes {
        write!(text, "{byte:02x}")?;
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_secret_is_made_once_and_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let secrets = folder.path().join("secrets");
        let first = keep(&secrets, "identity").unwrap();
        assert_eq!(first.len(), 2 * SECRET_BYTES);
        assert_eq!(keep(&secrets, "identity").unwrap(), first);
        let mode = std::fs::metadata(secrets.join("identity")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
