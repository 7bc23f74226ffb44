//! OpenProperty, and the streams on properties that it gives.

use std::borrow::Cow;
use std::sync::Arc;

use super::{Kernel, Rule};
use crate::call::{Bytes, Handle, IStream, ObjectKind, Out, Reply};
use crate::clause::{ClauseId, Reading};
use crate::kernel::project::property;
use crate::kernel::{Body, Object};
use crate::mapi::{CodePage, Guid, Hresult, IdRange, OpenFlags, Prop, PropTag, PropType, Value};

/// Flags that OpenProperty knows.
const OPEN_FLAGS: u32 = 0x1 | 0x2 | 0x8;
/// The longest stream, in bytes.
const LONGEST: usize = 1 << 26;
/// STREAM_SEEK_SET, STREAM_SEEK_CUR and STREAM_SEEK_END.
const SEEK_SET: u32 = 0;
const SEEK_CUR: u32 = 1;
const SEEK_END: u32 = 2;

/// A stream on a property: bytes of its own, which the property gets with Commit or the final Release (PROP-131).
#[derive(Clone, Debug, PartialEq)]
pub struct Stream {
    /// The object whose property it is.
    of: Handle,
    tag: PropTag,
    writable: bool,
    bytes: Vec<u8>,
    position: usize,
    /// Whether it holds something that the property does not.
    dirty: bool,
}

