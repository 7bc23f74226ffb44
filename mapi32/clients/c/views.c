/* Tables: restrictions, orders, bookmarks, searches and an advise sink, on a table made by CreateTable and on a status table.
 *
 * What it prints is compared line by line with the same steps through the Rust face. Bookmarks and connection numbers go through places of eight bytes
 * that begin as zero: whether a library writes four of them or all, the numbers are the same. */
#include "client.h"
#include "print.h"

/* PR_INSTANCE_KEY is the index column. */
#define KEY_TAG 0x0FF60102u

/* IID_IMAPITableData; one family of headers has it in a file of its own. */
static const GUID table_data_interface = {0x00020316, 0, 0, {0xC0, 0, 0, 0, 0, 0, 0, 0x46}};
static LPTABLEDATA data;
static LPMAPITABLE view;

/* What the sink was told: kept until the program asks for it, for it may come in the middle of any call. */
static NOTIFICATION *told[64];
static unsigned told_count;
static char ended[64];

static LONG STDMETHODCALLTYPE on_notify(void *context, ULONG count, NOTIFICATION *notifications)
{
    ULONG i, size;
    (void)context;
    for (i = 0; i < count && told_count < 64; i++) {
        /* What it points at is good until the callback returns: the copy is one piece of memory. */
        if (ScCountNotifications(1, &notifications[i], &size) == 0) {
            told[told_count] = (NOTIFICATION *)malloc(size);
            ScCopyNotifications(1, &notifications[i], told[told_count++], NULL);
        }
    }
    return 0;
}

/* CALLERRELEASE: the callback of a view may release the table data. */
static void STDMETHODCALLTYPE view_ended(uintptr_t number, LPTABLEDATA of, LPMAPITABLE table)
{
    snprintf(ended, sizeof ended, "%u %s %s", (unsigned)number, of == data ? "data" : "?", table == view ? "view" : "?");
    if (number == 2)
        CALL0(of, Release);
}

static void print_key(const SPropValue *key)
{
    if (key->ulPropTag == KEY_TAG)
        print_bytes(key->Value.bin.lpb, key->Value.bin.cb);
    else
        printf("%08X", (unsigned)key->ulPropTag);
}

static void print_told(const char *where)
{
    unsigned i;
    HrDispatchNotifications(0);
    printf("%s told %u\n", where, told_count);
    for (i = 0; i < told_count; i++) {
        const TABLE_NOTIFICATION *event = &told[i]->info.tab;
        printf("%s event 0x%08X %u 0x%08X index ", where, (unsigned)told[i]->ulEventType, (unsigned)event->ulTableEvent, (unsigned)event->hResult);
        print_key(&event->propIndex);
        printf(" prior ");
        print_key(&event->propPrior);
        putchar('\n');
        print_props(where, i + 1, event->row.lpProps, event->row.cValues);
        free(told[i]);
    }
    told_count = 0;
}

/* Reads up to so many rows from where the cursor stands. */
static void print_rows(const char *where, LPMAPITABLE table, LONG count, ULONG flags)
{
    LPSRowSet rows = NULL;
    ULONG i;
    HRESULT hr = CALL(table, QueryRows, count, flags, &rows);
    printf("%s rows 0x%08X %u\n", where, (unsigned)hr, rows ? (unsigned)rows->cRows : 0);
    for (i = 0; rows && i < rows->cRows; i++)
        print_props(where, i + 1, rows->aRow[i].lpProps, rows->aRow[i].cValues);
    FreeProws(rows);
}

static void print_all(const char *where, LPMAPITABLE table)
{
    CALL(table, SeekRow, (BOOKMARK)0, 0, NULL);
    print_rows(where, table, 100, 0);
}

static void print_position(const char *where, LPMAPITABLE table)
{
    ULONG row = 0, numerator = 0, denominator = 0;
    HRESULT hr = CALL(table, QueryPosition, &row, &numerator, &denominator);
    printf("%s position 0x%08X %u %u %u\n", where, (unsigned)hr, (unsigned)row, (unsigned)numerator, (unsigned)denominator);
}

static void print_order(const char *where, LPMAPITABLE table)
{
    LPSSortOrderSet order = NULL;
    ULONG i;
    HRESULT hr = CALL(table, QuerySortOrder, &order);
    printf("%s order 0x%08X", where, (unsigned)hr);
    if (order) {
        printf(" %u %u %u", (unsigned)order->cSorts, (unsigned)order->cCategories, (unsigned)order->cExpanded);
        for (i = 0; i < order->cSorts; i++)
            printf(" %08X:%u", (unsigned)order->aSort[i].ulPropTag, (unsigned)order->aSort[i].ulOrder);
    }
    putchar('\n');
    MAPIFreeBuffer(order);
}

