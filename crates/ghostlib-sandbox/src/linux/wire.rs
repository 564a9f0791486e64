//! What goes along the socket between ghostlib and the supervisor, and between the supervisor and the
//! confined starter: downwards one line with a [`Request`] and three descriptors, upwards one line with a
//! [`Report`]; a starter with a broker first sends a listener. The upper side keeps its end open for as long as it wants the lower one to live.

use super::identity::Identity;
use crate::{CommandLine, Launcher, ProcessEnd, SandboxError, SandboxPolicy};
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage,
    SendFlags, recvmsg, sendmsg,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::io::{self, BufRead, BufReader, IoSlice, IoSliceMut, Write};
use std::mem::MaybeUninit;
use std::net::TcpListener;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

/// What is to be run, and how.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Request {
    pub(super) policy: SandboxPolicy,
    pub(super) command: CommandLine,
    pub(super) confinement: Confinement,
    /// Without its variables, which the supervisor has and nobody below is to see.
    pub(super) launcher: Launcher,
    pub(super) identity: Identity,
    /// The user to become, which the supervisor chooses.
    pub(super) uid: Option<u32>,
}

/// What is known before it is: what is to be made ready. It is told on the command line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Preparation {
    pub(super) confinement: Confinement,
    /// Without its variables.
    pub(super) launcher: Launcher,
    pub(super) identity: Identity,
}

/// What keeps the command in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Confinement {
    /// The starter restricts itself, by that version of the kernel's interface.
    Landlock { abi: u32, isolation: Isolation },
    /// The starter already runs inside of this program.
    Bubblewrap { program: PathBuf, disable_userns: bool },
}

/// How a starter that restricts itself keeps a command to its broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Isolation {
    /// In a network namespace of its own.
    Namespace,
    /// By Landlock's rule for ports, which binds the port but not the host.
    PortRule,
    /// Not at all: nothing is started.
    Impossible,
}

/// What the starter has to say.
#[derive(Debug)]
pub(super) enum Word {
    /// Where the command will look for the broker.
    Listener(TcpListener),
    /// The end.
    Report(Report),
}

/// How it went.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Report {
    Ended(ProcessEnd),
    Setup { reason: String },
    NotStarted { program: PathBuf, reason: String },
}

impl Report {
    /// A step of the set-up that failed.
    pub(super) fn setup(step: &str, error: impl std::fmt::Display) -> Self {
        Self::Setup { reason: format!("{step}: {error}") }
    }

    pub(super) fn into_result(self) -> Result<ProcessEnd, SandboxError> {
        match self {
            Self::Ended(end) => Ok(end),
            Self::Setup { reason } => Err(SandboxError::Setup { reason }),
            Self::NotStarted { program, reason } => Err(SandboxError::NotStarted { program, reason }),
        }
    }
}

/// The command's standard input, output and error, in this order.
pub(super) type Streams = [OwnedFd; 3];

/// Sends the streams with the first byte of the line, and then the rest of it.
pub(super) fn send_request(mut socket: &UnixStream, request: &[u8], streams: &Streams) -> io::Result<()> {
    let fds = [streams[0].as_fd(), streams[1].as_fd(), streams[2].as_fd()];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(3))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    control.push(SendAncillaryMessage::ScmRights(&fds));
    let sent = sendmsg(socket, &[IoSlice::new(request)], &mut control, SendFlags::NOSIGNAL)?;
    socket.write_all(&request[sent..])?;
    socket.write_all(b"\n")
}

/// Receives what [`send_request`] sent.
pub(super) fn receive_request(socket: &UnixStream) -> io::Result<(Request, Streams)> {
    let (mut line, streams) = receive_byte(socket)?;
    let streams =
        streams.try_into().map_err(|_| io::Error::other("the standard streams did not come along"))?;
    BufReader::new(socket).read_until(b'\n', &mut line)?;
    Ok((decode(&line)?, streams))
}

/// Sends a listener, with a byte that is no beginning of a report.
pub(super) fn send_listener(socket: &UnixStream, listener: &TcpListener) -> io::Result<()> {
    let fds = [listener.as_fd()];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    control.push(SendAncillaryMessage::ScmRights(&fds));
    sendmsg(socket, &[IoSlice::new(b"\n")], &mut control, SendFlags::NOSIGNAL)?;
    Ok(())
}

/// Receives a listener or a report; nothing where the sender went away without one.
pub(super) fn receive_word(socket: &UnixStream) -> io::Result<Option<Word>> {
    let (mut line, fds) = match receive_byte(socket) {
        // Whoever goes away without having read everything resets the connection.
        Err(error) if error.kind() == io::ErrorKind::ConnectionReset => return Ok(None),
        received => received?,
    };
    if let Some(listener) = fds.into_iter().next() {
        return Ok(Some(Word::Listener(listener.into())));
    }
    if line.is_empty() {
        return Ok(None);
    }
    BufReader::new(socket).read_until(b'\n', &mut line)?;
    decode(&line).map(|report| Some(Word::Report(report)))
}

/// The next byte, or none at the end, with the descriptors that come along.
fn receive_byte(socket: &UnixStream) -> io::Result<(Vec<u8>, Vec<OwnedFd>)> {
    let mut byte = vec![0; 1];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(3))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let received = recvmsg(socket, &mut [IoSliceMut::new(&mut byte)], &mut control, RecvFlags::CMSG_CLOEXEC)?;
    byte.truncate(received.bytes);
    let rights = control.drain().filter_map(|message| match message {
        RecvAncillaryMessage::ScmRights(fds) => Some(fds),
        _ => None,
    });
    Ok((byte, rights.flatten().collect()))
}

/// Sends one report. The receiver may be gone already, which is no reason to fail.
pub(super) fn send_report(mut socket: &UnixStream, report: &Report) {
    if let Ok(mut line) = serde_json::to_vec(report) {
        line.push(b'\n');
        let _gone = socket.write_all(&line);
    }
}

/// A line that was received.
pub(super) fn decode<T: DeserializeOwned>(line: &[u8]) -> io::Result<T> {
    serde_json::from_slice(line).map_err(io::Error::from)
}
