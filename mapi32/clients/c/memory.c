/* The allocator by its documented rules; each check names its clause. It misuses nothing: see bugs.c for that. */
#include "client.h"

static int failed;

static void check(const char *clause, const char *what, int right)
{
    printf("%s %s %s\n", clause, what, right ? "ok" : "WRONG");
    failed |= !right;
}

static void *allocate(ULONG size)
{
    void *block = NULL;
    return MAPIAllocateBuffer(size, &block) == 0 ? block : NULL;
}

static void blocks(void)
{
    ULONG size;
    int given = 1, aligned = 1, freed = 1;
    for (size = 1; size <= 4096; size += 7) {
        void *block = allocate(size);
        given &= block != NULL;
        if (!block)
            continue;
        memset(block, 0x5A, size);
        aligned &= (uintptr_t)block % 16 == 0;
        freed &= MAPIFreeBuffer(block) == 0;
    }
    check("MEMORY-013", "blocks of 1 to 4096 bytes can be written", given);
    check("MEMORY-016", "blocks lie on multiples of 16", aligned);
    check("MEMORY-034", "freeing answers 0", freed);
}

static void edges(void)
{
    void *none = allocate(0), *block = (void *)(uintptr_t)1;
    check("MEMORY-017", "a block of no bytes is a block", none != NULL);
    MAPIFreeBuffer(none);
    check("MEMORY-033", "freeing NULL does nothing", MAPIFreeBuffer(NULL) == 0);
    check("MEMORY-021", "no place for the block", MAPIAllocateBuffer(8, NULL) == (SCODE)0x80070057);
    check("MEMORY-029", "NULL as root makes a root", MAPIAllocateMore(8, NULL, &block) == 0 && block);
    MAPIFreeBuffer(block);
}

static void chains(void)
{
    void *root = allocate(24), *parent = root, *linked = NULL;
    int i, given = 1, aligned = 1;
    for (i = 0; i < 100; i++) {
        linked = NULL;
        given &= MAPIAllocateMore((ULONG)(i * 3 + 1), root, &linked) == 0 && linked;
        aligned &= (uintptr_t)linked % 16 == 0;
        memset(linked, i, (size_t)i * 3 + 1);
    }
    check("MEMORY-024", "a hundred blocks linked to one", given && parent == root);
    check("MEMORY-015", "linked blocks hold property values", aligned);
    check("MEMORY-022", "freeing the root frees all", MAPIFreeBuffer(root) == 0);
}

/* Buffers outlive the session that gave them; a row outlives its set. */
static void rows(void)
{
    LPMAPISESSION session = NULL;
    LPMAPITABLE table = NULL;
    LPSRowSet set = NULL, none = NULL;
    LPSPropValue kept;
    ULONG count;

    MAPILogonEx(0, (LPTSTR) "Work", NULL, MAPI_EXTENDED | MAPI_NEW_SESSION | MAPI_NO_MAIL, &session);
    CALL(session, GetStatusTable, 0, &table);
    check("MEMORY-053", "HrQueryAllRows gives rows", HrQueryAllRows(table, NULL, NULL, NULL, 0, &set) == 0 && set->cRows == 3);
    check("MEMORY-055", "the padding of rows is 0", set->aRow[0].ulAdrEntryPad == 0 && set->aRow[1].ulAdrEntryPad == 0);
    check("MEMORY-052", "a set without rows", CALL(table, QueryRows, 1, 0, &none) == 0 && none->cRows == 0);
    MAPIFreeBuffer(none);
    CALL0(table, Release);
    CALL(session, Logoff, 0, 0, 0);
    CALL0(session, Release);
    kept = set->aRow[1].lpProps;
    count = set->aRow[1].cValues;
    set->aRow[1].lpProps = NULL;
    FreeProws(set);
    check("MEMORY-045", "a row is kept beyond its set", count > 0 && PROP_ID(kept[0].ulPropTag) == 0x3001);
    check("MEMORY-008", "its text is still there", kept[0].ulPropTag == PR_DISPLAY_NAME_A && !strcmp(kept[0].Value.lpszA, "MAPI Spooler"));
    MAPIFreeBuffer(kept);
    FreeProws(NULL);
    check("MEMORY-047", "no set to free", 1);
}

/* The helpers need no session (MEMORY-182). */
static void helpers(void)
{
    SPropValue props[3];
    LPSPropValue copy = NULL;
    char text[] = "abc";
    memset(props, 0, sizeof props);
    props[0].ulPropTag = PROP_TAG(PT_LONG, 0x6601);
    props[0].Value.l = 7;
    props[1].ulPropTag = PROP_TAG(PT_STRING8, 0x6602);
    props[1].Value.lpszA = text;
    props[2].ulPropTag = PROP_TAG(PT_ERROR, 0x6603);
    props[2].Value.err = (SCODE)0x8004010F;
    check("MEMORY-061", "a property is found by its tag", PpropFindProp(props, 3, props[1].ulPropTag) == &props[1]);
    check("MEMORY-061", "a property is found by its identifier", PpropFindProp(props, 3, PROP_TAG(PT_UNSPECIFIED, 0x6603)) == &props[2]);
    check("MEMORY-061", "another one is not", !PpropFindProp(props, 3, PROP_TAG(PT_LONG, 0x6699)));
    if (ScDupPropset(3, props, MAPIAllocateBuffer, &copy) == 0 && copy) {
        text[0] = 'x';
        check("MEMORY-182", "a copy is a copy", copy[0].Value.l == 7 && !strcmp(copy[1].Value.lpszA, "abc"));
        MAPIFreeBuffer(copy);
    } else
        check("MEMORY-182", "a copy is a copy", 0);
}

int main(void)
{
    MAPIInitialize(NULL);
    blocks();
    edges();
    chains();
    rows();
    helpers();
    MAPIUninitialize();
    return failed;
}
