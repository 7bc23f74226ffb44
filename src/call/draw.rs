//! Calls out of choices: for each type of argument what it can be.
//!
//! Zero is the plain choice here too: NULL, no flags, the first of what is there. What the client got from earlier calls stands in a [`Scope`]: most
//! handles, identifiers, bookmarks and connections that are drawn come from there, so that calls get somewhere.

use super::{Bytes, Call, Handle, ITableData, Mapi, Out, OutPtr, Reply};
use crate::choices::Choices;
use crate::mapi::{
    Bmr, CopyFlags, FuzzyLevel, Guid, Hresult, InitFlags, LogoffFlags, LogonFlags, NameFlags, NameId, NameKind, Node, NotifyEvents,
    OpenFlags, Prop, PropTag, PropType, Relop, Restriction, Row, SaveFlags, SortOrder, SortOrderSet, StoreFlags, Text, Value, WidthFlags,
};

/// What a client has got so far, and may pass on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    /// Names of profiles.
    pub names: Vec<String>,
    /// Objects that it holds.
    pub objects: Vec<Handle>,
    /// Entry identifiers that it knows anyway.
    pub known: Vec<Vec<u8>>,
    /// Columns that name rows of its own tables, and properties that it wrote.
    columns: Vec<PropTag>,
    props: Vec<Prop>,
    entry_ids: Vec<Bytes>,
    keys: Vec<Bytes>,
    blocks: Vec<Bytes>,
    connections: Vec<u32>,
    bookmarks: Vec<u32>,
}

/// How much of one kind is remembered.
const KEPT: usize = 32;

fn keep<T: PartialEq>(list: &mut Vec<T>, one: T) {
    if !list.contains(&one) {
        if list.len() == KEPT {
            list.remove(0);
        }
        list.push(one);
    }
}

impl Scope {
    /// Of a client that has nothing yet, and may have heard of these profiles.
    pub fn of(names: Vec<String>) -> Self {
        Scope { names, ..Scope::default() }
    }

    /// Takes over what came of a call.
    pub fn learn(&mut self, call: &Call, reply: &Reply) {
        let name = call.method().name;
        match call {
            Call::Mapi(Mapi::CreateTable { index_column, .. }) if reply.hr.is_success() => keep(&mut self.columns, *index_column),
            Call::ITableData(_, ITableData::HrModifyRow { row }) if reply.hr.is_success() => {
                row.props.iter().for_each(|prop| keep(&mut self.props, prop.clone()));
            }
            _ => {}
        }
        match &reply.out {
            Out::EntryId(bytes) => keep(&mut self.entry_ids, bytes.clone()),
            Out::Block(bytes) => keep(&mut self.blocks, bytes.clone()),
            Out::Number(number) if matches!(name, "CreateBookmark" | "SetCollapseState") => {
                self.bookmarks.extend(u32::try_from(*number));
            }
            Out::Number(number) if name == "Advise" => self.connections.extend(u32::try_from(*number)),
            Out::Rows(rows) | Out::Expanded { rows, .. } => rows.iter().for_each(|row| self.learn_row(row)),
            Out::Props(row) => self.learn_row(row),
            _ => {}
        }
        for list in [&mut self.bookmarks, &mut self.connections] {
            list.drain(..list.len().saturating_sub(KEPT));
        }
    }

    fn learn_row(&mut self, row: &Row) {
        for prop in &row.props {
            let list = match prop.tag {
                PropTag::PR_ENTRYID | PropTag::PR_IDENTITY_ENTRYID => &mut self.entry_ids,
                PropTag::PR_INSTANCE_KEY => &mut self.keys,
                _ => continue,
            };
            if let Value::Binary(bytes) = &prop.value {
                keep(list, Bytes::new(bytes.clone()));
            }
        }
    }
}

/// Where an argument is drawn from.
pub(crate) struct Draw<'a> {
    pub choices: &'a mut Choices,
    pub scope: &'a Scope,
    /// Name of the argument.
    pub arg: &'static str,
}

/// Something that an argument can be.
pub(crate) trait Drawn: Sized {
    /// Draws one.
    fn draw(from: &mut Draw<'_>) -> Self;
}

impl Draw<'_> {
    fn below(&mut self, n: u32) -> u32 {
        self.choices.below(n)
    }

    /// Any of these; none if there are none.
    fn any<T: Clone>(&mut self, list: &[T]) -> Option<T> {
        (!list.is_empty()).then(|| self.choices.of(list).clone())
    }

