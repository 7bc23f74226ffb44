//! Properties by the Rust face: tags and their parts, types that nobody knows, readings that a scenario cannot tell, entry identifiers.

use mapi_sim::call::{Call, Handle, IMAPIProp, IMAPISession, IStream, Mapi, ObjectKind, Out, OutPtr};
use mapi_sim::mapi::{
    CopyFlags, EntryIdFlags, Guid, IdRange, NameFlags, NameId, OpenFlags, Prop, PropTag, PropType, SaveFlags, is_transmittable,
};
use mapi_sim::scenario::Scenario;
use mapi_sim::{Fixture, Hresult, LogonFlags, MsgStore, Props, Row, Session, Sim, StoreFlags, Value};

const NEW: LogonFlags = LogonFlags::EXTENDED.union(LogonFlags::NEW_SESSION).union(LogonFlags::NO_MAIL);

/// A world that changes another one.
fn world(changes: &str) -> Sim {
    Fixture::from_text(&format!("format = 1\nextends = \"office\"\n{changes}")).expect("a good fixture").start()
}

fn session(sim: &Sim) -> Session {
    sim.logon("Work", NEW).expect("a session")
}

/// The identifiers in the first column of that name.
fn entry_ids(rows: &[Row]) -> Vec<Vec<u8>> {
    let id = |row: &Row| match row.get(PropTag::PR_ENTRYID) {
        Some(Value::Binary(bytes)) => Some(bytes.clone()),
        _ => None,
    };
    rows.iter().filter_map(id).collect()
}

fn stores(session: &Session) -> Vec<MsgStore> {
    let rows = session.get_msg_stores_table(Default::default()).and_then(|table| table.query_rows(255)).expect("rows");
    let open = |id: Vec<u8>| session.open_msg_store(&id, StoreFlags::WRITE).expect("a store").into_inner();
    entry_ids(&rows).into_iter().map(open).collect()
}

#[test]
fn identifiers_have_their_ranges() {
    shows!("PROP-009", "PROP-010", "PROP-011", "PROP-012", "PROP-017");
    // The first identifier of each range in ascending order, and the range.
    let starts = [
        (0x0001, IdRange::Envelope),
        (0x0C00, IdRange::Recipient),
        (0x0E00, IdRange::NonTransmittable),
        (0x1000, IdRange::Content),
        (0x3000, IdRange::Common),
        (0x3400, IdRange::Store),
        (0x3600, IdRange::Container),
        (0x3700, IdRange::Attachment),
        (0x3900, IdRange::AddressBook),
        (0x3A00, IdRange::MailUser),
        (0x3C00, IdRange::DistributionList),
        (0x3D00, IdRange::Profile),
        (0x3E00, IdRange::Status),
        (0x4000, IdRange::ProviderEnvelope),
        (0x5800, IdRange::ProviderRecipient),
        (0x6000, IdRange::ClientNonTransmittable),
        (0x6600, IdRange::ProviderInternal),
        (0x6800, IdRange::ClassContent),
        (0x7C00, IdRange::ClassNonTransmittable),
        (0x8000, IdRange::Named),
    ];
    for pair in starts.windows(2) {
        let ((start, range), (next, _)) = (pair[0], pair[1]);
        assert_eq!((IdRange::of(start), IdRange::of(next - 1)), (range, range), "0x{start:04X}");
        assert_eq!(range.is_mapi(), start < 0x4000);
    }
    assert_eq!((IdRange::of(0x8000), IdRange::of(0xFFFE)), (IdRange::Named, IdRange::Named));
    assert_eq!((IdRange::of(0), IdRange::of(0xFFFF)), (IdRange::Reserved, IdRange::Reserved));
    assert!(!IdRange::Reserved.is_mapi() && !IdRange::Named.is_mapi());
}

