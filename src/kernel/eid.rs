//! Entry identifiers: four flag bytes that are zero, the identifier of who made it, and what it names.

use super::profile::Identity;
use crate::mapi::CodePage;

/// Who made a status entry identifier.
const STATUS_UID: [u8; 16] = *b"mapi-sim status\0";
/// Who made a store entry identifier.
const STORE_UID: [u8; 16] = *b"mapi-sim store\0\0";
/// MAPI_ONE_OFF_UID: who made a one-off entry identifier.
const ONE_OFF_UID: [u8; 16] = [0x81, 0x2B, 0x1F, 0xA4, 0xBE, 0xA3, 0x10, 0x19, 0x9D, 0x6E, 0x00, 0xDD, 0x01, 0x0F, 0x54, 0x02];
/// Flags of a one-off with Unicode strings.
const ONE_OFF_UNICODE: u16 = 0x8000;
/// Flag bytes and identifier.
const HEADER: usize = 20;

/// What an entry identifier names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Eid {
    /// A status object by PR_ROWID, and the PR_PROVIDER_UID of the provider that it belongs to.
    Status(u32, Option<[u8; 16]>),
    /// A store by PR_PROVIDER_UID.
    Store([u8; 16]),
    /// A one-off.
    OneOff,
    /// Of MAPI_ONE_OFF_UID, and not of its layout (EID-084).
    BadOneOff,
    /// Too short to name anything, or of a length that its maker does not make.
    Malformed,
    /// Of somebody else.
    Foreign,
}

fn with(uid: [u8; 16], rest: &[u8]) -> Vec<u8> {
    [&[0; 4], &uid[..], rest].concat()
}

/// Of a status row. A provider's names the provider too: row numbers differ from session to session (STATUS-117).
pub(super) fn status(row: u32, provider: Option<&[u8; 16]>) -> Vec<u8> {
    let mut rest = row.to_le_bytes().to_vec();
    rest.extend(provider.into_iter().flatten());
    with(STATUS_UID, &rest)
}

/// Of a store in a profile.
pub(super) fn store(uid: &[u8; 16]) -> Vec<u8> {
    with(STORE_UID, uid)
}

/// A one-off that names a user.
pub(super) fn one_off(identity: &Identity) -> Vec<u8> {
    let mut rest = vec![0, 0];
    rest.extend(ONE_OFF_UNICODE.to_le_bytes());
    for text in [&identity.display, &identity.address_type, &identity.address] {
        rest.extend(text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes));
    }
    with(ONE_OFF_UID, &rest)
}

/// The one-off of a session without identity (SESSION-206).
pub(super) fn nobody() -> Vec<u8> {
    one_off(&Identity { display: "Unknown".into(), address_type: "SMTP".into(), address: String::new() })
}

/// PR_SEARCH_KEY of a user: type, colon, address in upper case, and a zero byte.
pub(super) fn search_key(identity: &Identity) -> Vec<u8> {
    format!("{}:{}\0", identity.address_type, identity.address).to_uppercase().into_bytes()
}

/// Reads an entry identifier.
pub(super) fn read(bytes: &[u8]) -> Eid {
    let Some((uid, rest)) = bytes.get(4..HEADER).zip(bytes.get(HEADER..)) else { return Eid::Malformed };
    if bytes[..4] != [0; 4] {
        Eid::Foreign
    } else if uid == STATUS_UID {
        status_object(rest).unwrap_or(Eid::Malformed)
    } else if uid == STORE_UID {
        rest.try_into().map_or(Eid::Malformed, Eid::Store)
    } else if uid == ONE_OFF_UID {
        if strings(rest).is_some() { Eid::OneOff } else { Eid::BadOneOff }
    } else {
        Eid::Foreign
    }
}

