//! The C client of the scenarios: each call by an exported function or a slot of a vtable, as the process and the thread that make it.

#[path = "build.rs"]
mod build;
#[path = "tables.rs"]
mod tables;

use std::collections::BTreeMap;
use std::ptr::{null, null_mut};
use std::sync::Arc;

use mapi_sim::call::{
    Bytes, Call, CallId, Caller, Handle, IMAPIClientShutdown, IMAPISession, IMAPIStatus, IProfAdmin, IUnknown, Mapi, Out, OutPtr,
    ProcessId, Reply,
};
use mapi_sim::kernel::Event;
use mapi_sim::mapi::{CodePage, Guid};
use mapi_sim::scenario::Executor;
use mapi_sim::{Error, Hresult, PropTag, Sim, Text};
use mapi32::abi::{MAPIERROR, SPropValue};
use mapi32::notify;
use mapi32::world::{Face, bind_face};

use crate::client::{
    CreateIProp, DeinitMapiUtil, HrDispatchNotifications, MAPI_UNICODE, MAPIAdminProfiles, MAPIInitialize, MAPILogonEx, MAPIUninitialize,
    Ptr, ScInitMapiUtil, query_interface, release,
};
use crate::method;
use crate::props;
use crate::values::{raw, take_bytes, take_error, take_props, take_strings};

/// What a slot gave: the code, and what is made of the out-parameters if it is a success.
pub type Answer = (u32, Got);

/// Out-parameters.
pub enum Got {
    /// All of it is known.
    Out(Out),
    /// A pointer to an object; the journal knows its name.
    Object(Ptr),
    /// A pointer to an object, and its type.
    Opened(Ptr, u32),
    /// The status of a table, without the type that the world tells beside it.
    Status(u32),
}

/// Why a call cannot be made through C.
type Skip = &'static str;

const NO_MONITOR: Skip = "mapi32 has no initialisation monitor";
const NO_POINTER: Skip = "the object was made by a step that did not go through C";
const OTHER_PROCESS: Skip = "a pointer of another process is no pointer in this one";
const NO_FACET: Skip = "QueryInterface gives no IMAPIClientShutdown";

/// A C client, as many processes and threads as the scenario has.
pub struct Arm {
    sim: Arc<Sim>,
    page: CodePage,
    faces: BTreeMap<ProcessId, Arc<Face>>,
    objects: BTreeMap<Handle, Ptr>,
    owners: BTreeMap<Handle, ProcessId>,
    facets: BTreeMap<Handle, Ptr>,
    sinks: BTreeMap<u32, Box<sink::Sink>>,
    made: Vec<(String, Reply)>,
    through_c: usize,
    skipped: Vec<Skip>,
}

impl Executor for Arm {
    fn call(&mut self, caller: Caller, call: &Call) -> Result<Reply, Error> {
        let face = self.face(caller);
        let bound = bind_face(face);
        let before = self.sim.kernel(|kernel| kernel.last_call().number());
        let reply = match self.make(caller, call) {
            Ok((hr, got)) => {
                self.through_c += 1;
                self.reply(caller, call, before, hr, got)
            }
            Err(reason) => {
                self.skipped.push(reason);
                self.sim.call(caller, call.clone())?
            }
        };
        bound.discard();
        self.made.push((call.to_string(), reply.clone()));
        Ok(reply)
    }
}

impl Arm {
    /// A client that has done nothing yet.
    pub fn new(sim: Arc<Sim>) -> Self {
        Arm {
            page: sim.kernel(|kernel| kernel.machine().code_page),
            sim,
            faces: BTreeMap::new(),
            objects: BTreeMap::new(),
            owners: BTreeMap::new(),
            facets: BTreeMap::new(),
            sinks: BTreeMap::new(),
            made: Vec::new(),
            through_c: 0,
            skipped: Vec::new(),
        }
    }

    /// Everything it did.
    pub fn finish(self, skipped: &mut BTreeMap<Skip, usize>, through_c: &mut usize) -> Vec<(String, Reply)> {
        for reason in self.skipped {
            *skipped.entry(reason).or_default() += 1;
        }
        *through_c += self.through_c;
        self.made
    }

