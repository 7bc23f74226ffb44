/* Calls every method of every object that can be had, by its slot, with nothing but zeros: no call may crash or hang, and what is not built has to
 * answer MAPI_E_NO_SUPPORT. Before that, the rules of IUnknown. What it prints is compared with slots.expected. */
#include "client.h"
#include "slots.h"

static const GUID strange = {0x12345678, 0x1234, 0x1234, {1, 2, 3, 4, 5, 6, 7, 8}};

static GUID mapi_iid(ULONG first)
{
    GUID iid = {0, 0, 0, {0xC0, 0, 0, 0, 0, 0, 0, 0x46}};
    iid.Data1 = first;
    return iid;
}

static HRESULT query(void *object, const GUID *iid, void **found)
{
    return (HRESULT)CALL_SLOT(object, 0, iid, found, 0, 0);
}

static ULONG add_ref(void *object) { return CALL_SLOT(object, 1, 0, 0, 0, 0); }
static ULONG release(void *object) { return CALL_SLOT(object, 2, 0, 0, 0, 0); }

/* One result of IUnknown's methods. */
static void check(const char *interface_name, const char *what, int right)
{
    printf("%s %s %s\n", interface_name, what, right ? "ok" : "WRONG");
}

/* Identity, references, and what an interface is refused with. `first` is the first field of the interface's own identifier. */
static void check_unknown(const char *name, void *object, ULONG first)
{
    GUID unknown = mapi_iid(0), own = mapi_iid(first);
    void *one = NULL, *two = NULL, *three = NULL, *none = object;

    check(name, "counts up", add_ref(object) == 2);
    check(name, "counts down", release(object) == 1);
    check(name, "has IUnknown", query(object, &unknown, &one) == 0 && one);
    check(name, "has itself", query(object, &own, &two) == 0 && two);
    if (two)
        check(name, "is one object", query(two, &unknown, &three) == 0 && three == one);
    check(name, "lacks a strange interface", query(object, &strange, &none) == (HRESULT)0x80004002 && !none);
    check(name, "takes no NULL", query(object, &unknown, NULL) == (HRESULT)0x80070057);
    if (three)
        release(three);
    if (two)
        release(two);
    if (one)
        release(one);
    check(name, "has one reference again", add_ref(object) == 2 && release(object) == 1);
}

/* Slots 0 to 2 are IUnknown's; Logoff, StoreLogoff and DoFastShutdown would end the tour. */
static int ends_it(const char *method) { return !strcmp(method, "Logoff") || !strcmp(method, "StoreLogoff") || !strcmp(method, "DoFastShutdown"); }

