use clap::Args;
use modchains_sdk::{
    Pubkey, Signer, address,
    exchange::{instructions::MarketOpenArgs, state::TOKEN_DECIMALS},
    instruction::exchange::market_open,
};

use crate::{
    amount::{Decimal, price},
    connection::Connection,
    error::Result,
    model_arg::ModelArg,
    report::Report,
    token::positive_atoms,
};

/// Arguments of `market open`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "The opening price is the virtual reserve divided by the depth: with the default depth and a
virtual reserve of 30 SOL, one token costs 0.00000003 SOL at first. More depth and more virtual reserve make a price
that moves less with each trade. Fees and curve policy are copied from the exchange's configuration for good.

Example:
  modchains market open MODEL --virtual-reserve 30"
)]
pub struct OpenArgs {
    #[command(flatten)]
    model: ModelArg,
    /// Depth of the curve in tokens, more than can ever circulate: 1,000 to 100,000,000,000.
    #[arg(long, value_name = "TOKENS", default_value = "1000000000", allow_negative_numbers = true)]
    depth: Decimal,
    /// Virtual reserve, in quote tokens.
    #[arg(long, value_name = "QUOTE", allow_negative_numbers = true)]
    virtual_reserve: Decimal,
    /// Mint that the token trades against; it must be on the exchange's list.
    #[arg(long, value_name = "MINT", default_value_t = address::WRAPPED_SOL_MINT)]
    quote_mint: Pubkey,
}

impl OpenArgs {
    /// Asks, then opens.
    ///
    /// # Errors
    /// When the signer is not the creator, the market exists, or the curve is out of bounds.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let model = self.model.address(connection)?;
        let token = connection.model_token(&model).await?;
        let quote = connection.token(&self.quote_mint).await?;
        let params = connection.client.exchange_config().await?.value.params;
        let depth = self.depth.of_token(TOKEN_DECIMALS)?;
        let virtual_atoms = positive_atoms(&self.virtual_reserve, &quote)?;
        let opening_price = price(virtual_atoms, quote.decimals, depth.atoms, depth.decimals);
        let terms = Report::new()
            .text("model", model)
            .amount("depth", depth, &token.symbol)
            .amount("virtual_reserve", quote.amount(virtual_atoms), &quote.symbol)
            .price("opening_price", opening_price, &quote.symbol)
            .share_bps("trade_fee", params.fee_bps);
        connection.confirm(&terms)?;
        let args = MarketOpenArgs { depth_atoms: depth.atoms, virtual_atoms };
        let open = market_open(&signer.pubkey(), &model, &quote.token, args);
        let receipt = connection.send("Opening the market", &[open], &signer).await?;
        Ok(terms.text("market", address::exchange::market(&model)).receipt(&receipt))
    }
}
