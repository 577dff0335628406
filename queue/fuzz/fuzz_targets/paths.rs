//! See [`targets::bodies::paths`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::bodies::paths(data));
