//! See [`targets::log::tail`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::log::tail(data));
