//! Cells: what a row shows in a column.

use super::super::project::failed;
use super::lines::{Built, Heading, Line};
use super::settings::Rules;
use crate::mapi::{Hresult, Prop, PropTag, PropType, Row, Value};

/// TBL_LEAF_ROW, TBL_EXPANDED_CATEGORY and TBL_COLLAPSED_CATEGORY of PR_ROW_TYPE (TABLE-193).
const LEAF_ROW: i32 = 1;
const EXPANDED_CATEGORY: i32 = 3;
const COLLAPSED_CATEGORY: i32 = 4;
/// Marks the instance key of a heading; rows have numbers below it.
const HEADING: u32 = 0x8000_0000;

/// Everything that cells of a view need to know.
pub(super) struct Cells<'a> {
    pub rules: &'a Rules,
    pub built: &'a Built,
    /// Key columns of the categories, level by level.
    pub levels: &'a [Vec<PropTag>],
    /// The default column set, if only its columns have values (TABLE-011).
    pub available: Option<&'a [PropTag]>,
}

impl Cells<'_> {
    /// A line in the columns of a view.
    pub fn row(&self, line: Line, row: &[Prop], columns: &[PropTag]) -> Row {
        Row { props: columns.iter().map(|tag| self.cell(line, row, *tag)).collect() }
    }

    /// Several lines in the columns of a view. A column is looked for first at the place where the line before had it: rows of a table mostly have
    /// the same properties in the same order.
    pub fn rows<'r>(&self, lines: impl Iterator<Item = (Line, &'r [Prop])>, columns: &[PropTag]) -> Vec<Row> {
        let whole = self.levels.is_empty() && self.available.is_none() && self.rules.settings.truncate.is_none();
        let mut places: Vec<Option<usize>> = columns.iter().map(|tag| (whole && is_stored(*tag)).then_some(0)).collect();
        let one = |(line, row): (Line, &[Prop])| {
            let cells = columns.iter().zip(&mut places).map(|(tag, place)| {
                let Some(place) = place else { return self.cell(line, row, *tag) };
                if row.get(*place).is_none_or(|prop| prop.tag != *tag) {
                    *place = row.iter().position(|prop| prop.tag == *tag).unwrap_or(*place);
                }
                match row.get(*place) {
                    Some(prop) if prop.tag == *tag && !prop.value.is_empty() => prop.clone(),
                    _ => self.cell(line, row, *tag),
                }
            });
            Row { props: cells.collect() }
        };
        lines.map(one).collect()
    }

    fn cell(&self, line: Line, row: &[Prop], tag: PropTag) -> Prop {
        if tag == PropTag::PR_NULL {
            return Prop { tag, value: Value::Null };
        }
        if self.available.is_some_and(|available| !available.iter().any(|known| known.id() == tag.id())) {
            return self.missing(tag);
        }
        match line {
            Line::Heading(number) => self.heading(self.built.heading(number), number, row, tag),
            Line::Row { number, part } => self.leaf(number, part, row, tag),
        }
    }

    fn heading(&self, heading: Option<&Heading>, number: u32, row: &[Prop], tag: PropTag) -> Prop {
        let Some(heading) = heading else { return self.missing(tag) };
        let number_of = |number: u32| Prop { tag: tag.with_type(PropType::LONG), value: Value::from(number) };
        let long = |value: i32| Prop { tag: tag.with_type(PropType::LONG), value: Value::Long(value) };
        match tag.id() {
            id if id == PropTag::PR_INSTANCE_KEY.id() => Prop::new(PropTag::PR_INSTANCE_KEY, heading_key(number, self.rules)),
            id if id == PropTag::PR_CONTENT_COUNT.id() => number_of(heading.count),
            id if id == PropTag::PR_CONTENT_UNREAD.id() => number_of(heading.unread),
            id if id == PropTag::PR_DEPTH.id() => number_of(u32::from(heading.depth)),
            id if id == PropTag::PR_ROW_TYPE.id() => long(if heading.expanded { EXPANDED_CATEGORY } else { COLLAPSED_CATEGORY }),
            _ => self.key_of_heading(heading, row, tag).unwrap_or_else(|| self.missing(tag)),
        }
    }

    /// A key column of a heading: of its own category or of one around it (TABLE-188). The key is all that rows of a category have in common.
    fn key_of_heading(&self, heading: &Heading, row: &[Prop], tag: PropTag) -> Option<Prop> {
        let mut keys = self.levels.iter().take(usize::from(heading.depth) + 1).flatten();
        let key = keys.find(|key| key.id() == tag.id())?;
        let key = shown(row, *key, &self.built.parts(heading.part, row), self.rules)?;
        match tag.prop_type() {
            PropType::UNSPECIFIED if self.rules.unspecified_fails => None,
            PropType::UNSPECIFIED => Some(key),
            wanted => {
                let wanted = if wanted.is_instance() { wanted.single() } else { wanted };
                key.value.fits(wanted).then_some(Prop { tag: tag.with_type(wanted), value: key.value })
            }
        }
    }

    fn leaf(&self, number: u32, part: u32, row: &[Prop], tag: PropTag) -> Prop {
        if tag.id() == PropTag::PR_INSTANCE_KEY.id() {
            return Prop::new(PropTag::PR_INSTANCE_KEY, row_key(number, part, row, self.rules));
        }
        if !self.levels.is_empty() {
            match tag.id() {
                id if id == PropTag::PR_DEPTH.id() => {
                    return Prop::new(PropTag::PR_DEPTH, i32::try_from(self.levels.len()).unwrap_or(i32::MAX));
                }
                id if id == PropTag::PR_ROW_TYPE.id() => return Prop::new(PropTag::PR_ROW_TYPE, LEAF_ROW),
                id if self.rules.leaf_omits_keys && self.levels.iter().flatten().any(|key| key.id() == id) => return self.missing(tag),
                _ => {}
            }
        }
        let parts = self.built.parts(part, row);
        match shown(row, tag, &parts, self.rules) {
            Some(prop) => self.cut(prop),
            None => self.missing(tag),
        }
    }

    /// A column without a value (TABLE-240, TABLE-241).
    fn missing(&self, tag: PropTag) -> Prop {
        if self.rules.missing_is_null {
            return Prop { tag: PropTag::PR_NULL, value: Value::Null };
        }
        failed(tag, Hresult::MAPI_E_NOT_FOUND, self.rules.failed_id_zero)
    }

    /// Strings and binaries that are longer than the table shows (TABLE-012).
    fn cut(&self, mut prop: Prop) -> Prop {
        if let Some(most) = self.rules.settings.truncate {
            cut_to(&mut prop.value, most as usize);
        }
        prop
    }
}

