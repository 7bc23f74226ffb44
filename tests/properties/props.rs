//! Objects of CreateIProp against a naive model, values of every type, parts of tags, and the comparison of entry identifiers.

use std::collections::BTreeMap;

use mapi_sim::call::{Bytes, Call, IMAPISession, Out};
use mapi_sim::mapi::{CopyFlags, Guid, NameId, Prop, PropProblem, PropTag, PropType, Value};
use mapi_sim::{Hresult, LogonFlags, PropData, Row, Sim};
use proptest::collection::vec;
use proptest::prelude::*;

/// Characters of which some are in the code page, some need two units of UTF-16, and none is NUL.
fn text() -> impl Strategy<Value = String> {
    vec(prop_oneof![Just('a'), Just('é'), Just('中'), Just('😀'), Just('"')], 0..6).prop_map(String::from_iter)
}

/// A value of any type that can be stored, and the type.
fn value() -> impl Strategy<Value = (PropType, Value)> {
    let binary = || vec(any::<u8>(), 0..5);
    prop_oneof![
        any::<i16>().prop_map(|v| (PropType::SHORT, Value::Short(v))),
        any::<i32>().prop_map(|v| (PropType::LONG, Value::Long(v))),
        any::<i32>().prop_map(|v| (PropType::FLOAT, Value::Float(v as f32))),
        any::<i32>().prop_map(|v| (PropType::DOUBLE, Value::Double(v.into()))),
        any::<i64>().prop_map(|v| (PropType::CURRENCY, Value::Currency(v))),
        any::<i32>().prop_map(|v| (PropType::APPTIME, Value::AppTime(v.into()))),
        any::<bool>().prop_map(|v| (PropType::BOOLEAN, Value::Bool(v))),
        any::<i64>().prop_map(|v| (PropType::LONGLONG, Value::LongLong(v))),
        text().prop_map(|v| (PropType::UNICODE, Value::String(v))),
        any::<i64>().prop_map(|v| (PropType::SYSTIME, Value::SysTime(v))),
        any::<[u8; 16]>().prop_map(|v| (PropType::CLSID, Value::Guid(Guid::new(v)))),
        binary().prop_map(|v| (PropType::BINARY, Value::Binary(v))),
        vec(any::<i16>(), 1..4).prop_map(|v| (PropType::MV_SHORT, Value::MvShort(v))),
        vec(any::<i32>(), 1..4).prop_map(|v| (PropType::MV_LONG, Value::MvLong(v))),
        vec(any::<i64>(), 1..4).prop_map(|v| (PropType::MV_CURRENCY, Value::MvCurrency(v))),
        vec(any::<i64>(), 1..4).prop_map(|v| (PropType::MV_LONGLONG, Value::MvLongLong(v))),
        vec(text(), 1..4).prop_map(|v| (PropType::MV_UNICODE, Value::MvString(v))),
        vec(any::<i64>(), 1..4).prop_map(|v| (PropType::MV_SYSTIME, Value::MvSysTime(v))),
        vec(any::<[u8; 16]>().prop_map(Guid::new), 1..4).prop_map(|v| (PropType::MV_CLSID, Value::MvGuid(v))),
        vec(binary(), 1..4).prop_map(|v| (PropType::MV_BINARY, Value::MvBinary(v))),
    ]
}

/// An identifier among few, so that properties meet.
fn id() -> impl Strategy<Value = u16> {
    prop_oneof![0x6700u16..0x6706, 0x8000u16..0x8003]
}

/// A property; sometimes an empty place, a failed one, or one of a type that nobody knows.
fn prop() -> impl Strategy<Value = Prop> {
    let failed = |id| Prop { tag: PropTag::of(id, PropType::ERROR), value: Value::Error(Hresult::MAPI_E_NOT_FOUND) };
    prop_oneof![
        8 => (id(), value()).prop_map(|(id, (ty, value))| Prop { tag: PropTag::of(id, ty), value }),
        1 => Just(Prop { tag: PropTag::PR_NULL, value: Value::Null }),
        1 => id().prop_map(failed),
        1 => id().prop_map(|id| Prop { tag: PropTag::of(id, PropType::new(0x99)), value: Value::Null }),
    ]
}

/// What is done to one of two objects.
#[derive(Clone, Debug)]
enum Op {
    Set(Vec<Prop>),
    Delete(Vec<u16>),
    AddObject(u16),
    Protect(u16, bool),
    ReadOnly(bool),
    Name(u8),
    Copy { exclude: Vec<u16>, flags: u32 },
    CopySome { include: Vec<u16>, flags: u32 },
}

