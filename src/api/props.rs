//! IMAPIProp: what stores, the address book, status objects and objects of CreateIProp have in common; IPropData, and streams on properties.

use std::ops::Deref;
use std::sync::Arc;

use super::{Failure, Object, Process, Warned};
use crate::call::{Bytes, Call, Caller, Handle, IMAPIProp, IPropData, IStream, Mapi, MapiError, Out, OutPtr};
use crate::mapi::{CopyFlags, Guid, Hresult, NameFlags, NameId, OpenFlags, Prop, PropProblem, PropTag, Row, SaveFlags, Value, WidthFlags};
use crate::sim::Shared;

/// An object with properties: IMAPIProp. [`MsgStore`](super::MsgStore), [`AddrBook`](super::AddrBook), [`Status`](super::Status) and [`PropData`]
/// dereference to it.
///
/// ```
/// use mapi_sim::mapi::{CopyFlags, Guid, NameId, Prop, PropType};
/// use mapi_sim::{Hresult, PropTag, Sim, Value};
///
/// let sim = Sim::office();
/// let process = sim.process("main");
/// let one = process.create_iprop()?;
///
/// // What cannot be written is said for each property; the rest is written.
/// let keywords = one.get_ids_from_names(Some(&[NameId::string(Guid::PS_PUBLIC_STRINGS, "Keywords")]), true)?[0];
/// let problems = one.set_props(&[
///     Prop::new(PropTag::PR_SUBJECT, "Minutes"),
///     Prop::new(keywords.with_type(PropType::MV_UNICODE), vec!["green".to_owned(), "blue".to_owned()]),
///     Prop { tag: PropTag::new(0x6700_0099), value: Value::Null },
/// ])?;
/// assert_eq!(problems[0].to_string(), "2: 0x67000099 MAPI_E_INVALID_TYPE");
///
/// // What is not there comes as PT_ERROR, and the success is a warning.
/// let row = one.get_props(Some(&[PropTag::PR_SUBJECT, PropTag::PR_BODY]))?;
/// assert_eq!(row.warning(), Some(Hresult::MAPI_W_ERRORS_RETURNED));
/// assert_eq!(row.to_string(), "{PR_SUBJECT_W=\"Minutes\", PR_BODY=MAPI_E_NOT_FOUND}");
///
/// // A copy goes by names where the identifiers of the two objects differ.
/// let other = process.create_iprop()?;
/// other.get_ids_from_names(Some(&[NameId::id(Guid::PSETID_Common, 0x8503)]), true)?;
/// one.copy_to(&other, &[], CopyFlags::empty())?;
/// assert_eq!(other.get_one(keywords)?, None);
/// assert_eq!(other.get_one(PropTag::PR_SUBJECT)?, Some(Value::from("Minutes")));
/// # Ok::<(), mapi_sim::Failure>(())
/// ```
#[derive(Clone)]
pub struct Props {
    pub(super) object: Arc<Object>,
}

/// A tag and the name of its identifier, if it has one.
pub type NamedTag = (PropTag, Option<NameId>);

impl Props {
    pub(super) fn new(world: &Arc<Shared>, caller: Caller, handle: Handle) -> Self {
        Props { object: Object::new(world, caller, handle) }
    }

    /// The name by which the journal calls it.
    pub fn handle(&self) -> Handle {
        self.object.handle
    }

    fn call(&self, call: IMAPIProp) -> Result<Warned<Out>, Failure> {
        let reply = self.object.call(Call::IMAPIProp(self.object.handle, call))?;
        Ok(Warned::new(reply.out, reply.hr))
    }

    /// GetProps: the values of some properties in the order of their tags; with no tags, of all (PROP-053, PROP-054). MAPI_W_ERRORS_RETURNED warns
    /// that some stand as PT_ERROR.
    ///
    /// # Errors
    ///
    /// - MAPI_E_INVALID_PARAMETER for an empty list (PROP-055);
    /// - MAPI_E_INVALID_OBJECT after the session's Logoff, or when what the object stood for is gone; so does every method.
    pub fn get_props(&self, tags: Option<&[PropTag]>) -> Result<Warned<Row>, Failure> {
        let call = IMAPIProp::GetProps { prop_tag_array: tags.map(<[PropTag]>::to_vec), flags: 0 };
        self.call(call).map(|out| out.map(|out| if let Out::Props(row) = out { row } else { Row::default() }))
    }