#[test]
fn what_travels_with_a_message() {
    shows!("PROP-016");
    let borders = [0x0001, 0x0DFF, 0x1000, 0x5FFF, 0x6800, 0x7BFF, 0x8000, 0xFFFE];
    let others = [0x0E00, 0x0FFF, 0x6000, 0x67FF, 0x7C00, 0x7FFF];
    assert!(borders.into_iter().all(is_transmittable));
    assert!(!others.into_iter().any(is_transmittable));
}

#[test]
fn tags_are_put_together_and_taken_apart() {
    shows!("TABLE-336", "PROP-001", "PROP-002", "PROP-003", "PROP-004", "PROP-005", "PROP-006", "PROP-039");
    let subject = PropTag::new(0x0037_001F);
    assert_eq!((subject.id(), subject.prop_type().number()), (0x0037, 0x001F));
    assert_eq!(PropTag::of(0x0037, PropType::UNICODE), subject);
    assert_eq!(PropTag::new(0xFFFE_0102).id(), 0xFFFE);
    assert_eq!(PropTag::new(0x8012_001E).mvi_prop(), PropTag::new(0x8012_301E));
    assert_eq!(PropTag::new(0x8012_101E).mvi_prop(), PropTag::new(0x8012_301E));
    assert_eq!(PropTag::new(0x8012_101F).prop_type().number(), 0x101F);
    // The page of PROP_TAG says 0xFFFF of the result, which is a misprint (PROP-005).
    assert_eq!(PropTag::of(0x0FFF, PropType::BINARY).value(), 0x0FFF_0102);
    assert_eq!(PropTag::of(0x0FFF, PropType::BINARY), PropTag::PR_ENTRYID);
    assert_eq!(subject.with_type(PropType::ERROR).value(), 0x0037_000A);
    assert_eq!((PropTag::PR_SUBJECT_A.value(), PropTag::PR_SUBJECT_W.value()), (0x0037_001E, 0x0037_001F));
}

#[test]
fn types_have_the_numbers_of_the_headers() {
    shows!("PROP-019", "PROP-020", "PROP-021", "PROP-022");
    let numbers = [
        ("PT_UNSPECIFIED", 0),
        ("PT_NULL", 1),
        ("PT_SHORT", 2),
        ("PT_LONG", 3),
        ("PT_FLOAT", 4),
        ("PT_DOUBLE", 5),
        ("PT_CURRENCY", 6),
        ("PT_APPTIME", 7),
        ("PT_ERROR", 0xA),
        ("PT_BOOLEAN", 0xB),
        ("PT_OBJECT", 0xD),
        ("PT_LONGLONG", 0x14),
        ("PT_STRING8", 0x1E),
        ("PT_UNICODE", 0x1F),
        ("PT_SYSTIME", 0x40),
        ("PT_CLSID", 0x48),
        ("PT_BINARY", 0x102),
    ];
    for (name, number) in numbers {
        assert_eq!(PropType::from_name(name).map(PropType::number), Some(number), "{name}");
        let many = PropType::new(number | PropType::MV_FLAG);
        // There are no multivalued truth values, objects, errors and nothings (PROP-022).
        let without = matches!(number, 0 | 1 | 0xA | 0xB | 0xD);
        assert_eq!(many.name(), if without { None } else { Some(name.replace("PT_", "PT_MV_")) }.as_deref(), "{name}");
    }
    assert_eq!((PropType::SVREID.number(), PropType::SRESTRICT.number(), PropType::ACTIONS.number()), (0xFB, 0xFD, 0xFE));
}

