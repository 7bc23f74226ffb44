//! Functions that are exported and not built: each gives its documented failure or the neutral value, and is told by the verdict.
//!
//! Their arguments are not looked at. On x86-64 the caller cleans up, so that no function needs to know how many there are.

use mapi_sim::Hresult;

use crate::boundary::guard;
use crate::world;

/// MAPI_E_NO_SUPPORT.
const NO_SUPPORT: u32 = Hresult::MAPI_E_NO_SUPPORT.code();
/// MAPI_E_NOT_SUPPORTED of Simple MAPI.
const SIMPLE_NOT_SUPPORTED: u32 = 26;
/// CMC_E_NOT_SUPPORTED.
const CMC_NOT_SUPPORTED: u32 = 24;
/// CLASS_E_CLASSNOTAVAILABLE.
const NO_CLASS: u32 = 0x8004_0111;

/// Tells the world that a function was called which is not built.
fn told(name: &'static str, answer: u32) -> usize {
    guard(name, (), || {
        if let Some(face) = world::current() {
            let _ = face.unsupported(name, None);
        }
    });
    answer as usize
}

/// One exported function a row; it answers with the value after `=>`.
macro_rules! stubs {
    ($answer:expr => $($name:ident)*) => {$(
        #[doc = concat!("`", stringify!($name), "`: not built.")]
        #[unsafe(no_mangle)]
        #[allow(non_snake_case, reason = "the name of the export")]
        pub extern "system" fn $name() -> usize {
            told(stringify!($name), $answer)
        }
    )*};
}

// Functions that give an HRESULT or SCODE: MAPI_E_NO_SUPPORT.
stubs! { NO_SUPPORT =>
    GetAttribIMsgOnIStg
    GetTnefStreamCodepage
    HrCompareABEntryIDsWithExchangeContext
    HrCreateNewWrappedObject
    HrCreateOfflineObj
    HrDoABDetailsWithExchangeContext
    HrDoABDetailsWithProviderUID
    HrGetAutoDiscoverXML
    HrGetGALFromEmsmdbUID
    HrGetOmiProvidersFlags
    HrGetOnePropEx
    HrGetOnePropW
    HrIStorageFromStream
    HrOpenABEntryUsingDefaultContext
    HrOpenABEntryWithExchangeContext
    HrOpenABEntryWithProviderUID
    HrOpenABEntryWithProviderUIDSupport
    HrOpenABEntryWithResolvedRow
    HrOpenABEntryWithSupport
    HrOpenOfflineObj
    HrSetOmiProvidersFlagsInvalid
    HrThisThreadAdviseSinkEx
    HrValidateIPMSubtree
    InstallFilterHook
    LAUNCHWIZARD
    LaunchWizard
    MAPIAllocateBufferProv
    MAPIAllocateMoreProv
    MAPIOpenFormMgr
    MAPIOpenLocalFormContainer
    MAPIValidateAllocatedBuffer
    MSProviderInit
    OpenIMsgOnIStg
    OpenIMsgSession
    OpenTnefStream
    OpenTnefStreamEx
    PRProviderInit
    RTFSync
    RTFSyncCpid
    ScAddRecipientToAdrlist
    ScGenerateMuid
    ScMAPIXFromCMC
    SetAttribIMsgOnIStg
    UNKOBJ_ScAllocate
    UNKOBJ_ScAllocateMore
    UNKOBJ_ScCOAllocate
    UNKOBJ_ScCOReallocate
    UNKOBJ_ScSzFromIdsAlloc
    UnwrapObject
    UnwrapObjectAll
    WrapProgress
    WrapStoreEntryID
}

// Simple MAPI: MAPI_E_NOT_SUPPORTED of Simple MAPI.
stubs! { SIMPLE_NOT_SUPPORTED =>
    BMAPIAddress
    BMAPIDetails
    BMAPIFindNext
    BMAPIGetAddress
    BMAPIGetReadMail
    BMAPIReadMail
    BMAPIResolveName
    BMAPISaveMail
    BMAPISendMail
    MAPIAddress
    MAPIDeleteMail
    MAPIDetails
    MAPIFindNext
    MAPIReadMail
    MAPIResolveName
    MAPISaveMail
    MAPISendDocuments
    MAPISendMail
    MAPISendMailW
}

// Common Messaging Calls: CMC_E_NOT_SUPPORTED.
stubs! { CMC_NOT_SUPPORTED =>
    cmc_act_on
    cmc_free
    cmc_list
    cmc_logoff
    cmc_logon
    cmc_look_up
    cmc_query_configuration
    cmc_read
    cmc_send
    cmc_send_documents
}

// Functions that give a count, a truth value, a pointer or nothing: nothing done: 0, FALSE or NULL.
stubs! { 0 =>
    CchOfEncoding
    CloseIMsgSession
    EncodeID
    FDecodeID
    FIsGALContainer
    FixMAPI
    FtDivFtBogus
    GetDefCachedMode
    GetDefCachedModeDownloadPubFoldFavs
    GetOutlookVersion
    MAPICrashRecovery
    UNKOBJ_COFree
    UNKOBJ_Free
    UNKOBJ_FreeRows
}

/// One exported function a row that has nothing to do here, and says so to nobody.
macro_rules! quiet {
    ($($name:ident)*) => {$(
        #[doc = concat!("`", stringify!($name), "`: nothing to do; answers 0.")]
        #[unsafe(no_mangle)]
        #[allow(non_snake_case, reason = "the name of the export")]
        pub extern "system" fn $name() -> usize {
            0
        }
    )*};
}

// The idle engine (MEMORY-166, MEMORY-168): FtgRegisterIdleRoutine tells that a routine is never called.
quiet! {
    ChangeIdleRoutine
    DeregisterIdleRoutine
    EnableIdleRoutine
    MAPIDeinitIdle
    MAPIInitIdle
}

// Checks of the arguments of a method, which on 32-bit systems look at the caller's stack: on 64-bit ones there is nothing to look at (MEMORY-150).
quiet! {
    HrValidateParameters
    HrValidateParametersV
    HrValidateParametersValist
    __CPPValidateParameters
    __ValidateParameters
}

// DllCanUnloadNow: S_FALSE: the library stays loaded.
stubs! { 1 =>
    DllCanUnloadNow
}

// DllGetClassObject: CLASS_E_CLASSNOTAVAILABLE.
stubs! { NO_CLASS =>
    DllGetClassObject
}
