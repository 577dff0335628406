//! See [`targets::text::names`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::text::names(data));