    /// Names of properties that objects of MAPI have, and those of a client's own.
    fn tag(&mut self) -> PropTag {
        if let Some(own) = self.any(&self.scope.columns)
            && self.choices.once_in(3)
        {
            return own;
        }
        const KNOWN: [PropTag; 24] = [
            PropTag::PR_DISPLAY_NAME,
            PropTag::PR_ENTRYID,
            PropTag::PR_INSTANCE_KEY,
            PropTag::PR_ROWID,
            PropTag::PR_RESOURCE_TYPE,
            PropTag::PR_RESOURCE_FLAGS,
            PropTag::PR_STATUS_CODE,
            PropTag::PR_STATUS_STRING,
            PropTag::PR_RESOURCE_METHODS,
            PropTag::PR_IDENTITY_ENTRYID,
            PropTag::PR_IDENTITY_DISPLAY,
            PropTag::PR_PROVIDER_DISPLAY,
            PropTag::PR_DEFAULT_STORE,
            PropTag::PR_OBJECT_TYPE,
            PropTag::PR_RECORD_KEY,
            PropTag::PR_MAPPING_SIGNATURE,
            PropTag::PR_SUBJECT,
            PropTag::PR_COMMENT,
            PropTag::PR_MESSAGE_FLAGS,
            PropTag::PR_IMPORTANCE,
            PropTag::PR_DEPTH,
            PropTag::PR_CONTENT_COUNT,
            PropTag::PR_ROW_TYPE,
            PropTag::PR_NULL,
        ];
        match self.below(8) {
            0..=3 => *self.choices.of(&KNOWN),
            // The same few with another type.
            4 => {
                let prop_type = self.prop_type();
                self.choices.of(&KNOWN).with_type(prop_type)
            }
            5 => PropTag::of(0x6600 + self.id(4), self.prop_type()),
            6 => PropTag::of(0x8000 + self.id(6), self.prop_type()),
            _ => PropTag::new(self.choices.word()),
        }
    }

    fn id(&mut self, n: u32) -> u16 {
        u16::try_from(self.below(n)).unwrap_or(0)
    }

    fn prop_type(&mut self) -> PropType {
        const TYPES: [PropType; 17] = [
            PropType::UNICODE,
            PropType::STRING8,
            PropType::LONG,
            PropType::BINARY,
            PropType::BOOLEAN,
            PropType::SHORT,
            PropType::LONGLONG,
            PropType::SYSTIME,
            PropType::CURRENCY,
            PropType::DOUBLE,
            PropType::FLOAT,
            PropType::APPTIME,
            PropType::CLSID,
            PropType::ERROR,
            PropType::OBJECT,
            PropType::NULL,
            PropType::UNSPECIFIED,
        ];
        let single = *self.choices.of(&TYPES);
        match self.below(8) {
            6 => PropType::new(single.number() | PropType::MV_FLAG),
            7 => PropType::new(single.number() | PropType::MV_FLAG | PropType::MV_INSTANCE),
            _ => single,
        }
    }

    /// A value of a type, or, rarely, of another.
    fn value(&mut self, prop_type: PropType) -> Value {
        if prop_type.is_multi() {
            let singles: Vec<Value> = (0..self.below(4)).map(|_| self.single(prop_type.single())).collect();
            return Value::many(prop_type.single(), &singles).unwrap_or(Value::Null);
        }
        self.single(prop_type)
    }

    fn single(&mut self, prop_type: PropType) -> Value {
        match prop_type {
            PropType::SHORT => Value::Short(i16::try_from(self.small()).unwrap_or(i16::MIN)),
            PropType::LONG => Value::Long(self.small()),
            PropType::FLOAT => Value::Float(*self.choices.of(&[0.0, 1.0, -1.5, f32::INFINITY])),
            PropType::DOUBLE => Value::Double(self.fraction()),
            PropType::APPTIME => Value::AppTime(self.fraction()),
            PropType::CURRENCY => Value::Currency(self.small().into()),
            PropType::BOOLEAN => Value::Bool(self.below(2) == 1),
            PropType::LONGLONG => Value::LongLong(self.small().into()),
            PropType::SYSTIME => Value::SysTime(self.small().into()),
            PropType::STRING8 | PropType::UNICODE => Value::String(self.text()),
            PropType::CLSID => Value::Guid(Guid::draw(self)),
            PropType::BINARY => Value::Binary(self.bytes()),
            PropType::ERROR => Value::Error(Hresult::draw(self)),
            PropType::OBJECT => Value::Object,
            _ => Value::Null,
        }
    }

