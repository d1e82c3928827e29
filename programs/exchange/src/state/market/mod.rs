//! The market as the chain keeps it. What a trade, a sync or a deposit does to it is decided by `modchains_core::market`:
//! a market loads its state, applies one of those rules and stores what it leaves.

mod terms;

use anchor_lang::prelude::*;
use bytemuck::Zeroable;
use modchains_core::{
    backing::Backing,
    curve::Curve,
    fees::{FeeLegs, TradeFees},
    history::History,
    launch::{LaunchTally, Transaction},
    market::{self, Dues, LaunchTerms, MarketRules, MarketState, Order, Synced, Trade, UsageSignal},
    math,
    sync::{DriftBudget, Supply, SyncState},
    window,
};
use modchains_program_interface::{assert_view, exchange as view};
use modchains_program_kit::{keys::same, transaction::Fingerprint};
pub use terms::*;

#[cfg(feature = "idl-build")]
use crate::idl::Described as _;
use crate::{
    errors::{ExchangeError, ensure},
    seeds,
};

/// The bonding curve of one model, with the fees it owes. Only this program writes it; the account's token balance
/// is never read, so donations change nothing.
#[account(zero_copy)]
#[repr(C)]
#[derive(Debug)]
pub struct Market {
    /// The model whose token trades here.
    pub model: Pubkey,
    /// The model's token; this account is its mint authority.
    pub mint: Pubkey,
    /// What the token trades against.
    pub quote_mint: Pubkey,
    /// Token account with the reserve and the accrued fees.
    pub quote_vault: Pubkey,
    /// `R`, quote atoms that back the tokens.
    pub reserve_atoms: u64,
    /// `C`, token atoms in circulation.
    pub circulating_atoms: u64,
    /// `Y`, depth in token atoms.
    pub depth_atoms: u64,
    /// `V`, virtual quote atoms.
    pub virtual_atoms: u64,
    /// Depth at launch, above which use that ends never takes it.
    pub depth_opening_atoms: u64,
    /// `Cf`, the supply below which nothing steps and the ask counts only a part of the reserve; follows the depth.
    pub supply_floor_atoms: u64,
    /// Paid into the reserve's account and not part of `R` yet, because `V` had no room for it; quote atoms.
    pub reserve_waiting_atoms: u64,
    /// The reserve's share of usage fees that the last sync saw and that was not paid in since; quote atoms.
    pub reserve_expected_atoms: u64,
    /// Low word of the integral of `C` since the last sync, token atoms times seconds.
    pub supply_atom_seconds_low: u64,
    /// Integral of the logarithm of the price to base 2 since the opening, in Q24 times seconds: two readings give the
    /// time-weighted geometric mean between them. Wraps.
    pub price_log_seconds: i64,
    /// Highest `C` of the present two-epoch window.
    pub supply_peak_atoms: u64,
    /// Highest `C` of the window before it.
    pub supply_last_peak_atoms: u64,
    /// Average of `C` that bounds how far a sync may move the depth.
    pub supply_short_average_atoms: u64,
    /// Average of `C` at which a step is paid.
    pub supply_long_average_atoms: u64,
    /// The model's paid net up to which rises and falls are settled, quote atoms.
    pub settled_net_atoms: u64,
    /// What rises of the net have paid for the depth that is gone, less what falls gave back; quote atoms.
    pub standing_net_atoms: u64,
    /// Owed to stakers, quote atoms.
    pub vault_due_atoms: u64,
    /// Owed to the creator and the contributors, quote atoms.
    pub creator_due_atoms: u64,
    /// Owed to the protocol, quote atoms.
    pub protocol_due_atoms: u64,
    /// When the market opened, unix seconds.
    pub opened_at_seconds: i64,
    /// Fingerprint of the transaction that bought last during the launch; before the first buy, of the opening
    /// transaction together with the creator's key.
    pub launch_transaction: u64,
    /// Token atoms that transaction has bought.
    pub launch_bought_atoms: u64,
    /// What of the integral of `C` exceeds the low word: no supply, for no time that is counted here, has more than 96 bits.
    pub supply_atom_seconds_high: u32,
    /// Until when both integrals run, seconds after the opening, as the four times below. Such a time fits for 136 years;
    /// later ones count as the last that fits, so that no sale is held up.
    pub observed_after_seconds: u32,
    /// Start of the present two-epoch window.
    pub supply_window_after_seconds: u32,
    /// Until when the drift budgets were drained.
    pub drift_after_seconds: u32,
    /// When a sync last looked at the use; 0 before the first.
    pub synced_after_seconds: u32,
    /// Until when neither buys nor moves of the curve are possible; 0 when never paused.
    pub paused_until_after_seconds: u32,
    /// Counts moves of the parameters; a quote names the epoch it was made on.
    pub parameter_epoch: u32,
    /// Upward drift used of the day's budget.
    pub drift_up_ppm: u32,
    /// Downward drift used of the day's budget.
    pub drift_down_ppm: u32,
    /// Fees and curve policy, fixed at opening.
    pub params: MarketParams,
    /// How long launch protection lasts from the opening; 0 for none.
    pub launch_seconds: u32,
    /// Most that one transaction may buy during the launch, in parts per million of the opening depth.
    pub launch_cap_ppm: u32,
    /// Fee at the opening.
    pub launch_fee_bps: u16,
    /// 1 from an opening with launch protection until the first buy.
    pub first_buy_open: u8,
    /// Bump of this account's address.
    pub bump: u8,
}

