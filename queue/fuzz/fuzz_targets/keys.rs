//! See [`targets::bodies::keys`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::bodies::keys(data));
