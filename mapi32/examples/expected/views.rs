//! The tables of `clients/c/views.c` through the Rust face.

use mapi_sim::call::{Call, Handle, IMAPISession, IMAPITable, ITableData, Mapi, Out, Reply};
use mapi_sim::kernel::{Event, Notice};
use mapi_sim::mapi::{FuzzyLevel, Guid, Node, NotifyEvents, Prop, Relop, Restriction, SortOrder, SortOrderSet};
use mapi_sim::{InitFlags, PropTag, Row};

use super::{Client, EXT_NEW, NO_MAIL, number, print_props, print_rows, show_bytes, show_hr};

const KEY: PropTag = PropTag::PR_INSTANCE_KEY;
const NAME: PropTag = PropTag::PR_DISPLAY_NAME_A;
const ROWID: PropTag = PropTag::PR_ROWID;

fn key(key: u8) -> Prop {
    Prop::new(KEY, vec![key])
}

fn row(index: u8, name: &str, number: i32) -> Row {
    Row { props: vec![key(index), Prop::new(NAME, name), Prop::new(ROWID, number)] }
}

fn names_below(limit: i32) -> Restriction {
    let begins = |name: &str| Restriction::content(NAME, FuzzyLevel::PREFIX | FuzzyLevel::IGNORECASE, name);
    let either = Node::Or(vec![begins("B"), begins("c")]).into();
    Node::And(vec![either, Restriction::property(ROWID, Relop::LT, limit)]).into()
}

#[allow(clippy::unnecessary_wraps, reason = "what it makes is an argument of calls")]
fn some(restriction: Restriction) -> Option<Box<Restriction>> {
    Some(Box::new(restriction))
}

#[allow(clippy::unnecessary_wraps, reason = "what it makes is an argument of calls")]
fn order(tag: PropTag, direction: u32, categories: u32) -> Option<Box<SortOrderSet>> {
    Some(Box::new(SortOrderSet::none().then(tag, direction).categorized(categories, 0)))
}

fn show_key(key: Option<&Prop>) -> String {
    match key.map(|key| &key.value) {
        Some(mapi_sim::Value::Binary(bytes)) => show_bytes(bytes),
        _ => "00000001".to_owned(),
    }
}

/// The table data and a view, as the C program has them.
struct Views<'a> {
    client: &'a Client,
    data: Handle,
    view: Handle,
}

