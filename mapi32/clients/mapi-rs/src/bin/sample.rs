// The crate's own sample, unmodified: OUTLOOK_MAPI names the unpacked sources of the crate.
include!(concat!(env!("OUTLOOK_MAPI"), "/examples/sample.rs"));
