//! What the instructions of a transaction cost, and their calls to other programs, read from the runtime's own log.

use anyhow::{Context, Result, bail};

/// Charged by the runtime for a call, before the called program runs (Agave 4.2, `invoke_units`).
pub const CALL_UNITS: u64 = 946;
/// Charged for an instruction of the system program, which the log does not say.
const SYSTEM_UNITS: u64 = 150;

/// The calls that an instruction made itself. What those called in turn is in their own cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Calls {
    /// How many.
    pub count: u64,
    /// Compute units of the called programs, with [`CALL_UNITS`] for each call.
    pub units: u64,
}

/// One instruction of a transaction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ran {
    /// Its compute units, calls included.
    pub units: u64,
    /// Its calls.
    pub calls: Calls,
}

/// Reads the log of a transaction: its instructions in order.
pub fn instructions(logs: &[String]) -> Result<Vec<Ran>> {
    let mut all = Vec::new();
    let mut ran = Ran::default();
    let mut depth = 0_u32;
    let mut consumed = None;
    for line in logs {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["Log", "truncated"] => bail!("the log is truncated"),
            ["Program", "log:" | "data:" | "return:", ..] => {}
            ["Program", _, "invoke", level] => {
                depth = level.trim_matches(['[', ']']).parse().with_context(|| format!("in the log: {line}"))?;
                if depth <= 2 {
                    consumed = None;
                }
            }
            ["Program", _, "consumed", units, ..] if depth <= 2 => {
                consumed = Some(units.parse::<u64>().with_context(|| format!("in the log: {line}"))?);
            }
            ["Program", _, "success"] => {
                let units = consumed.unwrap_or(SYSTEM_UNITS);
                if depth == 2 {
                    ran.calls = Calls { count: ran.calls.count + 1, units: ran.calls.units + CALL_UNITS + units };
                } else if depth == 1 {
                    all.push(Ran { units, ..std::mem::take(&mut ran) });
                }
                depth = depth.saturating_sub(1);
            }
            _ => {}
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    // reason: a failed expectation is a failed test.
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn log(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|line| (*line).to_owned()).collect()
    }

    #[test]
    fn calls_of_calls_are_in_the_cost_of_the_first() {
        let logs = log(&[
            "Program A invoke [1]",
            "Program log: invoke [2]",
            "Program B invoke [2]",
            "Program C invoke [3]",
            "Program C consumed 70 of 1000 compute units",
            "Program C success",
            "Program B consumed 1100 of 2000 compute units",
            "Program B success",
            "Program 11111111111111111111111111111111 invoke [2]",
            "Program 11111111111111111111111111111111 success",
            "Program A consumed 5000 of 200000 compute units",
            "Program A success",
        ]);
        let calls = Calls { count: 2, units: 1_100 + 150 + 2 * 946 };
        assert_eq!(instructions(&logs).unwrap(), [Ran { units: 5_000, calls }]);
    }

    #[test]
    fn instructions_are_told_apart() {
        let logs = log(&[
            "Program 11111111111111111111111111111111 invoke [1]",
            "Program 11111111111111111111111111111111 success",
            "Program A invoke [1]",
            "Program B invoke [2]",
            "Program B consumed 100 of 2000 compute units",
            "Program B success",
            "Program A consumed 3000 of 200000 compute units",
            "Program A success",
        ]);
        let alone = Ran { units: 150, calls: Calls::default() };
        let calling = Ran { units: 3_000, calls: Calls { count: 1, units: 1_046 } };
        assert_eq!(instructions(&logs).unwrap(), [alone, calling]);
    }

    #[test]
    fn a_truncated_log_is_no_measurement() {
        assert!(instructions(&log(&["Program A invoke [1]", "Log truncated"])).is_err());
    }
}
