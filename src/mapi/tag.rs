//! Property tags and the types of properties.

use std::fmt;

/// The type of a property: the low half of its tag.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PropType(u16);

/// Declares the types once: constant, documented name, number.
macro_rules! types {
    ($($name:ident = $number:literal $pt:literal, $says:literal;)*) => {
        impl PropType {
            $(#[doc = concat!("`", $pt, "`: ", $says)] pub const $name: PropType = PropType($number);)*

            /// The documented names, in ascending order of numbers.
            const NAMES: &[(&str, PropType)] = &[$(($pt, PropType::$name),)*];
        }
    };
}

types! {
    UNSPECIFIED = 0x0000 "PT_UNSPECIFIED", "any type will do.";
    NULL = 0x0001 "PT_NULL", "no value.";
    SHORT = 0x0002 "PT_SHORT", "16 bits with a sign.";
    LONG = 0x0003 "PT_LONG", "32 bits with a sign.";
    FLOAT = 0x0004 "PT_FLOAT", "a floating-point number of 32 bits.";
    DOUBLE = 0x0005 "PT_DOUBLE", "a floating-point number of 64 bits.";
    CURRENCY = 0x0006 "PT_CURRENCY", "64 bits with a sign, counting ten-thousandths.";
    APPTIME = 0x0007 "PT_APPTIME", "a time, as a floating-point count of days.";
    ERROR = 0x000A "PT_ERROR", "a result code in the place of a value.";
    BOOLEAN = 0x000B "PT_BOOLEAN", "true or false.";
    OBJECT = 0x000D "PT_OBJECT", "an object, to be had from OpenProperty.";
    LONGLONG = 0x0014 "PT_LONGLONG", "64 bits with a sign.";
    STRING8 = 0x001E "PT_STRING8", "characters in the code page of the machine.";
    UNICODE = 0x001F "PT_UNICODE", "characters in UTF-16.";
    SYSTIME = 0x0040 "PT_SYSTIME", "a time, in units of 100 ns since 1601.";
    CLSID = 0x0048 "PT_CLSID", "a GUID.";
    BINARY = 0x0102 "PT_BINARY", "bytes.";
    MV_SHORT = 0x1002 "PT_MV_SHORT", "many of PT_SHORT.";
    MV_LONG = 0x1003 "PT_MV_LONG", "many of PT_LONG.";
    MV_FLOAT = 0x1004 "PT_MV_FLOAT", "many of PT_FLOAT.";
    MV_DOUBLE = 0x1005 "PT_MV_DOUBLE", "many of PT_DOUBLE.";
    MV_CURRENCY = 0x1006 "PT_MV_CURRENCY", "many of PT_CURRENCY.";
    MV_APPTIME = 0x1007 "PT_MV_APPTIME", "many of PT_APPTIME.";
    MV_LONGLONG = 0x1014 "PT_MV_LONGLONG", "many of PT_LONGLONG.";
    MV_STRING8 = 0x101E "PT_MV_STRING8", "many of PT_STRING8.";
    MV_UNICODE = 0x101F "PT_MV_UNICODE", "many of PT_UNICODE.";
    MV_SYSTIME = 0x1040 "PT_MV_SYSTIME", "many of PT_SYSTIME.";
    MV_CLSID = 0x1048 "PT_MV_CLSID", "many of PT_CLSID.";
    MV_BINARY = 0x1102 "PT_MV_BINARY", "many of PT_BINARY.";
}

impl PropType {
    /// `PT_SVREID`: an identifier on a server, in data of providers only (PROP-020).
    pub const SVREID: PropType = PropType(0x00FB);
    /// `PT_SRESTRICT`: a restriction, in data of providers only.
    pub const SRESTRICT: PropType = PropType(0x00FD);
    /// `PT_ACTIONS`: actions of a rule, in data of providers only.
    pub const ACTIONS: PropType = PropType(0x00FE);
    /// The bit of types with many values.
    pub const MV_FLAG: u16 = 0x1000;
    /// MV_INSTANCE: the bit that asks a table for one row a value; with [`MV_FLAG`](Self::MV_FLAG) it is MVI_FLAG.
    pub const MV_INSTANCE: u16 = 0x2000;

    /// The type of this number.
    #[must_use]
    pub const fn new(number: u16) -> Self {
        PropType(number)
    }

    /// Its number.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0
    }

    /// Whether it holds many values.
    #[must_use]
    pub const fn is_multi(self) -> bool {
        self.0 & Self::MV_FLAG != 0
    }

    /// Whether it asks for one row a value: MVI_FLAG.
    #[must_use]
    pub const fn is_instance(self) -> bool {
        self.0 & (Self::MV_FLAG | Self::MV_INSTANCE) == Self::MV_FLAG | Self::MV_INSTANCE
    }

    /// The type of one value of a multivalued property; every other type stays as it is.
    #[must_use]
    pub const fn single(self) -> PropType {
        PropType(self.0 & !(Self::MV_FLAG | Self::MV_INSTANCE))
    }

    /// Whether it holds characters, one string or many, in either width.
    #[must_use]
    pub const fn is_text(self) -> bool {
        matches!(self.0 & !Self::MV_FLAG, 0x1E | 0x1F)
    }

    /// Whether two types are one, apart from the width of characters.
    #[must_use]
    pub const fn is_same(self, other: PropType) -> bool {
        self.0 == other.0 || (self.is_text() && other.is_text() && self.is_multi() == other.is_multi())
    }

    /// Its documented name.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        Self::NAMES.iter().find(|(_, known)| *known == self).map(|(name, _)| *name)
    }

    /// The type of a documented name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<PropType> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, found)| *found)
    }
}

