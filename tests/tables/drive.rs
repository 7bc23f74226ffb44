//! The kernel beside the model.

use mapi_sim::call::{Call, Caller, IMAPITable, Mapi, Out, Reply};
use mapi_sim::clause::{Reading, Readings};
use mapi_sim::kernel::{Event, Finished, Kernel, Machine, Nobody, Notice, Profiles, Progress};
use mapi_sim::mapi::{Hresult, InitFlags, Prop, PropTag, Row, TableEvent, TableNotification, Value};
use mapi_sim::{SimDuration, SimTime};

use super::bind::Bindings;
use super::generate::{self, Plan};
use super::lines::Id;
use super::notes::{Batch, Got};
use super::view::{Moved, Place};
use super::world::{Answer, Knobs, Op, World, data_handle, view_call, view_handle};
use super::{MOST_OPS, OP_BYTES, WORLD_BYTES};
use crate::support::choices::Bytes as ByteChoices;

/// A machine with the readings and settings of a model.
pub fn machine(knobs: &Knobs) -> Machine {
    let chosen = [
        (Reading::MissingColumn, knobs.missing_is_null),
        (Reading::UnspecifiedColumn, knobs.unspecified_is_error),
        (Reading::NegativeReadCursor, knobs.negative_to_first),
        (Reading::MissingCompare, knobs.restrict.missing_is_less),
        (Reading::MvTuple, knobs.restrict.no_tuples),
        (Reading::Collation, knobs.ordinal),
        (Reading::LeafOmitsKeys, knobs.leaf_omits_keys),
        (Reading::RestrictColumnsOnly, knobs.columns_only),
        (Reading::AbortWhenIdle, knobs.idle_abort_fails),
        (Reading::TableDataNotify, knobs.notify_single),
        (Reading::TableDataInsert, knobs.insert_after),
        (Reading::DoneEventsSync, knobs.done_events_sync),
    ];
    let readings = chosen.into_iter().filter(|(_, other)| *other).fold(Readings::default(), |all, (reading, _)| all.with_index(reading, 1));
    let mut machine = Machine { readings, outlook_version: 2016, ..Machine::default() };
    machine.tables.categories = knobs.categories;
    machine.tables.async_time = SimDuration::from_millis(knobs.async_ms.unwrap_or(0));
    machine
}

/// The kernel beside the model, and what was done so far.
pub struct Drive {
    /// The model.
    pub model: World,
    kernel: Kernel,
    caller: Caller,
    bound: Bindings,
    /// What sinks have to be told at the next call.
    due: Vec<Batch>,
    /// What they were told, by the model's number of the connection.
    told: Vec<(u32, TableNotification)>,
    story: Vec<String>,
}

impl Drive {
    /// A world with MAPI initialised.
    pub fn new(knobs: &Knobs) -> Self {
        let mut kernel = Kernel::new(machine(knobs).into(), Profiles::default().into());
        let caller = kernel.caller("client", "main");
        let mut drive = Drive {
            model: World::new(knobs.clone()),
            kernel,
            caller,
            bound: Bindings::default(),
            due: Vec::new(),
            told: Vec::new(),
            story: vec![format!("{knobs:?}")],
        };
        drive.call(Call::Mapi(Mapi::MAPIInitialize { version: 0, flags: InitFlags::empty() }));
        drive
    }

    /// Does it in both and holds the two against each other. What needs a choice of the kernel that was not seen yet is passed over.
    ///
    /// # Panics
    ///
    /// With the whole story, when they differ.
    pub fn step(&mut self, op: &Op) -> Option<Reply> {
        let lowered = match op {
            Op::Call(call) => self.bound.lower(call)?,
            Op::Advance(_) => Call::Mapi(Mapi::HrDispatchNotifications { flags: 0 }),
        };
        self.story.push(match op {
            Op::Call(call) => format!("{call}"),
            Op::Advance(ms) => format!("{ms} ms go by"),
        });
        let expected = self.model.apply(op);
        let mut before = std::mem::take(&mut self.due);
        // What a registration has not been told when it ends is dropped (NOTIFY-031); it is told at the end of the next call (NOTIFY-043).
        let live = |connection: u32| self.model.views.iter().flatten().any(|view| view.sinks.contains(&connection));
        before.retain(|batch| live(batch.connection));
        self.due = std::mem::take(&mut self.model.told);
        let (reply, waits) = match op {
            Op::Call(_) => (self.call(lowered), matches!(op, Op::Call(Call::IMAPITable(_, IMAPITable::WaitForCompletion { .. })))),
            Op::Advance(ms) => {
                let reply = self.call(lowered);
                self.advance(self.kernel.now().after(SimDuration::from_millis(*ms)));
                (reply, false)
            }
        };
        let checked = self.answer(op, &expected, &reply).and_then(|()| self.notifications(before, waits)).and_then(|()| self.views());
        if let Err(what) = checked {
            panic!("{what}\n{}", self.story());
        }
        Some(reply)
    }