/* A row: a key of one byte, a name, a number. */
static struct row {
    BYTE key;
    SPropValue props[3];
    SRow row;
} made;

static SRow *row(BYTE key, const char *name, LONG number)
{
    memset(&made, 0, sizeof made);
    made.key = key;
    made.props[0].ulPropTag = KEY_TAG;
    made.props[0].Value.bin.cb = 1;
    made.props[0].Value.bin.lpb = &made.key;
    made.props[1].ulPropTag = PR_DISPLAY_NAME_A;
    made.props[1].Value.lpszA = (char *)name;
    made.props[2].ulPropTag = PR_ROWID;
    made.props[2].Value.l = number;
    made.row.cValues = 3;
    made.row.lpProps = made.props;
    return &made.row;
}

/* name begins with "b" or "c", in any case, and number < limit; or not so. */
static SRestriction *names_below(LONG limit, int inverted)
{
    static SPropValue b, c, number;
    static SRestriction either[2], both[2], all, none;
    memset(&b, 0, sizeof b);
    b.ulPropTag = PR_DISPLAY_NAME_A;
    b.Value.lpszA = (char *)"B";
    c = b;
    c.Value.lpszA = (char *)"c";
    memset(&number, 0, sizeof number);
    number.ulPropTag = PR_ROWID;
    number.Value.l = limit;
    either[0].rt = either[1].rt = RES_CONTENT;
    either[0].res.resContent.ulFuzzyLevel = FL_PREFIX | FL_IGNORECASE;
    either[0].res.resContent.ulPropTag = PR_DISPLAY_NAME_A;
    either[0].res.resContent.lpProp = &b;
    either[1] = either[0];
    either[1].res.resContent.lpProp = &c;
    both[0].rt = RES_OR;
    both[0].res.resOr.cRes = 2;
    both[0].res.resOr.lpRes = either;
    both[1].rt = RES_PROPERTY;
    both[1].res.resProperty.relop = RELOP_LT;
    both[1].res.resProperty.ulPropTag = PR_ROWID;
    both[1].res.resProperty.lpProp = &number;
    all.rt = RES_AND;
    all.res.resAnd.cRes = 2;
    all.res.resAnd.lpRes = both;
    none.rt = RES_NOT;
    none.res.resNot.ulReserved = 0;
    none.res.resNot.lpRes = &all;
    return inverted ? &none : &all;
}

static SRestriction *number_is(ULONG tag, ULONG relop, LONG value)
{
    static SPropValue constant;
    static SRestriction is;
    memset(&constant, 0, sizeof constant);
    constant.ulPropTag = tag;
    constant.Value.l = value;
    is.rt = RES_PROPERTY;
    is.res.resProperty.relop = relop;
    is.res.resProperty.ulPropTag = tag;
    is.res.resProperty.lpProp = &constant;
    return &is;
}

static SSortOrderSet *order(ULONG tag, ULONG direction, ULONG categories)
{
    static SSortOrderSet set;
    set.cSorts = 1;
    set.cCategories = categories;
    set.cExpanded = 0;
    set.aSort[0].ulPropTag = tag;
    set.aSort[0].ulOrder = direction;
    return &set;
}

static void create(void)
{
    struct {
        ULONG cValues;
        ULONG aulPropTag[3];
    } columns = {3, {KEY_TAG, PR_DISPLAY_NAME_A, PR_ROWID}};
    static const struct {
        BYTE key;
        const char *name;
        LONG number;
    } rows[] = {{1, "Dora", 4}, {2, "anton", 1}, {3, "Caesar", 3}, {4, "berta", 2}, {5, "Caro", 9}, {6, "Emil", 5}};
    size_t i;
    HRESULT hr = CreateTable(&table_data_interface, MAPIAllocateBuffer, MAPIAllocateMore, MAPIFreeBuffer, NULL, TBLTYPE_DYNAMIC, KEY_TAG,
                             (LPSPropTagArray)&columns, &data);
    print_result("create", hr);
    for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
        print_result("create row", CALL(data, HrModifyRow, row(rows[i].key, rows[i].name, rows[i].number)));
    hr = (HRESULT)CALL_SLOT(data, 3, NULL, view_ended, 1, &view);
    print_result("create view", hr);
}

