//! See [`targets::bodies::settings`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::bodies::settings(data));