#[test]
fn types_that_nobody_knows_are_problems() {
    shows!("PROP-018", "PROP-020", "PROP-022", "PROP-038", "PROP-095", "PROP-104", "ERROR-098");
    let sim = Sim::minimal();
    let data = sim.process("main").create_iprop().expect("an object");
    let types =
        [PropType::new(0x0099), PropType::UNSPECIFIED, PropType::SVREID, PropType::SRESTRICT, PropType::ACTIONS, PropType::new(0x100B)];
    let mut props: Vec<Prop> = (0x6700..).zip(types).map(|(id, ty)| Prop { tag: PropTag::of(id, ty), value: Value::Null }).collect();
    props.push(Prop::new(PropTag::PR_SUBJECT, "a"));
    let problems = data.set_props(&props).expect("S_OK");
    for (at, (problem, prop)) in problems.iter().zip(&props).enumerate() {
        assert_eq!((problem.index as usize, problem.tag, problem.code), (at, prop.tag, Hresult::MAPI_E_INVALID_TYPE));
    }
    assert_eq!(problems.len(), 6);
    assert_eq!(data.get_prop_list().expect("a list"), [PropTag::PR_SUBJECT]);
    // A value of another type than its tag says is no property at all.
    let refused = data.set_props(&[Prop::new(PropTag::PR_IMPORTANCE, "text")]).expect_err("no value of PT_LONG");
    assert_eq!(refused.hresult(), Hresult::MAPI_E_INVALID_PARAMETER);
}

#[test]
fn values_print_as_people_read_them() {
    shows!("PROP-032");
    assert_eq!(Value::Currency(327_500).to_string(), "32.7500");
    assert_eq!(Value::Currency(-1).to_string(), "-0.0001");
    assert_eq!(Value::Currency(i64::MIN).to_string(), "-922337203685477.5808");
}

#[test]
fn values_of_several_types_are_no_property() {
    shows!("PROP-035");
    let text = "format = 1\nname = \"x\"\nfixture = \"minimal\"\n[[step]]\ncall = \"CreateIProp\"\nexpect = { hr = \"S_OK\" }\nsave = \"d\"\n\
                [[step]]\nobject = \"d\"\ncall = \"SetProps\"\nargs = { prop_array = { 66101003 = [1, \"a\"] } }\nexpect = { hr = \"S_OK\" }\n";
    let refused = Scenario::named("x.toml", text).expect_err("a number and a string");
    assert!(refused.to_string().contains("\"a\" is no value of PT_LONG"), "{refused}");
    assert_eq!(Value::many(PropType::LONG, &[Value::Long(1), Value::from("a")]), None);
}