impl fmt::Display for PropType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.pad(name),
            None => write!(f, "0x{:04X}", self.0),
        }
    }
}

impl fmt::Debug for PropType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The name of a property in its object: an identifier (high half) and a type (low half).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PropTag(u32);

impl PropTag {
    /// The tag of this number.
    #[must_use]
    pub const fn new(tag: u32) -> Self {
        PropTag(tag)
    }

    /// The tag of an identifier and a type.
    #[must_use]
    pub const fn of(id: u16, prop_type: PropType) -> Self {
        PropTag((id as u32) << 16 | prop_type.0 as u32)
    }

    /// The whole number.
    #[must_use]
    pub const fn value(self) -> u32 {
        self.0
    }

    /// The identifier.
    #[must_use]
    pub const fn id(self) -> u16 {
        (self.0 >> 16) as u16
    }

    /// The type.
    #[must_use]
    pub const fn prop_type(self) -> PropType {
        PropType(self.0 as u16)
    }

    /// The same property with another type.
    #[must_use]
    pub const fn with_type(self, prop_type: PropType) -> Self {
        Self::of(self.id(), prop_type)
    }

    /// MVI_PROP: the property as a column that shows each of its values in a row of its own, MV_FLAG and MV_INSTANCE set (TABLE-336).
    #[must_use]
    pub const fn mvi_prop(self) -> Self {
        PropTag(self.0 | 0x3000)
    }

    /// A property of characters in the width of a call: PT_UNICODE with MAPI_UNICODE, else PT_STRING8. Other properties stay as they are.
    #[must_use]
    pub const fn in_width(self, unicode: bool) -> Self {
        if !self.prop_type().is_text() {
            return self;
        }
        let many = self.0 & PropType::MV_FLAG as u32;
        PropTag(self.0 & 0xFFFF_0000 | many | if unicode { 0x1F } else { 0x1E })
    }

    /// The documented name of exactly this tag. Properties of characters are called after their width: `PR_DISPLAY_NAME_A`, `PR_DISPLAY_NAME_W`.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        Self::names().find(|(_, tag)| *tag == self).map(|(name, _)| name)
    }

    /// The name of the property without regard to its type, and without the width: also for the tag of a column that could not be read.
    #[must_use]
    pub fn property_name(self) -> Option<&'static str> {
        let exact = PLAIN.iter().find(|(_, tag)| *tag == self);
        let same_id = || PLAIN.iter().chain(UNTYPED).find(|(_, tag)| tag.id() == self.id());
        // Zero is the identifier of what failed as well as of PR_NULL.
        exact.or_else(|| if self.id() == 0 { None } else { same_id() }).map(|(name, _)| *name)
    }

    /// The tag of a documented name. A name of characters without a width (`PR_DISPLAY_NAME`) is PT_UNICODE.
    #[must_use]
    pub fn from_name(name: &str) -> Option<PropTag> {
        Self::names().chain(UNTYPED.iter().copied()).find(|(known, _)| *known == name).map(|(_, tag)| tag)
    }

    /// The tag of a documented name, or of eight hexadecimal digits, with or without `0x`.
    #[must_use]
    pub fn parse(text: &str) -> Option<PropTag> {
        let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
        if digits.len() == 8 && digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return u32::from_str_radix(digits, 16).ok().map(PropTag);
        }
        Self::from_name(text)
    }

    /// All names that stand for exactly one tag.
    pub fn names() -> impl Iterator<Item = (&'static str, PropTag)> {
        PLAIN.iter().chain(SIZED).copied()
    }
}

