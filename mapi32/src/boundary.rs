//! The edge between C and Rust: no panic crosses it.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use mapi_sim::Hresult;

use crate::world;

/// Runs the body of a function that C called. A panic becomes `failed`, and a problem in the report of the world.
pub fn guard<T>(name: &str, failed: T, body: impl FnOnce() -> T) -> T {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(result) => result,
        Err(panic) => {
            // Telling it must not panic either; if it does, the result alone has to do.
            let _ = catch_unwind(AssertUnwindSafe(|| world::note_panic(name, &message(&panic))));
            failed
        }
    }
}

/// As [`guard`], for functions that give an HRESULT: a panic becomes MAPI_E_CALL_FAILED.
pub fn guard_hr(name: &str, body: impl FnOnce() -> Hresult) -> i32 {
    guard(name, Hresult::MAPI_E_CALL_FAILED, body).code().cast_signed()
}

/// What a panic said.
fn message(panic: &Box<dyn Any + Send>) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
}

/// Declares functions that mapi32 exports: each runs inside the boundary and gives an HRESULT.
#[macro_export]
macro_rules! export_hr {
    ($($(#[$about:meta])* fn $name:ident($($arg:ident: $ty:ty),* $(,)?) $body:block)*) => {$(
        $(#[$about])*
        #[unsafe(no_mangle)]
        pub extern "system" fn $name($($arg: $ty),*) -> i32 {
            $crate::boundary::guard_hr(stringify!($name), move || $body)
        }
    )*};
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_stops_at_the_edge() {
        assert_eq!(guard_hr("Test", || panic!("no")), Hresult::MAPI_E_CALL_FAILED.code().cast_signed());
        assert_eq!(guard("Test", 7, || panic!("{}", 1)), 7);
        assert_eq!(guard("Test", 7, || 8), 8);
    }
}
