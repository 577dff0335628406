//! See [`targets::log::records`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::log::records(data));
