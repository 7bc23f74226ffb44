//! The table of all readings.

use super::ReadingValue::{self, Bool, Number, Word};
use super::{ClauseId, Prefix};

/// Declares the readings once: by area, each with its name, its values (the default first), the clauses it decides, and what changes.
macro_rules! readings {
    ($($area:literal { $($variant:ident $name:ident = [$($value:expr),*], [$($prefix:ident $number:literal),*], $says:literal;)* })*) => {
        /// A point that the documentation leaves open, or contradicts itself on, and where a client can see the difference.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Reading {
            $($(#[doc = concat!("`", stringify!($name), "`: ", $says, ".")] $variant,)*)*
        }

        impl Reading {
            /// All readings, area by area, in the order of their names there.
            pub const ALL: &[Reading] = &[$($(Reading::$variant,)*)*];

            /// How many readings there are.
            pub const COUNT: usize = Reading::ALL.len();

            /// Its name in the `[readings]` table of a fixture.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $($(Reading::$variant => stringify!($name),)*)*
                }
            }

            /// The part of MAPI it belongs to.
            #[must_use]
            pub const fn area(self) -> &'static str {
                match self {
                    $($(Reading::$variant => $area,)*)*
                }
            }

            /// The ways to take it, the default first.
            #[must_use]
            pub const fn values(self) -> &'static [ReadingValue] {
                match self {
                    $($(Reading::$variant => &[$($value),*],)*)*
                }
            }

            /// What changes from one value to the next, in one line.
            #[must_use]
            pub const fn says(self) -> &'static str {
                match self {
                    $($(Reading::$variant => $says,)*)*
                }
            }

            /// The open clauses that it decides.
            #[must_use]
            pub const fn clauses(self) -> &'static [ClauseId] {
                match self {
                    $($(Reading::$variant => const { &[$(ClauseId::new(Prefix::$prefix, $number)),*] },)*)*
                }
            }
        }
    };
}