static void look(void)
{
    LPSPropTagArray columns = NULL;
    ULONG count = 0, status = 9, kind = 9;
    HRESULT hr = CALL(view, QueryColumns, 0, &columns);
    if (hr == 0)
        print_tags("look columns", columns);
    MAPIFreeBuffer(columns);
    hr = CALL(view, GetRowCount, 0, &count);
    printf("look count 0x%08X %u\n", (unsigned)hr, (unsigned)count);
    hr = CALL(view, GetStatus, &status, &kind);
    printf("look status 0x%08X %u %u\n", (unsigned)hr, (unsigned)status, (unsigned)kind);
    print_order("look", view);
    print_all("look", view);
    print_position("look end", view);
    print_rows("look back", view, -2, 1);
    print_result("look half", CALL(view, SeekRowApprox, 1, 2));
    print_position("look half", view);
    status = 9;
    hr = CALL(view, WaitForCompletion, 0, 1000, &status);
    printf("look wait 0x%08X %u\n", (unsigned)hr, (unsigned)status);
    print_result("look abort", CALL0(view, Abort));
}

static void restrict_and_sort(void)
{
    SRestriction *wrong;
    print_result("sort", CALL(view, SortTable, order(PR_DISPLAY_NAME_A, TABLE_SORT_DESCEND, 0), 0));
    print_order("sort", view);
    print_all("sort", view);
    print_result("restrict", CALL(view, Restrict, names_below(9, 0), 0));
    print_all("restrict", view);
    print_result("inverted", CALL(view, Restrict, names_below(9, 1), TBL_BATCH));
    print_all("inverted", view);
    print_result("restrict none", CALL(view, Restrict, NULL, 0));
    print_result("sort none", CALL(view, SortTable, NULL, 0));
    print_result("sort categories", CALL(view, SortTable, order(PR_ROWID, TABLE_SORT_ASCEND, 1), 0));
    wrong = number_is(PR_ROWID, RELOP_EQ, 1);
    wrong->res.resProperty.ulPropTag = PR_DISPLAY_NAME_A;
    print_result("restrict type", CALL(view, Restrict, wrong, 0));
}

static void find_and_mark(void)
{
    uintptr_t mark = 0;
    LONG sought = -9;
    HRESULT hr;
    print_result("find", CALL(view, FindRow, number_is(PR_ROWID, RELOP_EQ, 3), (BOOKMARK)0, 0));
    print_position("find", view);
    hr = (HRESULT)CALL_SLOT(view, 15, &mark, 0, 0, 0);
    printf("mark 0x%08X %u\n", (unsigned)hr, (unsigned)mark);
    print_result("find back", CALL(view, FindRow, number_is(PR_ROWID, RELOP_GE, 4), (BOOKMARK)1, DIR_BACKWARD));
    print_position("find back", view);
    print_result("find nothing", CALL(view, FindRow, number_is(PR_ROWID, RELOP_GT, 99), (BOOKMARK)0, 0));
    print_result("find none", CALL(view, FindRow, NULL, (BOOKMARK)0, 0));
    print_result("insert", CALL(data, HrInsertRow, 0, row(7, "Friedrich", 6)));
    hr = CALL(view, SeekRow, (BOOKMARK)mark, 0, &sought);
    printf("mark seek 0x%08X %d\n", (unsigned)hr, (int)sought);
    print_rows("mark", view, 1, 0);
    print_result("mark free", CALL(view, FreeBookmark, (BOOKMARK)mark));
    print_result("mark again", CALL(view, FreeBookmark, (BOOKMARK)mark));
    print_result("mark gone", CALL(view, SeekRow, (BOOKMARK)mark, 0, NULL));
}

