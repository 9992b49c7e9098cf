#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|frame: &[u8]| quorate_harness::fuzz::decode(frame));