fn op() -> impl Strategy<Value = Op> {
    let ids = || vec(id(), 1..4);
    prop_oneof![
        6 => vec(prop(), 1..5).prop_map(Op::Set),
        2 => ids().prop_map(Op::Delete),
        1 => id().prop_map(Op::AddObject),
        1 => (id(), any::<bool>()).prop_map(|(id, on)| Op::Protect(id, on)),
        1 => prop::bool::weighted(0.3).prop_map(Op::ReadOnly),
        1 => (0u8..3).prop_map(Op::Name),
        2 => (vec(id(), 0..3), 0u32..4).prop_map(|(exclude, flags)| Op::Copy { exclude, flags }),
        2 => (ids(), 0u32..4).prop_map(|(include, flags)| Op::CopySome { include, flags }),
    ]
}

/// An object as the clauses say it: what it has, what is protected, its names in order.
#[derive(Clone, Debug, Default)]
struct Model {
    props: BTreeMap<u16, (PropType, Value)>,
    protected: Vec<u16>,
    read_only: bool,
    names: Vec<u8>,
}

type Problems = Result<Vec<(usize, Hresult)>, Hresult>;

impl Model {
    fn set(&mut self, id: u16, ty: PropType, value: &Value) -> Result<(), Hresult> {
        if ty == PropType::new(0x99) {
            return Err(Hresult::MAPI_E_INVALID_TYPE);
        }
        if self.protected.contains(&id) {
            return Err(Hresult::MAPI_E_NO_ACCESS);
        }
        self.props.insert(id, (ty, value.clone()));
        Ok(())
    }

    fn delete(&mut self, id: u16) -> Result<(), Hresult> {
        if !self.props.contains_key(&id) {
            return Ok(());
        }
        if self.protected.contains(&id) {
            return Err(Hresult::MAPI_E_NO_ACCESS);
        }
        self.props.remove(&id);
        Ok(())
    }

    /// Does to this object what needs no other.
    fn apply(&mut self, op: &Op) -> Problems {
        match op {
            Op::ReadOnly(on) => {
                self.read_only = *on;
                Ok(vec![])
            }
            Op::Name(name) => {
                if !self.names.contains(name) {
                    self.names.push(*name);
                }
                Ok(vec![])
            }
            _ if self.read_only => Err(Hresult::MAPI_E_NO_ACCESS),
            Op::Set(props) => {
                let mut found = vec![];
                for (at, prop) in props.iter().enumerate() {
                    if prop.tag == PropTag::PR_NULL || prop.tag.prop_type() == PropType::ERROR {
                        continue;
                    }
                    found.extend(self.set(prop.tag.id(), prop.tag.prop_type(), &prop.value).err().map(|code| (at, code)));
                }
                Ok(found)
            }
            Op::Delete(ids) => Ok(ids.iter().enumerate().filter_map(|(at, id)| self.delete(*id).err().map(|code| (at, code))).collect()),
            Op::AddObject(id) => {
                self.props.insert(*id, (PropType::OBJECT, Value::Object));
                Ok(vec![])
            }
            Op::Protect(id, on) => {
                self.protected.retain(|other| other != id);
                if *on && self.props.contains_key(id) {
                    self.protected.push(*id);
                }
                Ok(vec![])
            }
            Op::Copy { .. } | Op::CopySome { .. } => unreachable!("needs two"),
        }
    }

    /// Copies to another object.
    fn copy(&mut self, to: &mut Model, wanted: &[(usize, u16)], flags: u32) -> Problems {
        let (moves, keeps) = (flags & 1 != 0, flags & 2 != 0);
        if to.read_only || moves && self.read_only {
            return Err(Hresult::MAPI_E_NO_ACCESS);
        }
        let (source, there) = (self.props.clone(), to.props.clone());
        let mut found = vec![];
        for (at, id) in wanted {
            let Some((ty, value)) = source.get(id).filter(|(ty, _)| *ty != PropType::OBJECT) else { continue };
            let name = id.checked_sub(0x8000).and_then(|at| self.names.get(usize::from(at)).copied());
            let target = match name {
                None => *id,
                Some(name) => {
                    if !to.names.contains(&name) {
                        to.names.push(name);
                    }
                    0x8000 + u16::try_from(to.names.iter().position(|other| *other == name).expect("it is there")).expect("few")
                }
            };
            if keeps && there.contains_key(&target) {
                continue;
            }
            match to.set(target, *ty, value) {
                Ok(()) if moves => {
                    let _ = self.delete(*id);
                }
                Ok(()) => {}
                Err(code) => found.push((*at, code)),
            }
        }
        Ok(found)
    }

