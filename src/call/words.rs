//! Words of tables and properties: values, rows, restrictions and sort orders, in and out as text.

use super::form::{Bytes, Form, Word, hex};
use crate::mapi::{
    Bmr, FuzzyLevel, Guid, Hresult, NameId, NameKind, Node, Prop, PropProblem, PropTag, PropType, Relop, Restriction, Row, SortOrder,
    SortOrderSet, Value,
};

/// What is wrong with a form; `None` says what the word expects.
type Wrong = Option<String>;

/// A property value: numbers as they are (PT_LONG without sign, as flag words read), errors by name, bytes as hex digits, several as a list.
pub(super) fn value(value: &Value) -> Form {
    match value {
        Value::Null => Form::Null,
        Value::Short(number) => Form::Int((*number).into()),
        Value::Long(number) => Form::Int(number.cast_unsigned().into()),
        Value::Bool(value) => Form::Bool(*value),
        Value::Currency(number) | Value::LongLong(number) | Value::SysTime(number) => Form::Int(*number),
        Value::String(text) => Form::Str(text.clone()),
        Value::Binary(bytes) => Form::Str(hex(bytes)),
        Value::Error(hr) => Form::Str(hr.to_string()),
        Value::Object | Value::Float(_) | Value::Double(_) | Value::AppTime(_) | Value::Guid(_) => Form::Str(value.to_string()),
        many => Form::List((0..many.len()).filter_map(|at| many.element(at)).map(|one| self::value(&one)).collect()),
    }
}

/// Reads a value of a type.
pub(super) fn read_value(prop_type: PropType, form: &Form) -> Result<Value, Wrong> {
    let wrong = || Some(format!("{form} is no value of {prop_type}"));
    if prop_type.is_multi() {
        let Form::List(items) = form else { return Err(wrong()) };
        let values = items.iter().map(|item| read_value(prop_type.single(), item)).collect::<Result<Vec<_>, _>>()?;
        return Value::many(prop_type.single(), &values).ok_or_else(wrong);
    }
    let read = match (prop_type, form) {
        (PropType::NULL, _) => Some(Value::Null),
        (PropType::SHORT, Form::Int(number)) => i16::try_from(*number).ok().map(Value::Short),
        (PropType::LONG, Form::Int(number)) => {
            let signed = i32::try_from(*number).ok();
            signed.or_else(|| u32::try_from(*number).ok().map(u32::cast_signed)).map(Value::Long)
        }
        (PropType::FLOAT, Form::Str(text)) => text.parse().ok().map(Value::Float),
        (PropType::DOUBLE, Form::Str(text)) => text.parse().ok().map(Value::Double),
        (PropType::APPTIME, Form::Str(text)) => text.parse().ok().map(Value::AppTime),
        (PropType::CURRENCY, Form::Int(number)) => Some(Value::Currency(*number)),
        (PropType::LONGLONG, Form::Int(number)) => Some(Value::LongLong(*number)),
        (PropType::SYSTIME, Form::Int(number)) => Some(Value::SysTime(*number)),
        (PropType::BOOLEAN, Form::Bool(value)) => Some(Value::Bool(*value)),
        (PropType::STRING8 | PropType::UNICODE, Form::Str(text)) => Some(Value::String(text.clone())),
        (PropType::BINARY, _) => Bytes::read(form).ok().map(|bytes| Value::Binary(bytes.to_vec())),
        (PropType::CLSID, _) => Guid::read(form).ok().map(Value::Guid),
        (PropType::ERROR, _) => Hresult::read(form).ok().map(Value::Error),
        (PropType::OBJECT, _) => Some(Value::Object),
        _ => None,
    };
    read.ok_or_else(wrong)
}

/// The tag under which a value is written: the property's, with the type of the value if that is not the tag's.
fn tag_of(prop: &Prop) -> PropTag {
    if prop.value.fits(prop.tag.prop_type()) { prop.tag } else { prop.tag.with_type(prop.value.prop_type()) }
}

impl Word for Prop {
    const EXPECTED: &'static str = "one property, as { PR_DISPLAY_NAME = \"text\" }";

    fn read(form: &Form) -> Result<Self, Wrong> {
        match form {
            Form::Table(entries) => match &entries[..] {
                [(name, form)] => {
                    let tag = PropTag::parse(name).ok_or_else(|| Some(format!("{name:?} is no property")))?;
                    Ok(Prop { tag, value: read_value(tag.prop_type(), form)? })
                }
                _ => Err(None),
            },
            _ => Err(None),
        }
    }

