//! docs/curve.svg: price over supply, before and after many upward and many downward steps.

use std::fmt::Write;

use modchains_core::{curve::Curve, market::MarketParams};

use crate::numbers::{REFERENCE, backing, price, settled, stepped};

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 440.0;
/// Edges of the drawing area: left, top, right, bottom.
const AREA: [f64; 4] = [64.0, 24.0, 740.0, 384.0];
/// Tokens on the right edge, in millions, and lamports a token at the top.
const TOKENS: f64 = 800.0;
const LAMPORTS: f64 = 10_000.0;
/// Hourly syncs between the curves: a week.
const SYNCS: i64 = 168;

pub fn draw() -> String {
    let (up, down) = (moved(1), moved(-1));
    let mut svg = String::new();
    writeln!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"13\">"
    )
    .unwrap();
    writeln!(svg, "<title>The bonding curve before and after a week of upward and of downward steps</title>").unwrap();
    writeln!(svg, "<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#ffffff\"/>").unwrap();
    axes(&mut svg);
    let (supply, floor) = (REFERENCE.circulating_atoms as f64 / 1e12, backing(&REFERENCE));
    line(&mut svg, [0.0, floor, TOKENS, floor], "#666666", "6 4");
    line(&mut svg, [supply, 0.0, supply, LAMPORTS], "#bbbbbb", "2 3");
    text(&mut svg, supply + 6.0, floor - 340.0, &format!("floor R / C = {floor:.0}, for all three"));
    text(&mut svg, supply + 6.0, 120.0, "C, what circulates");
    let curves = [
        (&up, "#b3261e", "after a week up"),
        (&REFERENCE, "#222222", "before"),
        (&down, "#1f5fbf", "after a week down"),
    ];
    for (place, (curve, color, name)) in curves.into_iter().enumerate() {
        graph(&mut svg, curve, color);
        let (spot, height) = (price(curve), AREA[1] + 32.0 + 20.0 * place as f64);
        writeln!(svg, "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"4\" fill=\"{color}\"/>", x(supply), y(spot)).unwrap();
        let label = format!("{name}: spot price {spot:.0}, depth {:.0} million", curve.depth_atoms as f64 / 1e12);
        writeln!(svg, "<text x=\"{:.1}\" y=\"{height:.1}\" fill=\"{color}\">{label}</text>", AREA[0] + 8.0).unwrap();
    }
    svg.push_str("</svg>\n");
    svg
}

/// The reference market after as many of the largest steps as the drift of a week lets through.
fn moved(direction: i32) -> Curve {
    let step = direction * MarketParams::DEFAULT.step_max_ppm as i32;
    let (mut curve, mut state) = (REFERENCE, settled(&REFERENCE));
    for hour in 1..=SYNCS {
        (curve, state, _) = stepped(&curve, &state, step, hour * 3_600);
    }
    curve
}

/// Price at every supply that trades without fees would reach: `K / (Y - C)^2`.
fn graph(svg: &mut String, curve: &Curve, color: &str) {
    let (product, depth) = (curve.product().unwrap() as f64, curve.depth_atoms as f64);
    let points: Vec<String> = (0..=160)
        .map(|place| f64::from(place) * TOKENS / 160.0)
        .map(|tokens| (tokens, product / (depth - tokens * 1e12).powi(2) * 1e6))
        .filter(|(tokens, lamports)| tokens * 1e12 < depth && *lamports <= LAMPORTS)
        .map(|(tokens, lamports)| format!("{:.1},{:.1}", x(tokens), y(lamports)))
        .collect();
    writeln!(svg, "<polyline points=\"{}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2\"/>", points.join(" "))
        .unwrap();
}

fn axes(svg: &mut String) {
    let [left, top, right, bottom] = AREA;
    writeln!(svg, "<path d=\"M{left},{top} V{bottom} H{right}\" fill=\"none\" stroke=\"#222222\"/>").unwrap();
    for tokens in [0.0, 200.0, 400.0, 600.0, 800.0] {
        writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{tokens:.0}</text>",
            x(tokens),
            bottom + 18.0
        )
        .unwrap();
    }
    for lamports in [0.0, 2_000.0, 4_000.0, 6_000.0, 8_000.0, 10_000.0] {
        writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{lamports:.0}</text>",
            left - 6.0,
            y(lamports) + 4.0
        )
        .unwrap();
    }
    writeln!(
        svg,
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">tokens sold, millions</text>",
        (left + right) / 2.0,
        HEIGHT - 16.0
    )
    .unwrap();
    writeln!(svg, "<text x=\"{:.1}\" y=\"{:.1}\">price, lamports a token</text>", left + 8.0, top + 4.0).unwrap();
}

fn line(svg: &mut String, [from_x, from_y, to_x, to_y]: [f64; 4], color: &str, dashes: &str) {
    let ends = [x(from_x), y(from_y), x(to_x), y(to_y)].map(|place| format!("{place:.1}"));
    let [x1, y1, x2, y2] = ends;
    writeln!(
        svg,
        "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" stroke=\"{color}\" stroke-dasharray=\"{dashes}\"/>"
    )
    .unwrap();
}

fn text(svg: &mut String, tokens: f64, lamports: f64, words: &str) {
    writeln!(svg, "<text x=\"{:.1}\" y=\"{:.1}\" fill=\"#555555\">{words}</text>", x(tokens), y(lamports)).unwrap();
}

fn x(tokens: f64) -> f64 {
    AREA[0] + (AREA[2] - AREA[0]) * tokens / TOKENS
}

fn y(lamports: f64) -> f64 {
    AREA[3] - (AREA[3] - AREA[1]) * lamports / LAMPORTS
}
