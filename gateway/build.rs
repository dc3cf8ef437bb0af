//! Embeds the playground that `cargo xtask playground` has bundled; without one, the page loads GraphiQL by itself.

use std::{
    env,
    error::Error,
    fmt::Write as _,
    fs,
    hash::{DefaultHasher, Hasher as _},
    path::{Path, PathBuf},
};

/// The bundle. Git keeps the empty folder, so that cargo can watch it.
const BUNDLE: &str = "playground-dist";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={BUNDLE}");
    let bundle = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join(BUNDLE);
    let generated = embed(&files_of(&bundle)?)?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("playground_bundle.rs"), generated)?;
    Ok(())
}

fn files_of(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Ok(Vec::new());
    };
    let mut files = Vec::new();
    for entry in entries {
        let entry = entry?;
        let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
        if entry.file_type()?.is_file() && !is_hidden {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

/// The files as an array, and a version that changes with any of them.
fn embed(files: &[PathBuf]) -> Result<String, Box<dyn Error>> {
    let mut hasher = DefaultHasher::new();
    let mut listed = String::new();
    for file in files {
        let name = file.file_name().ok_or("a file has a name")?.to_string_lossy();
        hasher.write(name.as_bytes());
        hasher.write(&fs::read(file)?);
        let path = file.to_str().ok_or("the path is no text")?;
        writeln!(listed, "    ({name:?}, include_bytes!({path:?})),")?;
    }
    let version = hasher.finish();
    Ok(format!(
        "const VERSION: &str = \"{version:016x}\";\nstatic FILES: &[(&str, &[u8])] = &[\n{listed}];\n"
    ))
}
