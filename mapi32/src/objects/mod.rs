//! The interfaces, one file each: their vtables, and how their methods become calls.
//!
//! A method is a translation: arguments to a [`Call`](mapi_sim::call::Call), the reply to out-parameters. Out-parameters are written on success, or set
//! to NULL first where the reference says so; `need!` answers for those that may not be NULL.

use std::ffi::c_void;

use mapi_sim::Hresult;
use mapi_sim::call::{self, ObjectKind, Reply};
use mapi_sim::mapi::Guid;

use crate::abi::MAPIERROR;
use crate::com::{self, IUnknownVtbl, Object, Vtable};
use crate::wire::{self, MAPI_UNICODE, Out, Raw};

pub mod ab_container;
pub mod addr_book;
pub mod advise_sink;
pub mod client_shutdown;
pub mod container;
pub mod folder;
pub mod init_monitor;
pub mod message;
pub mod msg_service_admin;
pub mod msg_store;
pub mod prof_admin;
pub mod progress;
pub mod prop;
pub mod prop_data;
pub mod provider_admin;
pub mod session;
pub mod status;
pub mod stream;
pub mod table;
pub mod table_data;

/// Leaves a method with MAPI_E_INVALID_PARAMETER if an argument that has to be there is NULL (ERROR-019).
macro_rules! need {
    ($($pointer:expr),* $(,)?) => {
        if $($pointer.is_null())||* {
            return mapi_sim::Hresult::MAPI_E_INVALID_PARAMETER;
        }
    };
}
pub(crate) use need;

/// Gives what was made of a reply to the client.
pub(crate) fn give<T>(reply: &Reply, out: Out<*mut T>, made: Result<*mut T, Hresult>) -> Hresult {
    match made {
        Ok(made) => {
            out.set(made);
            reply.hr
        }
        Err(hr) => hr,
    }
}

/// A count or number of a reply, as an unsigned word of C has it.
pub(crate) fn word(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Gives the number of a reply to the client.
pub(crate) fn number(reply: &Reply, out: Out<u32>) -> Hresult {
    if let call::Out::Number(number) = reply.out {
        out.set(word(number));
    }
    reply.hr
}

/// The object behind the pointer of a destination. One that is not of this library cannot be written through its own interface yet.
pub(crate) fn destination(object: &Object<'_>, dest: Raw, method: &str) -> Result<Option<call::Handle>, Hresult> {
    if dest.is_null() {
        return Ok(None);
    }
    match com::handle(dest) {
        Some(handle) => Ok(Some(handle)),
        None => Err(object.face.unsupported(&format!("{method} to an object of the client"), Some(object.handle))),
    }
}

/// Gives the MAPIERROR of a GetLastError to the client, or NULL: there may be nothing to tell (TABLE-020), and nothing was made if it failed (TABLE-024).
pub(crate) fn give_error(by: &'static str, object: &Object<'_>, reply: &Reply, flags: u32, out: Out<*mut MAPIERROR>) -> Hresult {
    out.set(std::ptr::null_mut());
    let call::Out::Error(Some(error)) = &reply.out else { return reply.hr };
    give(reply, out, wire::error(by, error, flags & MAPI_UNICODE != 0, object.face.code_page()))
}

/// Vtables, kept for the life of the library: the interfaces that share one, and its functions.
macro_rules! tables {
    ($([$($iid:ident),*] $vtbl:path;)*) => {
        &[$( Vtable { iids: &[$(Guid::$iid),*], table: (&raw const *const { &<$vtbl>::TABLE }).cast::<c_void>() } ),*]
    };
}

/// The vtables of an object, in the order of its facets. An interface whose slots are the beginning of another's shares its table.
pub fn vtables(kind: ObjectKind) -> &'static [Vtable] {
    match kind {
        ObjectKind::Session => {
            const {
                tables! {
                    [IID_IMAPISession] session::IMAPISessionVtbl;
                    [IID_IMAPIClientShutdown] client_shutdown::IMAPIClientShutdownVtbl;
                }
            }
        }
        ObjectKind::ProfAdmin => {
            const {
                tables! { [IID_IProfAdmin] prof_admin::IProfAdminVtbl; }
            }
        }
        ObjectKind::Table => {
            const {
                tables! { [IID_IMAPITable] table::IMAPITableVtbl; }
            }
        }
        ObjectKind::TableData => {
            const {
                tables! { [IID_IMAPITableData] table_data::ITableDataVtbl; }
            }
        }
        ObjectKind::Status => {
            const {
                tables! { [IID_IMAPIStatus, IID_IMAPIProp] status::IMAPIStatusVtbl; }
            }
        }
        ObjectKind::MsgStore => {
            const {
                tables! { [IID_IMsgStore, IID_IMAPIProp] msg_store::IMsgStoreVtbl; }
            }
        }
        ObjectKind::AddrBook => {
            const {
                tables! { [IID_IAddrBook, IID_IMAPIProp] addr_book::IAddrBookVtbl; }
            }
        }
        ObjectKind::PropData => {
            const {
                tables! { [IID_IMAPIPropData, IID_IMAPIProp] prop_data::IPropDataVtbl; }
            }
        }
        ObjectKind::Stream => {
            const {
                tables! { [IID_IStream] stream::IStreamVtbl; }
            }
        }
        ObjectKind::InitMonitor => {
            const {
                tables! { [] init_monitor::IMAPIInitMonitorVtbl; }
            }
        }
        ObjectKind::WaitResult => {
            const {
                tables! { [] init_monitor::IMAPIWaitResultVtbl; }
            }
        }
        _ => {
            const {
                tables! { [] IUnknownVtbl; }
            }
        }
    }
}