static void watch(void)
{
    struct {
        ULONG cValues;
        ULONG aulPropTag[2];
    } columns = {2, {PR_ROWID, PR_DISPLAY_NAME_A}};
    LPMAPIADVISESINK sink = NULL;
    uintptr_t connection = 0, other = 0;
    ULONG deleted = 0;
    HRESULT hr;
    print_told("watch early");
    print_result("watch sink", HrAllocAdviseSink((LPNOTIFCALLBACK)on_notify, NULL, &sink));
    print_result("watch mask", (HRESULT)CALL_SLOT(view, 4, fnevNewMail, sink, &other, 0));
    hr = (HRESULT)CALL_SLOT(view, 4, fnevTableModified, sink, &connection, 0);
    printf("watch advise 0x%08X %s\n", (unsigned)hr, connection ? "given" : "zero");
    CALL(view, SetColumns, (LPSPropTagArray)&columns, 0);
    CALL(view, SortTable, order(PR_ROWID, TABLE_SORT_ASCEND, 0), 0);
    print_result("watch modify", CALL(data, HrModifyRow, row(5, "Carola", 0)));
    print_told("watch modify");
    print_result("watch add", CALL(data, HrModifyRow, row(8, "Gustav", 7)));
    print_told("watch add");
    row(2, "", 0);
    print_result("watch delete", CALL(data, HrDeleteRow, &made.props[0]));
    print_told("watch delete");
    print_result("watch delete again", CALL(data, HrDeleteRow, &made.props[0]));
    CALL(view, Restrict, number_is(PR_ROWID, RELOP_GT, 4), 0);
    print_result("watch hidden", CALL(data, HrModifyRow, row(3, "Cicero", 3)));
    print_told("watch hidden");
    row(6, "", 0);
    print_result("watch notify", CALL(data, HrNotify, 0, 1, &made.props[0]));
    print_told("watch notify");
    hr = CALL(data, HrDeleteRows, 1, NULL, &deleted);
    printf("watch all 0x%08X %u\n", (unsigned)hr, (unsigned)deleted);
    print_told("watch all");
    print_result("watch unadvise", CALL(view, Unadvise, (ULONG)connection));
    print_result("watch unadvise again", CALL(view, Unadvise, (ULONG)connection));
    print_result("watch after", CALL(data, HrModifyRow, row(1, "Heinrich", 8)));
    print_told("watch after");
    /* The table gave its reference back. */
    printf("watch release %u\n", (unsigned)CALL0(sink, Release));
}

static void end_views(void)
{
    LPSRow found = NULL;
    ULONG number = 99;
    HRESULT hr;
    row(1, "", 0);
    hr = CALL(data, HrQueryRow, &made.props[0], &found, &number);
    printf("end query 0x%08X %u\n", (unsigned)hr, (unsigned)number);
    if (found)
        print_props("end query", 1, found->lpProps, found->cValues);
    MAPIFreeBuffer(found);
    found = NULL;
    hr = CALL(data, HrEnumRow, 1, &found);
    printf("end enum 0x%08X %s\n", (unsigned)hr, found ? "given" : "null");
    printf("end view %u ", (unsigned)CALL0(view, Release));
    printf("%s\n", ended);
    ended[0] = 0;
    /* A view whose callback releases the table data. */
    print_result("end second", (HRESULT)CALL_SLOT(data, 3, order(PR_DISPLAY_NAME_A, TABLE_SORT_ASCEND, 0), view_ended, 2, &view));
    print_order("end second", view);
    printf("end second %u ", (unsigned)CALL0(view, Release));
    printf("%s\n", ended);
}

/* The table of a provider: the rows of one type, ordered. */
static void status(void)
{
    struct {
        ULONG cValues;
        ULONG aulPropTag[3];
    } columns = {3, {PR_RESOURCE_TYPE, PR_DISPLAY_NAME_A, PR_ROWID}};
    LPMAPISESSION session = NULL;
    LPMAPITABLE table = NULL;
    LPSRowSet rows = NULL;
    HRESULT hr = MAPILogonEx(0, (LPTSTR) "Work", NULL, MAPI_EXTENDED | MAPI_NEW_SESSION | MAPI_NO_MAIL, &session);
    print_result("status logon", hr);
    if (hr < 0)
        return;
    print_result("status table", CALL(session, GetStatusTable, 0, &table));
    hr = HrQueryAllRows(table, (LPSPropTagArray)&columns, number_is(PR_RESOURCE_TYPE, RELOP_NE, 39), order(PR_DISPLAY_NAME_A, TABLE_SORT_ASCEND, 0),
                        0, &rows);
    printf("status all 0x%08X %u\n", (unsigned)hr, rows ? (unsigned)rows->cRows : 0);
    FreeProws(rows);
    print_all("status", table);
    print_order("status", table);
    CALL0(table, Release);
    print_result("status logoff", CALL(session, Logoff, 0, 0, 0));
    CALL0(session, Release);
}

int main(void)
{
    print_result("initialize", MAPIInitialize(NULL));
    create();
    if (!view)
        return 1;
    look();
    restrict_and_sort();
    find_and_mark();
    watch();
    end_views();
    status();
    MAPIUninitialize();
    return 0;
}
