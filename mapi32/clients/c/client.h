/* What the client programs share: headers, and calls that read alike in C and C++.
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

#endif