    fn small(&mut self) -> i32 {
        *self.choices.of(&[0, 1, 2, 3, -1, 33, i32::MAX, i32::MIN])
    }

    fn fraction(&mut self) -> f64 {
        *self.choices.of(&[0.0, 1.0, -1.5, f64::MAX, f64::NAN])
    }

    fn text(&mut self) -> String {
        (*self.choices.of(&["", "a", "A", "b", "Personal Folders", "\u{e9}t\u{e9}", "\u{416}", "x\u{1F600}", "ab"])).to_owned()
    }

    fn bytes(&mut self) -> Vec<u8> {
        let length = *self.choices.of(&[0, 1, 2, 4, 16, 24]);
        (0..length).map(|_| u8::try_from(self.below(256)).unwrap_or(0)).collect()
    }

    fn restriction(&mut self, depth: u32) -> Restriction {
        let inner = |from: &mut Self| (from.below(8) < 7).then(|| Box::new(from.restriction(depth + 1)));
        let all = |from: &mut Self| (0..from.below(3)).map(|_| from.restriction(depth + 1)).collect();
        // Deeper than this are leaves alone.
        let node = match self.below(if depth < 3 { 13 } else { 6 }) {
            0 => Node::Exist { tag: self.tag() },
            1 => {
                let tag = self.tag();
                Node::Property { relop: self.relop(), tag, prop: self.constant(tag) }
            }
            2 => {
                let (tag, level) = (self.tag(), *self.choices.of(&[0, 1, 2, 0x1_0000, 0x1_0001, 0x4_0002, 3, 0x8_0000]));
                Node::Content { fuzzy_level: FuzzyLevel(level), tag, prop: self.constant(tag) }
            }
            3 => Node::BitMask { bmr: Bmr(self.below(3)), tag: self.tag(), mask: self.choices.word() },
            4 => Node::Size { relop: self.relop(), tag: self.tag(), size: self.below(30) },
            5 => Node::CompareProps { relop: self.relop(), tag1: self.tag(), tag2: self.tag() },
            6 => Node::And(all(self)),
            7 => Node::Or(all(self)),
            8 => Node::Not(inner(self)),
            9 => Node::Comment { props: Row { props: Vec::new() }, restriction: inner(self) },
            10 => Node::Count { count: self.below(3), restriction: inner(self) },
            11 => Node::Sub { subobject: self.tag(), restriction: inner(self) },
            _ => Node::Other { rt: self.below(20) },
        };
        node.into()
    }

    fn relop(&mut self) -> Relop {
        Relop(self.below(8))
    }

    /// The constant that a property is compared with, mostly of its type.
    fn constant(&mut self, tag: PropTag) -> Prop {
        let tag = if self.choices.once_in(8) { self.tag() } else { tag.with_type(tag.prop_type().single()) };
        Prop { tag, value: self.value(tag.prop_type()) }
    }
}

impl<T: Drawn> Drawn for Option<T> {
    fn draw(from: &mut Draw<'_>) -> Self {
        (from.below(4) != 0).then(|| T::draw(from))
    }
}

impl<T: Drawn> Drawn for Box<T> {
    fn draw(from: &mut Draw<'_>) -> Self {
        Box::new(T::draw(from))
    }
}

impl<T: Drawn> Drawn for Vec<T> {
    fn draw(from: &mut Draw<'_>) -> Self {
        (0..from.below(5)).map(|_| T::draw(from)).collect()
    }
}

/// Flag words: none, one of the known bits, any of them, or anything.
macro_rules! flag_words {
    ($($word:ty),*) => {$(
        impl Drawn for $word {
            fn draw(from: &mut Draw<'_>) -> Self {
                let known = <$word>::known_mask();
                let bits = match from.below(8) {
                    0..=2 => 0,
                    3 | 4 => known & 1_u32.rotate_left(from.below(32)),
                    5 => known,
                    6 => known & from.choices.word(),
                    _ => from.choices.word(),
                };
                <$word>::new(bits)
            }
        }
    )*};
}

flag_words!(CopyFlags, InitFlags, LogoffFlags, NameFlags, NotifyEvents, SaveFlags, StoreFlags, WidthFlags);

