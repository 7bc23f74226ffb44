//! One property in the type that a caller of GetProps asks for, and what stands for one that has no value.

use std::borrow::Cow;

use super::Machine;
use crate::clause::Reading;
use crate::mapi::{CodePage, Hresult, Prop, PropTag, PropType, Row, Value};

/// How properties are given.
#[derive(Clone, Debug)]
pub(super) struct Projection {
    /// Whether characters whose width the caller leaves open are wide.
    width: bool,
    /// The tag of what failed has identifier zero (reading failed_tag_id).
    zero: bool,
    /// What another type than the stored one gives.
    mismatch: Hresult,
    /// Values of this many bytes and more are too large; 0 is no limit.
    large: u32,
    /// Whether characters can be given in another width than the stored one.
    convert: bool,
    /// Which widths there are.
    unicode: bool,
    ansi: bool,
    code_page: CodePage,
}

impl Projection {
    /// As GetProps gives properties, with the width that MAPI_UNICODE asks for.
    pub(super) fn of_object(machine: &Machine, unicode: bool) -> Self {
        let settings = &machine.properties;
        let unexpected = machine.readings.index(Reading::TypeMismatch) != 0;
        Projection {
            width: unicode,
            zero: machine.readings.index(Reading::FailedTagId) != 0,
            mismatch: if unexpected { Hresult::MAPI_E_UNEXPECTED_TYPE } else { Hresult::MAPI_E_NOT_FOUND },
            large: settings.large_limit,
            convert: settings.convert,
            unicode: settings.unicode,
            ansi: settings.ansi,
            code_page: machine.code_page,
        }
    }

    /// What stands in the place of a property that cannot be had (PROP-057, PROP-060).
    pub(super) fn failed(&self, asked: PropTag, code: Hresult) -> Prop {
        failed(asked, code, self.zero)
    }

    /// One property, found or not, in the type that the tag asks for.
    pub(super) fn one(&self, found: Option<&Prop>, asked: PropTag) -> Prop {
        if asked == PropTag::PR_NULL {
            return Prop { tag: asked, value: Value::Null };
        }
        let Some(found) = found else { return self.failed(asked, Hresult::MAPI_E_NOT_FOUND) };
        let (stored, wanted) = (found.tag.prop_type(), asked.prop_type());
        // An object is opened, not read (PROP-067).
        if stored == PropType::OBJECT || wanted == PropType::ERROR {
            return self.failed(asked, Hresult::MAPI_E_NOT_FOUND);
        }
        let given = match wanted {
            PropType::UNSPECIFIED => self.open_type(stored),
            _ if wanted == stored => wanted,
            _ if !(wanted.is_text() && stored.is_text() && wanted.is_multi() == stored.is_multi()) => {
                return self.failed(asked, self.mismatch);
            }
            _ => wanted,
        };
        if given.is_text() && given != stored && !self.convert || !self.has_width(given) {
            return self.failed(asked, Hresult::MAPI_E_BAD_CHARWIDTH);
        }
        if self.large != 0 && size(&found.value, given) >= u64::from(self.large) {
            return self.failed(asked, Hresult::MAPI_E_NOT_ENOUGH_MEMORY);
        }
        Prop { tag: found.tag.with_type(given), value: in_type(&found.value, given, self.code_page) }
    }

    /// The type in which a property comes if the caller leaves the type open (PROP-045).
    fn open_type(&self, stored: PropType) -> PropType {
        if self.convert { PropTag::of(1, stored).in_width(self.width).prop_type() } else { stored }
    }

    fn has_width(&self, prop_type: PropType) -> bool {
        has_width(prop_type, self.unicode, self.ansi)
    }
}

/// A property that has no value: PT_ERROR with a code (PROP-060).
pub(super) fn failed(tag: PropTag, hr: Hresult, id_zero: bool) -> Prop {
    let tag = if id_zero { PropTag::of(0, PropType::ERROR) } else { tag.with_type(PropType::ERROR) };
    Prop { tag, value: Value::Error(hr) }
}

/// Whether characters of this type are among the widths that there are; true of every other type.
pub(super) fn has_width(prop_type: PropType, unicode: bool, ansi: bool) -> bool {
    match prop_type {
        PropType::UNICODE | PropType::MV_UNICODE => unicode,
        PropType::STRING8 | PropType::MV_STRING8 => ansi,
        _ => true,
    }
}

/// Properties under the tags that a caller asks for, in their order (PROP-053). What is not there is PT_ERROR with MAPI_E_NOT_FOUND.
pub(super) fn project(all: &[Prop], tags: &[PropTag], how: &Projection) -> Row {
    tags.iter().map(|tag| how.one(property(all, tag.id()), *tag)).collect()
}

/// The property of an identifier, among those of an object in ascending order of identifiers.
pub(super) fn property(all: &[Prop], id: u16) -> Option<&Prop> {
    all.binary_search_by_key(&id, |prop| prop.tag.id()).ok().and_then(|at| all.get(at))
}

