//! Structures of the client, read once: rows, sort orders, restrictions. The property values in them are read by [`wire_in`](crate::wire_in).
//!
//! Nothing of the client is kept: what is read is the library's own. Counts that no client can mean are not believed, pointers that are NULL where
//! there has to be something make the structure unreadable, and nothing here recurses or reads without bound.

use mapi_sim::mapi::{Bmr, CodePage, FuzzyLevel, MAX_DEPTH, Node, Prop, Relop, Restriction, SortOrder, SortOrderSet};
use mapi_sim::{Hresult, PropTag, Row};

use super::MOST;
use crate::abi::{SRestriction, SRestrictionUnion, SRow, SRowSet, SSortOrder, SSortOrderSet};
use crate::wire_in::Props;

/// The most restrictions in one tree. A tree whose branches meet again has few of them in memory and no end of them when it is walked.
const MOST_NODES: usize = 1 << 16;

/// Declares a pointer to a structure of the client, or NULL.
macro_rules! pointers {
    ($($(#[$about:meta])* $name:ident($target:ty);)*) => {$(
        $(#[$about])*
        #[repr(transparent)]
        #[derive(Clone, Copy)]
        pub struct $name(*const $target);

        impl $name {
            /// The value at this address.
            ///
            /// # Safety
            ///
            /// As long as the value lives, it is NULL, or such a structure can be read, with what it points at. It need not be aligned.
            pub const unsafe fn new(place: *const $target) -> Self {
                $name(place)
            }

            /// Whether the client passed NULL.
            pub fn is_null(self) -> bool {
                self.0.is_null()
            }
        }
    )*};
}

pointers! {
    /// An SRow.
    OneRow(SRow);
    /// An SRowSet.
    Rows(SRowSet);
    /// An SSortOrderSet.
    Order(SSortOrderSet);
    /// An SRestriction.
    Condition(SRestriction);
}

/// What cannot be read of a structure: MAPI_E_INVALID_PARAMETER.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

impl From<Unreadable> for Hresult {
    fn from(_: Unreadable) -> Self {
        Hresult::MAPI_E_INVALID_PARAMETER
    }
}

impl Props {
    /// `count` values.
    ///
    /// # Errors
    ///
    /// They cannot be read: see [`read_props`](crate::wire_in::read_props).
    pub fn row(self, count: u32, page: CodePage) -> Result<Row, Unreadable> {
        self.props(count, page).map(|props| Row { props }).ok_or(Unreadable)
    }

    /// One value.
    ///
    /// # Errors
    ///
    /// As [`Props::row`].
    pub fn one(self, page: CodePage) -> Result<Prop, Unreadable> {
        self.row(1, page)?.props.pop().ok_or(Unreadable)
    }
}

impl OneRow {
    /// The row.
    ///
    /// # Errors
    ///
    /// NULL, or as [`Props::row`].
    pub fn row(self, page: CodePage) -> Result<Row, Unreadable> {
        if self.is_null() {
            return Err(Unreadable);
        }
        // SAFETY: by the promise of the client a row stands there.
        let row = unsafe { self.0.read_unaligned() };
        // SAFETY: as above, for its values.
        unsafe { Props::new(row.lpProps) }.row(row.cValues, page)
    }
}

impl Rows {
    /// The rows; none of NULL.
    ///
    /// # Errors
    ///
    /// As [`Props::row`], of any row.
    pub fn rows(self, page: CodePage) -> Result<Option<Vec<Row>>, Unreadable> {
        if self.is_null() {
            return Ok(None);
        }
        // SAFETY: by the promise of the client a counted set stands there.
        let (count, first) = unsafe { ((&raw const (*self.0).cRows).read_unaligned(), (&raw const (*self.0).aRow).cast::<SRow>()) };
        if count > MOST {
            return Err(Unreadable);
        }
        // `wrapping_add` makes a pointer alone; what stands there is read by `row`.
        (0..count as usize).map(|at| OneRow(first.wrapping_add(at)).row(page)).collect::<Result<_, _>>().map(Some)
    }
}

impl Order {
    /// The order; none of NULL. How many of the keys are categories is left to the table, however many that are.
    ///
    /// # Errors
    ///
    /// A count that no client can mean.
    pub fn order(self) -> Result<Option<Box<SortOrderSet>>, Unreadable> {
        if self.is_null() {
            return Ok(None);
        }
        // SAFETY: by the promise of the client a counted set stands there; the three counts come first, without padding.
        let [sorts, categories, expanded] = unsafe { self.0.cast::<[u32; 3]>().read_unaligned() };
        if sorts > MOST {
            return Err(Unreadable);
        }
        // SAFETY: as above; the keys follow the counts.
        let first = unsafe { (&raw const (*self.0).aSort).cast::<SSortOrder>() };
        let key = |at| {
            // SAFETY: as above, `at` is below the count.
            let key = unsafe { first.add(at).read_unaligned() };
            SortOrder { tag: PropTag::new(key.ulPropTag), order: key.ulOrder }
        };
        Ok(Some(Box::new(SortOrderSet { keys: (0..sorts as usize).map(key).collect(), categories, expanded })))
    }
}

impl Condition {
    /// The restriction; none of NULL.
    ///
    /// Something in it that cannot be read becomes a restriction of its type that no table takes. A tree that is deeper than [`MAX_DEPTH`], or larger
    /// than any that a client can mean, becomes one that is too deep: the table says what it says of these (TABLE-147, TABLE-271).
    pub fn restriction(self, page: CodePage) -> Option<Box<Restriction>> {
        if self.is_null() {
            return None;
        }
        let mut reader = Reader { page, left: MOST_NODES };
        let read = reader.node(self.0, 1);
        let too_large = reader.left == 0;
        Some(Box::new(if too_large { Node::TooDeep.into() } else { read }))
    }
}

/// Reads one tree.
struct Reader {
    page: CodePage,
    /// How many restrictions may still be read.
    left: usize,
}

impl Reader {
    /// One restriction, at this level; `place` is not NULL. Levels are bounded, and with them the recursion.
    fn node(&mut self, place: *const SRestriction, level: u16) -> Restriction {
        if level > MAX_DEPTH || self.left == 0 {
            return Node::TooDeep.into();
        }
        self.left -= 1;
        // SAFETY: by the promise of the client a restriction stands there; the union is as large as its largest member, so that it may be read whole.
        let SRestriction { rt, res } = unsafe { place.read_unaligned() };
        let node = self.kind(rt, &res, level);
        node.unwrap_or(Node::Other { rt }).into()
    }

    /// What stands behind rt; none if that is no type, or lacks what it points at.
    fn kind(&mut self, rt: u32, res: &SRestrictionUnion, level: u16) -> Option<Node> {
        // SAFETY: every member of the union may be read whatever was written: all of it are numbers and pointers. rt says which one is meant, and by the promise of the client
        // pointers lead to what it says.
        let node = unsafe {
            match rt {
                0 => Node::And(self.many(res.resAnd.cRes, res.resAnd.lpRes, level)?),
                1 => Node::Or(self.many(res.resOr.cRes, res.resOr.lpRes, level)?),
                2 => Node::Not(self.inner(res.resNot.lpRes, level)),
                3 => {
                    let content = res.resContent;
                    let prop = Props::new(content.lpProp).one(self.page).ok()?;
                    Node::Content { fuzzy_level: FuzzyLevel(content.ulFuzzyLevel), tag: PropTag::new(content.ulPropTag), prop }
                }
                4 => {
                    let property = res.resProperty;
                    let prop = Props::new(property.lpProp).one(self.page).ok()?;
                    Node::Property { relop: Relop(property.relop), tag: PropTag::new(property.ulPropTag), prop }
                }
                5 => {
                    let compare = res.resCompareProps;
                    let [tag1, tag2] = [compare.ulPropTag1, compare.ulPropTag2].map(PropTag::new);
                    Node::CompareProps { relop: Relop(compare.relop), tag1, tag2 }
                }
                6 => {
                    let mask = res.resBitMask;
                    Node::BitMask { bmr: Bmr(mask.relBMR), tag: PropTag::new(mask.ulPropTag), mask: mask.ulMask }
                }
                7 => Node::Size { relop: Relop(res.resSize.relop), tag: PropTag::new(res.resSize.ulPropTag), size: res.resSize.cb },
                8 => Node::Exist { tag: PropTag::new(res.resExist.ulPropTag) },
                9 => {
                    let subobject = PropTag::new(res.resSub.ulSubObject);
                    Node::Sub { subobject, restriction: self.inner(res.resSub.lpRes, level) }
                }
                10 => {
                    let comment = res.resComment;
                    let props = Props::new(comment.lpProp).row(comment.cValues, self.page).ok()?;
                    Node::Comment { props, restriction: self.inner(comment.lpRes, level) }
                }
                11 => Node::Count { count: res.resCount.ulCount, restriction: self.inner(res.resCount.lpRes, level) },
                _ => return None,
            }
        };
        Some(node)
    }

    /// The restriction inside another, or NULL.
    fn inner(&mut self, place: *const SRestriction, level: u16) -> Option<Box<Restriction>> {
        (!place.is_null()).then(|| Box::new(self.node(place, level + 1)))
    }

    /// The restrictions inside another. More of them than may be read are not read.
    fn many(&mut self, count: u32, first: *const SRestriction, level: u16) -> Option<Vec<Restriction>> {
        if first.is_null() && count > 0 {
            return None;
        }
        if count as usize > self.left {
            self.left = 0;
            return Some(vec![Node::TooDeep.into()]);
        }
        Some((0..count as usize).map(|at| self.node(first.wrapping_add(at), level + 1)).collect())
    }
}
