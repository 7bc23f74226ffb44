/* The scenario that every client plays, in sections that can be chosen by name: `scenario early initialize logon ...`; without arguments, all.
 * `close` ends without a word, where `end` tries the library once more after the last MAPIUninitialize, as `early` does before the first MAPIInitialize.
 * What it prints is compared line by line with the same scenario through the Rust face. Built as C and as C++, for both families of headers.
 *
 * With -DCORE_ONLY it uses none of the helper functions beside the core: what Wine's own mapi32 passes on to a registered library. */
#include "client.h"
#include "print.h"
#ifdef BY_REGISTRY
#include "by_registry.h"
#endif

#define EXT_NEW (MAPI_EXTENDED | MAPI_NEW_SESSION)

static char *ansi(const char *text) { return (char *)text; }

/* MAPILogonEx with an 8-bit or a UTF-16 name, as the flags say. */
static HRESULT logon(const void *profile, ULONG flags, LPMAPISESSION *session)
{
    *session = NULL;
    return MAPILogonEx(0, (LPTSTR)profile, NULL, flags, session);
}

static HRESULT query_all_rows(LPMAPITABLE table, LPSRowSet *rows)
{
#ifdef CORE_ONLY
    ULONG count = 0;
    HRESULT hr = CALL(table, SeekRow, (BOOKMARK)0, 0, NULL);
    if (hr == 0)
        hr = CALL(table, GetRowCount, 0, &count);
    return hr ? hr : CALL(table, QueryRows, (LONG)count, 0, rows);
#else
    return HrQueryAllRows(table, NULL, NULL, NULL, 0, rows);
#endif
}

static void free_rows(LPSRowSet rows)
{
#ifdef CORE_ONLY
    ULONG i;
    for (i = 0; rows && i < rows->cRows; i++)
        MAPIFreeBuffer(rows->aRow[i].lpProps);
    MAPIFreeBuffer(rows);
#else
    FreeProws(rows);
#endif
}

static const SPropValue *find(const SRow *row, ULONG tag)
{
    ULONG i;
    for (i = 0; i < row->cValues; i++)
        if (row->lpProps[i].ulPropTag == tag)
            return &row->lpProps[i];
    return NULL;
}

static void print_rows(const char *where, const SRowSet *rows)
{
    ULONG i;
    for (i = 0; i < rows->cRows; i++)
        print_props(where, i + 1, rows->aRow[i].lpProps, rows->aRow[i].cValues);
}

/* A whole table: its columns, its size, its rows. */
static void print_table(const char *where, LPMAPITABLE table)
{
    LPSPropTagArray columns = NULL;
    LPSRowSet rows = NULL;
    ULONG count = 0;
    char line[64];
    HRESULT hr;

    snprintf(line, sizeof line, "%s columns", where);
    if (CALL(table, QueryColumns, 0, &columns) == 0)
        print_tags(line, columns);
    MAPIFreeBuffer(columns);
    hr = CALL(table, GetRowCount, 0, &count);
    printf("%s count 0x%08X %u\n", where, (unsigned)hr, (unsigned)count);
    hr = query_all_rows(table, &rows);
    printf("%s rows 0x%08X\n", where, (unsigned)hr);
    if (hr == 0)
        print_rows(where, rows);
    free_rows(rows);
}

/* Some columns, and the cursor forward and backward. */
static void walk_table(const char *where, LPMAPITABLE table)
{
    struct {
        ULONG cValues;
        ULONG aulPropTag[3];
    } some = {3, {PR_DISPLAY_NAME_A, PR_DISPLAY_NAME_W, PR_BODY_A}};
    LPSRowSet rows = NULL;
    LONG sought = -1;
    HRESULT hr;

    printf("%s set 0x%08X\n", where, (unsigned)CALL(table, SetColumns, (LPSPropTagArray)&some, 0));
    hr = CALL(table, SeekRow, (BOOKMARK)0, 1, &sought);
    printf("%s seek 0x%08X %d\n", where, (unsigned)hr, (int)sought);
    if (CALL(table, QueryRows, 1, 0, &rows) == 0)
        print_rows(where, rows);
    free_rows(rows);
    rows = NULL;
    if (CALL(table, QueryRows, -2, 0, &rows) == 0)
        print_rows(where, rows);
    free_rows(rows);
}

