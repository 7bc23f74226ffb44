//! Restrictions: SRestriction, what a row has to be to stay in a table.

use std::fmt;

use super::{Prop, PropTag, Row, Value};

/// How deep a restriction can be. What is nested deeper is cut off there; no table takes it (TABLE-271).
pub const MAX_DEPTH: u16 = 256;

/// Declares numbers with documented names.
macro_rules! named {
    ($(#[$doc:meta])* $type:ident { $($(#[$ndoc:meta])* $name:ident = $documented:literal $number:literal $sign:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $type(pub u32);

        impl $type {
            $($(#[$ndoc])* pub const $name: $type = $type($number);)*

            /// The documented names, by number.
            pub const NAMES: &[(&str, u32)] = &[$(($documented, $number),)*];
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self.0 {
                    $($number => f.write_str($sign),)*
                    other => write!(f, "operator {other}"),
                }
            }
        }
    };
}

named! {
    /// How two values compare: relop. Numbers without a name can be made too, as a client can pass them (TABLE-295).
    Relop {
        /// RELOP_LT.
        LT = "RELOP_LT" 0 "<";
        /// RELOP_LE.
        LE = "RELOP_LE" 1 "<=";
        /// RELOP_GT.
        GT = "RELOP_GT" 2 ">";
        /// RELOP_GE.
        GE = "RELOP_GE" 3 ">=";
        /// RELOP_EQ.
        EQ = "RELOP_EQ" 4 "=";
        /// RELOP_NE.
        NE = "RELOP_NE" 5 "<>";
        /// RELOP_RE: a regular expression; no table of the simulator takes it (TABLE-301).
        RE = "RELOP_RE" 6 "like";
    }
}

named! {
    /// How a mask is applied: relBMR.
    Bmr {
        /// BMR_EQZ: no bit of the mask is set.
        EQZ = "BMR_EQZ" 0 "=";
        /// BMR_NEZ: some bit of the mask is set.
        NEZ = "BMR_NEZ" 1 "<>";
    }
}

/// ulFuzzyLevel: how a value contains another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FuzzyLevel(pub u32);

impl FuzzyLevel {
    /// FL_FULLSTRING: the whole value (TABLE-278).
    pub const FULLSTRING: FuzzyLevel = FuzzyLevel(0);
    /// FL_SUBSTRING: somewhere in it.
    pub const SUBSTRING: FuzzyLevel = FuzzyLevel(1);
    /// FL_PREFIX: at its beginning.
    pub const PREFIX: FuzzyLevel = FuzzyLevel(2);
    /// FL_IGNORECASE.
    pub const IGNORECASE: FuzzyLevel = FuzzyLevel(0x1_0000);
    /// FL_IGNORENONSPACE.
    pub const IGNORENONSPACE: FuzzyLevel = FuzzyLevel(0x2_0000);
    /// FL_LOOSE.
    pub const LOOSE: FuzzyLevel = FuzzyLevel(0x4_0000);

    /// The documented names, by number.
    pub const NAMES: &[(&str, u32)] = &[
        ("FL_FULLSTRING", 0),
        ("FL_SUBSTRING", 1),
        ("FL_PREFIX", 2),
        ("FL_IGNORECASE", 0x1_0000),
        ("FL_IGNORENONSPACE", 0x2_0000),
        ("FL_LOOSE", 0x4_0000),
    ];

    /// Which of the three levels, or a number that is none.
    #[must_use]
    pub const fn level(self) -> u32 {
        self.0 & 0xFFFF
    }

    /// Whether this bit of the upper half is set.
    #[must_use]
    pub const fn has(self, bit: FuzzyLevel) -> bool {
        self.0 & bit.0 != 0
    }
}

impl std::ops::BitOr for FuzzyLevel {
    type Output = FuzzyLevel;

    fn bitor(self, other: FuzzyLevel) -> FuzzyLevel {
        FuzzyLevel(self.0 | other.0)
    }
}

impl fmt::Display for FuzzyLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.level() {
            0 => f.write_str("is")?,
            1 => f.write_str("contains")?,
            2 => f.write_str("starts with")?,
            other => write!(f, "fuzzy level {other}")?,
        }
        let words = [(Self::IGNORECASE, "ignoring case"), (Self::IGNORENONSPACE, "ignoring nonspacing"), (Self::LOOSE, "loosely")];
        let words: Vec<&str> = words.into_iter().filter(|(bit, _)| self.has(*bit)).map(|(_, word)| word).collect();
        if words.is_empty() { Ok(()) } else { write!(f, " ({})", words.join(", ")) }
    }
}

