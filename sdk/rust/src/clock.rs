//! Unix times and lengths of time as people read them, where they are.

use time::{OffsetDateTime, UtcOffset};

/// Units of a distance in time, longest first, in seconds.
const UNITS: [(u64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];

/// A unix time as date, local time of day and its distance from UTC.
pub fn local(at_seconds: i64) -> String {
    let offset = offset_at(at_seconds);
    let (hours, minutes, _) = offset.as_hms();
    let sign = if offset.is_negative() { '-' } else { '+' };
    format!("{} {sign}{:02}:{:02}", date_and_time(at_seconds, offset), hours.unsigned_abs(), minutes.unsigned_abs())
}

/// As [`local`], without the distance from UTC: for labels that have little room.
pub fn local_short(at_seconds: i64) -> String {
    date_and_time(at_seconds, offset_at(at_seconds))
}

/// A unix time as date and time of day in UTC: for files.
pub fn utc(at_seconds: i64) -> String {
    date_and_time(at_seconds, UtcOffset::UTC)
}

/// How long before or after now something is, in its two longest units.
pub fn distance(seconds: i64) -> String {
    if seconds == 0 {
        return "now".to_owned();
    }
    let length = length(seconds.unsigned_abs());
    if seconds > 0 { format!("in {length}") } else { format!("{length} ago") }
}

/// A length of time in its two longest units.
pub fn length(seconds: u64) -> String {
    let at = UNITS.iter().position(|(unit, _)| seconds >= *unit).unwrap_or(UNITS.len() - 1);
    let (unit, name) = UNITS[at];
    let rest = UNITS.get(at + 1).map(|(unit_below, name)| (seconds % unit / unit_below, name));
    match rest {
        Some((count, below)) if count > 0 => format!("{} {name} {count} {below}", seconds / unit),
        _ => format!("{} {name}", seconds / unit),
    }
}

/// The local distance from UTC at a time; none where the system does not say.
fn offset_at(at_seconds: i64) -> UtcOffset {
    let at = OffsetDateTime::from_unix_timestamp(at_seconds).ok();
    at.and_then(|at| UtcOffset::local_offset_at(at).ok()).unwrap_or(UtcOffset::UTC)
}

/// Date and time of day; the seconds when no calendar reaches that far.
fn date_and_time(at_seconds: i64, offset: UtcOffset) -> String {
    let at = OffsetDateTime::from_unix_timestamp(at_seconds).ok().and_then(|at| at.checked_to_offset(offset));
    let Some(at) = at else { return format!("{at_seconds} s") };
    let ((hour, minute, second), date) = (at.to_hms(), at.date());
    format!("{date} {hour:02}:{minute:02}:{second:02}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[test]
    fn a_time_is_a_date_and_a_time_of_day_at_an_offset() {
        let east = UtcOffset::from_hms(5, 30, 0).unwrap();
        assert_eq!(utc(0), "1970-01-01 00:00:00");
        assert_eq!(date_and_time(1_709_210_096, east), "2024-02-29 18:04:56");
        assert_eq!(date_and_time(i64::MAX, east), format!("{} s", i64::MAX));
        assert!(local(1_709_210_096).starts_with(&local_short(1_709_210_096)));
    }

    #[test]
    fn a_distance_has_two_units() {
        let cases = [
            (0, "now"),
            (59, "in 59 s"),
            (-61, "1 min 1 s ago"),
            (7_500, "in 2 h 5 min"),
            (-86_400, "1 d ago"),
            (90_061, "in 1 d 1 h"),
        ];
        for (seconds, shown) in cases {
            assert_eq!(distance(seconds), shown);
        }
        assert_eq!(length(0), "0 s");
        assert!(distance(i64::MIN).ends_with("ago"));
    }
}