/// The bytes of a value in a type that has a stream.
fn to_bytes(value: &Value, prop_type: PropType, code_page: CodePage) -> Option<Vec<u8>> {
    match (value, prop_type) {
        (Value::Binary(bytes), PropType::BINARY) => Some(bytes.clone()),
        (Value::String(text), PropType::UNICODE) => Some(text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        (Value::String(text), PropType::STRING8) => Some(code_page.encode(text).0),
        _ => None,
    }
}

/// The value of bytes; characters that are none become U+FFFD.
fn to_value(bytes: &[u8], prop_type: PropType, code_page: CodePage) -> Value {
    match prop_type {
        PropType::UNICODE => {
            let units = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
            Value::String(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
        }
        PropType::STRING8 => {
            let each = || bytes.chunks(1).map(|byte| code_page.decode(byte).unwrap_or(Cow::Borrowed("\u{FFFD}"))).collect();
            Value::String(code_page.decode(bytes).map_or_else(each, Cow::into_owned))
        }
        _ => Value::Binary(bytes.to_vec()),
    }
}

impl Kernel {
    /// OpenProperty. Streams on characters and bytes are what there is so far.
    pub(super) fn open_property(&mut self, this: Handle, all: &[Prop], tag: PropTag, (iid, flags): (Option<Guid>, OpenFlags)) -> Reply {
        let Some(iid) = iid else { return self.decided(ClauseId::prop(117), Hresult::MAPI_E_INVALID_PARAMETER) };
        if tag.prop_type() == PropType::UNSPECIFIED {
            return self.decided(ClauseId::prop(116), Hresult::MAPI_E_INVALID_PARAMETER);
        }
        if let Some(reply) = self.reject_flags(flags.bits(), OPEN_FLAGS) {
            return reply;
        }
        let lenient = self.machine.readings.index(Reading::ArgumentChecks) != 0;
        let create = flags.contains(OpenFlags::MAPI_CREATE);
        if create && !flags.contains(OpenFlags::MAPI_MODIFY) && !lenient {
            return self.decided(ClauseId::prop(120), Hresult::MAPI_E_INVALID_PARAMETER);
        }
        if create && IdRange::of(tag.id()) == IdRange::Reserved {
            return self.decided(ClauseId::prop(7), Hresult::MAPI_E_INVALID_PARAMETER);
        }
        // Their properties are all there is to status objects and the address book.
        if !matches!(this.kind(), ObjectKind::MsgStore | ObjectKind::PropData) {
            return self.decided(ClauseId::prop(125), Hresult::MAPI_E_NO_SUPPORT);
        }
        let modify = create || flags.contains(OpenFlags::MAPI_MODIFY);
        if modify && (!self.is_writable(this) || self.rule(this, tag.id()) != Rule::Free) {
            return self.decided(ClauseId::prop(125), Hresult::MAPI_E_NO_ACCESS);
        }
        let stored = property(all, tag.id());
        match stored {
            None if !create => return self.decided(ClauseId::prop(118), Hresult::MAPI_E_NOT_FOUND),
            // The object is there, and nothing is built that could be its interface.
            Some(stored) if stored.tag.prop_type() == PropType::OBJECT => {
                return self.decided(ClauseId::prop(125), Hresult::MAPI_E_NO_SUPPORT);
            }
            _ => {}
        }
        let streams = matches!(tag.prop_type(), PropType::STRING8 | PropType::UNICODE | PropType::BINARY);
        if !streams || iid != Guid::IID_IStream {
            return self.decided(ClauseId::prop(124), Hresult::MAPI_E_INTERFACE_NOT_SUPPORTED);
        }
        let code_page = self.machine.code_page;
        let bytes = match stored.filter(|_| !create) {
            None => Vec::new(),
            Some(stored) => match to_bytes(&stored.value, tag.prop_type(), code_page) {
                Some(bytes) => bytes,
                None => return self.decided(ClauseId::prop(118), Hresult::MAPI_E_NOT_FOUND),
            },
        };
        if self.machine.properties.exclusive_open && self.is_open(this, tag.id()) {
            return self.decided(ClauseId::prop(129), Hresult::MAPI_E_NO_ACCESS);
        }
        if create {
            let prop = Prop { tag, value: to_value(&[], tag.prop_type(), code_page) };
            if let Err(hr) = self.write(this, all, &prop) {
                return self.decided(ClauseId::prop(119), hr);
            }
        }
        let stream = Stream { of: this, tag, writable: modify, bytes, position: 0, dirty: false };
        let handle = self.new_stream(this, stream);
        self.decided(ClauseId::prop(if create { 119 } else { 122 }), Hresult::S_OK);
        Reply::ok(Out::Object(handle))
    }

    /// Whether a stream is open on a property.
    fn is_open(&self, this: Handle, id: u16) -> bool {
        self.objects.values().any(|object| matches!(&object.body, Body::Stream(stream) if stream.of == this && stream.tag.id() == id))
    }

    /// Makes a stream that lives as long as its object's session, or its process.
    fn new_stream(&mut self, this: Handle, stream: Stream) -> Handle {
        let owner = self.objects.get(&this).map(|object| (object.process, object.session));
        let (process, session) = owner.expect("the object whose property is opened is there");
        let body = Body::Stream(Arc::new(stream));
        match session {
            Some(session) => self.new_object(session, ObjectKind::Stream, body),
            None => {
                let handle = self.new_handle(ObjectKind::Stream);
                self.objects.insert(handle, Object::of_process(process, body));
                handle
            }
        }
    }

    fn stream(&self, this: Handle) -> Option<&Stream> {
        match &self.objects.get(&this)?.body {
            Body::Stream(stream) => Some(stream),
            _ => None,
        }
    }

    fn stream_mut(&mut self, this: Handle) -> Option<&mut Stream> {
        match &mut self.objects.get_mut(&this)?.body {
            Body::Stream(stream) => Some(Arc::make_mut(stream)),
            _ => None,
        }
    }

    /// A method of IStream.
    pub(in crate::kernel) fn stream_method(&mut self, this: Handle, call: &IStream) -> Reply {
        let Some(stream) = self.stream_mut(this) else { return self.decided(ClauseId::shutdown(9), Hresult::MAPI_E_INVALID_OBJECT) };
        let done = match call {
            IStream::Read { cb } => Ok(Out::Block(Bytes::new(stream.read(u64::from(*cb))))),
            IStream::Write { pv } => match pv {
                Some(bytes) => stream.write(bytes).map(|count| Out::Number(signed(count))),
                None => Err(Hresult::STG_E_INVALIDPOINTER),
            },
            IStream::Seek { dlib_move, origin } => stream.seek(*dlib_move, *origin).map(|to| Out::Number(signed(to))),
            IStream::SetSize { new_size } => stream.set_size(*new_size).map(|()| Out::Nothing),
            IStream::CopyTo { pstm, cb } => match pstm {
                Some(to) => return self.copy_stream(this, *to, *cb),
                None => Err(Hresult::STG_E_INVALIDPOINTER),
            },
            IStream::Commit { .. } => self.commit(this).map(|()| Out::Nothing),
            // Nothing is transacted: what was written stays.
            IStream::Revert {} => Ok(Out::Nothing),
            IStream::Stat { .. } => Ok(Out::Number(signed(stream.bytes.len()))),
            IStream::LockRegion {} | IStream::UnlockRegion {} => Err(Hresult::STG_E_INVALIDFUNCTION),
            IStream::Clone {} => return self.unsupported(),
        };
        match done {
            Ok(out) => {
                self.decided(ClauseId::prop(122), Hresult::S_OK);
                Reply::ok(out)
            }
            Err(hr) => self.decided(ClauseId::prop(121), hr),
        }
    }

    /// IStream::CopyTo: what can be read goes to the cursor of the other stream.
    fn copy_stream(&mut self, this: Handle, to: Handle, count: u64) -> Reply {
        let process = self.objects.get(&this).map(|object| object.process);
        let target = self.objects.get(&to).filter(|object| Some(object.process) == process);
        if target.is_none() || self.is_dead(to) || self.stream(to).is_none() {
            return self.decided(ClauseId::prop(122), Hresult::STG_E_INVALIDPOINTER);
        }
        let bytes = self.stream_mut(this).map(|stream| stream.read(count)).unwrap_or_default();
        let written = self.stream_mut(to).map_or(Err(Hresult::STG_E_INVALIDPOINTER), |stream| stream.write(&bytes));
        match written {
            Ok(written) => {
                self.decided(ClauseId::prop(122), Hresult::S_OK);
                Reply::ok(Out::Copied { read: bytes.len() as u64, written: written as u64 })
            }
            Err(hr) => self.decided(ClauseId::prop(121), hr),
        }
    }

    /// The property gets what the stream holds.
    fn commit(&mut self, this: Handle) -> Result<(), Hresult> {
        let Some(stream) = self.stream(this).filter(|stream| stream.dirty) else { return Ok(()) };
        let (of, tag) = (stream.of, stream.tag);
        // The limit of SetProps is none of a stream (PROP-102).
        if self.is_dead(of) || !self.is_writable(of) || self.rule(of, tag.id()) != Rule::Free {
            return Err(Hresult::MAPI_E_NO_ACCESS);
        }
        let value = to_value(&stream.bytes, tag.prop_type(), self.machine.code_page);
        self.store(of, &Prop { tag, value });
        if let Some(stream) = self.stream_mut(this) {
            stream.dirty = false;
        }
        Ok(())
    }

    /// The final Release of a stream: what was written and not committed is now.
    pub(in crate::kernel) fn release_stream(&mut self, this: Handle) {
        if this.kind() == ObjectKind::Stream {
            // Release tells nothing of a property that cannot be written any more.
            let _ = self.commit(this);
        }
    }
}

impl Stream {
    /// Bytes from the cursor on, as many as there are.
    fn read(&mut self, count: u64) -> Vec<u8> {
        let start = self.position.min(self.bytes.len());
        let count = usize::try_from(count).unwrap_or(usize::MAX).min(self.bytes.len() - start);
        self.position = self.position.max(start + count);
        self.bytes[start..start + count].to_vec()
    }

    /// Puts bytes at the cursor; what lies between the end and the cursor becomes zero.
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Hresult> {
        if !self.writable {
            return Err(Hresult::STG_E_ACCESSDENIED);
        }
        let end = self.position.checked_add(bytes.len()).filter(|end| *end <= LONGEST).ok_or(Hresult::STG_E_MEDIUMFULL)?;
        if self.bytes.len() < end {
            self.bytes.resize(end, 0);
        }
        self.bytes[self.position..end].copy_from_slice(bytes);
        self.position = end;
        self.dirty = true;
        Ok(bytes.len())
    }

    /// Moves the cursor, beyond the end too.
    fn seek(&mut self, by: i64, origin: u32) -> Result<usize, Hresult> {
        let from = match origin {
            SEEK_SET => 0,
            SEEK_CUR => self.position,
            SEEK_END => self.bytes.len(),
            _ => return Err(Hresult::STG_E_INVALIDFUNCTION),
        };
        let to = signed(from).checked_add(by).and_then(|to| usize::try_from(to).ok()).ok_or(Hresult::STG_E_INVALIDFUNCTION)?;
        self.position = to;
        Ok(to)
    }

    fn set_size(&mut self, size: u64) -> Result<(), Hresult> {
        if !self.writable {
            return Err(Hresult::STG_E_ACCESSDENIED);
        }
        let size = usize::try_from(size).ok().filter(|size| *size <= LONGEST).ok_or(Hresult::STG_E_MEDIUMFULL)?;
        self.bytes.resize(size, 0);
        self.dirty = true;
        Ok(())
    }
}

fn signed(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
