//! Result codes.

use std::fmt;

/// The 32-bit result of a MAPI call (ERROR-001, ERROR-007).
///
/// Only the high bit decides between success and failure (ERROR-004): a warning such as `MAPI_W_ERRORS_RETURNED` is a success.
/// Every code with a name is a constant of this type: `Hresult::MAPI_E_NOT_FOUND`.
#[must_use]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hresult(u32);

impl Hresult {
    /// The code with this number, named or not.
    pub const fn new(code: u32) -> Self {
        Hresult(code)
    }

    /// The number.
    #[must_use]
    pub const fn code(self) -> u32 {
        self.0
    }

    /// Whether the high bit is clear: success, perhaps with a warning.
    #[must_use]
    pub const fn is_success(self) -> bool {
        self.0 >> 31 == 0
    }

    /// Whether the high bit is set.
    #[must_use]
    pub const fn is_failure(self) -> bool {
        self.0 >> 31 == 1
    }

    /// A success that says something: any but `S_OK` (ERROR-003).
    #[must_use]
    pub const fn is_warning(self) -> bool {
        self.is_success() && self.0 != 0
    }

    /// Who defines the code, the field of HRESULT_FACILITY (ERROR-009). 4 for most of MAPI (ERROR-005).
    #[must_use]
    pub const fn facility(self) -> u32 {
        (self.0 >> 16) & 0x1FFF
    }

    /// The low 16 bits, the field of HRESULT_CODE (ERROR-009).
    #[must_use]
    pub const fn short_code(self) -> u32 {
        self.0 & 0xFFFF
    }

    /// The documented name. Codes with two names have MAPI's: 0x80004005 is `MAPI_E_CALL_FAILED`.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        Self::names().find(|(_, code)| *code == self).map(|(name, _)| name)
    }

    /// The code of a documented name, MAPI's or that of COM.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Hresult> {
        Self::names().chain(ALIASES.iter().copied()).find(|(known, _)| *known == name).map(|(_, code)| code)
    }

    /// All names, one for each code, in the order of the numbers within each group.
    pub fn names() -> impl Iterator<Item = (&'static str, Hresult)> {
        NAMES.iter().copied()
    }
}

impl fmt::Display for Hresult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.pad(name),
            None => write!(f, "0x{:08X}", self.0),
        }
    }
}

impl fmt::Debug for Hresult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{name} (0x{:08X})", self.0),
            None => write!(f, "0x{:08X}", self.0),
        }
    }
}

/// Names that COM gives to codes which MAPI names otherwise (ERROR-049 to ERROR-053), and the other name of zero (ERROR-047).
const ALIASES: &[(&str, Hresult)] = &[
    ("hrSuccess", Hresult::S_OK),
    ("SUCCESS_SUCCESS", Hresult::S_OK),
    ("E_FAIL", Hresult::MAPI_E_CALL_FAILED),
    ("E_OUTOFMEMORY", Hresult::MAPI_E_NOT_ENOUGH_MEMORY),
    ("E_INVALIDARG", Hresult::MAPI_E_INVALID_PARAMETER),
    ("E_NOINTERFACE", Hresult::MAPI_E_INTERFACE_NOT_SUPPORTED),
    ("E_ACCESSDENIED", Hresult::MAPI_E_NO_ACCESS),
];

