//! Any calls in any world, beside an adversary.
#![cfg_attr(fuzzing, no_main)]

mapi_sim_fuzz::target!(mapi_sim_fuzz::api_ops);
