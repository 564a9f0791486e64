//! The lines that a gold file labels: all of each section that has a labelled statement.

use super::matching::Labelled;
use std::ops::Range;

/// Lines, counted from 1.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Region(Vec<Range<u32>>);

impl Region {
    pub(crate) fn has(&self, line: u32) -> bool {
        self.0.iter().any(|lines| lines.contains(&line))
    }
}

/// The sections of the labelled lines, each from its heading up to the next heading of any level. `None` if nothing
/// is labelled.
pub(crate) fn of(document: &str, labelled: &[Labelled]) -> Option<Region> {
    let headings = headings(document);
    let mut region = Vec::new();
    for label in labelled {
        let next = headings.partition_point(|heading| *heading <= label.line);
        let start = next.checked_sub(1).map_or(1, |i| headings[i]);
        let lines = start..headings.get(next).copied().unwrap_or(u32::MAX);
        if !region.contains(&lines) {
            region.push(lines);
        }
    }
    (!region.is_empty()).then_some(Region(region))
}

/// The lines of the headings with `#`, fenced code left out.
fn headings(document: &str) -> Vec<u32> {
    let mut fence: Option<&str> = None;
    let mut headings = Vec::new();
    for (line, number) in document.lines().zip(1..) {
        let trimmed = line.trim_start();
        match fence {
            Some(mark) if trimmed.starts_with(mark) => fence = None,
            Some(_) => {}
            None if trimmed.starts_with("```") => fence = Some("```"),
            None if trimmed.starts_with("~~~") => fence = Some("~~~"),
            None => {
                let rest = line.trim_start_matches('#');
                let level = line.len() - rest.len();
                if (1..=6).contains(&level) && rest.starts_with(' ') {
                    headings.push(number);
                }
            }
        }
    }
    headings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_whole_sections() {
        let document = "# A\n\ntext\n\n## B\n\n```\n# no heading\n```\ntext\n\n## C\n\ntext\n";
        let label = |line| Labelled {
            line,
            end_line: line,
            text: String::new(),
            keyword: String::new(),
            testable: None,
        };
        let region = of(document, &[label(10)]).unwrap();
        assert_eq!([3, 5, 8, 11, 12].map(|line| region.has(line)), [false, true, true, true, false]);
        assert_eq!(of(document, &[]), None);
    }
}
