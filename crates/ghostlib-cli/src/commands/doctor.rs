use crate::console::{BAD, DIM, GOOD, WARN, say, say_json, styled};
use crate::environment::{find_program, launcher, path, toolchain};
use crate::error::{CliError, Verdict};
use clap::Args;
use ghostlib_sandbox::{BackendReport, Guarantee, probe};
use serde::Serialize;

/// Show what is installed and what the sandbox can enforce on this machine.
#[derive(Args)]
pub(crate) struct DoctorArgs {}

#[derive(Serialize)]
struct Health {
    toolchain: Option<String>,
    c_compiler: Option<String>,
    git: Option<String>,
    sandboxes: Vec<BackendReport>,
    missing: Vec<&'static str>,
}

pub(crate) async fn doctor(_args: &DoctorArgs, json: bool) -> Result<Verdict, CliError> {
    let health = examine().await?;
    if json {
        say_json(&health);
    } else {
        health.print();
    }
    Ok(if health.missing.is_empty() { Verdict::Passed } else { Verdict::EnvironmentLacks })
}

async fn examine() -> Result<Health, CliError> {
    let program = |name: &str| find_program(name).map(|path| path.display().to_string());
    let toolchain = toolchain().await.ok().map(|toolchain| toolchain.version);
    let c_compiler = program("cc");
    let sandboxes = probe(&launcher()?, path().as_deref()).await;
    let mut missing = Vec::new();
    if toolchain.is_none() {
        missing.push("a Rust toolchain: https://rustup.rs");
    }
    if c_compiler.is_none() {
        missing.push("a C compiler, which Rust needs for linking: install gcc or clang");
    }
    if sandboxes.iter().all(|backend| backend.unavailable.is_some()) {
        missing.push("a sandbox: Linux 5.13 or newer with Landlock, or bubblewrap");
    }
    Ok(Health { toolchain, c_compiler, git: program("git"), sandboxes, missing })
}

impl Health {
    fn print(&self) {
        line("toolchain", self.toolchain.as_deref(), "not found");
        line("C compiler", self.c_compiler.as_deref(), "not found");
        line("git", self.git.as_deref(), "not found; only references of the form git:URL#REV need it");
        self.sandboxes.iter().for_each(print_backend);
        print_matrix(&self.sandboxes);
        if self.missing.is_empty() {
            say("everything that a run needs is here");
        }
        for missing in &self.missing {
            say(format!("{}: {missing}", styled(BAD, "missing")));
        }
    }
}

fn line(name: &str, found: Option<&str>, otherwise: &str) {
    let value = found.map_or_else(|| styled(WARN, otherwise), |found| styled(GOOD, found));
    say(format!("{name:<12} {value}"));
}

fn print_backend(backend: &BackendReport) {
    let version = backend.version.as_deref().unwrap_or(&backend.backend);
    let state = backend.unavailable.as_deref();
    line(
        "sandbox",
        Some(version).filter(|_| state.is_none()),
        &format!("{version}: {}", state.unwrap_or_default()),
    );
    if let Some(hint) = &backend.hint {
        say(format!("  to get it: {hint}"));
    }
}

/// A row a guarantee, a column a backend; below, why what is missing is missing.
fn print_matrix(backends: &[BackendReport]) {
    let columns: Vec<&BackendReport> = backends.iter().filter(|it| !it.guarantees.is_empty()).collect();
    if columns.is_empty() {
        return;
    }
    let heads: Vec<String> = columns.iter().map(|it| format!("{:<12}", it.backend)).collect();
    say(format!("  {:<32}{}", "guarantee", heads.concat()));
    for guarantee in Guarantee::ALL {
        let cells: String = columns.iter().map(|it| cell(it, *guarantee)).collect();
        say(format!("  {guarantee:<32}{cells}"));
    }
    for backend in columns {
        for declared in &backend.guarantees {
            if let Some(reason) = &declared.lacks {
                let what = format!("{} {} {}", styled(WARN, "–"), backend.backend, declared.guarantee);
                say(format!("  {what}: {}", styled(DIM, reason)));
            }
        }
    }
}

fn cell(backend: &BackendReport, guarantee: Guarantee) -> String {
    let keeps = backend.guarantees.iter().any(|it| it.guarantee == guarantee && it.lacks.is_none());
    let (style, mark) = match (keeps, &backend.unavailable) {
        (true, None) => (GOOD, "✓"),
        // It would keep it, if it were there.
        (true, Some(_)) => (DIM, "(✓)"),
        (false, _) => (WARN, "–"),
    };
    styled(style, format!("{mark:<12}"))
}
