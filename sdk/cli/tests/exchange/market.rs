//! Opening, quoting, trading, syncing, watching, drawing.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::{
    listed,
    network::{NETWORK, Person, atoms, eventually},
    registered,
};

/// The amounts of a quote and of a trade, which must be the same.
fn amounts(of: &Value, keys: [&str; 2]) -> [u64; 2] {
    keys.map(|key| atoms(&of[key]))
}

/// Quotes and executes a trade, which must do to the atom what was quoted.
fn trade(trader: &Person, model: &str, side: &str, amount: &str, more: &[&str]) -> Value {
    let option = format!("--{side}");
    let quote = trader.json(&[&["market", "quote", model, &option, amount], more].concat());
    let traded = trader.json(&[&["market", side, amount, model], more].concat());
    assert_eq!(amounts(&traded, ["paid", "got"]), amounts(&quote, ["pay", "get"]), "{traded}\n{quote}");
    assert_eq!(traded["as_quoted"], true, "{traded}");
    traded
}

#[test]
fn a_launch_protects_and_spares_the_first_buy() {
    let (creator, model) = registered("launch");
    let terms = ["--launch", "12s", "--launch-fee", "30", "--launch-cap", "0.5", "--first-buy", "2"];
    let opened = creator.json(&[&["market", "open", &model, "--virtual-reserve", "30"], &terms[..]].concat());
    // 2 SOL at the base fee of 1 % buy more than the cap of 0.5 % of the depth allows anybody else.
    let (_, wrapped, held) = creator.balance(&model);
    assert_eq!((wrapped, held), (0, atoms(&opened["first_buy_gets"])));
    assert!(held > 5_000_000_000_000, "{opened}");

    let trader = NETWORK.person("sniper", 20);
    let shown = trader.json(&["market", "show", &model]);
    assert_eq!(atoms(&shown["launch"]["buy_at_most"]), 5_000_000_000_000);
    let before = trader.balance(&model);
    let (label, message) = trader.refused(&["market", "buy", "1", &model]);
    assert_eq!(label, "LaunchCapExceeded");
    assert_eq!(message.matches("buy less").count(), 1, "the remedy, once: {message}");
    assert_eq!(trader.balance(&model), before);
    let quote = trader.json(&["market", "quote", &model, "--buy", "0.1"]);
    assert!(quote["fee"]["rate"]["ppm"].as_u64() > Some(10_000), "{quote}");
    assert_eq!(quote["fee"]["rate_after_launch"]["percent"], "1");
    let bought = trader.json(&["market", "buy", "0.1", &model]);
    assert!(bought["fee_rate"]["ppm"].as_u64() > Some(10_000), "{bought}");

    eventually("the end of the launch", || trader.json(&["market", "show", &model]).get("launch").is_none());
    let after = trade(&trader, &model, "buy", "1", &[]);
    assert_eq!(after["fee_rate"]["percent"], "1");
}

#[test]
fn every_trade_does_what_was_quoted_and_leaves_sol_as_it_was() {
    let (creator, model) = listed("trades");
    let trader = NETWORK.person("trader", 40);
    let (sol_before, ..) = trader.balance(&model);
    let bought = trade(&trader, &model, "buy", "1.5", &[]);
    let (sol, wrapped, held) = trader.balance(&model);
    assert_eq!((wrapped, held), (0, atoms(&bought["got"])));
    // Price, network fee and the rent of the token account: nothing else is gone.
    let gone = sol_before - sol - atoms(&bought["paid"]) - atoms(&bought["network_fee"]);
    assert!(gone < 3_000_000, "{gone} lamports");

    // A second exact-out buy of the same trader pays no rent, and what the limit wrapped too much comes back.
    let (sol_before, ..) = trader.balance(&model);
    let bought = trade(&trader, &model, "buy", "20000.5", &["--exact-out", "--slippage", "5"]);
    assert_eq!(atoms(&bought["got"]), 20_000_500_000);
    let (sol, wrapped, _) = trader.balance(&model);
    assert_eq!((wrapped, sol_before - sol), (0, atoms(&bought["paid"]) + atoms(&bought["network_fee"])));

    // Wrapped SOL that was there stays, to the atom, in buys of both kinds and in a sale.
    trader.json(&["wrap", "2"]);
    trade(&trader, &model, "buy", "0.25", &[]);
    trade(&trader, &model, "buy", "1000", &["--exact-out"]);
    trade(&trader, &model, "sell", "1000", &[]);
    assert_eq!(trader.balance(&model).1, 2_000_000_000);
    let sold = trader.json(&["market", "sell", "0.5", &model, "--exact-out", "--sol", "wrapped"]);
    assert_eq!((atoms(&sold["got"]), trader.balance(&model).1), (500_000_000, 2_500_000_000));
    trader.json(&["market", "buy", "0.5", &model, "--sol", "wrapped"]);
    assert_eq!(trader.balance(&model).1, 2_000_000_000);

    // Everything, and all wrapped SOL with it; the creator of the market can be paid afterwards.
    let sold = trader.json(&["market", "sell", "--max", &model, "--sol", "close"]);
    let (_, wrapped, held) = trader.balance(&model);
    assert_eq!((wrapped, held, sold["as_quoted"].as_bool()), (0, 0, Some(true)));
    let due = trader.json(&["fees", "show", &model]);
    let paid = trader.json(&["fees", "claim", &model, "--as", "creator"]);
    assert_eq!(atoms(&paid["paid"]), atoms(&due["trades"]["creator"]));
    assert_eq!(creator.balance(&model).1, atoms(&paid["paid"]), "paid to the creator's wrapped account");
}