/// The bytes of a value as UlPropSize counts them (TABLE-315): characters with their terminator, in the width of the tag.
pub(super) fn size(value: &Value, prop_type: PropType) -> u64 {
    let wide = prop_type.single() != PropType::STRING8;
    let text = |text: &str| if wide { 2 * (text.encode_utf16().count() as u64 + 1) } else { text.chars().count() as u64 + 1 };
    match value {
        Value::Short(_) | Value::Bool(_) => 2,
        Value::Long(_) | Value::Float(_) | Value::Error(_) => 4,
        Value::Double(_) | Value::Currency(_) | Value::AppTime(_) | Value::LongLong(_) | Value::SysTime(_) => 8,
        Value::String(v) => text(v),
        Value::Guid(_) => 16,
        Value::Binary(v) => v.len() as u64,
        Value::MvString(v) => v.iter().map(|v| text(v)).sum(),
        Value::MvBinary(v) => v.iter().map(|v| v.len() as u64).sum(),
        Value::Null | Value::Object => 0,
        many => (0..many.len()).filter_map(|at| many.element(at)).map(|one| size(&one, prop_type.single())).sum(),
    }
}

/// A value as a client of its type gets or leaves it: characters end at the first NUL, and 8-bit ones are those of the code page (PROP-050).
pub(super) fn in_type(value: &Value, prop_type: PropType, code_page: CodePage) -> Value {
    let narrow = matches!(prop_type, PropType::STRING8 | PropType::MV_STRING8);
    let one = |text: &String| characters(text, narrow, code_page).into_owned();
    match value {
        Value::String(text) => Value::String(one(text)),
        Value::MvString(all) => Value::MvString(all.iter().map(one).collect()),
        other => other.clone(),
    }
}

fn characters(text: &str, narrow: bool, code_page: CodePage) -> Cow<'_, str> {
    let text = text.split_once('\0').map_or(text, |(before, _)| before);
    if !narrow || text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let (bytes, lossy) = code_page.encode(text);
    let read = if lossy { code_page.decode(&bytes).map(Cow::into_owned) } else { None };
    read.map_or(Cow::Borrowed(text), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn give(machine: &Machine, stored: Prop, asked: PropTag) -> Prop {
        project(&[stored], &[asked], &Projection::of_object(machine, false)).props.remove(0)
    }

    #[test]
    fn characters_come_in_the_width_that_is_asked_for() {
        let machine = Machine::default();
        let subject = || Prop::new(PropTag::PR_SUBJECT, "\u{4E2D}a");
        assert_eq!(give(&machine, subject(), PropTag::PR_SUBJECT_A), Prop::new(PropTag::PR_SUBJECT_A, "?a"));
        assert_eq!(give(&machine, subject(), PropTag::PR_SUBJECT), subject());
        let open = PropTag::PR_SUBJECT.with_type(PropType::UNSPECIFIED);
        assert_eq!(give(&machine, subject(), open).tag, PropTag::PR_SUBJECT_A);
    }

    #[test]
    fn values_are_as_large_as_their_type_has_them() {
        let accented = Value::String("\u{E9}".repeat(3));
        assert_eq!(size(&accented, PropType::STRING8), 4, "a byte a character, and the terminator");
        assert_eq!(size(&accented, PropType::UNICODE), 8);
        assert_eq!((size(&Value::Long(1), PropType::LONG), size(&Value::Bool(true), PropType::BOOLEAN)), (4, 2));
        assert_eq!(size(&Value::MvShort(vec![1, 2, 3]), PropType::MV_SHORT), 6);
        let mut machine = Machine::default();
        machine.properties.large_limit = 5;
        let subject = Prop::new(PropTag::PR_SUBJECT_A, accented);
        assert_eq!(give(&machine, subject.clone(), PropTag::PR_SUBJECT_A), subject);
    }

    #[test]
    fn types_that_do_not_fit() {
        let mut machine = Machine::default();
        let subject = || Prop::new(PropTag::PR_SUBJECT, "a");
        let long = PropTag::PR_SUBJECT.with_type(PropType::LONG);
        let failed = |tag: u32, code: Hresult| Prop { tag: PropTag::new(tag), value: Value::Error(code) };
        assert_eq!(give(&machine, subject(), long), failed(0x0037_000A, Hresult::MAPI_E_NOT_FOUND));
        assert!(machine.readings.set(Reading::TypeMismatch, "unexpected_type").is_ok());
        assert!(machine.readings.set(Reading::FailedTagId, "zero").is_ok());
        assert_eq!(give(&machine, subject(), long), failed(0x0000_000A, Hresult::MAPI_E_UNEXPECTED_TYPE));
        assert_eq!(give(&machine, subject(), PropTag::PR_BODY), failed(0x0000_000A, Hresult::MAPI_E_NOT_FOUND));
        assert_eq!(give(&machine, subject(), PropTag::PR_NULL).tag, PropTag::PR_NULL);
    }

    #[test]
    fn many_properties_are_found_by_halves() {
        let tags: Vec<PropTag> = (1..0x8000).map(|id| PropTag::of(id, PropType::LONG)).collect();
        let all: Vec<Prop> = tags.iter().step_by(2).map(|tag| Prop::new(*tag, i32::from(tag.id()))).collect();
        let row = project(&all, &tags, &Projection::of_object(&Machine::default(), false));
        let is_right = |(at, prop): (usize, &Prop)| at % 2 == 1 || prop == &all[at / 2];
        assert!(row.props.len() == tags.len() && row.props.iter().enumerate().all(is_right));
        assert_eq!(row.props[1].value, Value::Error(Hresult::MAPI_E_NOT_FOUND));
    }
}