/// Mostly what one opens things with.
impl Drawn for OpenFlags {
    fn draw(from: &mut Draw<'_>) -> Self {
        let both = OpenFlags::MAPI_CREATE | OpenFlags::MAPI_MODIFY;
        match from.below(8) {
            6 => OpenFlags::new(1_u32.rotate_left(from.below(32))),
            7 => OpenFlags::new(from.choices.word()),
            _ => *from.choices.of(&[OpenFlags::empty(), OpenFlags::MAPI_MODIFY, both]),
        }
    }
}

/// Words of real clients, beside any others: by themselves random bits hardly ever log on.
impl Drawn for LogonFlags {
    fn draw(from: &mut Draw<'_>) -> Self {
        const REAL: [LogonFlags; 10] = [
            LogonFlags::EXTENDED.union(LogonFlags::NEW_SESSION),
            LogonFlags::EXTENDED,
            LogonFlags::EXTENDED.union(LogonFlags::NEW_SESSION).union(LogonFlags::NO_MAIL),
            LogonFlags::EXTENDED.union(LogonFlags::NEW_SESSION).union(LogonFlags::ALLOW_OTHERS),
            LogonFlags::EXTENDED.union(LogonFlags::ALLOW_OTHERS).union(LogonFlags::USE_DEFAULT),
            LogonFlags::EXTENDED.union(LogonFlags::USE_DEFAULT).union(LogonFlags::NEW_SESSION),
            LogonFlags::EXTENDED.union(LogonFlags::LOGON_UI),
            LogonFlags::EXTENDED.union(LogonFlags::NEW_SESSION).union(LogonFlags::LOGON_UI),
            LogonFlags::EXTENDED.union(LogonFlags::NEW_SESSION).union(LogonFlags::TIMEOUT_SHORT),
            LogonFlags::EXTENDED.union(LogonFlags::NEW_SESSION).union(LogonFlags::NT_SERVICE),
        ];
        match from.below(16) {
            0..=11 => *from.choices.of(&REAL),
            12 | 13 => *from.choices.of(&REAL) | LogonFlags::new(1_u32.rotate_left(from.below(32))),
            14 => LogonFlags::new(LogonFlags::known_mask() & from.choices.word()),
            _ => LogonFlags::new(from.choices.word()),
        }
    }
}

impl Drawn for u32 {
    fn draw(from: &mut Draw<'_>) -> Self {
        match from.arg {
            "origin" | "position" => {
                let own = from.any(&from.scope.bookmarks);
                own.filter(|_| from.choices.once_in(2)).unwrap_or_else(|| *from.choices.of(&[0, 1, 2, 3, 99]))
            }
            "connection" => {
                let own = from.any(&from.scope.connections);
                own.filter(|_| !from.choices.once_in(4)).unwrap_or_else(|| from.below(4))
            }
            "timeout" => *from.choices.of(&[0, 1000, 60_000, u32::MAX]),
            "version" => u32::from(from.choices.once_in(8)),
            "interface_options" => u32::from(from.choices.once_in(4)),
            "flags" | "commit_flags" | "stat_flag" => match from.below(8) {
                0..=3 => 0,
                4 => 1_u32.rotate_left(from.below(32)),
                5 => 0x8000_0000,
                6 => from.below(8),
                _ => from.choices.word(),
            },
            _ => match from.below(8) {
                0..=6 => from.below(8),
                _ => from.choices.word(),
            },
        }
    }
}

impl Drawn for i32 {
    fn draw(from: &mut Draw<'_>) -> Self {
        *from.choices.of(&[1, 2, 255, 0, -1, -3, i32::MAX, i32::MIN])
    }
}

impl Drawn for i64 {
    fn draw(from: &mut Draw<'_>) -> Self {
        *from.choices.of(&[0, 1, 3, -1, 100, i64::MAX, i64::MIN])
    }
}

/// Windows, positions and lengths.
impl Drawn for u64 {
    fn draw(from: &mut Draw<'_>) -> Self {
        *from.choices.of(&[0, 1, 3, 16, 100, 5000, i64::MAX.unsigned_abs()])
    }
}

impl Drawn for Bytes {
    fn draw(from: &mut Draw<'_>) -> Self {
        let own = match from.arg {
            "instance_key" => from.any(&from.scope.keys),
            "collapse_state" => from.any(&from.scope.blocks),
            _ if from.choices.once_in(4) => from.any(&from.scope.entry_ids),
            _ => from.any(&from.scope.known).map(Bytes::new),
        };
        own.filter(|_| !from.choices.once_in(4)).unwrap_or_else(|| Bytes::new(from.bytes()))
    }
}

