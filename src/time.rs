//! Virtual time: counters that only the test moves.
//!
//! Nothing in the simulator reads a clock. [`SimTime`] counts milliseconds since the world began, [`SimDuration`] is a span of them.

use std::fmt;

/// A moment of the simulated world, in milliseconds since it began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SimTime(u64);

/// A span of virtual time, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SimDuration(u64);

impl SimTime {
    /// The moment at which every world begins.
    pub const ZERO: SimTime = SimTime(0);

    /// The moment `millis` milliseconds after the beginning.
    pub const fn from_millis(millis: u64) -> Self {
        SimTime(millis)
    }

    /// Milliseconds since the beginning.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// This moment and `span` more; stops at the last moment that can be counted.
    #[must_use]
    pub const fn after(self, span: SimDuration) -> Self {
        SimTime(self.0.saturating_add(span.0))
    }
}

impl SimDuration {
    /// No time at all.
    pub const ZERO: SimDuration = SimDuration(0);

    /// A span of `millis` milliseconds.
    pub const fn from_millis(millis: u64) -> Self {
        SimDuration(millis)
    }

    /// A span of `secs` seconds.
    pub const fn from_secs(secs: u64) -> Self {
        SimDuration(secs.saturating_mul(1000))
    }

    /// The span in milliseconds.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// Reads `250ms`, `5s` or `2m`; whole numbers only. `None` for anything else.
    ///
    /// ```
    /// use mapi_sim::SimDuration;
    /// assert_eq!(SimDuration::parse("5s"), Some(SimDuration::from_millis(5000)));
    /// assert_eq!(SimDuration::parse("5 parsecs"), None);
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.find(|c: char| !c.is_ascii_digit())?;
        let number: u64 = text[..digits].parse().ok()?;
        let unit = match text[digits..].trim_start() {
            "ms" => 1,
            "s" => 1000,
            "m" => 60_000,
            _ => return None,
        };
        number.checked_mul(unit).map(SimDuration)
    }
}

impl fmt::Display for SimTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        SimDuration(self.0).fmt(f)
    }
}

impl fmt::Display for SimDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_multiple_of(1000) { write!(f, "{}s", self.0 / 1000) } else { write!(f, "{}ms", self.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_print_as_they_are_read() {
        for text in ["0s", "1ms", "999ms", "5s", "61s"] {
            assert_eq!(SimDuration::parse(text).expect("reads").to_string(), text);
        }
        for text in ["", "5", "s", "-1s", "1h", "99999999999999999999s", "18446744073709551615m"] {
            assert_eq!(SimDuration::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn time_saturates() {
        let last = SimTime::from_millis(u64::MAX);
        assert_eq!(last.after(SimDuration::from_secs(u64::MAX)), last);
    }
}