    /// How many notifications the world had for sinks, and how many the client got: what is due yet is delivered first.
    pub fn notifications(&self) -> (usize, usize) {
        self.faces.values().for_each(|face| notify::deliver(face));
        let journal = self.sim.journal();
        let due = journal.events().filter(|event| matches!(event, Event::Notified { .. })).count();
        (due, self.sinks.values().map(|sink| sink.told()).sum())
    }

    /// The process that makes a call, with the thread of this test in the place of the thread that does.
    fn face(&mut self, caller: Caller) -> Arc<Face> {
        let name = self.sim.kernel(|kernel| kernel.caller_name(caller));
        let (process, thread) = name.split_once('/').unwrap_or((&name, "main"));
        let face = self.faces.entry(caller.process).or_insert_with(|| Face::new(self.sim.clone(), process)).clone();
        assert_eq!(face.play(thread), caller);
        face
    }

    /// What the client got, in the words of calls.
    fn reply(&mut self, caller: Caller, call: &Call, before: u32, hr: u32, got: Got) -> Reply {
        let hr = Hresult::new(hr);
        let out = match got {
            Got::Out(out) => out,
            Got::Object(pointer) => Out::Object(self.name(caller, call, before, pointer)),
            Got::Status(status) => match self.answered(call, before).out {
                Out::TableStatus { table_type, .. } => Out::TableStatus { status, table_type },
                other => other,
            },
            Got::Opened(pointer, object_type) => Out::Opened { object: self.name(caller, call, before, pointer), object_type },
        };
        Reply { hr, out }
    }

    /// What the world answered, as the journal has it.
    fn answered(&self, call: &Call, before: u32) -> Reply {
        let journal = self.sim.journal();
        let mut entries = journal.entries().filter(|entry| entry.id() > CallId::from_number(before));
        entries.find(|entry| entry.call().method() == call.method()).expect("the world was asked").reply().clone()
    }

    /// The name of an object that came back, as the journal has it.
    fn name(&mut self, caller: Caller, call: &Call, before: u32, pointer: Ptr) -> Handle {
        let handle = self.answered(call, before).object().expect("the call made an object");
        self.objects.insert(handle, pointer);
        self.owners.insert(handle, caller.process);
        handle
    }

    fn pointer(&self, object: Handle) -> Result<Ptr, Skip> {
        self.objects.get(&object).copied().ok_or(NO_POINTER)
    }

    fn make(&mut self, caller: Caller, call: &Call) -> Result<Answer, Skip> {
        if call.this().and_then(|this| self.owners.get(&this)).is_some_and(|owner| *owner != caller.process) {
            return Err(OTHER_PROCESS);
        }
        match call {
            Call::Mapi(call) => self.function(call),
            Call::IUnknown(this, call) => self.unknown(*this, call),
            Call::IMAPISession(this, call) => Ok(self.session(self.pointer(*this)?, call)),
            Call::IMAPIClientShutdown(this, call) => self.shutdown(*this, call),
            Call::IMAPITable(this, call) => Ok(self.table(self.pointer(*this)?, call)),
            Call::IMAPIProp(this, call) => {
                Ok(props::prop(self.pointer(*this)?, call, self.page, |other| self.objects.get(&other).copied()))
            }
            Call::IPropData(this, call) => Ok(props::prop_data(self.pointer(*this)?, call)),
            Call::IStream(this, call) => Ok(props::stream(self.pointer(*this)?, call, |other| self.objects.get(&other).copied())),
            Call::ITableData(this, call) => Ok(self.table_data(self.pointer(*this)?, call)),
            Call::IMAPIStatus(this, call) => Ok(status(self.pointer(*this)?, call)),
            Call::IProfAdmin(this, call) => Ok(self.prof_admin(self.pointer(*this)?, call)),
            Call::IMAPIInitMonitor(..) | Call::IMAPIWaitResult(..) => Err(NO_MONITOR),
            other => panic!("{other} is new: teach it to this arm"),
        }
    }

