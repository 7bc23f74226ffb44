/* Mistakes that clients make, one an argument: `bugs double-free`. Each ends in peace, and the library's report has to name the guilty call. The
 * words that the report has to have stand in bugs.txt. */
#include "client.h"

static LPMAPISESSION session;

static void begin(void)
{
    MAPIInitialize(NULL);
    MAPILogonEx(0, (LPTSTR) "Work", NULL, MAPI_EXTENDED | MAPI_NEW_SESSION | MAPI_NO_MAIL, &session);
}

static void finish(void)
{
    CALL(session, Logoff, 0, 0, 0);
    CALL0(session, Release);
    MAPIUninitialize();
}

static void *buffer(ULONG size)
{
    void *block = NULL;
    MAPIAllocateBuffer(size, &block);
    return block;
}

static void double_free(void)
{
    begin();
    void *block = buffer(100);
    MAPIFreeBuffer(block);
    MAPIFreeBuffer(block);
    finish();
}

static void leak(void)
{
    LPMAPITABLE table = NULL;
    LPSRowSet rows = NULL;
    begin();
    CALL(session, GetStatusTable, 0, &table);
    CALL(table, QueryRows, 2, 0, &rows);
    /* The rows are forgotten: the set alone is freed. */
    MAPIFreeBuffer(rows);
    CALL0(table, Release);
    finish();
}

static void over_release(void)
{
    LPMAPITABLE table = NULL;
    begin();
    CALL(session, GetStatusTable, 0, &table);
    CALL0(table, Release);
    CALL0(table, Release);
    finish();
}

static void use_after_logoff(void)
{
    LPMAPITABLE table = NULL;
    begin();
    CALL(session, Logoff, 0, 0, 0);
    CALL(session, GetStatusTable, 0, &table);
    CALL0(session, Release);
    MAPIUninitialize();
}

static void wrong_free(void)
{
    begin();
    /* It came from the C library, not from MAPI. */
    void *block = malloc(64);
    MAPIFreeBuffer(block);
    free(block);
    finish();
}

static void missing_initialize(void)
{
    MAPILogonEx(0, (LPTSTR) "Work", NULL, MAPI_EXTENDED | MAPI_NEW_SESSION, &session);
}

static void free_linked(void)
{
    void *linked = NULL;
    begin();
    void *root = buffer(32);
    MAPIAllocateMore(16, root, &linked);
    MAPIFreeBuffer(linked);
    MAPIFreeBuffer(root);
    finish();
}

static void write_past_end(void)
{
    begin();
    char *block = (char *)buffer(10);
    memset(block, 0, 11);
    MAPIFreeBuffer(block);
    finish();
}

static void interior_pointer(void)
{
    begin();
    char *block = (char *)buffer(40);
    MAPIFreeBuffer(block + 8);
    MAPIFreeBuffer(block);
    finish();
}

static void unbalanced_uninitialize(void)
{
    begin();
    finish();
    MAPIUninitialize();
}

static void write_after_free(void)
{
    char *volatile block;
    begin();
    block = (char *)buffer(20);
    MAPIFreeBuffer(block);
    block[3] = 'x';
    finish();
}

static void leaked_object(void)
{
    LPMAPITABLE table = NULL;
    begin();
    CALL(session, GetStatusTable, 0, &table);
    finish();
}

static void wrong_width(void)
{
    begin();
    LPMAPISESSION second = NULL;
    /* 8-bit characters, and a flag that says otherwise. */
    MAPILogonEx(0, (LPTSTR) "Work\0\0\0", NULL, F_UNICODE | MAPI_EXTENDED | MAPI_NEW_SESSION | MAPI_NO_MAIL, &second);
    finish();
}

static void mixed_allocators(void)
{
    LPMALLOC allocator;
    begin();
    allocator = MAPIGetDefaultMalloc();
    void *block = buffer(24);
    CALL(allocator, Free, block);
    MAPIFreeBuffer(block);
    finish();
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } bugs[] = {
        {"double-free", double_free},
        {"leak", leak},
        {"over-release", over_release},
        {"use-after-logoff", use_after_logoff},
        {"wrong-free", wrong_free},
        {"missing-initialize", missing_initialize},
        {"free-linked", free_linked},
        {"write-past-end", write_past_end},
        {"interior-pointer", interior_pointer},
        {"unbalanced-uninitialize", unbalanced_uninitialize},
        {"write-after-free", write_after_free},
        {"leaked-object", leaked_object},
        {"wrong-width", wrong_width},
        {"mixed-allocators", mixed_allocators},
    };
    size_t i;
    for (i = 0; argc > 1 && i < sizeof bugs / sizeof bugs[0]; i++)
        if (!strcmp(argv[1], bugs[i].name)) {
            bugs[i].run();
            printf("%s done\n", argv[1]);
            return 0;
        }
    fprintf(stderr, "usage: bugs NAME\n");
    return 2;
}