/// The strings of a one-off behind its identifier, and whether they are Unicode: display name, address type, address, each with its NUL, and nothing
/// behind them (EID-081 to EID-084).
fn strings(rest: &[u8]) -> Option<([&[u8]; 3], bool)> {
    let (head, mut rest) = rest.split_at_checked(4)?;
    let unicode = u16::from_le_bytes([head[2], head[3]]) & ONE_OFF_UNICODE != 0;
    let width = if unicode { 2 } else { 1 };
    let mut found = [rest; 3];
    for text in &mut found {
        let units = rest.chunks_exact(width).position(|unit| unit.iter().all(|byte| *byte == 0))?;
        (*text, rest) = (&rest[..units * width], &rest[(units + 1) * width..]);
    }
    (head[..2] == [0; 2] && rest.is_empty()).then_some((found, unicode))
}

/// Address type and address of a one-off as they are compared: the type without regard to case (EID-086), in whatever width they are (EID-083).
pub(super) fn recipient(bytes: &[u8], code_page: CodePage) -> Option<(String, String)> {
    let ([_, address_type, address], unicode) = strings(bytes.get(HEADER..)?)?;
    let text = |bytes: &[u8]| match unicode {
        true => {
            char::decode_utf16(bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]))).collect::<Result<String, _>>().ok()
        }
        false => code_page.decode(bytes).map(std::borrow::Cow::into_owned),
    };
    Some((super::fold(&text(address_type)?).into_owned(), text(address)?))
}

fn status_object(rest: &[u8]) -> Option<Eid> {
    let (row, provider) = rest.split_at_checked(4)?;
    let row = u32::from_le_bytes(row.try_into().ok()?);
    Some(Eid::Status(row, if provider.is_empty() { None } else { Some(provider.try_into().ok()?) }))
}

#[cfg(feature = "generate")]
impl super::Kernel {
    /// Entry identifiers that a client could have kept from an earlier run: those of the stores of every profile; and those that status tables show.
    pub(crate) fn known_entry_ids(&self) -> Vec<Vec<u8>> {
        use crate::mapi::{PropTag, Value};
        let stores = |provider: &&super::ProfileProvider| {
            self.machine().providers.get(&provider.provider).is_some_and(|installed| installed.kind == super::ProviderKind::Store)
        };
        let profiles = self.profiles().iter().flat_map(|(_, profile)| &profile.services).flat_map(|service| &service.providers);
        let mut ids: Vec<Vec<u8>> = profiles.filter(stores).map(|provider| store(&provider.uid)).collect();
        for (member, _) in self.members().filter(|(_, member)| !member.logged_off) {
            for row in self.status_rows(member) {
                let bytes = [PropTag::PR_ENTRYID, PropTag::PR_IDENTITY_ENTRYID].map(|tag| row.get(tag).cloned());
                ids.extend(bytes.into_iter().filter_map(|value| if let Some(Value::Binary(bytes)) = value { Some(bytes) } else { None }));
            }
        }
        ids
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_reads_back() {
        assert_eq!(read(&status(7, None)), Eid::Status(7, None));
        assert_eq!(read(&status(7, Some(&[9; 16]))), Eid::Status(7, Some([9; 16])));
        assert_eq!(read(&store(&[9; 16])), Eid::Store([9; 16]));
        assert_eq!(read(&nobody()), Eid::OneOff);
        assert_eq!(read(&nobody()[..nobody().len() - 1]), Eid::BadOneOff);
        assert_eq!(read(&[&nobody()[..], &[0]].concat()), Eid::BadOneOff);
        assert_eq!(read(&[0; 19]), Eid::Malformed);
        assert_eq!(read(&[0; 20]), Eid::Foreign);
        assert_eq!(read(&status(7, None)[..22]), Eid::Malformed);
        assert_eq!(read(&status(7, Some(&[9; 16]))[..30]), Eid::Malformed);
        assert_eq!(read(&[&[1; 4], &status(7, None)[4..]].concat()), Eid::Foreign);
    }
}
