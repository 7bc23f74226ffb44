//! Model and kernel side by side, with what hangs from sessions.
#![cfg_attr(fuzzing, no_main)]

mapi_sim_fuzz::target!(mapi_sim_fuzz::session_ops);
