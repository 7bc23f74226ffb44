//! IStream, on a property.

use std::ffi::c_void;
use std::ptr::null_mut;

use mapi_sim::Hresult;
use mapi_sim::call::{Call, IStream, Out as Result, Reply};

use super::{destination, need, number};
use crate::com::{IUnknownVtbl, Object};
use crate::stream::STATSTG;
use crate::vtable;
use crate::wire::{Out, Raw};
use crate::wire_in::Buffer;

vtable! {
    /// IStream; its first two methods are those of ISequentialStream.
    "IStream" IStreamVtbl: IUnknownVtbl = IUnknownVtbl::TABLE;
    Read(pv: Buffer, cb: u32, count: Out<u32>) => read;
    Write(pv: Raw, cb: u32, count: Out<u32>) => write;
    Seek(dlib_move: i64, origin: u32, new_position: Out<u64>) => seek;
    SetSize(new_size: u64) => set_size;
    CopyTo(pstm: Raw, cb: u64, count_read: Out<u64>, count_written: Out<u64>) => copy_to;
    Commit(commit_flags: u32) => commit;
    Revert() => revert;
    LockRegion(offset: u64, cb: u64, lock_type: u32) => lock_region;
    UnlockRegion(offset: u64, cb: u64, lock_type: u32) => unlock_region;
    Stat(statstg: Out<STATSTG>, stat_flag: u32) => stat;
    Clone(pstm: Out<*mut c_void>) => clone;
}

fn call(object: &Object<'_>, call: IStream) -> Reply {
    object.call(Call::IStream(object.handle, call))
}

/// The end of the stream gives fewer bytes than were wanted; the count is wanted or not.
fn read(object: &Object<'_>, pv: Buffer, cb: u32, count: Out<u32>) -> Hresult {
    count.set(0);
    if pv.is_null() {
        return Hresult::STG_E_INVALIDPOINTER;
    }
    let reply = call(object, IStream::Read { cb });
    if let Result::Block(bytes) = &reply.out {
        pv.fill(bytes);
        count.set(crate::wire::count(bytes));
    }
    reply.hr
}

fn write(object: &Object<'_>, pv: Raw, cb: u32, written: Out<u32>) -> Hresult {
    written.set(0);
    let reply = call(object, IStream::Write { pv: pv.data(cb) });
    number(&reply, written)
}

fn seek(object: &Object<'_>, dlib_move: i64, origin: u32, new_position: Out<u64>) -> Hresult {
    let reply = call(object, IStream::Seek { dlib_move, origin });
    if let Result::Number(position) = reply.out {
        new_position.set(position.cast_unsigned());
    }
    reply.hr
}

fn set_size(object: &Object<'_>, new_size: u64) -> Hresult {
    call(object, IStream::SetSize { new_size }).hr
}

fn copy_to(object: &Object<'_>, pstm: Raw, cb: u64, read: Out<u64>, written: Out<u64>) -> Hresult {
    let pstm = match destination(object, pstm, "IStream::CopyTo") {
        Ok(pstm) => pstm,
        Err(hr) => return hr,
    };
    let reply = call(object, IStream::CopyTo { pstm, cb });
    if let Result::Copied { read: from, written: to } = reply.out {
        read.set(from);
        written.set(to);
    }
    reply.hr
}

fn commit(object: &Object<'_>, commit_flags: u32) -> Hresult {
    call(object, IStream::Commit { commit_flags }).hr
}

fn revert(object: &Object<'_>) -> Hresult {
    call(object, IStream::Revert {}).hr
}

fn lock_region(object: &Object<'_>, _offset: u64, _cb: u64, _lock_type: u32) -> Hresult {
    call(object, IStream::LockRegion {}).hr
}

fn unlock_region(object: &Object<'_>, _offset: u64, _cb: u64, _lock_type: u32) -> Hresult {
    call(object, IStream::UnlockRegion {}).hr
}

/// A stream on a property has no name, and no times that anybody keeps.
fn stat(object: &Object<'_>, out: Out<STATSTG>, stat_flag: u32) -> Hresult {
    if out.is_null() {
        return Hresult::STG_E_INVALIDPOINTER;
    }
    let reply = call(object, IStream::Stat { stat_flag });
    if let Result::Number(size) = reply.out {
        out.set(STATSTG::new(null_mut(), size.cast_unsigned(), 0));
    }
    reply.hr
}

fn clone(object: &Object<'_>, out: Out<*mut c_void>) -> Hresult {
    need!(out);
    out.set(null_mut());
    call(object, IStream::Clone {}).hr
}
