//! The fault sweep: a body is run again and again, each time with one call failed, until every call was failed in every way.

mod report;

use std::sync::Arc;

use parking_lot::Mutex;

use crate::call::{Call, Method};
use crate::fixture::Fixture;
use crate::mapi::Hresult;
use crate::rule::{Verdict, can_fail, documented, on};
use crate::sim::Sim;
use crate::trial::{Ending, Trial};

pub use report::{Broken, Sweep};

/// Name of the rule that a sweep installs, as the journal tells it.
const RULE: &str = "sweep";

/// What a sweep fails calls with, and for how long.
///
/// The default is [`documented`](Kinds::documented): each once and from then on, in at most [`Kinds::RUNS`] runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Kinds {
    codes: Codes,
    common: bool,
    transient: bool,
    persistent: bool,
    process: Option<String>,
    runs: u32,
}

/// Where the codes come from.
#[derive(Clone, Debug, PartialEq)]
enum Codes {
    Documented,
    These(Vec<Hresult>),
}

impl Kinds {
    /// How many runs a sweep makes at most.
    pub const RUNS: u32 = 10_000;

    /// Every result that the reference documents for the function that is called, errors and warnings, and MAPI_E_CALL_FAILED, which any can
    /// return (LOGON-170).
    pub fn documented() -> Self {
        Kinds { codes: Codes::Documented, common: false, transient: true, persistent: true, process: None, runs: Kinds::RUNS }
    }

    /// These codes for every function, whatever is documented.
    pub fn codes(codes: impl IntoIterator<Item = Hresult>) -> Self {
        Kinds { codes: Codes::These(codes.into_iter().collect()), ..Kinds::documented() }
    }

    /// Also the codes that any method may return without saying so (ERROR-016).
    #[must_use]
    pub fn and_common(self) -> Self {
        Kinds { common: true, ..self }
    }

    /// Each fault once: the same call succeeds when it is tried again.
    #[must_use]
    pub fn transient(self) -> Self {
        Kinds { transient: true, persistent: false, ..self }
    }

    /// Each fault from then on: every later call of the same function fails too.
    #[must_use]
    pub fn persistent(self) -> Self {
        Kinds { transient: false, persistent: true, ..self }
    }

    /// Calls of this process only: those of others, who are there for the client to meet, do not fail. The body has to use the process, or
    /// [`sweep`] panics.
    #[must_use]
    pub fn of_process(self, name: impl Into<String>) -> Self {
        Kinds { process: Some(name.into()), ..self }
    }

    /// At most so many runs, instead of [`Kinds::RUNS`]. A sweep that needs more says that it stopped.
    #[must_use]
    pub fn at_most(self, runs: u32) -> Self {
        Kinds { runs, ..self }
    }

    /// The codes with which calls of a method are failed; none if it returns nothing that could fail.
    #[must_use]
    pub fn of(&self, method: &Method) -> Vec<Hresult> {
        if !can_fail(method) {
            return Vec::new();
        }
        let mut codes = match &self.codes {
            Codes::Documented => documented::of(method).to_vec(),
            Codes::These(codes) => codes.clone(),
        };
        let more: &[Hresult] = match (self.common, &self.codes) {
            (true, _) => documented::COMMON,
            (false, Codes::Documented) => &[Hresult::MAPI_E_CALL_FAILED],
            (false, Codes::These(_)) => &[],
        };
        for code in more {
            if !codes.contains(code) {
                codes.push(*code);
            }
        }
        codes.retain(|code| *code != Hresult::S_OK);
        codes
    }

    /// For how long faults last: once, from then on.
    fn lasting(&self) -> impl Iterator<Item = bool> + use<> {
        [(false, self.transient), (true, self.persistent)].into_iter().filter(|(_, wanted)| *wanted).map(|(lasts, _)| lasts)
    }
}

impl Default for Kinds {
    fn default() -> Self {
        Kinds::documented()
    }
}

