//! The frames between the service and a worker.
//!
//! ```text
//! frame  = payload length u32 | kind u8 | payload          integers little-endian
//!
//! child  -> parent  Ready    JSON of SandboxStatus          once, when the model is loaded
//! parent -> child   Infer    inputs, each after its length u32, end to end
//! child  -> parent  Results  processor microseconds so far u64 | nanoseconds of this forward pass u64
//!                            | results, each of the manifest's size, end to end
//! parent -> child   Probe    path of a file the child must not be able to read
//! child  -> parent  Probed   JSON of ProbeReport
//! child  -> parent  Failed   label, NUL, message            instead of Ready, Results or Probed
//! ```
//!
//! Each side caps the payload it accepts; a longer frame is an error before it is read.

use std::io::{self, Read, Write};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Bytes before the payload.
const HEADER: usize = 5;
/// Bytes before the results in a [`Kind::Results`] frame.
pub const RESULTS_HEADER: usize = 16;
/// Payload that every frame may have, whatever the model's sizes.
const PAYLOAD_MIN_CAP: usize = 16 << 10;

/// What a frame says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// The model is loaded.
    Ready = 1,
    /// Inputs to compute.
    Infer = 2,
    /// Their results.
    Results = 3,
    /// Try what is forbidden.
    Probe = 4,
    /// What was possible.
    Probed = 5,
    /// The last request, or the start, failed.
    Failed = 6,
}

/// What service and worker send each other at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// What it says.
    pub kind: Kind,
    /// Its content.
    pub payload: Vec<u8>,
}

impl Frame {
    /// A frame of this kind.
    #[must_use]
    pub fn new(kind: Kind, payload: Vec<u8>) -> Self {
        Self { kind, payload }
    }

    /// A failure with its stable label.
    #[must_use]
    pub fn failed(label: &str, message: &str) -> Self {
        let message: String = message.chars().take(PAYLOAD_MIN_CAP / 8).collect();
        Self::new(Kind::Failed, format!("{label}\0{message}").into_bytes())
    }

    /// Label and message of a failure.
    #[must_use]
    pub fn failure(&self) -> (String, String) {
        let text = String::from_utf8_lossy(&self.payload);
        let (label, message) = text.split_once('\0').unwrap_or(("unlabelled", &text));
        (label.to_owned(), message.to_owned())
    }

    fn to_bytes(&self) -> io::Result<Vec<u8>> {
        let length = u32::try_from(self.payload.len()).map_err(|_| invalid("frame longer than 4 GiB"))?;
        let mut bytes = Vec::with_capacity(HEADER + self.payload.len());
        bytes.extend(length.to_le_bytes());
        bytes.push(self.kind as u8);
        bytes.extend(&self.payload);
        Ok(bytes)
    }
}

/// Bytes before an input in a [`Kind::Infer`] frame.
pub const INPUT_HEADER: usize = size_of::<u32>();

/// The payload of a [`Kind::Infer`] frame. An input has less than 4 GiB.
#[must_use]
pub fn join(inputs: &[&[u8]]) -> Vec<u8> {
    inputs.iter().flat_map(|input| [&(input.len() as u32).to_le_bytes(), *input].concat()).collect()
}

/// The inputs in the payload of a [`Kind::Infer`] frame; none when it ends inside one.
#[must_use]
pub fn split(payload: &[u8]) -> Option<Vec<&[u8]>> {
    let (mut inputs, mut rest) = (Vec::new(), payload);
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk::<INPUT_HEADER>()?;
        let (input, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        inputs.push(input);
        rest = after;
    }
    Some(inputs)
}

/// Largest payload in a conversation whose batches have `max_batch` items of `item_bytes`.
#[must_use]
pub fn payload_cap(max_batch: u16, item_bytes: usize) -> usize {
    (usize::from(max_batch) * item_bytes).saturating_add(RESULTS_HEADER).max(PAYLOAD_MIN_CAP)
}