impl Drawn for Text {
    fn draw(from: &mut Draw<'_>) -> Self {
        let known = from.any(&from.scope.names).filter(|_| !from.choices.once_in(4));
        match from.below(16) {
            14 => Text::Ansi(from.bytes().into()),
            15 => Text::Wide(from.bytes().into_iter().map(|byte| u16::from(byte) << 8 | 0x41).collect()),
            _ => Text::from(known.unwrap_or_else(|| from.text())),
        }
    }
}

impl Drawn for Guid {
    fn draw(from: &mut Draw<'_>) -> Self {
        const KNOWN: [Guid; 14] = [
            Guid::IID_IUnknown,
            Guid::IID_IMAPISession,
            Guid::IID_IMAPITable,
            Guid::IID_IMAPIProp,
            Guid::IID_IMAPIStatus,
            Guid::IID_IMsgStore,
            Guid::IID_IAddrBook,
            Guid::IID_IMAPITableData,
            Guid::IID_IMAPIPropData,
            Guid::IID_IStream,
            Guid::IID_IMAPIClientShutdown,
            Guid::PS_MAPI,
            Guid::PS_PUBLIC_STRINGS,
            Guid::new([7; 16]),
        ];
        // What OpenProperty opens, and what copies and most objects go by.
        let usual = match from.arg {
            "iid" => Some(Guid::IID_IStream),
            "interface" => Some(Guid::IID_IMAPIProp),
            _ => None,
        };
        let other = *from.choices.of(&KNOWN);
        usual.filter(|_| from.below(4) < 3).unwrap_or(other)
    }
}

/// An object that the client holds, or one that it does not.
impl Drawn for Handle {
    fn draw(from: &mut Draw<'_>) -> Self {
        let own = from.any(&from.scope.objects);
        own.unwrap_or(Handle::new(super::ObjectKind::Stream, 1))
    }
}

impl Drawn for Hresult {
    fn draw(from: &mut Draw<'_>) -> Self {
        *from.choices.of(&[
            Hresult::S_OK,
            Hresult::MAPI_E_NOT_FOUND,
            Hresult::MAPI_E_INVALID_PARAMETER,
            Hresult::MAPI_E_CALL_FAILED,
            Hresult::MAPI_E_NO_SUPPORT,
            Hresult::MAPI_W_ERRORS_RETURNED,
        ])
    }
}

impl Drawn for OutPtr {
    fn draw(from: &mut Draw<'_>) -> Self {
        if from.choices.once_in(16) { OutPtr::Null } else { OutPtr::Given }
    }
}

impl Drawn for PropTag {
    fn draw(from: &mut Draw<'_>) -> Self {
        from.tag()
    }
}

impl Drawn for Prop {
    fn draw(from: &mut Draw<'_>) -> Self {
        if let Some(own) = from.any(&from.scope.props)
            && from.choices.once_in(2)
        {
            return own;
        }
        let tag = from.tag();
        let prop_type = if from.choices.once_in(16) { from.prop_type() } else { tag.prop_type() };
        Prop { tag, value: from.value(prop_type) }
    }
}

impl Drawn for Row {
    fn draw(from: &mut Draw<'_>) -> Self {
        Row { props: Vec::draw(from) }
    }
}

impl Drawn for Restriction {
    fn draw(from: &mut Draw<'_>) -> Self {
        from.restriction(0)
    }
}

impl Drawn for SortOrderSet {
    fn draw(from: &mut Draw<'_>) -> Self {
        let key = |from: &mut Draw<'_>| SortOrder { tag: from.tag(), order: *from.choices.of(&[0, 1, 0, 1, 2, 4, 8, 3]) };
        let keys: Vec<SortOrder> = (0..from.below(4)).map(|_| key(from)).collect();
        let (categories, expanded) = if from.choices.once_in(3) { (from.below(4), from.below(4)) } else { (0, 0) };
        SortOrderSet { keys, categories, expanded }
    }
}

impl Drawn for NameId {
    fn draw(from: &mut Draw<'_>) -> Self {
        let set = (from.below(8) != 7).then(|| Guid::draw(from));
        let kind = if from.choices.once_in(3) { NameKind::Id(from.small()) } else { NameKind::String(from.text()) };
        NameId { set, kind }
    }
}
