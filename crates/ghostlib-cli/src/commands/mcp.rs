use crate::args::SandboxChoice;
use crate::environment::{current_dir, enter};
use crate::error::{CliError, Verdict};
use crate::mcp;
use clap::Args;
use ghostlib_run::store::Project;
use std::path::PathBuf;

/// Offer the tasks that were handed out to an editor's agent, as an MCP server over standard input and output.
///
/// The agent lists and claims tasks, reads and writes their folders, checks and submits them. It reaches nothing else: no
/// reference, no hidden vectors, no other runs, no task that somebody else has claimed. What it has claimed and not
/// submitted is given back when it goes.
#[derive(Args)]
#[command(after_help = REGISTER)]
pub(crate) struct McpArgs {
    /// The project whose tasks are offered; the current folder, if this is not given.
    #[arg(long, value_name = "DIR")]
    project: Option<PathBuf>,
    /// Where candidates are built and run.
    #[arg(long, value_enum, default_value_t)]
    sandbox: SandboxChoice,
}

const REGISTER: &str = r#"Register it in an editor or agent (Cursor: .cursor/mcp.json, Claude Code: .mcp.json):

  {
    "mcpServers": {
      "ghostlib": {
        "command": "ghostlib",
        "args": ["mcp", "--project", "/path/to/the/project"]
      }
    }
  }

VS Code (.vscode/mcp.json) calls the outer key "servers"."#;

pub(crate) async fn mcp(args: &McpArgs) -> Result<Verdict, CliError> {
    if let Some(dir) = &args.project {
        enter(dir)?;
    }
    mcp::serve(Project::at(current_dir()?), args.sandbox).await?;
    Ok(Verdict::Passed)
}
