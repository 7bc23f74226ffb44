//! Where everything random comes from.

/// A source of choices. Zero is the plain choice: what runs out of bytes, or is shrunk, becomes plain.
pub trait Choices {
    /// A number below `n`, which is at least 1.
    fn below(&mut self, n: u32) -> u32;

    /// True once in `n` times; never if nothing is left to choose from.
    fn once_in(&mut self, n: u32) -> bool {
        self.below(n) == n - 1
    }

    /// True half of the time.
    fn coin(&mut self) -> bool {
        self.once_in(2)
    }

    /// One of these; the first is the plain one.
    fn of<T: Clone>(&mut self, list: &[T]) -> T
    where
        Self: Sized,
    {
        list[self.below(u32::try_from(list.len()).expect("a short list")) as usize].clone()
    }

    /// Up to `most` things.
    fn list<T>(&mut self, most: u32, mut one: impl FnMut(&mut Self) -> T) -> Vec<T>
    where
        Self: Sized,
    {
        (0..self.below(most + 1)).map(|_| one(self)).collect()
    }
}

/// Choices out of bytes: one byte for a small choice, two or four for a larger one, zeros when they have run out.
#[derive(Clone, Debug)]
pub struct Bytes<'a> {
    rest: &'a [u8],
}

impl<'a> Bytes<'a> {
    /// Choices out of these bytes.
    pub fn new(rest: &'a [u8]) -> Self {
        Bytes { rest }
    }

    fn next(&mut self) -> u32 {
        let Some((first, rest)) = self.rest.split_first() else { return 0 };
        self.rest = rest;
        u32::from(*first)
    }
}

impl Choices for Bytes<'_> {
    fn below(&mut self, n: u32) -> u32 {
        match n {
            0 | 1 => 0,
            2..=0x100 => self.next() % n,
            0x101..=0x1_0000 => (self.next() | self.next() << 8) % n,
            _ => (self.next() | self.next() << 8 | self.next() << 16 | self.next() << 24) % n,
        }
    }
}

/// Choices out of a small generator of numbers, for tests that want as many as they like.
#[derive(Clone, Debug)]
pub struct Dice(pub u64);

impl Choices for Dice {
    fn below(&mut self, n: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((self.0 >> 33) % u64::from(n.max(1))).expect("31 bits at most")
    }
}
