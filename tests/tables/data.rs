//! The rows of an ITableData.

use mapi_sim::mapi::{Hresult, Prop, PropTag, PropType, Row, Value};

/// A row as it is stored. Its number is never used again, so that a row which comes back is another one.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// Its number.
    pub id: u64,
    /// What it has.
    pub props: Vec<Prop>,
}

impl Stored {
    /// The stored property of an identifier.
    pub fn by_id(&self, tag: PropTag) -> Option<&Prop> {
        self.props.iter().find(|prop| prop.tag.id() == tag.id())
    }

    /// The value under a tag: of the same type, or characters of the other width (TABLE-251, TABLE-252). An MVI tag names all values of a
    /// multivalued property, and the value of another (TABLE-338). PT_UNSPECIFIED names whatever is there (TABLE-318).
    pub fn value(&self, tag: PropTag) -> Option<Value> {
        let prop = self.by_id(tag)?;
        let (stored, wanted) = (prop.tag.prop_type(), tag.prop_type());
        let same = |wanted: PropType| stored == wanted || (stored.is_text() && wanted.is_text() && stored.is_multi() == wanted.is_multi());
        let many = PropType::new(wanted.number() & !PropType::MV_INSTANCE);
        let found = wanted == PropType::UNSPECIFIED || same(many) || (wanted.is_instance() && same(wanted.single()));
        found.then(|| prop.value.clone())
    }
}

/// A change of the rows, as far as views and sinks care.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// These rows, in the order of the change: written, or gone.
    Rows(Vec<u64>),
    /// Everything is gone.
    All,
}

/// An ITableData.
#[derive(Clone, Debug, PartialEq)]
pub struct Data {
    /// TBLTYPE_SNAPSHOT 0, TBLTYPE_KEYSET 1, TBLTYPE_DYNAMIC 2.
    pub table_type: u32,
    /// The column that names a row.
    pub index: PropTag,
    /// The columns of CreateTable, and every property that a row ever had, in order of first appearance (TABLE-071, TABLE-072).
    pub known: Vec<PropTag>,
    /// The rows.
    pub rows: Vec<Stored>,
    next: u64,
}

type Failed = Hresult;

impl Data {
    /// Without rows.
    pub fn new(table_type: u32, index: PropTag, columns: Vec<PropTag>) -> Self {
        Data { table_type, index, known: columns, rows: Vec::new(), next: 0 }
    }

    fn key(&self, row: &Row) -> Result<Value, Failed> {
        row.get(self.index).cloned().ok_or(Hresult::MAPI_E_INVALID_PARAMETER)
    }

    /// The place of the row with this index value.
    pub fn find(&self, key: &Value) -> Option<usize> {
        self.rows.iter().position(|row| row.by_id(self.index).is_some_and(|prop| prop.value == *key))
    }

    fn learn(&mut self, row: &Row) {
        for prop in &row.props {
            if !self.known.contains(&prop.tag) {
                self.known.push(prop.tag);
            }
        }
    }

    fn new_row(&mut self, row: &Row) -> Stored {
        self.next += 1;
        Stored { id: self.next, props: row.props.clone() }
    }

    /// HrModifyRow, HrModifyRows: every row is looked at before any is written (TABLE-356 to TABLE-358).
    pub fn modify(&mut self, rows: &[Row]) -> Result<Change, Failed> {
        let keys: Vec<Value> = rows.iter().map(|row| self.key(row)).collect::<Result<_, _>>()?;
        let mut touched = Vec::new();
        for (row, key) in rows.iter().zip(&keys) {
            self.learn(row);
            match self.find(key) {
                Some(at) => self.rows[at].props = row.props.clone(),
                None => {
                    let new = self.new_row(row);
                    self.rows.push(new);
                }
            }
            let at = self.find(key).expect("it was just written");
            touched.push(self.rows[at].id);
        }
        Ok(Change::Rows(touched))
    }

    /// HrInsertRow (TABLE-366, TABLE-367). `after`: the reading table_data_insert = "after".
    pub fn insert(&mut self, number: u32, row: &Row, after: bool) -> Result<Change, Failed> {
        let key = self.key(row)?;
        let count = self.rows.len();
        // Chosen: a number beyond the end is an invalid parameter.
        let at = usize::try_from(number).ok().filter(|at| *at <= count).ok_or(Hresult::MAPI_E_INVALID_PARAMETER)?;
        if self.find(&key).is_some() {
            return Err(Hresult::MAPI_E_INVALID_PARAMETER);
        }
        self.learn(row);
        let new = self.new_row(row);
        let id = new.id;
        self.rows.insert(if after { (at + 1).min(count) } else { at }, new);
        Ok(Change::Rows(vec![id]))
    }

    /// HrDeleteRow (TABLE-362).
    pub fn delete(&mut self, prop: &Prop) -> Result<Change, Failed> {
        if prop.tag != self.index {
            return Err(Hresult::MAPI_E_INVALID_PARAMETER);
        }
        let at = self.find(&prop.value).ok_or(Hresult::MAPI_E_NOT_FOUND)?;
        Ok(Change::Rows(vec![self.rows.remove(at).id]))
    }

    /// HrDeleteRows of some rows: those that are not there are passed over (TABLE-364).
    pub fn delete_some(&mut self, rows: &[Row]) -> Result<Change, Failed> {
        let keys: Vec<Value> = rows.iter().map(|row| self.key(row)).collect::<Result<_, _>>()?;
        let mut gone = Vec::new();
        for key in keys {
            if let Some(at) = self.find(&key) {
                gone.push(self.rows.remove(at).id);
            }
        }
        Ok(Change::Rows(gone))
    }

    /// HrDeleteRows of all (TABLE-363).
    pub fn delete_all(&mut self) -> usize {
        std::mem::take(&mut self.rows).len()
    }
}
