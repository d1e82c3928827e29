//! Unix times as people read them.

use time::OffsetDateTime;

/// A unix time as date and time of day, UTC; its seconds when no calendar reaches that far.
pub fn utc(at_seconds: i64) -> String {
    let Ok(at) = OffsetDateTime::from_unix_timestamp(at_seconds) else { return format!("{at_seconds} s") };
    let ((hour, minute, second), date) = (at.to_hms(), at.date());
    format!("{date} {hour:02}:{minute:02}:{second:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_date_and_a_time_of_day() {
        assert_eq!(utc(0), "1970-01-01 00:00:00");
        assert_eq!(utc(1_709_210_096), "2024-02-29 12:34:56");
        assert_eq!(utc(i64::MAX), format!("{} s", i64::MAX));
    }
}
