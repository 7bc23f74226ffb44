#!/usr/bin/env python3
"""The scenario of the client programs in Python with ctypes, on libmapi32.so or, on Windows, mapi32.dll.

    client.py LIBRARY [SECTION...]

It needs nothing but Python. The names of the properties come from ../c/names.h."""

import ctypes
import re
import struct
import sys
from ctypes import POINTER, Structure, Union, byref, c_char_p, c_int16, c_int32, c_size_t, c_uint16, c_uint32, c_void_p, cast
from pathlib import Path

FUNCTION = ctypes.WINFUNCTYPE if sys.platform == "win32" else ctypes.CFUNCTYPE
EXTENDED, NEW_SESSION, ALLOW_OTHERS, NO_MAIL, UNICODE = 0x20, 0x2, 0x8, 0x8000, 0x80000000
EXT_NEW = EXTENDED | NEW_SESSION
PR_ENTRYID, PR_DISPLAY_NAME_A, PR_DISPLAY_NAME_W, PR_BODY_A = 0x0FFF0102, 0x3001001E, 0x3001001F, 0x1000001E
SECTIONS = ["early", "initialize", "logon", "nomail", "mail", "shared", "errors", "after", "end"]
NAMES = {
    int(number, 16): name
    for number, name in re.findall(r"^N\((0x\w+), (\w+)\)", (Path(__file__).parent.parent / "c" / "names.h").read_text(), re.M)
}


class Binary(Structure):
    _fields_ = [("cb", c_uint32), ("lpb", c_void_p)]


class Value(Union):
    _fields_ = [("i", c_int16), ("l", c_int32), ("b", c_uint16), ("err", c_uint32), ("text", c_void_p), ("bin", Binary)]


class PropValue(Structure):
    _fields_ = [("tag", c_uint32), ("pad", c_uint32), ("value", Value)]


class Row(Structure):
    _fields_ = [("pad", c_uint32), ("count", c_uint32), ("props", POINTER(PropValue))]


class RowSet(Structure):
    _fields_ = [("count", c_uint32), ("rows", Row * 1)]


class MapiError(Structure):
    _fields_ = [("version", c_uint32), ("error", c_void_p), ("component", c_void_p), ("low", c_uint32), ("context", c_uint32)]


assert ctypes.sizeof(PropValue) == 24 and ctypes.sizeof(Row) == 16 and ctypes.sizeof(MapiError) == 32


def method(this, slot, *args):
    """Calls a method by its slot; integers and pointers each take a register."""
    kinds = [c_void_p] * (len(args) + 1)
    table = cast(this, POINTER(POINTER(c_void_p))).contents
    return FUNCTION(c_uint32, *kinds)(table[slot])(this, *args)


def pointer(thing):
    """The address of an argument that the method fills."""
    return cast(byref(thing), c_void_p)


def hr(code):
    return f"0x{code:08X}"


def show_ansi(text):
    return 'a"' + "".join(chr(c) if 0x20 <= c <= 0x7E and c not in b'"\\' else f"\\x{c:02X}" for c in text) + '"'


def show_wide(units):
    return 'w"' + "".join(chr(c) if 0x20 <= c <= 0x7E and c not in b'"\\' else f"\\u{c:04X}" for c in units) + '"'


def read_wide(address):
    units, at = [], address
    while unit := c_uint16.from_address(at).value:
        units.append(unit)
        at += 2
    return units


def show_value(prop):
    kind, value = prop.tag & 0xFFFF, prop.value
    if kind == 0x0001:
        return "null"
    if kind == 0x0002:
        return str(value.i)
    if kind == 0x0003:
        return str(value.l)
    if kind == 0x000A:
        return f"error {hr(value.err)}"
    if kind == 0x000B:
        return "true" if value.b else "false"
    if kind == 0x001E:
        return show_ansi(ctypes.string_at(value.text))
    if kind == 0x001F:
        return show_wide(read_wide(value.text))
    if kind == 0x0102:
        return "x" + ctypes.string_at(value.bin.lpb, value.bin.cb).hex().upper()
    return f"type 0x{kind:04X}"