/// Declares each code once: the constant and its row in the table of names.
macro_rules! codes {
    ($($name:ident = $code:literal, $says:literal;)*) => {
        impl Hresult {
            $(#[doc = $says] pub const $name: Hresult = Hresult($code);)*
        }

        /// Every code with a name.
        const NAMES: &[(&str, Hresult)] = &[$((stringify!($name), Hresult::$name),)*];
    };
}

codes! {
    S_OK = 0, "Done (ERROR-047).";
    S_FALSE = 1, "Done, with the answer no (ERROR-048).";
    MAPI_W_NO_SERVICE = 0x0004_0203, "Done, but nobody can supply what was asked: no primary identity, for instance (ERROR-121).";
    MAPI_W_ERRORS_RETURNED = 0x0004_0380, "Done, but parts of the data could not be had (ERROR-122).";
    MAPI_W_POSITION_CHANGED = 0x0004_0481, "Done, but the row of the bookmark is elsewhere now (ERROR-123).";
    MAPI_W_APPROX_COUNT = 0x0004_0482, "Done; the count is near the truth only (ERROR-124).";
    MAPI_W_CANCEL_MESSAGE = 0x0004_0580, "To a transport: deliver no more of this message (ERROR-125).";
    MAPI_W_PARTIAL_COMPLETION = 0x0004_0680, "Done for some of the items, not for all (ERROR-126).";

    E_NOTIMPL = 0x8000_4001, "COM: not built (ERROR-054).";
    MAPI_E_INTERFACE_NOT_SUPPORTED = 0x8000_4002, "The object does not have this interface; E_NOINTERFACE (ERROR-052).";
    E_POINTER = 0x8000_4003, "COM: a pointer that cannot be used (ERROR-054).";
    MAPI_E_CALL_FAILED = 0x8000_4005, "Failed, for a reason without a code; E_FAIL (ERROR-049).";
    E_UNEXPECTED = 0x8000_FFFF, "COM: a failure nobody foresaw (ERROR-054).";
    STG_E_INVALIDFUNCTION = 0x8003_0001, "Streams: the method is not for this stream, or its argument is none.";
    STG_E_ACCESSDENIED = 0x8003_0005, "Streams: opened for reading only (PROP-121).";
    STG_E_INVALIDPOINTER = 0x8003_0009, "Streams: a pointer that has to be there is NULL.";
    STG_E_MEDIUMFULL = 0x8003_0070, "Streams: larger than a property can be.";
    MAPI_E_NO_ACCESS = 0x8007_0005, "The caller is not allowed to do this; E_ACCESSDENIED (ERROR-053).";
    MAPI_E_NOT_ENOUGH_MEMORY = 0x8007_000E, "No memory left, or too large for this call; E_OUTOFMEMORY (ERROR-050).";
    MAPI_E_INVALID_PARAMETER = 0x8007_0057, "An argument is wrong; E_INVALIDARG (ERROR-051).";
    ERROR_TIMEOUT = 0x8007_05B4, "Windows error 1460 as a result: a wait took longer than its limit.";

    MAPI_E_NO_SUPPORT = 0x8004_0102, "The object cannot do this (ERROR-055).";
    MAPI_E_BAD_CHARWIDTH = 0x8004_0103, "The object has no strings of the width that MAPI_UNICODE asks for (ERROR-056).";
    MAPI_E_STRING_TOO_LONG = 0x8004_0105, "A string is too long; of the headers only, no page uses it (ERROR-084).";
    MAPI_E_UNKNOWN_FLAGS = 0x8004_0106, "A flag bit without a meaning was set (ERROR-057).";
    MAPI_E_INVALID_ENTRYID = 0x8004_0107, "These bytes are no entry identifier (ERROR-058).";
    MAPI_E_INVALID_OBJECT = 0x8004_0108, "The object is no longer valid (ERROR-059).";
    MAPI_E_OBJECT_CHANGED = 0x8004_0109, "Somebody else changed the object after it was opened (ERROR-060).";
    MAPI_E_OBJECT_DELETED = 0x8004_010A, "Somebody else deleted the object after it was opened (ERROR-061).";
    MAPI_E_BUSY = 0x8004_010B, "Another operation is still running (ERROR-062).";
    MAPI_E_NOT_ENOUGH_DISK = 0x8004_010D, "The disk is full (ERROR-063).";
    MAPI_E_NOT_ENOUGH_RESOURCES = 0x8004_010E, "The system has run out of something (ERROR-064).";
    MAPI_E_NOT_FOUND = 0x8004_010F, "There is no such item, row or property (ERROR-065).";
    MAPI_E_VERSION = 0x8004_0110, "The two sides are of versions that do not fit (ERROR-066).";
    MAPI_E_LOGON_FAILED = 0x8004_0111, "The logon did not succeed (ERROR-067).";
    MAPI_E_SESSION_LIMIT = 0x8004_0112, "As many sessions as there may be are there (ERROR-068).";
    MAPI_E_USER_CANCEL = 0x8004_0113, "The user pressed Cancel (ERROR-069).";
    MAPI_E_UNABLE_TO_ABORT = 0x8004_0114, "What runs cannot be stopped (ERROR-070).";
    MAPI_E_NETWORK_ERROR = 0x8004_0115, "The network failed (ERROR-071).";
    MAPI_E_DISK_ERROR = 0x8004_0116, "A disk could not be read or written (ERROR-072).";
    MAPI_E_TOO_COMPLEX = 0x8004_0117, "More than the object can work out (ERROR-073).";
    MAPI_E_BAD_COLUMN = 0x8004_0118, "A column is wrong; of the headers only, no page uses it (ERROR-085).";
    MAPI_E_EXTENDED_ERROR = 0x8004_0119, "GetLastError of the object tells more (ERROR-074).";
    MAPI_E_COMPUTED = 0x8004_011A, "The property is computed by its object and cannot be written (ERROR-075).";
    MAPI_E_CORRUPT_DATA = 0x8004_011B, "Data are damaged or gone (ERROR-076).";
    MAPI_E_UNCONFIGURED = 0x8004_011C, "A provider lacks settings (ERROR-077).";
    MAPI_E_FAILONEPROVIDER = 0x8004_011D, "This provider cannot be used; the rest of its service can (ERROR-078).";
    MAPI_E_UNKNOWN_CPID = 0x8004_011E, "The server does not have the code page (ERROR-079).";
    MAPI_E_UNKNOWN_LCID = 0x8004_011F, "The server does not have the locale (ERROR-080).";
    MAPI_E_PASSWORD_CHANGE_REQUIRED = 0x8004_0120, "The password has to be changed; of the headers only (ERROR-086).";
    MAPI_E_PASSWORD_EXPIRED = 0x8004_0121, "The password is too old; of the headers only (ERROR-087).";
    MAPI_E_INVALID_WORKSTATION_ACCOUNT = 0x8004_0122, "The machine's account is not good; of the headers only (ERROR-088).";
    MAPI_E_INVALID_ACCESS_TIME = 0x8004_0123, "Not allowed at this hour; of the headers only (ERROR-089).";
    MAPI_E_ACCOUNT_DISABLED = 0x8004_0124, "The account is switched off; of the headers only (ERROR-090).";
    MAPI_E_RECONNECTED = 0x8004_0125, "The connection was made anew; try again (ERROR-081).";
    MAPI_E_OFFLINE = 0x8004_0126, "There is no connection to the server (ERROR-082).";
    MAPI_E_END_OF_SESSION = 0x8004_0200, "The session or the connection has ended (ERROR-095).";
    MAPI_E_UNKNOWN_ENTRYID = 0x8004_0201, "No provider owns this entry identifier (ERROR-096).";
    MAPI_E_MISSING_REQUIRED_COLUMN = 0x8004_0202, "A row lacks a column that it must have (ERROR-097).";
    MAPI_E_BAD_VALUE = 0x8004_0301, "A value is wrong; of the headers only, no page uses it (ERROR-091).";
    MAPI_E_INVALID_TYPE = 0x8004_0302, "This is no type of property (ERROR-098).";
    MAPI_E_TYPE_NO_SUPPORT = 0x8004_0303, "The object does not take properties of this type (ERROR-099).";
    MAPI_E_UNEXPECTED_TYPE = 0x8004_0304, "The property is of another type (ERROR-100).";
    MAPI_E_TOO_BIG = 0x8004_0305, "More than the object takes at once (ERROR-101).";
    MAPI_E_DECLINE_COPY = 0x8004_0306, "The provider leaves the copying to MAPI (ERROR-102).";
    MAPI_E_UNEXPECTED_ID = 0x8004_0307, "The identifier is outside the range that the object takes (ERROR-103).";
    MAPI_E_UNABLE_TO_COMPLETE = 0x8004_0400, "Begun, but it cannot be brought to an end (ERROR-104).";
    MAPI_E_TIMEOUT = 0x8004_0401, "The time given has passed (ERROR-105).";
    MAPI_E_TABLE_EMPTY = 0x8004_0402, "The table has no rows; of the headers only, no page uses it (ERROR-092).";
    MAPI_E_TABLE_TOO_BIG = 0x8004_0403, "The table has more rows than allowed (ERROR-106).";
    MAPI_E_INVALID_BOOKMARK = 0x8004_0405, "There is no such bookmark (ERROR-107).";
    MAPI_E_WAIT = 0x8004_0500, "From a transport: give me the message later (ERROR-108).";
    MAPI_E_CANCEL = 0x8004_0501, "From a transport: do not send this message again (ERROR-109).";
    MAPI_E_NOT_ME = 0x8004_0502, "From a transport: this message is not mine (ERROR-110).";
    MAPI_E_CORRUPT_STORE = 0x8004_0600, "The store is damaged; of the headers only, no page uses it (ERROR-093).";
    MAPI_E_NOT_IN_QUEUE = 0x8004_0601, "The message has left the outgoing queue (ERROR-111).";
    MAPI_E_NO_SUPPRESS = 0x8004_0602, "Read reports cannot be held back (ERROR-112).";
    MAPI_E_COLLISION = 0x8004_0604, "The name is taken (ERROR-113).";
    MAPI_E_NOT_INITIALIZED = 0x8004_0605, "Nobody called MAPIInitialize (ERROR-114).";
    MAPI_E_NON_STANDARD = 0x8004_0606, "Outside the standard; of the headers only, no page uses it (ERROR-094).";
    MAPI_E_NO_RECIPIENTS = 0x8004_0607, "The message has no recipients (ERROR-115).";
    MAPI_E_SUBMITTED = 0x8004_0608, "The message is in the outgoing queue already (ERROR-116).";
    MAPI_E_HAS_FOLDERS = 0x8004_0609, "The folder has folders in it (ERROR-117).";
    MAPI_E_HAS_MESSAGES = 0x8004_060A, "The folder has messages in it (ERROR-118).";
    MAPI_E_FOLDER_CYCLE = 0x8004_060B, "The target lies inside the source (ERROR-119).";
    MAPI_E_AMBIGUOUS_RECIP = 0x8004_0700, "The name fits several recipients (ERROR-120).";
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Constants and numbers, each as its clause gives it.
    const CLAUSES: &str = include_str!("../../docs/clauses/tables-props.toml");

    /// The text of one clause of the catalogue.
    fn clause(id: &str) -> &'static str {
        let from = CLAUSES.find(&format!("id = \"{id}\"")).unwrap_or_else(|| panic!("no clause {id}"));
        let text = &CLAUSES[from..];
        text.find("[[clause]]").map_or(text, |end| &text[..end])
    }

    #[test]
    fn every_error_clause_finds_its_code_here() {
        for number in 47..=126 {
            if number == 83 {
                continue; // says which code is likely, and has no number of its own
            }
            let text = clause(&format!("ERROR-{number:03}"));
            let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            let name = words.clone().find(|w| w.contains('_') && Hresult::from_name(w).is_some());
            let code = Hresult::from_name(name.unwrap_or_else(|| panic!("no name known in {text}")));
            let numbers: Vec<u32> = words.filter_map(|w| u32::from_str_radix(w.strip_prefix("0x")?, 16).ok()).collect();
            let code = code.map(Hresult::code).unwrap_or_default();
            assert!(code <= 1 || numbers.contains(&code), "ERROR-{number:03}: {code:08X} is not in {text}");
        }
    }

    #[test]
    fn names_are_unique_and_go_both_ways() {
        for (name, code) in Hresult::names() {
            assert_eq!(code.name(), Some(name));
            assert_eq!(Hresult::from_name(name), Some(code));
            assert_eq!(code.to_string(), name);
            assert_eq!(code.is_warning(), name.starts_with("MAPI_W_") || name == "S_FALSE", "{name}");
            assert_eq!(code.is_failure(), name.contains("E_") && !name.starts_with("MAPI_W_") || name == "ERROR_TIMEOUT", "{name}");
        }
        assert_eq!(Hresult::from_name("E_FAIL"), Some(Hresult::MAPI_E_CALL_FAILED));
        assert_eq!(Hresult::from_name("MAPI_E_BAD_CHAR_WIDTH"), None, "ERROR-131");
    }

    #[test]
    fn mapi_s_own_codes_are_of_facility_itf() {
        for (name, code) in Hresult::names().filter(|(name, code)| name.starts_with("MAPI_") && code.short_code() >= 0x100) {
            let other = ["MAPI_E_CALL_FAILED", "MAPI_E_INTERFACE_NOT_SUPPORTED"].contains(&name);
            assert_eq!(code.facility(), if other { 0 } else { 4 }, "{name}");
        }
        assert_eq!(Hresult::ERROR_TIMEOUT.facility(), 7);
        assert_eq!(Hresult::MAPI_W_ERRORS_RETURNED.short_code(), 0x0380);
    }

    #[test]
    fn numbers_without_a_name_are_hexadecimal() {
        assert_eq!(Hresult::new(0x8004_0999).to_string(), "0x80040999");
        assert_eq!(format!("{:?}", Hresult::MAPI_E_NOT_FOUND), "MAPI_E_NOT_FOUND (0x8004010F)");
        assert_eq!(format!("{:?}", Hresult::new(2)), "0x00000002");
    }
}
