//! The figures of the runs that were made, so that a simulation that takes hours can be made in parts.

use super::SimulateError;
use super::table::Row;
use crate::workplace::WorkplaceError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

const FILE: &str = "runs.jsonl";

/// The runs of one crate with the same settings.
pub(super) struct Done {
    path: PathBuf,
    settings: String,
    rows: BTreeMap<u64, Row>,
}

#[derive(Serialize, Deserialize)]
struct Line {
    seed: u64,
    settings: String,
    figures: Row,
}

impl Done {
    /// Reads those that a folder has.
    pub(super) fn open(dir: &Path, settings: &str) -> Result<Self, SimulateError> {
        let path = dir.join(FILE);
        fs::create_dir_all(dir).map_err(WorkplaceError::at(dir))?;
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            read => read.map_err(WorkplaceError::at(&path))?,
        };
        // The last line may be torn.
        let lines = text.lines().filter_map(|line| serde_json::from_str::<Line>(line).ok());
        let ours = lines.filter(|line| line.settings == settings);
        let rows = ours.map(|line| (line.seed, line.figures)).collect();
        Ok(Self { path, settings: settings.to_owned(), rows })
    }

    pub(super) fn row(&self, seed: u64) -> Option<&Row> {
        self.rows.get(&seed)
    }

    pub(super) fn add(&mut self, seed: u64, figures: Row) -> Result<(), SimulateError> {
        let line = Line { seed, settings: self.settings.clone(), figures: figures.clone() };
        let text =
            serde_json::to_string(&line).map_err(|error| WorkplaceError::at(&self.path)(error.into()))?;
        let file = fs::OpenOptions::new().create(true).append(true).open(&self.path);
        let written = file.and_then(|mut file| file.write_all(format!("\n{text}\n").as_bytes()));
        written.map_err(WorkplaceError::at(&self.path))?;
        self.rows.insert(seed, figures);
        Ok(())
    }
}