    /// The value of one property by GetProps; `None` if it stands as PT_ERROR.
    ///
    /// # Errors
    ///
    /// As [`get_props`](Props::get_props).
    pub fn get_one(&self, tag: PropTag) -> Result<Option<Value>, Failure> {
        let row = self.get_props(Some(&[tag]))?.into_inner();
        Ok(row.props.into_iter().map(|prop| prop.value).find(|value| !matches!(value, Value::Error(_))))
    }

    /// GetPropList: the tags of all properties, characters as PT_UNICODE (PROP-081, PROP-085).
    ///
    /// # Errors
    ///
    /// MAPI_E_BAD_CHARWIDTH where there are no such strings (PROP-052).
    pub fn get_prop_list(&self) -> Result<Vec<PropTag>, Failure> {
        self.call(IMAPIProp::GetPropList { flags: WidthFlags::UNICODE.bits() }).map(|out| tags_of(out.into_inner()))
    }

    /// SetProps: writes properties; the problems with single ones come back, the others are written (PROP-095).
    ///
    /// # Errors
    ///
    /// - MAPI_E_INVALID_PARAMETER for no properties, one of PT_OBJECT, a multivalued one without values, or an identifier that none may have;
    /// - MAPI_E_NO_ACCESS for an object that cannot be written.
    pub fn set_props(&self, props: &[Prop]) -> Result<Vec<PropProblem>, Failure> {
        let prop_array = Some(Row { props: props.to_vec() });
        self.call(IMAPIProp::SetProps { prop_array, problems: OutPtr::Given }).map(|out| problems_of(out.into_inner()))
    }

    /// DeleteProps: removes properties by identifier, whatever the types (PROP-110); the problems with single ones come back.
    ///
    /// # Errors
    ///
    /// - MAPI_E_INVALID_PARAMETER for no tags (PROP-109);
    /// - MAPI_E_NO_ACCESS for an object that cannot be written (PROP-112).
    pub fn delete_props(&self, tags: &[PropTag]) -> Result<Vec<PropProblem>, Failure> {
        self.call(IMAPIProp::DeleteProps { prop_tag_array: Some(tags.to_vec()), problems: OutPtr::Given })
            .map(|out| problems_of(out.into_inner()))
    }

    /// CopyTo: copies or moves all properties but some to another object (PROP-151), by the interface IMAPIProp.
    ///
    /// # Errors
    ///
    /// MAPI_E_NO_ACCESS if the two are one object (PROP-160), or if the destination cannot be written.
    pub fn copy_to(&self, dest: &Props, exclude: &[PropTag], flags: CopyFlags) -> Result<Vec<PropProblem>, Failure> {
        let exclude_props = if exclude.is_empty() { None } else { Some(Box::new(exclude.to_vec())) };
        self.call(IMAPIProp::CopyTo {
            iid_exclude: None,
            exclude_props,
            ui_param: 0,
            interface: Some(Box::new(Guid::IID_IMAPIProp)),
            dest_obj: Some(dest.handle()),
            flags,
            problems: OutPtr::Given,
        })
        .map(|out| problems_of(out.into_inner()))
    }

    /// CopyProps: copies or moves some properties to another object (PROP-169), by the interface IMAPIProp.
    ///
    /// # Errors
    ///
    /// As [`copy_to`](Props::copy_to); MAPI_E_INVALID_PARAMETER for no tags (PROP-168).
    pub fn copy_props(&self, dest: &Props, include: &[PropTag], flags: CopyFlags) -> Result<Vec<PropProblem>, Failure> {
        self.call(IMAPIProp::CopyProps {
            include_props: Some(Box::new(include.to_vec())),
            ui_param: 0,
            interface: Some(Box::new(Guid::IID_IMAPIProp)),
            dest_obj: Some(dest.handle()),
            flags,
            problems: OutPtr::Given,
        })
        .map(|out| problems_of(out.into_inner()))
    }