/// What a row has to be: SRestriction. Made by its functions, and printed as people write it.
///
/// ```
/// use mapi_sim::PropTag;
/// use mapi_sim::mapi::{FuzzyLevel, Relop, Restriction};
///
/// let stores = Restriction::property(PropTag::PR_RESOURCE_TYPE, Relop::EQ, 33);
/// let mine = Restriction::content(PropTag::PR_DISPLAY_NAME, FuzzyLevel::PREFIX | FuzzyLevel::IGNORECASE, "my ");
/// let both = stores.and(mine.not());
/// assert_eq!(both.to_string(), "PR_RESOURCE_TYPE = 33 and not (PR_DISPLAY_NAME_W starts with (ignoring case) \"my \")");
/// ```
///
/// A restriction is at most [`MAX_DEPTH`] levels deep: what would be deeper becomes [`TooDeep`](Node::TooDeep), and Restrict and FindRow answer
/// MAPI_E_TOO_COMPLEX.
#[derive(Clone, PartialEq)]
pub struct Restriction {
    node: Node,
    depth: u16,
}

/// One level of a restriction.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Node {
    /// RES_AND 0.
    And(Vec<Restriction>),
    /// RES_OR 1.
    Or(Vec<Restriction>),
    /// RES_NOT 2. `None` is a NULL lpRes.
    Not(Option<Box<Restriction>>),
    /// RES_CONTENT 3.
    Content {
        /// ulFuzzyLevel.
        fuzzy_level: FuzzyLevel,
        /// ulPropTag.
        tag: PropTag,
        /// lpProp; the type of its tag counts.
        prop: Prop,
    },
    /// RES_PROPERTY 4.
    Property {
        /// relop.
        relop: Relop,
        /// ulPropTag.
        tag: PropTag,
        /// lpProp; the type of its tag counts.
        prop: Prop,
    },
    /// RES_COMPAREPROPS 5.
    CompareProps {
        /// relop.
        relop: Relop,
        /// ulPropTag1.
        tag1: PropTag,
        /// ulPropTag2.
        tag2: PropTag,
    },
    /// RES_BITMASK 6.
    BitMask {
        /// relBMR.
        bmr: Bmr,
        /// ulPropTag.
        tag: PropTag,
        /// ulMask.
        mask: u32,
    },
    /// RES_SIZE 7.
    Size {
        /// relop.
        relop: Relop,
        /// ulPropTag.
        tag: PropTag,
        /// cb.
        size: u32,
    },
    /// RES_EXIST 8.
    Exist {
        /// ulPropTag.
        tag: PropTag,
    },
    /// RES_SUBRESTRICTION 9. `None` is a NULL lpRes.
    Sub {
        /// ulSubObject.
        subobject: PropTag,
        /// lpRes.
        restriction: Option<Box<Restriction>>,
    },
    /// RES_COMMENT 10.
    Comment {
        /// lpProp.
        props: Row,
        /// lpRes, or NULL.
        restriction: Option<Box<Restriction>>,
    },
    /// RES_COUNT 11. `None` is a NULL lpRes.
    Count {
        /// ulCount.
        count: u32,
        /// lpRes.
        restriction: Option<Box<Restriction>>,
    },
    /// Another rt, or one that lacks what it points at.
    Other {
        /// rt.
        rt: u32,
    },
    /// Nested deeper than [`MAX_DEPTH`].
    TooDeep,
}

