//! The results that the reference documents for each function and method, beside S_OK: the section "Return value" of its page.
//!
//! A method that is not here has none of its own. Those of IStream are the codes of the COM reference that a stream of MAPI can have. Codes that any
//! method may return (ERROR-016) stand on no page of a method; they are [`COMMON`].

use crate::call::Method;
use crate::mapi::Hresult;

/// What any method may return without saying so (ERROR-016).
pub(crate) const COMMON: &[Hresult] = &[
    Hresult::MAPI_E_BAD_CHARWIDTH,
    Hresult::MAPI_E_CALL_FAILED,
    Hresult::MAPI_E_DISK_ERROR,
    Hresult::MAPI_E_INVALID_PARAMETER,
    Hresult::MAPI_E_NOT_ENOUGH_DISK,
    Hresult::MAPI_E_NOT_ENOUGH_MEMORY,
    Hresult::MAPI_E_NOT_ENOUGH_RESOURCES,
    Hresult::MAPI_E_UNKNOWN_FLAGS,
];

/// The results of a method, errors and warnings.
pub(crate) fn of(method: &Method) -> &'static [Hresult] {
    let key = (method.interface, method.name);
    DOCUMENTED.binary_search_by_key(&key, |(interface, name, _)| (*interface, *name)).map_or(&[], |at| DOCUMENTED[at].2)
}

/// Declares the table: interface, method, results.
macro_rules! documented {
    ($($interface:ident :: $method:ident { $($code:ident)* })*) => {
        /// By interface and method, in the order of their names.
        const DOCUMENTED: &[(&str, &str, &[Hresult])] =
            &[$((stringify!($interface), stringify!($method), &[$(Hresult::$code),*])),*];
    };
}

