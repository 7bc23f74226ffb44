/* Every interface with its vtable: S(interface, slot, method), in the order of the documentation. */
#ifndef SLOTS_H
#define SLOTS_H

#define SLOTS_IUnknown(S) \
    S(IUnknown, 0, QueryInterface) S(IUnknown, 1, AddRef) S(IUnknown, 2, Release)
#define SLOT_COUNT_IUnknown 3

#define SLOTS_IMAPIAdviseSink(S) \
    S(IMAPIAdviseSink, 0, QueryInterface) S(IMAPIAdviseSink, 1, AddRef) S(IMAPIAdviseSink, 2, Release) S(IMAPIAdviseSink, 3, OnNotify)
#define SLOT_COUNT_IMAPIAdviseSink 4

#define SLOTS_IMAPIClientShutdown(S) \
    S(IMAPIClientShutdown, 0, QueryInterface) S(IMAPIClientShutdown, 1, AddRef) S(IMAPIClientShutdown, 2, Release) \
    S(IMAPIClientShutdown, 3, QueryFastShutdown) S(IMAPIClientShutdown, 4, NotifyProcessShutdown) \
    S(IMAPIClientShutdown, 5, DoFastShutdown)
#define SLOT_COUNT_IMAPIClientShutdown 6

#define SLOTS_IMAPISession(S) \
    S(IMAPISession, 0, QueryInterface) S(IMAPISession, 1, AddRef) S(IMAPISession, 2, Release) S(IMAPISession, 3, GetLastError) \
    S(IMAPISession, 4, GetMsgStoresTable) S(IMAPISession, 5, OpenMsgStore) S(IMAPISession, 6, OpenAddressBook) \
    S(IMAPISession, 7, OpenProfileSection) S(IMAPISession, 8, GetStatusTable) S(IMAPISession, 9, OpenEntry) \
    S(IMAPISession, 10, CompareEntryIDs) S(IMAPISession, 11, Advise) S(IMAPISession, 12, Unadvise) S(IMAPISession, 13, MessageOptions) \
    S(IMAPISession, 14, QueryDefaultMessageOpt) S(IMAPISession, 15, EnumAdrTypes) S(IMAPISession, 16, QueryIdentity) \
    S(IMAPISession, 17, Logoff) S(IMAPISession, 18, SetDefaultStore) S(IMAPISession, 19, AdminServices) S(IMAPISession, 20, ShowForm) \
    S(IMAPISession, 21, PrepareForm)
#define SLOT_COUNT_IMAPISession 22

#define SLOTS_IMAPITable(S) \
    S(IMAPITable, 0, QueryInterface) S(IMAPITable, 1, AddRef) S(IMAPITable, 2, Release) S(IMAPITable, 3, GetLastError) \
    S(IMAPITable, 4, Advise) S(IMAPITable, 5, Unadvise) S(IMAPITable, 6, GetStatus) S(IMAPITable, 7, SetColumns) \
    S(IMAPITable, 8, QueryColumns) S(IMAPITable, 9, GetRowCount) S(IMAPITable, 10, SeekRow) S(IMAPITable, 11, SeekRowApprox) \
    S(IMAPITable, 12, QueryPosition) S(IMAPITable, 13, FindRow) S(IMAPITable, 14, Restrict) S(IMAPITable, 15, CreateBookmark) \
    S(IMAPITable, 16, FreeBookmark) S(IMAPITable, 17, SortTable) S(IMAPITable, 18, QuerySortOrder) S(IMAPITable, 19, QueryRows) \
    S(IMAPITable, 20, Abort) S(IMAPITable, 21, ExpandRow) S(IMAPITable, 22, CollapseRow) S(IMAPITable, 23, WaitForCompletion) \
    S(IMAPITable, 24, GetCollapseState) S(IMAPITable, 25, SetCollapseState)
#define SLOT_COUNT_IMAPITable 26

#define SLOTS_IProfAdmin(S) \
    S(IProfAdmin, 0, QueryInterface) S(IProfAdmin, 1, AddRef) S(IProfAdmin, 2, Release) S(IProfAdmin, 3, GetLastError) \
    S(IProfAdmin, 4, GetProfileTable) S(IProfAdmin, 5, CreateProfile) S(IProfAdmin, 6, DeleteProfile) \
    S(IProfAdmin, 7, ChangeProfilePassword) S(IProfAdmin, 8, CopyProfile) S(IProfAdmin, 9, RenameProfile) \
    S(IProfAdmin, 10, SetDefaultProfile) S(IProfAdmin, 11, AdminServices)
#define SLOT_COUNT_IProfAdmin 12

