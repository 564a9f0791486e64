//! Blocks that give an implementation away.

use super::super::{Input, Report};
use crate::code::Code;
use crate::markdown::Fence;

/// A block with fewer steps shows a detail.
const MIN_STEPS: usize = 8;

pub(super) fn check(input: &Input, report: &mut Report) {
    for document in &input.documents {
        for fence in &document.markdown.fences {
            let n_steps = n_steps(fence);
            if n_steps >= MIN_STEPS {
                let message = format!("this block gives an implementation away, in {n_steps} steps");
                let help = "say what can be observed from outside; an implementer finds the steps";
                report.at(document, Code::PseudocodeDiscloses, fence.code_span(), message, help);
            }
        }
    }
}

/// How many lines of a block assign, branch, loop, call or return; none if it declares, shows data or tests.
fn n_steps(fence: &Fence) -> usize {
    const DATA: [&str; 16] = [
        "json", "yaml", "yml", "toml", "xml", "html", "console", "sh", "shell", "bash", "diff", "markdown",
        "md", "sql", "mermaid", "ebnf",
    ];
    let code = fence.code.as_str();
    let is_data =
        fence.words.first().is_some_and(|word| DATA.contains(&word.as_str())) || fence.words.len() > 1;
    if is_data || ["assert", "#[test]", "describe(", "expect("].iter().any(|mark| code.contains(mark)) {
        return 0;
    }
    let lower = code.to_lowercase();
    let mut has_flow = false;
    let mut n_steps = 0;
    for line in lower.lines().map(str::trim) {
        let first = line.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
        let branches = matches!(
            first,
            "if" | "else" | "elif" | "for" | "while" | "loop" | "match" | "switch" | "return" | "foreach"
        );
        let assigns = [" = ", " := ", " <- ", " += ", " ← "].iter().any(|mark| line.contains(mark));
        let calls = line.ends_with(')') || line.ends_with(");") || line.starts_with("call ");
        has_flow |= branches;
        n_steps += usize::from(branches || assigns || calls);
    }
    if has_flow { n_steps } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::codes_of;

    #[test]
    fn steps_give_an_implementation_away() {
        let steps = "function f(x):\n  a = x\n  b = a + 1\n  if b > 2:\n    c = g(b)\n  for d in c:\n    e = d\n    h(e)\n  return e\n";
        assert_eq!(codes_of(&format!("# A\n\n```\n{steps}```\n")), ["pseudocode-discloses"]);
        assert_eq!(codes_of("# A\n\n```json\n{\"a\": 1}\n```\n\n```\nf(1)\nf(2)\n```\n"), [""; 0]);
    }
}