impl Node {
    /// Restrictions inside this one.
    fn children(&self) -> impl Iterator<Item = &Restriction> {
        let (many, one) = match self {
            Node::And(all) | Node::Or(all) => (&all[..], None),
            Node::Not(one) => (&[][..], one.as_deref()),
            Node::Sub { restriction, .. } | Node::Comment { restriction, .. } | Node::Count { restriction, .. } => {
                (&[][..], restriction.as_deref())
            }
            _ => (&[][..], None),
        };
        many.iter().chain(one)
    }
}

impl From<Node> for Restriction {
    fn from(node: Node) -> Self {
        let depth = 1 + node.children().map(|child| child.depth).max().unwrap_or(0);
        if depth > MAX_DEPTH { Restriction { node: Node::TooDeep, depth: MAX_DEPTH } } else { Restriction { node, depth } }
    }
}

impl Restriction {
    /// Its outermost level.
    #[must_use]
    pub const fn node(&self) -> &Node {
        &self.node
    }

    /// How many levels it has; a restriction without others in it has one.
    #[must_use]
    pub const fn depth(&self) -> u16 {
        self.depth
    }

    /// RES_PROPERTY: the property compared with a value. A multivalued property is met if one of its values is (TABLE-297).
    #[must_use]
    pub fn property(tag: PropTag, relop: Relop, value: impl Into<Value>) -> Self {
        let prop = constant(tag, value.into());
        Node::Property { relop, tag, prop }.into()
    }

    /// RES_CONTENT: the value of the property contains another.
    #[must_use]
    pub fn content(tag: PropTag, fuzzy_level: FuzzyLevel, value: impl Into<Value>) -> Self {
        let prop = constant(tag, value.into());
        Node::Content { fuzzy_level, tag, prop }.into()
    }

    /// RES_EXIST: the row has the property.
    #[must_use]
    pub fn exist(tag: PropTag) -> Self {
        Node::Exist { tag }.into()
    }

    /// RES_COMPAREPROPS: two properties of the row compared.
    #[must_use]
    pub fn compare_props(tag1: PropTag, relop: Relop, tag2: PropTag) -> Self {
        Node::CompareProps { relop, tag1, tag2 }.into()
    }

    /// RES_BITMASK: bits of a PT_LONG property.
    #[must_use]
    pub fn bit_mask(tag: PropTag, bmr: Bmr, mask: u32) -> Self {
        Node::BitMask { bmr, tag, mask }.into()
    }

    /// RES_SIZE: the size of the property's value in bytes, as UlPropSize counts it (TABLE-315).
    #[must_use]
    pub fn size(tag: PropTag, relop: Relop, size: u32) -> Self {
        Node::Size { relop, tag, size }.into()
    }

    /// RES_AND of this one and another. Of several in a row it is one RES_AND.
    #[must_use]
    pub fn and(self, other: Restriction) -> Self {
        match self.node {
            Node::And(mut all) => {
                all.push(other);
                Node::And(all).into()
            }
            node => Node::And(vec![Restriction { node, depth: self.depth }, other]).into(),
        }
    }

    /// RES_OR of this one and another. Of several in a row it is one RES_OR.
    #[must_use]
    pub fn or(self, other: Restriction) -> Self {
        match self.node {
            Node::Or(mut all) => {
                all.push(other);
                Node::Or(all).into()
            }
            node => Node::Or(vec![Restriction { node, depth: self.depth }, other]).into(),
        }
    }

    /// RES_NOT of this one.
    #[must_use]
    #[allow(clippy::should_implement_trait)] // `!restriction` would hide which node it makes; MAPI's name is RES_NOT.
    pub fn not(self) -> Self {
        Node::Not(Some(Box::new(self))).into()
    }

    /// RES_SUBRESTRICTION: some row of a table inside the object is so.
    #[must_use]
    pub fn sub(subobject: PropTag, restriction: Restriction) -> Self {
        Node::Sub { subobject, restriction: Some(Box::new(restriction)) }.into()
    }
}

/// The constant of a restriction on a property: its tag has the property's identifier, the single type, and the width of the property's characters.
fn constant(tag: PropTag, value: Value) -> Prop {
    let own = value.prop_type();
    let own = if value.fits(tag.prop_type().single()) { tag.prop_type().single() } else { own };
    Prop { tag: tag.with_type(own), value }
}

