/* What the client programs share: headers, calls that read alike in C and C++, and one way to print what came back.
 *
 * The headers are not ours: Wine's (natively, and under Wine with -DWINE_HEADERS) or mingw-w64's own. */
#ifndef CLIENT_H
#define CLIENT_H

#define INITGUID
#define COBJMACROS
#include <windows.h>
#include <objbase.h>
#include <mapix.h>
#include <mapiutil.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __cplusplus
#define CALL0(object, method) (object)->method()
#define CALL(object, method, ...) (object)->method(__VA_ARGS__)
#define IID_ARG(iid) (iid)
#else
#define CALL0(object, method) (object)->lpVtbl->method(object)
#define CALL(object, method, ...) (object)->lpVtbl->method(object, __VA_ARGS__)
#define IID_ARG(iid) (&(iid))
#endif

/* Some interfaces stand in one family of headers and not in the other; their methods are called by slot. On x86-64 a method may be given more
 * arguments than it takes, and each takes a whole register. */
typedef uint32_t(STDMETHODCALLTYPE *slot_method)(void *, uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t,
                                                 uintptr_t, uintptr_t, uintptr_t);
#define SLOT(object, slot) ((*(slot_method **)(object))[slot])
#define CALL_SLOT(object, slot, a, b, c, d) \
    SLOT(object, slot)(object, (uintptr_t)(a), (uintptr_t)(b), (uintptr_t)(c), (uintptr_t)(d), 0, 0, 0, 0, 0, 0, 0)

/* Flags of MAPILogonEx, in our own numbers: not every header has all. */
#define F_APP_PROFILE 0x00000004u
#define F_USE_DEFAULT 0x00000040u
#define F_UNICODE 0x80000000u

/* Where the caller's line begins: the section, and what stands in it. */
static void print_ansi(const char *text)
{
    printf("a\"");
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c < 0x20 || c > 0x7E || c == '"' || c == '\\')
            printf("\\x%02X", c);
        else
            putchar(c);
    }
    putchar('"');
}

static void print_wide(const WCHAR *text)
{
    printf("w\"");
    for (; *text; text++) {
        unsigned c = (unsigned)(uint16_t)*text;
        if (c < 0x20 || c > 0x7E || c == '"' || c == '\\')
            printf("\\u%04X", c);
        else
            putchar((int)c);
    }
    putchar('"');
}

static void print_bytes(const void *bytes, ULONG count)
{
    ULONG i;
    putchar('x');
    for (i = 0; i < count; i++)
        printf("%02X", ((const unsigned char *)bytes)[i]);
}

static void print_name(ULONG tag)
{
    static const struct {
        ULONG id;
        const char *name;
    } names[] = {
#define N(id, name) {id, #name},
#include "names.h"
#undef N
    };
    size_t i;
    for (i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].id == PROP_ID(tag)) {
            printf("%s", names[i].name);
            return;
        }
    printf("0x%04X", (unsigned)PROP_ID(tag));
}

static void print_value(const SPropValue *prop)
{
    switch (PROP_TYPE(prop->ulPropTag)) {
    case PT_NULL: printf("null"); break;
    case PT_I2: printf("%d", prop->Value.i); break;
    case PT_LONG: printf("%d", (int)prop->Value.l); break;
    case PT_BOOLEAN: printf("%s", prop->Value.b ? "true" : "false"); break;
    case PT_ERROR: printf("error 0x%08X", (unsigned)prop->Value.err); break;
    case PT_STRING8: print_ansi(prop->Value.lpszA); break;
    case PT_UNICODE: print_wide((const WCHAR *)prop->Value.lpszW); break;
    case PT_BINARY: print_bytes(prop->Value.bin.lpb, prop->Value.bin.cb); break;
    case PT_OBJECT: printf("object"); break;
    default: printf("type 0x%04X", (unsigned)PROP_TYPE(prop->ulPropTag)); break;
    }
}

/* One line a property: `where number NAME value`. */
static void print_props(const char *where, ULONG number, const SPropValue *props, ULONG count)
{
    ULONG i;
    for (i = 0; i < count; i++) {
        printf("%s %u ", where, (unsigned)number);
        print_name(props[i].ulPropTag);
        putchar(' ');
        print_value(&props[i]);
        putchar('\n');
    }
}

static void print_tags(const char *where, const SPropTagArray *tags)
{
    ULONG i;
    printf("%s", where);
    for (i = 0; i < tags->cValues; i++)
        printf(" %08X", (unsigned)tags->aulPropTag[i]);
    putchar('\n');
}

static void print_result(const char *what, HRESULT hr)
{
    printf("%s 0x%08X\n", what, (unsigned)hr);
}

#endif
