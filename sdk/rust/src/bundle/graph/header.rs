//! The header of `weights.safetensors`, as far as its reader does not look.

use std::{collections::BTreeSet, fmt};

use modchains_core::provable::check::NODES_MAX;
use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, Visitor},
};

/// Bytes before the header: its length.
pub(super) const LENGTH_BYTES: usize = 8;
/// Longest header that is read, in bytes: a kilobyte for each of the most tensors that nodes can have.
const HEADER_BYTES_MAX: usize = (NODES_MAX as usize) << 11;

/// Refuses a header that names a tensor twice. Readers differ in which of the two they take.
///
/// # Errors
/// What is wrong with the header.
pub(super) fn require_distinct_names(file: &[u8]) -> Result<(), String> {
    let (length, rest) = file.split_first_chunk::<LENGTH_BYTES>().ok_or("no header")?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok();
    let header = length.and_then(|length| rest.get(..length)).ok_or("the header is cut short")?;
    if header.len() > HEADER_BYTES_MAX {
        return Err(format!("the header has {} bytes, at most {HEADER_BYTES_MAX} are read", header.len()));
    }
    match serde_json::from_slice::<Distinct>(header) {
        Ok(Distinct) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

/// An object whose keys are distinct.
struct Distinct;

impl<'de> Deserialize<'de> for Distinct {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Distinct)
    }
}

impl<'de> Visitor<'de> for Distinct {
    type Value = Self;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self, A::Error> {
        let mut names = BTreeSet::new();
        while let Some((name, IgnoredAny)) = entries.next_entry::<String, IgnoredAny>()? {
            if names.contains(&name) {
                return Err(A::Error::custom(format!("names {name:?} twice")));
            }
            names.insert(name);
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    fn file(header: &str) -> Vec<u8> {
        [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &[0; 16]].concat()
    }

    #[test]
    fn a_name_that_comes_twice_is_refused_whatever_the_offsets() {
        let tensor = |shape: &str| format!(r#""l0.weight":{{"dtype":"I8","shape":{shape},"data_offsets":[0,8]}}"#);
        let once = file(&format!("{{{}}}", tensor("[2,4]")));
        require_distinct_names(&once).unwrap();
        for second in ["[2,4]", "[4,2]"] {
            let twice = file(&format!("{{{},{}}}", tensor("[2,4]"), tensor(second)));
            let refused = require_distinct_names(&twice).unwrap_err();
            assert!(refused.contains("\"l0.weight\" twice"), "{refused}");
        }
        // The same name, written in another way.
        let escaped = file(r#"{"a":1,"\u0061":2}"#);
        assert!(require_distinct_names(&escaped).is_err());
    }

    #[test]
    fn a_header_that_is_none_is_refused() {
        for bytes in [&b""[..], &[1; 8], &file("[]"), &file("{\"a\":"), &u64::MAX.to_le_bytes()] {
            assert!(require_distinct_names(bytes).is_err());
        }
    }
}