/* All properties of an object, in both widths. Slot 5 is GetProps wherever there is IMAPIProp. */
static void print_object(const char *where, ULONG number, void *object)
{
    ULONG count, width;
    LPSPropValue props;
    HRESULT hr;

    for (width = 0; width < 2; width++) {
        count = 0;
        props = NULL;
        hr = (HRESULT)CALL_SLOT(object, 5, NULL, width ? F_UNICODE : 0, &count, &props);
        printf("%s %u props 0x%08X\n", where, (unsigned)number, (unsigned)hr);
        if (hr >= 0)
            print_props(where, number, props, count);
        MAPIFreeBuffer(props);
    }
}

static void release(void *object)
{
    if (object)
        CALL0((LPUNKNOWN)object, Release);
}

/* Opens every row of the status table as an object, and tries its methods. */
static void print_status_objects(const char *where, LPMAPISESSION session, const SRowSet *rows)
{
    ULONG i;
    for (i = 0; i < rows->cRows; i++) {
        const SPropValue *id = find(&rows->aRow[i], PR_ENTRYID);
        LPUNKNOWN object = NULL;
        ULONG type = 0;
        HRESULT hr = MAPI_E_NOT_FOUND;
        if (id)
            hr = CALL(session, OpenEntry, id->Value.bin.cb, (LPENTRYID)id->Value.bin.lpb, NULL, 0, &type, &object);
        printf("%s %u open 0x%08X type %u\n", where, (unsigned)i + 1, (unsigned)hr, (unsigned)type);
        if (hr < 0)
            continue;
        print_object(where, i + 1, object);
        printf("%s %u validate 0x%08X\n", where, (unsigned)i + 1, (unsigned)CALL_SLOT(object, 14, 0, 0, 0, 0));
        printf("%s %u settings 0x%08X\n", where, (unsigned)i + 1, (unsigned)CALL_SLOT(object, 15, 0, 0, 0, 0));
        release(object);
    }
}

/* Opens every store of the stores table. */
static void print_stores(const char *where, LPMAPISESSION session, const SRowSet *rows)
{
    ULONG i;
    for (i = 0; i < rows->cRows; i++) {
        const SPropValue *id = find(&rows->aRow[i], PR_ENTRYID);
        LPMDB store = NULL;
        HRESULT hr = MAPI_E_NOT_FOUND;
        if (id)
            hr = CALL(session, OpenMsgStore, 0, id->Value.bin.cb, (LPENTRYID)id->Value.bin.lpb, NULL, 0, &store);
        printf("%s %u open 0x%08X\n", where, (unsigned)i + 1, (unsigned)hr);
        if (hr < 0)
            continue;
        print_object(where, i + 1, store);
        release(store);
    }
}

static void print_identity(const char *section, LPMAPISESSION session)
{
    ULONG size = 0, count = 0, i;
    LPENTRYID identity = NULL;
    LPTSTR *types = NULL;
    HRESULT hr = CALL(session, QueryIdentity, &size, &identity);

    printf("%s identity 0x%08X ", section, (unsigned)hr);
    print_bytes(identity, hr >= 0 ? size : 0);
    putchar('\n');
    MAPIFreeBuffer(identity);
    hr = CALL(session, EnumAdrTypes, 0, &count, &types);
    printf("%s adrtypes 0x%08X", section, (unsigned)hr);
    for (i = 0; hr >= 0 && i < count; i++) {
        putchar(' ');
        print_ansi((const char *)types[i]);
    }
    putchar('\n');
    MAPIFreeBuffer(types);
}

/* What hangs from a session. */
static void tour(const char *section, LPMAPISESSION session)
{
    char status[32], stores[32], address_book[32];
    LPMAPITABLE table = NULL;
    LPSRowSet rows = NULL;
    void *book = NULL;
    ULONG width;
    HRESULT hr;

    snprintf(status, sizeof status, "%s status", section);
    snprintf(stores, sizeof stores, "%s stores", section);
    snprintf(address_book, sizeof address_book, "%s book", section);
    for (width = 0; width < 2; width++) {
        print_result(status, CALL(session, GetStatusTable, width ? F_UNICODE : 0, &table));
        print_table(status, table);
        if (width == 0 && query_all_rows(table, &rows) == 0)
            print_status_objects(status, session, rows);
        free_rows(rows);
        rows = NULL;
        walk_table(status, table);
        release(table);
    }
    for (width = 0; width < 2; width++) {
        print_result(stores, CALL(session, GetMsgStoresTable, width ? F_UNICODE : 0, &table));
        print_table(stores, table);
        if (width == 0 && query_all_rows(table, &rows) == 0)
            print_stores(stores, session, rows);
        free_rows(rows);
        rows = NULL;
        release(table);
    }
    hr = (HRESULT)CALL_SLOT(session, 6, 0, NULL, 0, &book);
    print_result(address_book, hr);
    if (hr >= 0)
        print_object(address_book, 1, book);
    release(book);
    print_identity(section, session);
}

