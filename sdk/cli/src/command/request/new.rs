use std::{fs, path::PathBuf};

use clap::Args;
use modchains_sdk::{
    SdkError, address,
    client::request_refused,
    core::licence::{LicenceSource, LicenceTerms, Licensing},
    instruction::oracle::{LicenceProof, request_create},
    oracle::{instructions::RequestCreateArgs, state::Service},
};

use super::{reading::Reading, wait::Until};
use crate::{
    amount::Decimal,
    argument::{
        ModelArg, parse_seconds,
        uses::{Use, bits, names},
    },
    connection::{Connection, TokenView},
    error::{CliError, Result},
    output::Report,
    random::random,
};

/// What is being done while a request is sent.
const DOING: &str = "Sending the request";

/// Arguments of `request new`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "SOL is wrapped in the same transaction; an input that leaves no room for that is paid with SOL that is
wrapped already. With --wait the command shows the answer once it is posted, with --wait=final once nobody can challenge it
any more; the request's address is told before, on standard error.

Examples:
  modchains request new MODEL --input-file digit.bin --wait
  modchains request new MODEL --input-hex 00ff10 --tip 0.0001 --max-wait 5m --yes
  modchains request new MODEL --input-file photo.bin --use commercial,content"
)]
pub struct NewArgs {
    #[command(flatten)]
    model: ModelArg,
    #[command(flatten)]
    input: Input,
    /// Most to pay besides the tip, in the service's token [default: the service's fee, or the licence's price if that is more].
    #[arg(long, value_name = "AMOUNT")]
    fee_max: Option<Decimal>,
    /// Most that minting the answer as a token may cost later, with --use content [default: what the model asks for now].
    #[arg(long, value_name = "AMOUNT")]
    content_fee_max: Option<Decimal>,
    /// Extra for the operator.
    #[arg(long, value_name = "AMOUNT", default_value = "0")]
    tip: Decimal,
    /// What a wrong answer could cost; the operator's bond is at least this.
    #[arg(long, value_name = "AMOUNT", default_value = "0")]
    value_at_risk: Decimal,
    /// How long to wait for a result [default: the longest that the service allows].
    #[arg(long, value_name = "TIME", value_parser = parse_seconds)]
    max_wait: Option<u32>,
    /// What the answer is for, separated by commas; your licence must allow it.
    #[arg(long = "use", visible_alias = "uses", value_enum, value_delimiter = ',', default_value = "personal")]
    uses: Vec<Use>,
    /// Number that gives the request its address [default: random].
    #[arg(long)]
    nonce: Option<u64>,
    /// Wait for the answer and print it.
    #[arg(long, value_enum, value_name = "UNTIL", num_args = 0..=1, require_equals = true, default_missing_value = "posted")]
    wait: Option<Until>,
    #[command(flatten)]
    reading: Reading,
}

/// What to ask.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Input {
    /// The input in hexadecimal: up to 599 bytes, or fewer as the service says.
    #[arg(long, value_name = "HEX")]
    input_hex: Option<String>,
    /// A file with the input, as long as --input-hex may be.
    #[arg(long, value_name = "PATH")]
    input_file: Option<PathBuf>,
}

impl Input {
    fn read(&self) -> Result<Vec<u8>> {
        match (&self.input_hex, &self.input_file) {
            (Some(text), _) => hex::decode(text).map_err(|error| {
                CliError::unfit(format!("--input-hex is not hexadecimal: {error}"), "write pairs of 0-9 and a-f")
            }),
            (None, Some(path)) => {
                let unreadable =
                    |error: std::io::Error| CliError::FileUnreadable { path: path.clone(), reason: error.to_string() };
                fs::read(path).map_err(unreadable)
            }
            (None, None) => Err(CliError::unfit("there is no input", "pass --input-hex or --input-file")),
        }
    }
}

impl NewArgs {
    /// Checks, asks, sends, and waits if told to.
    pub async fn run(&self, connection: &Connection) -> Result<Report> {
        let signer = connection.signer()?;
        let requester = signer.pubkey();
        let model = self.model.address(connection).await?;
        let service = connection.client.service(&model).await?.value;
        let quote = connection.token(&service.quote_mint).await?;
        let (licensing, licence) = connection.licence(&model, &requester, bits(&self.uses)).await?;
        let proof = LicenceProof::of(&licence);
        let args = self.create_args(&service, &licensing, &licence.terms, &quote)?;
        require_accepted(&args, &service, &licensing)?;
        let price_atoms = args.fee_max_atoms.saturating_add(args.tip_atoms);
        let payment = connection.pay(&requester, &quote, price_atoms).await?;
        let (request, _) = address::oracle::request(&address::oracle::service(&model), &requester, args.nonce);
        let about = Report::new()
            .text("model", model)
            .text("request", request)
            .amount("fee_at_most", quote.amount(args.fee_max_atoms), &quote.symbol)
            .amount("content_fee_at_most", quote.amount(args.content_fee_max_atoms), &quote.symbol)
            .amount("tip", quote.amount(args.tip_atoms), &quote.symbol)
            .number("max_wait_seconds", args.max_wait_seconds)
            .number("input_bytes", u64::try_from(args.input.len()).unwrap_or(u64::MAX))
            .text("uses", names(args.uses))
            .text("licence", if licence.source == LicenceSource::Granted { "granted" } else { "default" })
            .text("nonce", args.nonce);
        let create = request_create(&requester, &model, &quote.token, proof, args);
        let sent = match connection.ask_and_send(DOING, &about, &payment.enclose([create.clone()]), signer).await {
            // A long input leaves no room for wrapping SOL; what is wrapped already needs none.
            Err(CliError::Sdk(SdkError::TransactionTooLarge { .. })) if quote.token.is_wrapped_sol() => {
                connection.require_wrapped(&requester, price_atoms).await?;
                connection.ask_and_send(DOING, &about, &[create], signer).await
            }
            sent => sent,
        };
        // The address of what is paid for must be known whatever happens from here on.
        let signature = match &sent {
            Ok(receipt) => self.wait.map(|_| &receipt.signature),
            Err(error) => error.sent_signature(),
        };
        signature.into_iter().for_each(|signature| connection.announce(&request, signature));
        let report = about.receipt(&sent?);
        match self.wait {
            None => Ok(report),
            Some(until) => Ok(report.group("answer", connection.answer(&request, until, &self.reading).await?)),
        }
    }