impl fmt::Display for PropTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.pad(name),
            None => write!(f, "0x{:08X}", self.0),
        }
    }
}

impl fmt::Debug for PropTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Declares the tags once, each group in ascending order of identifiers.
macro_rules! tags {
    (
        plain { $($name:ident = $id:literal $type:ident;)* }
        text { $($untyped:ident $ansi:ident $wide:ident = $text_id:literal $narrow_type:ident $wide_type:ident;)* }
    ) => {
        impl PropTag {
            $(#[doc = concat!("Property ", stringify!($id), ", PT_", stringify!($type), ".")]
            pub const $name: PropTag = PropTag::of($id, PropType::$type);)*
            $(#[doc = concat!("Property ", stringify!($text_id), ", PT_", stringify!($wide_type), "; the same as the name with `_W`.")]
            pub const $untyped: PropTag = PropTag::of($text_id, PropType::$wide_type);
            #[doc = concat!("Property ", stringify!($text_id), ", PT_", stringify!($narrow_type), ".")]
            pub const $ansi: PropTag = PropTag::of($text_id, PropType::$narrow_type);
            #[doc = concat!("Property ", stringify!($text_id), ", PT_", stringify!($wide_type), ".")]
            pub const $wide: PropTag = PropTag::of($text_id, PropType::$wide_type);)*
        }

        /// Names of tags of one type.
        const PLAIN: &[(&str, PropTag)] = &[$((stringify!($name), PropTag::$name),)*];

        /// Names of tags of characters, with their width.
        const SIZED: &[(&str, PropTag)] = &[$((stringify!($ansi), PropTag::$ansi), (stringify!($wide), PropTag::$wide),)*];

        /// Names of tags of characters, without a width.
        const UNTYPED: &[(&str, PropTag)] = &[$((stringify!($untyped), PropTag::$wide),)*];
    };
}

