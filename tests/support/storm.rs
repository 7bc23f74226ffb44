//! Somebody who answers the kernel's questions in every way there is, for properties of the kernel alone.

use std::sync::Arc;

use mapi_sim::SimDuration;
use mapi_sim::clause::Reading;
use mapi_sim::kernel::{Answer, Ask, DialogAnswer, Kernel, LogonAct, Machine, Question, Response};
use mapi_sim::mapi::Hresult;

use super::choices::Choices;
use super::lower;
use super::plan::{Plan, SERVICES};
use super::texts::{NAMES, OTHERS};

/// The kernel of a plan, under random readings of everything.
pub fn kernel(choices: &mut impl Choices, plan: &Plan) -> Kernel {
    let mut machine = Machine::clone(&lower::machine(plan));
    for reading in Reading::ALL {
        if choices.once_in(3) {
            machine.readings = machine.readings.with_index(*reading, choices.below(4) as usize);
        }
    }
    Kernel::new(Arc::new(machine), lower::profiles(plan))
}

/// Answers out of choices: late, of the wrong kind, or not at all.
#[derive(Clone, Debug)]
pub struct Storm<C>(pub C);

impl<C: Choices> Ask for Storm<C> {
    fn ask(&mut self, _: &Kernel, question: &Question) -> Response {
        let choices = &mut self.0;
        let kind = match question {
            _ if choices.once_in(12) => choices.below(5),
            Question::LogonDialog { .. } => 0,
            Question::ServiceDialog { .. } => 1,
            Question::EntryPoint { .. } | Question::Fetch { .. } | Question::ProviderLogon { .. } | Question::ProviderLogoff { .. } => 2,
            Question::Inbound { .. } => 3,
            _ => 4,
        };
        let answer = match kind {
            0 => Answer::Logon(act(choices), choices.coin()),
            1 => Answer::Dialog(choices.of(&[DialogAnswer::Supply, DialogAnswer::Ok, DialogAnswer::Cancel])),
            2 => Answer::Result(choices.of(&[Hresult::S_OK, Hresult::S_OK, Hresult::MAPI_E_UNCONFIGURED, Hresult::MAPI_E_FAILONEPROVIDER])),
            3 => Answer::Count(choices.below(5)),
            _ => Answer::Confirm(choices.coin()),
        };
        match choices.below(4) {
            0 | 1 => Response::Now(answer),
            2 => Response::After(SimDuration::from_millis(u64::from(choices.below(3) * 1000)), answer),
            _ if choices.once_in(3) => Response::Nobody,
            _ => Response::After(SimDuration::from_millis(1), answer),
        }
    }
}

fn act(choices: &mut impl Choices) -> LogonAct {
    let name = if choices.once_in(4) { choices.of(&OTHERS) } else { choices.of(&NAMES) }.to_string();
    match choices.below(4) {
        0 | 1 => LogonAct::Pick(name),
        2 => LogonAct::Create { name, services: choices.list(2, |choices| choices.of(&SERVICES).to_string()) },
        _ => LogonAct::Cancel,
    }
}