    fn write(&self) -> Form {
        Form::Table(vec![(tag_of(self).to_string(), value(&self.value))])
    }

    fn show(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Word for Row {
    const EXPECTED: &'static str = "properties, as { PR_DISPLAY_NAME = \"text\", PR_ROWID = 1 }, or a list of them";

    fn read(form: &Form) -> Result<Self, Wrong> {
        match form {
            Form::Table(entries) => entries.iter().map(|entry| Prop::read(&Form::Table(vec![entry.clone()]))).collect(),
            Form::List(items) => items.iter().map(Prop::read).collect(),
            _ => Err(None),
        }
    }

    /// A table, where a reader of the table finds the properties in the order that they have here; otherwise a list.
    fn write(&self) -> Form {
        let entries: Vec<(String, Form)> = self.props.iter().map(|prop| (tag_of(prop).to_string(), value(&prop.value))).collect();
        if entries.is_sorted_by(|(a, _), (b, _)| a < b) {
            Form::Table(entries)
        } else {
            Form::List(self.props.iter().map(Prop::write).collect())
        }
    }

    fn show(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Word for Vec<Row> {
    const EXPECTED: &'static str = "a list of rows";

    fn read(form: &Form) -> Result<Self, Wrong> {
        match form {
            Form::List(items) => items.iter().map(Row::read).collect(),
            _ => Err(None),
        }
    }

    fn write(&self) -> Form {
        Form::List(self.iter().map(Row::write).collect())
    }

    fn show(&self) -> Option<String> {
        Some(format!("[{}]", self.iter().map(Row::to_string).collect::<Vec<_>>().join(", ")))
    }
}

/// Lists of words of one type.
macro_rules! lists {
    ($($word:ty, $expected:literal;)*) => {$(
        impl Word for Vec<$word> {
            const EXPECTED: &'static str = $expected;

            fn read(form: &Form) -> Result<Self, Wrong> {
                match form {
                    Form::List(items) => items.iter().map(<$word>::read).collect(),
                    _ => Err(None),
                }
            }

            fn write(&self) -> Form {
                Form::List(self.iter().map(<$word>::write).collect())
            }

            fn show(&self) -> Option<String> {
                let shown = |word: &$word| word.show().unwrap_or_else(|| word.write().to_string());
                Some(format!("[{}]", self.iter().map(shown).collect::<Vec<_>>().join(", ")))
            }
        }
    )*};
}

lists! {
    u32, "a list of numbers, or of lists of names";
    Guid, "a list of interfaces, as [\"IID_IMAPIProp\"]";
    PropProblem, "a list of problems with properties";
    NameId, "a list of names of properties, as [{ set = \"PS_PUBLIC_STRINGS\", name = \"Keywords\" }]";
}

impl Word for NameId {
    const EXPECTED: &'static str =
        "the name of a property, as { set = \"PS_PUBLIC_STRINGS\", name = \"Keywords\" } or { set = \"{GUID}\", id = 5 }";

    fn read(form: &Form) -> Result<Self, Wrong> {
        let set = match form.get("set") {
            None | Some(Form::Null) => None,
            Some(Form::Str(null)) if null == "NULL" => None,
            Some(set) => {
                Some(Guid::read(set).map_err(|what| Some(what.unwrap_or_else(|| format!("`set` is {set}; expected {}", Guid::EXPECTED))))?)
            }
        };
        let kind = match (form.get("name"), form.get("id")) {
            (Some(Form::Str(name)), None) => NameKind::String(name.clone()),
            (None, Some(id)) => match read_value(PropType::LONG, id)? {
                Value::Long(id) => NameKind::Id(id),
                _ => return Err(None),
            },
            _ => return Err(None),
        };
        Ok(NameId { set, kind })
    }

    fn write(&self) -> Form {
        let kind = match &self.kind {
            NameKind::Id(id) => ("id".to_owned(), Form::Int(id.cast_unsigned().into())),
            NameKind::String(name) => ("name".to_owned(), Form::Str(name.clone())),
        };
        Form::Table(vec![("set".to_owned(), self.set.as_ref().map_or(Form::Null, Guid::write)), kind])
    }

    fn show(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Word for PropProblem {
    const EXPECTED: &'static str = "a problem with a property, as { index = 0, tag = \"PR_ENTRYID\", code = \"MAPI_E_COMPUTED\" }";

    fn read(form: &Form) -> Result<Self, Wrong> {
        fn part<T: Word>(form: &Form, key: &str) -> Result<T, Wrong> {
            T::read(form.get(key).ok_or(None)?)
        }
        Ok(PropProblem { index: part(form, "index")?, tag: part(form, "tag")?, code: part(form, "code")? })
    }

    fn write(&self) -> Form {
        let entry = |name: &str, form: Form| (name.to_owned(), form);
        Form::Table(vec![entry("index", self.index.write()), entry("tag", self.tag.write()), entry("code", self.code.write())])
    }

    fn show(&self) -> Option<String> {
        Some(self.to_string())
    }
}

/// A number that has documented names: one name, a number, or a list of both that are or'ed.
fn number(form: &Form, names: &[(&str, u32)]) -> Result<u32, Wrong> {
    match form {
        Form::Int(number) => u32::try_from(*number).map_err(|_| Some(format!("{number} is no number of 32 bits"))),
        Form::Str(name) => names
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, number)| *number)
            .ok_or_else(|| Some(format!("{name:?} is none of {}", names.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")))),
        Form::List(items) => items.iter().try_fold(0, |word, item| Ok(word | number(item, names)?)),
        _ => Err(None),
    }
}

/// The name of a number, or the number.
fn name(number: u32, names: &[(&str, u32)]) -> Form {
    let name = names.iter().find(|(_, known)| *known == number);
    name.map_or(Form::Int(number.into()), |(name, _)| Form::Str((*name).to_owned()))
}

fn fuzzy_level(level: FuzzyLevel) -> Form {
    let flags = FuzzyLevel::NAMES.iter().skip(3).filter(|(_, bit)| level.0 & bit != 0);
    let rest = flags.clone().fold(level.0, |rest, (_, bit)| rest & !bit);
    let mut parts = vec![name(rest, &FuzzyLevel::NAMES[..3])];
    parts.extend(flags.map(|(name, _)| Form::Str((*name).to_owned())));
    if parts.len() == 1 { parts.remove(0) } else { Form::List(parts) }
}

/// An entry of a restriction's table, read as a word.
fn entry<T: Word>(form: &Form, key: &str) -> Result<T, Wrong> {
    let found = form.get(key).ok_or_else(|| Some(format!("a restriction with this key needs `{key}`")))?;
    T::read(found).map_err(|what| Some(what.unwrap_or_else(|| format!("`{key}` is {found}; expected {}", T::EXPECTED))))
}

fn numbered(form: &Form, key: &str, names: &[(&str, u32)]) -> Result<u32, Wrong> {
    form.get(key).map_or_else(|| Err(Some(format!("a restriction with this key needs `{key}`"))), |form| number(form, names))
}

/// The constant of a restriction: `value`, under the property's tag with its single type or under `value_tag`.
fn constant(form: &Form, tag: PropTag) -> Result<Prop, Wrong> {
    let tag = if form.get("value_tag").is_some() { entry(form, "value_tag")? } else { tag.with_type(tag.prop_type().single()) };
    let value = form.get("value").ok_or_else(|| Some("a restriction with this key needs `value`".to_owned()))?;
    Ok(Prop { tag, value: read_value(tag.prop_type(), value)? })
}

fn write_constant(entries: &mut Vec<(String, Form)>, tag: PropTag, prop: &Prop) {
    let own = tag_of(prop);
    if own != tag.with_type(tag.prop_type().single()) {
        entries.push(("value_tag".into(), own.write()));
    }
    entries.push(("value".into(), value(&prop.value)));
}

/// The restriction under a key, or NULL.
fn inner(form: &Form, key: &str) -> Result<Option<Box<Restriction>>, Wrong> {
    match form.get(key) {
        None | Some(Form::Null) => Ok(None),
        Some(Form::Str(null)) if null == "NULL" => Ok(None),
        Some(form) => Restriction::read(form).map(|restriction| Some(Box::new(restriction))),
    }
}

fn write_inner(restriction: Option<&Restriction>) -> Form {
    restriction.map_or(Form::Null, Word::write)
}

impl Word for Restriction {
    const EXPECTED: &'static str = "a restriction, as { property = \"PR_ROWID\", relop = \"RELOP_LT\", value = 3 }; the other kinds begin with \
                                    and, or, not, content, compare, bitmask, size, exist, sub, comment, count, rt";

    fn read(form: &Form) -> Result<Self, Wrong> {
        let Form::Table(entries) = form else { return Err(None) };
        let kinds = ["and", "or", "not", "content", "property", "compare", "bitmask", "sub", "comment", "count", "exist", "size", "rt"];
        let kind = entries.iter().find_map(|(key, _)| kinds.iter().find(|kind| *kind == key));
        let all = |key: &str| match form.get(key) {
            Some(Form::List(items)) => items.iter().map(Restriction::read).collect::<Result<Vec<_>, _>>(),
            _ => Err(Some(format!("`{key}` takes a list of restrictions"))),
        };
        let relop = || numbered(form, "relop", Relop::NAMES).map(Relop);
        let node = match *kind.ok_or(None)? {
            "and" => Node::And(all("and")?),
            "or" => Node::Or(all("or")?),
            "not" => Node::Not(inner(form, "not")?),
            "content" => {
                let tag = entry(form, "content")?;
                let fuzzy_level = FuzzyLevel(numbered(form, "fuzzy_level", FuzzyLevel::NAMES)?);
                Node::Content { fuzzy_level, tag, prop: constant(form, tag)? }
            }
            "property" => {
                let tag = entry(form, "property")?;
                Node::Property { relop: relop()?, tag, prop: constant(form, tag)? }
            }
            "compare" => match entry::<Vec<PropTag>>(form, "compare")?[..] {
                [tag1, tag2] => Node::CompareProps { relop: relop()?, tag1, tag2 },
                _ => return Err(Some("`compare` takes two properties".to_owned())),
            },
            "bitmask" => {
                let bmr = Bmr(numbered(form, "bmr", Bmr::NAMES)?);
                Node::BitMask { bmr, tag: entry(form, "bitmask")?, mask: entry(form, "mask")? }
            }
            "size" => Node::Size { relop: relop()?, tag: entry(form, "size")?, size: entry(form, "bytes")? },
            "exist" => Node::Exist { tag: entry(form, "exist")? },
            "sub" => Node::Sub { subobject: entry(form, "sub")?, restriction: inner(form, "restriction")? },
            "comment" => Node::Comment { props: entry(form, "comment")?, restriction: inner(form, "restriction")? },
            "count" => Node::Count { count: entry(form, "count")?, restriction: inner(form, "restriction")? },
            _ => Node::Other { rt: entry(form, "rt")? },
        };
        Ok(node.into())
    }

    fn write(&self) -> Form {
        let list = |all: &[Restriction]| Form::List(all.iter().map(Word::write).collect());
        let mut entries = Vec::new();
        let mut put = |key: &str, form: Form| entries.push((key.to_owned(), form));
        match self.node() {
            Node::And(all) => put("and", list(all)),
            Node::Or(all) => put("or", list(all)),
            Node::Not(one) => put("not", write_inner(one.as_deref())),
            Node::Content { fuzzy_level: level, tag, prop } => {
                put("content", tag.write());
                put("fuzzy_level", fuzzy_level(*level));
                write_constant(&mut entries, *tag, prop);
            }
            Node::Property { relop, tag, prop } => {
                put("property", tag.write());
                put("relop", name(relop.0, Relop::NAMES));
                write_constant(&mut entries, *tag, prop);
            }
            Node::CompareProps { relop, tag1, tag2 } => {
                put("compare", vec![*tag1, *tag2].write());
                put("relop", name(relop.0, Relop::NAMES));
            }
            Node::BitMask { bmr, tag, mask } => {
                put("bitmask", tag.write());
                put("bmr", name(bmr.0, Bmr::NAMES));
                put("mask", mask.write());
            }
            Node::Size { relop, tag, size } => {
                put("size", tag.write());
                put("relop", name(relop.0, Relop::NAMES));
                put("bytes", size.write());
            }
            Node::Exist { tag } => put("exist", tag.write()),
            Node::Sub { subobject, restriction } => {
                put("sub", subobject.write());
                put("restriction", write_inner(restriction.as_deref()));
            }
            Node::Comment { props, restriction } => {
                put("comment", props.write());
                put("restriction", write_inner(restriction.as_deref()));
            }
            Node::Count { count, restriction } => {
                put("count", count.write());
                put("restriction", write_inner(restriction.as_deref()));
            }
            Node::Other { rt } => put("rt", rt.write()),
            // No type of SRestriction has this number; what is read back is as little taken by a table.
            Node::TooDeep => put("rt", Form::Int(u32::MAX.into())),
        }
        Form::Table(entries)
    }

    fn show(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Word for SortOrderSet {
    const EXPECTED: &'static str =
        "a sort order, as { keys = [\"PR_SUBJECT\", { tag = \"PR_ROWID\", order = \"TABLE_SORT_DESCEND\" }], categories = 0 }";

    fn read(form: &Form) -> Result<Self, Wrong> {
        let Some(Form::List(keys)) = form.get("keys") else { return Err(None) };
        let key = |form: &Form| match form {
            Form::Table(_) => Ok(SortOrder { tag: entry(form, "tag")?, order: numbered(form, "order", SortOrder::NAMES)? }),
            tag => Ok(SortOrder { tag: PropTag::read(tag)?, order: SortOrder::ASCEND }),
        };
        let count = |name: &str| form.get(name).map_or(Ok(0), |form| number(form, &[]));
        Ok(SortOrderSet {
            keys: keys.iter().map(key).collect::<Result<_, Wrong>>()?,
            categories: count("categories")?,
            expanded: count("expanded")?,
        })
    }

    fn write(&self) -> Form {
        let key = |key: &SortOrder| match key.order {
            SortOrder::ASCEND => key.tag.write(),
            order => Form::Table(vec![("tag".into(), key.tag.write()), ("order".into(), name(order, SortOrder::NAMES))]),
        };
        let mut entries = vec![("keys".to_owned(), Form::List(self.keys.iter().map(key).collect()))];
        for (name, count) in [("categories", self.categories), ("expanded", self.expanded)] {
            if count != 0 {
                entries.push((name.to_owned(), count.write()));
            }
        }
        Form::Table(entries)
    }

    fn show(&self) -> Option<String> {
        Some(self.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn restrictions_in_and_out() {
        let tag = PropTag::PR_DISPLAY_NAME;
        let leaf = Restriction::content(tag, FuzzyLevel::PREFIX | FuzzyLevel::LOOSE, "a");
        let all = [
            Restriction::property(PropTag::PR_ROWID, Relop::LT, -3),
            Restriction::property(PropTag::PR_ROWID, Relop(9), 3_i16),
            Restriction::compare_props(tag, Relop::NE, PropTag::PR_SUBJECT),
            Restriction::bit_mask(PropTag::PR_STATUS_CODE, Bmr(7), 0x8000_0000),
            Restriction::size(tag, Relop::GE, 4),
            Restriction::exist(tag).or(leaf.clone()),
            Restriction::sub(PropTag::PR_MESSAGE_RECIPIENTS, leaf.clone()),
            Node::Not(None).into(),
            Node::Comment { props: Row { props: vec![Prop::new(tag, "x")] }, restriction: None }.into(),
            Node::Count { count: 3, restriction: Some(Box::new(leaf)) }.into(),
            Node::Other { rt: 12 }.into(),
        ];
        for restriction in all {
            assert_eq!(Restriction::read(&restriction.write()), Ok(restriction));
        }
    }

    #[test]
    fn sort_orders_and_values_in_and_out() {
        let order =
            SortOrderSet::by(PropTag::PR_ROWID).descending(PropTag::PR_DISPLAY_NAME).then(PropTag::PR_SUBJECT, 99).categorized(2, 1);
        assert_eq!(SortOrderSet::read(&order.write()), Ok(order));
        for one in [
            Value::MvLong(vec![1, -2]),
            Value::MvString(vec!["a".into()]),
            Value::Double(f64::INFINITY),
            Value::Float(0.1),
            Value::Guid(Guid::new([7; 16])),
            Value::MvBinary(vec![vec![], vec![1]]),
            Value::Error(Hresult::MAPI_E_NOT_FOUND),
        ] {
            assert_eq!(read_value(one.prop_type(), &value(&one)), Ok(one));
        }
        let row =
            Row { props: vec![Prop::new(PropTag::PR_SUBJECT, "b"), Prop::new(PropTag::PR_ROWID, 1), Prop::new(PropTag::PR_ROWID, 2)] };
        assert_eq!(Row::read(&row.write()), Ok(row));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let table = |entries: &[(&str, Form)]| Form::Table(entries.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect());
        let text = |t: &str| Form::Str(t.to_owned());
        let said = |form: &Form| Restriction::read(form).expect_err("wrong").unwrap_or_else(|| "-".to_owned());
        assert_eq!(said(&table(&[("property", text("PR_ROWID")), ("value", Form::Int(1))])), "a restriction with this key needs `relop`");
        assert!(said(&table(&[("property", text("PR_ROWID")), ("relop", text("<")), ("value", Form::Int(1))])).contains("RELOP_LT"));
        assert_eq!(said(&table(&[("proprety", text("PR_ROWID"))])), "-");
        assert_eq!(
            said(&table(&[("property", text("PR_ROWID")), ("relop", Form::Int(0)), ("value", text("x"))])),
            "\"x\" is no value of PT_LONG"
        );
    }
}
