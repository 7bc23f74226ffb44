//! The C client of the scenarios: IMAPIProp, IPropData and IStream by their slots.

use std::ptr::{null, null_mut};

use mapi_sim::call::{Bytes, Handle, IMAPIProp, IPropData, IStream, Out, OutPtr};
use mapi_sim::mapi::{CodePage, Guid, NameId, NameKind, Prop, PropProblem, PropType};
use mapi_sim::{Hresult, PropTag, Value};
use mapi32::abi::{
    FILETIME, GUID, MAPIERROR, MAPINAMEID, NameKind as CKind, PV, SBinary, SBinaryArray, SDateTimeArray, SDoubleArray, SGuidArray,
    SLPSTRArray, SLargeIntegerArray, SLongArray, SPropProblem, SPropProblemArray, SPropTagArray, SPropValue, SRealArray, SShortArray,
};

use crate::arm::{Answer, Got, counted, done, object, out, tag_words, wide};
use crate::client::{MAPIFreeBuffer, Ptr};
use crate::method;
use crate::values::{take_error, take_props, take_tags};

/// What a client made for one call: blocks that stay where they are until it is over.
#[derive(Default)]
pub struct Kept(Vec<Vec<u64>>);

impl Kept {
    /// Bytes in memory that is aligned for everything.
    fn bytes(&mut self, bytes: &[u8]) -> *mut u8 {
        let mut block = vec![0u64; bytes.len() / 8 + 1];
        // SAFETY: the block has room for the bytes.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), block.as_mut_ptr().cast::<u8>(), bytes.len()) };
        self.0.push(block);
        self.0.last_mut().expect("pushed above").as_mut_ptr().cast()
    }

    fn array<T: Copy>(&mut self, values: &[T]) -> *mut T {
        // SAFETY: plain values of C, as bytes.
        let bytes = unsafe { std::slice::from_raw_parts(values.as_ptr().cast::<u8>(), size_of_val(values)) };
        self.bytes(bytes).cast()
    }

    fn string(&mut self, text: &str, wide: bool, page: CodePage) -> *mut u8 {
        if wide {
            let units: Vec<u16> = text.encode_utf16().chain([0]).collect();
            self.array(&units).cast()
        } else {
            let mut bytes = page.encode(text).0;
            bytes.push(0);
            self.bytes(&bytes)
        }
    }

    fn binary(&mut self, bytes: &[u8]) -> SBinary {
        SBinary { cb: number(bytes.len()), lpb: if bytes.is_empty() { null_mut() } else { self.bytes(bytes) } }
    }

    /// Property values as C holds them.
    pub fn props(&mut self, props: &[Prop], page: CodePage) -> Vec<SPropValue> {
        props.iter().map(|prop| SPropValue { ulPropTag: prop.tag.value(), dwAlignPad: 0xDEAD, Value: self.value(prop, page) }).collect()
    }

