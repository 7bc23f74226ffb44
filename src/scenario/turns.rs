//! What others do in a scenario, by the calls of its clients.

use super::Scenario;
use super::object::find_method;
use super::step::{Action, Made, Step};
use crate::adversary::{Part, Turn};

impl Scenario {
    /// What others do before each call of a client, and what is decided about it. What others do after the last is left out.
    pub(crate) fn turns(&self) -> Vec<Turn> {
        let (mut turns, mut parts) = (Vec::new(), Vec::new());
        for step in &self.steps {
            match &step.action {
                _ if step.adversary => parts.extend(part(step)),
                Action::Call(made) | Action::Begin(made, _) => {
                    let Some(method) = find_method(&made.name) else { continue };
                    let (process, fault) = (made.process.clone(), made.fault.clone());
                    turns.push(Turn { parts: std::mem::take(&mut parts), process, method, fault });
                }
                _ => {}
            }
        }
        turns
    }
}

fn part(step: &Step) -> Option<Part> {
    let call = |made: &Made, begin: Option<&String>| Part::Call {
        process: made.process.clone(),
        thread: made.thread.clone(),
        name: made.name.clone(),
        object: made.object.clone(),
        args: made.args.clone(),
        save: step.save.clone(),
        begin: begin.cloned(),
    };
    match &step.action {
        Action::Call(made) => Some(call(made, None)),
        Action::Begin(made, name) => Some(call(made, Some(name))),
        Action::Finish(name) => Some(Part::Finish { name: name.clone(), save: step.save.clone() }),
        Action::Advance(span) => Some(Part::Time(*span)),
        Action::Kill(process) => Some(Part::Kill(process.clone())),
        Action::Next | Action::UntilIdle => None,
    }
}
