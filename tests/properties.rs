//! Properties of the logon decision and of the kernel: against the reference model, against each other, and over every answer there is.

mod model;
mod support;

mod properties {
    mod exhaustive;
    mod machine;
    mod props;
    mod related;
    mod sessions;
    mod storms;
    mod tour;
}
