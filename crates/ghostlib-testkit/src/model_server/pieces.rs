//! A body that comes piece by piece, and perhaps breaks off.

use super::script::Extent;
use bytes::Bytes;
use hyper::body::{Body, Frame};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::sleep;

/// One write, or a wait.
pub(super) enum Piece {
    Bytes(Bytes),
    Pause(Duration),
}

/// The receiving end of a body.
pub(super) struct Pieces(mpsc::Receiver<io::Result<Bytes>>);

impl Pieces {
    /// The pieces, cut off where it is said.
    pub(super) fn new(pieces: Vec<Piece>, cut: Option<Extent>) -> Self {
        let (sender, receiver) = mpsc::channel(1);
        // It ends with the receiver.
        tokio::spawn(async move {
            let _gone = send(pieces, cut, &sender).await;
        });
        Self(receiver)
    }
}

async fn send(
    pieces: Vec<Piece>,
    cut: Option<Extent>,
    sender: &mpsc::Sender<io::Result<Bytes>>,
) -> Result<(), mpsc::error::SendError<io::Result<Bytes>>> {
    let (mut n_pieces, mut n_bytes) = (0, 0);
    for piece in pieces {
        let bytes = match piece {
            Piece::Pause(pause) => {
                sleep(pause).await;
                continue;
            }
            Piece::Bytes(bytes) => bytes,
        };
        let room = match cut {
            Some(Extent::Bytes(most)) => most - n_bytes,
            Some(Extent::Events(most)) if n_pieces >= most => 0,
            _ => bytes.len(),
        };
        if room < bytes.len() {
            sender.send(Ok(bytes.slice(..room))).await?;
            // What was sent is to arrive before the connection breaks.
            sleep(Duration::from_millis(20)).await;
            return sender.send(Err(io::ErrorKind::ConnectionReset.into())).await;
        }
        n_pieces += 1;
        n_bytes += bytes.len();
        sender.send(Ok(bytes)).await?;
    }
    Ok(())
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.0.poll_recv(context).map(|piece| piece.map(|bytes| bytes.map(Frame::data)))
    }
}