readings! {
    "Address book and identity" {
        AbAdviseNull ab_advise_null = [Word("all"), Word("critical_only")], [Notify 25],
            "IAddrBook::Advise with a NULL identifier reports the whole address book, or critical errors alone";
        AbUnconfiguredDisablesService ab_unconfigured_disables_service = [Bool(false), Bool(true)], [Session 86, Service 189],
            "a second MAPI_E_UNCONFIGURED of an address book provider in OpenAddressBook leaves out that provider, or its whole service";
        PrimaryIdentityFlags primary_identity_flags = [Word("service"), Word("one_provider")], [Service 148],
            "SetPrimaryIdentity puts STATUS_PRIMARY_IDENTITY on all providers of the service, or on the first that can supply it";
        QueryIdentityOpensAb query_identity_opens_ab = [Bool(true), Bool(false)], [Status 222],
            "QueryIdentity before OpenAddressBook logs the address book providers on, or sees only the rows that exist (then often \
             MAPI_W_NO_SERVICE)";
    }
    "Character width and flags, everywhere" {
        ArgumentChecks argument_checks = [Word("strict"), Word("lenient")], [Table 167, Table 287, Prop 120, Prop 148, Prop 158, Notify 15],
            "NULL sort order, PT_STRING8 against PT_UNICODE in a restriction, MAPI_CREATE without MAPI_MODIFY, two KEEP_OPEN flags, CopyTo \
             without interface, event mask 0: an error code, or the tolerant outcome each clause names";
        LastError last_error = [Word("kept"), Word("cleared"), Word("none")], [Session 21, Session 22, Profile 15, Error 43],
            "GetLastError after a later success still has the text, has lost it, or never has one (as Kopano)";
        Unicode unicode = [Word("full"), Word("classic")], [Logon 80, Session 17, Session 123, Session 191, Profile 22, Status 29, Prop 44, Prop 218],
            "MAPI_UNICODE works wherever a page lists it, or objects of MAPI (session, admin objects, their tables; not MAPILogonEx, not \
             IAddrBook) answer MAPI_E_BAD_CHARWIDTH";
        UnknownFlags unknown_flags = [Word("reject"), Word("ignore")], [Error 18, Profile 62, Status 30, Status 147, Session 46, Submit 6, Table 63, Table 70, Table 248, Prop 77, Notify 69],
            "an undocumented flag bit gives MAPI_E_UNKNOWN_FLAGS, or passes with a lint; MAPILogonEx has invalid_parameters instead";
    }
    "Logoff and session" {
        CriticalErrorOnLogoff critical_error_on_logoff = [Word("shared"), Word("any")], [Session 176, Session 177, Notify 95],
            "fnevCriticalError reaches the other members only for MAPI_LOGOFF_SHARED, or whenever a member logs off";
        DeadQueryInterface dead_query_interface = [Word("works"), Word("invalid_object")], [Shutdown 4],
            "QueryInterface on an object whose session has ended still answers, or gives MAPI_E_INVALID_OBJECT";
        LogoffSharedBy logoff_shared_by = [Word("any"), Word("owner")], [Shutdown 21],
            "MAPI_LOGOFF_SHARED from any member counts, or only from the creator of the shared session";
        LogoffSharedScope logoff_shared_scope = [Word("session"), Word("machine")], [Shutdown 23],
            "MAPI_LOGOFF_SHARED tells the members of that session, or every MAPI client of the machine";
        OpenEntryAutoLogon open_entry_auto_logon = [Bool(false), Bool(true)], [Session 145],
            "session OpenEntry for an object of a closed store: MAPI_E_UNKNOWN_ENTRYID, or the store is opened for it";
    }
    "Logon" {
        AppProfiles app_profiles = [Bool(true), Bool(false)], [Profile 36, Logon 82],
            "MAPI_APP_PROFILE has its effect, or this MAPI does not know app profiles and ignores the bit";
        EagerProviders eager_providers = [Bool(false), Bool(true)], [Logon 236, Status 85],
            "address book and store providers log on (and get status rows) in OpenAddressBook and OpenMsgStore, or inside MAPILogonEx";
        ExplicitProfileBlocksDefault explicit_profile_blocks_default = [Bool(false), Bool(true)], [Logon 103],
            "no name, MAPI_EXPLICIT_PROFILE and MAPI_USE_DEFAULT: the default profile (the remark), or as if MAPI_USE_DEFAULT were unset \
             (the flag text)";
        ImplicitDefault implicit_default = [Bool(false), Bool(true)], [Logon 107, Profile 116],
            "no name and no MAPI_USE_DEFAULT: MAPI_E_LOGON_FAILED, or the default profile";
        InvalidParameters invalid_parameters = [Word("logon_failed"), Word("specific"), Word("ignore_flags")], [Logon 69, Logon 89, Logon 164],
            "a NULL lppSession or an unknown bit gives MAPI_E_LOGON_FAILED; or MAPI_E_INVALID_PARAMETER and MAPI_E_UNKNOWN_FLAGS; or bits \
             outside the mask are accepted with a diagnostic";
        PasswordPolicy password_policy = [Word("fail"), Word("ignore")], [Logon 68, Profile 26],
            "a non-empty profile password fails (MAPI_E_LOGON_FAILED; CreateProfile MAPI_E_INVALID_PARAMETER), or has no effect";
        ProfileNameCase profile_name_case = [Word("insensitive"), Word("sensitive")], [Logon 64, Profile 21],
            "profile names match without or with regard to case";
        PromptOnUnknownProfile prompt_on_unknown_profile = [Bool(false), Bool(true)], [Logon 111],
            "unknown name with MAPI_LOGON_UI: failure without dialog, or the logon dialog";
        ShortTimeoutMs short_timeout_ms = [Number(5000), Number(0)], [Logon 158],
            "MAPI_TIMEOUT_SHORT waits that long in virtual time; 0 fails as soon as another thread holds the mutex";
        StrictService strict_service = [Bool(false), Bool(true)], [Logon 214],
            "a service without MAPI_NT_SERVICE logs on with a diagnostic, or gets MAPI_E_LOGON_FAILED";
        StrictThreads strict_threads = [Bool(false), Bool(true)], [Logon 19],
            "a thread that never called MAPIInitialize works if its process did, or gets MAPI_E_NOT_INITIALIZED";
        UnknownProfileResult unknown_profile_result = [Word("logon_failed"), Word("not_found")], [Logon 110],
            "MAPILogonEx with an unknown name: MAPI_E_LOGON_FAILED, or MAPI_E_NOT_FOUND as Kopano";
        UseDefaultOverridesName use_default_overrides_name = [Bool(true), Bool(false)], [Logon 99],
            "MAPI_USE_DEFAULT replaces any given name (mapilogonex), or counts only when no name was given (the flowchart)";
    }
    "Mail: no-mail sessions, spooler, options" {
        AddressTypeCase address_type_case = [Word("insensitive"), Word("sensitive")], [Spooler 47],
            "smtp and SMTP match the same transport, or only the exact spelling does";
        AllowClientSpoolerCalls allow_client_spooler_calls = [Bool(false), Bool(true)], [Spooler 200],
            "GetOutgoingQueue, SetLockState, FinishedMsg, NotifyNewMail from a client: MAPI_E_NO_SUPPORT, or they work";
        AsyncFlushBusy async_flush_busy = [Bool(false), Bool(true)], [Status 182],
            "FLUSH_ASYNC_OK returns S_OK when the flush was started, or MAPI_E_BUSY always";
        EagerTransports eager_transports = [Bool(false), Bool(true)], [Spooler 37],
            "transports start at the first need after the logon, or before MAPILogonEx returns";
        NoMailFlush no_mail_flush = [Word("no_support"), Word("ok")], [Logon 204, Status 228, Status 229],
            "FlushQueues on the spooler object of a no-mail session: MAPI_E_NO_SUPPORT and methods 0x1, or S_OK without effect and methods \
             0x9";
        NoMailSubmit no_mail_submit = [Word("queue"), Word("no_support")], [Logon 202, Submit 164],
            "SubmitMessage on a loosely coupled store of a no-mail session: queued with S_OK, or MAPI_E_NO_SUPPORT";
        Options options = [Word("2013"), Word("classic")], [Logon 185, Session 190, Submit 159, Submit 163],
            "message and recipient options are gone everywhere, or messaging sessions see what transports register";
        OutlookProtocolManager outlook_protocol_manager = [Bool(false), Bool(true)], [Spooler 9, Status 234],
            "the documented spooler, or that of Outlook 2002 and later: EnumAdrTypes gives nothing, SpoolerNotify, flush bits and \
             END_DONT_RESEND lose effect";
        ServerSendsUnderNoMail server_sends_under_no_mail = [Bool(true), Bool(false)], [Logon 180],
            "server-based stores send in no-mail sessions, or hold the message in the Outbox";
        SharedNoMailQueue shared_no_mail_queue = [Word("held"), Word("sent")], [Submit 169],
            "mail that a no-mail member queued in a shared session waits, or goes out through a mail member's spooler";
    }
    "Messages and stores" {
        IpcReportFolder ipc_report_folder = [Word("inbox"), Word("root")], [Submit 120],
            "reports about IPC messages go to the Inbox, or to the root folder";
        MessageClassCase message_class_case = [Word("insensitive"), Word("sensitive")], [Submit 143],
            "message classes compare without or with regard to case";
        NewMailEvents new_mail_events = [Number(1), Number(2)], [Spooler 151],
            "fnevNewMail events of one delivered message: from NotifyNewMail alone, or from the store as well";
        ReceiveFolderNull receive_folder_null = [Word("delete"), Word("reset")], [Submit 134],
            "SetReceiveFolder with a NULL folder deletes the association, or sets the default folder";
        RecipientMismatch recipient_mismatch = [Word("address"), Word("entry_id"), Word("ndr")], [Submit 96],
            "recipient whose address contradicts its entry identifier: delivered to the address, to the identifier, or reported \
             undeliverable";
        ReportClassPrefix report_class_prefix = [Word("REPORT"), Word("Report")], [Submit 106],
            "spelling at the start of the class of generated reports";
        ResubmitResult resubmit_result = [Word("submitted"), Word("no_access"), Word("ok")], [Submit 19],
            "SubmitMessage on a queued message: MAPI_E_SUBMITTED, MAPI_E_NO_ACCESS, or accepted";
        SentMail sent_mail = [Word("move"), Word("copy")], [Submit 81],
            "a sent message is moved to PR_SENTMAIL_ENTRYID, or copied there and kept";
    }
    "Notifications" {
        Delivery delivery = [Word("queued"), Word("inline"), Word("thread")], [Notify 43, Shutdown 27],
            "OnNotify comes at the next dispatch or MAPI call, inside the causing call, or on a thread of its own";
        DoneEventsSync done_events_sync = [Bool(false), Bool(true)], [Notify 118],
            "synchronous SetColumns, Restrict, SortTable send no DONE event, or one each";
        LateDelivery late_delivery = [Bool(false), Bool(true)], [Notify 39, Shutdown 13],
            "what is queued at Unadvise or Logoff is dropped, or still delivered";
        SessionAdviseNull session_advise_null = [Word("critical_and_extended"), Word("critical_only")], [Notify 8],
            "session Advise with a NULL identifier brings critical errors and extended events, or critical errors alone";
        UnadviseUnknown unadvise_unknown = [Word("not_found"), Word("invalid_parameter"), Word("ok")], [Session 183, Table 37, Notify 35],
            "Unadvise with an unknown number: MAPI_E_NOT_FOUND, MAPI_E_INVALID_PARAMETER, or S_OK as Kopano";
        WrappedSinkThread wrapped_sink_thread = [Word("wrapper"), Word("advise")], [Notify 59],
            "a sink of HrThisThreadAdviseSink runs on the thread that wrapped it, or on the one that called Advise";
    }
    "Profiles, services, providers" {
        ProfileNameCheck profile_name_check = [Word("documented"), Word("lenient")], [Profile 20],
            "CreateProfile accepts the documented characters only, or every printable one but the backslash";
        SectionLocking section_locking = [Word("documented"), Word("other_client"), Word("off")], [Profile 171, Session 96],
            "every open IProfSect counts for the one-writer rule, only those of other clients, or none";
        SecureRange secure_range = [Word("narrow"), Word("wide")], [Profile 148],
            "GetProps(NULL) and GetPropList hide 0x67F0 to 0x67FF, or 0x6600 to 0x67FF";
        ServiceTableAdvise service_table_advise = [Bool(true), Bool(false)], [Service 34],
            "Advise on the message service table works, or gives MAPI_E_NO_SUPPORT";
        ServiceTableOrder service_table_order = [Word("created"), Word("display_name")], [Service 31],
            "rows of the message service table stand in order of creation, or sorted by PR_DISPLAY_NAME";
        StoreTableFollowsProfile store_table_follows_profile = [Bool(true), Bool(false)], [Session 234, Service 9],
            "a running session's message store table follows profile edits at once, or only the next session's does";
        StoreTableRows store_table_rows = [Word("profile"), Word("open")], [Session 32, Provider 121],
            "the message store table lists every store of the profile, or the open ones";
        UidKind uid_kind = [Word("method_page"), Word("either")], [Service 130, Service 146, Provider 15, Spooler 62],
            "MsgServiceTransportOrder, SetPrimaryIdentity, DeleteProvider take the kind of UID their page names, or the other kind too, as \
             other pages say";
        UnknownProvider unknown_provider = [Word("succeed"), Word("error")], [Provider 13],
            "CreateProvider with an unknown name: S_OK and an empty provider, or MAPI_E_NO_ACCESS as Kopano";
    }
    "Properties" {
        CopyMissingProperty copy_missing_property = [Word("skip"), Word("problem")], [Prop 172],
            "CopyProps of an absent property: nothing, or a problem MAPI_E_NOT_FOUND";
        CopyPropsSubobjects copy_props_subobjects = [Word("listed"), Word("always")], [Prop 170],
            "CopyProps copies recipients and attachments only when listed, or always";
        DeleteMissingProperty delete_missing_property = [Word("ok"), Word("problem")], [Prop 113],
            "DeleteProps of an absent property: nothing, or a problem MAPI_E_NOT_FOUND as Kopano";
        FailedTagId failed_tag_id = [Word("kept"), Word("zero")], [Prop 60, Table 241],
            "the tag of a property or column that failed keeps its identifier, or has identifier zero";
        NamedPropertyCase named_property_case = [Word("sensitive"), Word("insensitive")], [Prop 192],
            "string names of properties compare with or without regard to case";
        NamesOfSet names_of_set = [Word("set"), Word("all"), Word("invalid")], [Prop 209],
            "GetNamesFromIDs with a set and no tags: names of the set, all names, or MAPI_E_INVALID_PARAMETER";
        PropListOrder prop_list_order = [Word("by_id"), Word("shuffled")], [Prop 87],
            "GetPropList in order of identifiers, or in an order drawn from the seed";
        SignatureChanges signature_changes = [Bool(false), Bool(true)], [Prop 199],
            "PR_MAPPING_SIGNATURE is constant per store, or changes with each new name";
        TypeMismatch type_mismatch = [Word("not_found"), Word("unexpected_type")], [Prop 49],
            "GetProps with another non-string type: MAPI_E_NOT_FOUND, or MAPI_E_UNEXPECTED_TYPE";
    }
    "Status table" {
        RemoteIdleProgress remote_idle_progress = [Number(1), Number(-1)], [Status 20],
            "PR_REMOTE_PROGRESS of an idle remote transport";
        StatusRows status_rows = [Word("active"), Word("profile")], [Status 90, Session 109],
            "the status table has rows of providers that are logged on, or of every provider of the profile";
    }
    "Tables" {
        AbortWhenIdle abort_when_idle = [Word("ok"), Word("unable_to_abort")], [Table 257],
            "Abort with nothing running: S_OK, or MAPI_E_UNABLE_TO_ABORT";
        Collation collation = [Word("case_insensitive"), Word("ordinal")], [Table 183],
            "order of string sort keys";
        InstanceKeyLen instance_key_len = [Number(16), Number(8)], [Table 399],
            "length of PR_INSTANCE_KEY in bytes";
        LeafOmitsKeys leaf_omits_keys = [Bool(false), Bool(true)], [Table 190],
            "leaf rows of a categorized view have their key columns, or PT_ERROR there";
        MissingColumn missing_column = [Word("pt_error"), Word("pr_null")], [Table 240],
            "a column without value is PT_ERROR with MAPI_E_NOT_FOUND, or PR_NULL";
        MissingCompare missing_compare = [Word("no_match"), Word("less")], [Table 305],
            "a property restriction on an absent property fails, or treats it as less than every value (Exchange 2019)";
        MvTuple mv_tuple = [Bool(true), Bool(false)], [Table 299],
            "a multivalued constant is compared as a tuple, or gives MAPI_E_TOO_COMPLEX";
        NegativeReadCursor negative_read_cursor = [Word("after_last"), Word("first_row")], [Table 229],
            "cursor after QueryRows with a negative count and no TBL_NOADVANCE";
        QueryAllRowsNull query_all_rows_null = [Word("keep"), Word("clear")], [Table 343],
            "HrQueryAllRows with a NULL restriction keeps the one in force, or removes it";
        RestrictColumnsOnly restrict_columns_only = [Bool(false), Bool(true)], [Table 137],
            "restrictions see the whole object, or columns of the view only (MAPI_E_TOO_COMPLEX, FindRow MAPI_E_NOT_FOUND)";
        TableDataInsert table_data_insert = [Word("before"), Word("after")], [Table 366],
            "HrInsertRow puts the row before, or after, row uliRow";
        TableDataNotify table_data_notify = [Word("rows"), Word("single")], [Table 361],
            "HrModifyRows sends one event a row up to eight, or one event always";
        UnspecifiedColumn unspecified_column = [Word("resolve"), Word("pt_error")], [Table 64],
            "a PT_UNSPECIFIED column takes the stored type, or is PT_ERROR as in Kopano";
    }
    "Utility functions and memory" {
        AllocMoreNull alloc_more_null = [Word("allocate"), Word("invalid_parameter")], [Memory 29],
            "MAPIAllocateMore without root acts as MAPIAllocateBuffer, or fails as in Wine";
        AllocNeedsInit alloc_needs_init = [Bool(false), Bool(true)], [Memory 11],
            "MAPIAllocateBuffer works before MAPIInitialize, or gives MAPI_E_NOT_INITIALIZED";
        FindPropMatch find_prop_match = [Word("id"), Word("tag")], [Memory 65],
            "LpValFindProp matches by identifier, or by the whole tag as PpropFindProp";
        GetOnePropError get_one_prop_error = [Word("scode"), Word("not_found")], [Memory 68],
            "HrGetOneProp passes the property's own error on, or always says MAPI_E_NOT_FOUND";
        SetOnePropProblem set_one_prop_problem = [Word("fail"), Word("ignore")], [Memory 71],
            "HrSetOneProp returns the problem of the property, or S_OK";
    }
}
