//! What the calls to other programs cost within a transaction, read from the runtime's own log.

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

/// Reads the log of a transaction with one instruction.
pub fn calls(logs: &[String]) -> Result<Calls> {
    let mut calls = Calls::default();
    let mut depth = 0_u32;
    let mut consumed = None;
    for line in logs {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["Log", "truncated"] => bail!("the log is truncated"),
            ["Program", "log:" | "data:" | "return:", ..] => {}
            ["Program", _, "invoke", level] => {
                depth = level.trim_matches(['[', ']']).parse().with_context(|| format!("in the log: {line}"))?;
                if depth == 2 {
                    (calls.count, consumed) = (calls.count + 1, None);
                }
            }
            ["Program", _, "consumed", units, ..] if depth == 2 => {
                consumed = Some(units.parse::<u64>().with_context(|| format!("in the log: {line}"))?);
            }
            ["Program", _, "success"] => {
                if depth == 2 {
                    calls.units += CALL_UNITS + consumed.unwrap_or(SYSTEM_UNITS);
                }
                depth = depth.saturating_sub(1);
            }
            _ => {}
        }
    }
    Ok(calls)
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
        assert_eq!(calls(&logs).unwrap(), Calls { count: 2, units: 1_100 + 150 + 2 * 946 });
    }

    #[test]
    fn a_truncated_log_is_no_measurement() {
        assert!(calls(&log(&["Program A invoke [1]", "Log truncated"])).is_err());
    }
}
