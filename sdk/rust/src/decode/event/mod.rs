//! Events, which the programs emit by calling themselves.

use std::fmt;

use anchor_lang::event::EVENT_IX_TAG_LE;

use crate::Pubkey;

/// An event of one of the three programs.
pub enum Event {
    /// Of the exchange.
    Exchange(ExchangeEvent),
    /// Of the vault program.
    Vault(VaultEvent),
    /// Of the oracle.
    Oracle(OracleEvent),
}

impl Event {
    /// Its name, for example `TokensBought`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Exchange(event) => event.name(),
            Self::Vault(event) => event.name(),
            Self::Oracle(event) => event.name(),
        }
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// Decodes the data of an instruction that `program` sent to itself. None when `program` is none of ours, or the data
/// is no event that this release knows.
///
/// Whoever calls this must know that `program` was really called: see [`super::events_of`].
pub fn decode_event(program: &Pubkey, data: &[u8]) -> Option<Event> {
    let body = data.strip_prefix(EVENT_IX_TAG_LE)?;
    if *program == modchains_exchange::ID {
        ExchangeEvent::decode(body).map(Event::Exchange)
    } else if *program == modchains_vault::ID {
        VaultEvent::decode(body).map(Event::Vault)
    } else if *program == modchains_oracle::ID {
        OracleEvent::decode(body).map(Event::Oracle)
    } else {
        None
    }
}

macro_rules! events {
    ($(#[$doc:meta])* $name:ident, $program:ident { $($event:ident),+ $(,)? }) => {
        $(#[$doc])*
        pub enum $name {
            $(
                #[doc = concat!("See [`", stringify!($program), "::events::", stringify!($event), "`].")]
                $event($program::events::$event),
            )+
        }

        impl $name {
            /// As the IDL has it.
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$event(_) => stringify!($event),)+
                }
            }

            pub(super) fn decode(body: &[u8]) -> Option<Self> {
                $(
                    if let Some(mut fields) = body.strip_prefix($program::events::$event::DISCRIMINATOR) {
                        return $program::events::$event::deserialize(&mut fields).ok().map(Self::$event);
                    }
                )+
                None
            }
        }
    };
}

mod list;

pub use list::{ExchangeEvent, OracleEvent, VaultEvent};
