//! GUIDs: interface identifiers and UIDs of profile sections and providers.

use std::fmt;

/// 16 bytes in the order in which they lie in memory: an IID, a MAPIUID, a property set.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Guid([u8; 16]);

impl Guid {
    /// The GUID of these bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 16]) -> Self {
        Guid(bytes)
    }

    /// The GUID of these fields; the first three lie little-endian in memory.
    #[must_use]
    pub const fn from_fields(first: u32, second: u16, third: u16, rest: [u8; 8]) -> Self {
        let ([a, b, c, d], [e, f], [g, h]) = (first.to_le_bytes(), second.to_le_bytes(), third.to_le_bytes());
        let [i, j, k, l, m, n, o, p] = rest;
        Guid([a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p])
    }

    /// A GUID of the range of COM: `{xxxxxxxx-0000-0000-C000-000000000046}`.
    const fn ole(first: u32) -> Self {
        Self::from_fields(first, 0, 0, [0xC0, 0, 0, 0, 0, 0, 0, 0x46])
    }

    /// Its bytes, in the order of memory.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Its documented name.
    #[must_use]
    pub fn name(&self) -> Option<&'static str> {
        Self::names().find(|(_, guid)| guid == self).map(|(name, _)| name)
    }

    /// The GUID of a documented name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Guid> {
        Self::names().find(|(known, _)| *known == name).map(|(_, guid)| guid)
    }

    /// A documented name, `{00020300-0000-0000-C000-000000000046}` (braces may be left out), or 32 hexadecimal digits in the order of memory.
    #[must_use]
    pub fn parse(text: &str) -> Option<Guid> {
        let inner = text.strip_prefix('{').and_then(|t| t.strip_suffix('}')).unwrap_or(text);
        if inner.len() == 32 && !text.starts_with('{') {
            return hex_bytes(inner).map(Guid);
        }
        if inner.len() != 36 || !inner.is_ascii() {
            return Self::from_name(text);
        }
        let dashes = [8, 13, 18, 23];
        if dashes.iter().any(|at| inner.as_bytes()[*at] != b'-') {
            return None;
        }
        let b = hex_bytes(&inner.replace('-', ""))?;
        Some(Guid([b[3], b[2], b[1], b[0], b[5], b[4], b[7], b[6], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]]))
    }

    /// All names.
    pub fn names() -> impl Iterator<Item = (&'static str, Guid)> {
        NAMES.iter().copied()
    }
}

/// 16 bytes written as 32 hexadecimal digits.
fn hex_bytes(digits: &str) -> Option<[u8; 16]> {
    if digits.len() != 32 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    u128::from_str_radix(digits, 16).ok().map(u128::to_be_bytes)
}

/// `{00020397-0000-0000-C000-000000000046}`.
impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let b = &self.0;
        write!(f, "{{{:08X}-", u32::from_le_bytes([b[0], b[1], b[2], b[3]]))?;
        write!(f, "{:04X}-{:04X}-", u16::from_le_bytes([b[4], b[5]]), u16::from_le_bytes([b[6], b[7]]))?;
        write!(f, "{:02X}{:02X}-", b[8], b[9])?;
        b[10..].iter().try_for_each(|byte| write!(f, "{byte:02X}"))?;
        f.write_str("}")
    }
}

/// The name if it has one, else as [`Display`](fmt::Display).
impl fmt::Debug for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => fmt::Display::fmt(self, f),
        }
    }
}

impl From<[u8; 16]> for Guid {
    fn from(bytes: [u8; 16]) -> Self {
        Guid(bytes)
    }
}

