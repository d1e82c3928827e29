//! Wrapping and unwrapping SOL around a payment, in the same transaction.

use modchains_sdk::{
    Instruction, Pubkey,
    instruction::token::{create_account, unwrap_sol, wrap_sol},
};

use crate::{
    amount::DecimalOrAll,
    connection::{Connection, TokenView, spendable_atoms},
    error::{CliError, Result},
};

/// Instructions to put before and after the one that moves tokens.
#[derive(Debug, Default)]
pub struct Around {
    /// Before it.
    pub before: Vec<Instruction>,
    /// After it.
    pub after: Vec<Instruction>,
}

impl Around {
    /// All of it, around `middle`.
    pub fn enclose(self, middle: impl IntoIterator<Item = Instruction>) -> Vec<Instruction> {
        self.before.into_iter().chain(middle).chain(self.after).collect()
    }

    /// Adds what `inner` needs, nearer to the middle.
    pub fn and(mut self, inner: Self) -> Self {
        self.before.extend(inner.before);
        Self { before: self.before, after: inner.after.into_iter().chain(self.after).collect() }
    }
}

impl Connection {
    /// Makes `atoms` of `token` payable by `owner`. SOL is wrapped for it; a wrapped account that did not exist before
    /// is closed afterwards, one that did is left with what it had.
    pub async fn pay(&self, owner: &Pubkey, token: &TokenView, atoms: u64) -> Result<Around> {
        let held_atoms = self.client.token_atoms(&token.token.account_of(owner)).await?;
        if !token.token.is_wrapped_sol() {
            let has_atoms = held_atoms.unwrap_or(0);
            if has_atoms < atoms {
                return Err(CliError::BalanceTooSmall {
                    owner: *owner,
                    symbol: token.symbol.clone(),
                    has: token.amount(has_atoms).to_string(),
                    needed: token.amount(atoms).to_string(),
                });
            }
            return Ok(Around::default());
        }
        let after = if held_atoms.is_some() { Vec::new() } else { vec![unwrap_sol(owner)] };
        Ok(Around { before: wrap_sol(owner, atoms).to_vec(), after })
    }

    /// Refuses unless `owner` has `lamports` of wrapped SOL already.
    pub async fn require_wrapped(&self, owner: &Pubkey, lamports: u64) -> Result<()> {
        let wrapped = TokenView::sol();
        let held_lamports = self.client.token_atoms(&wrapped.token.account_of(owner)).await?.unwrap_or(0);
        if held_lamports >= lamports {
            return Ok(());
        }
        let (needed, held) = (wrapped.show(lamports), wrapped.show(held_lamports));
        let what = format!("there is no room to wrap {needed} in the same transaction, and {held} are wrapped");
        Err(CliError::unfit(what, "wrap them first with `modchains wrap`, or shorten the input"))
    }

    /// Lets `owner` receive `token`, at the expense of `payer`. All wrapped SOL is unwrapped afterwards when the owner
    /// signs too.
    pub fn receive(&self, payer: &Pubkey, owner: &Pubkey, token: &TokenView) -> Around {
        let unwraps = token.token.is_wrapped_sol() && payer == owner;
        let after = if unwraps { vec![unwrap_sol(owner)] } else { Vec::new() };
        Around { before: vec![create_account(payer, owner, &token.token)], after }
    }

    /// Instructions that unwrap `asked` of the wrapped SOL of `owner`, and how much that is. The account is closed; what
    /// shall stay wrapped is wrapped again.
    pub async fn unwrap(&self, owner: &Pubkey, asked: &DecimalOrAll) -> Result<(Vec<Instruction>, u64)> {
        let wrapped = TokenView { symbol: "wrapped SOL".to_owned(), ..TokenView::sol() };
        let has_lamports = self.client.token_atoms(&wrapped.token.account_of(owner)).await?.unwrap_or(0);
        let lamports = spendable_atoms(owner, &wrapped, asked, has_lamports)?;
        let mut instructions = vec![unwrap_sol(owner)];
        match has_lamports.saturating_sub(lamports) {
            0 => {}
            kept_lamports => instructions.extend(wrap_sol(owner, kept_lamports)),
        }
        Ok((instructions, lamports))
    }
}
