//! What MFCMAPI does between Logon and Exit when somebody looks at the status table, with threads, a sink and memory of its own.

use std::ptr::null_mut;

use mapi_sim::Fixture;
use mapi32::abi::{SPropValue, SRow, SRowSet};

use super::sink::{Sink, unadvise};
use super::*;

/// The window of the program.
const WINDOW: usize = 0x20A4;
/// MFCMAPI's own columns of a status table.
const COLUMNS: [u32; 12] = [
    0x0FF6_0102,
    0x0FFF_0102,
    0x3001_001E,
    0x3E04_0003,
    0x3E02_0003,
    0x300A_001E,
    0x3009_0003,
    0x3E03_0003,
    0x3E00_001E,
    0x3E01_0102,
    0x3E05_0102,
    0x0FFE_0003,
];

fn world() -> Sim {
    let text = "format = 1\nextends = \"test_profile\"\n[[script.ui.MAPILogonEx]]\npick = \"Test\"\n[lints]\n\
                several-threads-without-multithread-flag = \"allow\"\nstatus-table-at-startup = \"allow\"\n";
    Fixture::from_text(text).expect("a world").start()
}

/// The thread that loads the rows: it takes the properties of each row away, and frees what is left.
fn load(face: Arc<mapi32::world::Face>, place: usize) -> Vec<(usize, u32)> {
    let bound = mapi32::world::bind_face(face);
    assert_eq!(unsafe { MAPIInitialize(null_mut()) }, S_OK);
    let table = place as Ptr;
    let _ = method!(table, 14, Ptr = null_mut(), u32 = 2);
    assert_eq!(seek(table, 0, 0), S_OK);
    let mut count = 0u32;
    assert_eq!(method!(table, 9, u32 = 0, *mut u32 = &raw mut count), S_OK);
    let mut taken = Vec::new();
    loop {
        let mut set: *mut SRowSet = null_mut();
        let hr = method!(table, 19, i32 = 255, u32 = 0, *mut *mut SRowSet = &raw mut set);
        assert_eq!(hr, S_OK);
        unsafe {
            let rows = std::slice::from_raw_parts_mut((&raw mut (*set).aRow).cast::<SRow>(), (*set).cRows as usize);
            taken.extend(rows.iter_mut().map(|row| (std::mem::replace(&mut row.lpProps, null_mut()).addr(), row.cValues)));
            let last = rows.is_empty();
            FreeProws(set.cast());
            if last {
                break;
            }
        }
    }
    assert_eq!(taken.len(), count as usize);
    uninitialize();
    bound.discard();
    taken
}

/// A double click: the object of a row, for writing or with whatever access there is.
fn open(session: Ptr, row: &[(u32, Read)]) -> Ptr {
    let Some((_, Read::Binary(id))) = row.iter().find(|(tag, _)| *tag == 0x0FFF_0102) else { panic!("PR_ENTRYID") };
    let (mut kind, mut object) = (0u32, null_mut());
    for flags in [0x1, 0x10] {
        let hr = method!(
            session, 9, u32 = id.len() as u32, *const u8 = id.as_ptr(), Ptr = null_mut(), u32 = flags, *mut u32 = &raw mut kind,
            *mut Ptr = &raw mut object
        );
        if hr == S_OK {
            break;
        }
    }
    assert_eq!(kind, 10, "MAPI_STATUS");
    object
}

// shows TABLE-053, TABLE-066, TABLE-129, TABLE-231, SESSION-106, MEMORY-007, MEMORY-045
#[test]
fn the_sequence() {
    let sim = Arc::new(world());
    let bound = mapi32::bind_process(sim.clone(), "mfcmapi");
    // 1: MAPIInitialize.
    assert_eq!(unsafe { MAPIInitialize([0, 0].as_ptr()) }, S_OK);
    // 3: MAPILogonEx with a window and no name; the user picks a profile.
    let mut session = null_mut();
    assert_eq!(unsafe { MAPILogonEx(WINDOW, null_mut(), null_mut(), 0x3B, &raw mut session) }, S_OK);
    // 4: the status table, and 5: its view.
    let table = status_table(session, 0);
    assert_eq!(add_ref(table), 2);
    let own = columns_of(table, 0);
    let joined: Vec<u32> = COLUMNS.into_iter().chain(own.iter().copied().filter(|tag| !COLUMNS.contains(tag))).collect();
    let words: Vec<u32> = [joined.len() as u32].into_iter().chain(joined.iter().copied()).collect();
    assert_eq!(method!(table, 7, *const u32 = words.as_ptr(), u32 = 2), S_OK, "SetColumns, TBL_BATCH");
    let (sink, mut connection) = (Sink::new(), 0usize);
    let hr = method!(table, 4, u32 = 0x100, Ptr = sink.pointer(), *mut usize = &raw mut connection);
    assert!(hr == S_OK || hr == MAPI_E_NO_SUPPORT, "{hr:08X}");
    // 6: a thread of its own loads the rows.
    let (face, place) = (bound.face().clone(), table as usize);
    let rows = std::thread::spawn(move || load(face, place)).join().expect("runs");
    let read: Vec<Vec<(u32, Read)>> = rows.iter().map(|(props, count)| unsafe { read_props(*props as *const u8, *count) }).collect();
    assert_eq!(read.len(), 5);
    let ids = |row: &[(u32, Read)]| row.iter().map(|(tag, _)| tag >> 16).collect::<Vec<_>>();
    let wanted: Vec<u32> = joined.iter().map(|tag| tag >> 16).collect();
    assert!(read.iter().all(|row| ids(row) == wanted), "column by column");
    let kinds: Vec<_> = read.iter().map(|row| row[7].clone()).collect();
    assert_eq!(kinds, [39, 37, 34, 36, 36].map(|kind| (0x3E03_0003, Read::Long(kind))));
    // 7: double clicks.
    for row in &read {
        let object = open(session, row);
        let (mut count, mut props): (u32, *mut SPropValue) = (0, null_mut());
        let hr = method!(object, 5, Ptr = null_mut(), u32 = 0, *mut u32 = &raw mut count, *mut *mut SPropValue = &raw mut props);
        assert_eq!(hr & 0x8000_0000, 0);
        let found = unsafe { read_props(props.cast(), count) };
        assert!(found.contains(&row[2]), "PR_DISPLAY_NAME");
        assert_eq!(unsafe { MAPIFreeBuffer(props.cast()) }, 0);
        assert_eq!(release(object), 0);
    }
    // The view goes; the rows that it kept are freed one by one.
    rows.iter().for_each(|(props, _)| assert_eq!(unsafe { MAPIFreeBuffer(*props as Ptr) }, 0));
    if connection != 0 {
        assert_eq!(unadvise(table, connection), S_OK);
    }
    assert_eq!((release(table), release(table), sink.references()), (1, 0, 1));
    // 8: Logoff with a dialog, and 9: the end.
    assert_eq!(method!(session, 17, usize = WINDOW, u32 = 2, u32 = 0), S_OK);
    assert_eq!(release(session), 0);
    uninitialize();
    bound.finish();
    Arc::into_inner(sim).expect("the binding is gone").finish();
}
