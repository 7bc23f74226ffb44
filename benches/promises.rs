//! The promises of speed, each a ratio of two things measured interleaved in one process: `cargo bench --bench promises`.
//!
//! The yardstick of a logon is a hand-written minimal one: lock, look the profile up, look at the shared slot, keep the session in an ordered map,
//! note the call in a journal; logoff undoes it. It knows no flags, no readings, no reasons.

#![allow(clippy::print_stdout)] // The ratios are what this is run for.

mod common;

use common::ratio;

use std::collections::{BTreeMap, VecDeque};
use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use mapi_sim::kernel::{Profile, Profiles};
use mapi_sim::{Fixture, Logon, LogonFlags, Process, Sim};
use parking_lot::Mutex;

/// The minimal logon: a world behind a lock, and a handle that releases itself, as any safe face has them.
#[derive(Clone)]
struct Minimal(Arc<Mutex<MinimalWorld>>);

#[derive(Default)]
struct MinimalWorld {
    profiles: BTreeMap<String, u32>,
    shared: Option<u32>,
    sessions: BTreeMap<u32, MinimalSession>,
    made: u32,
    journal: VecDeque<(String, u32)>,
}

/// A session with the rows that its status table begins with.
struct MinimalSession {
    _profile: u32,
    _rows: Vec<u64>,
}

struct MinimalHandle {
    world: Minimal,
    number: u32,
}

impl Minimal {
    fn new(names: impl Iterator<Item = String>) -> Self {
        let profiles = names.zip(0..).collect();
        Minimal(Arc::new(Mutex::new(MinimalWorld { profiles, ..MinimalWorld::default() })))
    }

    fn note(world: &mut MinimalWorld, what: &str, number: u32) {
        if world.journal.len() == 4096 {
            world.journal.pop_front();
        }
        world.journal.push_back((what.to_owned(), number));
    }

    fn logon(&self, name: &str) -> Option<MinimalHandle> {
        let mut world = self.0.lock();
        let profile = *world.profiles.get(name)?;
        if world.shared.is_some() {
            return None;
        }
        world.made += 1;
        let number = world.made;
        world.sessions.insert(number, MinimalSession { _profile: profile, _rows: vec![1, 2, 3] });
        Minimal::note(&mut world, name, number);
        drop(world);
        Some(MinimalHandle { world: self.clone(), number })
    }
}

impl MinimalHandle {
    fn logoff(&self) {
        let mut world = self.world.0.lock();
        world.sessions.remove(&self.number);
        Minimal::note(&mut world, "logoff", self.number);
    }
}

impl Drop for MinimalHandle {
    fn drop(&mut self) {
        let mut world = self.world.0.lock();
        Minimal::note(&mut world, "release", self.number);
    }
}

const NEW: LogonFlags = LogonFlags::EXTENDED.union(LogonFlags::NEW_SESSION);

fn pair(process: &Process, name: &str) {
    let session = process.logon_ex(Logon::profile(name).flags(NEW)).expect("the profile exists");
    session.logoff(Default::default()).expect("logged on");
}

/// A fixture of this many profiles, complete in itself.
fn profiles(count: usize) -> String {
    let mut text = String::from(
        "format = 1\n\n[mapisvc.services.LOCAL]\ntitle = \"Personal Folders\"\nproviders = [\"Store\"]\n\n\
         [mapisvc.providers.Store]\ntype = \"store\"\nprovider_display = \"Personal Folders\"\n",
    );
    for number in 0..count {
        text += &format!(
            "\n[[profile]]\nname = \"Profile {number}\"\n\n[[profile.service]]\nservice = \"LOCAL\"\nid = \"local\"\ndisplay_name = \"Archive\"\n"
        );
    }
    text
}

fn logons() {
    let minimal = Minimal::new(["Work".to_owned()].into_iter());
    let minimal_pair = || minimal.logon(black_box("Work")).expect("there").logoff();
    let sim = Sim::minimal();
    let process = sim.process("bench");
    ratio("new session: logon, logoff, release : minimal", 4.0, || pair(&process, black_box("Work")), minimal_pair);

    let shared = Sim::minimal();
    let owner = shared.process("owner").logon_ex(Logon::profile("Work").flags(NEW | LogonFlags::ALLOW_OTHERS)).expect("a session");
    let joiner = shared.process("joiner");
    let join = || {
        let session = joiner.logon_ex(Logon::new().flags(LogonFlags::EXTENDED)).expect("a shared session");
        session.logoff(Default::default()).expect("logged on");
    };
    ratio("shared session: join, logoff, release : minimal", 2.2, join, minimal_pair);
    drop(owner);

    let refuse = || drop(black_box(process.logon_ex(Logon::profile("Nope").flags(NEW))));
    ratio("refused logon : minimal", 1.4, refuse, minimal_pair);

    let many = Fixture::shipped("thousand_profiles").expect("shipped").start();
    let name = many.kernel(|kernel| kernel.profiles().iter().nth(500).expect("500 profiles").1.name.clone());
    let crowd = many.process("bench");
    ratio("1,000 profiles : one profile", 1.3, || pair(&crowd, black_box(&name)), || pair(&process, black_box("Work")));
}

