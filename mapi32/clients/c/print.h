/* One way to print what came back: the plain format that the clients in other languages and the Rust face print too. */
#ifndef PRINT_H
#define PRINT_H

#include "client.h"

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