tags! {
    plain {
        PR_NULL = 0x0000 NULL;
        PR_CONVERSATION_KEY = 0x000B BINARY;
        PR_DEFERRED_DELIVERY_TIME = 0x000F SYSTIME;
        PR_DELIVER_TIME = 0x0010 SYSTIME;
        PR_IMPORTANCE = 0x0017 LONG;
        PR_MESSAGE_DELIVERY_ID = 0x001B BINARY;
        PR_ORIGINATOR_DELIVERY_REPORT_REQUESTED = 0x0023 BOOLEAN;
        PR_PRIORITY = 0x0026 LONG;
        PR_READ_RECEIPT_REQUESTED = 0x0029 BOOLEAN;
        PR_REPORT_TAG = 0x0031 BINARY;
        PR_REPORT_TIME = 0x0032 SYSTIME;
        PR_SENSITIVITY = 0x0036 LONG;
        PR_CLIENT_SUBMIT_TIME = 0x0039 SYSTIME;
        PR_SENT_REPRESENTING_SEARCH_KEY = 0x003B BINARY;
        PR_RECEIVED_BY_ENTRYID = 0x003F BINARY;
        PR_SENT_REPRESENTING_ENTRYID = 0x0041 BINARY;
        PR_RCVD_REPRESENTING_ENTRYID = 0x0043 BINARY;
        PR_REPORT_ENTRYID = 0x0045 BINARY;
        PR_PROVIDER_SUBMIT_TIME = 0x0048 SYSTIME;
        PR_ORIGINAL_SUBMIT_TIME = 0x004E SYSTIME;
        PR_REPLY_RECIPIENT_ENTRIES = 0x004F BINARY;
        PR_RECEIVED_BY_SEARCH_KEY = 0x0051 BINARY;
        PR_MESSAGE_TO_ME = 0x0057 BOOLEAN;
        PR_MESSAGE_CC_ME = 0x0058 BOOLEAN;
        PR_MESSAGE_RECIP_ME = 0x0059 BOOLEAN;
        PR_CONVERSATION_INDEX = 0x0071 BINARY;
        PR_NDR_REASON_CODE = 0x0C04 LONG;
        PR_NDR_DIAG_CODE = 0x0C05 LONG;
        PR_ORIGINATOR_NON_DELIVERY_REPORT_REQUESTED = 0x0C08 BOOLEAN;
        PR_RECIPIENT_TYPE = 0x0C15 LONG;
        PR_SENDER_ENTRYID = 0x0C19 BINARY;
        PR_SENDER_SEARCH_KEY = 0x0C1D BINARY;
        PR_DELETE_AFTER_SUBMIT = 0x0E01 BOOLEAN;
        PR_MESSAGE_DELIVERY_TIME = 0x0E06 SYSTIME;
        PR_MESSAGE_FLAGS = 0x0E07 LONG;
        PR_MESSAGE_SIZE = 0x0E08 LONG;
        PR_PARENT_ENTRYID = 0x0E09 BINARY;
        PR_SENTMAIL_ENTRYID = 0x0E0A BINARY;
        PR_RESPONSIBILITY = 0x0E0F BOOLEAN;
        PR_SPOOLER_STATUS = 0x0E10 LONG;
        PR_TRANSPORT_STATUS = 0x0E11 LONG;
        PR_MESSAGE_RECIPIENTS = 0x0E12 OBJECT;
        PR_MESSAGE_ATTACHMENTS = 0x0E13 OBJECT;
        PR_SUBMIT_FLAGS = 0x0E14 LONG;
        PR_RECIPIENT_STATUS = 0x0E15 LONG;
        PR_MSG_STATUS = 0x0E17 LONG;
        PR_HASATTACH = 0x0E1B BOOLEAN;
        PR_RTF_IN_SYNC = 0x0E1F BOOLEAN;
        PR_ATTACH_SIZE = 0x0E20 LONG;
        PR_ATTACH_NUM = 0x0E21 LONG;
        PR_PREPROCESS = 0x0E22 BOOLEAN;
        PR_ACCESS = 0x0FF4 LONG;
        PR_ROW_TYPE = 0x0FF5 LONG;
        PR_INSTANCE_KEY = 0x0FF6 BINARY;
        PR_ACCESS_LEVEL = 0x0FF7 LONG;
        PR_MAPPING_SIGNATURE = 0x0FF8 BINARY;
        PR_RECORD_KEY = 0x0FF9 BINARY;
        PR_STORE_RECORD_KEY = 0x0FFA BINARY;
        PR_STORE_ENTRYID = 0x0FFB BINARY;
        PR_OBJECT_TYPE = 0x0FFE LONG;
        PR_ENTRYID = 0x0FFF BINARY;
        PR_RTF_COMPRESSED = 0x1009 BINARY;
        PR_HTML = 0x1013 BINARY;
        PR_ROWID = 0x3000 LONG;
        PR_DEPTH = 0x3005 LONG;
        PR_CREATION_TIME = 0x3007 SYSTIME;
        PR_LAST_MODIFICATION_TIME = 0x3008 SYSTIME;
        PR_RESOURCE_FLAGS = 0x3009 LONG;
        PR_SEARCH_KEY = 0x300B BINARY;
        PR_PROVIDER_UID = 0x300C BINARY;
        PR_PROVIDER_ORDINAL = 0x300D LONG;
        PR_DEFAULT_STORE = 0x3400 BOOLEAN;
        PR_STORE_SUPPORT_MASK = 0x340D LONG;
        PR_STORE_STATE = 0x340E LONG;
        PR_MDB_PROVIDER = 0x3414 BINARY;
        PR_RECEIVE_FOLDER_SETTINGS = 0x3415 OBJECT;
        PR_VALID_FOLDER_MASK = 0x35DF LONG;
        PR_IPM_SUBTREE_ENTRYID = 0x35E0 BINARY;
        PR_IPM_OUTBOX_ENTRYID = 0x35E2 BINARY;
        PR_IPM_WASTEBASKET_ENTRYID = 0x35E3 BINARY;
        PR_IPM_SENTMAIL_ENTRYID = 0x35E4 BINARY;
        PR_VIEWS_ENTRYID = 0x35E5 BINARY;
        PR_COMMON_VIEWS_ENTRYID = 0x35E6 BINARY;
        PR_FINDER_ENTRYID = 0x35E7 BINARY;
        PR_CONTAINER_FLAGS = 0x3600 LONG;
        PR_FOLDER_TYPE = 0x3601 LONG;
        PR_CONTENT_COUNT = 0x3602 LONG;
        PR_CONTENT_UNREAD = 0x3603 LONG;
        PR_CREATE_TEMPLATES = 0x3604 OBJECT;
        PR_SELECTABLE = 0x3609 BOOLEAN;
        PR_SUBFOLDERS = 0x360A BOOLEAN;
        PR_STATUS = 0x360B LONG;
        PR_CONTAINER_HIERARCHY = 0x360E OBJECT;
        PR_CONTAINER_CONTENTS = 0x360F OBJECT;
        PR_FOLDER_ASSOCIATED_CONTENTS = 0x3610 OBJECT;
        PR_AB_PROVIDER_ID = 0x3615 BINARY;
        PR_ASSOC_CONTENT_COUNT = 0x3617 LONG;
        PR_ATTACH_DATA_BIN = 0x3701 BINARY;
        PR_ATTACH_DATA_OBJ = 0x3701 OBJECT;
        PR_ATTACH_METHOD = 0x3705 LONG;
        PR_RENDERING_POSITION = 0x370B LONG;
        PR_DISPLAY_TYPE = 0x3900 LONG;
        PR_TEMPLATEID = 0x3902 BINARY;
        PR_ORIGINAL_ENTRYID = 0x3A12 BINARY;
        PR_SEND_RICH_INFO = 0x3A40 BOOLEAN;
        PR_STORE_PROVIDERS = 0x3D00 BINARY;
        PR_AB_PROVIDERS = 0x3D01 BINARY;
        PR_TRANSPORT_PROVIDERS = 0x3D02 BINARY;
        PR_DEFAULT_PROFILE = 0x3D04 BOOLEAN;
        PR_AB_SEARCH_PATH = 0x3D05 MV_BINARY;
        PR_AB_DEFAULT_DIR = 0x3D06 BINARY;
        PR_AB_DEFAULT_PAB = 0x3D07 BINARY;
        PR_FILTERING_HOOKS = 0x3D08 BINARY;
        PR_SERVICE_ENTRY_NAME = 0x3D0B STRING8;
        PR_SERVICE_UID = 0x3D0C BINARY;
        PR_SERVICE_EXTRA_UIDS = 0x3D0D BINARY;
        PR_SERVICES = 0x3D0E BINARY;
        PR_EMSMDB_SECTION_UID = 0x3D15 BINARY;
        PR_EMSMDB_LEGACY = 0x3D18 BOOLEAN;
        PR_IDENTITY_ENTRYID = 0x3E01 BINARY;
        PR_RESOURCE_METHODS = 0x3E02 LONG;
        PR_RESOURCE_TYPE = 0x3E03 LONG;
        PR_STATUS_CODE = 0x3E04 LONG;
        PR_IDENTITY_SEARCH_KEY = 0x3E05 BINARY;
        PR_OWN_STORE_ENTRYID = 0x3E06 BINARY;
        PR_HEADER_FOLDER_ENTRYID = 0x3E0A BINARY;
        PR_REMOTE_PROGRESS = 0x3E0B LONG;
        PR_REMOTE_VALIDATE_OK = 0x3E0D BOOLEAN;
        PR_CONTROL_FLAGS = 0x3F00 LONG;
        PR_CONTROL_TYPE = 0x3F02 LONG;
        PR_DEFERRED_SEND_TIME = 0x3FEF SYSTIME;
        PR_MESSAGE_CODEPAGE = 0x3FFD LONG;
        PR_PROFILE_CONFIG_FLAGS = 0x6601 LONG;
        PR_PROFILE_HOME_SERVER = 0x6602 STRING8;
        PR_PROFILE_USER = 0x6603 STRING8;
        PR_PROFILE_CONNECT_FLAGS = 0x6604 LONG;
        PR_PROFILE_TRANSPORT_FLAGS = 0x6605 LONG;
        PR_PROFILE_UI_STATE = 0x6606 LONG;
        PR_PROFILE_UNRESOLVED_SERVER = 0x6608 STRING8;
        PR_PROFILE_OPEN_FLAGS = 0x6609 LONG;
        PR_PROFILE_TYPE = 0x660A LONG;
        PR_PROFILE_MAILBOX = 0x660B STRING8;
        PR_PROFILE_SERVER = 0x660C STRING8;
        PR_PROFILE_HOME_SERVER_DN = 0x6612 STRING8;
        PR_PROFILE_SERVER_DN = 0x6614 STRING8;
        PR_PROFILE_SERVER_VERSION = 0x661B LONG;
        PR_ROH_PROXY_SERVER = 0x6622 UNICODE;
        PR_ROH_FLAGS = 0x6623 LONG;
        PR_ROH_PROXY_PRINCIPAL_NAME = 0x6625 UNICODE;
        PR_ROH_PROXY_AUTH_SCHEME = 0x6627 LONG;
        PR_PROFILE_SERVER_FULL_VERSION = 0x663B BINARY;
        PR_PST_REMEMBER_PW = 0x6701 BOOLEAN;
        PR_PST_ENCRYPTION = 0x6702 LONG;
        PR_PROFILE_SECURE_MAILBOX = 0x67F0 BINARY;
    }
    text {
        PR_MESSAGE_CLASS PR_MESSAGE_CLASS_A PR_MESSAGE_CLASS_W = 0x001A STRING8 UNICODE;
        PR_SUBJECT PR_SUBJECT_A PR_SUBJECT_W = 0x0037 STRING8 UNICODE;
        PR_SUBJECT_PREFIX PR_SUBJECT_PREFIX_A PR_SUBJECT_PREFIX_W = 0x003D STRING8 UNICODE;
        PR_RECEIVED_BY_NAME PR_RECEIVED_BY_NAME_A PR_RECEIVED_BY_NAME_W = 0x0040 STRING8 UNICODE;
        PR_SENT_REPRESENTING_NAME PR_SENT_REPRESENTING_NAME_A PR_SENT_REPRESENTING_NAME_W = 0x0042 STRING8 UNICODE;
        PR_RCVD_REPRESENTING_NAME PR_RCVD_REPRESENTING_NAME_A PR_RCVD_REPRESENTING_NAME_W = 0x0044 STRING8 UNICODE;
        PR_ORIGINAL_SUBJECT PR_ORIGINAL_SUBJECT_A PR_ORIGINAL_SUBJECT_W = 0x0049 STRING8 UNICODE;
        PR_ORIG_MESSAGE_CLASS PR_ORIG_MESSAGE_CLASS_A PR_ORIG_MESSAGE_CLASS_W = 0x004B STRING8 UNICODE;
        PR_REPLY_RECIPIENT_NAMES PR_REPLY_RECIPIENT_NAMES_A PR_REPLY_RECIPIENT_NAMES_W = 0x0050 STRING8 UNICODE;
        PR_SENT_REPRESENTING_ADDRTYPE PR_SENT_REPRESENTING_ADDRTYPE_A PR_SENT_REPRESENTING_ADDRTYPE_W = 0x0064 STRING8 UNICODE;
        PR_SENT_REPRESENTING_EMAIL_ADDRESS PR_SENT_REPRESENTING_EMAIL_ADDRESS_A PR_SENT_REPRESENTING_EMAIL_ADDRESS_W = 0x0065 STRING8 UNICODE;
        PR_CONVERSATION_TOPIC PR_CONVERSATION_TOPIC_A PR_CONVERSATION_TOPIC_W = 0x0070 STRING8 UNICODE;
        PR_ORIGINAL_DISPLAY_TO PR_ORIGINAL_DISPLAY_TO_A PR_ORIGINAL_DISPLAY_TO_W = 0x0074 STRING8 UNICODE;
        PR_RECEIVED_BY_ADDRTYPE PR_RECEIVED_BY_ADDRTYPE_A PR_RECEIVED_BY_ADDRTYPE_W = 0x0075 STRING8 UNICODE;
        PR_RECEIVED_BY_EMAIL_ADDRESS PR_RECEIVED_BY_EMAIL_ADDRESS_A PR_RECEIVED_BY_EMAIL_ADDRESS_W = 0x0076 STRING8 UNICODE;
        PR_SENDER_NAME PR_SENDER_NAME_A PR_SENDER_NAME_W = 0x0C1A STRING8 UNICODE;
        PR_SENDER_ADDRTYPE PR_SENDER_ADDRTYPE_A PR_SENDER_ADDRTYPE_W = 0x0C1E STRING8 UNICODE;
        PR_SENDER_EMAIL_ADDRESS PR_SENDER_EMAIL_ADDRESS_A PR_SENDER_EMAIL_ADDRESS_W = 0x0C1F STRING8 UNICODE;
        PR_DISPLAY_BCC PR_DISPLAY_BCC_A PR_DISPLAY_BCC_W = 0x0E02 STRING8 UNICODE;
        PR_DISPLAY_CC PR_DISPLAY_CC_A PR_DISPLAY_CC_W = 0x0E03 STRING8 UNICODE;
        PR_DISPLAY_TO PR_DISPLAY_TO_A PR_DISPLAY_TO_W = 0x0E04 STRING8 UNICODE;
        PR_PARENT_DISPLAY PR_PARENT_DISPLAY_A PR_PARENT_DISPLAY_W = 0x0E05 STRING8 UNICODE;
        PR_NORMALIZED_SUBJECT PR_NORMALIZED_SUBJECT_A PR_NORMALIZED_SUBJECT_W = 0x0E1D STRING8 UNICODE;
        PR_BODY PR_BODY_A PR_BODY_W = 0x1000 STRING8 UNICODE;
        PR_REPORT_TEXT PR_REPORT_TEXT_A PR_REPORT_TEXT_W = 0x1001 STRING8 UNICODE;
        PR_INTERNET_MESSAGE_ID PR_INTERNET_MESSAGE_ID_A PR_INTERNET_MESSAGE_ID_W = 0x1035 STRING8 UNICODE;
        PR_DISPLAY_NAME PR_DISPLAY_NAME_A PR_DISPLAY_NAME_W = 0x3001 STRING8 UNICODE;
        PR_ADDRTYPE PR_ADDRTYPE_A PR_ADDRTYPE_W = 0x3002 STRING8 UNICODE;
        PR_EMAIL_ADDRESS PR_EMAIL_ADDRESS_A PR_EMAIL_ADDRESS_W = 0x3003 STRING8 UNICODE;
        PR_COMMENT PR_COMMENT_A PR_COMMENT_W = 0x3004 STRING8 UNICODE;
        PR_PROVIDER_DISPLAY PR_PROVIDER_DISPLAY_A PR_PROVIDER_DISPLAY_W = 0x3006 STRING8 UNICODE;
        PR_PROVIDER_DLL_NAME PR_PROVIDER_DLL_NAME_A PR_PROVIDER_DLL_NAME_W = 0x300A STRING8 UNICODE;
        PR_PROVIDER_ICON PR_PROVIDER_ICON_A PR_PROVIDER_ICON_W = 0x3417 STRING8 UNICODE;
        PR_PROVIDER_DISPLAY_NAME PR_PROVIDER_DISPLAY_NAME_A PR_PROVIDER_DISPLAY_NAME_W = 0x3418 STRING8 UNICODE;
        PR_ANR PR_ANR_A PR_ANR_W = 0x360C STRING8 UNICODE;
        PR_CONTAINER_CLASS PR_CONTAINER_CLASS_A PR_CONTAINER_CLASS_W = 0x3613 STRING8 UNICODE;
        PR_ATTACH_EXTENSION PR_ATTACH_EXTENSION_A PR_ATTACH_EXTENSION_W = 0x3703 STRING8 UNICODE;
        PR_ATTACH_FILENAME PR_ATTACH_FILENAME_A PR_ATTACH_FILENAME_W = 0x3704 STRING8 UNICODE;
        PR_ATTACH_LONG_FILENAME PR_ATTACH_LONG_FILENAME_A PR_ATTACH_LONG_FILENAME_W = 0x3707 STRING8 UNICODE;
        PR_ATTACH_MIME_TAG PR_ATTACH_MIME_TAG_A PR_ATTACH_MIME_TAG_W = 0x370E STRING8 UNICODE;
        PR_SMTP_ADDRESS PR_SMTP_ADDRESS_A PR_SMTP_ADDRESS_W = 0x39FE STRING8 UNICODE;
        PR_ACCOUNT PR_ACCOUNT_A PR_ACCOUNT_W = 0x3A00 STRING8 UNICODE;
        PR_GIVEN_NAME PR_GIVEN_NAME_A PR_GIVEN_NAME_W = 0x3A06 STRING8 UNICODE;
        PR_SURNAME PR_SURNAME_A PR_SURNAME_W = 0x3A11 STRING8 UNICODE;
        PR_TRANSMITABLE_DISPLAY_NAME PR_TRANSMITABLE_DISPLAY_NAME_A PR_TRANSMITABLE_DISPLAY_NAME_W = 0x3A20 STRING8 UNICODE;
        PR_SERVICE_NAME PR_SERVICE_NAME_A PR_SERVICE_NAME_W = 0x3D09 STRING8 UNICODE;
        PR_SERVICE_DLL_NAME PR_SERVICE_DLL_NAME_A PR_SERVICE_DLL_NAME_W = 0x3D0A STRING8 UNICODE;
        PR_PROFILE_NAME PR_PROFILE_NAME_A PR_PROFILE_NAME_W = 0x3D12 STRING8 UNICODE;
        PR_IDENTITY_DISPLAY PR_IDENTITY_DISPLAY_A PR_IDENTITY_DISPLAY_W = 0x3E00 STRING8 UNICODE;
        PR_RESOURCE_PATH PR_RESOURCE_PATH_A PR_RESOURCE_PATH_W = 0x3E07 STRING8 UNICODE;
        PR_STATUS_STRING PR_STATUS_STRING_A PR_STATUS_STRING_W = 0x3E08 STRING8 UNICODE;
        PR_REMOTE_PROGRESS_TEXT PR_REMOTE_PROGRESS_TEXT_A PR_REMOTE_PROGRESS_TEXT_W = 0x3E0C STRING8 UNICODE;
        PR_LAST_MODIFIER_NAME PR_LAST_MODIFIER_NAME_A PR_LAST_MODIFIER_NAME_W = 0x3FFA STRING8 UNICODE;
        PR_PROFILE_UNRESOLVED_NAME PR_PROFILE_UNRESOLVED_NAME_A PR_PROFILE_UNRESOLVED_NAME_W = 0x6607 STRING8 UNICODE;
        PR_PROFILE_OFFLINE_STORE_PATH PR_PROFILE_OFFLINE_STORE_PATH_A PR_PROFILE_OFFLINE_STORE_PATH_W = 0x6610 STRING8 UNICODE;
        PR_PST_PATH PR_PST_PATH_A PR_PST_PATH_W = 0x6700 STRING8 UNICODE;
        PR_PST_PW_SZ_OLD PR_PST_PW_SZ_OLD_A PR_PST_PW_SZ_OLD_W = 0x6703 STRING8 UNICODE;
        PR_PST_PW_SZ_NEW PR_PST_PW_SZ_NEW_A PR_PST_PW_SZ_NEW_W = 0x6704 STRING8 UNICODE;
        PR_SERVICE_SUPPORT_FILES PR_SERVICE_SUPPORT_FILES_A PR_SERVICE_SUPPORT_FILES_W = 0x3D0F MV_STRING8 MV_UNICODE;
        PR_SERVICE_DELETE_FILES PR_SERVICE_DELETE_FILES_A PR_SERVICE_DELETE_FILES_W = 0x3D10 MV_STRING8 MV_UNICODE;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_both_ways_and_stand_in_order() {
        for (name, tag) in PropTag::names() {
            assert_eq!(PropTag::from_name(name), Some(tag));
            assert_eq!(tag.to_string(), name);
            assert_eq!(PropTag::parse(&format!("{:08X}", tag.value())), Some(tag));
        }
        assert!(PLAIN.windows(2).all(|w| w[0].1.id() <= w[1].1.id()));
        assert!(UNTYPED.windows(2).all(|w| w[0].1.id() < w[1].1.id() || w[0].1.prop_type() < w[1].1.prop_type()));
        assert!(PropType::NAMES.windows(2).all(|w| w[0].1 < w[1].1));
        for (name, prop_type) in PropType::NAMES {
            assert_eq!(PropType::from_name(name), Some(*prop_type));
            assert_eq!(prop_type.to_string(), *name);
        }
    }

    #[test]
    fn a_name_of_characters_without_width_is_unicode() {
        let tag = PropTag::from_name("PR_DISPLAY_NAME").map(PropTag::value);
        assert_eq!(tag, Some(0x3001_001F));
        assert_eq!(PropTag::PR_DISPLAY_NAME.to_string(), "PR_DISPLAY_NAME_W");
        assert_eq!(PropTag::PR_DISPLAY_NAME.in_width(false), PropTag::PR_DISPLAY_NAME_A);
        assert_eq!(PropTag::PR_SERVICE_SUPPORT_FILES_A.in_width(true).value(), 0x3D0F_101F);
        assert_eq!(PropTag::PR_ENTRYID.in_width(true), PropTag::PR_ENTRYID);
        assert_eq!(PropTag::of(0x3001, PropType::ERROR).property_name(), Some("PR_DISPLAY_NAME"));
        assert_eq!(PropTag::PR_ATTACH_DATA_OBJ.property_name(), Some("PR_ATTACH_DATA_OBJ"));
    }

    #[test]
    fn tags_without_a_name_are_hexadecimal() {
        assert_eq!(PropTag::new(0x6600_001E).to_string(), "0x6600001E");
        assert_eq!(PropTag::parse("0x6600001e"), Some(PropTag::new(0x6600_001E)));
        assert_eq!(PropTag::parse("6600001"), None);
        assert_eq!(PropTag::parse("+600001E"), None);
    }
}
