//! Reads traces of a real cluster, plays their scripts, compares.

pub(crate) mod compare;
pub(crate) mod play;
pub(crate) mod script;
pub(crate) mod trace;
