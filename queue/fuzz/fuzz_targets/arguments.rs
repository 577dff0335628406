//! See [`targets::bodies::arguments`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::bodies::arguments(data));