#[test]
fn a_referrer_earns_a_part_of_the_protocols_fee() {
    let (_, model) = listed("referrals");
    let (trader, friend) = (NETWORK.person("referred", 10), NETWORK.person("friend", 1));
    let (label, _) = trader.refused(&["market", "buy", "1", &model, "--referrer", &friend.address]);
    assert_eq!(label, "account_missing");
    friend.json(&["referral", "open", &model]);
    let quote = trader.json(&["market", "quote", &model, "--buy", "1"]);
    let bought = trader.json(&["market", "buy", "1", &model, "--referrer", &friend.address]);
    assert_eq!(amounts(&bought, ["paid", "got"]), amounts(&quote, ["pay", "get"]), "naming somebody costs nothing");
    // 1 % of 1 SOL, 20 % of it for the protocol, a quarter of that for the referrer.
    assert_eq!(atoms(&friend.json(&["referral", "show", &model])["due"]), 500_000);
    assert_eq!(friend.refused(&["referral", "close", &model]).0, "unfit");
    let paid = trader.json(&["referral", "claim", &model, "--referrer", &friend.address]);
    assert_eq!((atoms(&paid["paid"]), friend.balance(&model).1), (500_000, 500_000));
    assert_eq!(trader.refused(&["referral", "claim", &model, "--referrer", &friend.address]).0, "unfit");
    assert_eq!(trader.refused(&["referral", "close", &model]).0, "account_missing");
    assert_eq!(friend.json(&["referral", "close", &model])["rent_to"], friend.address.as_str());
    assert_eq!(friend.refused(&["referral", "show", &model]).0, "account_missing");
}

