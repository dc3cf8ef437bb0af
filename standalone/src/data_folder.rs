//! The folder that holds everything: a database file for each subgraph, and the secret they share.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use service::Secret;

const SECRET_FILE: &str = "identity.secret";
const LOCK_FILE: &str = "lock";
const SECRET_BYTES: usize = 32;

#[derive(Debug, thiserror::Error)]
pub enum DataFolderError {
    #[error("the data folder {folder} can't be used: {source}")]
    Unusable { folder: PathBuf, source: io::Error },
    #[error("the data folder {folder} is in use by another HugMood: stop it, or choose another with --data")]
    InUse { folder: PathBuf },
    #[error("no randomness for a secret: {0}")]
    Randomness(getrandom::Error),
}

/// A folder that this process has for itself.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    _locked_until_dropped: File,
}

impl DataFolder {
    /// Makes the folder if it isn't there, and takes it.
    pub fn open(path: &Path) -> Result<Self, DataFolderError> {
        let unusable = |source| DataFolderError::Unusable { folder: path.to_owned(), source };
        fs::create_dir_all(path).map_err(unusable)?;
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(path.join(LOCK_FILE));
        let lock = lock.map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _locked_until_dropped: lock }),
            Err(fs::TryLockError::WouldBlock) => Err(DataFolderError::InUse { folder: path.to_owned() }),
            Err(fs::TryLockError::Error(source)) => Err(unusable(source)),
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the subgraph `name` keeps its data.
    pub fn database_url(&self, name: &str) -> String {
        format!("sqlite:{}", self.path.join(format!("{name}.db")).display())
    }

    /// The secret that signs assertions; made at the first start, and `true` then.
    pub fn identity_secret(&self) -> Result<(Secret, bool), DataFolderError> {
        let file = self.path.join(SECRET_FILE);
        let unusable = |source| DataFolderError::Unusable { folder: self.path.clone(), source };
        match File::open(&file) {
            Ok(mut known) => {
                let mut text = String::new();
                known.read_to_string(&mut text).map_err(unusable)?;
                Ok((Secret::new(text.trim()), false))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let mut bytes = [0; SECRET_BYTES];
                getrandom::fill(&mut bytes).map_err(DataFolderError::Randomness)?;
                let secret = URL_SAFE_NO_PAD.encode(bytes);
                private_file(&file)
                    .and_then(|mut file| file.write_all(secret.as_bytes()))
                    .map_err(unusable)?;
                Ok((Secret::new(secret), true))
            }
            Err(error) => Err(unusable(error)),
        }
    }
}

/// A new file that only its owner may read.
fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_is_made_once_and_only_for_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::open(folder.path()).unwrap();
        let (made, new) = data.identity_secret().unwrap();
        assert!(new && made.reveal().len() >= SECRET_BYTES);
        assert_eq!(data.identity_secret().unwrap(), (made, false));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(folder.path().join(SECRET_FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_folder_in_use_or_out_of_reach_is_said_in_one_line() {
        let folder = tempfile::tempdir().unwrap();
        let _taken = DataFolder::open(folder.path()).unwrap();
        let second = DataFolder::open(folder.path()).unwrap_err();
        assert!(matches!(second, DataFolderError::InUse { .. }));
        let file = folder.path().join("a file");
        fs::write(&file, "").unwrap();
        let not_a_folder = DataFolder::open(&file).unwrap_err().to_string();
        assert!(not_a_folder.contains("can't be used") && !not_a_folder.contains('\n'), "{not_a_folder}");
    }
}
