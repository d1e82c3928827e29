//! A market: what trades, syncs and deposits change, and what they do not.

use core::ops::RangeInclusive;

use crate::{
    CoreError, Result,
    backing::Backing,
    curve::Curve,
    fees::{FeeLegs, TradeFees},
    history::History,
    launch::{LaunchPhase, LaunchTally},
    market::{LaunchTerms, MarketParams},
    sync::SyncState,
    trade::Sides,
    window,
};

/// Smallest and largest opening depth, in token atoms: a thousand tokens, a hundred billion tokens.
pub const DEPTH_ATOMS_BOUNDS: RangeInclusive<u64> = 1_000_000_000..=100_000_000_000_000_000;
/// Smallest and largest opening virtual reserve, in quote atoms.
pub const VIRTUAL_ATOMS_BOUNDS: RangeInclusive<u64> = 1_000_000..=1_000_000_000_000_000_000;
/// Longest pause that the admin can order at a time: a week.
pub const PAUSE_SECONDS_MAX: u32 = 7 * 24 * 3_600;

/// What trades, syncs and deposits change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarketState {
    /// The curve.
    pub curve: Curve,
    /// What lifts the price of buys above it.
    pub backing: Backing,
    /// Time integrals of supply and price.
    pub history: History,
    /// What sync remembers.
    pub sync: SyncState,
    /// Fees that have left the curve and were not paid yet.
    pub dues: Dues,
    /// What the launch remembers.
    pub launch: LaunchTally,
    /// Counts moves of the parameters; a quote names the epoch it was made on.
    pub parameter_epoch: u64,
}

/// What no trade and no sync changes: what was fixed at the opening, and the pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarketRules {
    /// Fees and curve policy.
    pub params: MarketParams,
    /// Launch protection.
    pub launch: LaunchTerms,
    /// When the market opened, unix seconds.
    pub opened_at_seconds: i64,
    /// Depth at the opening, token atoms; the cap of the launch is relative to it, and falls never go above it.
    pub depth_opening_atoms: u64,
    /// Until when neither buys nor moves of the curve are possible, unix seconds; 0 when never paused.
    pub paused_until_seconds: i64,
}

/// Fees by receiver, in quote atoms. A referrer's are not among them: they are owed by an account of the referrer's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Dues {
    /// Owed to stakers.
    pub vault_atoms: u64,
    /// Owed to the creator and the contributors.
    pub creator_atoms: u64,
    /// Owed to the protocol.
    pub protocol_atoms: u64,
}

/// A deposit, ready to be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deposit {
    /// The legs of the part that was split like a fee.
    pub legs: FeeLegs,
    /// The market afterwards.
    pub state_after: MarketState,
}

impl MarketRules {
    /// Rules of a market that opens now.
    pub const fn new(params: &MarketParams, launch: &LaunchTerms, depth_atoms: u64, now_seconds: i64) -> Self {
        Self {
            params: *params,
            launch: *launch,
            opened_at_seconds: now_seconds,
            depth_opening_atoms: depth_atoms,
            paused_until_seconds: 0,
        }
    }

    /// Whether the launch is on.
    pub fn is_launching(&self, now_seconds: i64) -> bool {
        self.launch.is_on(self.opened_at_seconds, now_seconds)
    }

    /// Whether the admin has paused the market.
    pub const fn is_paused(&self, now_seconds: i64) -> bool {
        window::is_open(now_seconds, self.paused_until_seconds)
    }

    /// Fee and split of a trade at this time, launch fee included.
    pub fn trade_fees(&self, now_seconds: i64) -> Result<TradeFees> {
        let launch_bps = self.launch.added_fee_bps(self.params.fee_bps, self.opened_at_seconds, now_seconds)?;
        Ok(TradeFees { launch_bps, ..self.params.trade_fees() })
    }

    /// Fee and split of a buy: the creator's first pays the base fee at any time.
    pub(crate) fn buy_fees(&self, phase: LaunchPhase, now_seconds: i64) -> Result<TradeFees> {
        match phase {
            LaunchPhase::FirstBuy(_) => Ok(self.params.trade_fees()),
            LaunchPhase::Over | LaunchPhase::Protected(_) => self.trade_fees(now_seconds),
        }
    }

