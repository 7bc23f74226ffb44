//! Model and kernel side by side, over tables.
#![cfg_attr(fuzzing, no_main)]

mapi_sim_fuzz::target!(mapi_sim_fuzz::table_ops);