    fn value(&mut self, prop: &Prop, page: CodePage) -> PV {
        let wide = matches!(prop.tag.prop_type(), PropType::UNICODE | PropType::MV_UNICODE);
        let count = number(prop.value.len());
        let filetime = |time: &i64| FILETIME { dwLowDateTime: *time as u32, dwHighDateTime: (*time >> 32) as u32 };
        match &prop.value {
            Value::Null | Value::Object => PV { li: 0 },
            Value::Short(v) => PV { i: *v },
            Value::Long(v) => PV { l: *v },
            Value::Float(v) => PV { flt: *v },
            Value::Double(v) | Value::AppTime(v) => PV { dbl: *v },
            Value::Currency(v) | Value::LongLong(v) => PV { li: *v },
            Value::Error(hr) => PV { err: hr.code().cast_signed() },
            // Any value but zero is true (PROP-024).
            Value::Bool(v) => PV { b: if *v { 2 } else { 0 } },
            Value::String(text) => PV { lpszA: self.string(text, wide, page) },
            Value::SysTime(v) => PV { ft: filetime(v) },
            Value::Guid(guid) => PV { lpguid: self.bytes(guid.bytes()).cast() },
            Value::Binary(bytes) => PV { bin: self.binary(bytes) },
            Value::MvShort(all) => PV { MVi: SShortArray { cValues: count, values: self.array(all) } },
            Value::MvLong(all) => PV { MVl: SLongArray { cValues: count, values: self.array(all) } },
            Value::MvFloat(all) => PV { MVflt: SRealArray { cValues: count, values: self.array(all) } },
            Value::MvDouble(all) | Value::MvAppTime(all) => PV { MVdbl: SDoubleArray { cValues: count, values: self.array(all) } },
            Value::MvCurrency(all) | Value::MvLongLong(all) => PV { MVli: SLargeIntegerArray { cValues: count, values: self.array(all) } },
            Value::MvSysTime(all) => {
                let times: Vec<FILETIME> = all.iter().map(filetime).collect();
                PV { MVft: SDateTimeArray { cValues: count, values: self.array(&times) } }
            }
            Value::MvGuid(all) => {
                let bytes: Vec<u8> = all.iter().flat_map(|guid| *guid.bytes()).collect();
                PV { MVguid: SGuidArray { cValues: count, values: self.bytes(&bytes).cast::<GUID>() } }
            }
            Value::MvString(all) => {
                let texts: Vec<*mut u8> = all.iter().map(|text| self.string(text, wide, page)).collect();
                PV { MVszA: SLPSTRArray { cValues: count, values: self.array(&texts) } }
            }
            Value::MvBinary(all) => {
                let all: Vec<SBinary> = all.iter().map(|bytes| self.binary(bytes)).collect();
                PV { MVbin: SBinaryArray { cValues: count, values: self.array(&all) } }
            }
        }
    }

    /// Pointers to names.
    fn names(&mut self, names: &[NameId]) -> Vec<*mut MAPINAMEID> {
        let each = names.iter().map(|name| {
            let lpguid = name.set.map_or(null_mut(), |set| self.bytes(set.bytes()).cast());
            let (kind, value) = match &name.kind {
                NameKind::Id(id) => (NameId::MNID_ID, CKind { lID: *id }),
                NameKind::String(text) => {
                    let units: Vec<u16> = text.encode_utf16().chain([0]).collect();
                    (NameId::MNID_STRING, CKind { lpwstrName: self.array(&units) })
                }
            };
            self.array(&[MAPINAMEID { lpguid, ulKind: kind, Kind: value }])
        });
        each.collect()
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).expect("few")
}

/// The place for problems that a client has, or none.
struct ProblemPlace(*mut SPropProblemArray, OutPtr);

impl ProblemPlace {
    fn new(wanted: OutPtr) -> Self {
        ProblemPlace(0x77 as *mut _, wanted)
    }

    fn pointer(&mut self) -> *mut *mut SPropProblemArray {
        if self.1 == OutPtr::Given { &raw mut self.0 } else { null_mut() }
    }

    /// What came, if anything did; after a failure nothing is looked at (PROP-097).
    fn answer(self, hr: u32) -> Answer {
        if hr >> 31 == 1 || self.1 == OutPtr::Null || self.0.is_null() {
            return done(hr);
        }
        // SAFETY: a root of the library.
        let problems = unsafe {
            let first = (&raw const (*self.0).aProblem).cast::<SPropProblem>();
            let read = |at: usize| first.add(at).read();
            let problems = (0..(*self.0).cProblem as usize).map(|at| {
                let problem = read(at);
                PropProblem {
                    index: problem.ulIndex,
                    tag: PropTag::new(problem.ulPropTag),
                    code: Hresult::new(problem.scode.cast_unsigned()),
                }
            });
            let problems = problems.collect();
            assert_eq!(MAPIFreeBuffer(self.0.cast()), 0);
            problems
        };
        (hr, Got::Out(Out::Problems(problems)))
    }
}

