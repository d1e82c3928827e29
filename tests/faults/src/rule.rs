use std::time::Duration;

use serde_json::Value;

/// What goes wrong with a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// An HTTP status, such as 503, or 429 with `Retry-After`.
    Http {
        /// The status.
        status: u16,
        /// Headers: name and value.
        headers: Vec<(&'static str, String)>,
        /// The body.
        body: String,
    },
    /// A JSON-RPC error.
    Error {
        /// Its code.
        code: i64,
        /// Its message.
        message: String,
    },
    /// This result, whatever the endpoint would say.
    Answer(Value),
    /// The connection ends without an answer.
    Drop,
    /// Nothing for so long, then as if nothing had happened.
    Hang(Duration),
}

impl Fault {
    /// An HTTP status with an empty body.
    pub const fn status(status: u16) -> Self {
        Self::Http { status, headers: Vec::new(), body: String::new() }
    }

    /// 429 that asks to come back after `seconds`.
    pub fn too_many_requests(seconds: u32) -> Self {
        Self::Http { status: 429, headers: vec![("retry-after", seconds.to_string())], body: String::new() }
    }
}

/// A fault with the calls it befalls: all of a method, unless told otherwise. Every rule counts the calls it is meant for,
/// also those that a rule before it befell.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    pub(crate) fault: Fault,
    pub(crate) forwards: bool,
    method: &'static str,
    after: Option<&'static str>,
    skip: usize,
    times: usize,
    met: usize,
}

impl Rule {
    /// `fault` at every call of `method`; `*` is any.
    pub const fn on(method: &'static str, fault: Fault) -> Self {
        Self { fault, forwards: false, method, after: None, skip: 0, times: usize::MAX, met: 0 }
    }

    /// Only from the first call of `method` on.
    pub fn after(self, method: &'static str) -> Self {
        Self { after: Some(method), ..self }
    }

    /// Lets so many calls pass first.
    pub fn skip(self, skip: usize) -> Self {
        Self { skip, ..self }
    }

    /// Only so often.
    pub fn times(self, times: usize) -> Self {
        Self { times, ..self }
    }

    /// The endpoint gets the call and acts on it; its answer is lost.
    pub fn forwarding(self) -> Self {
        Self { forwards: true, ..self }
    }

    /// Whether a call of `method` is befallen, `seen` being what was called before it. Counts it.
    pub(crate) fn meets(&mut self, method: &str, mut seen: impl Iterator<Item = String>) -> bool {
        let is_meant = self.method == "*" || self.method == method;
        if !is_meant || self.after.is_some_and(|after| !seen.any(|seen| seen == after)) {
            return false;
        }
        self.met += 1;
        self.met > self.skip && self.met - self.skip <= self.times
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn met(rule: Rule, methods: &[&str]) -> Vec<bool> {
        let mut rule = rule;
        let seen = |index: usize| methods[..index].iter().map(ToString::to_string);
        (0..methods.len()).map(|index| rule.meets(methods[index], seen(index))).collect()
    }

    #[test]
    fn a_rule_befalls_its_method_as_often_as_it_says_from_where_it_says() {
        let rule = Rule::on("a", Fault::Drop);
        assert_eq!(met(rule.clone(), &["a", "b", "a"]), [true, false, true]);
        assert_eq!(met(rule.clone().skip(1).times(1), &["a", "a", "b", "a"]), [false, true, false, false]);
        assert_eq!(met(rule.after("b"), &["a", "b", "a"]), [false, false, true]);
        assert_eq!(met(Rule::on("*", Fault::Drop).times(2), &["a", "b", "a"]), [true, true, false]);
    }
}