    /// SaveChanges (PROP-133).
    ///
    /// # Errors
    ///
    /// - MAPI_E_INVALID_PARAMETER for KEEP_OPEN_READONLY with KEEP_OPEN_READWRITE (PROP-148);
    /// - MAPI_E_NO_ACCESS for FORCE_SAVE of an object that cannot be written (PROP-140).
    pub fn save_changes(&self, flags: SaveFlags) -> Result<(), Failure> {
        self.call(IMAPIProp::SaveChanges { flags }).map(drop)
    }

    /// GetIDsFromNames: the identifiers of names, in their order and as PT_UNSPECIFIED (PROP-174); of all names if there is no list. With `create` a
    /// name without an identifier gets one. MAPI_W_ERRORS_RETURNED warns that some have none and stand as 0x0000000A.
    ///
    /// # Errors
    ///
    /// - MAPI_E_NO_SUPPORT if the object has no named properties (PROP-181);
    /// - MAPI_E_INVALID_PARAMETER for an empty list, a name without a set, or `create` without a list;
    /// - MAPI_E_TOO_BIG if there are too many names (PROP-182).
    pub fn get_ids_from_names(&self, names: Option<&[NameId]>, create: bool) -> Result<Warned<Vec<PropTag>>, Failure> {
        let flags = if create { OpenFlags::MAPI_CREATE.bits() } else { 0 };
        let call = IMAPIProp::GetIDsFromNames { prop_names: names.map(<[NameId]>::to_vec), flags };
        self.call(call).map(|out| out.map(tags_of))
    }

    /// GetNamesFromIDs: the names of identifiers, in the order of the tags (PROP-200); of all identifiers if there is no list, or of those of a set
    /// (PROP-209). MAPI_W_ERRORS_RETURNED warns that some have none; the tag of such a one is of PT_ERROR (PROP-204).
    ///
    /// # Errors
    ///
    /// - MAPI_E_NO_SUPPORT if the object has no named properties (PROP-212);
    /// - MAPI_E_INVALID_PARAMETER for an empty list (PROP-206);
    /// - MAPI_E_TOO_BIG if there are too many (PROP-213).
    pub fn get_names_from_ids(
        &self,
        tags: Option<&[PropTag]>,
        set: Option<Guid>,
        flags: NameFlags,
    ) -> Result<Warned<Vec<NamedTag>>, Failure> {
        let call = IMAPIProp::GetNamesFromIDs { prop_tags: tags.map(<[PropTag]>::to_vec), prop_set_guid: set, flags };
        let pairs = |out| if let Out::Names { tags, names } = out { tags.into_iter().zip(names).collect() } else { Vec::new() };
        self.call(call).map(|out| out.map(pairs))
    }

    /// OpenProperty with IID_IStream: a stream on a property of characters or bytes. Writing needs MAPI_MODIFY; MAPI_CREATE makes the property or
    /// empties it (PROP-119).
    ///
    /// # Errors
    ///
    /// - MAPI_E_NOT_FOUND if there is no such property and MAPI_CREATE is not set (PROP-118);
    /// - MAPI_E_INVALID_PARAMETER for PT_UNSPECIFIED (PROP-116), or MAPI_CREATE without MAPI_MODIFY (PROP-120);
    /// - MAPI_E_INTERFACE_NOT_SUPPORTED for a property of another type (PROP-124);
    /// - MAPI_E_NO_ACCESS if it cannot be written; MAPI_E_NO_SUPPORT if the object opens no properties (PROP-125).
    pub fn open_property(&self, tag: PropTag, flags: OpenFlags) -> Result<Stream, Failure> {
        let call = IMAPIProp::OpenProperty { prop_tag: tag, iid: Some(Box::new(Guid::IID_IStream)), interface_options: 0, flags };
        let Object { world, caller, .. } = &*self.object;
        let handle = match *self.call(call)? {
            Out::Object(handle) => handle,
            _ => unreachable!("OpenProperty gives an object when it succeeds"),
        };
        Ok(Stream { object: Object::new(world, *caller, handle) })
    }

