//! Handing tasks to agents over the Model Context Protocol.
//!
//! [`transport`] has the lines of standard input and output, [`server`] answers, [`tools`] says what there is to call.

mod answers;
mod server;
mod tools;
mod transport;

use crate::args::SandboxChoice;
use crate::error::CliError;
use ghostlib_agent::{Client, Tasks};
use ghostlib_run::store::Project;
use rmcp::service::{ServerInitializeError, serve_server};
use server::Server;
use std::time::Duration;
use tokio::time::timeout;
use transport::Lines;

/// How long a check that was cancelled may take to end.
const TIDYING: Duration = Duration::from_secs(5);

/// Serves one client until it goes.
pub(crate) async fn serve(project: Project, sandbox: SandboxChoice) -> Result<(), CliError> {
    // Two clients of one name are two clients.
    let key = format!("{:032x}", fastrand::u128(..));
    let client = Client::new(Tasks::new(project.tasks()), project.workspaces(), key);
    let _leaving = Leaving(client.clone());
    let lines = Lines::new(tokio::io::stdin(), tokio::io::stdout());
    let server = Server::new(client, project, sandbox);
    let checking = server.checking();
    match serve_server(server, lines).await {
        Ok(service) => {
            let _ = service.waiting().await;
            // A check that nobody waits for any more is cancelled, and clears away what it has built.
            let _ = timeout(TIDYING, checking.lock()).await;
            Ok(())
        }
        // It went before it said anything.
        Err(ServerInitializeError::ConnectionClosed(_)) => Ok(()),
        Err(error) => Err(CliError::input(format!("the client does not speak MCP: {error}"))),
    }
}

/// Gives the client's tasks back at its end, also when a signal ends it.
struct Leaving(Client);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.leave();
    }
}
