//! Any text as a fixture.
#![cfg_attr(fuzzing, no_main)]

mapi_sim_fuzz::target!(mapi_sim_fuzz::fixture_toml);
