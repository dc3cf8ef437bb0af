//! Temporary folders that a server running as another user may enter.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;

use tempfile::TempDir;

/// A folder that vanishes when dropped; others may pass through it, to the folders inside that are theirs.
pub(crate) fn folder() -> std::io::Result<TempDir> {
    tempfile::Builder::new().prefix("hugmood-").permissions(Permissions::from_mode(0o755)).tempdir()
}
