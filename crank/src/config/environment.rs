//! Settings from environment variables. The type of the setting decides how a text is read, so that a journal named
//! `20261126` is a path and `EXIT_WITH_PARENT=1` a yes.

use toml::{Table, Value};

/// Prefix of the environment variables that override settings.
pub const ENVIRONMENT_PREFIX: &str = "MODCHAINS_CRANK_";

/// A setting of every type there is; whatever is not in it is text.
const EXAMPLE: &str = include_str!("../../crank.example.toml");

/// A variable whose text does not fit its setting.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name} is {text:?}, expected {expected}")]
pub struct VariableError {
    /// The variable.
    pub name: String,
    /// What it says.
    pub text: String,
    /// What it could say.
    pub expected: &'static str,
}

/// Puts what variables set into `settings`. Others than those with the prefix are passed over.
///
/// # Errors
/// [`VariableError`] for the first whose text does not fit.
pub fn apply(settings: &mut Table, variables: impl Iterator<Item = (String, String)>) -> Result<(), VariableError> {
    let example: Table = EXAMPLE.parse().unwrap_or_default();
    for (name, text) in variables {
        let Some(path) = name.strip_prefix(ENVIRONMENT_PREFIX) else { continue };
        let path = path.to_lowercase();
        let keys: Vec<&str> = path.split("__").collect();
        let value =
            read(example_of(&example, &keys), &text).map_err(|expected| VariableError { name, text, expected })?;
        insert(settings, &keys, value);
    }
    Ok(())
}

fn example_of<'a>(example: &'a Table, keys: &[&str]) -> Option<&'a Value> {
    let (first, rest) = keys.split_first()?;
    rest.iter().try_fold(example.get(*first)?, |value, key| value.get(*key))
}

fn read(example: Option<&Value>, text: &str) -> Result<Value, &'static str> {
    match example {
        Some(Value::Boolean(_)) => match text.to_lowercase().as_str() {
            "1" | "true" | "yes" | "on" => Ok(Value::Boolean(true)),
            "0" | "false" | "no" | "off" => Ok(Value::Boolean(false)),
            _ => Err("true or false"),
        },
        Some(Value::Integer(_)) => text.trim().parse().map(Value::Integer).map_err(|_| "a whole number"),
        Some(Value::Array(_) | Value::Table(_)) => {
            let parsed: Option<Table> = format!("value = {text}").parse().ok();
            parsed.and_then(|mut table| table.remove("value")).ok_or("a value as in the file")
        }
        _ => Ok(Value::String(text.to_owned())),
    }
}

fn insert(settings: &mut Table, keys: &[&str], value: Value) {
    let Some((last, sections)) = keys.split_last() else { return };
    let mut table = settings;
    for section in sections {
        let entry = table.entry((*section).to_owned()).or_insert_with(|| Value::Table(Table::new()));
        if !entry.is_table() {
            *entry = Value::Table(Table::new());
        }
        let Some(inner) = entry.as_table_mut() else { return };
        table = inner;
    }
    table.insert((*last).to_owned(), value);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is the test's failure")]

    use super::*;

    fn applied(variables: &[(&str, &str)]) -> Result<Table, VariableError> {
        let mut settings = Table::new();
        let named = variables.iter().map(|(name, text)| (format!("{ENVIRONMENT_PREFIX}{name}"), (*text).to_owned()));
        apply(&mut settings, named.chain([("HOME".to_owned(), "/".to_owned())]))?;
        Ok(settings)
    }

    #[test]
    fn the_type_of_the_setting_decides() {
        let settings = applied(&[
            ("JOURNAL", "20261126"),
            ("EXIT_WITH_PARENT", "1"),
            ("JOBS__ROLL_USAGE", "off"),
            ("WORKER__THREADS", "3"),
            ("LOG__FILTER", "true"),
            ("CHAIN__GENESIS_HASH", "123"),
            ("PROGRAMS__VAULT", "5"),
            ("BUNDLES", "[{ dir = 'a', model = 'b' }]"),
        ]);
        let expected = "journal = '20261126'\nexit_with_parent = true\nbundles = [{ dir = 'a', model = 'b' }]\n\
                        [jobs]\nroll_usage = false\n[worker]\nthreads = 3\n[log]\nfilter = 'true'\n\
                        [chain]\ngenesis_hash = '123'\n[programs]\nvault = '5'\n";
        assert_eq!(settings.unwrap(), expected.parse().unwrap());
    }

    #[test]
    fn a_text_that_does_not_fit_is_refused_by_its_variable() {
        for (name, text, expected) in [
            ("WORKER__THREADS", "many", "a whole number"),
            ("EXIT_WITH_PARENT", "2", "true or false"),
            ("BUNDLES", "x", "a value as in the file"),
        ] {
            let refused = applied(&[(name, text)]).unwrap_err();
            assert_eq!((refused.name, refused.expected), (format!("{ENVIRONMENT_PREFIX}{name}"), expected));
        }
    }
}
