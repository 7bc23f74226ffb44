//! Scenarios made small.

use std::collections::BTreeSet;
use std::ops::Range;

use super::Scenario;
use crate::call::Form;

impl Scenario {
    /// How often [`shrink`](Scenario::shrink) asks at most.
    pub const MOST_TRIES: usize = 1000;

    /// The scenario with as few steps as can be found that still fail: without the steps that do not matter, and without those that need what
    /// such a step saved or began.
    ///
    /// `fails` says whether a scenario fails in the way that is looked for; it is asked at most [`MOST_TRIES`](Scenario::MOST_TRIES) times, always
    /// in the same order. A scenario that does not fail comes back as it is.
    ///
    /// ```
    /// use mapi_sim::scenario::Scenario;
    ///
    /// let scenario = Scenario::named("long.toml", r#"
    ///     format = 1
    ///     name = "somewhere in here the logon fails"
    ///     fixture = "office"
    ///
    ///     [[step]]
    ///     call = "MAPILogonEx"
    ///     args = { profile_name = "Work", flags = ["MAPI_NEW_SESSION"] }
    ///     save = "session"
    ///
    ///     [[step]]
    ///     object = "session"
    ///     call = "Logoff"
    ///
    ///     [[step]]
    ///     call = "MAPILogonEx"
    ///     args = { profile_name = "Wrok", flags = ["MAPI_NEW_SESSION"] }
    ///     expect = { hr = "S_OK" }
    /// "#)?;
    /// let small = scenario.shrink(|scenario| scenario.run().to_string().contains("MAPI_E_LOGON_FAILED"));
    /// assert_eq!(small.len(), 1);
    /// println!("{}", small.to_text()?);
    /// # Ok::<(), mapi_sim::Error>(())
    /// ```
    #[must_use]
    pub fn shrink(&self, mut fails: impl FnMut(&Scenario) -> bool) -> Scenario {
        let mut best = self.clone();
        if !fails(&best) {
            return best;
        }
        let mut tries = 1;
        let mut size = best.len().div_ceil(2).max(1);
        loop {
            let before = best.len();
            let mut end = before;
            while end > 0 {
                let start = end.saturating_sub(size);
                let smaller = best.without(start..end);
                if !smaller.is_empty() {
                    if tries == Self::MOST_TRIES {
                        return best;
                    }
                    tries += 1;
                    if fails(&smaller) {
                        best = smaller;
                    }
                }
                end = start.min(best.len());
            }
            match size {
                1 if best.len() == before => return best,
                1 => {}
                _ => size = size.div_ceil(2),
            }
        }
    }

    /// The scenario without these steps and without those that need them.
    fn without(&self, range: Range<usize>) -> Scenario {
        let mut gone: BTreeSet<&str> = BTreeSet::new();
        let mut steps = Vec::new();
        for (at, step) in self.steps.iter().enumerate() {
            let made = ["save", "begin"].into_iter().filter_map(|key| text(&step.written, key));
            if range.contains(&at) || needs(&step.written, &gone) {
                gone.extend(made);
            } else {
                for name in made {
                    gone.remove(name);
                }
                steps.push(step.clone());
            }
        }
        Scenario { steps, ..self.clone() }
    }
}

fn text<'a>(table: &'a Form, key: &str) -> Option<&'a str> {
    if let Some(Form::Str(text)) = table.get(key) { Some(text) } else { None }
}

/// Whether a step needs something of these names.
fn needs(step: &Form, gone: &BTreeSet<&str>) -> bool {
    let names = ["object", "finish"].into_iter().filter_map(|key| text(step, key));
    let parts = ["args", "expect"].into_iter().filter_map(|key| step.get(key));
    !gone.is_empty() && (names.into_iter().any(|name| gone.contains(name)) || parts.into_iter().any(|part| mentions(part, gone)))
}

/// Whether one of these names stands in a value. It may stand for something else there; then the step goes too, and perhaps comes back.
fn mentions(form: &Form, names: &BTreeSet<&str>) -> bool {
    match form {
        Form::Str(text) => names.contains(&**text),
        Form::List(items) => items.iter().any(|item| mentions(item, names)),
        Form::Table(entries) => entries.iter().any(|(_, form)| mentions(form, names)),
        _ => false,
    }
}
