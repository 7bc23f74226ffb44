//! GetProps and GetPropList.

use super::{Kernel, MAPI_UNICODE};
use crate::call::{Handle, Out, Reply};
use crate::clause::{ClauseId, Reading};
use crate::kernel::project::{Projection, project};
use crate::mapi::{Hresult, Prop, PropTag, PropType, Value};

impl Kernel {
    /// GetProps: some properties, or all but those that are objects (PROP-053, PROP-054).
    pub(super) fn get_props(&mut self, this: Handle, all: &[Prop], tags: Option<&[PropTag]>, flags: u32) -> Reply {
        if let Some(reply) = self.reject_flags(flags, MAPI_UNICODE).or_else(|| self.reject_object_width(this, flags)) {
            return reply;
        }
        let tags = match tags {
            Some([]) => return self.decided(ClauseId::prop(55), Hresult::MAPI_E_INVALID_PARAMETER),
            Some(tags) => tags.to_vec(),
            None => {
                let read = self.listed(all).into_iter().filter(|prop| prop.tag.prop_type() != PropType::OBJECT);
                read.map(|prop| prop.tag.with_type(PropType::UNSPECIFIED)).collect()
            }
        };
        let row = project(all, &tags, &Projection::of_object(&self.machine, flags & MAPI_UNICODE != 0));
        let missing = row.props.iter().any(|prop| matches!(prop.value, Value::Error(_)));
        let hr = if missing { Hresult::MAPI_W_ERRORS_RETURNED } else { Hresult::S_OK };
        self.decided(if missing { ClauseId::error(122) } else { ClauseId::prop(53) }, hr);
        Reply { hr, out: Out::Props(row) }
    }

    /// GetPropList: every tag, objects too (PROP-081, PROP-083).
    pub(super) fn get_prop_list(&mut self, this: Handle, all: &[Prop], flags: u32) -> Reply {
        if let Some(reply) = self.reject_flags(flags, MAPI_UNICODE).or_else(|| self.reject_object_width(this, flags)) {
            return reply;
        }
        let unicode = flags & MAPI_UNICODE != 0;
        let tags = self.listed(all).into_iter().map(|prop| prop.tag.in_width(unicode)).collect();
        self.decided(ClauseId::prop(81), Hresult::S_OK);
        Reply::ok(Out::Tags(tags))
    }

    /// The properties in the order in which they are listed: by identifier, or by the reading prop_list_order in one drawn from the seed (PROP-087).
    fn listed<'a>(&self, all: &'a [Prop]) -> Vec<&'a Prop> {
        let mut all: Vec<&Prop> = all.iter().collect();
        if self.machine.readings.index(Reading::PropListOrder) != 0 {
            all.sort_by_key(|prop| self.machine.new_uid(&["prop_list", &prop.tag.id().to_string()]));
        }
        all
    }
}
