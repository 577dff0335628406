//! See [`targets::log::segments`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::log::segments(data));