    fn function(&self, call: &Mapi) -> Result<Answer, Skip> {
        // SAFETY: the arguments are what the functions want: strings with their NUL, places of the right type, or NULL.
        let hr = unsafe {
            match call {
                Mapi::MAPIInitialize { version, flags } => MAPIInitialize([*version, flags.bits()].as_ptr()),
                Mapi::MAPIUninitialize {} => {
                    MAPIUninitialize();
                    0
                }
                Mapi::ScInitMapiUtil { flags } => ScInitMapiUtil(*flags),
                Mapi::DeinitMapiUtil {} => {
                    DeinitMapiUtil();
                    0
                }
                Mapi::HrDispatchNotifications { flags } => HrDispatchNotifications(*flags),
                Mapi::MAPIAdminProfiles { flags } => {
                    let mut admin = null_mut();
                    return Ok(object(MAPIAdminProfiles(*flags, &raw mut admin), admin));
                }
                Mapi::CreateIProp { interface } => {
                    let (mut place, nothing) = (0x77 as Ptr, null_mut());
                    let iid = interface.as_ref().map_or(null(), |guid| guid.bytes().as_ptr());
                    return Ok(object(CreateIProp(iid, nothing, nothing, nothing, nothing, &raw mut place), place));
                }
                Mapi::MAPILogonEx { ui_param, profile_name, password, flags, session } => {
                    let [name, password] = [profile_name.as_ref(), password.as_deref()].map(|text| self.string(text, flags.bits()));
                    let mut place = 0x77 as Ptr;
                    let out = if *session == OutPtr::Given { &raw mut place } else { null_mut() };
                    let hr = MAPILogonEx(*ui_param as usize, start(&name), start(&password), flags.bits(), out);
                    if out.is_null() {
                        place = null_mut();
                    }
                    return Ok(object(hr, place));
                }
                Mapi::CreateTable { interface, table_type, index_column, columns } => {
                    return Ok(tables::create(interface.as_deref(), *table_type, *index_column, columns));
                }
                _ => return Err(NO_MONITOR),
            }
        };
        Ok((hr, Got::Out(Out::Nothing)))
    }

    /// QueryInterface gives a reference more, which the client releases at once: in the words of calls an object has one.
    fn unknown(&mut self, this: Handle, call: &IUnknown) -> Result<Answer, Skip> {
        let pointer = self.pointer(this)?;
        match call {
            IUnknown::QueryInterface { iid } => {
                let mut found = null_mut();
                let hr = query_interface(pointer, *iid.bytes(), &mut found);
                if found.is_null() {
                    return Ok((hr, Got::Out(Out::Nothing)));
                }
                assert!(release(found) > 0);
                Ok((hr, Got::Out(Out::Nothing)))
            }
            IUnknown::Release {} => {
                assert_eq!(release(pointer), 0);
                Ok((0, Got::Out(Out::Nothing)))
            }
            other => panic!("{other:?} is new: teach it to this arm"),
        }
    }

    /// IMAPIClientShutdown has slots of its own; the client asks for them once.
    fn shutdown(&mut self, this: Handle, call: &IMAPIClientShutdown) -> Result<Answer, Skip> {
        let session = self.pointer(this)?;
        let facet = match self.facets.get(&this) {
            Some(facet) => *facet,
            None => {
                let mut facet = null_mut();
                let _ = query_interface(session, *Guid::IID_IMAPIClientShutdown.bytes(), &mut facet);
                if facet.is_null() {
                    return Err(NO_FACET);
                }
                release(facet);
                self.facets.insert(this, facet);
                facet
            }
        };
        let hr = match call {
            IMAPIClientShutdown::QueryFastShutdown {} => method!(facet, 3),
            IMAPIClientShutdown::NotifyProcessShutdown {} => method!(facet, 4),
            IMAPIClientShutdown::DoFastShutdown {} => method!(facet, 5),
            other => panic!("{other:?} is new: teach it to this arm"),
        };
        Ok((hr, Got::Out(Out::Nothing)))
    }

