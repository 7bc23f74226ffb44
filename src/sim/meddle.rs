//! An adversary at work in a world, before calls of clients.

use super::{Act, Sim, World};
use crate::adversary::{Adversary, Move};
use crate::call::{Call, CallId, Caller};
use crate::fixture::Fixture;
use crate::kernel::Ruling;

/// Most things that happen by themselves in one part.
const MOST_EVENTS: u32 = 1_000_000;

impl World {
    /// Lets the adversary act before a call of a client; whether it had anything to do with it.
    pub(super) fn meddle(&mut self, caller: Caller, call: &Call) -> bool {
        let Some(adversary) = &mut self.around.adversary else { return false };
        if !adversary.turn(self.kernel.process(caller.process).name(), call.method()) {
            return false;
        }
        while let Some(next) = self.around.adversary.as_mut().and_then(|adversary| adversary.next_move(&self.kernel)) {
            self.perform(next);
        }
        true
    }

    /// What the adversary decides about the call.
    pub(super) fn meddled(&mut self, call: &Call) -> Option<Ruling> {
        self.around.adversary.as_mut()?.fault(call.method())
    }

    fn perform(&mut self, next: Move) {
        let (key, result) = match next {
            Move::Time(span) => {
                self.remember(Act::Meddled);
                return self.move_clock(self.kernel.now().after(span));
            }
            Move::Kill(process) => {
                if self.kernel.processes().iter().any(|known| known.name() == process) {
                    self.remember(Act::Meddled);
                    self.kill(&process);
                }
                return;
            }
            Move::Next => {
                if let Some(next) = self.kernel.next_time() {
                    self.remember(Act::Meddled);
                    self.move_clock(next);
                }
                return;
            }
            Move::UntilIdle => {
                for _ in 0..MOST_EVENTS {
                    let Some(next) = self.kernel.next_time() else { break };
                    self.remember(Act::Meddled);
                    self.move_clock(next);
                }
                return;
            }
            Move::Take { call, key } => {
                if !self.replies.contains_key(&call) && !self.kernel.waiting().any(|waiting| waiting == call) {
                    if let Some(adversary) = &mut self.around.adversary {
                        adversary.gone(key);
                    }
                    return;
                }
                self.remember(Act::Meddled);
                // It is done, unless a scenario is played where it is not: then the clock runs as it did there.
                let Ok(reply) = self.wait(call) else { return };
                (key, Ok(reply))
            }
            Move::Call { process, thread, call, fault, key } => {
                self.remember(Act::Meddled);
                let caller = self.caller(&process, &thread);
                (key, self.call(caller, call, fault.map(|fault| *fault)))
            }
        };
        if let Some(adversary) = &mut self.around.adversary {
            adversary.got(key, result);
        }
    }

    /// Whether a process is one that the adversary sends.
    pub(super) fn is_company(&self, process: &str) -> bool {
        self.around.adversary.as_ref().is_some_and(|adversary| adversary.is_company(process))
    }

    /// The calls of clients that wait.
    pub(super) fn waiting(&self) -> impl Iterator<Item = CallId> {
        let kernel = &self.kernel;
        kernel.waiting().filter(|id| !kernel.caller_of(*id).is_some_and(|caller| self.is_company(kernel.process(caller.process).name())))
    }
}

impl Sim {
    /// Starts a world with an adversary in it.
    pub(crate) fn against(fixture: &Fixture, mut adversary: Adversary) -> Sim {
        let fixture = adversary.read(fixture);
        let mut world = World::new(&fixture);
        world.around.adversary = Some(Box::new(adversary));
        Sim::with(fixture.name(), world)
    }

    /// Whether an adversary had a scenario to play, and no call came before which something happens in that.
    pub(crate) fn missed(&self) -> bool {
        self.shared.world.lock().around.adversary.as_ref().is_some_and(|adversary| adversary.missed())
    }

    /// The processes that an adversary sent end without a word.
    pub(crate) fn dismiss(&self) {
        let mut world = self.shared.world.lock();
        let names: Vec<String> = world.kernel.processes().iter().map(|process| process.name().to_owned()).collect();
        for name in names.iter().filter(|name| world.is_company(name)).cloned().collect::<Vec<_>>() {
            world.remember(Act::Meddled);
            world.kill(&name);
        }
    }
}
