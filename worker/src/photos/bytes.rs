//! Taking bytes apart from the front, never past their end.

use super::rules::{BROKEN_OFF, Flaw};

/// What is left of some bytes.
#[derive(Clone, Copy)]
pub(super) struct Bytes<'a>(pub &'a [u8]);

impl<'a> Bytes<'a> {
    /// The next `count` bytes.
    pub fn take(&mut self, count: usize) -> Result<&'a [u8], Flaw> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(BROKEN_OFF)?;
        self.0 = rest;
        Ok(taken)
    }

    /// The next `N` bytes.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Flaw> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(BROKEN_OFF)?;
        self.0 = rest;
        Ok(*taken)
    }

    /// The next byte.
    pub fn byte(&mut self) -> Result<u8, Flaw> {
        self.array().map(|[byte]| byte)
    }

    /// Two bytes, the higher first.
    pub fn u16(&mut self) -> Result<u16, Flaw> {
        self.array().map(u16::from_be_bytes)
    }

    /// Four bytes, the highest first.
    pub fn u32(&mut self) -> Result<u32, Flaw> {
        self.array().map(u32::from_be_bytes)
    }

    /// Two bytes, the lower first.
    pub fn u16_low_first(&mut self) -> Result<u16, Flaw> {
        self.array().map(u16::from_le_bytes)
    }

    /// Three bytes, the lowest first.
    pub fn u24_low_first(&mut self) -> Result<u32, Flaw> {
        self.array()
            .map(|[low, middle, high]| u32::from_le_bytes([low, middle, high, 0]))
    }

    /// Four bytes, the lowest first.
    pub fn u32_low_first(&mut self) -> Result<u32, Flaw> {
        self.array().map(u32::from_le_bytes)
    }

    /// Whether nothing is left.
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }
}

/// A length of the file as one of memory. Where it does not fit, the file is not all there either.
pub(super) fn length(count: u32) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