impl Views<'_> {
    fn data(&self, call: ITableData) -> Reply {
        self.client.call(Call::ITableData(self.data, call))
    }

    fn view(&self, call: IMAPITable) -> Reply {
        self.client.table(self.view, call)
    }

    fn modify(&self, place: &str, row: Row) {
        self.client.print(place, &self.data(ITableData::HrModifyRow { row }));
    }

    fn print(&self, place: &str, call: IMAPITable) {
        self.client.print(place, &self.view(call));
    }

    fn restrict(&self, place: &str, restriction: Option<Box<Restriction>>, flags: u32) {
        self.print(place, IMAPITable::Restrict { restriction, flags });
    }

    fn rows(&self, place: &str, row_count: i32, flags: u32) {
        self.client.print_some(place, self.view, row_count, flags);
    }

    fn all(&self, place: &str) {
        self.view(IMAPITable::SeekRow { origin: 0, row_count: 0 });
        self.rows(place, 100, 0);
    }

    fn position(&self, place: &str) {
        let reply = self.view(IMAPITable::QueryPosition {});
        let (row, numerator, denominator) = match reply.out {
            Out::Position { row, numerator, denominator } => (row, numerator, denominator),
            _ => (0, 0, 0),
        };
        println!("{place} position {} {row} {numerator} {denominator}", show_hr(reply.hr));
    }

    fn look(&self) {
        if let Out::Tags(tags) = self.view(IMAPITable::QueryColumns { flags: 0 }).out {
            println!("look columns{}", tags.iter().fold(String::new(), |all, tag| all + &format!(" {:08X}", tag.value())));
        }
        let count = self.view(IMAPITable::GetRowCount { flags: 0 });
        println!("look count {} {}", show_hr(count.hr), number(&count, 0));
        let status = self.view(IMAPITable::GetStatus {});
        if let Out::TableStatus { status: found, table_type } = status.out {
            println!("look status {} {found} {table_type}", show_hr(status.hr));
        }
        self.client.print_order("look", self.view);
        self.all("look");
        self.position("look end");
        self.rows("look back", -2, 1);
        self.print("look half", IMAPITable::SeekRowApprox { numerator: 1, denominator: 2 });
        self.position("look half");
        let wait = self.view(IMAPITable::WaitForCompletion { flags: 0, timeout: 1000 });
        let status = if let Out::TableStatus { status, .. } = wait.out { status } else { 9 };
        println!("look wait {} {status}", show_hr(wait.hr));
        self.print("look abort", IMAPITable::Abort {});
    }

    fn restrict_and_sort(&self) {
        let sort = |sort_criteria| IMAPITable::SortTable { sort_criteria, flags: 0 };
        self.print("sort", sort(order(NAME, SortOrder::DESCEND, 0)));
        self.client.print_order("sort", self.view);
        self.all("sort");
        self.restrict("restrict", some(names_below(9)), 0);
        self.all("restrict");
        self.restrict("inverted", some(names_below(9).not()), 2);
        self.all("inverted");
        self.restrict("restrict none", None, 0);
        self.print("sort none", sort(None));
        self.print("sort categories", sort(order(ROWID, SortOrder::ASCEND, 1)));
        let number = Prop::new(ROWID, 1);
        self.restrict("restrict type", some(Node::Property { relop: Relop::EQ, tag: NAME, prop: number }.into()), 0);
    }

    fn find_and_mark(&self) {
        let find = |relop, number, origin, flags| IMAPITable::FindRow {
            restriction: some(Restriction::property(ROWID, relop, number)),
            origin,
            flags,
        };
        self.print("find", find(Relop::EQ, 3, 0, 0));
        self.position("find");
        let mark = self.view(IMAPITable::CreateBookmark {});
        println!("mark {} {}", show_hr(mark.hr), number(&mark, 0));
        let mark = u32::try_from(number(&mark, 0)).expect("a bookmark");
        self.print("find back", find(Relop::GE, 4, 1, 1));
        self.position("find back");
        self.print("find nothing", find(Relop::GT, 99, 0, 0));
        self.print("find none", IMAPITable::FindRow { restriction: None, origin: 0, flags: 0 });
        self.client.print("insert", &self.data(ITableData::HrInsertRow { row_number: 0, row: row(7, "Friedrich", 6) }));
        let sought = self.view(IMAPITable::SeekRow { origin: mark, row_count: 0 });
        println!("mark seek {} {}", show_hr(sought.hr), number(&sought, -9));
        self.rows("mark", 1, 0);
        self.print("mark free", IMAPITable::FreeBookmark { position: mark });
        self.print("mark again", IMAPITable::FreeBookmark { position: mark });
        self.print("mark gone", IMAPITable::SeekRow { origin: mark, row_count: 0 });
    }

    fn told(&self, place: &str) {
        let client = self.client;
        client.call(Call::Mapi(Mapi::HrDispatchNotifications { flags: 0 }));
        let told: Vec<Event> = std::iter::from_fn(|| client.sim.take_notification(client.caller)).collect();
        println!("{place} told {}", told.len());
        for (at, event) in told.into_iter().enumerate() {
            let Event::Notified { notice: Notice::Table(event), .. } = event else { continue };
            let (kind, result) = (event.event.number(), show_hr(event.result));
            let (index, prior) = (show_key(event.index.as_ref()), show_key(event.prior.as_ref()));
            println!("{place} event 0x00000100 {kind} {result} index {index} prior {prior}");
            print_props(&format!("{place} {}", at + 1), &event.row);
        }
    }

    fn advise(&self, event_mask: NotifyEvents) -> Reply {
        self.view(IMAPITable::Advise { event_mask, advise_sink: 1 })
    }

    fn watch(&self) {
        self.told("watch early");
        println!("watch sink 0x00000000");
        self.client.print("watch mask", &self.advise(NotifyEvents::fnevNewMail));
        let advise = self.advise(NotifyEvents::fnevTableModified);
        let connection = u32::try_from(number(&advise, 0)).expect("a connection");
        println!("watch advise {} {}", show_hr(advise.hr), if connection == 0 { "zero" } else { "given" });
        self.view(IMAPITable::SetColumns { prop_tag_array: vec![ROWID, NAME], flags: 0 });
        self.view(IMAPITable::SortTable { sort_criteria: order(ROWID, SortOrder::ASCEND, 0), flags: 0 });
        self.modify("watch modify", row(5, "Carola", 0));
        self.told("watch modify");
        self.modify("watch add", row(8, "Gustav", 7));
        self.told("watch add");
        self.client.print("watch delete", &self.data(ITableData::HrDeleteRow { prop_value: key(2) }));
        self.told("watch delete");
        self.client.print("watch delete again", &self.data(ITableData::HrDeleteRow { prop_value: key(2) }));
        self.view(IMAPITable::Restrict { restriction: some(Restriction::property(ROWID, Relop::GT, 4)), flags: 0 });
        self.modify("watch hidden", row(3, "Cicero", 3));
        self.told("watch hidden");
        let notify = ITableData::HrNotify { flags: 0, prop_values: Row { props: vec![key(6)] } };
        self.client.print("watch notify", &self.data(notify));
        self.told("watch notify");
        let all = self.data(ITableData::HrDeleteRows { flags: 1, rows: None });
        println!("watch all {} {}", show_hr(all.hr), number(&all, 0));
        self.told("watch all");
        self.print("watch unadvise", IMAPITable::Unadvise { connection });
        self.print("watch unadvise again", IMAPITable::Unadvise { connection });
        self.modify("watch after", row(1, "Heinrich", 8));
        self.told("watch after");
        println!("watch release 0");
    }

    fn end(&self) {
        let found = self.data(ITableData::HrQueryRow { prop_value: key(1) });
        if let Out::DataRow { row, number } = &found.out {
            println!("end query {} {number}", show_hr(found.hr));
            if let Some(row) = row {
                print_props("end query 1", row);
            }
        }
        let found = self.data(ITableData::HrEnumRow { row_number: 1 });
        let given = if matches!(found.out, Out::DataRow { row: Some(_), .. }) { "given" } else { "null" };
        println!("end enum {} {given}", show_hr(found.hr));
        self.client.release(Some(self.view));
        println!("end view 0 1 data view");
        let second = self.data(ITableData::HrGetView { sort_order_set: order(NAME, SortOrder::ASCEND, 0) });
        self.client.print("end second", &second);
        self.client.print_order("end second", second.object().expect("a view"));
        self.client.release(second.object());
        self.client.release(Some(self.data));
        println!("end second 0 2 data view");
    }
}

