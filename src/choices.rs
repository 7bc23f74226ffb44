//! Choices out of bytes.

use std::sync::Arc;

/// A source of choices: bytes of a fuzzer, or of a property test. Zero is the plain choice, and whoever runs out of bytes chooses plainly, so that
/// shorter inputs and smaller bytes mean simpler runs.
///
/// ```
/// use mapi_sim::Choices;
///
/// let mut choices = Choices::new(&[7, 1]);
/// assert_eq!(choices.below(5), 2);
/// assert!(choices.once_in(2));
/// assert_eq!(choices.of(&["plain", "other"]), &"plain", "there is nothing left");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    bytes: Arc<[u8]>,
    used: usize,
    backwards: bool,
}

impl Choices {
    /// Choices out of these bytes, from the first to the last.
    pub fn new(bytes: &[u8]) -> Self {
        Choices { bytes: bytes.into(), used: 0, backwards: false }
    }

    /// Choices out of the same bytes from the last to the first: for a second source that does not depend on how much the first one uses.
    #[must_use]
    pub fn backwards(&self) -> Self {
        Choices { bytes: self.bytes.clone(), used: 0, backwards: !self.backwards }
    }

    /// How many bytes are left.
    pub fn left(&self) -> usize {
        self.bytes.len() - self.used
    }

    fn next(&mut self) -> u32 {
        let at = if self.backwards { self.left().checked_sub(1) } else { Some(self.used) };
        let byte = at.and_then(|at| self.bytes.get(at)).copied();
        self.used += usize::from(byte.is_some());
        byte.unwrap_or(0).into()
    }

    /// A number below `n`: out of one byte for a small `n`, otherwise of two or four. Zero if `n` is 0 or 1.
    pub fn below(&mut self, n: u32) -> u32 {
        let word = match n {
            0 | 1 => return 0,
            2..=0x100 => self.next(),
            0x101..=0x1_0000 => self.next() | self.next() << 8,
            _ => self.next() | self.next() << 8 | self.next() << 16 | self.next() << 24,
        };
        word % n
    }

    /// Any number, the same for all 32 bits.
    pub fn word(&mut self) -> u32 {
        self.next() | self.next() << 8 | self.next() << 16 | self.next() << 24
    }

    /// True once in `n` times; never if nothing is left to choose from.
    pub fn once_in(&mut self, n: u32) -> bool {
        n > 1 && self.below(n) == n - 1
    }

    /// One of these; the first is the plain one.
    ///
    /// # Panics
    ///
    /// If there is none.
    pub fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(u32::try_from(list.len()).unwrap_or(u32::MAX)) as usize]
    }

    /// Up to `most` things.
    pub fn list<T>(&mut self, most: u32, mut one: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.below(most.saturating_add(1))).map(|_| one(self)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_give_the_same_bytes() {
        let mut forth = Choices::new(&[1, 2, 3]);
        let mut back = forth.backwards();
        let bytes = |choices: &mut Choices| (0..4).map(|_| choices.below(256)).collect::<Vec<_>>();
        assert_eq!((bytes(&mut forth), bytes(&mut back)), (vec![1, 2, 3, 0], vec![3, 2, 1, 0]));
        assert_eq!((forth.left(), back.left()), (0, 0));
        assert_eq!(back.backwards().below(0x1_0000), 0x0201, "little ends first");
        assert_eq!(Choices::new(&[1, 2, 3, 4]).word(), 0x0403_0201);
        assert!(!Choices::default().once_in(1) && !Choices::default().once_in(2));
        assert_eq!(Choices::new(&[2, 5, 6]).list(4, |one| one.below(256)), [5, 6]);
    }
}
