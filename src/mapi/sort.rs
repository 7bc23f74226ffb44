//! Sort orders of tables: SSortOrderSet.

use std::fmt;

use super::PropTag;

/// One key of a sort order: SSortOrder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SortOrder {
    /// ulPropTag: the column.
    pub tag: PropTag,
    /// ulOrder: TABLE_SORT_ASCEND 0, TABLE_SORT_DESCEND 1, TABLE_SORT_COMBINE 2, TABLE_SORT_CATEG_MAX 4, TABLE_SORT_CATEG_MIN 8.
    pub order: u32,
}

impl SortOrder {
    /// TABLE_SORT_ASCEND.
    pub const ASCEND: u32 = 0;
    /// TABLE_SORT_DESCEND.
    pub const DESCEND: u32 = 1;
    /// TABLE_SORT_COMBINE: one category together with the key before it (TABLE-197).
    pub const COMBINE: u32 = 2;
    /// TABLE_SORT_CATEG_MAX: categories of the key before it by their greatest value of this one (TABLE-198).
    pub const CATEG_MAX: u32 = 4;
    /// TABLE_SORT_CATEG_MIN: categories of the key before it by their least value of this one (TABLE-198).
    pub const CATEG_MIN: u32 = 8;

    /// The documented names, by number.
    pub const NAMES: &[(&str, u32)] = &[
        ("TABLE_SORT_ASCEND", Self::ASCEND),
        ("TABLE_SORT_DESCEND", Self::DESCEND),
        ("TABLE_SORT_COMBINE", Self::COMBINE),
        ("TABLE_SORT_CATEG_MAX", Self::CATEG_MAX),
        ("TABLE_SORT_CATEG_MIN", Self::CATEG_MIN),
    ];
}

impl fmt::Display for SortOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.order {
            Self::ASCEND => write!(f, "{}", self.tag),
            Self::DESCEND => write!(f, "{} descending", self.tag),
            Self::COMBINE => write!(f, "{} combined", self.tag),
            Self::CATEG_MAX => write!(f, "{} by greatest", self.tag),
            Self::CATEG_MIN => write!(f, "{} by least", self.tag),
            other => write!(f, "{} order {other:#x}", self.tag),
        }
    }
}

/// A sort order: SSortOrderSet. The first keys may be categories.
///
/// ```
/// use mapi_sim::PropTag;
/// use mapi_sim::mapi::SortOrderSet;
///
/// let order = SortOrderSet::by(PropTag::PR_RESOURCE_TYPE).descending(PropTag::PR_DISPLAY_NAME);
/// assert_eq!(order.to_string(), "PR_RESOURCE_TYPE, PR_DISPLAY_NAME_W descending");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SortOrderSet {
    /// aSort: the keys, the most significant first.
    pub keys: Vec<SortOrder>,
    /// cCategories: how many of the first keys are categories.
    pub categories: u32,
    /// cExpanded: how many of the categories begin expanded.
    pub expanded: u32,
}

impl SortOrderSet {
    /// No particular order (TABLE-164).
    #[must_use]
    pub const fn none() -> Self {
        SortOrderSet { keys: Vec::new(), categories: 0, expanded: 0 }
    }

    /// By one column, ascending.
    #[must_use]
    pub fn by(tag: PropTag) -> Self {
        Self::none().then(tag, SortOrder::ASCEND)
    }

    /// By one more column, ascending.
    #[must_use]
    pub fn ascending(self, tag: PropTag) -> Self {
        self.then(tag, SortOrder::ASCEND)
    }

    /// By one more column, descending.
    #[must_use]
    pub fn descending(self, tag: PropTag) -> Self {
        self.then(tag, SortOrder::DESCEND)
    }

    /// By one more key of any ulOrder.
    #[must_use]
    pub fn then(mut self, tag: PropTag, order: u32) -> Self {
        self.keys.push(SortOrder { tag, order });
        self
    }

    /// With the first `categories` keys as categories, of which the first `expanded` begin expanded.
    #[must_use]
    pub fn categorized(mut self, categories: u32, expanded: u32) -> Self {
        (self.categories, self.expanded) = (categories, expanded);
        self
    }
}

impl fmt::Display for SortOrderSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.keys.is_empty() {
            f.write_str("no order")?;
        }
        for (at, key) in self.keys.iter().enumerate() {
            write!(f, "{}{key}", if at == 0 { "" } else { ", " })?;
        }
        if self.categories != 0 || self.expanded != 0 {
            write!(f, " ({} categories, {} expanded)", self.categories, self.expanded)?;
        }
        Ok(())
    }
}