#define SLOTS_IMsgServiceAdmin(S) \
    S(IMsgServiceAdmin, 0, QueryInterface) S(IMsgServiceAdmin, 1, AddRef) S(IMsgServiceAdmin, 2, Release) \
    S(IMsgServiceAdmin, 3, GetLastError) S(IMsgServiceAdmin, 4, GetMsgServiceTable) S(IMsgServiceAdmin, 5, CreateMsgService) \
    S(IMsgServiceAdmin, 6, DeleteMsgService) S(IMsgServiceAdmin, 7, CopyMsgService) S(IMsgServiceAdmin, 8, RenameMsgService) \
    S(IMsgServiceAdmin, 9, ConfigureMsgService) S(IMsgServiceAdmin, 10, OpenProfileSection) \
    S(IMsgServiceAdmin, 11, MsgServiceTransportOrder) S(IMsgServiceAdmin, 12, AdminProviders) \
    S(IMsgServiceAdmin, 13, SetPrimaryIdentity) S(IMsgServiceAdmin, 14, GetProviderTable)
#define SLOT_COUNT_IMsgServiceAdmin 15

#define SLOTS_IMsgServiceAdmin2(S) \
    S(IMsgServiceAdmin2, 0, QueryInterface) S(IMsgServiceAdmin2, 1, AddRef) S(IMsgServiceAdmin2, 2, Release) \
    S(IMsgServiceAdmin2, 3, GetLastError) S(IMsgServiceAdmin2, 4, GetMsgServiceTable) S(IMsgServiceAdmin2, 5, CreateMsgService) \
    S(IMsgServiceAdmin2, 6, DeleteMsgService) S(IMsgServiceAdmin2, 7, CopyMsgService) S(IMsgServiceAdmin2, 8, RenameMsgService) \
    S(IMsgServiceAdmin2, 9, ConfigureMsgService) S(IMsgServiceAdmin2, 10, OpenProfileSection) \
    S(IMsgServiceAdmin2, 11, MsgServiceTransportOrder) S(IMsgServiceAdmin2, 12, AdminProviders) \
    S(IMsgServiceAdmin2, 13, SetPrimaryIdentity) S(IMsgServiceAdmin2, 14, GetProviderTable) \
    S(IMsgServiceAdmin2, 15, CreateMsgServiceEx)
#define SLOT_COUNT_IMsgServiceAdmin2 16

#define SLOTS_IProviderAdmin(S) \
    S(IProviderAdmin, 0, QueryInterface) S(IProviderAdmin, 1, AddRef) S(IProviderAdmin, 2, Release) S(IProviderAdmin, 3, GetLastError) \
    S(IProviderAdmin, 4, GetProviderTable) S(IProviderAdmin, 5, CreateProvider) S(IProviderAdmin, 6, DeleteProvider) \
    S(IProviderAdmin, 7, OpenProfileSection)
#define SLOT_COUNT_IProviderAdmin 8

#define SLOTS_IMAPIProp(S) \
    S(IMAPIProp, 0, QueryInterface) S(IMAPIProp, 1, AddRef) S(IMAPIProp, 2, Release) S(IMAPIProp, 3, GetLastError) \
    S(IMAPIProp, 4, SaveChanges) S(IMAPIProp, 5, GetProps) S(IMAPIProp, 6, GetPropList) S(IMAPIProp, 7, OpenProperty) \
    S(IMAPIProp, 8, SetProps) S(IMAPIProp, 9, DeleteProps) S(IMAPIProp, 10, CopyTo) S(IMAPIProp, 11, CopyProps) \
    S(IMAPIProp, 12, GetNamesFromIDs) S(IMAPIProp, 13, GetIDsFromNames)
#define SLOT_COUNT_IMAPIProp 14

#define SLOTS_IProfSect(S) \
    S(IProfSect, 0, QueryInterface) S(IProfSect, 1, AddRef) S(IProfSect, 2, Release) S(IProfSect, 3, GetLastError) \
    S(IProfSect, 4, SaveChanges) S(IProfSect, 5, GetProps) S(IProfSect, 6, GetPropList) S(IProfSect, 7, OpenProperty) \
    S(IProfSect, 8, SetProps) S(IProfSect, 9, DeleteProps) S(IProfSect, 10, CopyTo) S(IProfSect, 11, CopyProps) \
    S(IProfSect, 12, GetNamesFromIDs) S(IProfSect, 13, GetIDsFromNames)
#define SLOT_COUNT_IProfSect 14