    /// Most token atoms that one transaction may buy now; none when the launch is over.
    pub fn launch_cap_atoms(&self, now_seconds: i64) -> Result<Option<u64>> {
        let is_on = self.is_launching(now_seconds);
        is_on.then(|| self.launch.cap_atoms(self.depth_opening_atoms)).transpose()
    }
}

impl Dues {
    /// With the legs of one more fee. The reserve's leg is part of the curve, the referrer's is owed elsewhere.
    #[inline(always)]
    pub fn accrue(&self, legs: &FeeLegs) -> Result<Self> {
        Ok(Self {
            vault_atoms: self.vault_atoms.checked_add(legs.vault).ok_or(CoreError::Overflow)?,
            creator_atoms: self.creator_atoms.checked_add(legs.creator).ok_or(CoreError::Overflow)?,
            protocol_atoms: self.protocol_atoms.checked_add(legs.protocol).ok_or(CoreError::Overflow)?,
        })
    }
}

impl MarketState {
    /// What holds of a market at the end of every change.
    pub fn invariant(&self) -> Result<()> {
        // Depth exceeds circulation, there is a price, and the reserve covers every circulating token (S).
        self.curve.invariant()
    }

    /// Both sides of the market.
    pub const fn sides(&self) -> Sides {
        Sides { curve: self.curve, backing: self.backing }
    }
}

/// A market that opens now, in the transaction of `opening_word` (see [`LaunchTally::word`]). Checks depth and virtual
/// reserve, then the terms of the launch; the parameters are the configuration's, which were checked there.
pub fn open(rules: &MarketRules, virtual_atoms: u64, opening_word: u64) -> Result<MarketState> {
    let depth_atoms = rules.depth_opening_atoms;
    if !DEPTH_ATOMS_BOUNDS.contains(&depth_atoms) || !VIRTUAL_ATOMS_BOUNDS.contains(&virtual_atoms) {
        return Err(CoreError::CurveOutOfBounds);
    }
    rules.launch.validate(rules.params.fee_bps)?;
    Ok(MarketState {
        curve: Curve::launch(depth_atoms, virtual_atoms)?,
        backing: Backing::new(depth_atoms, rules.params.premium_min_ppm)?,
        history: History::new(rules.opened_at_seconds),
        sync: SyncState::new(rules.opened_at_seconds),
        dues: Dues::default(),
        launch: LaunchTally::new(&rules.launch, opening_word),
        parameter_epoch: 0,
    })
}

/// Takes in what no trade paid: to the reserve, to creator and contributors, and shared like a trade fee. What enters the
/// reserve leaves the price; what the virtual quote has no room for waits, lifts the price of buys meanwhile, and enters with
/// the syncs. No gift moves the price by itself, and none is refused for its size.
#[inline(always)]
pub fn deposit(
    state: &MarketState,
    rules: &MarketRules,
    reserve_atoms: u64,
    creator_atoms: u64,
    split_atoms: u64,
) -> Result<Deposit> {
    let legs = rules.params.trade_fees().split_base(split_atoms, false)?;
    let paid_in_atoms = reserve_atoms.checked_add(legs.reserve).ok_or(CoreError::Overflow)?;
    let (curve, left_atoms) = state.curve.deposit_backing(paid_in_atoms)?;
    let backing = Backing {
        waiting_atoms: state.backing.waiting_atoms.checked_add(left_atoms).ok_or(CoreError::Overflow)?,
        expected_atoms: state.backing.expected_atoms.saturating_sub(reserve_atoms),
        ..state.backing
    };
    let mut dues = state.dues.accrue(&legs)?;
    dues.creator_atoms = dues.creator_atoms.checked_add(creator_atoms).ok_or(CoreError::Overflow)?;
    let state_after = MarketState { curve, backing, dues, ..*state };
    state_after.invariant()?;
    Ok(Deposit { legs, state_after })
}

/// Until when a pause that is ordered now lasts: `until_seconds`, at most [`PAUSE_SECONDS_MAX`] ahead; 0 resumes.
pub fn pause(until_seconds: i64, now_seconds: i64) -> Result<i64> {
    let latest = window::end_seconds(now_seconds, PAUSE_SECONDS_MAX)?;
    if (0..=latest).contains(&until_seconds) { Ok(until_seconds) } else { Err(CoreError::PauseTooLong) }
}
