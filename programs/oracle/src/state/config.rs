use anchor_lang::prelude::*;
use bytemuck::{Pod, Zeroable};
pub use modchains_program_kit::handover::Role;
use modchains_program_kit::{
    handover::{RolePlaces, Roles},
    timelock::{Config, Parameters},
};

use super::OracleParams;
use crate::errors::{OracleError, ensure};

/// How many bond mints can be allowed at a time.
pub const BOND_MINTS_MAX: usize = 8;

/// A mint in which fees are charged and bonds are posted, with the amounts that depend on its unit.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct BondMint {
    /// The mint; the zero key marks a free place.
    pub mint: Pubkey,
    /// Smallest bond of an operator and of a result, in atoms.
    pub min_bond_atoms: u64,
    /// Bond locked by a claim and lost when the claim lapses, in atoms.
    pub claim_bond_atoms: u64,
    /// Most fees of one requester and epoch that count as usage, in atoms.
    pub requester_cap_atoms: u64,
}

/// The oracle's configuration. Services copy what they need, so a change never reaches requests that exist.
#[account(zero_copy)]
#[repr(C)]
#[derive(Debug)]
pub struct OracleConfig {
    /// May queue changes and allow bond mints. The program's upgrade authority at first.
    pub admin: Pubkey,
    /// Owner of the token accounts that receive the protocol's fees.
    pub treasury: Pubkey,
    /// Whom the admin's role is offered to; the zero key for nobody.
    pub admin_offered_to: Pubkey,
    /// Whom the treasury's role is offered to; the zero key for nobody.
    pub treasury_offered_to: Pubkey,
    /// Mints that services may charge.
    pub bond_mints: [BondMint; BOND_MINTS_MAX],
    /// Unix second from which the queued change may be applied; 0 when none is queued.
    pub pending_at_seconds: i64,
    /// What services copy.
    pub params: OracleParams,
    /// The queued change of `params`; meaningless while `pending_at_seconds` is 0.
    pub pending_params: OracleParams,
    /// Bump of this account's address.
    pub bump: u8,
    /// Always zero.
    pub _padding: [u8; 7],
}

impl OracleConfig {
    /// Adds a bond mint, or sets the amounts of one that is listed, for services opened or configured from now on.
    pub fn allow(&mut self, bond_mint: BondMint) -> Result<()> {
        ensure(bond_mint.mint != Pubkey::default(), OracleError::BondMintNotAllowed)?;
        let amounts_fit = bond_mint.claim_bond_atoms > 0
            && bond_mint.claim_bond_atoms <= bond_mint.min_bond_atoms
            && bond_mint.requester_cap_atoms > 0;
        ensure(amounts_fit, OracleError::ParameterOutOfBounds)?;
        let listed = self.bond_mints.iter().position(|place| place.mint == bond_mint.mint);
        let free = || self.bond_mints.iter().position(|place| place.mint == Pubkey::default());
        let index = listed.or_else(free).ok_or(OracleError::BondMintListFull)?;
        self.bond_mints[index] = bond_mint;
        Ok(())
    }

    /// Takes a mint off the list. Services that charge it go on with the amounts they copied.
    pub fn delist(&mut self, mint: &Pubkey) -> Result<()> {
        let mut places = self.bond_mints.iter_mut();
        let place = places.find(|place| place.mint == *mint && *mint != Pubkey::default());
        *place.ok_or(OracleError::BondMintNotAllowed)? = BondMint::zeroed();
        Ok(())
    }

    /// The terms of a mint, if it is listed.
    pub fn listed(&self, mint: &Pubkey) -> Option<BondMint> {
        self.bond_mints.iter().find(|place| place.mint == *mint && *mint != Pubkey::default()).copied()
    }

    /// The terms of a listed mint.
    pub fn bond_mint(&self, mint: &Pubkey) -> Result<BondMint> {
        Ok(self.listed(mint).ok_or(OracleError::BondMintNotAllowed)?)
    }
}

impl Roles for OracleConfig {
    type Refusal = OracleError;

    fn places(&mut self, role: Role) -> RolePlaces<'_> {
        match role {
            Role::Admin => RolePlaces { holder: &mut self.admin, offered_to: &mut self.admin_offered_to },
            Role::Treasury => RolePlaces { holder: &mut self.treasury, offered_to: &mut self.treasury_offered_to },
        }
    }
}

impl Config for OracleConfig {
    type Params = OracleParams;
    type Refusal = OracleError;

