//! The decision alone, over every answer of every fact that it asks for.

#[test]
fn placeholder() {}
