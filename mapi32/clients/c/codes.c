/* The result codes, and the sizes that macros compute, asserted against headers that are not ours. It only has to compile. */
/* shows ERROR-008, ERROR-047, ERROR-049, MEMORY-057, MEMORY-058, MEMORY-059, MEMORY-060 */
#include "client.h"

#ifdef __cplusplus
#define ASSERT(what) static_assert(what, #what)
#else
#define ASSERT(what) _Static_assert(what, #what)
#endif

#define CODE(name, number) ASSERT((uint32_t)(name) == number##u);
#include "codes.h"
#undef CODE

/* How many of them these headers have. */
#define CODE(name, number) +1
enum { known = 0
#include "codes.h"
};
ASSERT(known > 60);

ASSERT(FAILED(0x80040102) && !FAILED(0x00040380) && SUCCEEDED(1));
ASSERT(HRESULT_CODE(0x00040380) == 0x380 && HRESULT_FACILITY(0x00040380) == 4);
ASSERT(sizeof(SCODE) == 4 && sizeof(HRESULT) == 4);

/* Not every family of headers has all of these. */
#ifdef CbNewSRowSet
ASSERT(CbNewSRowSet(3) == 8 + 3 * 16);
#endif
#ifdef CbNewSPropTagArray
ASSERT(CbNewSPropTagArray(5) == 4 + 5 * 4);
#endif
#ifdef CbNewADRLIST
ASSERT(CbNewADRLIST(2) == 8 + 2 * 16);
#endif
#ifdef CbNewSSortOrderSet
ASSERT(CbNewSSortOrderSet(2) == 28);
#endif
#ifdef CbNewENTRYID
ASSERT(CbNewENTRYID(20) == 24);
#endif

int main(void)
{
    MAPIUID one = {{0}}, other = {{0}};
    int same = IsEqualMAPIUID(&one, &other);
    other.ab[15] = 1;
    printf("%s\n", same && !IsEqualMAPIUID(&one, &other) ? "codes agree" : "codes differ");
    return !same || IsEqualMAPIUID(&one, &other);
}