/// Many profiles without services.
fn crowd(count: usize) -> Fixture {
    let base = Fixture::shipped("minimal").expect("shipped");
    let mut profiles = Profiles::default();
    for number in 0..count {
        let name = format!("Profile {number}");
        profiles.add(Profile { name, ..Profile::default() }).expect("each name once");
    }
    base.with_profiles(profiles)
}

fn a_million_names() {
    let million = crowd(1_000_000).start();
    let names: Vec<String> = (0..4096u64).map(|i| format!("Profile {}", i.wrapping_mul(2_654_435_761) % 1_000_000)).collect();
    let (process, mut at) = (million.process("bench"), 0);
    let one = Sim::minimal();
    let single = one.process("bench");
    let next = || {
        at = (at + 1) % names.len();
        pair(&process, &names[at]);
    };
    ratio("a million distinct names : one profile", 5.0, next, || pair(&single, black_box("Work")));
}

fn fixtures() {
    let small = profiles(27);
    let large = profiles(1900);
    let (small_size, large_size) = (small.len(), large.len());
    println!("(small fixture: {small_size} bytes, large fixture: {large_size} bytes)");
    let parse = |text: &str| drop(black_box(toml::from_str::<toml::Table>(black_box(text)).expect("reads")));
    let load = |text: &str| drop(black_box(Fixture::named("bench.toml", black_box(text)).expect("reads")));
    ratio("load a 3 kB fixture : toml parsing the same text", 1.5, || load(&small), || parse(&small));
    ratio("load a 200 kB fixture : toml parsing the same text", 1.5, || load(&large), || parse(&large));
    let fixture = Fixture::named("bench.toml", &small).expect("reads");
    ratio("start a parsed 3 kB fixture : parsing it", 0.05, || drop(black_box(fixture.start())), || load(&small));
    let world = fixture.start();
    let _session = world.logon("Profile 1", NEW).expect("a session");
    ratio("fork a world : parsing its fixture", 0.05, || drop(black_box(world.fork())), || load(&small));
}

/// What hangs from a session.
fn sessions() {
    let sim = Sim::office();
    let process = sim.process("bench");
    let table = |flags: LogonFlags| {
        let session = process.logon_ex(Logon::profile("Work").flags(NEW | flags)).expect("the profile exists");
        let rows = session.get_status_table(0).and_then(|table| table.query_all_rows()).expect("a table");
        session.logoff(Default::default()).expect("logged on");
        rows
    };
    let logon = |flags: LogonFlags| {
        let session = process.logon_ex(Logon::profile("Work").flags(NEW | flags)).expect("the profile exists");
        session.logoff(Default::default()).expect("logged on");
    };
    let mail = LogonFlags::empty();
    ratio("NO_MAIL logon : messaging logon", 1.0, || logon(LogonFlags::NO_MAIL), || logon(mail));
    ratio(
        "status table and all rows with its logon : the logon",
        7.0,
        || drop(black_box(table(LogonFlags::NO_MAIL))),
        || logon(LogonFlags::NO_MAIL),
    );

    let loud = Sim::minimal();
    let quiet = Sim::minimal();
    quiet.keep_journal(false);
    let (loud_process, quiet_process) = (loud.process("bench"), quiet.process("bench"));
    ratio("journal kept : not kept", 1.3, || pair(&loud_process, "Work"), || pair(&quiet_process, "Work"));

    let crowded = Sim::minimal();
    let owner = crowded.process("owner");
    let open: Vec<_> =
        (0..10_000).map(|_| owner.logon_ex(Logon::profile("Work").flags(NEW | LogonFlags::NO_MAIL)).expect("a session")).collect();
    let newcomer = crowded.process("newcomer");
    let empty = Sim::minimal();
    let first = empty.process("first");
    ratio("logon with 10,000 sessions open : the first", 1.5, || pair(&newcomer, "Work"), || pair(&first, "Work"));
    drop(open);
}

fn promises(criterion: &mut Criterion) {
    logons();
    sessions();
    a_million_names();
    fixtures();
    // One plain measurement, so that criterion keeps a history of the main thing.
    let sim = Sim::minimal();
    let process = sim.process("bench");
    criterion.bench_function("logon, logoff, release", |bencher| bencher.iter(|| pair(&process, black_box("Work"))));
}

criterion_group!(benches, promises);
criterion_main!(benches);
