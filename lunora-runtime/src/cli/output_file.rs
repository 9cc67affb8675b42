//! A file that is there whole or not at all.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use super::data_dir::private_file;

/// A file that is being written, under another name until it is whole. Its owner alone can read it.
#[derive(Debug)]
pub(super) struct OutputFile {
    path: PathBuf,
    unfinished: PathBuf,
    file: BufWriter<File>,
    finished: bool,
}

impl OutputFile {
    /// Refuses a name that is taken.
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        if path.exists() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let mut unfinished = path.as_os_str().to_owned();
        unfinished.push(".part");
        let unfinished = PathBuf::from(unfinished);
        // Left by a process that was killed.
        match fs::remove_file(&unfinished) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let file = private_file().open(&unfinished)?;
        Ok(Self {
            path: path.to_owned(),
            unfinished,
            file: BufWriter::with_capacity(1 << 16, file),
            finished: false,
        })
    }

    /// What has been written so far, to be read, and how many bytes that are.
    pub(super) fn read_back(&mut self) -> io::Result<(File, u64)> {
        self.file.flush()?;
        let file = File::open(&self.unfinished)?;
        let bytes = file.metadata()?.len();
        Ok((file, bytes))
    }

    /// Gives the file its name, once it is on the disk.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        fs::rename(&self.unfinished, &self.path)?;
        self.finished = true;
        let directory = self.path.parent().filter(|parent| !parent.as_os_str().is_empty());
        File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for OutputFile {
    fn drop(&mut self) {
        if !self.finished {
            let _ = fs::remove_file(&self.unfinished);
        }
    }
}