    fn session(&mut self, this: Ptr, call: &IMAPISession) -> Answer {
        let (mut place, mut count, mut error): (Ptr, u32, *mut MAPIERROR) = (null_mut(), 0, null_mut());
        match call {
            IMAPISession::GetLastError { result, flags } => {
                let hr = method!(this, 3, i32 = result.code().cast_signed(), u32 = flags.bits(), *mut *mut MAPIERROR = &raw mut error);
                out(hr, || Out::Error(take_error(error, wide(flags.bits()), self.page)))
            }
            IMAPISession::GetMsgStoresTable { flags } => object(method!(this, 4, u32 = flags.bits(), *mut Ptr = &raw mut place), place),
            IMAPISession::OpenMsgStore { ui_param, entry_id, interface, flags } => {
                let (cb, id) = counted(entry_id);
                let hr = method!(
                    this, 5, usize = *ui_param as usize, u32 = cb, *const u8 = id, *const u8 = iid(interface), u32 = flags.bits(),
                    *mut Ptr = &raw mut place
                );
                object(hr, place)
            }
            IMAPISession::OpenAddressBook { ui_param, interface, flags } => {
                let hr = method!(this, 6, usize = *ui_param as usize, *const u8 = iid(interface), u32 = *flags, *mut Ptr = &raw mut place);
                object(hr, place)
            }
            IMAPISession::GetStatusTable { flags } => object(method!(this, 8, u32 = flags.bits(), *mut Ptr = &raw mut place), place),
            IMAPISession::OpenEntry { entry_id, interface, flags } => {
                let (cb, id) = counted(entry_id);
                let hr = method!(
                    this, 9, u32 = cb, *const u8 = id, *const u8 = iid(interface), u32 = flags.bits(), *mut u32 = &raw mut count,
                    *mut Ptr = &raw mut place
                );
                if place.is_null() { (hr, Got::Out(Out::Nothing)) } else { (hr, Got::Opened(place, count)) }
            }
            IMAPISession::CompareEntryIDs { entry_id1, entry_id2, flags } => {
                let ((cb1, id1), (cb2, id2)) = (counted(entry_id1), counted(entry_id2));
                let hr = method!(
                    this, 10, u32 = cb1, *const u8 = id1, u32 = cb2, *const u8 = id2, u32 = *flags, *mut u32 = &raw mut count
                );
                out(hr, || Out::Bool(count != 0))
            }
            IMAPISession::Advise { entry_id, event_mask, advise_sink } => {
                let ((cb, id), mut connection) = (counted(entry_id), 0usize);
                let sink = self.sink(*advise_sink);
                let hr = method!(
                    this, 11, u32 = cb, *const u8 = id, u32 = event_mask.bits(), Ptr = sink, *mut usize = &raw mut connection
                );
                out(hr, || Out::Number(connection as i64))
            }
            IMAPISession::Unadvise { connection } => done(method!(this, 12, usize = *connection as usize)),
            IMAPISession::EnumAdrTypes { flags } => {
                let hr = method!(this, 15, u32 = flags.bits(), *mut u32 = &raw mut count, *mut Ptr = &raw mut place);
                out(hr, || Out::Strings(take_strings(count, place, wide(flags.bits()), self.page)))
            }
            IMAPISession::QueryIdentity {} => {
                let hr = method!(this, 16, *mut u32 = &raw mut count, *mut Ptr = &raw mut place);
                // Without an identity there is a success with nothing.
                if place.is_null() { done(hr) } else { out(hr, || Out::EntryId(take_bytes(count, place))) }
            }
            IMAPISession::Logoff { ui_param, flags, reserved } => {
                done(method!(this, 17, usize = *ui_param as usize, u32 = flags.bits(), u32 = *reserved))
            }
            other => self.session_rest(this, other),
        }
    }