/// Reads a frame; `None` at the end of the stream.
///
/// # Errors
/// A stream that ends inside a frame, an unknown kind, or a payload above `cap`.
pub fn read(stream: &mut impl Read, cap: usize) -> io::Result<Option<Frame>> {
    let mut header = [0; HEADER];
    if stream.read(&mut header[..1])? == 0 {
        return Ok(None);
    }
    stream.read_exact(&mut header[1..])?;
    let (length, kind) = parse_header(header, cap)?;
    let mut payload = vec![0; length];
    stream.read_exact(&mut payload)?;
    Ok(Some(Frame { kind, payload }))
}

/// Writes a frame and flushes.
///
/// # Errors
/// When the other side is gone.
pub fn write(stream: &mut impl Write, frame: &Frame) -> io::Result<()> {
    stream.write_all(&frame.to_bytes()?)?;
    stream.flush()
}

/// As [`read`], without blocking; the end of the stream is an error.
///
/// # Errors
/// As for [`read`].
pub async fn read_async(stream: &mut (impl AsyncRead + Unpin), cap: usize) -> io::Result<Frame> {
    let mut header = [0; HEADER];
    stream.read_exact(&mut header).await?;
    let (length, kind) = parse_header(header, cap)?;
    let mut payload = vec![0; length];
    stream.read_exact(&mut payload).await?;
    Ok(Frame { kind, payload })
}

/// As [`write`], without blocking.
///
/// # Errors
/// As for [`write`].
pub async fn write_async(stream: &mut (impl AsyncWrite + Unpin), frame: &Frame) -> io::Result<()> {
    stream.write_all(&frame.to_bytes()?).await?;
    stream.flush().await
}

fn parse_header(header: [u8; HEADER], cap: usize) -> io::Result<(usize, Kind)> {
    let [a, b, c, d, kind] = header;
    let length = u32::from_le_bytes([a, b, c, d]) as usize;
    if length > cap {
        return Err(invalid(&format!("frame of {length} bytes, at most {cap} are accepted")));
    }
    let kinds = [Kind::Ready, Kind::Infer, Kind::Results, Kind::Probe, Kind::Probed, Kind::Failed];
    let kind = kinds.into_iter().find(|known| *known as u8 == kind);
    Ok((length, kind.ok_or_else(|| invalid("frame of unknown kind"))?))
}

fn invalid(message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is the test's failure")]
    use super::*;

    #[test]
    fn a_frame_survives_the_wire_and_a_longer_one_is_refused_unread() {
        let frame = Frame::new(Kind::Infer, vec![7; 100]);
        let mut wire = Vec::new();
        write(&mut wire, &frame).unwrap();
        assert_eq!(read(&mut wire.as_slice(), 100).unwrap(), Some(frame));
        let mut rest = wire.as_slice();
        assert_eq!(read(&mut rest, 99).unwrap_err().kind(), io::ErrorKind::InvalidData);
        assert_eq!(rest.len(), 100);
    }

    #[test]
    fn inputs_of_any_length_survive_the_wire_and_a_cut_one_is_none() {
        let inputs: [&[u8]; 3] = [&[1, 2, 3], &[], &[9; 300]];
        let payload = join(&inputs);
        assert_eq!(split(&payload).unwrap(), inputs);
        assert_eq!(split(&[]), Some(Vec::new()));
        assert!((1..300).all(|cut| split(&payload[..payload.len() - cut]).is_none()));
        assert_eq!(split(&[0xff, 0xff, 0xff, 0xff, 1]), None);
    }

    #[test]
    fn a_cut_frame_and_an_unknown_kind_are_errors_and_the_end_is_not() {
        assert_eq!(read(&mut [].as_slice(), 10).unwrap(), None);
        assert!(read(&mut [3, 0, 0, 0, 2, 9].as_slice(), 10).is_err());
        assert!(read(&mut [0, 0, 0, 0, 99].as_slice(), 10).is_err());
    }
}
