//! Model and kernel side by side.
#![cfg_attr(fuzzing, no_main)]

mapi_sim_fuzz::target!(mapi_sim_fuzz::logon);
