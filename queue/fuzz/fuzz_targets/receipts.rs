//! See [`targets::text::receipts`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::text::receipts(data));
