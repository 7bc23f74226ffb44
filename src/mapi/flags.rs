//! Flag words: bits with names, and those without.
//!
//! A client may pass any bit; a flag word keeps all of them, so that the simulator can say what it got (LOGON-089). Flags have their documented names,
//! and most have a short one: `LogonFlags::MAPI_EXTENDED` is `LogonFlags::EXTENDED`. `from_name` reads the documented name.

use std::fmt;

/// One bit of a flag word and its documented name.
type Names = &'static [(&'static str, u32)];

/// Writes a flag word as its names in ascending order of bits, a rest without names in hexadecimal, and `0` for nothing.
fn write_names(f: &mut fmt::Formatter<'_>, names: Names, bits: u32) -> fmt::Result {
    if bits == 0 {
        return f.write_str("0");
    }
    let mut rest = bits;
    let mut first = true;
    for (name, value) in names {
        if bits & value == *value {
            write!(f, "{}{name}", if first { "" } else { "|" })?;
            (rest, first) = (rest & !value, false);
        }
    }
    match (rest, first) {
        (0, _) => Ok(()),
        (_, true) => write!(f, "0x{rest:X}"),
        (_, false) => write!(f, "|0x{rest:X}"),
    }
}

/// Declares flag words: the type and its bits, in ascending order. Each bit is a constant under its documented name, and under a short one after `as`.
macro_rules! flag_words {
    ($($(#[doc = $says:literal])* $type:ident { $($(#[doc = $bit_says:literal])* $name:ident $(as $bit:ident)? = $value:literal;)* })*) => {$(
        bitflags::bitflags! {
            $(#[doc = $says])*
            #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct $type: u32 {
                $($(#[doc = $bit_says])* #[allow(non_upper_case_globals)] const $name = $value;)*
                // All other bits may be set as well.
                const _ = !0;
            }
        }

        impl $type {
            $($(#[doc = concat!("The short name of `", stringify!($name), "`.")] pub const $bit: Self = Self::$name;)?)*

            const NAMES: Names = &[$((stringify!($name), $value),)*];

            /// The word with these bits; those without a name are kept.
            #[must_use]
            pub const fn new(bits: u32) -> Self {
                Self::from_bits_retain(bits)
            }

            /// All bits with a name.
            #[must_use]
            pub const fn known_mask() -> u32 {
                0 $(| $value)*
            }

            /// The bits of this word that have no name.
            #[must_use]
            pub const fn unknown_bits(self) -> u32 {
                self.bits() & !Self::known_mask()
            }

            /// All documented names, in ascending order of bits. `from_name` reads one.
            pub fn names() -> impl Iterator<Item = (&'static str, Self)> {
                Self::NAMES.iter().map(|(name, bits)| (*name, Self::new(*bits)))
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_names(f, Self::NAMES, self.bits())
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl From<u32> for $type {
            fn from(bits: u32) -> Self {
                Self::new(bits)
            }
        }
    )*};
}

flag_words! {
    /// `flFlags` of MAPILogonEx.
    LogonFlags {
        /// A dialog may be shown: to choose a profile, or to ask for a password.
        MAPI_LOGON_UI as LOGON_UI = 0x1;
        /// A session of its own; a shared one is not joined.
        MAPI_NEW_SESSION as NEW_SESSION = 0x2;
        /// App profiles count (LOGON-081, LOGON-082).
        MAPI_APP_PROFILE as APP_PROFILE = 0x4;
        /// The new session becomes the shared one.
        MAPI_ALLOW_OTHERS as ALLOW_OTHERS = 0x8;
        /// The default profile is not meant when no name is given.
        MAPI_EXPLICIT_PROFILE as EXPLICIT_PROFILE = 0x10;
        /// A session of Extended MAPI.
        MAPI_EXTENDED as EXTENDED = 0x20;
        /// The default profile is meant.
        MAPI_USE_DEFAULT as USE_DEFAULT = 0x40;
        /// Waiting mail is fetched before the call returns.
        MAPI_FORCE_DOWNLOAD as FORCE_DOWNLOAD = 0x1000;
        /// Every message service shows its configuration dialog.
        MAPI_SERVICE_UI_ALWAYS as SERVICE_UI_ALWAYS = 0x2000;
        /// A session without sending and receiving.
        MAPI_NO_MAIL as NO_MAIL = 0x8000;
        /// The caller is a Windows service.
        MAPI_NT_SERVICE as NT_SERVICE = 0x1_0000;
        /// The only dialog is the one for a password.
        MAPI_PASSWORD_UI as PASSWORD_UI = 0x2_0000;
        /// Somebody else's logon is waited for only a short time.
        MAPI_TIMEOUT_SHORT as TIMEOUT_SHORT = 0x10_0000;
        /// A session for work in the background.
        MAPI_BG_SESSION as BG_SESSION = 0x20_0000;
        /// The profile name and the password are UTF-16.
        MAPI_UNICODE as UNICODE = 0x8000_0000;
    }

    /// `ulFlags` of MAPIINIT_0, the argument of MAPIInitialize.
    InitFlags {
        /// Notifications come on a thread of their own.
        MAPI_MULTITHREAD_NOTIFICATIONS as MULTITHREAD_NOTIFICATIONS = 0x1;
        /// COM is initialised by the caller.
        MAPI_NO_COINIT as NO_COINIT = 0x8;
        /// The caller is a Windows service.
        MAPI_NT_SERVICE as NT_SERVICE = 0x1_0000;
    }

    /// `ulFlags` of IMAPISession::Logoff.
    LogoffFlags {
        /// The shared session ends for everybody.
        MAPI_LOGOFF_SHARED as SHARED = 0x1;
        /// A dialog may be shown.
        MAPI_LOGOFF_UI as UI = 0x2;
    }

    /// PR_RESOURCE_FLAGS of a message service.
    ServiceFlags {
        /// It has the default store.
        SERVICE_DEFAULT_STORE as DEFAULT_STORE = 0x1;
        /// At most once in a profile.
        SERVICE_SINGLE_COPY as SINGLE_COPY = 0x2;
        /// Kept back by MAPI; not to be used.
        SERVICE_CREATE_WITH_STORE as CREATE_WITH_STORE = 0x4;
        /// It has the primary identity.
        SERVICE_PRIMARY_IDENTITY as PRIMARY_IDENTITY = 0x8;
        /// It cannot supply an identity.
        SERVICE_NO_PRIMARY_IDENTITY as NO_PRIMARY_IDENTITY = 0x20;
    }

    /// PR_RESOURCE_FLAGS of a service provider.
    ProviderFlags {
        /// Of several instances of a transport, the one whose identity outgoing messages carry.
        STATUS_DEFAULT_OUTBOUND as DEFAULT_OUTBOUND = 0x1;
        /// The default store.
        STATUS_DEFAULT_STORE as DEFAULT_STORE = 0x2;
        /// Supplies the primary identity.
        STATUS_PRIMARY_IDENTITY as PRIMARY_IDENTITY = 0x4;
        /// The store of Simple MAPI.
        STATUS_SIMPLE_STORE as SIMPLE_STORE = 0x8;
        /// A transport that takes what no other wants.
        STATUS_XP_PREFER_LAST as XP_PREFER_LAST = 0x10;
        /// Cannot supply an identity.
        STATUS_NO_PRIMARY_IDENTITY as NO_PRIMARY_IDENTITY = 0x20;
        /// Cannot be the default store.
        STATUS_NO_DEFAULT_STORE as NO_DEFAULT_STORE = 0x40;
        /// Its profile section goes with the session.
        STATUS_TEMP_SECTION as TEMP_SECTION = 0x80;
        /// A transport tightly coupled with a store.
        STATUS_OWN_STORE as OWN_STORE = 0x100;
        /// A hook for messages that come in.
        HOOK_INBOUND = 0x200;
        /// A hook for messages that go out.
        HOOK_OUTBOUND = 0x400;
        /// The store still lacks its tree of standard folders.
        STATUS_NEED_IPM_TREE as NEED_IPM_TREE = 0x800;
        /// The store with the user's own mail.
        STATUS_PRIMARY_STORE as PRIMARY_STORE = 0x1000;
        /// The store next to the primary one.
        STATUS_SECONDARY_STORE as SECONDARY_STORE = 0x2000;
    }

    /// PR_STATUS_CODE of a row of the status table.
    StatusCode {
        /// It works.
        STATUS_AVAILABLE as AVAILABLE = 0x1;
        /// It works with what is on this machine.
        STATUS_OFFLINE as OFFLINE = 0x2;
        /// It does not work.
        STATUS_FAILURE as FAILURE = 0x4;
        /// A transport that can receive.
        STATUS_INBOUND_ENABLED as INBOUND_ENABLED = 0x1_0000;
        /// A transport that is receiving.
        STATUS_INBOUND_ACTIVE as INBOUND_ACTIVE = 0x2_0000;
        /// A transport that is emptying its incoming queue.
        STATUS_INBOUND_FLUSH as INBOUND_FLUSH = 0x4_0000;
        /// A transport that can send.
        STATUS_OUTBOUND_ENABLED as OUTBOUND_ENABLED = 0x10_0000;
        /// A transport that is sending.
        STATUS_OUTBOUND_ACTIVE as OUTBOUND_ACTIVE = 0x20_0000;
        /// A transport that is emptying its outgoing queue.
        STATUS_OUTBOUND_FLUSH as OUTBOUND_FLUSH = 0x40_0000;
        /// A transport that is connected to a remote system.
        STATUS_REMOTE_ACCESS as REMOTE_ACCESS = 0x80_0000;
    }

    /// PR_RESOURCE_METHODS: which methods of IMAPIStatus an object has.
    StatusMethods {
        /// ValidateState.
        STATUS_VALIDATE_STATE as VALIDATE_STATE = 0x1;
        /// SettingsDialog.
        STATUS_SETTINGS_DIALOG as SETTINGS_DIALOG = 0x2;
        /// ChangePassword.
        STATUS_CHANGE_PASSWORD as CHANGE_PASSWORD = 0x4;
        /// FlushQueues.
        STATUS_FLUSH_QUEUES as FLUSH_QUEUES = 0x8;
    }

    /// Kinds of notifications, as Advise takes them.
    NotifyEvents {
        /// Something cannot be mended.
        fnevCriticalError as CRITICAL_ERROR = 0x1;
        /// A message came in.
        fnevNewMail as NEW_MAIL = 0x2;
        /// There is a new object.
        fnevObjectCreated as OBJECT_CREATED = 0x4;
        /// An object is gone.
        fnevObjectDeleted as OBJECT_DELETED = 0x8;
        /// An object was changed.
        fnevObjectModified as OBJECT_MODIFIED = 0x10;
        /// An object went elsewhere.
        fnevObjectMoved as OBJECT_MOVED = 0x20;
        /// An object was copied.
        fnevObjectCopied as OBJECT_COPIED = 0x40;
        /// A search has come to its end.
        fnevSearchComplete as SEARCH_COMPLETE = 0x80;
        /// A table was changed.
        fnevTableModified as TABLE_MODIFIED = 0x100;
        /// A status object was changed.
        fnevStatusObjectModified as STATUS_OBJECT_MODIFIED = 0x200;
        /// Kept for MAPI itself.
        fnevReservedForMapi as RESERVED_FOR_MAPI = 0x4000_0000;
        /// Whatever a provider defines.
        fnevExtended as EXTENDED = 0x8000_0000;
    }

    /// Flags of methods that open an object: OpenEntry, OpenProperty, OpenProfileSection.
    OpenFlags {
        /// For reading and writing.
        MAPI_MODIFY as MODIFY = 0x1;
        /// Made if it does not exist; OpenProperty.
        MAPI_CREATE as CREATE = 0x2;
        /// A failure may be told by a later call.
        MAPI_DEFERRED_ERRORS as DEFERRED_ERRORS = 0x8;
        /// With as much access as the caller may have.
        MAPI_BEST_ACCESS as BEST_ACCESS = 0x10;
        /// From the server, not from a copy on this machine.
        MAPI_NO_CACHE as NO_CACHE = 0x200;
        /// A protected profile section too.
        MAPI_FORCE_ACCESS as FORCE_ACCESS = 0x8_0000;
        /// Strings are UTF-16.
        MAPI_UNICODE as UNICODE = 0x8000_0000;
    }

    /// `ulFlags` of IMAPISession::OpenMsgStore.
    StoreFlags {
        /// No dialog may be shown.
        MDB_NO_DIALOG as NO_DIALOG = 0x1;
        /// For reading and writing.
        MDB_WRITE as WRITE = 0x4;
        /// A failure may be told by a later call.
        MAPI_DEFERRED_ERRORS as DEFERRED_ERRORS = 0x8;
        /// With as much access as the caller may have.
        MAPI_BEST_ACCESS as BEST_ACCESS = 0x10;
        /// Not entered in the message store table for good.
        MDB_TEMPORARY as TEMPORARY = 0x20;
        /// Not for sending and receiving; the spooler does not hear of it.
        MDB_NO_MAIL as NO_MAIL = 0x80;
        /// At the server, not in a copy on this machine.
        MDB_ONLINE as ONLINE = 0x100;
        /// Strings are UTF-16.
        MAPI_UNICODE as UNICODE = 0x8000_0000;
    }

    /// Flags of methods that give a table.
    TableFlags {
        /// A failure may be told by a later call.
        MAPI_DEFERRED_ERRORS as DEFERRED_ERRORS = 0x8;
        /// Strings are UTF-16.
        MAPI_UNICODE as UNICODE = 0x8000_0000;
    }

    /// abFlags\[0\] of an entry identifier; a permanent one has none of them (EID-005).
    EntryIdFlags {
        /// Other users cannot use it (EID-011).
        MAPI_NOTRESERVED as NOTRESERVED = 0x8;
        /// Not to be kept for another day.
        MAPI_NOW as NOW = 0x10;
        /// For this session alone.
        MAPI_THISSESSION as THISSESSION = 0x20;
        /// Not of a recipient.
        MAPI_NOTRECIP as NOTRECIP = 0x40;
        /// Short-term.
        MAPI_SHORTTERM as SHORTTERM = 0x80;
    }

    /// `ulFlags` of IMAPIProp::SaveChanges.
    SaveFlags {
        /// The object stays open for reading.
        KEEP_OPEN_READONLY as READONLY = 0x1;
        /// The object stays open for reading and writing.
        KEEP_OPEN_READWRITE as READWRITE = 0x2;
        /// What others saved meanwhile is overwritten.
        FORCE_SAVE = 0x4;
        /// A failure may be told by a later call.
        MAPI_DEFERRED_ERRORS as DEFERRED_ERRORS = 0x8;
        /// The junk filter looks at the message.
        SPAMFILTER_ONSAVE = 0x80;
        /// Incoming processing runs for the message.
        ITEMPROC_FORCE = 0x800;
        /// A transport that is not Exchange's saves.
        NON_EMS_XP_SAVE = 0x1000;
    }

    /// `ulFlags` of IMAPIProp::CopyTo and CopyProps.
    CopyFlags {
        /// What was copied goes from the source.
        MAPI_MOVE as MOVE = 0x1;
        /// What the destination has stays as it is.
        MAPI_NOREPLACE as NOREPLACE = 0x2;
        /// The provider may leave the copying to MAPI; only MAPI itself sets it (PROP-163).
        MAPI_DECLINE_OK as DECLINE_OK = 0x4;
        /// Progress may be shown.
        MAPI_DIALOG as DIALOG = 0x8;
    }

    /// `ulFlags` of IMAPIProp::GetNamesFromIDs.
    NameFlags {
        /// Names that are strings are left out.
        MAPI_NO_STRINGS as NO_STRINGS = 0x1;
        /// Names that are numbers are left out.
        MAPI_NO_IDS as NO_IDS = 0x2;
    }

    /// Flags of methods whose only flag is the width of strings: GetLastError, AdminServices, RenameProfile and others.
    WidthFlags {
        /// Strings are UTF-16.
        MAPI_UNICODE as UNICODE = 0x8000_0000;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mask_of_logon_flags_is_all_fifteen() {
        assert_eq!(LogonFlags::known_mask(), 0x8033_B07F);
        assert_eq!(LogonFlags::names().count(), 15);
    }

    #[test]
    fn words_read_as_their_names_and_keep_the_rest() {
        let word = LogonFlags::EXTENDED | LogonFlags::NEW_SESSION | LogonFlags::new(0x80);
        assert_eq!(word.to_string(), "MAPI_NEW_SESSION|MAPI_EXTENDED|0x80");
        assert_eq!(word.unknown_bits(), 0x80);
        assert_eq!(format!("{:?}", LogonFlags::default()), "0");
        assert_eq!(LogonFlags::new(0x480).to_string(), "0x480");
        assert_eq!(LogonFlags::from_name("MAPI_NO_MAIL"), Some(LogonFlags::NO_MAIL));
        assert_eq!(LogonFlags::from_name("NO_MAIL"), None);
        assert!(!(!LogonFlags::EXTENDED).contains(LogonFlags::EXTENDED));
    }

    /// Every name gives back its bit, names stand in ascending order, and no bit has two.
    #[test]
    fn tables_are_in_order() {
        macro_rules! check {
            ($($type:ident)*) => {$(
                let bits: Vec<u32> = $type::names().map(|(_, flag)| flag.bits()).collect();
                assert!(bits.windows(2).all(|w| w[0] < w[1]), stringify!($type));
                assert!(bits.iter().all(|b| b.is_power_of_two()), stringify!($type));
                for (name, flag) in $type::names() {
                    assert_eq!($type::from_name(name), Some(flag));
                    assert_eq!(flag.to_string(), name);
                }
            )*};
        }
        check!(LogonFlags InitFlags LogoffFlags ServiceFlags ProviderFlags StatusCode StatusMethods NotifyEvents OpenFlags StoreFlags TableFlags EntryIdFlags SaveFlags CopyFlags NameFlags WidthFlags);
    }
}
