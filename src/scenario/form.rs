//! Values of a scenario file as [`Form`].

use toml::de::DeValue;

use crate::call::Form;
use crate::fixture::problems::Problems;
use crate::fixture::tree::Node;

/// How a scenario writes a NULL pointer.
pub(super) const NULL: &str = "NULL";

/// The value of a node; `None` after a report if a scenario has no such values.
pub(super) fn form(node: &Node<'_>, problems: &mut Problems) -> Option<Form> {
    match node.value() {
        DeValue::String(text) => Some(Form::Str(text.to_string())),
        DeValue::Boolean(value) => Some(Form::Bool(*value)),
        DeValue::Integer(_) => node.integer(i64::MIN, i64::MAX, problems).map(Form::Int),
        DeValue::Array(_) => {
            let items = node.as_items()?;
            items.iter().map(|item| form(&item, problems)).collect::<Option<_>>().map(Form::List)
        }
        DeValue::Table(_) => {
            let table = node.as_table()?;
            let entry = |(key, node): (&str, Node<'_>)| Some((key.to_owned(), form(&node, problems)?));
            table.iter().map(entry).collect::<Option<_>>().map(Form::Table)
        }
        DeValue::Float(_) | DeValue::Datetime(_) => {
            node.wrong_type("a string, an integer, true, false, an array or a table", problems);
            None
        }
    }
}

/// The value of an argument: `"NULL"` is a NULL pointer.
pub(super) fn argument(node: &Node<'_>, problems: &mut Problems) -> Option<Form> {
    if node.as_str() == Some(NULL) { Some(Form::Null) } else { form(node, problems) }
}