/* The profile of a session, as the subsystem's row of the status table names it. */
static void print_profile(const char *where, LPMAPISESSION session)
{
    LPMAPITABLE table = NULL;
    LPSRowSet rows = NULL;
    const SPropValue *name;
    if (CALL(session, GetStatusTable, 0, &table) == 0 && query_all_rows(table, &rows) == 0 && rows->cRows > 0) {
        name = find(&rows->aRow[0], PR_DISPLAY_NAME_A);
        printf("%s profile ", where);
        if (name)
            print_value(name);
        putchar('\n');
    }
    free_rows(rows);
    release(table);
}

static void section_early(void)
{
    LPMAPISESSION session;
    void *admin = NULL;
    print_result("early logon", logon(ansi("Work"), EXT_NEW, &session));
    print_result("early admin", MAPIAdminProfiles(0, (LPPROFADMIN *)&admin));
}

static void section_initialize(void)
{
    print_result("initialize", MAPIInitialize(NULL));
}

static void section_logon(void)
{
    static const WCHAR home[] = {'H', 'o', 'm', 'e', 0}, buero[] = {'B', 0xFC, 'r', 'o', 0};
    const struct {
        const void *name;
        ULONG flags;
    } logons[] = {
        {"Work", EXT_NEW | MAPI_NO_MAIL},
        {"Work", EXT_NEW | MAPI_EXPLICIT_PROFILE},
        {NULL, MAPI_EXTENDED | F_USE_DEFAULT},
        {home, EXT_NEW | F_UNICODE},
        {"Wrok", EXT_NEW | MAPI_NO_MAIL},
        {"Assistant", EXT_NEW | F_APP_PROFILE},
        {NULL, EXT_NEW},
        {"B\xFCro", EXT_NEW | MAPI_TIMEOUT_SHORT},
        {buero, EXT_NEW | F_UNICODE | MAPI_NO_MAIL},
    };
    size_t i;
    for (i = 0; i < sizeof logons / sizeof logons[0]; i++) {
        LPMAPISESSION session;
        char where[32];
        HRESULT hr = logon(logons[i].name, logons[i].flags, &session);
        snprintf(where, sizeof where, "logon %u", (unsigned)i + 1);
        printf("%s flags 0x%08X hr 0x%08X session %s\n", where, (unsigned)logons[i].flags, (unsigned)hr, session ? "given" : "null");
        if (hr < 0)
            continue;
        print_profile(where, session);
        printf("%s logoff 0x%08X\n", where, (unsigned)CALL(session, Logoff, 0, 0, 0));
        printf("%s release %u\n", where, (unsigned)CALL0(session, Release));
    }
}

static void section_tour(const char *section, ULONG flags)
{
    LPMAPISESSION session;
    HRESULT hr = logon(ansi("Work"), EXT_NEW | flags, &session);
    printf("%s logon 0x%08X\n", section, (unsigned)hr);
    if (hr < 0)
        return;
    tour(section, session);
    printf("%s logoff 0x%08X\n", section, (unsigned)CALL(session, Logoff, 0, 0, 0));
    release(session);
}

static void section_shared(void)
{
    LPMAPISESSION first, second;
    print_result("shared first", logon(ansi("Work"), EXT_NEW | MAPI_ALLOW_OTHERS, &first));
    print_result("shared second", logon(ansi("Home"), MAPI_EXTENDED, &second));
    print_profile("shared second", second);
    print_result("shared second logoff", CALL(second, Logoff, 0, 0, 0));
    release(second);
    print_profile("shared first", first);
    print_result("shared first logoff", CALL(first, Logoff, 0, 0, 0));
    release(first);
}

