use anchor_lang::prelude::{
    borsh::{BorshDeserialize, BorshSerialize},
    *,
};
use modchains_core::dispute::Game;
use modchains_program_interface::oracle::Request;

use crate::errors::{DisputesError, ensure};

/// Bytes of a game in its longest form.
pub const GAME_BYTES: usize = 317;

/// A game about one result between the operator who posted it and one challenger. It is nobody else's, and nothing that is shown in
/// it counts anywhere else.
#[account(zero_copy)]
#[repr(C)]
#[derive(Debug)]
pub struct Dispute {
    /// The request, an account of the oracle.
    pub request: Pubkey,
    /// The challenger's operator account, whose bond is locked.
    pub challenger: Pubkey,
    /// Its authority, who makes the challenger's moves, paid the rent and gets it back.
    pub player: Pubkey,
    /// When the request was created, unix seconds: another one at its address is not meant.
    pub created_at_seconds: i64,
    /// The challenge's number among those of the request.
    pub number: u32,
    /// The challenger's number for it, part of the address.
    pub nonce: u32,
    /// Where the game stands, serialised.
    pub game: [u8; GAME_BYTES],
    /// Bump of this account's address.
    pub bump: u8,
    /// Always zero.
    pub _padding: [u8; 2],
}

impl Dispute {
    /// Where the game stands.
    pub fn game(&self) -> Result<Game> {
        Ok(Game::deserialize(&mut &self.game[..]).map_err(|_| DisputesError::StateInconsistent)?)
    }

    /// Keeps where the game stands now. Nothing of before is left.
    pub fn set_game(&mut self, game: &Game) -> Result<()> {
        self.game = [0; GAME_BYTES];
        Ok(game.serialize(&mut &mut self.game[..]).map_err(|_| DisputesError::StateInconsistent)?)
    }

    /// Refuses another request, or one that was created at its address later.
    pub fn require_of(&self, key: &Pubkey, request: &Request) -> Result<()> {
        ensure(self.request == *key, DisputesError::DisputeOfOtherRequest)?;
        ensure(self.created_at_seconds == request.created_at_seconds, DisputesError::RequestReplaced)
    }
}