#define SLOTS_IAttach(S) \
    S(IAttach, 0, QueryInterface) S(IAttach, 1, AddRef) S(IAttach, 2, Release) S(IAttach, 3, GetLastError) S(IAttach, 4, SaveChanges) \
    S(IAttach, 5, GetProps) S(IAttach, 6, GetPropList) S(IAttach, 7, OpenProperty) S(IAttach, 8, SetProps) S(IAttach, 9, DeleteProps) \
    S(IAttach, 10, CopyTo) S(IAttach, 11, CopyProps) S(IAttach, 12, GetNamesFromIDs) S(IAttach, 13, GetIDsFromNames)
#define SLOT_COUNT_IAttach 14

#define SLOTS_IMailUser(S) \
    S(IMailUser, 0, QueryInterface) S(IMailUser, 1, AddRef) S(IMailUser, 2, Release) S(IMailUser, 3, GetLastError) \
    S(IMailUser, 4, SaveChanges) S(IMailUser, 5, GetProps) S(IMailUser, 6, GetPropList) S(IMailUser, 7, OpenProperty) \
    S(IMailUser, 8, SetProps) S(IMailUser, 9, DeleteProps) S(IMailUser, 10, CopyTo) S(IMailUser, 11, CopyProps) \
    S(IMailUser, 12, GetNamesFromIDs) S(IMailUser, 13, GetIDsFromNames)
#define SLOT_COUNT_IMailUser 14

#define SLOTS_IMAPIStatus(S) \
    S(IMAPIStatus, 0, QueryInterface) S(IMAPIStatus, 1, AddRef) S(IMAPIStatus, 2, Release) S(IMAPIStatus, 3, GetLastError) \
    S(IMAPIStatus, 4, SaveChanges) S(IMAPIStatus, 5, GetProps) S(IMAPIStatus, 6, GetPropList) S(IMAPIStatus, 7, OpenProperty) \
    S(IMAPIStatus, 8, SetProps) S(IMAPIStatus, 9, DeleteProps) S(IMAPIStatus, 10, CopyTo) S(IMAPIStatus, 11, CopyProps) \
    S(IMAPIStatus, 12, GetNamesFromIDs) S(IMAPIStatus, 13, GetIDsFromNames) S(IMAPIStatus, 14, ValidateState) \
    S(IMAPIStatus, 15, SettingsDialog) S(IMAPIStatus, 16, ChangePassword) S(IMAPIStatus, 17, FlushQueues)
#define SLOT_COUNT_IMAPIStatus 18

#define SLOTS_IMsgStore(S) \
    S(IMsgStore, 0, QueryInterface) S(IMsgStore, 1, AddRef) S(IMsgStore, 2, Release) S(IMsgStore, 3, GetLastError) \
    S(IMsgStore, 4, SaveChanges) S(IMsgStore, 5, GetProps) S(IMsgStore, 6, GetPropList) S(IMsgStore, 7, OpenProperty) \
    S(IMsgStore, 8, SetProps) S(IMsgStore, 9, DeleteProps) S(IMsgStore, 10, CopyTo) S(IMsgStore, 11, CopyProps) \
    S(IMsgStore, 12, GetNamesFromIDs) S(IMsgStore, 13, GetIDsFromNames) S(IMsgStore, 14, Advise) S(IMsgStore, 15, Unadvise) \
    S(IMsgStore, 16, CompareEntryIDs) S(IMsgStore, 17, OpenEntry) S(IMsgStore, 18, SetReceiveFolder) \
    S(IMsgStore, 19, GetReceiveFolder) S(IMsgStore, 20, GetReceiveFolderTable) S(IMsgStore, 21, StoreLogoff) \
    S(IMsgStore, 22, AbortSubmit) S(IMsgStore, 23, GetOutgoingQueue) S(IMsgStore, 24, SetLockState) S(IMsgStore, 25, FinishedMsg) \
    S(IMsgStore, 26, NotifyNewMail)
#define SLOT_COUNT_IMsgStore 27

#define SLOTS_IMAPIContainer(S) \
    S(IMAPIContainer, 0, QueryInterface) S(IMAPIContainer, 1, AddRef) S(IMAPIContainer, 2, Release) S(IMAPIContainer, 3, GetLastError) \
    S(IMAPIContainer, 4, SaveChanges) S(IMAPIContainer, 5, GetProps) S(IMAPIContainer, 6, GetPropList) \
    S(IMAPIContainer, 7, OpenProperty) S(IMAPIContainer, 8, SetProps) S(IMAPIContainer, 9, DeleteProps) S(IMAPIContainer, 10, CopyTo) \
    S(IMAPIContainer, 11, CopyProps) S(IMAPIContainer, 12, GetNamesFromIDs) S(IMAPIContainer, 13, GetIDsFromNames) \
    S(IMAPIContainer, 14, GetContentsTable) S(IMAPIContainer, 15, GetHierarchyTable) S(IMAPIContainer, 16, OpenEntry) \
    S(IMAPIContainer, 17, SetSearchCriteria) S(IMAPIContainer, 18, GetSearchCriteria)