    /// What was done, to read.
    pub fn story(&self) -> String {
        self.story.iter().enumerate().map(|(at, line)| format!("{at:>3}: {line}\n")).collect()
    }

    /// Makes a call; if it waits, time runs until it is done.
    fn call(&mut self, call: Call) -> Reply {
        let mut done = Vec::new();
        match self.kernel.apply(self.caller, call, &mut Nobody) {
            Progress::Done(finished) => done.push(finished),
            Progress::Waiting(_) => {
                while done.is_empty() {
                    let next = self.kernel.next_time().expect("somebody waits for a moment");
                    self.kernel.advance_once(next.max(self.kernel.now()), &mut Nobody, &mut done);
                }
            }
        }
        let reply = done[0].reply.clone();
        done.iter().for_each(|finished| self.absorb(finished));
        self.advance(self.kernel.now());
        reply
    }

    /// Time moves.
    fn advance(&mut self, to: SimTime) {
        let mut done = Vec::new();
        while self.kernel.advance_once(to, &mut Nobody, &mut done) {}
        done.iter().for_each(|finished| self.absorb(finished));
        let events = self.kernel.take_happened();
        self.read(&events);
    }

    fn absorb(&mut self, finished: &Finished) {
        self.read(&finished.events);
    }

    fn read(&mut self, events: &[Event]) {
        for event in events {
            if let Event::Notified { connection, notice: Notice::Table(notification), .. } = event {
                let made = self.bound.connection(*connection).unwrap_or(u32::MAX);
                self.told.push((made, (**notification).clone()));
            }
        }
    }

    /// The code, and what came with it.
    fn answer(&mut self, op: &Op, expected: &Answer, reply: &Reply) -> Result<(), String> {
        if !expected.codes.contains(&reply.hr) {
            return Err(format!("codes differ\n  model: {:?}\n kernel: {}, {:?}", expected.codes, reply.hr, reply.out));
        }
        if reply.hr.is_failure() {
            // TABLE-249.
            return if reply.out == Out::Nothing { Ok(()) } else { Err(format!("{} with {:?}", reply.hr, reply.out)) };
        }
        let view = match op {
            Op::Call(call) => view_call(call).map(|(view, _)| view),
            Op::Advance(_) => None,
        };
        self.bound.gives(&self.model, view, &expected.gives, &reply.out)
    }

    /// What sinks were told: everything of the operation before, and of this one only if time went by in it.
    fn notifications(&mut self, before: Vec<Batch>, waits: bool) -> Result<(), String> {
        let live: Vec<u32> = self.model.views.iter().flatten().flat_map(|view| view.sinks.clone()).collect();
        self.told.retain(|(connection, _)| live.contains(connection));
        for batch in before {
            self.take(&batch).map_err(|what| format!("what connection {} was told: {what}", batch.connection))?;
        }
        if waits && !self.told.is_empty() {
            for batch in std::mem::take(&mut self.due) {
                self.take(&batch).map_err(|what| format!("what connection {} was told: {what}", batch.connection))?;
            }
        }
        if self.told.is_empty() { Ok(()) } else { Err(format!("sinks were told what was not due: {:?}", self.told)) }
    }

    /// Takes the notifications of a batch and looks at them.
    fn take(&mut self, batch: &Batch) -> Result<(), String> {
        let came: Vec<TableEvent> = self
            .told
            .iter()
            .filter(|(connection, _)| *connection == batch.connection)
            .map(|(_, notification)| notification.event)
            .collect();
        let mut left = batch.takes(&came);
        let mut mine = Vec::new();
        self.told.retain(|(connection, notification)| {
            let takes = *connection == batch.connection && left > 0;
            if takes {
                left -= 1;
                mine.push(notification.clone());
            }
            !takes
        });
        let (old, new): (Vec<Id>, Vec<Id>) = (batch.before.clone(), batch.after.iter().map(|(id, _)| id.clone()).collect());
        let both: Vec<Id> = old.iter().chain(&new).cloned().collect();
        let mut got = Vec::new();
        for notification in mine {
            let (from, except) = match notification.event {
                TableEvent::RowDeleted => (&old, &new),
                TableEvent::RowAdded => (&new, &old),
                _ => (&new, &Vec::new()),
            };
            let mut among: Vec<Id> = from.iter().filter(|id| !except.contains(id)).cloned().collect();
            among.extend(both.iter().cloned());
            let index = self.line(batch.view, notification.index.as_ref(), &among)?;
            let prior = self.line(batch.view, notification.prior.as_ref(), &both)?;
            got.push(Got { notification, index, prior });
        }
        let (bound, model) = (std::cell::RefCell::new(&mut self.bound), &self.model);
        let same = |expected: &Row, row: &Row| bound.borrow_mut().row(model, expected, row).is_ok();
        batch.check(&got, &same).map_err(|what| format!("{what}\n  {got:?}"))
    }

    /// The line that a key in a notification names.
    fn line(&mut self, view: usize, prop: Option<&Prop>, among: &[Id]) -> Result<Option<Id>, String> {
        match prop {
            None => Ok(None),
            Some(Prop { tag: PropTag::PR_INSTANCE_KEY, value: Value::Binary(bytes) }) => {
                Ok(self.bound.line(&self.model, view, bytes, among))
            }
            Some(other) => Err(format!("{other} is no PR_INSTANCE_KEY")),
        }
    }

