/* The control interface of include/mapi_sim.h from a C program: worlds from text, two processes in one world, the clock, journal and verdict. */
#include "client.h"
#include "../../include/mapi_sim.h"

static int failed;
static char text[1 << 20];

static void check(const char *what, int right)
{
    printf("%s %s\n", what, right ? "ok" : "WRONG");
    failed |= !right;
}

static LPMAPISESSION logon(const char *profile, ULONG flags)
{
    LPMAPISESSION session = NULL;
    MAPIInitialize(NULL);
    MAPILogonEx(0, (LPTSTR)profile, NULL, flags, &session);
    return session;
}

static void logoff(LPMAPISESSION session)
{
    if (!session)
        return;
    CALL(session, Logoff, 0, 0, 0);
    CALL0(session, Release);
    MAPIUninitialize();
}

static LONG STDAPICALLTYPE on_notify(void *context, ULONG count, LPNOTIFICATION notifications)
{
    (void)context;
    (void)count;
    (void)notifications;
    return 0;
}

static uint32_t advise(LPMAPISESSION session, LPMAPIADVISESINK sink, ULONG *connection)
{
    return SLOT(session, 11)(session, 0, 0, 0x80000000u, (uintptr_t)sink, (uintptr_t)connection, 0, 0, 0, 0, 0, 0);
}

static void worlds(void)
{
    check("version", MapiSimVersion() >> 16 == MAPI_SIM_VERSION >> 16);
    check("a bad fixture is refused", MapiSimLoadFixture("format = 1\nnonsense = 2\n", 0) == (int32_t)0x80070057);
    check("it says what is wrong", MapiSimLastError(text, sizeof text) > 0 && strstr(text, "nonsense"));
    check("a good one is taken", MapiSimLoadFixture("format = 1\nextends = \"standard\"\n[[profile]]\nname = \"Own\"\nservices = [\"LOCAL\"]\n", 0) == 0);
    LPMAPISESSION session = logon("Own", MAPI_EXTENDED | MAPI_NEW_SESSION | MAPI_NO_MAIL);
    check("its profile is there", session != NULL);
    logoff(session);
    check("a shipped world by name", MapiSimLoadFixture("office", 0) == 0);
}

static void processes(void)
{
    MapiSimSetProcess("outlook");
    LPMAPISESSION outlook = logon("Work", MAPI_EXTENDED | MAPI_NEW_SESSION | MAPI_ALLOW_OTHERS);
    MapiSimSetProcess("indexer");
    LPMAPISESSION indexer = logon(NULL, MAPI_EXTENDED);
    check("a second process joins the session of the first", outlook && indexer);
    check("the journal has both", MapiSimJournal(text, sizeof text) > 0 && strstr(text, "outlook") && strstr(text, "indexer"));
    check("the length is told beforehand", MapiSimJournal(NULL, 0) == strlen(text));
    check("the state has the profile", MapiSimState(text, sizeof text) > 0 && strstr(text, "Work"));
    check("the objects are listed", MapiSimObjects(text, sizeof text) > 0 && strstr(text, "session#"));
    logoff(indexer);
    MapiSimSetProcess("outlook");
    logoff(outlook);
    check("nothing is wrong", MapiSimVerify(text, sizeof text) == 0);
    if (failed)
        printf("%s", text);
}

static void mistakes(void)
{
    void *block = NULL;
    MAPIInitialize(NULL);
    MAPIAllocateBuffer(100, &block);
    MAPIFreeBuffer(block);
    MAPIFreeBuffer(block);
    MAPIUninitialize();
    check("a mistake is found", MapiSimVerify(text, sizeof text) == 1 && strstr(text, "was freed already, by MAPIFreeBuffer"));
    check("the clock moves", MapiSimAdvance(1000) == 0);
    check("a reset forgets", MapiSimReset() == 0 && MapiSimVerify(text, sizeof text) == 0);
    check("the journal can be written", MapiSimWriteJournal("control.journal") == 0);
}

/* A connection number in the width of these headers, with a neighbour that must not change. */
static void widths(void)
{
    ULONG narrow[2] = {0, 0x5A5A5A5Au};
    LPMAPISESSION session;
    LPMAPIADVISESINK sink = NULL;
    MapiSimLoadFixture("office", 0);
    session = logon("Work", MAPI_EXTENDED | MAPI_NEW_SESSION | MAPI_NO_MAIL);
    HrAllocAdviseSink(on_notify, NULL, &sink);
    check("no other width than 4 and 8", MapiSimSetConnectionBytes(5) == (int32_t)0x80070057);
    check("four bytes are asked for", MapiSimSetConnectionBytes(4) == 0);
    check("its number, and the neighbour",
          advise(session, sink, &narrow[0]) == 0 && narrow[0] != 0 && narrow[1] == 0x5A5A5A5Au);
    check("its end", CALL_SLOT(session, 12, narrow[0], 0, 0, 0) == 0);
    check("eight bytes again", MapiSimSetConnectionBytes(8) == 0);
    check("all eight are written", advise(session, sink, &narrow[0]) == 0 && narrow[1] == 0);
    check("its end", CALL_SLOT(session, 12, narrow[0], 0, 0, 0) == 0);
    if (sink)
        CALL0(sink, Release);
    logoff(session);
}

int main(void)
{
    widths();
    worlds();
    processes();
    mistakes();
    return failed;
}
