//! The scripted model, by hand.

use crate::say;
use clap::Args;
use ghostlib_testkit::model_server::{ModelServer, Script, ScriptError};
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// Serve a scripted model on loopback, in the formats of OpenAI and Anthropic, until it is interrupted.
#[derive(Args)]
pub(crate) struct ModelArgs {
    /// What the model says: TOML, as `model_server::Script` documents it.
    #[arg(long, value_name = "FILE")]
    script: PathBuf,
    /// The port; 0 for any that is free.
    #[arg(long, value_name = "N", default_value_t = 0)]
    port: u16,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ModelError {
    #[error(transparent)]
    Script(#[from] ScriptError),
    #[error("cannot serve at port {port}: {source}")]
    Serve { port: u16, source: io::Error },
}

pub(crate) fn model(args: &ModelArgs) -> Result<ExitCode, ModelError> {
    let script = Script::read(&args.script)?;
    let failed = |source| ModelError::Serve { port: args.port, source };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    runtime.block_on(async {
        let server = ModelServer::start_at(script, args.port).await.map_err(failed)?;
        say(server.url());
        let mut n_shown = 0;
        while tokio::time::timeout(Duration::from_millis(200), tokio::signal::ctrl_c()).await.is_err() {
            let asked = server.asked();
            asked[n_shown..].iter().for_each(|asked| say(format!("{} {}", asked.method, asked.path)));
            n_shown = asked.len();
        }
        Ok(ExitCode::SUCCESS)
    })
}