/// Every kind of object there is, with what it is called.
fn every_object(sim: &Sim) -> (Session, Vec<(&'static str, Props)>) {
    let session = session(sim);
    let data = sim.process("main").create_iprop().expect("an object");
    data.set_props(&[Prop::new(PropTag::PR_SUBJECT, "a"), Prop::new(PropTag::PR_IMPORTANCE, 1)]).expect("S_OK");
    let status = session.get_status_table(Default::default()).and_then(|table| table.query_rows(255)).expect("rows");
    let status = entry_ids(&status).into_iter().map(|id| session.open_status(&id).expect("a status object"));
    let mut all = vec![("data", Props::clone(&data)), ("book", Props::clone(&session.open_address_book(0).expect("a book")))];
    all.extend(stores(&session).iter().map(|store| ("store", Props::clone(store))));
    all.extend(status.map(|status| ("status", Props::clone(&status))));
    (session, all)
}

#[test]
fn the_list_agrees_with_the_values() {
    shows!("PROP-008", "PROP-082", "PROP-086", "PROP-226", "PROP-232");
    let sim = Sim::office();
    let (_session, all) = every_object(&sim);
    for (kind, props) in all {
        let tags = props.get_prop_list().expect("a list");
        assert!(!tags.is_empty() && tags.is_sorted_by_key(|tag| tag.id()), "{kind}");
        assert!(tags.iter().all(|tag| IdRange::of(tag.id()) != IdRange::Reserved), "{kind}");
        let row = props.get_props(Some(&tags)).expect("values");
        assert_eq!(row.warning(), None, "{kind}: {:?}", *row);
        assert!(row.props.iter().all(|prop| !prop.value.is_empty()), "{kind}");
        let all = props.get_props(None).expect("values");
        assert_eq!(all.props.iter().map(|prop| prop.tag.id()).collect::<Vec<_>>(), tags.iter().map(|tag| tag.id()).collect::<Vec<_>>());
        let expected = match kind {
            "data" => None,
            "book" => Some(2),
            "store" => Some(1),
            _ => Some(10),
        };
        assert_eq!(props.get_one(PropTag::PR_OBJECT_TYPE).expect("a reply"), expected.map(Value::Long), "{kind}");
    }
    sim.discard();
}

#[test]
fn the_list_can_stand_in_any_order() {
    shows!("PROP-087");
    let order = |seed: u64| {
        let sim = world(&format!("[machine]\nseed = {seed}\n[readings]\nprop_list_order = \"shuffled\"\n"));
        let data = sim.process("main").create_iprop().expect("an object");
        let props: Vec<Prop> = (0x6700..0x6714).map(|id| Prop::new(PropTag::of(id, PropType::LONG), 1)).collect();
        data.set_props(&props).expect("S_OK");
        let tags = data.get_prop_list().expect("a list");
        let all: Vec<PropTag> = data.get_props(None).expect("values").props.iter().map(|prop| prop.tag).collect();
        assert_eq!(tags, all);
        tags
    };
    let (one, other) = (order(1), order(2));
    assert_eq!(one, order(1), "the same in every run");
    assert_ne!(one, other);
    assert!(!one.is_sorted());
    let sorted = |mut tags: Vec<PropTag>| {
        tags.sort();
        tags
    };
    assert_eq!(sorted(one), sorted(other));
}

#[test]
fn the_signature_of_a_mapping() {
    shows!("EID-016", "EID-069", "PROP-186", "PROP-187", "PROP-198", "PROP-199", "PROP-229");
    for changes in [false, true] {
        let sim = world(&format!("[readings]\nsignature_changes = {changes}\n"));
        let session = session(&sim);
        let all = stores(&session);
        let signature = |store: &MsgStore| store.get_one(PropTag::PR_MAPPING_SIGNATURE).expect("a reply").expect("a value");
        assert_ne!(signature(&all[0]), signature(&all[1]), "each store has names of its own");
        let one = |store: &MsgStore, tag: PropTag| store.get_one(tag).expect("a reply").expect("a value");
        assert_ne!(one(&all[0], PropTag::PR_RECORD_KEY), one(&all[1], PropTag::PR_RECORD_KEY));
        for store in &all {
            let Value::Binary(id) = one(store, PropTag::PR_ENTRYID) else { panic!("bytes") };
            assert_eq!(id[0], 0, "long-term");
        }
        let before = signature(&all[0]);
        let create = |name: &str| all[0].get_ids_from_names(Some(&[NameId::string(Guid::PS_PUBLIC_STRINGS, name)]), true).expect("an id");
        create("a");
        let after = signature(&all[0]);
        assert_eq!(before == after, !changes);
        create("a");
        assert_eq!(signature(&all[0]), after, "no new name");
        create("b");
        assert_eq!(signature(&all[0]) == after, !changes);
        session.logoff(Default::default()).expect("S_OK");
        sim.discard();
    }
}

#[test]
fn there_are_as_many_names_as_identifiers() {
    shows!("PROP-175", "PROP-182");
    let sim = Sim::minimal();
    let data = sim.process("main").create_iprop().expect("an object");
    let names: Vec<NameId> = (0..0x7FFF).map(|number| NameId::id(Guid::PSETID_Common, number)).collect();
    let tags = data.get_ids_from_names(Some(&names), true).expect("as many as there are");
    assert!(tags.iter().all(|tag| IdRange::of(tag.id()) == IdRange::Named && tag.prop_type() == PropType::UNSPECIFIED));
    assert!(tags.is_sorted() && tags.windows(2).all(|pair| pair[0] != pair[1]));
    assert_eq!((tags[0].id(), tags[0x7FFE].id()), (0x8000, 0xFFFE));
    let full = data.get_ids_from_names(Some(&[NameId::id(Guid::PSETID_Common, -1)]), true).expect_err("one too many");
    assert_eq!(full.hresult(), Hresult::MAPI_E_TOO_BIG);
    assert_eq!(data.get_names_from_ids(None, None, NameFlags::empty()).expect("names").len(), 0x7FFF);
}

#[test]
fn only_get_props_warns() {
    shows!("PROP-056", "PROP-096", "PROP-219");
    let sim = Sim::office();
    let session = session(&sim);
    let all = stores(&session);
    let data = sim.process("main").create_iprop().expect("an object");
    data.set_props(&[Prop::new(PropTag::PR_ENTRYID, vec![1]), Prop::new(PropTag::PR_COMMENT, "a")]).expect("S_OK");
    let computed = [PropTag::PR_ENTRYID, PropTag::PR_COMMENT];
    let warned = all[0].get_props(Some(&[PropTag::PR_ENTRYID, PropTag::PR_BODY])).expect("a success");
    assert_eq!(warned.warning(), Some(Hresult::MAPI_W_ERRORS_RETURNED));
    assert!(Hresult::MAPI_W_ERRORS_RETURNED.is_success());
    assert_eq!(all[0].set_props(&[Prop::new(PropTag::PR_ENTRYID, vec![1])]).expect("S_OK").len(), 1);
    assert_eq!(all[0].delete_props(&computed).expect("S_OK").len(), 1);
    assert_eq!(data.copy_to(&all[0], &[], CopyFlags::empty()).expect("S_OK").len(), 1);
    assert_eq!(data.copy_props(&all[0], &computed, CopyFlags::empty()).expect("S_OK").len(), 1);
    // Who wants no problems gets none.
    let caller = sim.process("main").caller();
    let call =
        IMAPIProp::SetProps { prop_array: Some([Prop::new(PropTag::PR_ENTRYID, vec![1])].into_iter().collect()), problems: OutPtr::Null };
    assert_eq!(sim.call(caller, Call::IMAPIProp(all[0].handle(), call)).expect("a reply").out, Out::Nothing);
    session.logoff(Default::default()).expect("S_OK");
    sim.discard();
}

#[test]
fn objects_die_with_their_session_and_streams_with_their_object() {
    let sim = Sim::office();
    let session = session(&sim);
    let store = stores(&session).remove(0);
    store.set_props(&[Prop::new(PropTag::PR_COMMENT, "a")]).expect("S_OK");
    let stream = store.open_property(PropTag::PR_COMMENT, OpenFlags::MAPI_MODIFY).expect("a stream");
    assert_eq!(stream.seek(0, 2).expect("a position"), 2);
    let data = sim.process("main").create_iprop().expect("an object");
    let orphan = data.open_property(PropTag::PR_HTML, OpenFlags::MAPI_CREATE | OpenFlags::MAPI_MODIFY).expect("a stream");
    session.logoff(Default::default()).expect("S_OK");
    assert_eq!(stream.read(1).expect_err("dead").hresult(), Hresult::MAPI_E_INVALID_OBJECT);
    // Nor is it written to by a stream that lives.
    let (of_session, alone) = (Handle::new(ObjectKind::Stream, 1), Handle::new(ObjectKind::Stream, 2));
    let onto = Call::IStream(alone, IStream::CopyTo { pstm: Some(of_session), cb: 1 });
    assert_eq!(sim.call(sim.process("main").caller(), onto).expect("a reply").hr, Hresult::STG_E_INVALIDPOINTER);
    assert_eq!(store.save_changes(SaveFlags::empty()).expect_err("dead").hresult(), Hresult::MAPI_E_INVALID_OBJECT);
    // An object of CreateIProp belongs to no session.
    data.set_props(&[Prop::new(PropTag::PR_SUBJECT, "b")]).expect("S_OK");
    drop(data);
    assert_eq!(orphan.write(b"x").expect("bytes of its own"), 1);
    assert_eq!(orphan.commit().expect_err("nothing to write to").hresult(), Hresult::MAPI_E_NO_ACCESS);
    sim.discard();
}

#[test]
fn nothing_before_initialise_and_nothing_from_another_process() {
    let sim = Sim::minimal();
    let early = sim.uninitialized_process("early");
    assert_eq!(early.create_iprop().map(|_| ()).expect_err("too early").hresult(), Hresult::MAPI_E_NOT_INITIALIZED);
    let data = sim.process("main").create_iprop().expect("an object");
    let other = sim.process("other");
    let get = Call::IMAPIProp(data.handle(), IMAPIProp::GetPropList { flags: 0 });
    assert_eq!(sim.call(other.caller(), get).expect("a reply").hr, Hresult::MAPI_E_INVALID_OBJECT);
    let theirs = other.create_iprop().expect("an object");
    assert_eq!(data.copy_to(&theirs, &[], CopyFlags::empty()).expect_err("not ours").hresult(), Hresult::MAPI_E_INVALID_OBJECT);
    let wrong = Call::Mapi(Mapi::CreateIProp { interface: Some(Box::new(Guid::IID_IMAPIProp)) });
    assert_eq!(sim.call(other.caller(), wrong).expect("a reply").hr, Hresult::MAPI_E_INTERFACE_NOT_SUPPORTED);
    sim.discard();
}

#[test]
fn flags_of_entry_identifiers() {
    shows!("EID-003", "EID-010", "EID-011", "EID-029");
    let names: Vec<(&str, u32)> = EntryIdFlags::names().map(|(name, flag)| (name, flag.bits())).collect();
    let numbers =
        [("MAPI_NOTRESERVED", 0x08), ("MAPI_NOW", 0x10), ("MAPI_THISSESSION", 0x20), ("MAPI_NOTRECIP", 0x40), ("MAPI_SHORTTERM", 0x80)];
    assert_eq!(names, numbers);
    assert_eq!(Guid::IID_IMessage.bytes()[..4], [0x07, 0x03, 0x02, 0x00]);
}

#[test]
fn identifiers_of_another_machine_open_nothing() {
    shows!("EID-002", "EID-004", "EID-009", "EID-012", "EID-014");
    let ids = |seed: u64| {
        let sim = world(&format!("[machine]\nseed = {seed}\n"));
        let session = session(&sim);
        session.open_address_book(0).expect("a book");
        let stores = session.get_msg_stores_table(Default::default()).and_then(|table| table.query_rows(255)).expect("rows");
        let status = session.get_status_table(Default::default()).and_then(|table| table.query_rows(255)).expect("rows");
        let ids = (entry_ids(&stores), entry_ids(&status));
        (sim, session, ids)
    };
    let (here, session, (stores, status)) = ids(1);
    let (there, _other, (foreign_stores, foreign_status)) = ids(2);
    // No flag is set, and stores have one identifier for long and for short.
    assert!(stores.iter().all(|id| id[..4] == [0; 4]), "{stores:?}");
    assert!(status.iter().all(|id| id[1..4] == [0; 3]), "{status:?}");
    let open = |id: &[u8]| {
        let call = IMAPISession::OpenEntry { entry_id: Some(mapi_sim::call::Bytes::new(id)), interface: None, flags: OpenFlags::empty() };
        here.call(here.process("main").caller(), Call::IMAPISession(session.handle(), call)).expect("a reply").hr
    };
    assert!(stores.iter().chain(&status).all(|id| open(id) == Hresult::S_OK));
    // MAPI's own status objects are the same everywhere.
    let foreign: Vec<&Vec<u8>> = foreign_status.iter().filter(|id| !status.contains(id)).collect();
    assert!(!foreign.is_empty() && foreign.iter().all(|id| open(id) == Hresult::MAPI_E_UNKNOWN_ENTRYID));
    assert!(foreign_stores.iter().all(|id| !stores.contains(id) && open(id) == Hresult::MAPI_E_NOT_FOUND));
    // A flag that was set makes it the identifier of somebody else.
    for id in stores.iter().chain(&status) {
        let flagged = [&[0x08], &id[1..]].concat();
        assert_eq!(open(&flagged), Hresult::MAPI_E_UNKNOWN_ENTRYID);
    }
    drop(session);
    here.discard();
    there.discard();
}

#[test]
fn every_status_row_has_the_columns_that_its_page_requires() {
    shows!("TABLE-375");
    let required = [
        PropTag::PR_DISPLAY_NAME,
        PropTag::PR_STATUS_CODE,
        PropTag::PR_RESOURCE_METHODS,
        PropTag::PR_PROVIDER_DLL_NAME,
        PropTag::PR_RESOURCE_FLAGS,
        PropTag::PR_RESOURCE_TYPE,
        PropTag::PR_ENTRYID,
        PropTag::PR_INSTANCE_KEY,
        PropTag::PR_OBJECT_TYPE,
        PropTag::PR_ROWID,
    ];
    let sim = Sim::office();
    let session = sim.logon("Work", LogonFlags::EXTENDED | LogonFlags::NEW_SESSION).expect("a session");
    session.open_address_book(0).expect("a book");
    let _open = stores(&session);
    let rows = session.get_status_table(Default::default()).and_then(|table| table.query_rows(99)).expect("rows");
    assert!(rows.len() >= 5, "{rows:?}");
    for row in &rows {
        for tag in required {
            let prop = row.props.iter().find(|prop| prop.tag.id() == tag.id()).unwrap_or_else(|| panic!("{tag} in {row:?}"));
            assert!(prop.value.fits(tag.prop_type()) && !matches!(prop.value, Value::Error(_)), "{prop:?}");
        }
        let kind = row.props.iter().find(|prop| prop.tag == PropTag::PR_OBJECT_TYPE).map(|prop| &prop.value);
        assert_eq!(kind, Some(&Value::Long(10)), "MAPI_STATUS");
    }
    sim.discard();
}

/// PR_NULL keeps a place in the column set, and in every row.
#[test]
fn pr_null_is_an_empty_column() {
    shows!("TABLE-051", "TABLE-245");
    let sim = Sim::office();
    let session = session(&sim);
    let table = session.get_status_table(Default::default()).expect("a table");
    let columns = [PropTag::PR_NULL, PropTag::PR_ROWID, PropTag::PR_NULL];
    table.set_columns(&columns).expect("columns");
    assert_eq!(table.query_columns().expect("columns"), columns);
    let empty = Prop { tag: PropTag::PR_NULL, value: Value::Null };
    for row in table.query_rows(9).expect("rows") {
        assert_eq!((row.props.len(), &row.props[0], &row.props[2]), (3, &empty, &empty));
        assert_eq!(row.props[1].tag, PropTag::PR_ROWID);
    }
    drop(table);
    sim.discard();
}

/// A row has one value of a property, whichever way it is read: of two with one identifier the first.
#[test]
fn a_row_has_each_property_once() {
    let sim = Sim::office();
    let (id, subject) = (PropTag::PR_ROWID, PropTag::PR_SUBJECT);
    let data = sim.process("main").create_table(2, id, &[id, subject]).expect("rows");
    let row = |props: Vec<Prop>| Row { props };
    data.hr_modify_row(&row(vec![Prop::new(id, 1), Prop::new(PropTag::PR_BODY, "x"), Prop::new(subject, "a")])).expect("a row");
    data.hr_modify_row(&row(vec![Prop::new(id, 2), Prop::new(subject, "b"), Prop::new(subject, "c")])).expect("a row");
    let view = data.hr_get_view(None).expect("a view");
    view.set_columns(&[id, subject]).expect("columns");
    let together: Vec<_> = view.query_rows(2).expect("rows").iter().map(|row| row.text(subject).map(str::to_owned)).collect();
    view.seek_row(mapi_sim::Bookmark::CURRENT, -1).expect("a row");
    let alone = view.query_rows(1).expect("a row")[0].text(subject).map(str::to_owned);
    assert_eq!(together, [Some("a".to_owned()), Some("b".to_owned())]);
    assert_eq!(alone, together[1]);
    drop((view, data));
    sim.discard();
}