/// Whether this is a vtable of an object of this library.
pub fn is_own(table: *const c_void) -> bool {
    ObjectKind::ALL.into_iter().flat_map(vtables).any(|vtable| vtable.table == table)
}

/// An interface, its base, and its slots by name, in order.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The interface.
    pub interface: &'static str,
    /// Its methods.
    pub slots: Vec<&'static str>,
}

/// Every interface that has a vtable here: what is held against the headers.
pub fn layouts() -> Vec<Layout> {
    let of = |interface, slots| Layout { interface, slots };
    vec![
        of("IUnknown", IUnknownVtbl::slots()),
        of("IMAPIAdviseSink", advise_sink::IMAPIAdviseSinkVtbl::slots()),
        of("IMAPIClientShutdown", client_shutdown::IMAPIClientShutdownVtbl::slots()),
        of("IMAPISession", session::IMAPISessionVtbl::slots()),
        of("IMAPITable", table::IMAPITableVtbl::slots()),
        of("IProfAdmin", prof_admin::IProfAdminVtbl::slots()),
        of("IMsgServiceAdmin", msg_service_admin::IMsgServiceAdminVtbl::slots()),
        of("IMsgServiceAdmin2", msg_service_admin::IMsgServiceAdmin2Vtbl::slots()),
        of("IProviderAdmin", provider_admin::IProviderAdminVtbl::slots()),
        of("IMAPIProp", prop::IMAPIPropVtbl::slots()),
        of("IProfSect", prop::IMAPIPropVtbl::slots()),
        of("IAttach", prop::IMAPIPropVtbl::slots()),
        of("IMailUser", prop::IMAPIPropVtbl::slots()),
        of("IMAPIStatus", status::IMAPIStatusVtbl::slots()),
        of("IMsgStore", msg_store::IMsgStoreVtbl::slots()),
        of("IMAPIContainer", container::IMAPIContainerVtbl::slots()),
        of("IMAPIFolder", folder::IMAPIFolderVtbl::slots()),
        of("IABContainer", ab_container::IABContainerVtbl::slots()),
        of("IDistList", ab_container::IABContainerVtbl::slots()),
        of("IMessage", message::IMessageVtbl::slots()),
        of("IAddrBook", addr_book::IAddrBookVtbl::slots()),
        of("ITableData", table_data::ITableDataVtbl::slots()),
        of("IPropData", prop_data::IPropDataVtbl::slots()),
        of("IStream", stream::IStreamVtbl::slots()),
        of("IMAPIProgress", progress::IMAPIProgressVtbl::slots()),
        of("IMAPIInitMonitor", init_monitor::IMAPIInitMonitorVtbl::slots()),
        of("IMAPIWaitResult", init_monitor::IMAPIWaitResultVtbl::slots()),
    ]
}
