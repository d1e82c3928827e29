//! Parts of `graph.json` that are read more strictly than by default: lists that end, fields that are not null, words in
//! one form for each kind.

use std::{fmt, marker::PhantomData};

use modchains_core::provable::ElementKind;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, SeqAccess, Unexpected, Visitor},
};

/// A list of at most `MAX` parts; a longer one is refused as soon as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(super) struct AtMost<T, const MAX: usize>(pub Vec<T>);

impl<'de, T: Deserialize<'de>, const MAX: usize> Deserialize<'de> for AtMost<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Parts<T, const MAX: usize>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>, const MAX: usize> Visitor<'de> for Parts<T, MAX> {
            type Value = AtMost<T, MAX>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "a list of at most {MAX} parts")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Self::Value, A::Error> {
                let mut list = Vec::new();
                while let Some(part) = parts.next_element()? {
                    if list.len() == MAX {
                        return Err(A::Error::custom(format_args!("more than {MAX} parts in a list")));
                    }
                    list.push(part);
                }
                Ok(AtMost(list))
            }
        }

        deserializer.deserialize_seq(Parts(PhantomData))
    }
}

/// A field that is there; null is no value.
pub(super) fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// An element: an integer as a number, a float as the eight hex digits of its pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    Integer(i32),
    Pattern(u32),
}

impl Word {
    /// An element of a kind.
    pub fn of(kind: ElementKind, word: u32) -> Self {
        match kind {
            ElementKind::Float => Self::Pattern(word),
            ElementKind::Int8 | ElementKind::Int32 => Self::Integer(word.cast_signed()),
        }
    }

    /// Its bits as an element of a kind; none when it is written as one of the other.
    pub fn bits(self, kind: ElementKind) -> Option<u32> {
        match (self, kind) {
            (Self::Pattern(pattern), ElementKind::Float) => Some(pattern),
            (Self::Integer(integer), ElementKind::Int8 | ElementKind::Int32) => Some(integer.cast_unsigned()),
            _ => None,
        }
    }
}

impl Serialize for Word {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Integer(integer) => serializer.serialize_i32(*integer),
            Self::Pattern(pattern) => serializer.collect_str(&format_args!("{pattern:08x}")),
        }
    }
}

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Words;

        impl Visitor<'_> for Words {
            type Value = Word;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an integer of 32 bits, or eight lower-case hex digits of a float's pattern")
            }

            fn visit_i64<E: Error>(self, integer: i64) -> Result<Word, E> {
                let fits = i32::try_from(integer);
                fits.map(Word::Integer).map_err(|_| E::invalid_value(Unexpected::Signed(integer), &self))
            }

            fn visit_u64<E: Error>(self, integer: u64) -> Result<Word, E> {
                let fits = i32::try_from(integer);
                fits.map(Word::Integer).map_err(|_| E::invalid_value(Unexpected::Unsigned(integer), &self))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Word, E> {
                let is_pattern =
                    text.len() == 8 && text.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
                let pattern = u32::from_str_radix(text, 16).ok().filter(|_| is_pattern);
                pattern.map(Word::Pattern).ok_or_else(|| E::invalid_value(Unexpected::Other("another text"), &self))
            }
        }

        deserializer.deserialize_any(Words)
    }
}
