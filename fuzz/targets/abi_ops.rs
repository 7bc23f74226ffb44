//! Clients in C out of bytes.
#![cfg_attr(fuzzing, no_main)]

mapi_sim_fuzz::target!(mapi_sim_fuzz::abi_ops);
