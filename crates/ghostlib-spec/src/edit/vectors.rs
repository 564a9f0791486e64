use super::{insert, newline, render_vectors};
use crate::source::SourceFile;
use crate::vectors::read_vectors;
use crate::yaml::{self, Node};
use ghostlib_model::{Diagnostic, Place, Vector};

/// Adds vectors to a vector file. What is there stays as it is written, comments too, wherever each list of vectors has an
/// item a line; else the file is written anew. No vectors change nothing.
///
/// # Errors
/// If the file has errors: its diagnostics.
pub fn add_vectors(file: &SourceFile, vectors: &[Vector]) -> Result<SourceFile, Vec<Diagnostic>> {
    let mut all = read_vectors(file)?;
    if vectors.is_empty() {
        return Ok(file.clone());
    }
    let text = String::from_utf8_lossy(&file.bytes);
    all.extend_from_slice(vectors);
    let kept = inserted(&text, vectors).map(|text| SourceFile::new(&file.path, text));
    let says_the_same = |file: &SourceFile| read_vectors(file).is_ok_and(|read| are_same(&read, &all));
    Ok(kept.filter(says_the_same).unwrap_or_else(|| SourceFile::new(&file.path, render_vectors(&all))))
}

/// Whether both are the same vectors, but for their places and their order.
fn are_same(a: &[Vector], b: &[Vector]) -> bool {
    let without_place = |vector: &Vector| Vector { place: Place::start_of(""), ..vector.clone() };
    let sorted = |vectors: &[Vector]| {
        let mut vectors: Vec<_> = vectors.iter().map(without_place).collect();
        vectors.sort_by(|a, b| a.id.cmp(&b.id));
        vectors
    };
    sorted(a) == sorted(b)
}

/// The text with each vector behind the last of its operation, or at the end; nothing, if it is no map.
fn inserted(text: &str, vectors: &[Vector]) -> Option<String> {
    let mut edited = text.to_owned();
    for vector in vectors {
        let rendered = render_vectors(std::slice::from_ref(vector)).replace('\n', newline(&edited));
        let root = yaml::parse(&edited).ok()?;
        let list = root.get(&vector.operation);
        edited = match list {
            Some(list) => below_last(&edited, list, &rendered)?,
            None => at_end(&edited, &rendered),
        };
    }
    Some(edited)
}

/// The item of what was rendered, below the last item of a list with an item a line.
fn below_last(text: &str, items: &Node, rendered: &str) -> Option<String> {
    let last = items.as_list()?.last()?;
    let line_start = text[..last.span.start].rfind('\n').map_or(0, |at| at + 1);
    let indent = text[line_start..last.span.start].find('-')?;
    let item = rendered.split_once('\n')?.1;
    let shifted =
        item.lines().map(|line| format!("{}{}", " ".repeat(indent), line.get(2..).unwrap_or_default()));
    let lines: Vec<String> = shifted.collect();
    let end = text[last.span.end..].find('\n').map(|at| last.span.end + at + 1);
    let newline = newline(text);
    Some(match end {
        Some(end) => insert(text, end, &(lines.join(newline) + newline)),
        None => [text, newline, &lines.join(newline), newline].concat(),
    })
}

fn at_end(text: &str, rendered: &str) -> String {
    let newline = newline(text);
    let gap = match text {
        "" => "",
        _ if text.ends_with('\n') => newline,
        _ => &newline.repeat(2),
    };
    [text, gap, rendered].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vectors(yaml: &str) -> Vec<Vector> {
        read_vectors(&SourceFile::new("t.yaml", yaml)).unwrap()
    }

    fn added(yaml: &str, more: &str) -> String {
        let file = add_vectors(&SourceFile::new("t.yaml", yaml), &vectors(more)).unwrap();
        String::from_utf8(file.bytes).unwrap()
    }

    #[test]
    fn what_is_there_stays_as_it_is_written() {
        let yaml = "# cases\nghostlib: 1\nf:\n  - {name: a, input: 1, output: 2} # one\n  # two\ng:\n- name: b\n  input: |\n    x\n  output: 1\n";
        let more = "f: [{name: c, input: 3, output: 4}]\ng: [{name: d, input: 5, output: 6}]\nh: [{name: e, input: 7, error: true}]\n";
        assert_eq!(
            added(yaml, more),
            "# cases\nghostlib: 1\nf:\n  - {name: a, input: 1, output: 2} # one\n  - name: c\n    input: 3\n    output: 4\n  # two\ng:\n- name: b\n  input: |\n    x\n  output: 1\n- name: d\n  input: 5\n  output: 6\n\nh:\n  - name: e\n    input: 7\n    error: true\n"
        );
    }

    #[test]
    fn what_cannot_be_added_to_is_written_anew() {
        for yaml in
            ["f: [{name: a, input: 1, output: 2}]", "{f: [{name: a, input: 1, output: 2}]}", "f: []\n"]
        {
            let text = added(yaml, "f: [{name: c, input: 3, output: 4}]");
            assert_eq!(vectors(&text).len(), vectors(yaml).len() + 1, "{text}");
        }
    }

    #[test]
    fn a_file_with_errors_is_not_added_to() {
        let file = SourceFile::new("t.yaml", "f: [{name: a}]");
        assert!(add_vectors(&file, &[]).is_err());
    }
}