#[test]
fn a_sync_says_why_and_the_chart_tells_moves_from_trades() {
    let (creator, model) = listed("chart");
    let trader = NETWORK.person("chartist", 20);
    trade(&trader, &model, "buy", "3", &[]);
    trade(&trader, &model, "sell", "1000000", &[]);
    assert_eq!(creator.refused(&["market", "sync", &model]).0, "account_missing");
    creator.json(&["vault", "open", &model]);
    creator.json(&["service", "open", &model, "--fee", "0.05"]);
    eventually("the end of the epoch", || {
        creator.command(&["market", "sync", &model, "--yes"]).output().unwrap().status.success()
    });
    assert_eq!(creator.refused(&["market", "sync", &model]).0, "EpochNotOver");

    let svg = NETWORK.folder().join("price.svg");
    let chart = creator.json(&["market", "chart", &model, "--svg", svg.to_str().unwrap()]);
    let whats: Vec<&str> =
        chart["moments"].as_array().unwrap().iter().map(|moment| moment["what"].as_str().unwrap()).collect();
    assert_eq!(whats, ["opened", "bought", "sold", "moved"], "{chart}");
    assert_eq!((chart["trades"].as_u64(), chart["older_left_out"].as_bool()), (Some(2), Some(false)));
    let times: Vec<u64> =
        chart["moments"].as_array().unwrap().iter().map(|moment| moment["at"].as_u64().unwrap()).collect();
    assert!(times.is_sorted() && times[3] - times[0] < 600, "{times:?}");
    let drawn = std::fs::read_to_string(&svg).unwrap();
    assert_eq!(drawn.matches("<circle").count(), 2);
    let drawing = creator.text(&["market", "chart", &model]);
    assert!(drawing.contains("price in SOL") && drawing.contains("moves of the curve"), "{drawing}");
    let shown = creator.json(&["market", "show", &model]);
    assert!(shown["last_prices"].as_str().unwrap().contains('█'), "{shown}");
    assert_eq!(creator.refused(&["market", "chart", &model, "--svg", "/proc/none/price.svg"]).0, "file_not_written");

    // The market is younger than an hour, so the mean runs from its opening: between the first price and the highest.
    let average = creator.json(&["market", "twap", &model, "--hours", "1"]);
    let price = |price: &Value| price["amount"].as_str().unwrap().parse::<f64>().unwrap();
    let (mean, spot, first) = (price(&average["mean_price"]), price(&average["spot_price"]), 0.000_000_03);
    assert!(mean > first && mean < 2.0 * spot, "{average}");
    assert_eq!(price(&shown["spot_price"]), spot);
    assert!(price(&shown["ask_price"]) >= spot, "{shown}");
    assert_eq!(
        (&average["from_opening"], &average["warning"]),
        (&true.into(), &Value::Null),
        "it is no older: {average}"
    );
    assert_eq!(average["covers"].as_u64(), Some(average["to"].as_u64().unwrap() - average["from"].as_u64().unwrap()));

    // The span runs from the last sync that is old enough, and from the opening where that is not found.
    trade(&trader, &model, "buy", "0.1", &[]);
    let (key, synced_at) = (model.parse().unwrap(), i64::try_from(times[3]).unwrap());
    let found = |at_seconds, transactions_max| {
        NETWORK.read(async |client| {
            let market = client.market(&key).await.unwrap().value;
            client.reading_before(&key, &market, at_seconds, transactions_max).await.unwrap()
        })
    };
    let latest = found(i64::MAX, 100);
    assert_eq!((latest.reading.at_seconds, latest.is_opening), (synced_at, false));
    let opening = found(synced_at - 1, 100);
    assert_eq!(opening.reading.at_seconds, i64::try_from(times[0]).unwrap());
    assert!(opening.is_opening && opening.looked_through >= 5, "{opening:?}");
    let cut = found(i64::MAX, 1);
    assert_eq!((cut.is_opening, cut.looked_through), (true, 1), "the last transaction is a trade");
}

#[test]
fn a_watch_prints_what_happens_and_ends_cleanly() {
    let (_, model) = listed("watched");
    let trader = NETWORK.person("busy", 20);
    trade(&trader, &model, "buy", "1", &[]);
    let past = trader.command(&["market", "watch", &model, "--past", "50", "--count", "2", "--json"]).output().unwrap();
    assert!(past.status.success(), "{past:?}");
    let lines = String::from_utf8(past.stdout).unwrap();
    let whats: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&whats[0]["what"], &whats[1]["what"]), (&"opened".into(), &"bought".into()));

    let mut watch =
        trader.command(&["market", "watch", &model, "--interval", "200"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut printed = BufReader::new(watch.stdout.take().unwrap());
    // The watch starts with what comes after it; a trade a second is bound to come.
    let seller = std::thread::spawn(move || {
        for _ in 0..5 {
            std::thread::sleep(std::time::Duration::from_secs(1));
            trader.json(&["market", "sell", "1000", &model]);
        }
    });
    let mut line = String::new();
    printed.read_line(&mut line).unwrap();
    assert!(line.contains("sold") && line.contains("1000 TOK"), "{line}");
    assert!(Command::new("kill").args(["-INT", &watch.id().to_string()]).status().unwrap().success());
    assert_eq!(watch.wait().unwrap().code(), Some(0));
    seller.join().unwrap();

    let nothing = NETWORK.person("patient", 1);
    let (_, quiet) = listed("quiet");
    let ended = nothing.command(&["market", "watch", &quiet, "--for", "1s", "--json"]).output().unwrap();
    assert!(ended.status.success() && ended.stdout.is_empty(), "{ended:?}");
}
