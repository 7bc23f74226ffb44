/* The layouts of the structures and the places of the methods, asserted against headers that are not ours. It only has to compile; as C++ it also
 * runs, because the place of a method in a C++ class is known only then. */
#include "client.h"
#include "slots.h"

#ifdef __cplusplus
#define ASSERT(what) static_assert(what, #what)
#else
#define ASSERT(what) _Static_assert(what, #what)
#endif
#define SIZE(type, bytes) ASSERT(sizeof(type) == (bytes))
#define AT(type, member, offset) ASSERT(offsetof(type, member) == (offset))

SIZE(ULONG, 4);
SIZE(LONG, 4);
SIZE(HRESULT, 4);
SIZE(SCODE, 4);
SIZE(ULONG_PTR, 8);
SIZE(WCHAR, 2);
SIZE(FILETIME, 8);
SIZE(LARGE_INTEGER, 8);
SIZE(GUID, 16);
SIZE(MAPIUID, 16);
SIZE(ENTRYID, 5);
AT(ENTRYID, ab, 4);
/* Four bytes in these two families of headers; eight in Microsoft's own. See the manual. */
SIZE(BOOKMARK, 4);

SIZE(SBinary, 16);
AT(SBinary, lpb, 8);
SIZE(SPropTagArray, 4 + 4 * MAPI_DIM);
AT(SPropTagArray, aulPropTag, 4);
SIZE(SPropValue, 24);
AT(SPropValue, dwAlignPad, 4);
AT(SPropValue, Value, 8);
SIZE(SPropProblem, 12);
AT(SPropProblem, ulPropTag, 4);
AT(SPropProblem, scode, 8);
AT(SPropProblemArray, aProblem, 4);
SIZE(SRow, 16);
AT(SRow, cValues, 4);
AT(SRow, lpProps, 8);
SIZE(SRowSet, 8 + 16 * MAPI_DIM);
AT(SRowSet, aRow, 8);
SIZE(ADRENTRY, 16);
AT(ADRENTRY, cValues, 4);
AT(ADRENTRY, rgPropVals, 8);
AT(ADRLIST, aEntries, 8);
SIZE(SSortOrder, 8);
AT(SSortOrder, ulOrder, 4);
AT(SSortOrderSet, cCategories, 4);
AT(SSortOrderSet, cExpanded, 8);
AT(SSortOrderSet, aSort, 12);
SIZE(SRestriction, 32);
AT(SRestriction, res, 8);
SIZE(SAndRestriction, 16);
AT(SAndRestriction, lpRes, 8);
SIZE(SOrRestriction, 16);
SIZE(SNotRestriction, 16);
SIZE(SContentRestriction, 16);
AT(SContentRestriction, ulPropTag, 4);
AT(SContentRestriction, lpProp, 8);
SIZE(SPropertyRestriction, 16);
SIZE(SComparePropsRestriction, 12);
SIZE(SBitMaskRestriction, 12);
SIZE(SSizeRestriction, 12);
SIZE(SExistRestriction, 12);
SIZE(SSubRestriction, 16);
SIZE(SCommentRestriction, 24);
AT(SCommentRestriction, lpRes, 8);
AT(SCommentRestriction, lpProp, 16);
SIZE(MAPIERROR, 32);
AT(MAPIERROR, lpszError, 8);
AT(MAPIERROR, lpszComponent, 16);
AT(MAPIERROR, ulLowLevelError, 24);
AT(MAPIERROR, ulContext, 28);
SIZE(MAPINAMEID, 24);
AT(MAPINAMEID, ulKind, 8);
AT(MAPINAMEID, Kind, 16);
AT(FLATENTRY, abEntry, 4);
SIZE(MAPIINIT_0, 8);
AT(MAPIINIT_0, ulFlags, 4);
SIZE(ERROR_NOTIFICATION, 32);
AT(ERROR_NOTIFICATION, lpEntryID, 8);
AT(ERROR_NOTIFICATION, scode, 16);
AT(ERROR_NOTIFICATION, lpMAPIError, 24);
SIZE(NEWMAIL_NOTIFICATION, 56);
AT(NEWMAIL_NOTIFICATION, cbParentID, 16);
AT(NEWMAIL_NOTIFICATION, lpszMessageClass, 40);
AT(NEWMAIL_NOTIFICATION, ulMessageFlags, 48);
SIZE(OBJECT_NOTIFICATION, 72);
AT(OBJECT_NOTIFICATION, ulObjType, 16);
AT(OBJECT_NOTIFICATION, cbParentID, 20);
AT(OBJECT_NOTIFICATION, lpPropTagArray, 64);
SIZE(TABLE_NOTIFICATION, 80);
AT(TABLE_NOTIFICATION, propIndex, 8);
AT(TABLE_NOTIFICATION, propPrior, 32);
AT(TABLE_NOTIFICATION, row, 56);
SIZE(EXTENDED_NOTIFICATION, 16);
SIZE(STATUS_OBJECT_NOTIFICATION, 32);
SIZE(NOTIFICATION, 88);
AT(NOTIFICATION, info, 8);

#ifdef __cplusplus
/* A pointer to a virtual method is, with g++ on both systems, one more than the offset of its slot. */
template <typename Method> static size_t slot_of(Method method)
{
    uintptr_t word;
    memcpy(&word, &method, sizeof word);
    return (word - 1) / sizeof(void *);
}
static int wrong;
#define PLACE(interface, slot, method) \
    if (slot_of(&interface::method) != slot) { \
        printf("%s::%s is at %u, not %u\n", #interface, #method, (unsigned)slot_of(&interface::method), slot); \
        wrong++; \
    }
#define INTERFACE_IS(interface) SLOTS_##interface(PLACE)
#define BEGIN int main(void) {
#define END printf("layout %s\n", wrong ? "differs" : "agrees"); return wrong != 0; }
#else
#define PLACE(interface, slot, method) ASSERT(offsetof(interface##Vtbl, method) == slot * sizeof(void *));
#define INTERFACE_IS(interface) SLOTS_##interface(PLACE) ASSERT(sizeof(interface##Vtbl) == SLOT_COUNT_##interface * sizeof(void *));
#define BEGIN
#define END int main(void) { puts("layout agrees"); return 0; }
#endif

BEGIN
#if !defined(__cplusplus) || !defined(__MINGW32__)
/* mingw-w64 gives QueryInterface of C++ a second form, so that it has no single place; the interfaces below declare it again. */
INTERFACE_IS(IUnknown)
#endif
INTERFACE_IS(IMAPIAdviseSink)
INTERFACE_IS(IMAPISession)
INTERFACE_IS(IMAPITable)
INTERFACE_IS(IMAPIProp)
INTERFACE_IS(IAttach)
INTERFACE_IS(IMsgStore)
INTERFACE_IS(IMAPIContainer)
INTERFACE_IS(IMAPIFolder)
INTERFACE_IS(IMessage)
#ifndef WINE_HEADERS
/* Wine's headers do not declare these. */
INTERFACE_IS(IProfAdmin)
INTERFACE_IS(IMsgServiceAdmin)
INTERFACE_IS(IProviderAdmin)
INTERFACE_IS(IProfSect)
INTERFACE_IS(IMailUser)
INTERFACE_IS(IMAPIStatus)
INTERFACE_IS(IABContainer)
INTERFACE_IS(IDistList)
INTERFACE_IS(IAddrBook)
INTERFACE_IS(ITableData)
INTERFACE_IS(IPropData)
INTERFACE_IS(IMAPIProgress)
#endif
END
