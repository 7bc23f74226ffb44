/* Finds the library as programs built on Microsoft's stub library do: the default mail client of the registry, its DLLPathEx, then each function by
 * its plain name. */
#ifndef BY_REGISTRY_H
#define BY_REGISTRY_H

#define LOADED(X) \
    X(MAPIInitialize) X(MAPIUninitialize) X(MAPILogonEx) X(MAPIAllocateBuffer) X(MAPIAllocateMore) X(MAPIFreeBuffer) X(MAPIAdminProfiles) \
    X(HrQueryAllRows) X(FreeProws)

#define X(function) static __typeof__(&function) loaded_##function;
LOADED(X)
#undef X

static int read_string(const char *key, const char *name, char *text, DWORD size)
{
    return RegGetValueA(HKEY_LOCAL_MACHINE, key, name, RRF_RT_REG_SZ, NULL, text, &size) == ERROR_SUCCESS;
}

static int load_registered_client(void)
{
    char client[128], key[256], path[MAX_PATH];
    HMODULE library;
    if (!read_string("Software\\Clients\\Mail", NULL, client, sizeof client)) {
        fprintf(stderr, "no default mail client\n");
        return 0;
    }
    snprintf(key, sizeof key, "Software\\Clients\\Mail\\%s", client);
    if (!read_string(key, "DLLPathEx", path, sizeof path) || !(library = LoadLibraryA(path))) {
        fprintf(stderr, "no library for the mail client %s\n", client);
        return 0;
    }
#define X(function) \
    if (!(loaded_##function = (__typeof__(&function))(uintptr_t)GetProcAddress(library, #function))) { \
        fprintf(stderr, "%s has no %s\n", path, #function); \
        return 0; \
    }
    LOADED(X)
#undef X
    return 1;
}

#define MAPIInitialize loaded_MAPIInitialize
#define MAPIUninitialize loaded_MAPIUninitialize
#define MAPILogonEx loaded_MAPILogonEx
#define MAPIAllocateBuffer loaded_MAPIAllocateBuffer
#define MAPIAllocateMore loaded_MAPIAllocateMore
#define MAPIFreeBuffer loaded_MAPIFreeBuffer
#define MAPIAdminProfiles loaded_MAPIAdminProfiles
#define HrQueryAllRows loaded_HrQueryAllRows
#define FreeProws loaded_FreeProws
#endif
