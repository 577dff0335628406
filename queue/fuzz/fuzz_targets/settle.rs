//! See [`targets::bodies::settle`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::bodies::settle(data));