impl Client {
    fn print_order(&self, place: &str, table: Handle) {
        let reply = self.table(table, IMAPITable::QuerySortOrder {});
        let mut line = format!("{place} order {}", show_hr(reply.hr));
        if let Out::SortOrder(order) = &reply.out {
            line += &format!(" {} {} {}", order.keys.len(), order.categories, order.expanded);
            order.keys.iter().for_each(|key| line += &format!(" {:08X}:{}", key.tag.value(), key.order));
        }
        println!("{line}");
    }

    fn print_some(&self, place: &str, table: Handle, row_count: i32, flags: u32) {
        let reply = self.table(table, IMAPITable::QueryRows { row_count, flags });
        let count = if let Out::Rows(rows) = &reply.out { rows.len() } else { 0 };
        println!("{place} rows {} {count}", show_hr(reply.hr));
        print_rows(place, &reply);
    }

    /// The rows of one kind of a table of a provider, ordered.
    fn views_status(&self) {
        let logon = self.ansi("Work", EXT_NEW | NO_MAIL);
        self.print("status logon", &logon);
        let session = logon.object().expect("a session");
        let table = self.session(session, IMAPISession::GetStatusTable { flags: 0.into() });
        self.print("status table", &table);
        let table = table.object().expect("a table");
        let columns = vec![PropTag::PR_RESOURCE_TYPE, NAME, ROWID];
        self.table(table, IMAPITable::SetColumns { prop_tag_array: columns, flags: 0 });
        let others = Restriction::property(PropTag::PR_RESOURCE_TYPE, Relop::NE, 39);
        self.table(table, IMAPITable::Restrict { restriction: some(others), flags: 0 });
        self.table(table, IMAPITable::SortTable { sort_criteria: order(NAME, SortOrder::ASCEND, 0), flags: 0 });
        let count = number(&self.table(table, IMAPITable::GetRowCount { flags: 0 }), 0);
        println!("status all 0x00000000 {count}");
        self.table(table, IMAPITable::SeekRow { origin: 0, row_count: 0 });
        self.print_some("status", table, 100, 0);
        self.print_order("status", table);
        self.release(Some(table));
        self.print("status logoff", &self.logoff(session, 0));
        self.release(Some(session));
    }

    /// Everything that the C program does.
    pub(super) fn section_views(&self) {
        self.sim.keep_notifications(true);
        self.print("initialize", &self.call(Call::Mapi(Mapi::MAPIInitialize { version: 0, flags: InitFlags::empty() })));
        let interface = Some(Box::new(Guid::IID_IMAPITableData));
        let create = Mapi::CreateTable { interface, table_type: 2, index_column: KEY, columns: vec![KEY, NAME, ROWID] };
        let created = self.call(Call::Mapi(create));
        self.print("create", &created);
        let data = created.object().expect("table data");
        for (index, name, number) in [(1, "Dora", 4), (2, "anton", 1), (3, "Caesar", 3), (4, "berta", 2), (5, "Caro", 9), (6, "Emil", 5)] {
            let reply = self.call(Call::ITableData(data, ITableData::HrModifyRow { row: row(index, name, number) }));
            self.print("create row", &reply);
        }
        let view = self.call(Call::ITableData(data, ITableData::HrGetView { sort_order_set: None }));
        self.print("create view", &view);
        let views = Views { client: self, data, view: view.object().expect("a view") };
        views.look();
        views.restrict_and_sort();
        views.find_and_mark();
        views.watch();
        views.end();
        self.views_status();
        self.call(Call::Mapi(Mapi::MAPIUninitialize {}));
    }
}
