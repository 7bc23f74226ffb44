/*
 * The control interface of mapi-sim: steer and question the simulated MAPI subsystem behind mapi32.dll or libmapi32.so.
 *
 * Nothing here is part of MAPI. A client that is tested unmodified needs none of it: the environment chooses the world
 * (MAPI_SIM_FIXTURE, MAPI_SIM_SEED, MAPI_SIM_JOURNAL, MAPI_SIM_STRICT, MAPI_SIM_PROCESS, MAPI_SIM_CONNECTION_BYTES).
 *
 * A call reaches the world that its thread is bound to; a thread that is not bound reaches the world of the process. Objects stay in the world in
 * which they were made, whatever thread calls them.
 *
 * Texts are UTF-8. A function with a buffer writes at most size - 1 bytes and a NUL, and gives the length of the whole text without NUL: call it
 * with NULL and 0 to learn the size.
 */
#ifndef MAPI_SIM_H
#define MAPI_SIM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(_WIN32)
#define MAPI_SIM_CALL __stdcall
#else
#define MAPI_SIM_CALL
#endif

/* The version that this header describes: the high half changes when a program has to change. */
#define MAPI_SIM_VERSION 0x00010001u

/* MapiSimLoadFixture: the calling thread gets the world, not the process. */
#define MAPI_SIM_THREAD 0x1u

/* The version of the library. */
uint32_t MAPI_SIM_CALL MapiSimVersion(void);

/* Begins another world: the text of a fixture, or the name of a shipped world such as "office".
 * 0, or 0x80070057 for a text that is no fixture; MapiSimLastError says what is wrong with it, by line.
 * Objects of the world before it answer MAPI_E_NOT_INITIALIZED from then on; Release still works. */
int32_t MAPI_SIM_CALL MapiSimLoadFixture(const char *text, uint32_t flags);

/* Begins the world of the calling thread again, as its fixture says. */
int32_t MAPI_SIM_CALL MapiSimReset(void);

/* The calling thread goes on as a process of this name, in the same world: several clients in one program. */
int32_t MAPI_SIM_CALL MapiSimSetProcess(const char *name);

/* Moves the virtual clock on by so many milliseconds. Notifications that are due are delivered on the calling thread. */
int32_t MAPI_SIM_CALL MapiSimAdvance(uint64_t millis);

/* Moves the virtual clock to the next moment at which something happens by itself: 0, or 1 if there is none. */
int32_t MAPI_SIM_CALL MapiSimStep(void);

/* How many bytes of a connection number (Advise) or a bookmark the library writes, in the whole process: 8 as in Microsoft's headers, which is the
 * default, or 4 as in Wine's and mingw-w64's. 0, or 0x80070057 for another number. Since 0x00010001. */
int32_t MAPI_SIM_CALL MapiSimSetConnectionBytes(uint32_t bytes);

/* What happened: every call with its answer, and why. */
size_t MAPI_SIM_CALL MapiSimJournal(char *buffer, size_t size);

/* The world as it is now: profiles, sessions, processes. */
size_t MAPI_SIM_CALL MapiSimState(char *buffer, size_t size);

/* The objects that the process holds, with their references. */
size_t MAPI_SIM_CALL MapiSimObjects(char *buffer, size_t size);

/* Verifies, as if the process ended now: 0, or 1 if something is wrong. The buffer gets the verdict, one line a finding. */
int32_t MAPI_SIM_CALL MapiSimVerify(char *buffer, size_t size);

/* Writes journal, objects, state and verdict to a file. */
int32_t MAPI_SIM_CALL MapiSimWriteJournal(const char *path);

/* Why the last function of this header that failed did so. */
size_t MAPI_SIM_CALL MapiSimLastError(char *buffer, size_t size);

#ifdef __cplusplus
}
#endif
#endif