    /// Options of messages, and what is not built.
    fn session_rest(&self, this: Ptr, call: &IMAPISession) -> Answer {
        let (nothing, mut place): (Ptr, Ptr) = (null_mut(), null_mut());
        match call {
            IMAPISession::MessageOptions { flags, adr_type } => {
                let text = self.string(adr_type.as_ref(), flags.bits());
                done(method!(this, 13, usize = 0, u32 = flags.bits(), Ptr = start(&text).cast_mut(), Ptr = nothing))
            }
            IMAPISession::QueryDefaultMessageOpt { adr_type, flags } => {
                let text = self.string(adr_type.as_ref(), flags.bits());
                let (mut count, mut props): (u32, *mut SPropValue) = (0, null_mut());
                let hr = method!(
                    this, 14, Ptr = start(&text).cast_mut(), u32 = flags.bits(), *mut u32 = &raw mut count,
                    *mut *mut SPropValue = &raw mut props
                );
                if props.is_null() { done(hr) } else { out(hr, || Out::Props(take_props(count, props, self.page))) }
            }
            IMAPISession::OpenProfileSection {} => done(method!(this, 7, Ptr = nothing, Ptr = nothing, u32 = 0, *mut Ptr = &raw mut place)),
            IMAPISession::SetDefaultStore {} => done(method!(this, 18, u32 = 0, u32 = 0, Ptr = nothing)),
            IMAPISession::AdminServices {} => done(method!(this, 19, u32 = 0, *mut Ptr = &raw mut place)),
            IMAPISession::ShowForm {} => done(method!(
                this,
                20,
                usize = 0,
                Ptr = nothing,
                Ptr = nothing,
                Ptr = nothing,
                usize = 0,
                Ptr = nothing,
                u32 = 0,
                u32 = 0,
                u32 = 0,
                u32 = 0,
                Ptr = nothing
            )),
            IMAPISession::PrepareForm {} => done(method!(this, 21, Ptr = nothing, Ptr = nothing, *mut Ptr = &raw mut place)),
            other => panic!("{other:?} is new: teach it to this arm"),
        }
    }

    fn prof_admin(&self, this: Ptr, call: &IProfAdmin) -> Answer {
        let string = |text: Option<&Text>, flags: &u32| self.string(text, *flags);
        done(match call {
            IProfAdmin::DeleteProfile { profile_name, flags } => {
                method!(this, 6, Ptr = start(&string(profile_name.as_ref(), flags)).cast_mut(), u32 = *flags)
            }
            IProfAdmin::ChangeProfilePassword { profile_name, old_password, new_password, flags } => {
                let texts = [profile_name.as_ref(), old_password.as_deref(), new_password.as_deref()].map(|text| string(text, flags));
                let [name, old, new] = texts.each_ref().map(|text| start(text).cast_mut());
                method!(this, 7, Ptr = name, Ptr = old, Ptr = new, u32 = *flags)
            }
            IProfAdmin::RenameProfile { old_profile_name, old_password, new_profile_name, ui_param, flags } => {
                let texts = [old_profile_name.as_ref(), old_password.as_deref(), new_profile_name.as_deref()];
                let texts = texts.map(|text| string(text, flags));
                let [old, password, new] = texts.each_ref().map(|text| start(text).cast_mut());
                method!(this, 9, Ptr = old, Ptr = password, Ptr = new, usize = *ui_param as usize, u32 = *flags)
            }
            IProfAdmin::SetDefaultProfile { profile_name, flags } => {
                method!(this, 10, Ptr = start(&string(profile_name.as_ref(), flags)).cast_mut(), u32 = *flags)
            }
            other => panic!("{other:?} is new: teach it to this arm"),
        })
    }

    fn string(&self, text: Option<&Text>, flags: u32) -> Option<Vec<u8>> {
        text.map(|text| raw(text, wide(flags), self.page))
    }

    /// The sink of a number; 0 is none.
    fn sink(&mut self, number: u32) -> Ptr {
        if number == 0 {
            return null_mut();
        }
        let sink = self.sinks.entry(number).or_insert_with(|| Box::new(sink::Sink::new()));
        std::ptr::from_mut(&mut **sink).cast()
    }
}