    fn create_args(
        &self,
        service: &Service,
        licensing: &Licensing,
        licence: &LicenceTerms,
        quote: &TokenView,
    ) -> Result<RequestCreateArgs> {
        let atoms = |amount: &Decimal| Ok::<_, CliError>(amount.of_token(quote.decimals)?.atoms);
        let nonce = match self.nonce {
            Some(nonce) => nonce,
            None => u64::from_le_bytes(random()?),
        };
        Ok(RequestCreateArgs {
            terms_counter: service.terms_counter,
            nonce,
            bump: 0,
            fee_max_atoms: self.fee_max.as_ref().map_or_else(|| Ok(licence.fee_atoms(service.fee_atoms)), atoms)?,
            content_fee_max_atoms: self.content_fee_max.as_ref().map_or(Ok(licensing.content_fee_atoms), atoms)?,
            tip_atoms: atoms(&self.tip)?,
            value_at_risk_atoms: atoms(&self.value_at_risk)?,
            max_wait_seconds: self.max_wait.unwrap_or(service.max_wait_max_seconds),
            uses: bits(&self.uses),
            salt: random()?,
            input: self.input.read()?,
        })
    }
}

/// Refuses what the service would refuse, before anything is sent.
fn require_accepted(args: &RequestCreateArgs, service: &Service, licensing: &Licensing) -> Result<()> {
    let accepted = service.offer().accept(licensing, &args.order());
    accepted.map(drop).map_err(|rule| CliError::Sdk(request_refused(rule)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use bytemuck::Zeroable;
    use modchains_sdk::core::licence::{LicenceKind, RateWindows, USE_CONTENT, USES_ALL};

    use super::*;

    fn input(hex: Option<&str>, file: Option<PathBuf>) -> Result<Vec<u8>> {
        Input { input_hex: hex.map(str::to_owned), input_file: file }.read()
    }

    #[test]
    fn input_comes_from_hexadecimal_or_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("input.bin");
        fs::write(&path, b"digits").unwrap();
        assert_eq!(input(Some("00fF"), None).unwrap(), [0, 255]);
        assert_eq!(input(None, Some(path)).unwrap(), b"digits");
    }

    #[test]
    fn bad_input_names_the_thing() {
        for text in ["0", "zz", "0x00"] {
            assert!(matches!(input(Some(text), None), Err(CliError::Unfit { .. })), "{text}");
        }
        let missing = PathBuf::from("no/such/file");
        assert!(input(None, Some(missing)).unwrap_err().to_string().contains("no/such/file"));
    }

    #[test]
    fn what_the_service_would_refuse_is_refused_before_anything_is_sent() {
        let service = Service { input_bytes_max: 4, max_wait_max_seconds: 60, ..Service::zeroed() };
        let licensing = Licensing {
            kind: LicenceKind::Paid,
            default_terms: LicenceTerms { uses: USES_ALL, price_atoms: 7, rate_max: 0, rate_window_seconds: 0 },
            content_fee_atoms: 9,
            grant: None,
            windows: RateWindows::default(),
            now_seconds: 0,
        };
        let args = RequestCreateArgs {
            terms_counter: 0,
            nonce: 0,
            bump: 0,
            fee_max_atoms: 7,
            content_fee_max_atoms: 8,
            tip_atoms: 0,
            value_at_risk_atoms: 0,
            max_wait_seconds: 60,
            uses: 1,
            salt: [0; 16],
            input: vec![1; 4],
        };
        assert!(require_accepted(&args, &service, &licensing).is_ok());
        for (refused, label) in [
            (RequestCreateArgs { input: Vec::new(), ..args.clone() }, "InputEmpty"),
            (RequestCreateArgs { input: vec![1; 5], ..args.clone() }, "InputTooLong"),
            (RequestCreateArgs { max_wait_seconds: 61, ..args.clone() }, "WaitOutOfBounds"),
            (RequestCreateArgs { fee_max_atoms: 6, ..args.clone() }, "LicencePriceAboveLimit"),
            (RequestCreateArgs { uses: USE_CONTENT, ..args.clone() }, "ContentFeeAboveLimit"),
            (RequestCreateArgs { tip_atoms: u64::MAX, ..args.clone() }, "AmountTooLarge"),
        ] {
            let error = require_accepted(&refused, &service, &licensing).unwrap_err();
            assert_eq!(error.label(), label);
        }
        let closed = Service { shut_at_seconds: 1, ..service };
        assert_eq!(require_accepted(&args, &closed, &licensing).unwrap_err().label(), "ServiceClosed");
    }
}
