//! See [`targets::restart::restart`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::restart::restart(data));
