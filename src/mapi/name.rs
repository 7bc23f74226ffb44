//! Names of properties, ranges of identifiers, and problems with single properties.

use std::fmt;

use super::{Guid, Hresult, PropTag};

/// MAPINAMEID: the name of a named property, a number or a string within a property set (PROP-188).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameId {
    /// lpguid: the property set. `None` is NULL, which no object takes.
    pub set: Option<Guid>,
    /// ulKind and Kind.
    pub kind: NameKind,
}

/// The part of a name within its property set.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NameKind {
    /// MNID_ID: lID.
    Id(i32),
    /// MNID_STRING: lpwstrName.
    String(String),
}

impl NameId {
    /// MNID_ID of ulKind.
    pub const MNID_ID: u32 = 0;
    /// MNID_STRING of ulKind.
    pub const MNID_STRING: u32 = 1;

    /// A number within a property set.
    #[must_use]
    pub const fn id(set: Guid, id: i32) -> Self {
        NameId { set: Some(set), kind: NameKind::Id(id) }
    }

    /// A string within a property set.
    #[must_use]
    pub fn string(set: Guid, name: impl Into<String>) -> Self {
        NameId { set: Some(set), kind: NameKind::String(name.into()) }
    }
}

/// `PS_PUBLIC_STRINGS:"Keywords"`, `PSETID_Common:0x8503`.
impl fmt::Display for NameId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.set {
            Some(set) => write!(f, "{set:?}:")?,
            None => f.write_str("NULL:")?,
        }
        match &self.kind {
            NameKind::Id(id) => write!(f, "0x{id:04X}"),
            NameKind::String(name) => write!(f, "{name:?}"),
        }
    }
}

impl fmt::Debug for NameId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// SPropProblem: why one property of a call could not be worked on (PROP-104).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PropProblem {
    /// ulIndex: its place in the array of the call.
    pub index: u32,
    /// ulPropTag, as the call passed it.
    pub tag: PropTag,
    /// scode.
    pub code: Hresult,
}

/// `2: PR_ENTRYID MAPI_E_COMPUTED`.
impl fmt::Display for PropProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {}", self.index, self.tag, self.code)
    }
}

impl fmt::Debug for PropProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Whom a property identifier belongs to (PROP-009 to PROP-012).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdRange {
    /// 0x0000 and 0xFFFF: of no property (PROP-007).
    Reserved,
    /// 0x0001 to 0x0BFF: the envelope of a message.
    Envelope,
    /// 0x0C00 to 0x0DFF: recipients.
    Recipient,
    /// 0x0E00 to 0x0FFF: of a message, and not transmitted with it.
    NonTransmittable,
    /// 0x1000 to 0x2FFF: the content of a message.
    Content,
    /// 0x3000 to 0x33FF: of any object.
    Common,
    /// 0x3400 to 0x35FF: message stores.
    Store,
    /// 0x3600 to 0x36FF: containers.
    Container,
    /// 0x3700 to 0x38FF: attachments.
    Attachment,
    /// 0x3900 to 0x39FF: address books.
    AddressBook,
    /// 0x3A00 to 0x3BFF: mail users.
    MailUser,
    /// 0x3C00 to 0x3CFF: distribution lists.
    DistributionList,
    /// 0x3D00 to 0x3DFF: profiles.
    Profile,
    /// 0x3E00 to 0x3FFF: status objects.
    Status,
    /// 0x4000 to 0x57FF: envelope properties of a transport.
    ProviderEnvelope,
    /// 0x5800 to 0x5FFF: recipient properties of a transport.
    ProviderRecipient,
    /// 0x6000 to 0x65FF: properties of a client, not transmitted.
    ClientNonTransmittable,
    /// 0x6600 to 0x67FF: a provider's own.
    ProviderInternal,
    /// 0x6800 to 0x7BFF: content properties of a message class.
    ClassContent,
    /// 0x7C00 to 0x7FFF: properties of a message class, not transmitted.
    ClassNonTransmittable,
    /// 0x8000 to 0xFFFE: named properties (PROP-017).
    Named,
}

impl IdRange {
    /// The range of an identifier.
    #[must_use]
    pub const fn of(id: u16) -> IdRange {
        match id {
            0x0000 | 0xFFFF => IdRange::Reserved,
            0x0001..=0x0BFF => IdRange::Envelope,
            0x0C00..=0x0DFF => IdRange::Recipient,
            0x0E00..=0x0FFF => IdRange::NonTransmittable,
            0x1000..=0x2FFF => IdRange::Content,
            0x3000..=0x33FF => IdRange::Common,
            0x3400..=0x35FF => IdRange::Store,
            0x3600..=0x36FF => IdRange::Container,
            0x3700..=0x38FF => IdRange::Attachment,
            0x3900..=0x39FF => IdRange::AddressBook,
            0x3A00..=0x3BFF => IdRange::MailUser,
            0x3C00..=0x3CFF => IdRange::DistributionList,
            0x3D00..=0x3DFF => IdRange::Profile,
            0x3E00..=0x3FFF => IdRange::Status,
            0x4000..=0x57FF => IdRange::ProviderEnvelope,
            0x5800..=0x5FFF => IdRange::ProviderRecipient,
            0x6000..=0x65FF => IdRange::ClientNonTransmittable,
            0x6600..=0x67FF => IdRange::ProviderInternal,
            0x6800..=0x7BFF => IdRange::ClassContent,
            0x7C00..=0x7FFF => IdRange::ClassNonTransmittable,
            0x8000..=0xFFFE => IdRange::Named,
        }
    }

    /// Whether MAPI defines what the properties of this range are: 0x0001 to 0x3FFF.
    #[must_use]
    pub const fn is_mapi(self) -> bool {
        (self as u8) >= IdRange::Envelope as u8 && (self as u8) <= IdRange::Status as u8
    }
}

/// FIsTransmittable: whether a property of this identifier travels with its message (PROP-016).
#[must_use]
pub const fn is_transmittable(id: u16) -> bool {
    id < 0x0E00 || id >= 0x8000 || (id >= 0x1000 && id < 0x6000) || (id >= 0x6800 && id < 0x7C00)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_problems_print() {
        assert_eq!(NameId::string(Guid::PS_PUBLIC_STRINGS, "Keywords").to_string(), "PS_PUBLIC_STRINGS:\"Keywords\"");
        assert_eq!(NameId::id(Guid::PSETID_Common, 0x8503).to_string(), "PSETID_Common:0x8503");
        assert_eq!(NameId { set: None, kind: NameKind::Id(1) }.to_string(), "NULL:0x0001");
        let problem = PropProblem { index: 2, tag: PropTag::PR_ENTRYID, code: Hresult::MAPI_E_COMPUTED };
        assert_eq!(problem.to_string(), "2: PR_ENTRYID MAPI_E_COMPUTED");
    }
}
