//! Sequences of calls out of choices.

use std::fmt;

use crate::call::{Call, CallId, Caller, Draw, Handle, Method, ObjectKind, ProcessId, Reply, Scope};
use crate::choices::Choices;
use crate::kernel::Kernel;
use crate::sim::Sim;

/// Makes calls out of choices: of any function and method, by three processes with two threads each, on objects that the client really got, with
/// identifiers, bookmarks and connections that it was really given, and sometimes with others.
///
/// Each sequence uses some of the methods only (a swarm): so it comes deeper into those. A thread that is inside a call makes no other until that
/// is done.
///
/// ```
/// use mapi_sim::{Choices, Sim, generate::CallSequence};
///
/// let sim = Sim::office();
/// CallSequence::of(Choices::new(&[0, 3, 1, 0, 0, 0, 0, 0, 0, 9, 4, 1, 2, 8])).play(&sim);
/// println!("{}", sim.journal());
/// sim.discard(); // calls like these leave objects behind
/// ```
#[derive(Clone)]
pub struct CallSequence {
    choices: Choices,
    scope: Scope,
    /// Methods that are left out: those whose number has a bit here.
    without: u32,
    waiting: Vec<(CallId, Caller, Call)>,
    left: u32,
}

impl fmt::Debug for CallSequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallSequence").field("choices", &self.choices).field("left", &self.left).finish_non_exhaustive()
    }
}

/// Processes and threads that make the calls; the first is the plain one.
const CALLERS: [(&str, &str); 6] =
    [("one", "main"), ("two", "main"), ("one", "worker"), ("three", "main"), ("two", "worker"), ("three", "worker")];

/// A method by its name.
fn function(interface: &str, name: &str) -> &'static Method {
    Call::methods().find(|method| method.interface == interface && method.name == name).expect("it has a call")
}

impl CallSequence {
    /// The most calls of one sequence.
    pub const MOST: u32 = 64;

    /// The calls of these choices.
    pub fn of(mut choices: Choices) -> Self {
        let without = if choices.once_in(2) { choices.word() } else { 0 };
        CallSequence { choices, scope: Scope::default(), without, waiting: Vec::new(), left: Self::MOST }
    }

    /// The next call, and who makes it; `None` when the choices are used up, or there were [`CallSequence::MOST`], or every thread
    /// is inside a call that [`play`](CallSequence::play) began. Whoever makes the calls by itself waits for each, as [`Sim::call`] does.
    pub fn next(&mut self, sim: &Sim) -> Option<(Caller, Call)> {
        if self.left == 0 || self.choices.left() == 0 {
            return None;
        }
        self.left -= 1;
        let callers = CALLERS.map(|(process, thread)| sim.caller(process, thread));
        let free = |caller: &Caller| !self.waiting.iter().any(|(_, other, _)| other == caller);
        let free: Vec<Caller> = callers.into_iter().filter(free).collect();
        let caller = *self.choices.of(if free.is_empty() { return None } else { &free });
        let (initialized, live) = sim.kernel(|kernel| {
            self.scope.names = kernel.profiles().iter().map(|(_, profile)| profile.name.clone()).collect();
            let members = kernel.members().map(|(handle, member)| (handle, member.process));
            let objects = kernel.objects().map(|(handle, object)| (handle, object.process));
            let own = |(_, process): &(Handle, ProcessId)| callers.iter().any(|caller| caller.process == *process);
            (kernel.process(caller.process).init_count() > 0, members.chain(objects).filter(own).collect::<Vec<_>>())
        });
        self.scope.objects = live.iter().map(|(handle, _)| *handle).collect();
        let (method, this) = self.method(initialized, &live);
        let owner = live.iter().find(|(handle, _)| Some(*handle) == this).map(|(_, process)| *process);
        let of_owner = free.iter().find(|caller| Some(caller.process) == owner);
        let caller = of_owner.copied().filter(|_| !self.choices.once_in(16)).unwrap_or(caller);
        if method.args.iter().any(|arg| arg.starts_with("entry_id")) {
            self.scope.known = sim.kernel(Kernel::known_entry_ids);
        }
        let mut from = Draw { choices: &mut self.choices, scope: &self.scope, arg: "" };
        Some((caller, Call::draw(method, this, &mut from)))
    }

    /// What is called, on which object.
    fn method(&mut self, initialized: bool, live: &[(Handle, ProcessId)]) -> (&'static Method, Option<Handle>) {
        let first = function("MAPI", if initialized { "MAPILogonEx" } else { "MAPIInitialize" });
        let on_object = !live.is_empty() && self.choices.below(8) != 7;
        if on_object {
            let this = self.object(live);
            let methods: Vec<&'static Method> = this.kind().interfaces().iter().flat_map(|interface| self.methods(interface)).collect();
            let method = if methods.is_empty() || self.choices.once_in(12) {
                let name = *self.choices.of(&["QueryInterface", "Release", "Release"]);
                function("IUnknown", name)
            } else {
                *self.choices.of(&methods)
            };
            return (method, Some(this));
        }
        let sessions = live.iter().any(|(object, _)| object.kind() == ObjectKind::Session);
        if (!initialized && self.choices.below(8) != 7) || (!sessions && self.choices.below(4) != 3) {
            return (first, None);
        }
        let functions: Vec<&'static Method> = self.methods("MAPI").collect();
        (if functions.is_empty() { first } else { *self.choices.of(&functions) }, None)
    }

    /// An object: one of those that live, the later the likelier, or, rarely, one that was released or never there.
    fn object(&mut self, live: &[(Handle, ProcessId)]) -> Handle {
        let mut of_kinds: Vec<Handle> = live.iter().map(|(handle, _)| *handle).collect();
        of_kinds.sort_unstable_by_key(|handle| std::cmp::Reverse(handle.number()));
        let handle = *self.choices.of(&of_kinds);
        if self.choices.once_in(24) { Handle::new(handle.kind(), self.choices.below(handle.number() + 3)) } else { handle }
    }

    /// The methods of an interface that are used in this sequence.
    fn methods(&self, interface: &'static str) -> impl Iterator<Item = &'static Method> {
        let used = move |(number, method): (usize, &'static Method)| {
            (method.interface == interface && self.without >> (number % 32) & 1 == 0).then_some(method)
        };
        Call::methods().enumerate().filter_map(used)
    }

    /// Takes over what a call brought.
    pub fn learn(&mut self, call: &Call, reply: &Reply) {
        self.scope.learn(call, reply);
    }

    /// Makes all of them. Calls that wait are waited for at once or later; at the end none waits but those that nothing in the world can end.
    pub fn play(&mut self, sim: &Sim) {
        while let Some((caller, call)) = self.next(sim) {
            match sim.begin(caller, call.clone()) {
                Ok(reply) => self.learn(&call, &reply),
                Err(id) => {
                    self.waiting.push((id, caller, call));
                    if self.choices.once_in(2) {
                        self.end(sim);
                    }
                }
            }
            if self.waiting.len() > 2 {
                self.end(sim);
            }
        }
        while !self.waiting.is_empty() {
            self.end(sim);
        }
    }

    /// The call that waits longest is done.
    fn end(&mut self, sim: &Sim) {
        let (id, _, call) = self.waiting.remove(0);
        if let Ok(reply) = sim.wait(id) {
            self.learn(&call, &reply);
        }
    }
}