    /// GetLastError: what the last failing method of this object left, if it failed with this result (PROP-216).
    ///
    /// # Errors
    ///
    /// MAPI_E_BAD_CHARWIDTH where there are no UTF-16 strings (PROP-217).
    pub fn get_last_error(&self, result: Hresult) -> Result<Option<MapiError>, Failure> {
        let out = self.call(IMAPIProp::GetLastError { result, flags: WidthFlags::UNICODE })?.into_inner();
        Ok(if let Out::Error(error) = out { error.map(|error| *error) } else { None })
    }
}

pub(super) fn tags_of(out: Out) -> Vec<PropTag> {
    if let Out::Tags(tags) = out { tags } else { Vec::new() }
}

fn problems_of(out: Out) -> Vec<PropProblem> {
    if let Out::Problems(problems) = out { problems } else { Vec::new() }
}

/// An object of CreateIProp: IPropData, properties in memory. What IMAPIProp has, it has through [`Props`].
#[derive(Clone)]
pub struct PropData {
    props: Props,
}

impl Deref for PropData {
    type Target = Props;

    fn deref(&self) -> &Props {
        &self.props
    }
}

impl Process {
    /// CreateIProp: an object without properties (PROP-220).
    ///
    /// # Errors
    ///
    /// MAPI_E_NOT_INITIALIZED before MAPIInitialize.
    pub fn create_iprop(&self) -> Result<PropData, Failure> {
        let reply = self.make(Call::Mapi(Mapi::CreateIProp { interface: None }))?;
        let handle = reply.object().expect("CreateIProp gives an object when it succeeds");
        Ok(PropData { props: Props::new(self.world(), self.caller(), handle) })
    }
}

impl PropData {
    fn data(&self, call: IPropData) -> Result<Warned<Out>, Failure> {
        let reply = self.object.call(Call::IPropData(self.object.handle, call))?;
        Ok(Warned::new(reply.out, reply.hr))
    }

    /// HrSetObjAccess: IPROP_READONLY (1) or IPROP_READWRITE (2) for the whole object (PROP-221).
    ///
    /// # Errors
    ///
    /// MAPI_E_INVALID_PARAMETER for anything else.
    pub fn hr_set_obj_access(&self, access: u32) -> Result<(), Failure> {
        self.data(IPropData::HrSetObjAccess { access }).map(drop)
    }

    /// HrSetPropAccess: access levels and states of properties: IPROP_READONLY (1) or IPROP_READWRITE (2), IPROP_CLEAN (0x10000) or IPROP_DIRTY
    /// (0x20000). Properties that are not there are passed over.
    ///
    /// # Errors
    ///
    /// MAPI_E_INVALID_PARAMETER for flags that contradict each other; MAPI_E_NO_ACCESS for a read-only object (PROP-222).
    pub fn hr_set_prop_access(&self, access: &[(PropTag, u32)]) -> Result<(), Failure> {
        let (tags, access) = access.iter().copied().unzip();
        self.data(IPropData::HrSetPropAccess { prop_tag_array: Some(tags), access: Some(Box::new(access)) }).map(drop)
    }

    /// HrGetPropAccess: the same as it is now. A property of the list that is not there has tag 0; without a list deleted ones are listed too
    /// (PROP-224).
    ///
    /// # Errors
    ///
    /// As every method.
    pub fn hr_get_prop_access(&self, tags: Option<&[PropTag]>) -> Result<Vec<(PropTag, u32)>, Failure> {
        let out = self.data(IPropData::HrGetPropAccess { prop_tag_array: tags.map(<[PropTag]>::to_vec) })?.into_inner();
        Ok(if let Out::Access { tags, access } = out { tags.into_iter().zip(access).collect() } else { Vec::new() })
    }