def print_props(where, props, count):
    for prop in props[:count]:
        print(where, NAMES.get(prop.tag >> 16, f"0x{prop.tag >> 16:04X}"), show_value(prop))


def rows_of(row_set):
    first = row_set.contents.rows
    return cast(first, POINTER(Row))[: row_set.contents.count]


class Client:
    def __init__(self, library):
        self.mapi = (ctypes.WinDLL if sys.platform == "win32" else ctypes.CDLL)(library)
        for name, result, args in [
            ("MAPIInitialize", c_uint32, [c_void_p]),
            ("MAPIUninitialize", None, []),
            ("MAPILogonEx", c_uint32, [c_size_t, c_char_p, c_char_p, c_uint32, POINTER(c_void_p)]),
            ("MAPIAdminProfiles", c_uint32, [c_uint32, POINTER(c_void_p)]),
            ("MAPIFreeBuffer", c_uint32, [c_void_p]),
            ("HrQueryAllRows", c_uint32, [c_void_p, c_void_p, c_void_p, c_void_p, c_int32, POINTER(POINTER(RowSet))]),
            ("FreeProws", None, [POINTER(RowSet)]),
        ]:
            function = getattr(self.mapi, name)
            function.restype, function.argtypes = result, args

    def logon(self, profile, flags):
        session = c_void_p()
        return self.mapi.MAPILogonEx(0, profile, None, flags, byref(session)), session.value

    def release(self, this):
        return method(this, 2) if this else 0

    def opened(self, this, slot, *args):
        """Calls a method whose last argument is the object that it opens."""
        found = c_void_p()
        code = method(this, slot, *args, pointer(found))
        return code, found.value

    def query_all_rows(self, table):
        rows = POINTER(RowSet)()
        return self.mapi.HrQueryAllRows(table, None, None, None, 0, byref(rows)), rows

    def query_rows(self, table, count):
        rows = POINTER(RowSet)()
        return method(table, 19, count & 0xFFFFFFFF, 0, pointer(rows)), rows

    def print_rows(self, where, rows):
        for at, row in enumerate(rows_of(rows), 1):
            print_props(f"{where} {at}", row.props, row.count)

    def print_table(self, where, table):
        tags = POINTER(c_uint32)()
        if method(table, 8, 0, pointer(tags)) == 0:
            print(f"{where} columns", *(f"{tag:08X}" for tag in tags[1 : 1 + tags[0]]))
        self.mapi.MAPIFreeBuffer(tags)
        count = c_uint32()
        code = method(table, 9, 0, pointer(count))
        print(f"{where} count {hr(code)} {count.value}")
        code, rows = self.query_all_rows(table)
        print(f"{where} rows {hr(code)}")
        self.print_rows(where, rows)
        self.mapi.FreeProws(rows)

    def walk_table(self, where, table):
        some = (c_uint32 * 4)(3, PR_DISPLAY_NAME_A, PR_DISPLAY_NAME_W, PR_BODY_A)
        print(f"{where} set", hr(method(table, 7, pointer(some), 0)))
        sought = c_int32(-1)
        code = method(table, 10, 0, 1, pointer(sought))
        print(f"{where} seek {hr(code)} {sought.value}")
        for count in (1, -2):
            code, rows = self.query_rows(table, count)
            if code == 0:
                self.print_rows(where, rows)
            self.mapi.FreeProws(rows)

    def print_object(self, where, this):
        for flags in (0, UNICODE):
            count, props = c_uint32(), POINTER(PropValue)()
            code = method(this, 5, None, flags, pointer(count), pointer(props))
            print(f"{where} props {hr(code)}")
            if code < 0x80000000:
                print_props(where, props, count.value)
            self.mapi.MAPIFreeBuffer(props)

    def entry_ids(self, rows):
        for row in rows_of(rows):
            for prop in row.props[: row.count]:
                if prop.tag == PR_ENTRYID:
                    yield prop.value.bin

    def print_status_objects(self, where, session, rows):
        for at, entry in enumerate(self.entry_ids(rows), 1):
            kind = c_uint32()
            code, this = self.opened(session, 9, entry.cb, entry.lpb, None, 0, pointer(kind))
            print(f"{where} {at} open {hr(code)} type {kind.value}")
            if not this:
                continue
            self.print_object(f"{where} {at}", this)
            print(f"{where} {at} validate", hr(method(this, 14, 0, 0)))
            print(f"{where} {at} settings", hr(method(this, 15, 0, 0)))
            self.release(this)

    def print_stores(self, where, session, rows):
        for at, entry in enumerate(self.entry_ids(rows), 1):
            code, store = self.opened(session, 5, 0, entry.cb, entry.lpb, None, 0)
            print(f"{where} {at} open {hr(code)}")
            if store:
                self.print_object(f"{where} {at}", store)
                self.release(store)

    def print_identity(self, section, session):
        size, identity = c_uint32(), c_void_p()
        code = method(session, 16, pointer(size), pointer(identity))
        shown = ctypes.string_at(identity.value, size.value).hex().upper() if code < 0x80000000 and identity else ""
        print(f"{section} identity {hr(code)} x{shown}")
        self.mapi.MAPIFreeBuffer(identity)
        count, types = c_uint32(), POINTER(c_void_p)()
        code = method(session, 15, 0, pointer(count), pointer(types))
        names = [show_ansi(ctypes.string_at(types[at])) for at in range(count.value)]
        print(" ".join([f"{section} adrtypes {hr(code)}", *names]))
        self.mapi.MAPIFreeBuffer(types)

    def tour(self, section, session):
        for where, slot, print_objects in ((f"{section} status", 8, self.print_status_objects), (f"{section} stores", 4, self.print_stores)):
            for flags in (0, UNICODE):
                code, table = self.opened(session, slot, flags)
                print(where, hr(code))
                self.print_table(where, table)
                if flags == 0:
                    _, rows = self.query_all_rows(table)
                    print_objects(where, session, rows)
                    self.mapi.FreeProws(rows)
                if slot == 8:
                    self.walk_table(where, table)
                self.release(table)
        code, book = self.opened(session, 6, 0, None, 0)
        print(f"{section} book", hr(code))
        if book:
            self.print_object(f"{section} book 1", book)
        self.release(book)
        self.print_identity(section, session)

    def print_profile(self, where, session):
        _, table = self.opened(session, 8, 0)
        code, rows = self.query_all_rows(table)
        if code == 0:
            first = rows_of(rows)[0]
            name = next(prop for prop in first.props[: first.count] if prop.tag == PR_DISPLAY_NAME_A)
            print(f"{where} profile {show_value(name)}")
        self.mapi.FreeProws(rows)
        self.release(table)

    def logoff(self, session, flags=0):
        return hr(method(session, 17, 0, flags, 0))

    def section_early(self):
        print("early logon", hr(self.logon(b"Work", EXT_NEW)[0]))
        print("early admin", hr(self.mapi.MAPIAdminProfiles(0, byref(c_void_p()))))

    def section_initialize(self):
        print("initialize", hr(self.mapi.MAPIInitialize(None)))

    def section_logon(self):
        def wide(text):
            return (text + "\0").encode("utf-16-le")

        logons = [
            (b"Work", EXT_NEW | NO_MAIL),
            (b"Work", EXT_NEW | 0x10),
            (None, EXTENDED | 0x40),
            (wide("Home"), EXT_NEW | UNICODE),
            (b"Wrok", EXT_NEW | NO_MAIL),
            (b"Assistant", EXT_NEW | 0x4),
            (None, EXT_NEW),
            (b"B\xfcro", EXT_NEW | 0x100000),
            (wide("B\u00fcro"), EXT_NEW | UNICODE | NO_MAIL),
        ]
        for at, (profile, flags) in enumerate(logons, 1):
            code, session = self.logon(profile, flags)
            print(f"logon {at} flags {hr(flags)} hr {hr(code)} session {'given' if session else 'null'}")
            if not session:
                continue
            self.print_profile(f"logon {at}", session)
            print(f"logon {at} logoff {self.logoff(session)}")
            print(f"logon {at} release {self.release(session)}")

    def section_tour(self, section, flags):
        code, session = self.logon(b"Work", EXT_NEW | flags)
        print(f"{section} logon {hr(code)}")
        if session:
            self.tour(section, session)
            print(f"{section} logoff {self.logoff(session)}")
            self.release(session)

    def section_nomail(self):
        self.section_tour("nomail", NO_MAIL)

    def section_mail(self):
        self.section_tour("mail", 0)

    def section_shared(self):
        code, first = self.logon(b"Work", EXT_NEW | ALLOW_OTHERS)
        print("shared first", hr(code))
        code, second = self.logon(b"Home", EXTENDED)
        print("shared second", hr(code))
        for name, session in (("second", second), ("first", first)):
            self.print_profile(f"shared {name}", session)
            print(f"shared {name} logoff {self.logoff(session)}")
            self.release(session)

    def errors_of_session(self, session):
        garbage = cast(ctypes.create_string_buffer(b"\x5a" * 24, 24), c_void_p)
        print("errors status flags", hr(self.opened(session, 8, 1)[0]))
        print("errors stores flags", hr(self.opened(session, 4, 0x40)[0]))
        print("errors store none", hr(self.opened(session, 5, 0, 0, None, None, 0)[0]))
        print("errors store garbage", hr(self.opened(session, 5, 0, 24, garbage, None, 0)[0]))
        code, _ = self.opened(session, 9, 24, garbage, None, 0, pointer(c_uint32()))
        print("errors entry garbage", hr(code))
        error = POINTER(MapiError)()
        if method(session, 3, code, 0, pointer(error)) == 0 and error:
            told = error.contents
            print(f"errors last {told.version} {show_ansi(ctypes.string_at(told.error))} {told.low} {told.context}")
        else:
            print("errors last none")
        self.mapi.MAPIFreeBuffer(error)
        print("errors compare garbage", hr(method(session, 10, 24, garbage, 24, garbage, 0, pointer(c_uint32()))))
        print("errors unadvise", hr(method(session, 12, 99)))
        print("errors logoff flags", self.logoff(session, 0x80))
        strange = ctypes.create_string_buffer(struct.pack("<IHH8B", 0x12345678, 0x1234, 0x1234, *range(1, 9)), 16)
        code, nothing = self.opened(session, 0, cast(strange, c_void_p))
        print("errors interface", hr(code))
        print("errors interface", "given" if nothing else "null")

    def errors_of_table(self, session):
        code, table = self.opened(session, 8, 0)
        print("errors table", hr(code))
        print("errors rows zero", hr(self.query_rows(table, 0)[0]))
        print("errors bookmark", hr(method(table, 10, 7, 0, None)))
        print("errors columns none", hr(method(table, 7, pointer((c_uint32 * 2)()), 0)))
        tags = c_void_p()
        print("errors columns flags", hr(method(table, 8, 0x10, pointer(tags))))
        self.mapi.MAPIFreeBuffer(tags)
        self.release(table)

    def section_errors(self):
        _, session = self.logon(b"Work", EXT_NEW | NO_MAIL)
        self.errors_of_session(session)
        self.errors_of_table(session)
        print("errors logoff", self.logoff(session))
        self.release(session)

    def section_after(self):
        _, session = self.logon(b"Work", EXT_NEW | NO_MAIL)
        _, table = self.opened(session, 8, 0)
        print("after logoff", self.logoff(session))
        print("after status", hr(self.opened(session, 8, 0)[0]))
        print("after count", hr(method(table, 9, 0, pointer(c_uint32()))))
        print("after rows", hr(self.query_rows(table, 1)[0]))
        print("after again", self.logoff(session))
        print(f"after release {self.release(table)} {self.release(session)}")

    def section_end(self):
        self.mapi.MAPIUninitialize()
        print("end logon", hr(self.logon(b"Work", EXT_NEW)[0]))


def main():
    client = Client(sys.argv[1])
    for section in sys.argv[2:] or SECTIONS:
        getattr(client, f"section_{section}")()


if __name__ == "__main__":
    main()