documented! {
    IMAPIClientShutdown::DoFastShutdown { MAPI_E_NO_SUPPORT }
    IMAPIClientShutdown::QueryFastShutdown { MAPI_E_NO_SUPPORT }
    IMAPIInitMonitor::BeginWait { MAPI_E_NOT_ENOUGH_MEMORY }
    IMAPIProp::CopyProps { MAPI_E_BAD_CHARWIDTH MAPI_E_COLLISION MAPI_E_COMPUTED MAPI_E_DECLINE_COPY MAPI_E_FOLDER_CYCLE MAPI_E_INTERFACE_NOT_SUPPORTED MAPI_E_INVALID_TYPE MAPI_E_NO_ACCESS MAPI_E_UNEXPECTED_TYPE }
    IMAPIProp::CopyTo { MAPI_E_BAD_CHARWIDTH MAPI_E_COLLISION MAPI_E_COMPUTED MAPI_E_DECLINE_COPY MAPI_E_FOLDER_CYCLE MAPI_E_INTERFACE_NOT_SUPPORTED MAPI_E_INVALID_TYPE MAPI_E_NO_ACCESS MAPI_E_UNEXPECTED_TYPE }
    IMAPIProp::DeleteProps { MAPI_E_NO_ACCESS }
    IMAPIProp::GetIDsFromNames { MAPI_E_NOT_ENOUGH_MEMORY MAPI_E_NO_SUPPORT MAPI_E_TOO_BIG MAPI_W_ERRORS_RETURNED }
    IMAPIProp::GetLastError { MAPI_E_BAD_CHARWIDTH }
    IMAPIProp::GetNamesFromIDs { MAPI_E_INVALID_PARAMETER MAPI_E_NO_SUPPORT MAPI_W_ERRORS_RETURNED }
    IMAPIProp::GetPropList { MAPI_E_BAD_CHARWIDTH }
    IMAPIProp::GetProps { MAPI_E_INVALID_PARAMETER MAPI_W_ERRORS_RETURNED }
    IMAPIProp::OpenProperty { MAPI_E_INTERFACE_NOT_SUPPORTED MAPI_E_INVALID_PARAMETER MAPI_E_NOT_FOUND MAPI_E_NO_ACCESS MAPI_E_NO_SUPPORT }
    IMAPIProp::SaveChanges { MAPI_E_NO_ACCESS MAPI_E_OBJECT_CHANGED MAPI_E_OBJECT_DELETED }
    IMAPIProp::SetProps { MAPI_E_BAD_CHARWIDTH MAPI_E_COMPUTED MAPI_E_INVALID_TYPE MAPI_E_NOT_ENOUGH_MEMORY MAPI_E_NO_ACCESS MAPI_E_UNEXPECTED_TYPE }
    IMAPISession::Advise { MAPI_E_INVALID_ENTRYID MAPI_E_NO_SUPPORT MAPI_E_UNKNOWN_ENTRYID }
    IMAPISession::CompareEntryIDs { MAPI_E_UNKNOWN_ENTRYID }
    IMAPISession::GetLastError { MAPI_E_BAD_CHARWIDTH }
    IMAPISession::GetMsgStoresTable { MAPI_E_BAD_CHARWIDTH }
    IMAPISession::OpenAddressBook { MAPI_W_ERRORS_RETURNED }
    IMAPISession::OpenEntry { MAPI_E_NOT_FOUND MAPI_E_NO_ACCESS MAPI_E_UNKNOWN_ENTRYID }
    IMAPISession::OpenMsgStore { MAPI_E_NOT_FOUND MAPI_E_NO_ACCESS MAPI_E_UNKNOWN_CPID MAPI_E_UNKNOWN_LCID MAPI_W_ERRORS_RETURNED }
    IMAPISession::OpenProfileSection { MAPI_E_NOT_FOUND MAPI_E_NO_ACCESS }
    IMAPISession::QueryIdentity { MAPI_W_NO_SERVICE }
    IMAPISession::ShowForm { MAPI_E_USER_CANCEL }
    IMAPIStatus::ChangePassword { MAPI_E_NO_ACCESS MAPI_E_NO_SUPPORT }
    IMAPIStatus::FlushQueues { MAPI_E_BUSY MAPI_E_NO_SUPPORT }
    IMAPIStatus::SettingsDialog { MAPI_E_NO_SUPPORT }
    IMAPIStatus::ValidateState { MAPI_E_BUSY MAPI_E_NO_SUPPORT MAPI_E_USER_CANCEL }
    IMAPITable::Abort { MAPI_E_UNABLE_TO_ABORT }
    IMAPITable::Advise { MAPI_E_NO_SUPPORT }
    IMAPITable::CollapseRow { MAPI_E_INVALID_ENTRYID MAPI_E_NOT_FOUND }
    IMAPITable::CreateBookmark { MAPI_E_UNABLE_TO_COMPLETE }
    IMAPITable::ExpandRow { MAPI_E_NOT_FOUND }
    IMAPITable::FindRow { MAPI_E_INVALID_BOOKMARK MAPI_E_NOT_FOUND MAPI_W_POSITION_CHANGED }
    IMAPITable::FreeBookmark { MAPI_E_INVALID_BOOKMARK }
    IMAPITable::GetCollapseState { MAPI_E_BUSY MAPI_E_NO_SUPPORT }
    IMAPITable::GetLastError { MAPI_E_BAD_CHARWIDTH }
    IMAPITable::GetRowCount { MAPI_E_BUSY MAPI_E_NO_SUPPORT MAPI_W_APPROX_COUNT }
    IMAPITable::QueryColumns { MAPI_E_BUSY }
    IMAPITable::QueryRows { MAPI_E_BUSY MAPI_E_INVALID_PARAMETER }
    IMAPITable::QuerySortOrder { MAPI_E_BUSY }
    IMAPITable::Restrict { MAPI_E_BUSY MAPI_E_TOO_COMPLEX }
    IMAPITable::SeekRow { MAPI_E_BUSY MAPI_E_INVALID_BOOKMARK MAPI_W_POSITION_CHANGED }
    IMAPITable::SeekRowApprox { MAPI_E_BUSY }
    IMAPITable::SetCollapseState { MAPI_E_BUSY MAPI_E_UNABLE_TO_COMPLETE }
    IMAPITable::SetColumns { MAPI_E_BUSY }
    IMAPITable::SortTable { MAPI_E_BUSY MAPI_E_NO_SUPPORT MAPI_E_TOO_COMPLEX }
    IMAPITable::WaitForCompletion { MAPI_E_NO_SUPPORT MAPI_E_TIMEOUT }
    IProfAdmin::DeleteProfile { MAPI_E_NOT_FOUND MAPI_E_NO_ACCESS }
    IProfAdmin::RenameProfile { MAPI_E_LOGON_FAILED MAPI_E_NO_ACCESS MAPI_E_USER_CANCEL }
    IProfAdmin::SetDefaultProfile { MAPI_E_CALL_FAILED MAPI_E_NOT_FOUND }
    IPropData::HrAddObjProps { MAPI_E_INVALID_TYPE MAPI_E_NO_ACCESS MAPI_W_PARTIAL_COMPLETION }
    IPropData::HrSetPropAccess { MAPI_E_INVALID_PARAMETER MAPI_E_NO_ACCESS }
    IStream::Commit { STG_E_MEDIUMFULL }
    IStream::CopyTo { STG_E_MEDIUMFULL }
    IStream::LockRegion { STG_E_INVALIDFUNCTION }
    IStream::Read { STG_E_ACCESSDENIED }
    IStream::Seek { STG_E_INVALIDFUNCTION }
    IStream::SetSize { STG_E_INVALIDFUNCTION STG_E_MEDIUMFULL }
    IStream::UnlockRegion { STG_E_INVALIDFUNCTION }
    IStream::Write { STG_E_ACCESSDENIED STG_E_MEDIUMFULL }
    ITableData::HrDeleteRow { MAPI_E_NOT_FOUND }
    ITableData::HrInsertRow { MAPI_E_INVALID_PARAMETER }
    ITableData::HrModifyRow { MAPI_E_INVALID_PARAMETER }
    ITableData::HrModifyRows { MAPI_E_INVALID_PARAMETER }
    ITableData::HrQueryRow { MAPI_E_INVALID_PARAMETER }
    IUnknown::QueryInterface { MAPI_E_INTERFACE_NOT_SUPPORTED }
    MAPI::CreateIProp { MAPI_E_INTERFACE_NOT_SUPPORTED }
    MAPI::CreateMAPIInitializationMonitor { MAPI_E_NOT_ENOUGH_MEMORY }
    MAPI::HrDispatchNotifications { MAPI_E_NOT_INITIALIZED MAPI_E_USER_CANCEL }
    MAPI::MAPIInitialize { MAPI_E_INVALID_OBJECT MAPI_E_INVALID_PARAMETER MAPI_E_NOT_ENOUGH_RESOURCES MAPI_E_NOT_INITIALIZED MAPI_E_SESSION_LIMIT MAPI_E_TOO_COMPLEX MAPI_E_UNKNOWN_FLAGS MAPI_E_VERSION }
    MAPI::MAPILogonEx { MAPI_E_LOGON_FAILED MAPI_E_TIMEOUT MAPI_E_USER_CANCEL }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Call;

    #[test]
    fn every_row_is_a_method_and_found_again() {
        for (interface, name, codes) in DOCUMENTED {
            let method = Call::methods().find(|method| (method.interface, method.name) == (*interface, *name));
            let method = method.unwrap_or_else(|| panic!("{interface}::{name}"));
            assert_eq!(of(method), *codes, "the table is in order");
            assert!(!codes.contains(&Hresult::S_OK) && crate::rule::can_fail(method));
        }
        assert!(Call::methods().filter(|method| of(method).is_empty()).count() < Call::methods().count() / 2);
    }
}