    /// HrAddObjProps: adds properties of PT_OBJECT (PROP-225). MAPI_W_PARTIAL_COMPLETION warns that some are of another type.
    ///
    /// # Errors
    ///
    /// MAPI_E_INVALID_TYPE if all of them are; MAPI_E_NO_ACCESS for a read-only object.
    pub fn hr_add_obj_props(&self, tags: &[PropTag]) -> Result<Warned<Vec<PropProblem>>, Failure> {
        let call = IPropData::HrAddObjProps { prop_tag_array: Some(tags.to_vec()), problems: OutPtr::Given };
        self.data(call).map(|out| out.map(problems_of))
    }
}

/// A stream on a property: IStream. What is written comes into the property with [`commit`](Stream::commit), or when the last clone is dropped.
///
/// ```
/// use mapi_sim::mapi::OpenFlags;
/// use mapi_sim::{PropTag, Sim, Value};
///
/// let sim = Sim::minimal();
/// let data = sim.process("main").create_iprop()?;
/// let stream = data.open_property(PropTag::PR_HTML, OpenFlags::MAPI_CREATE | OpenFlags::MAPI_MODIFY)?;
/// stream.write(b"<p>")?;
/// stream.commit()?;
/// assert_eq!(data.get_one(PropTag::PR_HTML)?, Some(Value::from(b"<p>".as_slice())));
/// # Ok::<(), mapi_sim::Failure>(())
/// ```
#[derive(Clone)]
pub struct Stream {
    object: Arc<Object>,
}

impl Stream {
    fn call(&self, call: IStream) -> Result<Out, Failure> {
        self.object.call(Call::IStream(self.object.handle, call)).map(|reply| reply.out)
    }

    fn number(&self, call: IStream) -> Result<u64, Failure> {
        self.call(call).map(|out| if let Out::Number(number) = out { u64::try_from(number).unwrap_or(0) } else { 0 })
    }

    /// Read: at most so many bytes from the cursor on.
    ///
    /// # Errors
    ///
    /// MAPI_E_INVALID_OBJECT after the session's Logoff.
    pub fn read(&self, count: u32) -> Result<Vec<u8>, Failure> {
        self.call(IStream::Read { cb: count }).map(|out| if let Out::Block(bytes) = out { bytes.to_vec() } else { Vec::new() })
    }

    /// Write: bytes at the cursor; how many were written.
    ///
    /// # Errors
    ///
    /// STG_E_ACCESSDENIED if it was not opened with MAPI_MODIFY (PROP-121); STG_E_MEDIUMFULL beyond 64 MiB.
    pub fn write(&self, bytes: &[u8]) -> Result<u64, Failure> {
        self.number(IStream::Write { pv: Some(Bytes::new(bytes)) })
    }

    /// Seek: moves the cursor from the beginning (0), from where it is (1) or from the end (2); where it is then.
    ///
    /// # Errors
    ///
    /// STG_E_INVALIDFUNCTION for another origin, or before the beginning.
    pub fn seek(&self, by: i64, origin: u32) -> Result<u64, Failure> {
        self.number(IStream::Seek { dlib_move: by, origin })
    }

    /// SetSize: cuts the stream, or fills it up with zeros.
    ///
    /// # Errors
    ///
    /// As [`write`](Stream::write).
    pub fn set_size(&self, size: u64) -> Result<(), Failure> {
        self.call(IStream::SetSize { new_size: size }).map(drop)
    }

    /// Stat: the length.
    ///
    /// # Errors
    ///
    /// MAPI_E_INVALID_OBJECT after the session's Logoff.
    pub fn stat(&self) -> Result<u64, Failure> {
        self.number(IStream::Stat { stat_flag: 0 })
    }

    /// Commit: the property gets what the stream holds (PROP-131).
    ///
    /// # Errors
    ///
    /// MAPI_E_NO_ACCESS if the property cannot be written any more.
    pub fn commit(&self) -> Result<(), Failure> {
        self.call(IStream::Commit { commit_flags: 0 }).map(drop)
    }
}