assert_view!(view::Market => Market { model, mint, quote_mint, quote_vault });

impl Market {
    /// Seeds that make the market sign, given its bump.
    pub fn signer_seeds<'a>(model: &'a Pubkey, bump: &'a [u8; 1]) -> [&'a [u8]; 3] {
        [seeds::MARKET, model.as_ref(), bump]
    }

    /// A new market.
    pub fn open(terms: &MarketTerms, bump: u8, now_seconds: i64) -> Result<Self> {
        let rules = MarketRules::new(&terms.params, &terms.launch, terms.depth_atoms, now_seconds);
        let state = market::open(&rules, terms.virtual_atoms, terms.opening_transaction);
        let mut market = Self {
            model: terms.model,
            mint: terms.mint,
            quote_mint: terms.quote_mint,
            quote_vault: terms.quote_vault,
            depth_opening_atoms: rules.depth_opening_atoms,
            params: rules.params,
            launch_fee_bps: rules.launch.fee_max_bps,
            launch_seconds: rules.launch.duration_seconds,
            launch_cap_ppm: rules.launch.cap_ppm,
            opened_at_seconds: rules.opened_at_seconds,
            bump,
            ..Self::zeroed()
        };
        market.store(&state.map_err(ExchangeError::from)?);
        Ok(market)
    }

    /// Refuses a mint or a quote vault of another market.
    pub fn require_accounts(&self, mint: &Pubkey, quote_vault: &Pubkey) -> Result<()> {
        ensure(same(&self.mint, mint), ExchangeError::MintMismatch)?;
        ensure(same(&self.quote_vault, quote_vault), ExchangeError::QuoteVaultMismatch)
    }

    /// The running transaction in the words that the launch tells it by; none when it need not be told, because the launch
    /// is over or there is no sysvar to tell it from. `instructions` must be the instructions sysvar: programs cannot tell
    /// one transaction from another, but what the sysvar lists is the same for every instruction of a transaction,
    /// whoever calls from wherever in it.
    pub fn launch_transaction(
        &self,
        instructions: Option<&AccountInfo>,
        trader: &Pubkey,
        now_seconds: i64,
    ) -> Result<Option<Transaction>> {
        match instructions {
            Some(instructions) if self.rules().is_launching(now_seconds) => {
                let fingerprint = Fingerprint::of(instructions)?;
                let word_with_trader = if self.first_buy_open == 1 { fingerprint.word_with(trader) } else { 0 };
                Ok(Some(Transaction { word: fingerprint.word(), word_with_trader }))
            }
            _ => Ok(None),
        }
    }

    /// Executes an order. The referrer's leg is the caller's to accrue.
    pub fn trade(&mut self, order: &Order, now_seconds: i64) -> Result<Trade> {
        let trade = market::trade(&self.state(), &self.rules(), order, now_seconds).map_err(ExchangeError::from)?;
        self.store(&trade.state_after);
        Ok(trade)
    }

    /// Moves the curve by the model's usage, or finds the reason not to. Fails within an epoch of the last sync.
    pub fn sync(&mut self, usage: &UsageSignal, now_seconds: i64) -> Result<Synced> {
        let synced = market::sync(&self.state(), &self.rules(), usage, now_seconds).map_err(ExchangeError::from)?;
        self.store(&synced.state_after);
        Ok(synced)
    }

    /// Takes in a deposit: to the reserve, to creator and contributors, and through the fee split. Returns the legs of
    /// the last.
    pub fn deposit(&mut self, reserve_atoms: u64, creator_atoms: u64, split_atoms: u64) -> Result<FeeLegs> {
        let deposit = market::deposit(&self.state(), &self.rules(), reserve_atoms, creator_atoms, split_atoms);
        let deposit = deposit.map_err(ExchangeError::from)?;
        self.store(&deposit.state_after);
        Ok(deposit.legs)
    }

    /// Pauses the market until `until_seconds`, at most a week ahead, or resumes it with 0.
    pub fn pause(&mut self, until_seconds: i64, now_seconds: i64) -> Result<()> {
        let until_seconds = market::pause(until_seconds, now_seconds).map_err(ExchangeError::from)?;
        self.paused_until_after_seconds = self.after(until_seconds);
        self.invariant()
    }

    /// Takes everything owed to stakers, to be paid by the caller.
    pub fn take_vault_leg(&mut self) -> Result<u64> {
        take(&mut self.vault_due_atoms)
    }

    /// Takes everything owed to `beneficiary`, to be paid by the caller.
    pub fn take_fees(&mut self, beneficiary: FeeBeneficiary) -> Result<u64> {
        match beneficiary {
            FeeBeneficiary::Creator => take(&mut self.creator_due_atoms),
            FeeBeneficiary::Protocol => take(&mut self.protocol_due_atoms),
        }
    }

    /// Lets everything owed to creator and contributors go, to be shared out; zero when nothing is.
    pub fn release_creator_fees(&mut self) -> u64 {
        core::mem::take(&mut self.creator_due_atoms)
    }

    /// What holds of a market at the end of every change; the rules of trades, syncs and deposits end in it themselves.
    pub fn invariant(&self) -> Result<()> {
        Ok(self.state().invariant().map_err(ExchangeError::from)?)
    }

    /// Fee and split of a trade at `now_seconds`; the creator's first buy pays the base fee at any time.
    pub fn trade_fees(&self, now_seconds: i64) -> Result<TradeFees> {
        Ok(self.rules().trade_fees(now_seconds).map_err(ExchangeError::from)?)
    }

    /// Whether the admin has paused the market.
    pub fn is_paused(&self, now_seconds: i64) -> bool {
        self.rules().is_paused(now_seconds)
    }

    /// When a sync last looked at the use, or the market opened, unix seconds.
    pub fn synced_at_seconds(&self) -> i64 {
        self.at(self.synced_after_seconds)
    }

    /// Until when neither buys nor moves of the curve are possible, unix seconds; 0 when never paused.
    pub fn paused_until_seconds(&self) -> i64 {
        if self.paused_until_after_seconds == 0 { 0 } else { self.at(self.paused_until_after_seconds) }
    }

    /// The curve in the form the formulas take.
    pub fn curve(&self) -> Curve {
        Curve {
            reserve_atoms: self.reserve_atoms,
            circulating_atoms: self.circulating_atoms,
            depth_atoms: self.depth_atoms,
            virtual_atoms: self.virtual_atoms,
        }
    }

    /// Launch protection in the form the formulas take.
    pub fn launch_terms(&self) -> LaunchTerms {
        LaunchTerms {
            fee_max_bps: self.launch_fee_bps,
            duration_seconds: self.launch_seconds,
            cap_ppm: self.launch_cap_ppm,
        }
    }

    /// What no trade and no sync changes.
    #[inline(always)]
    pub fn rules(&self) -> MarketRules {
        MarketRules {
            params: self.params,
            launch: self.launch_terms(),
            opened_at_seconds: self.opened_at_seconds,
            depth_opening_atoms: self.depth_opening_atoms,
            paused_until_seconds: self.paused_until_seconds(),
        }
    }

    /// What trades, syncs and deposits change.
    #[inline(always)]
    pub fn state(&self) -> MarketState {
        MarketState {
            curve: self.curve(),
            backing: Backing {
                supply_floor_atoms: self.supply_floor_atoms,
                waiting_atoms: self.reserve_waiting_atoms,
                expected_atoms: self.reserve_expected_atoms,
            },
            history: History {
                observed_at_seconds: self.at(self.observed_after_seconds),
                supply_atom_seconds: math::join_words([
                    self.supply_atom_seconds_low,
                    self.supply_atom_seconds_high.into(),
                ]),
                price_log_seconds: self.price_log_seconds,
            },
            sync: SyncState {
                supply: Supply {
                    peak_atoms: self.supply_peak_atoms,
                    last_peak_atoms: self.supply_last_peak_atoms,
                    window_start_seconds: self.at(self.supply_window_after_seconds),
                    short_average_atoms: self.supply_short_average_atoms,
                    long_average_atoms: self.supply_long_average_atoms,
                },
                drift: DriftBudget {
                    up_used_ppm: self.drift_up_ppm,
                    down_used_ppm: self.drift_down_ppm,
                    updated_at_seconds: self.at(self.drift_after_seconds),
                },
                settled_net_atoms: self.settled_net_atoms,
                standing_net_atoms: self.standing_net_atoms,
                synced_at_seconds: self.synced_at_seconds(),
            },
            dues: Dues {
                vault_atoms: self.vault_due_atoms,
                creator_atoms: self.creator_due_atoms,
                protocol_atoms: self.protocol_due_atoms,
            },
            launch: LaunchTally {
                word: self.launch_transaction,
                bought_atoms: self.launch_bought_atoms,
                is_first_buy_open: self.first_buy_open == 1,
            },
            parameter_epoch: self.parameter_epoch.into(),
        }
    }

    #[inline(always)]
    fn at(&self, after_seconds: u32) -> i64 {
        window::at_seconds(self.opened_at_seconds, after_seconds)
    }

    #[inline(always)]
    fn after(&self, at_seconds: i64) -> u32 {
        window::after_seconds(self.opened_at_seconds, at_seconds)
    }

    #[inline(always)]
    fn store(&mut self, state: &MarketState) {
        let MarketState { curve, backing, history, sync, dues, launch, parameter_epoch } = *state;
        self.reserve_atoms = curve.reserve_atoms;
        self.circulating_atoms = curve.circulating_atoms;
        self.depth_atoms = curve.depth_atoms;
        self.virtual_atoms = curve.virtual_atoms;
        self.supply_floor_atoms = backing.supply_floor_atoms;
        self.reserve_waiting_atoms = backing.waiting_atoms;
        self.reserve_expected_atoms = backing.expected_atoms;
        let [supply_low, supply_high] = math::split_words(history.supply_atom_seconds);
        self.supply_atom_seconds_low = supply_low;
        // arith-safety: 64 bits of atoms times 32 of seconds; the low word alone of what lasts longer.
        self.supply_atom_seconds_high = supply_high as u32;
        self.observed_after_seconds = self.after(history.observed_at_seconds);
        self.price_log_seconds = history.price_log_seconds;
        self.supply_peak_atoms = sync.supply.peak_atoms;
        self.supply_last_peak_atoms = sync.supply.last_peak_atoms;
        self.supply_window_after_seconds = self.after(sync.supply.window_start_seconds);
        self.supply_short_average_atoms = sync.supply.short_average_atoms;
        self.supply_long_average_atoms = sync.supply.long_average_atoms;
        self.drift_up_ppm = sync.drift.up_used_ppm;
        self.drift_down_ppm = sync.drift.down_used_ppm;
        self.drift_after_seconds = self.after(sync.drift.updated_at_seconds);
        self.settled_net_atoms = sync.settled_net_atoms;
        self.standing_net_atoms = sync.standing_net_atoms;
        self.synced_after_seconds = self.after(sync.synced_at_seconds);
        self.vault_due_atoms = dues.vault_atoms;
        self.creator_due_atoms = dues.creator_atoms;
        self.protocol_due_atoms = dues.protocol_atoms;
        self.launch_transaction = launch.word;
        self.launch_bought_atoms = launch.bought_atoms;
        self.first_buy_open = u8::from(launch.is_first_buy_open);
        // arith-safety: at most one a sync, of which at most one every five seconds counts.
        self.parameter_epoch = parameter_epoch as u32;
    }
}

fn take(due_atoms: &mut u64) -> Result<u64> {
    ensure(*due_atoms != 0, ExchangeError::NothingAccrued)?;
    Ok(core::mem::take(due_atoms))
}