#define TRY(name, slot, method) \
    if (slot > 2 && !ends_it(#method)) { \
        printf("%s %u %s ", #name, (unsigned)slot, #method); \
        fflush(stdout); \
        printf("0x%08X\n", (unsigned)CALL_SLOT(object, slot, 0, 0, 0, 0)); \
        fflush(stdout); \
    }
#define VISIT(name, first, pointer) \
    do { \
        void *object = (pointer); \
        if (!object) { \
            printf("%s is not to be had\n", #name); \
            break; \
        } \
        check_unknown(#name, object, first); \
        SLOTS_##name(TRY) \
    } while (0)

static LPMAPISESSION session;

/* The object behind the first row of a table, by OpenEntry of the session (9) or OpenMsgStore (5). */
static void *open_first(LPMAPITABLE table, int store)
{
    LPSRowSet rows = NULL;
    void *object = NULL;
    ULONG type = 0, i;
    if (!table || CALL(table, QueryRows, 1, 0, &rows) || !rows || rows->cRows == 0)
        return NULL;
    for (i = 0; i < rows->aRow[0].cValues; i++)
        if (rows->aRow[0].lpProps[i].ulPropTag == PR_ENTRYID) {
            SBinary id = rows->aRow[0].lpProps[i].Value.bin;
            if (store)
                CALL(session, OpenMsgStore, 0, id.cb, (LPENTRYID)id.lpb, NULL, 0, (LPMDB *)&object);
            else
                CALL(session, OpenEntry, id.cb, (LPENTRYID)id.lpb, NULL, 0, &type, (LPUNKNOWN *)&object);
        }
    FreeProws(rows);
    return object;
}

/* What a method that writes a number has written: four bytes, or eight, as the headers differ. */
static const char *width(HRESULT hr, const ULONG *place)
{
    if (hr)
        return "nothing";
    return place[1] == 0x22222222 ? "four bytes" : "eight bytes";
}

static LONG STDAPICALLTYPE notified(LPVOID context, ULONG count, LPNOTIFICATION notifications)
{
    (void)context, (void)count, (void)notifications;
    return 0;
}

/* Bookmarks and connections are four bytes wide in these headers, eight in Microsoft's. */
static void check_widths(LPMAPITABLE table)
{
    ULONG bookmark[2] = {0x11111111, 0x22222222}, connection[2] = {0x11111111, 0x22222222};
    LPMAPIADVISESINK sink = NULL;
    HRESULT hr = (HRESULT)CALL_SLOT(table, 15, bookmark, 0, 0, 0);
    printf("width CreateBookmark 0x%08X %s\n", (unsigned)hr, width(hr, bookmark));
    hr = HrAllocAdviseSink((LPNOTIFCALLBACK)notified, NULL, &sink);
    printf("width HrAllocAdviseSink 0x%08X\n", (unsigned)hr);
    if (hr)
        return;
    hr = (HRESULT)SLOT(session, 11)(session, 0, 0, 1, (uintptr_t)sink, (uintptr_t)connection, 0, 0, 0, 0, 0, 0);
    printf("width Advise 0x%08X %s\n", (unsigned)hr, width(hr, connection));
    if (hr == 0)
        printf("width Unadvise 0x%08X\n", (unsigned)CALL_SLOT(session, 12, connection[0], 0, 0, 0));
    CALL0(sink, Release);
}

int main(void)
{
    LPMAPITABLE status = NULL, stores = NULL;
    void *admin = NULL, *services = NULL, *providers = NULL, *book = NULL, *section = NULL, *one, *store;
    void *shutdown = NULL;
    GUID iid = mapi_iid(0x20397);

    if (MAPIInitialize(NULL) || MAPILogonEx(0, (LPTSTR) "Work", NULL, MAPI_EXTENDED | MAPI_NEW_SESSION | MAPI_NO_MAIL, &session))
        return 1;
    CALL(session, GetStatusTable, 0, &status);
    CALL(session, GetMsgStoresTable, 0, &stores);
    one = open_first(status, 0);
    store = open_first(stores, 1);
    CALL_SLOT(session, 6, 0, 0, 0, &book);
    CALL_SLOT(session, 7, 0, 0, 0, &section);
    CALL_SLOT(session, 19, 0, &services, 0, 0);
    if (services)
        CALL_SLOT(services, 12, 0, 0, &providers, 0);
    MAPIAdminProfiles(0, (LPPROFADMIN *)&admin);
    query(session, &iid, &shutdown);

    check_widths(status);
    VISIT(IMAPITable, 0x20301, status);
    VISIT(IMAPIStatus, 0x20305, one);
    VISIT(IMsgStore, 0x20306, store);
    VISIT(IAddrBook, 0x20309, book);
    VISIT(IProfAdmin, 0x2031C, admin);
    VISIT(IMsgServiceAdmin, 0x2031D, services);
    VISIT(IProviderAdmin, 0x20325, providers);
    VISIT(IProfSect, 0x20304, section);
    if (shutdown) {
        release(shutdown);
        VISIT(IMAPIClientShutdown, 0x20397, shutdown);
    }
    VISIT(IMAPISession, 0x20300, session);
    if (status) release(status);
    if (stores) release(stores);
    if (one) release(one);
    if (store) release(store);
    if (book) release(book);
    if (admin) release(admin);
    if (services) release(services);
    if (providers) release(providers);
    if (section) release(section);
    printf("logoff 0x%08X\n", (unsigned)CALL(session, Logoff, 0, 0, 0));
    printf("release %u\n", (unsigned)release(session));
    MAPIUninitialize();
    return 0;
}