/// Whether a column under this tag shows what a row has under the same tag.
fn is_stored(tag: PropTag) -> bool {
    let prop_type = tag.prop_type();
    let is_value = !matches!(prop_type, PropType::UNSPECIFIED | PropType::NULL | PropType::ERROR) && !prop_type.is_instance();
    is_value && tag.id() != PropTag::PR_INSTANCE_KEY.id()
}

/// Cuts a string or a binary off after so many bytes, at the end of a character.
pub(super) fn cut_to(value: &mut Value, most: usize) {
    match value {
        Value::String(text) => text.truncate(text.floor_char_boundary(most)),
        Value::Binary(bytes) => bytes.truncate(most),
        _ => {}
    }
}

/// Which value of each multivalued property a line stands for, by property.
pub(super) type Parts = Vec<(u16, usize)>;

/// The value of a property in the type of a column: characters in either width, an instance of many values, and any type for PT_UNSPECIFIED.
fn shown(row: &[Prop], tag: PropTag, parts: &Parts, rules: &Rules) -> Option<Prop> {
    let prop = row.iter().find(|prop| prop.tag.id() == tag.id())?;
    let wanted = tag.prop_type();
    if let Value::Error(hr) = prop.value {
        return Some(failed(tag, hr, rules.failed_id_zero));
    }
    if wanted.is_instance() {
        let own = prop.value.prop_type();
        if !own.single().is_same(wanted.single()) {
            return None;
        }
        let tag = tag.with_type(wanted.single());
        if !own.is_multi() {
            return Some(Prop { tag, value: prop.value.clone() });
        }
        let part = parts.iter().find(|(id, _)| *id == tag.id()).map_or(0, |(_, part)| *part);
        return prop.value.element(part).map(|value| Prop { tag, value });
    }
    match wanted {
        PropType::UNSPECIFIED if rules.unspecified_fails => None,
        PropType::UNSPECIFIED => Some(prop.clone()),
        _ if prop.value.fits(wanted) && !prop.value.is_empty() => Some(Prop { tag, value: prop.value.clone() }),
        _ => None,
    }
}

/// PR_INSTANCE_KEY of a row: its own, with the part of an instance behind it; or one made of its number and part, as long as every other
/// (TABLE-332, TABLE-399).
pub(super) fn row_key(number: u32, part: u32, row: &[Prop], rules: &Rules) -> Vec<u8> {
    let own = row.iter().find(|prop| prop.tag == PropTag::PR_INSTANCE_KEY);
    match own.map(|prop| &prop.value) {
        Some(Value::Binary(key)) if part == 0 => key.clone(),
        Some(Value::Binary(key)) => [&key[..], &part.to_le_bytes()].concat(),
        _ => padded(number, part, rules.key_length),
    }
}

/// PR_INSTANCE_KEY of a heading.
pub(super) fn heading_key(number: u32, rules: &Rules) -> Vec<u8> {
    padded(HEADING | number, 0, rules.key_length)
}

fn padded(number: u32, part: u32, length: usize) -> Vec<u8> {
    let mut key = [number.to_le_bytes(), part.to_le_bytes()].concat();
    key.resize(length, 0);
    key
}