/// Names, and the block is freed.
fn take_names(count: u32, block: Ptr) -> Vec<Option<NameId>> {
    if block.is_null() {
        assert_eq!(count, 0);
        return Vec::new();
    }
    // SAFETY: a root of the library with this many pointers to names or NULL.
    unsafe {
        let names = (0..count as usize).map(|at| {
            let name = block.cast::<*const MAPINAMEID>().add(at).read();
            let name = name.as_ref()?;
            let set = Some(Guid::new(name.lpguid.cast::<[u8; 16]>().read()));
            let kind = if name.ulKind == NameId::MNID_ID {
                NameKind::Id(name.Kind.lID)
            } else {
                let units: Vec<u16> = (0..).map(|at| name.Kind.lpwstrName.add(at).read()).take_while(|unit| *unit != 0).collect();
                NameKind::String(String::from_utf16(&units).expect("whole characters"))
            };
            Some(NameId { set, kind })
        });
        let names = names.collect();
        assert_eq!(MAPIFreeBuffer(block), 0);
        names
    }
}

/// The tags of a client's array that a method may have changed, or of one that came back and is freed.
fn tags_after(own: &Option<Vec<u32>>, place: *mut SPropTagArray) -> Vec<PropTag> {
    match own {
        Some(words) => words[1..].iter().map(|word| PropTag::new(*word)).collect(),
        None => take_tags(place),
    }
}

fn guid(guid: Option<&Guid>) -> *const u8 {
    guid.map_or(null(), |guid| guid.bytes().as_ptr())
}

/// A method of IMAPIProp; `pointer` finds the pointer of another object.
pub fn prop(this: Ptr, call: &IMAPIProp, page: CodePage, pointer: impl Fn(Handle) -> Option<Ptr>) -> Answer {
    let mut kept = Kept::default();
    match call {
        IMAPIProp::GetLastError { result, flags } => {
            let mut error: *mut MAPIERROR = null_mut();
            let hr = method!(this, 3, i32 = result.code().cast_signed(), u32 = flags.bits(), *mut *mut MAPIERROR = &raw mut error);
            out(hr, || Out::Error(take_error(error, wide(flags.bits()), page)))
        }
        IMAPIProp::SaveChanges { flags } => done(method!(this, 4, u32 = flags.bits())),
        IMAPIProp::GetProps { prop_tag_array, flags } => {
            let tags = prop_tag_array.as_ref().map(|tags| tag_words(tags));
            let tags = tags.as_ref().map_or(null(), |words| words.as_ptr());
            let (mut count, mut props): (u32, *mut SPropValue) = (7, 0x77 as *mut _);
            let hr = method!(this, 5, *const u32 = tags, u32 = *flags, *mut u32 = &raw mut count, *mut *mut SPropValue = &raw mut props);
            if props.is_null() {
                assert_eq!(count, 0, "no array has no values");
                return out(hr, || Out::Props(mapi_sim::Row { props: Vec::new() }));
            }
            out(hr, || {
                assert_eq!(props.addr() % 8, 0, "values are aligned (PROP-027)");
                Out::Props(take_props(count, props, page))
            })
        }
        IMAPIProp::GetPropList { flags } => {
            let mut tags: *mut SPropTagArray = null_mut();
            let hr = method!(this, 6, u32 = *flags, *mut *mut SPropTagArray = &raw mut tags);
            out(hr, || Out::Tags(take_tags(tags)))
        }
        IMAPIProp::OpenProperty { prop_tag, iid, interface_options, flags } => {
            let mut place = 0x77 as Ptr;
            let hr = method!(
                this, 7, u32 = prop_tag.value(), *const u8 = guid(iid.as_deref()), u32 = *interface_options, u32 = flags.bits(),
                *mut Ptr = &raw mut place
            );
            object(hr, place)
        }
        IMAPIProp::SetProps { prop_array, problems } => {
            let values = prop_array.as_ref().map(|row| kept.props(&row.props, page));
            let (count, start) = values.as_ref().map_or((0, null()), |values| (number(values.len()), values.as_ptr()));
            let mut place = ProblemPlace::new(*problems);
            let hr = method!(this, 8, u32 = count, *const SPropValue = start, *mut *mut SPropProblemArray = place.pointer());
            place.answer(hr)
        }
        IMAPIProp::DeleteProps { prop_tag_array, problems } => {
            let tags = prop_tag_array.as_ref().map(|tags| tag_words(tags));
            let mut place = ProblemPlace::new(*problems);
            let start = tags.as_ref().map_or(null(), |words| words.as_ptr());
            let hr = method!(this, 9, *const u32 = start, *mut *mut SPropProblemArray = place.pointer());
            place.answer(hr)
        }
        other => copy_or_name(this, other, &mut kept, pointer),
    }
}