    /// What GetPropList and GetProps have to give.
    fn row(&self) -> Vec<Prop> {
        let here = self.props.iter().filter(|(_, (ty, _))| *ty != PropType::OBJECT);
        here.map(|(id, (ty, value))| Prop { tag: PropTag::of(*id, *ty), value: value.clone() }).collect()
    }

    fn list(&self) -> Vec<PropTag> {
        self.props.iter().map(|(id, (ty, _))| PropTag::of(*id, *ty)).collect()
    }
}

fn name(number: u8) -> NameId {
    NameId::string(Guid::PS_PUBLIC_STRINGS, format!("name {number}"))
}

fn problems(found: Result<Vec<PropProblem>, mapi_sim::Failure>) -> Problems {
    found.map(|all| all.iter().map(|problem| (problem.index as usize, problem.code)).collect()).map_err(|failure| failure.hresult())
}

/// Does to an object of the simulator what an operation says.
fn make(op: &Op, this: &PropData, other: &PropData) -> Problems {
    let tags = |ids: &[u16]| ids.iter().map(|id| PropTag::of(*id, PropType::LONG)).collect::<Vec<_>>();
    let done = |result: Result<(), mapi_sim::Failure>| problems(result.map(|()| vec![]));
    match op {
        Op::Set(props) => problems(this.set_props(props)),
        Op::Delete(ids) => problems(this.delete_props(&tags(ids))),
        Op::AddObject(id) => problems(this.hr_add_obj_props(&[PropTag::of(*id, PropType::OBJECT)]).map(|warned| warned.into_inner())),
        Op::Protect(id, on) => done(this.hr_set_prop_access(&[(PropTag::of(*id, PropType::LONG), if *on { 1 } else { 2 })])),
        Op::ReadOnly(on) => done(this.hr_set_obj_access(if *on { 1 } else { 2 })),
        Op::Name(number) => done(this.get_ids_from_names(Some(&[name(*number)]), true).map(drop)),
        Op::Copy { exclude, flags } => problems(this.copy_to(other, &tags(exclude), CopyFlags::new(*flags))),
        Op::CopySome { include, flags } => problems(this.copy_props(other, &tags(include), CopyFlags::new(*flags))),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    /// Random calls on two objects: the same problems, the same properties, lists that agree with values.
    #[test]
    fn objects_are_what_the_model_says(ops in vec((any::<bool>(), op()), 1..40)) {
        // shows!("PROP-081", "PROP-086", "PROP-089", "PROP-110", "PROP-151", "PROP-173")
        let sim = Sim::minimal();
        let process = sim.process("main");
        let [one, other] = [0; 2].map(|_| process.create_iprop().expect("an object"));
        let mut models = [Model::default(), Model::default()];
        for (first, op) in &ops {
            let found = if *first { make(op, &one, &other) } else { make(op, &other, &one) };
            let [a, b] = &mut models;
            let (this, to) = if *first { (a, b) } else { (b, a) };
            let expected = match op {
                Op::Copy { exclude, flags } => {
                    let wanted = this.props.keys().filter(|id| !exclude.contains(id)).copied().enumerate().collect::<Vec<_>>();
                    this.copy(to, &wanted, *flags)
                }
                Op::CopySome { include, flags } => {
                    let wanted = include.iter().copied().enumerate().collect::<Vec<_>>();
                    this.copy(to, &wanted, *flags)
                }
                op => this.apply(op),
            };
            prop_assert_eq!(found, expected, "{:?}", op);
            for (object, model) in [&one, &other].into_iter().zip(&mut models) {
                // What was deleted is no longer protected.
                model.protected.retain(|id| model.props.contains_key(id));
                let list = object.get_prop_list().expect("a list");
                prop_assert_eq!(&list, &model.list());
                let values: Vec<PropTag> = list.iter().copied().filter(|tag| tag.prop_type() != PropType::OBJECT).collect();
                let row = if values.is_empty() { Row::default() } else { object.get_props(Some(&values)).expect("values").into_inner() };
                prop_assert_eq!(&row.props, &model.row());
                let all = object.get_props(None).expect("values");
                prop_assert_eq!((all.warning(), all.props.len()), (None, row.props.len()));
            }
        }
        sim.discard();
    }

    /// A value of any type comes back bit by bit, and in no other type.
    #[test]
    fn a_value_comes_back_as_it_was_set((ty, value) in value()) {
        // shows!("PROP-026", "PROP-028", "PROP-034", "PROP-047")
        let sim = Sim::minimal();
        let data = sim.process("main").create_iprop().expect("an object");
        let tag = PropTag::of(0x6700, ty);
        prop_assert_eq!(data.set_props(&[Prop { tag, value: value.clone() }]).expect("S_OK"), vec![]);
        prop_assert_eq!(data.get_one(tag).expect("a reply"), Some(value));
        let wrong = if ty == PropType::LONG { PropType::SHORT } else { PropType::LONG };
        prop_assert_eq!(data.get_one(tag.with_type(wrong)).expect("a reply"), None);
        sim.discard();
    }

    #[test]
    fn tags_go_both_ways(id: u16, ty: u16, other: u16) {
        // shows!("PROP-001", "PROP-002", "PROP-003", "PROP-004", "PROP-006")
        let tag = PropTag::of(id, PropType::new(ty));
        prop_assert_eq!(tag.value(), u32::from(id) << 16 | u32::from(ty));
        prop_assert_eq!((tag.id(), tag.prop_type().number()), (id, ty));
        prop_assert_eq!(tag.with_type(PropType::new(other)), PropTag::of(id, PropType::new(other)));
    }

    /// The comparison of identifiers is reflexive on what is known, symmetric and transitive, and never panics (EID-058).
    #[test]
    fn comparing_identifiers_is_an_equivalence(picks in vec((0usize..40, prop::option::weighted(0.2, (any::<prop::sample::Index>(), any::<u8>()))), 3)) {
        // shows!("EID-057", "EID-058", "SESSION-158")
        let sim = Sim::office();
        let session = sim.logon("Work", LogonFlags::EXTENDED | LogonFlags::NEW_SESSION | LogonFlags::NO_MAIL).expect("a session");
        session.open_address_book(0).expect("a book");
        let (all, keys) = identifiers(&session);
        let chosen: Vec<Vec<u8>> = picks.iter().map(|(at, change)| {
            let mut id = all[at % all.len()].clone();
            if let Some((place, byte)) = change {
                let place = place.index(id.len());
                id[place] = *byte;
            }
            id
        }).collect();
        let same = |a: usize, b: usize| {
            let [entry_id1, entry_id2] = [a, b].map(|at| Some(Bytes::new(&chosen[at][..])));
            let call = IMAPISession::CompareEntryIDs { entry_id1, entry_id2, flags: 0 };
            let reply = sim.call(sim.process("main").caller(), Call::IMAPISession(session.handle(), call)).expect("a reply");
            (reply.hr, reply.out == Out::Bool(true))
        };
        for a in 0..3 {
            for b in 0..3 {
                prop_assert_eq!(same(a, b), same(b, a));
                let known = same(a, a).0 == Hresult::S_OK && same(b, b).0 == Hresult::S_OK;
                prop_assert_eq!(same(a, b).0 == Hresult::S_OK, known);
                prop_assert!(a != b || !known || same(a, b).1);
                prop_assert!(chosen[a] != chosen[b] || !known || same(a, b).1);
                // Stores are equal exactly when their record keys are (EID-057).
                if let (Some(one), Some(other)) = (keys.get(&chosen[a]), keys.get(&chosen[b])) {
                    prop_assert_eq!(same(a, b).1, one == other);
                }
                for c in 0..3 {
                    prop_assert!(!(same(a, b).1 && same(b, c).1) || same(a, c).1);
                }
            }
        }
        drop(session);
        sim.discard();
    }
}

/// An entry identifier.
type Id = Vec<u8>;

/// Identifiers of stores, status objects and one-offs, and the record keys of the stores.
fn identifiers(session: &mapi_sim::Session) -> (Vec<Id>, BTreeMap<Id, Vec<u8>>) {
    let column = |row: &Row, tag: PropTag| match row.get(tag) {
        Some(Value::Binary(bytes)) => bytes.clone(),
        _ => Vec::new(),
    };
    let stores = session.get_msg_stores_table(0).and_then(|table| table.query_rows(255)).expect("rows");
    let status = session.get_status_table(0).and_then(|table| table.query_rows(255)).expect("rows");
    let keys = stores.iter().map(|row| (column(row, PropTag::PR_ENTRYID), column(row, PropTag::PR_RECORD_KEY))).collect();
    let mut all: Vec<Vec<u8>> = stores.iter().chain(&status).map(|row| column(row, PropTag::PR_ENTRYID)).collect();
    let head =
        [&[0; 4], &[0x81, 0x2B, 0x1F, 0xA4, 0xBE, 0xA3, 0x10, 0x19, 0x9D, 0x6E, 0x00, 0xDD, 0x01, 0x0F, 0x54, 0x02][..], &[0; 2]].concat();
    for (kind, address) in [("SMTP", "a@b"), ("smtp", "a@b"), ("SMTP", "A@B"), ("X400", "a@b")] {
        let text = format!("A\0{kind}\0{address}\0");
        all.push([&head[..], &[0, 0], text.as_bytes()].concat());
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        all.push([&head[..], &[0, 0x80], &wide].concat());
    }
    (all, keys)
}
