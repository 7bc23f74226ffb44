//! What others do in a scenario, by the calls of its clients.

use std::collections::BTreeSet;

use super::Scenario;
use super::object::find_method;
use super::step::{Action, Made, Step};
use crate::adversary::{Part, PartCall, Turn};
use crate::error::Error;

impl Scenario {
    /// What others do before each call of a client, and what is decided about it. What others do after the last is left out.
    pub(crate) fn turns(&self) -> Result<Vec<Turn>, Error> {
        let (mut turns, mut parts) = (Vec::new(), Vec::new());
        let (mut clients, mut others) = (BTreeSet::new(), BTreeSet::new());
        for step in &self.steps {
            let made = match &step.action {
                Action::Call(made) | Action::Begin(made, _) => Some(made),
                _ => None,
            };
            if step.adversary {
                if let Some(made) = made
                    && others.insert(&*made.process)
                    && self.initialize
                    && made.name != "MAPIInitialize"
                {
                    parts.push(initialize(made));
                }
                parts.push(part(step).map_err(|what| self.no_part(step, &what))?);
            } else if let Some(made) = made {
                clients.insert(&*made.process);
                let Some(method) = find_method(&made.name) else { continue };
                let (process, fault) = (made.process.clone(), made.fault.clone());
                turns.push(Turn { parts: std::mem::take(&mut parts), process, method, fault });
            }
        }
        match clients.intersection(&others).next() {
            Some(both) => Err(Error::misuse(format!(
                "{} cannot be rehearsed: the process \"{both}\" is one of its clients and one of the others; give others a name of their own",
                self.file
            ))),
            None => Ok(turns),
        }
    }

    fn no_part(&self, step: &Step, what: &str) -> Error {
        Error::misuse(format!("{}:{} cannot be rehearsed: {what}", self.file, step.line))
    }
}

/// The MAPIInitialize that a scenario makes by itself.
fn initialize(made: &Made) -> Part {
    let (process, thread) = (made.process.clone(), made.thread.clone());
    let name = "MAPIInitialize".to_owned();
    Part::Call(Box::new(PartCall { process, thread, name, object: None, args: Vec::new(), save: None, begin: None, fault: None }))
}

/// What others do in a step; `Err` says what cannot be done again.
fn part(step: &Step) -> Result<Part, String> {
    let call = |made: &Made, begin: Option<&String>| {
        if let Some((name, _)) = made.args.iter().find(|(_, form)| form.get("from").is_some()) {
            return Err(format!("its argument `{name}` is a part of an earlier reply"));
        }
        Ok(Part::Call(Box::new(PartCall {
            process: made.process.clone(),
            thread: made.thread.clone(),
            name: made.name.clone(),
            object: made.object.clone(),
            args: made.args.clone(),
            save: step.save.clone(),
            begin: begin.cloned(),
            fault: made.fault.clone(),
        })))
    };
    match &step.action {
        Action::Call(made) => call(made, None),
        Action::Begin(made, name) => call(made, Some(name)),
        Action::Finish(name) => Ok(Part::Finish { name: name.clone(), save: step.save.clone() }),
        Action::Advance(span) => Ok(Part::Time(*span)),
        Action::Kill(process) => Ok(Part::Kill(process.clone())),
        Action::Next => Ok(Part::Next),
        Action::UntilIdle => Ok(Part::UntilIdle),
    }
}
