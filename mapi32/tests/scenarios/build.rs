//! Structures as a client lays them out before a call: property values, rows, sort orders, restrictions.

use std::cell::RefCell;
use std::ptr::{null, null_mut};

use mapi_sim::mapi::{CodePage, Node, Prop, PropType, Restriction, SortOrderSet};
use mapi_sim::{Row, Value};
use mapi32::abi::{
    FILETIME, GUID, PV, SAndRestriction, SBinary, SBitMaskRestriction, SCommentRestriction, SComparePropsRestriction, SContentRestriction,
    SCountRestriction, SExistRestriction, SLongArray, SNotRestriction, SOrRestriction, SPropValue, SPropertyRestriction, SRestriction,
    SRestrictionUnion, SRow, SSizeRestriction, SSubRestriction,
};

/// Memory of the client, for as long as a call takes.
pub struct Memory {
    page: CodePage,
    parts: RefCell<Vec<Box<[u64]>>>,
}

/// Words that are counted, and what follows them.
pub type Words = Vec<u32>;

impl Memory {
    /// No memory yet.
    pub fn new(page: CodePage) -> Self {
        Memory { page, parts: RefCell::default() }
    }

    /// A copy of these values.
    pub fn copy<T: Copy>(&self, values: &[T]) -> *mut T {
        let mut part = vec![0u64; size_of_val(values).div_ceil(8).max(1)].into_boxed_slice();
        let start = part.as_mut_ptr().cast::<T>();
        // SAFETY: the part is large enough, apart from the values, and aligned for any value of C.
        unsafe { start.copy_from_nonoverlapping(values.as_ptr(), values.len()) };
        self.parts.borrow_mut().push(part);
        start
    }

    fn text(&self, text: &str, wide: bool) -> *mut u8 {
        if wide {
            self.copy(&text.encode_utf16().chain([0]).collect::<Vec<u16>>()).cast()
        } else {
            self.copy(&[self.page.encode(text).0, vec![0]].concat())
        }
    }

    fn binary(&self, bytes: &[u8]) -> SBinary {
        SBinary { cb: count(bytes), lpb: self.copy(bytes) }
    }

    /// A property value, under its tag.
    pub fn prop(&self, prop: &Prop) -> SPropValue {
        let fits = prop.value.fits(prop.tag.prop_type());
        let tag = if fits { prop.tag } else { prop.tag.with_type(prop.value.prop_type()) };
        SPropValue { ulPropTag: tag.value(), dwAlignPad: 0, Value: self.value(tag.prop_type(), &prop.value) }
    }

    fn value(&self, kind: PropType, value: &Value) -> PV {
        let wide = matches!(kind, PropType::UNICODE | PropType::MV_UNICODE);
        match value {
            Value::Null | Value::Object => PV { li: 0 },
            Value::Short(v) => PV { i: *v },
            Value::Long(v) => PV { l: *v },
            Value::Float(v) => PV { flt: *v },
            Value::Double(v) => PV { dbl: *v },
            Value::AppTime(v) => PV { at: *v },
            Value::Currency(v) => PV { cur: *v },
            Value::LongLong(v) => PV { li: *v },
            Value::Error(v) => PV { err: v.code().cast_signed() },
            Value::Bool(v) => PV { b: (*v).into() },
            Value::String(text) => PV { lpszA: self.text(text, wide) },
            Value::SysTime(v) => PV { ft: time(*v) },
            Value::Guid(v) => PV { lpguid: self.copy(v.bytes()).cast::<GUID>() },
            Value::Binary(v) => PV { bin: self.binary(v) },
            many => self.many(wide, many),
        }
    }

    fn many(&self, wide: bool, value: &Value) -> PV {
        match value {
            Value::MvShort(v) => array(v.len(), self.copy(v)),
            Value::MvLong(v) => array(v.len(), self.copy(v)),
            Value::MvFloat(v) => array(v.len(), self.copy(v)),
            Value::MvDouble(v) | Value::MvAppTime(v) => array(v.len(), self.copy(v)),
            Value::MvCurrency(v) | Value::MvLongLong(v) => array(v.len(), self.copy(v)),
            Value::MvSysTime(v) => array(v.len(), self.copy(&v.iter().map(|v| time(*v)).collect::<Vec<_>>())),
            Value::MvGuid(v) => array(v.len(), self.copy(&v.iter().flat_map(|v| *v.bytes()).collect::<Vec<u8>>())),
            Value::MvString(v) => array(v.len(), self.copy(&v.iter().map(|v| self.text(v, wide)).collect::<Vec<_>>())),
            Value::MvBinary(v) => array(v.len(), self.copy(&v.iter().map(|v| self.binary(v)).collect::<Vec<_>>())),
            other => panic!("{other:?} is no list"),
        }
    }

    /// An SRow.
    pub fn row(&self, row: &Row) -> SRow {
        let props: Vec<SPropValue> = row.props.iter().map(|prop| self.prop(prop)).collect();
        SRow { ulAdrEntryPad: 0, cValues: count(&props), lpProps: self.copy(&props) }
    }