    fn parameters(&mut self) -> Parameters<'_, OracleParams> {
        Parameters {
            present: &mut self.params,
            pending: &mut self.pending_params,
            pending_at_seconds: &mut self.pending_at_seconds,
        }
    }

    fn timelock_seconds(&self) -> u32 {
        self.params.timelock_seconds
    }

    fn validate(params: &OracleParams) -> Result<()> {
        params.validate()
    }

    fn invariant(&self) -> Result<()> {
        // What services copy is within its bounds, the timelock included.
        self.params.validate()
    }
}

#[cfg(test)]
mod tests {
    use bytemuck::Zeroable;
    use modchains_program_kit::timelock::TIMELOCK_SECONDS_MIN;

    use super::{super::params::tests::PARAMS, *};
    use crate::test_support::refusal;

    fn config() -> OracleConfig {
        OracleConfig { params: PARAMS, ..OracleConfig::zeroed() }
    }

    fn bond_mint(tag: u8) -> BondMint {
        let mint = Pubkey::new_from_array([tag; 32]);
        BondMint { mint, min_bond_atoms: 100, claim_bond_atoms: 10, requester_cap_atoms: 1_000 }
    }

    #[test]
    fn a_change_waits_for_the_timelock_that_was_in_force_when_it_was_queued() {
        let mut config = config();
        assert_eq!(refusal(config.apply(i64::MAX)), OracleError::NoChangeQueued);
        let shorter = OracleParams { timelock_seconds: TIMELOCK_SECONDS_MIN, ..PARAMS };
        config.queue(shorter, 1_000).unwrap();
        assert_eq!(refusal(config.apply(1_000 + 172_799)), OracleError::TimelockRunning);
        assert_eq!(config.params, PARAMS);
        config.apply(1_000 + 172_800).unwrap();
        assert_eq!(config.params, shorter);
        assert_eq!(refusal(config.apply(i64::MAX)), OracleError::NoChangeQueued);
    }

    #[test]
    fn a_change_out_of_bounds_is_not_queued() {
        let mut config = config();
        let endless = OracleParams { timelock_seconds: u32::MAX, ..PARAMS };
        assert_eq!(refusal(config.queue(endless, 0)), OracleError::ParameterOutOfBounds);
        assert_eq!(config.pending_at_seconds, 0);
    }

    #[test]
    fn a_listed_mint_changes_in_place_and_a_ninth_finds_no_room() {
        let mut config = config();
        for tag in 1..=8 {
            config.allow(bond_mint(tag)).unwrap();
        }
        let dearer = BondMint { min_bond_atoms: 200, ..bond_mint(3) };
        config.allow(dearer).unwrap();
        assert_eq!(config.bond_mint(&dearer.mint).unwrap(), dearer);
        assert_eq!(refusal(config.allow(bond_mint(9))), OracleError::BondMintListFull);
        assert_eq!(refusal(config.bond_mint(&bond_mint(9).mint)), OracleError::BondMintNotAllowed);
    }

    #[test]
    fn a_delisted_mint_frees_its_place_for_another() {
        let mut config = config();
        for tag in 1..=8 {
            config.allow(bond_mint(tag)).unwrap();
        }
        config.delist(&bond_mint(3).mint).unwrap();
        assert_eq!(config.listed(&bond_mint(3).mint), None);
        for absent in [bond_mint(3).mint, bond_mint(9).mint, Pubkey::default()] {
            assert_eq!(refusal(config.delist(&absent)), OracleError::BondMintNotAllowed);
        }
        config.allow(bond_mint(9)).unwrap();
        assert_eq!(config.listed(&bond_mint(9).mint), Some(bond_mint(9)));
    }

    #[test]
    fn the_zero_key_is_never_a_bond_mint() {
        let mut config = config();
        assert_eq!(refusal(config.allow(bond_mint(0))), OracleError::BondMintNotAllowed);
        assert_eq!(refusal(config.bond_mint(&Pubkey::default())), OracleError::BondMintNotAllowed);
    }

    #[test]
    fn a_claim_bond_is_positive_and_at_most_the_minimum_bond() {
        for (min_bond_atoms, claim_bond_atoms, requester_cap_atoms) in [(100, 0, 1), (100, 101, 1), (100, 10, 0)] {
            let refused = BondMint { min_bond_atoms, claim_bond_atoms, requester_cap_atoms, ..bond_mint(1) };
            assert_eq!(refusal(config().allow(refused)), OracleError::ParameterOutOfBounds);
        }
    }
}