    /// Every view as a whole, looked at in a copy of the kernel: rows, keys, cursor, bookmarks.
    fn views(&mut self) -> Result<(), String> {
        for at in 0..self.model.views.len() {
            if self.model.views[at].is_some() {
                self.view(at).map_err(|what| format!("after it, view {}: {what}", at + 1))?;
            }
        }
        Ok(())
    }

    fn view(&mut self, at: usize) -> Result<(), String> {
        if self.model.view(at).is_categorized() && self.model.view(at).pending.is_none() {
            // Keys of headings may be made when the list is; a key that only a copy has made is no choice of the kernel.
            self.call(Call::IMAPITable(view_handle(at), IMAPITable::GetRowCount { flags: 0 }));
        }
        let mut copy = self.kernel.clone();
        let mut ask = |method: IMAPITable| match copy.apply(self.caller, Call::IMAPITable(view_handle(at), method), &mut Nobody) {
            Progress::Done(finished) => Ok(finished.reply),
            Progress::Waiting(_) => Err("it waits".to_string()),
        };
        let view = self.model.view(at).clone();
        if view.pending.is_some() {
            // Behind what runs is the view as it was (TABLE-255, TABLE-256).
            ask(IMAPITable::Abort {})?;
        }
        let position = |ask: &mut dyn FnMut(IMAPITable) -> Result<Reply, String>, what: &str, expected: usize| match ask(
            IMAPITable::QueryPosition {},
        )?
        .out
        {
            Out::Position { row, .. } if row as usize == expected => Ok(()),
            other => Err(format!("{what} stands before row {expected} and not {other:?}")),
        };
        if view.cursor.place != Place::Unknown {
            position(&mut ask, "the cursor", view.position(&view.cursor))?;
        }
        for (made, mark) in &view.bookmarks {
            let Some(origin) = self.bound.bookmark(at, *made).filter(|_| mark.place != Place::Unknown) else { continue };
            let reply = ask(IMAPITable::SeekRow { origin, row_count: 0 })?;
            let right = match mark.moved {
                Moved::No => reply.hr == Hresult::S_OK,
                Moved::Yes => reply.hr == Hresult::MAPI_W_POSITION_CHANGED,
                Moved::Perhaps => reply.hr.is_success(),
            };
            if !right {
                return Err(format!("bookmark {made} ({mark:?}) gives {}", reply.hr));
            }
            position(&mut ask, &format!("bookmark {made}"), view.position(mark))?;
        }
        let columns: Vec<PropTag> = view.columns.iter().copied().chain([PropTag::PR_INSTANCE_KEY]).collect();
        ask(IMAPITable::SetColumns { prop_tag_array: columns.clone(), flags: 0 })?;
        ask(IMAPITable::SeekRow { origin: 0, row_count: 0 })?;
        let reply = ask(IMAPITable::QueryRows { row_count: i32::MAX, flags: 0 })?;
        let expected: Vec<Row> = self.model.shown(at, Some(&columns)).into_iter().map(|(_, row)| row).collect();
        let Out::Rows(rows) = reply.out else { return Err(format!("rows were due, not {reply:?}")) };
        if view.pending.is_some() {
            // Only the copy has stopped what runs.
            self.bound.rows_of_copy(&self.model, &expected, &rows)?;
        } else {
            self.bound.rows(&self.model, &expected, &rows)?;
        }
        let mut keys: Vec<&Value> = rows.iter().filter_map(|row| row.props.last()).map(|prop| &prop.value).collect();
        keys.sort_by_key(|key| format!("{key:?}"));
        if keys.windows(2).any(|pair| pair[0] == pair[1]) { Err(format!("an instance key twice: {keys:?}")) } else { Ok(()) }
    }
}

/// Runs model and kernel side by side over a world and operations out of bytes.
///
/// # Panics
///
/// With the whole story, when they differ.
pub fn differential(input: &[u8]) {
    let (world, ops) = input.split_at(input.len().min(WORLD_BYTES));
    let plan = generate::plan(&mut ByteChoices::new(world));
    let mut drive = begin(&plan);
    for piece in ops.chunks(OP_BYTES).take(MOST_OPS) {
        let op = generate::op(&mut ByteChoices::new(piece), &plan, &mut drive.model);
        drive.step(&op);
    }
    // What the last operation is to tell comes with one more call.
    drive.step(&Op::Call(Call::Mapi(Mapi::HrDispatchNotifications { flags: 0 })));
}

/// The tables of a plan, with their first rows and one view each.
pub fn begin(plan: &Plan) -> Drive {
    let mut drive = Drive::new(&plan.knobs);
    for op in plan.start() {
        drive.step(&op);
    }
    drive
}

/// The first ITableData of a world.
pub fn first_data() -> mapi_sim::call::Handle {
    data_handle(0)
}