/// Runs a body in a fresh world of the fixture, failing its first call, then its second, and so on, with each code in turn, until a run in which
/// no fault came because there was no such call.
///
/// However a call fails, the body must end in success or in an error, never in a panic, and leave the world clean: no session, no object, no held
/// mutex, no waiting call, no MAPIInitialize that was not undone. It must not keep handles: what it returns is dropped first. Without any fault it
/// must succeed. Lints are not looked at: a client that fails may leave without Logoff, as long as it releases.
///
/// A body is run once for every call, code and duration: `20` calls with `4` codes are `160` runs, at most [`Kinds::RUNS`]. What it does has to
/// depend on its world alone.
///
/// # Panics
///
/// If the body never uses the process of [`Kinds::of_process`]: such a sweep would test nothing.
///
/// ```
/// use mapi_sim::{Failure, Fixture, Kinds, LogonFlags, Sim, sweep};
///
/// fn count_stores(sim: &Sim) -> Result<usize, Failure> {
///     let session = sim.logon("Work", LogonFlags::EXTENDED | LogonFlags::NEW_SESSION)?;
///     let stores = session.get_msg_stores_table(0)?.query_rows(100)?.len();
///     session.logoff(Default::default())?;
///     Ok(stores)
/// }
///
/// sweep(&Fixture::shipped("office").unwrap(), Kinds::default(), count_stores).expect_clean();
/// ```
pub fn sweep<R: Ending>(fixture: &Fixture, kinds: Kinds, mut body: impl FnMut(&Sim) -> R) -> Sweep {
    let mut sweep = Sweep::new(fixture.name());
    let without = Run::of(fixture, None, &kinds, &mut body);
    sweep.count(false);
    if let Some(how) = without.trial.broke(true) {
        sweep.note(Broken::new(&without, None, how));
        return sweep;
    }
    if let Some(name) = &kinds.process {
        let known = without.trial.sim.kernel(|kernel| kernel.processes().iter().any(|process| process.name() == name));
        assert!(known, "the sweep is of the process \"{name}\", which the body does not use");
    }
    for at in 1.. {
        let mut first = true;
        for lasts in kinds.lasting() {
            for code in 0.. {
                if sweep.runs() >= kinds.runs {
                    sweep.stop();
                    return sweep;
                }
                let run = Run::of(fixture, Some(Aim { at, code, lasts, seen: 0, hit: None }), &kinds, &mut body);
                let Some(hit) = run.hit.clone() else { return sweep };
                sweep.count(first);
                first = false;
                if let Some(how) = run.trial.broke(false) {
                    sweep.note(Broken::new(&run, Some(&hit), how));
                }
                if code + 1 >= hit.codes {
                    break;
                }
            }
        }
    }
    sweep
}

/// Which call is to fail, and whether it came.
#[derive(Clone)]
struct Aim {
    at: u32,
    code: usize,
    lasts: bool,
    seen: u32,
    hit: Option<Hit>,
}

/// A call that was failed.
#[derive(Clone)]
struct Hit {
    method: &'static Method,
    hr: Hresult,
    lasts: bool,
    /// How many codes there are for its method.
    codes: usize,
}

impl Aim {
    /// What happens to a call.
    fn verdict(&mut self, call: &Call, kinds: &Kinds) -> Verdict {
        let method = call.method();
        if let Some(hit) = &self.hit {
            return if self.lasts && hit.method == method { Verdict::Fail(hit.hr) } else { Verdict::Pass };
        }
        let codes = kinds.of(method);
        if codes.is_empty() {
            return Verdict::Pass;
        }
        self.seen += 1;
        match codes.get(self.code) {
            Some(hr) if self.seen == self.at => {
                self.hit = Some(Hit { method, hr: *hr, lasts: self.lasts, codes: codes.len() });
                Verdict::Fail(*hr)
            }
            _ => Verdict::Pass,
        }
    }
}

/// One run of the body.
struct Run {
    trial: Trial,
    hit: Option<Hit>,
}

impl Run {
    fn of<R: Ending>(fixture: &Fixture, aim: Option<Aim>, kinds: &Kinds, body: &mut impl FnMut(&Sim) -> R) -> Run {
        let sim = fixture.start();
        let aim = aim.map(|aim| Arc::new(Mutex::new(aim)));
        if let Some(aim) = &aim {
            let (aim, kinds) = (aim.clone(), kinds.clone());
            let rule = kinds.process.iter().fold(on("*"), |rule, name| rule.process(name));
            sim.rule(rule.named(RULE).decide(move |call, _| aim.lock().verdict(call, &kinds))).keep();
        }
        let trial = Trial::run(sim, body);
        Run { trial, hit: aim.and_then(|aim| aim.lock().hit.clone()) }
    }
}
