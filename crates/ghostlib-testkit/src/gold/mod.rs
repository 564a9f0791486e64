//! Holds the requirements that are read from a spec against statements that a person has labelled.
//!
//! A gold file has one JSON object a line: `id`, `section`, `line`, `end_line`, `text`, and perhaps `keyword` and
//! `testable`. It labels whole sections: the requirements that are read from a section with a labelled statement, and
//! have no partner, are extras.

mod matching;
mod region;

use crate::say;
use clap::Args;
use ghostlib_model::Requirement;
use ghostlib_spec::{Options, SourceFile, Sources, file_names, parse};
use matching::{Labelled, Matching, THRESHOLDS};
use serde::Serialize;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Measure how well the requirements read from a spec match those that a person has labelled.
#[derive(Args)]
pub(crate) struct GoldArgs {
    /// The Markdown document.
    spec: PathBuf,
    /// Files of labelled statements, JSON Lines.
    #[arg(required = true)]
    gold: Vec<PathBuf>,
    /// The least recall, over all files; less is exit code 1.
    #[arg(long, value_name = "SHARE")]
    min_recall: Option<f64>,
    /// The least precision, over all files; less is exit code 1.
    #[arg(long, value_name = "SHARE")]
    min_precision: Option<f64>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum GoldError {
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: std::io::Error },
    #[error("{}:{line}: {source}", path.display())]
    Label { path: PathBuf, line: usize, source: serde_json::Error },
    #[error("{} labels nothing", .0.display())]
    Empty(PathBuf),
}

/// The figures of one file, or of all.
#[derive(Clone, Debug, Default, Serialize)]
struct Figures {
    gold: usize,
    extracted: usize,
    /// Pairs at each of [`THRESHOLDS`].
    matched: Vec<usize>,
    recall: f64,
    precision: f64,
    /// Pairs whose level agrees with the labelled keyword, of those that have one.
    level_agrees: (usize, usize),
    testable_agrees: (usize, usize),
}

pub(crate) fn gold(args: &GoldArgs) -> Result<ExitCode, GoldError> {
    let document = SourceFile::new("SPEC.md", read(&args.spec)?);
    let text = String::from_utf8_lossy(&document.bytes).into_owned();
    let requirements = requirements(&args.spec, document);
    let mut total = Figures { matched: vec![0; THRESHOLDS.len()], ..Figures::default() };
    let mut files = Vec::new();
    for path in &args.gold {
        let labelled = labelled(path)?;
        let region = region::of(&text, &labelled).ok_or_else(|| GoldError::Empty(path.clone()))?;
        let inside: Vec<_> =
            requirements.iter().filter(|requirement| region.has(requirement.place.line)).collect();
        let matching = Matching::of(&labelled, &inside);
        let figures = figures(&labelled, &inside, &matching);
        if !args.json {
            print(path, &labelled, &inside, &matching, &figures);
        }
        total.add(&figures);
        files.push((path.display().to_string(), figures));
    }
    total.finish();
    if args.json {
        say(serde_json::json!({"thresholds": THRESHOLDS, "files": files, "total": total}));
    } else {
        say(format!("total: {}", total.line()));
    }
    let falls_short = args.min_recall.is_some_and(|least| total.recall < least)
        || args.min_precision.is_some_and(|least| total.precision < least);
    Ok(if falls_short { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The requirements of the document alone, with the vector files beside it.
fn requirements(path: &Path, document: SourceFile) -> Vec<Requirement> {
    let dir = path.parent().unwrap_or(Path::new(""));
    let names = file_names(&document, &Options::default()).vectors;
    let load = |name: String| Some(SourceFile::new(&name, fs::read(dir.join(&name)).ok()?));
    let vector_files = names.into_iter().filter_map(load).collect();
    let (spec, _) = parse(&Sources { document, vector_files, ..Sources::default() });
    spec.requirements
}

fn read(path: &Path) -> Result<Vec<u8>, GoldError> {
    fs::read(path).map_err(|source| GoldError::Io { path: path.into(), source })
}

fn labelled(path: &Path) -> Result<Vec<Labelled>, GoldError> {
    let content = read(path)?;
    let content = String::from_utf8_lossy(&content);
    let lines = content.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let label = |(i, line): (usize, &str)| {
        serde_json::from_str(line).map_err(|source| GoldError::Label {
            path: path.into(),
            line: i + 1,
            source,
        })
    };
    lines.map(label).collect()
}

fn figures(labelled: &[Labelled], inside: &[&Requirement], matching: &Matching) -> Figures {
    let pairs = || matching.pairs.iter().map(|&(i, j, _)| (&labelled[i], inside[j]));
    let share = |agrees: Vec<bool>| (agrees.iter().filter(|agrees| **agrees).count(), agrees.len());
    let levels = pairs().filter(|(label, _)| label.level().is_some());
    let testable = pairs().filter_map(|(label, found)| Some(label.testable? == found.untestable.is_none()));
    let mut figures = Figures {
        gold: labelled.len(),
        extracted: inside.len(),
        matched: THRESHOLDS.map(|least| matching.count(least)).to_vec(),
        level_agrees: share(levels.map(|(label, found)| label.level() == Some(found.level)).collect()),
        testable_agrees: share(testable.collect()),
        ..Figures::default()
    };
    figures.finish();
    figures
}

impl Figures {
    fn add(&mut self, other: &Self) {
        self.gold += other.gold;
        self.extracted += other.extracted;
        for (mine, others) in self.matched.iter_mut().zip(&other.matched) {
            *mine += others;
        }
        for (mine, others) in
            [(&mut self.level_agrees, other.level_agrees), (&mut self.testable_agrees, other.testable_agrees)]
        {
            mine.0 += others.0;
            mine.1 += others.1;
        }
    }

    /// Recall and precision at the middle threshold.
    fn finish(&mut self) {
        let matched = self.matched[THRESHOLDS.len() / 2];
        self.recall = share(matched, self.gold);
        self.precision = share(matched, self.extracted);
    }

    fn line(&self) -> String {
        let at = THRESHOLDS.iter().zip(&self.matched).map(|(least, n)| format!("{n} at {least}"));
        format!(
            "{} labelled, {} read, matched {}; recall {:.3}, precision {:.3}; level agrees {}/{}, testable {}/{}",
            self.gold,
            self.extracted,
            at.collect::<Vec<_>>().join(", "),
            self.recall,
            self.precision,
            self.level_agrees.0,
            self.level_agrees.1,
            self.testable_agrees.0,
            self.testable_agrees.1
        )
    }
}

#[expect(clippy::cast_precision_loss, reason = "no spec has 2^52 requirements")]
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

fn print(
    path: &Path,
    labelled: &[Labelled],
    inside: &[&Requirement],
    matching: &Matching,
    figures: &Figures,
) {
    say(format!("{}: {}", path.display(), figures.line()));
    for (label, near) in matching.missed(labelled, inside) {
        say(format!("  missed {:>5}  {}", label.line, label.text));
        if let Some((found, score)) = near {
            say(format!("         near   {} ({score:.2})", found.text));
        }
    }
    for found in matching.extras(inside) {
        say(format!("  extra  {:>5}  {}", found.place.line, found.text));
    }
}
