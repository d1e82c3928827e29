//! docs/curve.svg: price over supply, before and after use grew or died. docs/use.svg: price over time, for some paths of use.

use std::fmt::Write;

use modchains_core::curve::Curve;
use modchains_test_economy::honest::{DAY, Path, course, hour, market};

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 440.0;
/// Edges of the drawing area: left, top, right, bottom.
const AREA: [f64; 4] = [64.0, 24.0, 740.0, 384.0];
const COLORS: [&str; 5] = ["#b3261e", "#222222", "#1f5fbf", "#2e7d32", "#8e5bb5"];
/// Days that use.svg shows.
const DAYS: usize = 90;

/// Axes, and where values lie on them.
struct Plot {
    svg: String,
    /// Largest value of each axis; the vertical one begins at `low`.
    right: f64,
    low: f64,
    high: f64,
}

impl Plot {
    fn new(title: &str, right: f64, low: f64, high: f64) -> Self {
        let mut svg = String::new();
        let font = "font-family=\"sans-serif\" font-size=\"13\"";
        writeln!(svg, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" {font}>").unwrap();
        writeln!(svg, "<title>{title}</title>").unwrap();
        writeln!(svg, "<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#ffffff\"/>").unwrap();
        let [left, top, edge, bottom] = AREA;
        writeln!(svg, "<path d=\"M{left},{top} V{bottom} H{edge}\" fill=\"none\" stroke=\"#222222\"/>").unwrap();
        Self { svg, right, low, high }
    }

    fn x(&self, value: f64) -> f64 {
        AREA[0] + (AREA[2] - AREA[0]) * value / self.right
    }

    fn y(&self, value: f64) -> f64 {
        AREA[3] - (AREA[3] - AREA[1]) * (value - self.low) / (self.high - self.low)
    }

    fn text(&mut self, at: [f64; 2], anchor: &str, color: &str, words: &str) {
        let [x, y] = at;
        writeln!(self.svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" fill=\"{color}\">{words}</text>")
            .unwrap();
    }

    fn ticks(&mut self, across: &[f64], up: &[f64], names: [&str; 2]) {
        for value in across {
            let at = [self.x(*value), AREA[3] + 18.0];
            self.text(at, "middle", "#222222", &format!("{value:.0}"));
        }
        for value in up {
            let at = [AREA[0] - 6.0, self.y(*value) + 4.0];
            self.text(at, "end", "#222222", &format!("{value:.0}"));
        }
        self.text([(AREA[0] + AREA[2]) / 2.0, HEIGHT - 16.0], "middle", "#222222", names[0]);
        self.text([AREA[0] + 8.0, AREA[1] + 4.0], "start", "#222222", names[1]);
    }

    fn line(&mut self, points: &[(f64, f64)], color: &str) {
        let shown = points.iter().filter(|(x, y)| *x <= self.right && (self.low..=self.high).contains(y));
        let points: Vec<String> = shown.map(|(x, y)| format!("{:.1},{:.1}", self.x(*x), self.y(*y))).collect();
        let points = points.join(" ");
        writeln!(self.svg, "<polyline points=\"{points}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2\"/>")
            .unwrap();
    }

    /// The name of a line, in the corner.
    fn name(&mut self, place: usize, words: &str) {
        self.text([AREA[0] + 8.0, AREA[1] + 32.0 + 20.0 * place as f64], "start", COLORS[place], words);
    }

    fn end(mut self) -> String {
        self.svg.push_str("</svg>\n");
        self.svg
    }
}

/// Lamports for a whole token.
fn lamports(curve: &Curve) -> f64 {
    curve.quote_atoms().unwrap() as f64 / curve.token_atoms().unwrap() as f64 * 1e6
}

/// The curve of a model of 1,000 $ a day after some days of a path.
fn after(path: Path, days: usize) -> Curve {
    let mut world = market(2.0, path.settled_dollars());
    path.hours(days * DAY).into_iter().for_each(|dollars| hour(&mut world, dollars));
    world.state.curve
}

pub fn curves() -> String {
    let before = market(2.0, 1_000.0).state.curve;
    let supply = before.circulating_atoms as f64 / 1e12;
    let mut plot = Plot::new("The bonding curve before and after use grew or died", 800.0, 0.0, 5_000.0);
    plot.ticks(
        &[0.0, 200.0, 400.0, 600.0, 800.0],
        &[0.0, 1_000.0, 2_000.0, 3_000.0, 4_000.0, 5_000.0],
        ["tokens sold, millions", "price, lamports a token"],
    );
    let drawn = [
        (after(Path::Growth(1_000), 30), "use grew tenfold in 30 days"),
        (before, "before"),
        (after(Path::Death(1_000), 90), "90 days after use ended"),
    ];
    for (place, (curve, name)) in drawn.into_iter().enumerate() {
        // Price at every supply that trades without fees would reach: `K / (Y - C)^2`.
        let (product, depth) = (curve.product().unwrap() as f64, curve.depth_atoms as f64);
        let points: Vec<(f64, f64)> = (0..=400)
            .map(|step| f64::from(step) * 2.0)
            .filter(|tokens| tokens * 1e12 < depth)
            .map(|tokens| (tokens, product / (depth - tokens * 1e12).powi(2) * 1e6))
            .collect();
        plot.line(&points, COLORS[place]);
        let spot = lamports(&curve);
        let (x, y, color) = (plot.x(supply), plot.y(spot), COLORS[place]);
        writeln!(plot.svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"{color}\"/>").unwrap();
        let backing = curve.reserve_atoms as f64 / curve.circulating_atoms as f64 * 1e6;
        plot.name(place, &format!("{name}: price {spot:.0}, backing {backing:.0}, depth {:.1} million", depth / 1e12));
    }
    plot.end()
}

pub fn courses() -> String {
    let paths = [Path::Growth(1_000), Path::Flat(1_000), Path::Death(1_000), Path::Growth(100), Path::Weekends(100)];
    let mut plot = Plot::new("Price over 90 days for some paths of use", DAYS as f64, -20.0, 200.0);
    plot.ticks(
        &[0.0, 30.0, 60.0, 90.0],
        &[0.0, 50.0, 100.0, 150.0, 200.0],
        ["days", "price, percent above the beginning"],
    );
    for (place, path) in paths.into_iter().enumerate() {
        let prices = course(market(2.0, path.settled_dollars()), &path.hours(DAYS * DAY));
        let points: Vec<(f64, f64)> =
            (0..DAYS).map(|day| ((day + 1) as f64, 100.0 * prices[(day + 1) * DAY - 1])).collect();
        plot.line(&points, COLORS[place]);
        plot.name(place, &path.title());
    }
    plot.end()
}