static void errors_of_session(LPMAPISESSION session)
{
    BYTE garbage[24];
    LPMAPITABLE table = NULL;
    LPMDB store = NULL;
    LPUNKNOWN object = NULL;
    LPMAPIERROR error = NULL;
    ULONG type = 0, equal = 7;
    void *nothing = NULL;
    HRESULT hr;
    static const GUID strange = {0x12345678, 0x1234, 0x1234, {1, 2, 3, 4, 5, 6, 7, 8}};

    memset(garbage, 0x5A, sizeof garbage);
    print_result("errors status flags", CALL(session, GetStatusTable, 1, &table));
    print_result("errors stores flags", CALL(session, GetMsgStoresTable, 0x40, &table));
    print_result("errors store none", CALL(session, OpenMsgStore, 0, 0, NULL, NULL, 0, &store));
    print_result("errors store garbage", CALL(session, OpenMsgStore, 0, sizeof garbage, (LPENTRYID)garbage, NULL, 0, &store));
    hr = CALL(session, OpenEntry, sizeof garbage, (LPENTRYID)garbage, NULL, 0, &type, &object);
    print_result("errors entry garbage", hr);
    if (CALL(session, GetLastError, hr, 0, &error) == 0 && error) {
        printf("errors last %u ", (unsigned)error->ulVersion);
        print_ansi((const char *)error->lpszError);
        printf(" %u %u\n", (unsigned)error->ulLowLevelError, (unsigned)error->ulContext);
    } else
        printf("errors last none\n");
    MAPIFreeBuffer(error);
    hr = CALL(session, CompareEntryIDs, sizeof garbage, (LPENTRYID)garbage, sizeof garbage, (LPENTRYID)garbage, 0, &equal);
    print_result("errors compare garbage", hr);
    print_result("errors unadvise", CALL(session, Unadvise, 99));
    print_result("errors logoff flags", CALL(session, Logoff, 0, 0x80, 0));
    print_result("errors interface", CALL(session, QueryInterface, IID_ARG(strange), &nothing));
    printf("errors interface %s\n", nothing ? "given" : "null");
}

static void errors_of_table(LPMAPISESSION session)
{
    SPropTagArray none;
    LPMAPITABLE table = NULL;
    LPSPropTagArray columns = NULL;
    LPSRowSet rows = NULL;

    memset(&none, 0, sizeof none);
    print_result("errors table", CALL(session, GetStatusTable, 0, &table));
    print_result("errors rows zero", CALL(table, QueryRows, 0, 0, &rows));
    print_result("errors bookmark", CALL(table, SeekRow, (BOOKMARK)7, 0, NULL));
    print_result("errors columns none", CALL(table, SetColumns, &none, 0));
    print_result("errors columns flags", CALL(table, QueryColumns, 0x10, &columns));
    MAPIFreeBuffer(columns);
    release(table);
}

static void section_errors(void)
{
    LPMAPISESSION session;
    if (logon(ansi("Work"), EXT_NEW | MAPI_NO_MAIL, &session) < 0)
        return;
    errors_of_session(session);
    errors_of_table(session);
    print_result("errors logoff", CALL(session, Logoff, 0, 0, 0));
    release(session);
}

static void section_after(void)
{
    LPMAPISESSION session;
    LPMAPITABLE table = NULL, other = NULL;
    ULONG count = 0;
    LPSRowSet rows = NULL;
    if (logon(ansi("Work"), EXT_NEW | MAPI_NO_MAIL, &session) < 0)
        return;
    CALL(session, GetStatusTable, 0, &table);
    print_result("after logoff", CALL(session, Logoff, 0, 0, 0));
    print_result("after status", CALL(session, GetStatusTable, 0, &other));
    print_result("after count", CALL(table, GetRowCount, 0, &count));
    print_result("after rows", CALL(table, QueryRows, 1, 0, &rows));
    print_result("after again", CALL(session, Logoff, 0, 0, 0));
    printf("after release %u %u\n", (unsigned)CALL0(table, Release), (unsigned)CALL0(session, Release));
}

static void section_end(void)
{
    LPMAPISESSION session;
    MAPIUninitialize();
    print_result("end logon", logon(ansi("Work"), EXT_NEW, &session));
}

static int play(const char *section)
{
    if (!strcmp(section, "early")) section_early();
    else if (!strcmp(section, "initialize")) section_initialize();
    else if (!strcmp(section, "logon")) section_logon();
    else if (!strcmp(section, "nomail")) section_tour(section, MAPI_NO_MAIL);
    else if (!strcmp(section, "mail")) section_tour(section, 0);
    else if (!strcmp(section, "shared")) section_shared();
    else if (!strcmp(section, "errors")) section_errors();
    else if (!strcmp(section, "after")) section_after();
    else if (!strcmp(section, "end")) section_end();
    else if (!strcmp(section, "close")) MAPIUninitialize();
    else {
        fprintf(stderr, "no section \"%s\"\n", section);
        return 2;
    }
    fflush(stdout);
    return 0;
}

int main(int argc, char **argv)
{
    static const char *const all[] = {"early", "initialize", "logon", "nomail", "mail", "shared", "errors", "after", "end"};
    int i, wrong = 0;
#ifdef BY_REGISTRY
    if (!load_registered_client())
        return 3;
#endif
    if (argc > 1)
        for (i = 1; i < argc; i++)
            wrong |= play(argv[i]);
    else
        for (i = 0; i < (int)(sizeof all / sizeof all[0]); i++)
            wrong |= play(all[i]);
    return wrong;
}
