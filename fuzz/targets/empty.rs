//! Nothing, to compare speeds with.
#![cfg_attr(fuzzing, no_main)]

mapi_sim_fuzz::target!(mapi_sim_fuzz::empty);