impl fmt::Display for Restriction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.node {
            Node::And(all) => joined(f, all, " and ", "all of nothing"),
            Node::Or(all) => joined(f, all, " or ", "any of nothing"),
            Node::Not(one) => write!(f, "not ({})", Inner(one)),
            Node::Content { fuzzy_level, tag, prop } => write!(f, "{tag} {fuzzy_level} {}", Constant(*tag, prop)),
            Node::Property { relop, tag, prop } => write!(f, "{tag} {relop} {}", Constant(*tag, prop)),
            Node::CompareProps { relop, tag1, tag2 } => write!(f, "{tag1} {relop} {tag2}"),
            Node::BitMask { bmr, tag, mask } => write!(f, "{tag} & 0x{mask:X} {bmr} 0"),
            Node::Size { relop, tag, size } => write!(f, "size of {tag} {relop} {size}"),
            Node::Exist { tag } => write!(f, "{tag} exists"),
            Node::Sub { subobject, restriction } => write!(f, "one of {subobject} has ({})", Inner(restriction)),
            Node::Comment { props, restriction } => write!(f, "comment {props} ({})", Inner(restriction)),
            Node::Count { count, restriction } => write!(f, "the first {count} of ({})", Inner(restriction)),
            Node::Other { rt } => write!(f, "restriction of type {rt}"),
            Node::TooDeep => write!(f, "deeper than {MAX_DEPTH} levels"),
        }
    }
}

impl fmt::Debug for Restriction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Several restrictions with a word between them; those that have one themselves stand in brackets.
fn joined(f: &mut fmt::Formatter<'_>, all: &[Restriction], word: &str, none: &str) -> fmt::Result {
    if all.len() < 2 {
        return match all.first() {
            Some(one) => write!(f, "only ({one})"),
            None => f.write_str(none),
        };
    }
    for (at, one) in all.iter().enumerate() {
        f.write_str(if at == 0 { "" } else { word })?;
        match one.node {
            Node::And(_) | Node::Or(_) => write!(f, "({one})")?,
            _ => write!(f, "{one}")?,
        }
    }
    Ok(())
}

/// A restriction inside another, or NULL.
struct Inner<'a>(&'a Option<Box<Restriction>>);

impl fmt::Display for Inner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(restriction) => write!(f, "{restriction}"),
            None => f.write_str("NULL"),
        }
    }
}

/// A constant; its type is told where it is not the property's.
struct Constant<'a>(PropTag, &'a Prop);

impl fmt::Display for Constant<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Constant(tag, prop) = self;
        match prop.tag.prop_type() {
            own if own == tag.prop_type().single() => write!(f, "{}", prop.value),
            own => write!(f, "{} ({own})", prop.value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn restrictions_print_as_people_write_them() {
        let id = PropTag::PR_ROWID;
        let few = Restriction::property(id, Relop::LT, 3).or(Restriction::exist(PropTag::PR_SUBJECT));
        let all = few.clone().and(Restriction::bit_mask(PropTag::PR_MESSAGE_FLAGS, Bmr::NEZ, 1)).and(Restriction::size(id, Relop::GE, 4));
        assert_eq!(all.to_string(), "(PR_ROWID < 3 or PR_SUBJECT_W exists) and PR_MESSAGE_FLAGS & 0x1 <> 0 and size of PR_ROWID >= 4");
        assert_eq!(Restriction::property(id, Relop::EQ, 3_i16).to_string(), "PR_ROWID = 3 (PT_SHORT)");
        assert_eq!(Restriction::from(Node::And(vec![few])).to_string(), "only (PR_ROWID < 3 or PR_SUBJECT_W exists)");
        assert_eq!(Restriction::from(Node::Not(None)).to_string(), "not (NULL)");
    }

    #[test]
    fn what_is_too_deep_is_cut_off() {
        let deep = (0..100_000).fold(Restriction::exist(PropTag::PR_ROWID), |inner, _| inner.not());
        assert_eq!(deep.depth(), MAX_DEPTH);
        assert!(deep.to_string().contains("deeper than 256 levels"));
    }
}