fn status(this: Ptr, call: &IMAPIStatus) -> Answer {
    done(match call {
        IMAPIStatus::ValidateState { ui_param, flags } => method!(this, 14, usize = *ui_param as usize, u32 = *flags),
        IMAPIStatus::SettingsDialog { ui_param, flags } => method!(this, 15, usize = *ui_param as usize, u32 = *flags),
        IMAPIStatus::ChangePassword {} => method!(this, 16, Ptr = null_mut(), Ptr = null_mut(), u32 = 0),
        IMAPIStatus::FlushQueues { ui_param, target_transport, flags } => {
            let (cb, id) = counted(target_transport);
            method!(this, 17, usize = *ui_param as usize, u32 = cb, *const u8 = id, u32 = *flags)
        }
        other => panic!("{other:?} is new: teach it to this arm"),
    })
}

/// A code and nothing else.
pub fn done(hr: u32) -> Answer {
    (hr, Got::Out(Out::Nothing))
}

/// What a success left in the out-parameters.
pub fn out(hr: u32, read: impl FnOnce() -> Out) -> Answer {
    if hr >> 31 == 1 { done(hr) } else { (hr, Got::Out(read())) }
}

/// An object, if there is one.
pub fn object(hr: u32, place: Ptr) -> Answer {
    if place.is_null() { done(hr) } else { (hr, Got::Object(place)) }
}

pub fn wide(flags: u32) -> bool {
    flags & MAPI_UNICODE != 0
}

fn start(text: &Option<Vec<u8>>) -> *const std::ffi::c_void {
    text.as_ref().map_or(null(), |bytes| bytes.as_ptr().cast())
}

pub fn counted(bytes: &Option<Bytes>) -> (u32, *const u8) {
    bytes.as_ref().map_or((0, null()), |bytes| (u32::try_from(bytes.len()).expect("short"), bytes.as_ptr()))
}

fn iid(guid: &Option<Guid>) -> *const u8 {
    guid.as_ref().map_or(null(), |guid| guid.bytes().as_ptr())
}

/// A counted array of tags.
pub fn tag_words(tags: &[PropTag]) -> Vec<u32> {
    let count = u32::try_from(tags.len()).expect("few");
    [count].into_iter().chain(tags.iter().map(|tag| tag.value())).collect()
}

/// Advise sinks of the client.
mod sink {
    use std::ffi::c_void;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// IMAPIAdviseSink that counts what it is told.
    #[repr(C)]
    pub struct Sink {
        functions: &'static Functions,
        told: AtomicUsize,
    }

    #[repr(C)]
    struct Functions {
        query_interface: extern "system" fn(*mut Sink, *const c_void, *mut *mut c_void) -> u32,
        add_ref: extern "system" fn(*mut Sink) -> u32,
        release: extern "system" fn(*mut Sink) -> u32,
        on_notify: extern "system" fn(*mut Sink, u32, *mut c_void) -> u32,
    }

    static FUNCTIONS: Functions = Functions { query_interface, add_ref: count, release: count, on_notify };

    extern "system" fn query_interface(_: *mut Sink, _: *const c_void, _: *mut *mut c_void) -> u32 {
        super::Hresult::MAPI_E_INTERFACE_NOT_SUPPORTED.code()
    }

    extern "system" fn count(_: *mut Sink) -> u32 {
        1
    }

    extern "system" fn on_notify(this: *mut Sink, count: u32, _: *mut c_void) -> u32 {
        // SAFETY: the library calls sinks that are registered, and the arm keeps all of them.
        unsafe { &*this }.told.fetch_add(count as usize, Ordering::Relaxed);
        0
    }

    impl Sink {
        /// A sink that was told nothing yet.
        pub fn new() -> Self {
            Sink { functions: &FUNCTIONS, told: AtomicUsize::new(0) }
        }

        /// How many notifications it got.
        pub fn told(&self) -> usize {
            self.told.load(Ordering::Relaxed)
        }
    }
}
