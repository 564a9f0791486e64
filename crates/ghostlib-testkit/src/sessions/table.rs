use super::backend::Backend;
use super::behaviour::Behaviour;
use std::fmt::Write;
use std::sync::Arc;

/// One behaviour of all agents.
pub(super) struct Row {
    pub(super) behaviour: Arc<Behaviour>,
    /// What is not as it should be, an agent at a time.
    pub(super) faults: Vec<Option<String>>,
}

/// The page of the book.
pub(super) fn table(columns: &[Arc<Backend>], rows: &[Row]) -> String {
    let names: Vec<&str> = columns.iter().map(|backend| backend.name.as_str()).collect();
    let mut page = format!(
        "# Agents in the same situations\n\n\
         Made by `cargo run -p ghostlib-testkit -- sessions --programs FOLDER --markdown docs/src/sessions.md`, where FOLDER \
         is one in which npm has installed the agents; a test does the same.\n\n\
         {}\n\n\
         Every agent runs in its sandbox, through the broker, with a model that is a script on loopback. **yes**: the session \
         ended as it should, left what it should, told what it should, and told no secret.\n\n\
         | the agent | {} |\n|---|{}\n",
        summary(columns, rows),
        names.join(" | "),
        "---|".repeat(names.len()),
    );
    for row in rows {
        let cells = row.faults.iter().map(|fault| if fault.is_none() { "**yes**" } else { "no" });
        let cells: Vec<_> = cells.collect();
        let _ = writeln!(page, "| {} | {} |", row.behaviour.title, cells.join(" | "));
    }
    let faults = rows.iter().flat_map(|row| row.faults.iter().zip(columns).map(move |it| (row, it)));
    for (row, (fault, backend)) in faults {
        if let Some(fault) = fault {
            let line = fault.lines().next().unwrap_or_default();
            let short: String = line.chars().take(200).collect();
            let _ = write!(page, "\n- {}, {}: {short}", backend.name, row.behaviour.id);
        }
    }
    page.trim_end().to_owned() + "\n"
}

/// How many came through.
pub(super) fn summary(columns: &[Arc<Backend>], rows: &[Row]) -> String {
    let n_all = columns.len() * rows.len();
    let n_faults = rows.iter().flat_map(|row| &row.faults).flatten().count();
    format!(
        "{} behaviours of {} agents in their sandboxes: {} of {n_all} as they should be.",
        rows.len(),
        columns.len(),
        n_all - n_faults
    )
}
