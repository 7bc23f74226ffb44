//! `mapi-sim explain`.

use mapi_sim::Explanation;
use mapi_sim::call::Call;
use mapi_sim::kernel::ProcessKind;

use crate::args::Explain;
use crate::logon::{SOMEBODY, call, shared};
use crate::{Said, named_fixture};

/// The subcommand.
pub(crate) fn explain(args: &Explain) -> Said {
    text(args).map_or_else(Said::wrong, Said::well)
}

fn text(args: &Explain) -> Result<String, mapi_sim::Error> {
    let Explain { logon, flags, service } = args;
    let fixture = named_fixture(&logon.fixture)?;
    let kind = service.then_some(ProcessKind::Service);
    let earlier: Vec<(String, Call)> = shared(&fixture, logon)?.map(|call| (SOMEBODY.to_owned(), call)).into_iter().collect();
    let call = call(logon.profile.as_deref(), *flags);
    Explanation::of(&fixture, kind, &earlier, &logon.process, &call).map(|explanation| explanation.to_string())
}
