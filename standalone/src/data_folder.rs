//! The folder that holds everything: a database file for each subgraph, the secret they share, and the keys that seal what is
//! encrypted in them.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use keyring::{Keyring, KeyringError};
use service::Secret;

const SECRET_FILE: &str = "identity.secret";
const KEYS_FILE: &str = "data.keys";
const LOCK_FILE: &str = "lock";
const SECRET_BYTES: usize = 32;

#[derive(Debug, thiserror::Error)]
pub enum DataFolderError {
    #[error("the data folder {folder} can't be used: {source}")]
    Unusable { folder: PathBuf, source: io::Error },
    #[error("the data folder {folder} is in use by another HugMood: stop it, or choose another with --data")]
    InUse { folder: PathBuf },
    #[error("{folder} holds no data: choose another folder with --data")]
    Empty { folder: PathBuf },
    #[error("no randomness for a secret: {0}")]
    Randomness(getrandom::Error),
    #[error("{file}: {source}")]
    Keys { file: PathBuf, source: KeyringError },
}

/// A folder that this process has for itself, or looks into.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    _locked_until_dropped: Option<File>,
}

impl DataFolder {
    /// Makes the folder if it isn't there, and takes it.
    pub fn open(path: &Path) -> Result<Self, DataFolderError> {
        let unusable = |source| DataFolderError::Unusable { folder: path.to_owned(), source };
        fs::create_dir_all(path).map_err(unusable)?;
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(path.join(LOCK_FILE));
        let lock = lock.map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _locked_until_dropped: Some(lock) }),
            Err(fs::TryLockError::WouldBlock) => Err(DataFolderError::InUse { folder: path.to_owned() }),
            Err(fs::TryLockError::Error(source)) => Err(unusable(source)),
        }
    }

    /// A folder with data, which another process may have for itself.
    pub fn look_into(path: &Path) -> Result<Self, DataFolderError> {
        if !path.join(KEYS_FILE).exists() {
            return Err(DataFolderError::Empty { folder: path.to_owned() });
        }
        Ok(Self { path: path.to_owned(), _locked_until_dropped: None })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the subgraph `name` keeps its data.
    pub fn database_url(&self, name: &str) -> String {
        Self::database_url_in(&self.path, name)
    }

    /// The same of a folder that another process may have taken.
    pub(crate) fn database_url_in(folder: &Path, name: &str) -> String {
        format!("sqlite:{}", folder.join(format!("{name}.db")).display())
    }

    /// The secret that signs assertions; made at the first start, and `true` then.
    pub fn identity_secret(&self) -> Result<(Secret, bool), DataFolderError> {
        self.keep(SECRET_FILE, || {
            let mut bytes = [0; SECRET_BYTES];
            getrandom::fill(&mut bytes)?;
            Ok(URL_SAFE_NO_PAD.encode(bytes))
        })
    }

    /// The keys that seal what is encrypted at rest; made at the first start, and `true` then.
    pub fn data_keys(&self) -> Result<(Keyring, bool), DataFolderError> {
        let (text, new) = self.keep(KEYS_FILE, || Keyring::generate("first"))?;
        let keys = text.reveal().parse();
        let unreadable = |source| DataFolderError::Keys { file: self.path.join(KEYS_FILE), source };
        Ok((keys.map_err(unreadable)?, new))
    }

    /// The content of a file that only its owner reads; when there is none, it is made, and `true` is given with it.
    fn keep(
        &self,
        name: &str,
        make: impl FnOnce() -> Result<String, getrandom::Error>,
    ) -> Result<(Secret, bool), DataFolderError> {
        let file = self.path.join(name);
        let unusable = |source| DataFolderError::Unusable { folder: self.path.clone(), source };
        match File::open(&file) {
            Ok(mut known) => {
                let mut text = String::new();
                known.read_to_string(&mut text).map_err(unusable)?;
                Ok((Secret::new(text.trim()), false))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let secret = make().map_err(DataFolderError::Randomness)?;
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
    fn secret_and_keys_are_made_once_and_only_for_their_owner() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::open(folder.path()).unwrap();
        let (made, new) = data.identity_secret().unwrap();
        assert!(new && made.reveal().len() >= SECRET_BYTES);
        assert_eq!(data.identity_secret().unwrap(), (made, false));
        let (keys, new) = data.data_keys().unwrap();
        assert!(new);
        let sealed = keys.seal("text", "here").unwrap();
        let (known, new) = data.data_keys().unwrap();
        assert_eq!((known.open(&sealed, "here").as_deref(), new), (Ok("text"), false));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            for file in [SECRET_FILE, KEYS_FILE] {
                let mode = fs::metadata(folder.path().join(file)).unwrap().permissions().mode();
                assert_eq!(mode & 0o777, 0o600);
            }
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