#define SLOT_COUNT_IMAPIContainer 19

#define SLOTS_IMAPIFolder(S) \
    S(IMAPIFolder, 0, QueryInterface) S(IMAPIFolder, 1, AddRef) S(IMAPIFolder, 2, Release) S(IMAPIFolder, 3, GetLastError) \
    S(IMAPIFolder, 4, SaveChanges) S(IMAPIFolder, 5, GetProps) S(IMAPIFolder, 6, GetPropList) S(IMAPIFolder, 7, OpenProperty) \
    S(IMAPIFolder, 8, SetProps) S(IMAPIFolder, 9, DeleteProps) S(IMAPIFolder, 10, CopyTo) S(IMAPIFolder, 11, CopyProps) \
    S(IMAPIFolder, 12, GetNamesFromIDs) S(IMAPIFolder, 13, GetIDsFromNames) S(IMAPIFolder, 14, GetContentsTable) \
    S(IMAPIFolder, 15, GetHierarchyTable) S(IMAPIFolder, 16, OpenEntry) S(IMAPIFolder, 17, SetSearchCriteria) \
    S(IMAPIFolder, 18, GetSearchCriteria) S(IMAPIFolder, 19, CreateMessage) S(IMAPIFolder, 20, CopyMessages) \
    S(IMAPIFolder, 21, DeleteMessages) S(IMAPIFolder, 22, CreateFolder) S(IMAPIFolder, 23, CopyFolder) \
    S(IMAPIFolder, 24, DeleteFolder) S(IMAPIFolder, 25, SetReadFlags) S(IMAPIFolder, 26, GetMessageStatus) \
    S(IMAPIFolder, 27, SetMessageStatus) S(IMAPIFolder, 28, SaveContentsSort) S(IMAPIFolder, 29, EmptyFolder)
#define SLOT_COUNT_IMAPIFolder 30

#define SLOTS_IABContainer(S) \
    S(IABContainer, 0, QueryInterface) S(IABContainer, 1, AddRef) S(IABContainer, 2, Release) S(IABContainer, 3, GetLastError) \
    S(IABContainer, 4, SaveChanges) S(IABContainer, 5, GetProps) S(IABContainer, 6, GetPropList) S(IABContainer, 7, OpenProperty) \
    S(IABContainer, 8, SetProps) S(IABContainer, 9, DeleteProps) S(IABContainer, 10, CopyTo) S(IABContainer, 11, CopyProps) \
    S(IABContainer, 12, GetNamesFromIDs) S(IABContainer, 13, GetIDsFromNames) S(IABContainer, 14, GetContentsTable) \
    S(IABContainer, 15, GetHierarchyTable) S(IABContainer, 16, OpenEntry) S(IABContainer, 17, SetSearchCriteria) \
    S(IABContainer, 18, GetSearchCriteria) S(IABContainer, 19, CreateEntry) S(IABContainer, 20, CopyEntries) \
    S(IABContainer, 21, DeleteEntries) S(IABContainer, 22, ResolveNames)
#define SLOT_COUNT_IABContainer 23

#define SLOTS_IDistList(S) \
    S(IDistList, 0, QueryInterface) S(IDistList, 1, AddRef) S(IDistList, 2, Release) S(IDistList, 3, GetLastError) \
    S(IDistList, 4, SaveChanges) S(IDistList, 5, GetProps) S(IDistList, 6, GetPropList) S(IDistList, 7, OpenProperty) \
    S(IDistList, 8, SetProps) S(IDistList, 9, DeleteProps) S(IDistList, 10, CopyTo) S(IDistList, 11, CopyProps) \
    S(IDistList, 12, GetNamesFromIDs) S(IDistList, 13, GetIDsFromNames) S(IDistList, 14, GetContentsTable) \
    S(IDistList, 15, GetHierarchyTable) S(IDistList, 16, OpenEntry) S(IDistList, 17, SetSearchCriteria) \
    S(IDistList, 18, GetSearchCriteria) S(IDistList, 19, CreateEntry) S(IDistList, 20, CopyEntries) S(IDistList, 21, DeleteEntries) \
    S(IDistList, 22, ResolveNames)
#define SLOT_COUNT_IDistList 23