fn copy_or_name(this: Ptr, call: &IMAPIProp, kept: &mut Kept, pointer: impl Fn(Handle) -> Option<Ptr>) -> Answer {
    // Without MAPI_DIALOG nobody looks at the progress object (PROP-166).
    let progress = 0x13 as Ptr;
    let dest = |dest: &Option<Handle>| dest.map_or(null_mut(), |handle| pointer(handle).expect("a destination came through C"));
    match call {
        IMAPIProp::CopyTo { iid_exclude, exclude_props, ui_param, interface, dest_obj, flags, problems } => {
            let tags = exclude_props.as_ref().map(|tags| tag_words(tags));
            let iids: Vec<u8> = iid_exclude.iter().flat_map(|all| all.iter()).flat_map(|iid| *iid.bytes()).collect();
            let mut place = ProblemPlace::new(*problems);
            let hr = method!(
                this, 10, u32 = number(iids.len() / 16), *const u8 = if iids.is_empty() { null() } else { iids.as_ptr() },
                *const u32 = tags.as_ref().map_or(null(), |words| words.as_ptr()), usize = *ui_param as usize, Ptr = progress,
                *const u8 = guid(interface.as_deref()), Ptr = dest(dest_obj), u32 = flags.bits(),
                *mut *mut SPropProblemArray = place.pointer()
            );
            place.answer(hr)
        }
        IMAPIProp::CopyProps { include_props, ui_param, interface, dest_obj, flags, problems } => {
            let tags = include_props.as_ref().map(|tags| tag_words(tags));
            let mut place = ProblemPlace::new(*problems);
            let hr = method!(
                this, 11, *const u32 = tags.as_ref().map_or(null(), |words| words.as_ptr()), usize = *ui_param as usize, Ptr = progress,
                *const u8 = guid(interface.as_deref()), Ptr = dest(dest_obj), u32 = flags.bits(),
                *mut *mut SPropProblemArray = place.pointer()
            );
            place.answer(hr)
        }
        IMAPIProp::GetNamesFromIDs { prop_tags, prop_set_guid, flags } => {
            let mut own = prop_tags.as_ref().map(|tags| tag_words(tags));
            let mut array: *mut SPropTagArray = own.as_mut().map_or(null_mut(), |words| words.as_mut_ptr().cast());
            let (mut count, mut names) = (7u32, 0x77 as Ptr);
            let hr = method!(
                this, 12, *mut *mut SPropTagArray = &raw mut array, *const u8 = guid(prop_set_guid.as_ref()), u32 = flags.bits(),
                *mut u32 = &raw mut count, *mut Ptr = &raw mut names
            );
            out(hr, || Out::Names { tags: tags_after(&own, array), names: take_names(count, names) })
        }
        IMAPIProp::GetIDsFromNames { prop_names, flags } => {
            let names = prop_names.as_ref().map(|names| kept.names(names));
            // An empty array is one all the same.
            let (count, start) = names.as_ref().map_or((0, null()), |names| (number(names.len()), names.as_ptr()));
            let mut tags: *mut SPropTagArray = null_mut();
            let hr = method!(
                this, 13, u32 = count, *const *mut MAPINAMEID = start, u32 = *flags, *mut *mut SPropTagArray = &raw mut tags
            );
            out(hr, || Out::Tags(take_tags(tags)))
        }
        other => panic!("{other:?} is new: teach it to this arm"),
    }
}

