//! An advise sink of a client, with its count and a record of what it is told.

use std::ptr::null_mut;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::thread::ThreadId;

use mapi32::abi::{NOTIFICATION, SPropValue};

use crate::client::*;
use crate::method;

type Functions = [usize; 4];

static FUNCTIONS: Functions = [0; 4];

/// Something that the sink does while it is told.
pub type Act = Box<dyn FnMut() + Send>;

/// IMAPIAdviseSink.
#[repr(C)]
pub struct Sink {
    functions: *const Functions,
    references: AtomicU32,
    told: Mutex<Vec<Told>>,
    act: Mutex<Option<Act>>,
    own: Functions,
}

/// One notification, as it was read while it was good.
#[derive(Clone, Debug)]
pub struct Told {
    /// cNotif of the call.
    pub count: u32,
    pub thread: ThreadId,
    /// Where it stood.
    pub place: usize,
    /// Where the row data stood.
    pub props: usize,
    /// The NOTIFICATION, word by word.
    pub words: [u64; 11],
    pub event_type: u32,
    pub table_event: u32,
    pub result: i32,
    /// PR_INSTANCE_KEY, or the tag that stood there instead.
    pub index: Result<Vec<u8>, u32>,
    pub prior: Result<Vec<u8>, u32>,
    pub row: Vec<(u32, Read)>,
}

impl Sink {
    /// A sink that is held by its maker alone.
    pub fn new() -> Box<Sink> {
        let own = [query as *const () as usize, add as *const () as usize, let_go as *const () as usize, on_notify as *const () as usize];
        let (references, functions) = (AtomicU32::new(1), &raw const FUNCTIONS);
        let mut sink = Box::new(Sink { functions, references, told: Mutex::default(), act: Mutex::default(), own });
        sink.functions = &raw const sink.own;
        sink
    }

    /// The interface pointer.
    pub fn pointer(&self) -> Ptr {
        std::ptr::from_ref(self).cast_mut().cast()
    }

    pub fn references(&self) -> u32 {
        self.references.load(Ordering::SeqCst)
    }

    /// Does this at every call of OnNotify from now on.
    pub fn act(&self, act: Act) {
        *self.act.lock().expect("not poisoned") = Some(act);
    }

    fn record(&self) -> MutexGuard<'_, Vec<Told>> {
        self.told.lock().expect("not poisoned")
    }

    /// What it was told since it was asked last.
    pub fn told(&self) -> Vec<Told> {
        std::mem::take(&mut *self.record())
    }

    /// As [`Sink::told`], after HrDispatchNotifications: the events of tables alone.
    pub fn events(&self) -> Vec<u32> {
        dispatch();
        self.told().iter().map(|told| told.table_event).collect()
    }

    /// Advise on a table.
    pub fn advise(&self, table: Ptr) -> usize {
        let mut connection = 0usize;
        assert_eq!(method!(table, 4, u32 = 0x100, Ptr = self.pointer(), *mut usize = &raw mut connection), S_OK);
        assert_ne!(connection, 0);
        connection
    }
}

/// HrDispatchNotifications.
pub fn dispatch() {
    assert_eq!(unsafe { HrDispatchNotifications(0) }, S_OK);
}

/// Unadvise on a table.
pub fn unadvise(table: Ptr, connection: usize) -> u32 {
    method!(table, 5, usize = connection)
}

unsafe extern "system" fn query(_: *mut Sink, _: *const u8, out: *mut Ptr) -> u32 {
    unsafe { *out = null_mut() };
    E_NOINTERFACE
}

unsafe extern "system" fn add(this: *mut Sink) -> u32 {
    unsafe { &*this }.references.fetch_add(1, Ordering::SeqCst) + 1
}

unsafe extern "system" fn let_go(this: *mut Sink) -> u32 {
    let left = unsafe { &*this }.references.fetch_sub(1, Ordering::SeqCst) - 1;
    assert!(left < u32::MAX / 2, "released once too often");
    left
}

unsafe extern "system" fn on_notify(this: *mut Sink, count: u32, notifications: *const NOTIFICATION) -> u32 {
    let sink = unsafe { &*this };
    for at in 0..count as usize {
        let told = unsafe { read(count, notifications.add(at)) };
        sink.record().push(told);
    }
    let act = sink.act.lock().expect("not poisoned").take();
    if let Some(mut act) = act {
        act();
        sink.act.lock().expect("not poisoned").get_or_insert(act);
    }
    // What it returns does not matter (NOTIFY-002).
    0x8000_0000
}

unsafe fn read(count: u32, place: *const NOTIFICATION) -> Told {
    unsafe {
        let event_type = (*place).ulEventType;
        let (tab, none) = ((*place).info.tab, [].as_slice());
        let is_table = event_type == 0x100;
        let row = if !is_table || tab.row.lpProps.is_null() { none.to_vec() } else { read_props(tab.row.lpProps.cast(), tab.row.cValues) };
        Told {
            count,
            thread: std::thread::current().id(),
            place: place.addr(),
            props: tab.row.lpProps.addr(),
            words: place.cast::<[u64; 11]>().read(),
            event_type,
            table_event: tab.ulTableEvent,
            result: tab.hResult,
            index: if is_table { key(&tab.propIndex) } else { Err(0) },
            prior: if is_table { key(&tab.propPrior) } else { Err(0) },
            row,
        }
    }
}

unsafe fn key(prop: &SPropValue) -> Result<Vec<u8>, u32> {
    match prop.ulPropTag {
        0x0FF6_0102 => Ok(unsafe { std::slice::from_raw_parts(prop.Value.bin.lpb, prop.Value.bin.cb as usize) }.to_vec()),
        tag => Err(tag),
    }
}