#define SLOTS_IMessage(S) \
    S(IMessage, 0, QueryInterface) S(IMessage, 1, AddRef) S(IMessage, 2, Release) S(IMessage, 3, GetLastError) \
    S(IMessage, 4, SaveChanges) S(IMessage, 5, GetProps) S(IMessage, 6, GetPropList) S(IMessage, 7, OpenProperty) \
    S(IMessage, 8, SetProps) S(IMessage, 9, DeleteProps) S(IMessage, 10, CopyTo) S(IMessage, 11, CopyProps) \
    S(IMessage, 12, GetNamesFromIDs) S(IMessage, 13, GetIDsFromNames) S(IMessage, 14, GetAttachmentTable) S(IMessage, 15, OpenAttach) \
    S(IMessage, 16, CreateAttach) S(IMessage, 17, DeleteAttach) S(IMessage, 18, GetRecipientTable) S(IMessage, 19, ModifyRecipients) \
    S(IMessage, 20, SubmitMessage) S(IMessage, 21, SetReadFlag)
#define SLOT_COUNT_IMessage 22

#define SLOTS_IAddrBook(S) \
    S(IAddrBook, 0, QueryInterface) S(IAddrBook, 1, AddRef) S(IAddrBook, 2, Release) S(IAddrBook, 3, GetLastError) \
    S(IAddrBook, 4, SaveChanges) S(IAddrBook, 5, GetProps) S(IAddrBook, 6, GetPropList) S(IAddrBook, 7, OpenProperty) \
    S(IAddrBook, 8, SetProps) S(IAddrBook, 9, DeleteProps) S(IAddrBook, 10, CopyTo) S(IAddrBook, 11, CopyProps) \
    S(IAddrBook, 12, GetNamesFromIDs) S(IAddrBook, 13, GetIDsFromNames) S(IAddrBook, 14, OpenEntry) S(IAddrBook, 15, CompareEntryIDs) \
    S(IAddrBook, 16, Advise) S(IAddrBook, 17, Unadvise) S(IAddrBook, 18, CreateOneOff) S(IAddrBook, 19, NewEntry) \
    S(IAddrBook, 20, ResolveName) S(IAddrBook, 21, Address) S(IAddrBook, 22, Details) S(IAddrBook, 23, RecipOptions) \
    S(IAddrBook, 24, QueryDefaultRecipOpt) S(IAddrBook, 25, GetPAB) S(IAddrBook, 26, SetPAB) S(IAddrBook, 27, GetDefaultDir) \
    S(IAddrBook, 28, SetDefaultDir) S(IAddrBook, 29, GetSearchPath) S(IAddrBook, 30, SetSearchPath) S(IAddrBook, 31, PrepareRecips)
#define SLOT_COUNT_IAddrBook 32

#define SLOTS_ITableData(S) \
    S(ITableData, 0, QueryInterface) S(ITableData, 1, AddRef) S(ITableData, 2, Release) S(ITableData, 3, HrGetView) \
    S(ITableData, 4, HrModifyRow) S(ITableData, 5, HrDeleteRow) S(ITableData, 6, HrQueryRow) S(ITableData, 7, HrEnumRow) \
    S(ITableData, 8, HrNotify) S(ITableData, 9, HrInsertRow) S(ITableData, 10, HrModifyRows) S(ITableData, 11, HrDeleteRows)
#define SLOT_COUNT_ITableData 12

#define SLOTS_IPropData(S) \
    S(IPropData, 0, QueryInterface) S(IPropData, 1, AddRef) S(IPropData, 2, Release) S(IPropData, 3, GetLastError) \
    S(IPropData, 4, SaveChanges) S(IPropData, 5, GetProps) S(IPropData, 6, GetPropList) S(IPropData, 7, OpenProperty) \
    S(IPropData, 8, SetProps) S(IPropData, 9, DeleteProps) S(IPropData, 10, CopyTo) S(IPropData, 11, CopyProps) \
    S(IPropData, 12, GetNamesFromIDs) S(IPropData, 13, GetIDsFromNames) S(IPropData, 14, HrSetObjAccess) \
    S(IPropData, 15, HrSetPropAccess) S(IPropData, 16, HrGetPropAccess) S(IPropData, 17, HrAddObjProps)
#define SLOT_COUNT_IPropData 18

#define SLOTS_IMAPIProgress(S) \
    S(IMAPIProgress, 0, QueryInterface) S(IMAPIProgress, 1, AddRef) S(IMAPIProgress, 2, Release) S(IMAPIProgress, 3, Progress) \
    S(IMAPIProgress, 4, GetFlags) S(IMAPIProgress, 5, GetMax) S(IMAPIProgress, 6, GetMin) S(IMAPIProgress, 7, SetLimits)
#define SLOT_COUNT_IMAPIProgress 8

#endif