    /// An SRowSet.
    pub fn rows(&self, rows: &[Row]) -> *const u64 {
        let rows: Vec<SRow> = rows.iter().map(|row| self.row(row)).collect();
        let set = self.copy(&vec![0u64; 1 + 2 * rows.len()]);
        // SAFETY: the count stands at 0, the rows of 16 bytes from 8 on.
        unsafe {
            set.cast::<u32>().write(count(&rows));
            set.add(1).cast::<SRow>().copy_from_nonoverlapping(rows.as_ptr(), rows.len());
        }
        set
    }

    /// An SSortOrderSet, or NULL.
    pub fn order(&self, order: Option<&SortOrderSet>) -> *const u32 {
        let Some(order) = order else { return null() };
        let counts = [count(&order.keys), order.categories, order.expanded];
        let keys = order.keys.iter().flat_map(|key| [key.tag.value(), key.order]);
        self.copy(&counts.into_iter().chain(keys).collect::<Words>())
    }

    /// An SRestriction, or NULL.
    pub fn restriction(&self, restriction: Option<&Restriction>) -> *mut SRestriction {
        restriction.map_or(null_mut(), |restriction| self.copy(&[self.node(restriction.node())]))
    }

    fn all(&self, all: &[Restriction]) -> *mut SRestriction {
        self.copy(&all.iter().map(|one| self.node(one.node())).collect::<Vec<_>>())
    }

    fn node(&self, node: &Node) -> SRestriction {
        let inner = |one: &Option<Box<Restriction>>| self.restriction(one.as_deref());
        let one = |prop: &Prop| self.copy(&[self.prop(prop)]);
        let (rt, res) = match node {
            Node::And(all) => (0, SRestrictionUnion { resAnd: SAndRestriction { cRes: count(all), lpRes: self.all(all) } }),
            Node::Or(all) => (1, SRestrictionUnion { resOr: SOrRestriction { cRes: count(all), lpRes: self.all(all) } }),
            Node::Not(not) => (2, SRestrictionUnion { resNot: SNotRestriction { ulReserved: 0, lpRes: inner(not) } }),
            Node::Content { fuzzy_level, tag, prop } => {
                let content = SContentRestriction { ulFuzzyLevel: fuzzy_level.0, ulPropTag: tag.value(), lpProp: one(prop) };
                (3, SRestrictionUnion { resContent: content })
            }
            Node::Property { relop, tag, prop } => {
                let property = SPropertyRestriction { relop: relop.0, ulPropTag: tag.value(), lpProp: one(prop) };
                (4, SRestrictionUnion { resProperty: property })
            }
            Node::CompareProps { relop, tag1, tag2 } => {
                let compare = SComparePropsRestriction { relop: relop.0, ulPropTag1: tag1.value(), ulPropTag2: tag2.value() };
                (5, SRestrictionUnion { resCompareProps: compare })
            }
            Node::BitMask { bmr, tag, mask } => {
                let mask = SBitMaskRestriction { relBMR: bmr.0, ulPropTag: tag.value(), ulMask: *mask };
                (6, SRestrictionUnion { resBitMask: mask })
            }
            Node::Size { relop, tag, size } => {
                (7, SRestrictionUnion { resSize: SSizeRestriction { relop: relop.0, ulPropTag: tag.value(), cb: *size } })
            }
            Node::Exist { tag } => {
                (8, SRestrictionUnion { resExist: SExistRestriction { ulReserved1: 0, ulPropTag: tag.value(), ulReserved2: 0 } })
            }
            Node::Sub { subobject, restriction } => {
                (9, SRestrictionUnion { resSub: SSubRestriction { ulSubObject: subobject.value(), lpRes: inner(restriction) } })
            }
            Node::Comment { props, restriction } => {
                let SRow { cValues, lpProps, .. } = self.row(props);
                (10, SRestrictionUnion { resComment: SCommentRestriction { cValues, lpRes: inner(restriction), lpProp: lpProps } })
            }
            Node::Count { count, restriction } => {
                (11, SRestrictionUnion { resCount: SCountRestriction { ulCount: *count, lpRes: inner(restriction) } })
            }
            Node::TooDeep => return self.deep(),
            // A number that is no type, or one that lacks what it should point at.
            Node::Other { rt } => (*rt, SRestrictionUnion { resAnd: SAndRestriction { cRes: 1, lpRes: null_mut() } }),
            other => panic!("{other:?} is new: teach it to this client"),
        };
        SRestriction { rt, res }
    }

    /// Deeper than any table takes.
    fn deep(&self) -> SRestriction {
        let exist = SExistRestriction { ulReserved1: 0, ulPropTag: 0x3000_0003, ulReserved2: 0 };
        let inner = SRestriction { rt: 8, res: SRestrictionUnion { resExist: exist } };
        (0..300).fold(inner, |inner, _| {
            let not = SNotRestriction { ulReserved: 0, lpRes: self.copy(&[inner]) };
            SRestriction { rt: 2, res: SRestrictionUnion { resNot: not } }
        })
    }
}

fn array<T>(count: usize, values: *mut T) -> PV {
    PV { MVl: SLongArray { cValues: u32::try_from(count).expect("few"), values: values.cast() } }
}

fn time(time: i64) -> FILETIME {
    let [low, high] = [time, time >> 32].map(|half| u32::try_from(half & 0xFFFF_FFFF).expect("masked"));
    FILETIME { dwLowDateTime: low, dwHighDateTime: high }
}

fn count<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).expect("few")
}
