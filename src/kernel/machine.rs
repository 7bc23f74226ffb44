//! The machine: what is installed on it and how it is set up. Nothing here changes while a world runs.

use std::collections::BTreeMap;

use super::profile::{ProfileProvider, ProfileService, Provider, Service};
use super::table::TableSettings;
use crate::clause::Readings;
use crate::mapi::{CodePage, Hresult};
use crate::time::SimTime;

/// Settings of the simulated machine, and the message services installed on it (`mapisvc.inf`).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Machine {
    /// Source of every generated identifier.
    pub seed: u64,
    /// Code page of ANSI strings (LOGON-076).
    pub code_page: CodePage,
    /// How many sessions may be open at once; `None` is no limit (LOGON-163, LOGON-165). Members of a shared session count once.
    pub max_sessions: Option<u32>,
    /// Steps of MAPIInitialize that fail (LOGON-008, LOGON-020 to LOGON-028).
    pub init_failure: Vec<InitStep>,
    /// Whether processes may leave fast: 0 unless a provider refuses, 1 if all agree, 2 never (SHUTDOWN-064).
    pub fast_shutdown: u8,
    /// Where the default mail client's own MAPI library lies, as FGetComponentPath tells; `None` is nowhere (MEMORY-171).
    pub component_path: Option<String>,
    /// Outlook version: 2010, 2013 or 2016.
    pub outlook_version: u16,
    /// Whether diagnostics count as failures of the test. Changes no answer.
    pub strict: bool,
    /// The answer taken for each open point of the documentation.
    pub readings: Readings,
    /// What kind of program each known process is; others are interactive.
    pub processes: BTreeMap<String, ProcessKind>,
    /// Installed message services by name (as written; unique without regard to case).
    pub services: BTreeMap<String, Service>,
    /// Installed providers by section name.
    pub providers: BTreeMap<String, Provider>,
    /// Services that CreateProfile adds with MAPI_DEFAULT_SERVICES.
    pub default_services: Vec<String>,
    /// What its tables can do.
    pub tables: TableSettings,
    /// Who holds the logon mutex from outside, and when.
    pub mutex_holders: Vec<MutexHolder>,
    /// What objects with properties can do.
    pub properties: PropertySettings,
}

/// What objects with properties can do: freedoms that the documentation leaves to providers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PropertySettings {
    /// GetProps refuses values of this many bytes and more; 0 is no limit (PROP-063, PROP-064).
    pub large_limit: u32,
    /// SetProps refuses values of more bytes; 0 is no limit (PROP-102).
    pub set_limit: u32,
    /// The most names of properties that an object maps (PROP-182).
    pub name_limit: u32,
    /// The most names or identifiers in one call; 0 is no limit (PROP-213).
    pub request_limit: u32,
    /// SetProps does not change the type of a property (PROP-090).
    pub fixed_types: bool,
    /// Writing a read-only property succeeds without effect, instead of a problem MAPI_E_NO_ACCESS (PROP-100).
    pub ignore_read_only: bool,
    /// Multivalued properties can be set (PROP-036).
    pub mv: bool,
    /// Stores and objects of CreateIProp have named properties (PROP-193, PROP-197).
    pub named: bool,
    /// There are UTF-16 strings (PROP-041).
    pub unicode: bool,
    /// There are 8-bit strings (PROP-042).
    pub ansi: bool,
    /// Strings come in another width than the stored one too (PROP-048).
    pub convert: bool,
    /// A property is open by one stream at a time (PROP-129).
    pub exclusive_open: bool,
}

impl Default for PropertySettings {
    fn default() -> Self {
        PropertySettings {
            large_limit: 0,
            set_limit: 0,
            name_limit: PropertySettings::MOST_NAMES,
            request_limit: 0,
            fixed_types: false,
            ignore_read_only: false,
            mv: true,
            named: true,
            unicode: true,
            ansi: true,
            convert: true,
            exclusive_open: false,
        }
    }
}

impl PropertySettings {
    /// As many names as there are identifiers from 0x8000 to 0xFFFE.
    pub const MOST_NAMES: u32 = 0x7FFF;
}

/// What kind of program a process is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProcessKind {
    /// A program with a user in front of it.
    #[default]
    Interactive,
    /// A Windows service.
    Service,
    /// A program that runs by itself, without a user (LOGON-198).
    Unattended,
}

/// A step of MAPIInitialize that a fixture can make fail, in the order in which the steps run (LOGON-008).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum InitStep {
    /// Registry keys of a Windows service: MAPI_E_TOO_COMPLEX, only with MAPI_NT_SERVICE.
    Registry,
    /// The version of OLE: MAPI_E_VERSION.
    OleVersion,
    /// CoInitialize: whatever it returns; skipped with MAPI_NO_COINIT.
    Coinit(Hresult),
    /// Per-process context: MAPI_E_SESSION_LIMIT.
    ProcessContext,
    /// Data shared by all processes: MAPI_E_NOT_ENOUGH_RESOURCES.
    SharedGlobals,
    /// The notification engine: MAPI_E_INVALID_OBJECT.
    NotificationEngine,
    /// The profile provider: MAPI_E_NOT_INITIALIZED.
    ProfileProvider,
}

/// Somebody outside the test who holds the logon mutex for a while (LOGON-156).
#[derive(Clone, Debug, PartialEq)]
pub struct MutexHolder {
    /// Name of the holding process.
    pub process: String,
    /// Name of the holding thread.
    pub thread: String,
    /// When it takes the mutex; if somebody else holds it then, it waits its turn.
    pub from: SimTime,
    /// When it gives the mutex back; `None` is never.
    pub until: Option<SimTime>,
}

impl Machine {
    /// An instance of an installed service for a profile, configured, with an instance of each of its providers; `None` if no service has that name.
    pub fn new_service(&self, profile: &str, service: &str, id: &str) -> Option<ProfileService> {
        let installed = self.services.get(service)?;
        let providers = installed.providers.iter().filter_map(|section| {
            let provider = self.providers.get(section)?;
            Some(ProfileProvider {
                provider: section.clone(),
                id: section.clone(),
                display_name: provider.display_name.clone(),
                flags: provider.flags,
                uid: self.new_uid(&["provider", profile, id, section]),
            })
        });
        Some(ProfileService {
            service: service.to_owned(),
            id: id.to_owned(),
            display_name: installed.display_name.clone().unwrap_or_else(|| installed.title.clone()),
            configured: true,
            required: installed.required,
            has_entry: installed.entry.is_some(),
            disabled: false,
            uid: self.new_uid(&["service", profile, id]),
            providers: providers.collect(),
        })
    }

    /// A generated identifier: the same for the same seed and words. FNV-1a (64 bits) over the words, each ended by a zero byte, mixed with the seed
    /// and stretched to two halves by the finisher of SplitMix64.
    pub fn new_uid(&self, words: &[&str]) -> [u8; 16] {
        let bytes = words.iter().flat_map(|word| word.bytes().chain([0]));
        let hash = bytes.fold(0xCBF2_9CE4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3));
        let mut state = hash ^ self.seed;
        let mut uid = [0; 16];
        for half in uid.chunks_mut(8) {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            half.copy_from_slice(&mix(state).to_le_bytes());
        }
        uid
    }
}

/// The finisher of SplitMix64: every bit of the input changes half of the output.
const fn mix(state: u64) -> u64 {
    let state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    state ^ (state >> 31)
}
