//! A run as a page for people: HTML for a browser, Markdown for a terminal and for GitHub; and in [`check`], what was
//! found in a repository or by a run, in the formats of CI.
//!
//! Both pages are pure functions of one [`RunSummary`], and the HTML page of what lies [`Beside`] it too, of any run:
//! finished or not, passed or not, with text from a stranger's code in every field. They say the same in the same words, because both are templates
//! over one private view; they differ in how much they show of what is long.
//!
//! What was not measured reads `unknown`, never 0 and never passed. Shares keep both their numbers, and a
//! percentage is rounded down, so that `100 %` means all of it.

mod beside;
pub mod check;
mod highlight;
mod html;
mod markdown;
mod policy;
mod template;
mod view;

#[cfg(test)]
mod tests;

pub use beside::{Beside, Stated, Story, Turn, TurnKind};

use ghostlib_model::RunSummary;

/// The run as one HTML page, UTF-8, complete in itself.
///
/// The page asks nothing of any network. All of it can be read without its script, which filters findings, changes
/// the theme and saves the data; a Content Security Policy allows that script by its hash, and no other. It
/// carries `summary` as JSON, compressed by gzip and in base64, in the element `script#ghostlib-run`. Text longer than
/// 4,000 characters is cut in what is shown, and whole in that element.
pub fn html(summary: &RunSummary, beside: &Beside) -> String {
    html::render(summary, beside)
}

/// The run as Markdown, in GitHub's flavour and without HTML.
///
/// It shows at most 50 findings a priority, 50 cases an iteration and 400 lines of a diff, and says how many it leaves
/// out.
pub fn markdown(summary: &RunSummary) -> String {
    markdown::render(summary)
}