/// Declares each named GUID once.
macro_rules! guids {
    ($($name:ident = $value:expr;)*) => {
        #[allow(non_upper_case_globals)] // the names of MAPI's headers
        impl Guid {
            $(#[doc = concat!("`", stringify!($name), "`")] pub const $name: Guid = $value;)*
        }

        /// Every GUID with a name.
        const NAMES: &[(&str, Guid)] = &[$((stringify!($name), Guid::$name),)*];
    };
}

guids! {
    IID_IUnknown = Guid::ole(0);
    IID_IStream = Guid::ole(0xC);
    IID_IMsgServiceAdmin2 = Guid::ole(0x20387);
    IID_IMessageRaw = Guid::ole(0x2038A);
    IID_IMAPISession = Guid::ole(0x20300);
    IID_IMAPITable = Guid::ole(0x20301);
    IID_IMAPIAdviseSink = Guid::ole(0x20302);
    IID_IMAPIControl = Guid::ole(0x2031B);
    IID_IProfAdmin = Guid::ole(0x2031C);
    IID_IMsgServiceAdmin = Guid::ole(0x2031D);
    IID_IProviderAdmin = Guid::ole(0x20325);
    IID_IMAPIProgress = Guid::ole(0x2031F);
    IID_IMAPIProp = Guid::ole(0x20303);
    IID_IProfSect = Guid::ole(0x20304);
    IID_IMAPIStatus = Guid::ole(0x20305);
    IID_IMsgStore = Guid::ole(0x20306);
    IID_IMessage = Guid::ole(0x20307);
    IID_IAttachment = Guid::ole(0x20308);
    IID_IAddrBook = Guid::ole(0x20309);
    IID_IMailUser = Guid::ole(0x2030A);
    IID_IMAPIContainer = Guid::ole(0x2030B);
    IID_IMAPIFolder = Guid::ole(0x2030C);
    IID_IABContainer = Guid::ole(0x2030D);
    IID_IDistList = Guid::ole(0x2030E);
    IID_IMAPISup = Guid::ole(0x2030F);
    IID_IMSProvider = Guid::ole(0x20310);
    IID_IABProvider = Guid::ole(0x20311);
    IID_IXPProvider = Guid::ole(0x20312);
    IID_IMSLogon = Guid::ole(0x20313);
    IID_IABLogon = Guid::ole(0x20314);
    IID_IXPLogon = Guid::ole(0x20315);
    IID_IMAPITableData = Guid::ole(0x20316);
    IID_IMAPISpoolerInit = Guid::ole(0x20317);
    IID_IMAPISpoolerSession = Guid::ole(0x20318);
    IID_ITNEF = Guid::ole(0x20319);
    IID_IMAPIPropData = Guid::ole(0x2031A);
    IID_ISpoolerHook = Guid::ole(0x20320);
    IID_IMAPISpoolerService = Guid::ole(0x2031E);
    IID_IMAPIViewContext = Guid::ole(0x20321);
    IID_IMAPIFormMgr = Guid::ole(0x20322);
    IID_IEnumMAPIFormProp = Guid::ole(0x20323);
    IID_IMAPIFormInfo = Guid::ole(0x20324);
    IID_IMAPIForm = Guid::ole(0x20327);
    PS_MAPI = Guid::ole(0x20328);
    PS_PUBLIC_STRINGS = Guid::ole(0x20329);
    PSETID_Appointment = Guid::ole(0x62002);
    PSETID_Common = Guid::ole(0x62008);
    PSETID_Address = Guid::ole(0x62004);
    PS_INTERNET_HEADERS = Guid::ole(0x20386);
    PSETID_Report = Guid::ole(0x62013);
    PSETID_Log = Guid::ole(0x6200A);
    PSETID_Remote = Guid::ole(0x62014);
    PSETID_PostRss = Guid::ole(0x62041);
    PSETID_Sharing = Guid::ole(0x62040);
    PSETID_Note = Guid::ole(0x6200E);
    PSETID_Task = Guid::ole(0x62003);
    IID_IPersistMessage = Guid::ole(0x2032A);
    IID_IMAPIViewAdviseSink = Guid::ole(0x2032B);
    IID_IStreamDocfile = Guid::ole(0x2032C);
    IID_IMAPIFormProp = Guid::ole(0x2032D);
    IID_IMAPIFormContainer = Guid::ole(0x2032E);
    IID_IMAPIFormAdviseSink = Guid::ole(0x2032F);
    IID_IStreamTnef = Guid::ole(0x20330);
    IID_IMAPIFormFactory = Guid::ole(0x20350);
    IID_IMAPIMessageSite = Guid::ole(0x20370);
    PS_ROUTING_EMAIL_ADDRESSES = Guid::ole(0x20380);
    PS_ROUTING_ADDRTYPE = Guid::ole(0x20381);
    PS_ROUTING_DISPLAY_NAME = Guid::ole(0x20382);
    PS_ROUTING_ENTRYID = Guid::ole(0x20383);
    PS_ROUTING_SEARCH_KEY = Guid::ole(0x20384);
    MUID_PROFILE_INSTANCE = Guid::ole(0x20385);
    IID_IMAPIClientShutdown = Guid::ole(0x20397);
    IID_IMAPIProviderShutdown = Guid::ole(0x20398);
    PSETID_Meeting = Guid::from_fields(0x6ED8DA90, 0x450B, 0x101B, [0x98, 0xDA, 0x00, 0xAA, 0x00, 0x3F, 0x13, 0x05]);
    PSETID_Messaging = Guid::from_fields(0x41F28F13, 0x83F4, 0x4114, [0xA5, 0x84, 0xEE, 0xDB, 0x5A, 0x6B, 0x0B, 0xFF]);
    SETID_AirSync = Guid::from_fields(0x71035549, 0x0739, 0x4DCB, [0x91, 0x63, 0x00, 0xF0, 0x58, 0x0D, 0xBB, 0xDF]);
    PSETID_UnifiedMessaging = Guid::from_fields(0x4442858E, 0xA9E3, 0x4E80, [0xB9, 0x00, 0x31, 0x7A, 0x21, 0x0C, 0xC1, 0x5B]);
    PSETID_XmlExtractedEntities = Guid::from_fields(0x23239608, 0x685D, 0x4732, [0x9C, 0x55, 0x4C, 0x95, 0xCB, 0x4E, 0x8E, 0x33]);
    PSETID_Attachment = Guid::from_fields(0x96357F7F, 0x59E1, 0x47D0, [0x99, 0xA7, 0x46, 0x51, 0x5C, 0x18, 0x3B, 0x54]);
    PS_PROFILE_PROPERTIES_INIT = Guid::new([0x98, 0x15, 0xAC, 0x08, 0xAA, 0xB0, 0x10, 0x1A, 0x8C, 0x93, 0x08, 0x00, 0x2B, 0x2A, 0x56, 0xC2]);
    pbGlobalProfileSectionGuid = Guid::new([0x13, 0xDB, 0xB0, 0xC8, 0xAA, 0x05, 0x10, 0x1A, 0x9B, 0xB0, 0x00, 0xAA, 0x00, 0x2F, 0xC4, 0x5A]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guids_print_as_com_does_and_come_back() {
        assert_eq!(Guid::IID_IMAPIClientShutdown.to_string(), "{00020397-0000-0000-C000-000000000046}");
        assert_eq!(Guid::MUID_PROFILE_INSTANCE.bytes()[..4], [0x85, 0x03, 0x02, 0x00]);
        for (name, guid) in Guid::names() {
            assert_eq!(guid.name(), Some(name));
            assert_eq!(Guid::parse(name), Some(guid));
            assert_eq!(Guid::parse(&guid.to_string()), Some(guid));
            assert_eq!(format!("{guid:?}"), name);
            let digits: String = guid.bytes().iter().map(|b| format!("{b:02x}")).collect();
            assert_eq!(Guid::parse(&digits), Some(guid));
        }
        for wrong in [
            "",
            "{}",
            "{00020397-0000-0000-C000-00000000004}",
            "00020397+0000-0000-C000-000000000046",
            "ä0020397-0000-0000-C000-00000000004",
        ] {
            assert_eq!(Guid::parse(wrong), None, "{wrong}");
        }
    }
}