/// A method of IPropData.
pub fn prop_data(this: Ptr, call: &IPropData) -> Answer {
    match call {
        IPropData::HrSetObjAccess { access } => done(method!(this, 14, u32 = *access)),
        IPropData::HrSetPropAccess { prop_tag_array, access } => {
            let tags = prop_tag_array.as_ref().map(|tags| tag_words(tags));
            let tags = tags.as_ref().map_or(null(), |words| words.as_ptr());
            done(method!(this, 15, *const u32 = tags, *const u32 = access.as_ref().map_or(null(), |access| access.as_ptr())))
        }
        IPropData::HrGetPropAccess { prop_tag_array } => {
            let mut own = prop_tag_array.as_ref().map(|tags| tag_words(tags));
            let mut array: *mut SPropTagArray = own.as_mut().map_or(null_mut(), |words| words.as_mut_ptr().cast());
            let mut access: *mut u32 = null_mut();
            let hr = method!(this, 16, *mut *mut SPropTagArray = &raw mut array, *mut *mut u32 = &raw mut access);
            out(hr, || {
                let tags = tags_after(&own, array);
                // SAFETY: a root of the library with as many words as there are tags.
                let access = unsafe {
                    let words = (0..tags.len()).map(|at| access.add(at).read()).collect();
                    assert_eq!(MAPIFreeBuffer(access.cast()), 0);
                    words
                };
                Out::Access { tags, access }
            })
        }
        IPropData::HrAddObjProps { prop_tag_array, problems } => {
            let tags = prop_tag_array.as_ref().map(|tags| tag_words(tags));
            let mut place = ProblemPlace::new(*problems);
            let start = tags.as_ref().map_or(null(), |words| words.as_ptr());
            let hr = method!(this, 17, *const u32 = start, *mut *mut SPropProblemArray = place.pointer());
            place.answer(hr)
        }
        other => panic!("{other:?} is new: teach it to this arm"),
    }
}

/// A method of IStream.
pub fn stream(this: Ptr, call: &IStream, pointer: impl Fn(Handle) -> Option<Ptr>) -> Answer {
    match call {
        IStream::Read { cb } => {
            let (mut buffer, mut count) = (vec![0u8; *cb as usize], 0u32);
            let hr = method!(this, 3, *mut u8 = buffer.as_mut_ptr(), u32 = *cb, *mut u32 = &raw mut count);
            buffer.truncate(count as usize);
            out(hr, || Out::Block(Bytes::new(buffer)))
        }
        IStream::Write { pv } => {
            let ((cb, bytes), mut count) = (counted(pv), 0u32);
            let hr = method!(this, 4, *const u8 = bytes, u32 = cb, *mut u32 = &raw mut count);
            out(hr, || Out::Number(count.into()))
        }
        IStream::Seek { dlib_move, origin } => {
            let mut position = 0u64;
            let hr = method!(this, 5, i64 = *dlib_move, u32 = *origin, *mut u64 = &raw mut position);
            out(hr, || Out::Number(position.cast_signed()))
        }
        IStream::SetSize { new_size } => done(method!(this, 6, u64 = *new_size)),
        IStream::CopyTo { pstm, cb } => {
            let (mut read, mut written) = (0u64, 0u64);
            let to = pstm.map_or(null_mut(), |handle| pointer(handle).expect("a stream came through C"));
            let hr = method!(this, 7, Ptr = to, u64 = *cb, *mut u64 = &raw mut read, *mut u64 = &raw mut written);
            out(hr, || Out::Copied { read, written })
        }
        IStream::Commit { commit_flags } => done(method!(this, 8, u32 = *commit_flags)),
        IStream::Revert {} => done(method!(this, 9)),
        IStream::LockRegion {} => done(method!(this, 10, u64 = 0, u64 = 0, u32 = 0)),
        IStream::UnlockRegion {} => done(method!(this, 11, u64 = 0, u64 = 0, u32 = 0)),
        IStream::Stat { stat_flag } => {
            let mut stat = [0u64; 10];
            let hr = method!(this, 12, *mut u64 = stat.as_mut_ptr(), u32 = *stat_flag);
            out(hr, || Out::Number(stat[2].cast_signed()))
        }
        IStream::Clone {} => {
            let mut place = null_mut();
            object(method!(this, 13, *mut Ptr = &raw mut place), place)
        }
        other => panic!("{other:?} is new: teach it to this arm"),
    }
}
