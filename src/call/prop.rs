//! IMAPIProp, IPropData, IStream and IMAPIStatus.

use super::{Bytes, Handle, OutPtr, interface};
use crate::mapi::{CopyFlags, Guid, Hresult, NameFlags, NameId, OpenFlags, PropTag, Row, SaveFlags, WidthFlags};

/// An argument that may be NULL and that keeps a [`Call`](super::Call) small.
pub type Boxed<T> = Option<Box<T>>;

interface! {
    /// Methods of IMAPIProp, in the order of its vtable.
    IMAPIProp = "IMAPIProp" {
        /// GetLastError: the MAPIERROR of the last failing method of this object (PROP-216).
        GetLastError {
            /// hResult.
            result: Hresult,
            /// ulFlags.
            flags: WidthFlags,
        }
        /// SaveChanges: makes changes permanent (PROP-133).
        SaveChanges {
            /// ulFlags (PROP-147).
            flags: SaveFlags,
        }
        /// GetProps: the values of some properties, or with no tags of all (PROP-053).
        GetProps {
            /// lpPropTagArray; NULL is every property.
            prop_tag_array: Option<Vec<PropTag>>,
            /// ulFlags: MAPI_UNICODE.
            flags: u32,
        }
        /// GetPropList: the tags of all properties (PROP-081).
        GetPropList {
            /// ulFlags: MAPI_UNICODE.
            flags: u32,
        }
        /// OpenProperty: an interface on one property (PROP-116).
        OpenProperty {
            /// ulPropTag.
            prop_tag: PropTag,
            /// lpiid.
            iid: Boxed<Guid>,
            /// ulInterfaceOptions: STGM_WRITE for a stream, MAPI_UNICODE for a table.
            interface_options: u32,
            /// ulFlags: MAPI_CREATE, MAPI_MODIFY, MAPI_DEFERRED_ERRORS.
            flags: OpenFlags,
        }
        /// SetProps: writes properties (PROP-088).
        SetProps {
            /// lpPropArray with cValues.
            prop_array: Option<Row>,
            /// lppProblems.
            problems: OutPtr,
        }
        /// DeleteProps: removes properties (PROP-109).
        DeleteProps {
            /// lpPropTagArray; types are ignored.
            prop_tag_array: Option<Vec<PropTag>>,
            /// lppProblems.
            problems: OutPtr,
        }
        /// CopyTo: copies or moves all properties but some to another object (PROP-151).
        CopyTo {
            /// rgiidExclude with ciidExclude.
            iid_exclude: Boxed<Vec<Guid>>,
            /// lpExcludeProps.
            exclude_props: Boxed<Vec<PropTag>>,
            /// ulUIParam.
            ui_param: u64,
            /// lpInterface.
            interface: Boxed<Guid>,
            /// lpDestObj.
            dest_obj: Option<Handle>,
            /// ulFlags.
            flags: CopyFlags,
            /// lppProblems.
            problems: OutPtr,
        }
        /// CopyProps: copies or moves some properties to another object (PROP-168).
        CopyProps {
            /// lpIncludeProps.
            include_props: Boxed<Vec<PropTag>>,
            /// ulUIParam.
            ui_param: u64,
            /// lpInterface.
            interface: Boxed<Guid>,
            /// lpDestObj.
            dest_obj: Option<Handle>,
            /// ulFlags.
            flags: CopyFlags,
            /// lppProblems.
            problems: OutPtr,
        }
        /// GetNamesFromIDs: the names of identifiers from 0x8000 on (PROP-200).
        GetNamesFromIDs {
            /// lppPropTags: the array that it points at; NULL asks for all names.
            prop_tags: Option<Vec<PropTag>>,
            /// lpPropSetGuid.
            prop_set_guid: Option<Guid>,
            /// ulFlags.
            flags: NameFlags,
        }
        /// GetIDsFromNames: the identifiers of names, and new ones with MAPI_CREATE (PROP-174).
        GetIDsFromNames {
            /// lppPropNames with cPropNames; NULL asks for all.
            prop_names: Option<Vec<NameId>>,
            /// ulFlags: MAPI_CREATE.
            flags: u32,
        }
    }
}

interface! {
    /// Methods that IPropData has beside those of IMAPIProp, in the order of its vtable (PROP-220).
    IPropData = "IPropData" {
        /// HrSetObjAccess: whether the object can be written (PROP-221).
        HrSetObjAccess {
            /// ulAccess: IPROP_READONLY, IPROP_READWRITE.
            access: u32,
        }
        /// HrSetPropAccess: whether properties can be written, and whether they count as changed (PROP-222).
        HrSetPropAccess {
            /// lpPropTagArray.
            prop_tag_array: Option<Vec<PropTag>>,
            /// rgulAccess: as many as there are tags.
            access: Boxed<Vec<u32>>,
        }
        /// HrGetPropAccess: the same as it is now, of some properties or of all (PROP-223).
        HrGetPropAccess {
            /// lppPropTagArray: the array that it points at; NULL asks for all.
            prop_tag_array: Option<Vec<PropTag>>,
        }
        /// HrAddObjProps: adds properties of type PT_OBJECT (PROP-225).
        HrAddObjProps {
            /// lpPropTagArray.
            prop_tag_array: Option<Vec<PropTag>>,
            /// lppProblems.
            problems: OutPtr,
        }
    }
}

interface! {
    /// Methods of IStream, in the order of its vtable. A stream comes from OpenProperty (PROP-122).
    IStream = "IStream" {
        /// Read: bytes from the cursor on.
        Read {
            /// cb.
            cb: u32,
        }
        /// Write: bytes at the cursor.
        Write {
            /// pv with cb.
            pv: Option<Bytes>,
        }
        /// Seek: moves the cursor.
        Seek {
            /// dlibMove.
            dlib_move: i64,
            /// dwOrigin: STREAM_SEEK_SET, STREAM_SEEK_CUR, STREAM_SEEK_END.
            origin: u32,
        }
        /// SetSize: cuts the stream, or fills it up with zeros.
        SetSize {
            /// libNewSize.
            new_size: u64,
        }
        /// CopyTo: bytes from the cursor on to the cursor of another stream.
        CopyTo {
            /// pstm.
            pstm: Option<Handle>,
            /// cb.
            cb: u64,
        }
        /// Commit: the property gets what the stream holds (PROP-131).
        Commit {
            /// grfCommitFlags.
            commit_flags: u32,
        }
        /// Revert: nothing, as the streams of properties are not transacted.
        Revert {}
        /// LockRegion: not for these streams.
        LockRegion {}
        /// UnlockRegion: not for these streams.
        UnlockRegion {}
        /// Stat: how long the stream is.
        Stat {
            /// grfStatFlag.
            stat_flag: u32,
        }
        /// Clone: not for these streams.
        Clone {}
    }
}

interface! {
    /// Methods of IMAPIStatus.
    IMAPIStatus = "IMAPIStatus" {
        /// ValidateState: whether the resource is in order.
        ValidateState {
            /// ulUIParam.
            ui_param: u64,
            /// ulFlags.
            flags: u32,
        }
        /// SettingsDialog: the configuration of the resource.
        SettingsDialog {
            /// ulUIParam.
            ui_param: u64,
            /// ulFlags.
            flags: u32,
        }
        /// ChangePassword: not supported by any object so far.
        ChangePassword {}
        /// FlushQueues: works off the queues of transports.
        FlushQueues {
            /// ulUIParam.
            ui_param: u64,
            /// lpTargetTransport with cbTargetTransport.
            target_transport: Option<Bytes>,
            /// ulFlags.
            flags: u32,
        }
    }
}
