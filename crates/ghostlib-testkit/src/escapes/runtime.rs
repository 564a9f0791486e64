//! Anthropic's sandbox-runtime from npm, in which the same attempts are made for comparison.

use super::EscapesError;
use super::attempt::Attempt;
use super::stage::{SECRET, Stage};
use ghostlib_sandbox::{CommandLine, Finished, host};
use serde::Deserialize;
use serde_json::{Value, json};
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

const PACKAGE: &str = "node_modules/@anthropic-ai/sandbox-runtime";

/// What of the system our own sandboxes let every command read.
const SYSTEM: &[&str] = &[
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib64",
    "/etc/alternatives",
    "/etc/group",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/nsswitch.conf",
    "/etc/passwd",
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
];

/// What they hide of that.
const HIDDEN: &[&str] = &[
    "/usr/lib/node_modules",
    "/usr/lib/python3*/*-packages",
    "/usr/lib/rustlib/src",
    "/usr/local/cargo",
    "/usr/local/lib/node_modules",
    "/usr/local/lib/python3*/*-packages",
    "/usr/local/src",
    "/usr/share/cargo",
    "/usr/src",
];

/// The wall time of one attempt; there is no setting for it.
const WALL: Duration = Duration::from_secs(20);

/// An installed sandbox-runtime.
pub(super) struct SandboxRuntime {
    package: PathBuf,
    pub(super) version: String,
}

impl SandboxRuntime {
    /// The one in a folder where `npm install @anthropic-ai/sandbox-runtime` was run.
    pub(super) fn find(folder: &Path) -> Result<Self, EscapesError> {
        #[derive(Deserialize)]
        struct Manifest {
            version: String,
        }
        let package = folder.join(PACKAGE).canonicalize().map_err(EscapesError::at(&folder.join(PACKAGE)))?;
        let path = package.join("package.json");
        let text = fs::read(&path).map_err(EscapesError::at(&path))?;
        let Manifest { version } = serde_json::from_slice(&text)
            .map_err(|error| EscapesError::at(&path)(io::Error::other(error)))?;
        Ok(Self { package, version })
    }

    /// Makes the attempt, with the environment of this process and those variables.
    pub(super) async fn run(
        &self,
        attempt: &Attempt,
        stage: &Stage,
        variables: &[(&str, String)],
    ) -> Result<Finished, EscapesError> {
        let settings = tempfile::NamedTempFile::new().map_err(EscapesError::at(Path::new("settings")))?;
        let text = self.settings(&stage.work(), &stage.readable()).to_string();
        fs::write(settings.path(), text).map_err(EscapesError::at(settings.path()))?;
        let command = CommandLine::new("node")
            .arg(self.package.join("dist/cli.js"))
            .arg("--settings")
            .arg(settings.path())
            .args(["-c", &shell(&attempt.command())]);
        let env: Vec<(&str, &OsStr)> =
            variables.iter().map(|(name, value)| (*name, value.as_ref())).collect();
        Ok(host::run(&command, &stage.work(), &env, WALL).await?)
    }

    /// As close to the policy of our own sandboxes as its settings can say. Its helper has to be readable.
    fn settings(&self, work: &Path, readable: &Path) -> Value {
        let mut allow_read: Vec<&Path> = SYSTEM.iter().map(Path::new).filter(|path| path.exists()).collect();
        let helpers = self.package.join("vendor");
        allow_read.extend([helpers.as_path(), work, readable]);
        let deny_read: Vec<&str> = std::iter::once("/").chain(HIDDEN.iter().copied()).collect();
        json!({
            "network": { "allowedDomains": [], "deniedDomains": [] },
            "filesystem": {
                "denyRead": deny_read,
                "allowRead": allow_read,
                "allowWrite": [work],
                "denyWrite": [],
            },
            "credentials": { "envVars": [{ "name": SECRET, "mode": "deny" }] },
        })
    }

    /// What the page says of it.
    pub(super) fn description(&self) -> String {
        let settings = self.settings(Path::new("WORKSPACE"), Path::new("READABLE"));
        let settings = serde_json::to_string(&settings).unwrap_or_default();
        let user = if rustix::process::geteuid().is_root() { "root" } else { "not root" };
        format!(
            "**sandbox-runtime**, in the last column for comparison, is [Anthropic's][srt], version {} from npm: the same \
             attempts, started by the same user ({user}), with settings as close to the policy of the others as they can \
             say. It is made to fence in an agent whose user has chosen what to hide. It has no settings for limits, nor \
             for the command's user, and attempts on these are made all the same; those on the broker are not (–), since \
             what it lets through are hosts, not paths of an endpoint. Some attempts only show that a call succeeds: \
             `tcp-listen`, `netlink-socket` and `capabilities` reach nothing of the host there but namespaces of its own, \
             `type-into-terminal` and `console-selection` nothing but a terminal of its own. Nothing in its column is counted above.\n\n```json\n{}\n```\n\n\
             [srt]: https://github.com/anthropic-experimental/sandbox-runtime",
            self.version,
            settings.replace(&self.package.display().to_string(), "PACKAGE"),
        )
    }
}

/// The command as one for a shell.
fn shell(command: &CommandLine) -> String {
    let program = command.program.to_string_lossy();
    let args = command.args.iter().map(|arg| arg.to_string_lossy());
    let words = std::iter::once(program).chain(args);
    words.map(|word| format!("'{}'", word.replace('\'', r"'\''"))).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::shell;
    use ghostlib_sandbox::CommandLine;

    #[test]
    fn words_stay_words() {
        assert_eq!(
            shell(&CommandLine::new("/bin/sh").args(["-c", "echo 'a b'"])),
            r"'/bin/sh' '-c' 'echo '\''a b'\'''"
        );
    }
}
