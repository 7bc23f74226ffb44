//! Other clients of the machine, whom an adversary sends.

use std::collections::VecDeque;

use super::{Move, Powers, SPANS};
use crate::call::{Call, CallId, Handle, IMAPISession, IProfAdmin, IUnknown, Mapi, OutPtr, Reply};
use crate::choices::Choices;
use crate::kernel::Kernel;
use crate::mapi::{InitFlags, LogoffFlags, LogonFlags, Text};

/// How many there are.
const COUNT: u32 = 3;
/// How many things happen before one call, at most.
const ACTS: u32 = 2;

/// What the names of their processes begin with.
const NAME: &str = "adversary-";

/// Flags of their logons: those that begin a shared session, that join one, that keep to themselves, that ask the user.
const LOGONS: [LogonFlags; 7] = [
    LogonFlags::EXTENDED.union(LogonFlags::NEW_SESSION).union(LogonFlags::ALLOW_OTHERS),
    LogonFlags::EXTENDED,
    LogonFlags::EXTENDED.union(LogonFlags::ALLOW_OTHERS).union(LogonFlags::USE_DEFAULT),
    LogonFlags::EXTENDED.union(LogonFlags::NEW_SESSION).union(LogonFlags::ALLOW_OTHERS).union(LogonFlags::NO_MAIL),
    LogonFlags::EXTENDED.union(LogonFlags::NEW_SESSION).union(LogonFlags::NO_MAIL),
    LogonFlags::EXTENDED.union(LogonFlags::NEW_SESSION).union(LogonFlags::LOGON_UI),
    LogonFlags::EXTENDED.union(LogonFlags::ALLOW_OTHERS).union(LogonFlags::LOGON_UI),
];

/// All of them, and what they are about to do.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Company {
    members: [Member; COUNT as usize],
    todo: VecDeque<(usize, Todo)>,
    /// How many things may still happen in this turn.
    left: u32,
}

/// One of them.
#[derive(Clone, Debug, Default, PartialEq)]
struct Member {
    /// Whether it ever did anything.
    came: bool,
    initialized: bool,
    session: Option<Handle>,
    admin: Option<Handle>,
    /// The logon that it waits for.
    waiting: Option<CallId>,
}

/// Something that one of them is about to do.
#[derive(Clone, Debug, PartialEq)]
enum Todo {
    Initialize,
    Logon { profile: Option<String>, flags: LogonFlags },
    Logoff(LogoffFlags),
    Release,
    Admin,
    Delete(String),
    Rename(String, String),
    SetDefault(Option<String>),
    ReleaseAdmin,
}

impl Company {
    /// Whether a process is one of theirs: one that they made.
    pub fn is(&self, process: &str) -> bool {
        (0..COUNT as usize).any(|member| self.members[member].came && name(member) == process)
    }

    /// The call that somebody waited for is gone with its process.
    pub fn gone(&mut self, key: usize) {
        self.members[key].waiting = None;
    }

    /// Begins a turn.
    pub fn turn(&mut self) {
        self.left = ACTS;
    }

    /// What happens next; `None` if nothing does.
    pub fn next(&mut self, choices: &mut Choices, powers: Powers, kernel: &Kernel) -> Option<Move> {
        loop {
            while let Some((member, todo)) = self.todo.pop_front() {
                if let Some(call) = self.members[member].call(todo) {
                    self.members[member].came = true;
                    return Some(Move::Call { process: name(member), thread: "main".to_owned(), call, fault: None, key: member });
                }
            }
            let kinds = [Powers::COMPANY, Powers::COMPANY, Powers::TIME, Powers::PROFILES];
            let kinds: Vec<Powers> = kinds.into_iter().filter(|kind| powers.contains(*kind)).collect();
            if self.left == 0 || kinds.is_empty() || !choices.once_in(4) {
                return None;
            }
            self.left -= 1;
            let next = match *choices.of(&kinds) {
                Powers::TIME => Some(Move::Time(*choices.of(&SPANS))),
                Powers::PROFILES => self.administrate(choices, kernel),
                _ => self.act(choices, kernel),
            };
            if next.is_some() {
                return next;
            }
        }
    }

    /// One of them does something: at once, or what it is to do stands in the list.
    fn act(&mut self, choices: &mut Choices, kernel: &Kernel) -> Option<Move> {
        let at = choices.below(COUNT) as usize;
        let member = &mut self.members[at];
        if let Some(call) = member.waiting {
            let waits = kernel.waiting().any(|waiting| waiting == call);
            return Some(if waits { Move::Time(*choices.of(&SPANS)) } else { Move::Take { call, key: at } });
        }
        let mut todo = |todo: Todo| self.todo.push_back((at, todo));
        if member.session.is_none() {
            todo(Todo::Initialize);
            let profile = choices.once_in(2).then(|| profile(choices, kernel)).flatten();
            todo(Todo::Logon { profile, flags: *choices.of(&LOGONS) });
            return None;
        }
        match choices.below(4) {
            0 => todo(Todo::Logoff(LogoffFlags::SHARED)),
            1 => todo(Todo::Logoff(LogoffFlags::empty())),
            2 => {}
            _ => {
                *member = Member { came: true, ..Member::default() };
                return Some(Move::Kill(name(at)));
            }
        }
        todo(Todo::Release);
        None
    }

    /// One of them changes the profiles, by the list.
    fn administrate(&mut self, choices: &mut Choices, kernel: &Kernel) -> Option<Move> {
        let at = self.members.iter().position(|member| member.waiting.is_none())?;
        let profile = profile(choices, kernel)?;
        let act = match choices.below(4) {
            0 => Todo::SetDefault(Some(profile)),
            1 => Todo::SetDefault(None),
            2 => Todo::Rename(profile, format!("Renamed {}", kernel.last_call().number())),
            _ => Todo::Delete(profile),
        };
        self.todo.extend([Todo::Initialize, Todo::Admin, act, Todo::ReleaseAdmin].map(|todo| (at, todo)));
        None
    }

    /// What came of a call.
    pub fn got(&mut self, key: usize, result: Result<Reply, CallId>) {
        let member = &mut self.members[key];
        match result {
            Err(call) => member.waiting = Some(call),
            Ok(reply) => {
                member.waiting = None;
                match reply.object() {
                    Some(object) if object.kind() == crate::call::ObjectKind::Session => member.session = Some(object),
                    Some(object) => member.admin = Some(object),
                    None => {}
                }
            }
        }
    }
}

fn name(member: usize) -> String {
    format!("{NAME}{}", member + 1)
}

/// The name of a profile, if there is one.
fn profile(choices: &mut Choices, kernel: &Kernel) -> Option<String> {
    let names: Vec<&str> = kernel.profiles().iter().map(|(_, profile)| &*profile.name).collect();
    (!names.is_empty()).then(|| (*choices.of(&names)).to_owned())
}

impl Member {
    /// The call that does it; `None` if there is nothing to be done.
    fn call(&mut self, todo: Todo) -> Option<Call> {
        if self.waiting.is_some() {
            return None;
        }
        let text = |name: String| Text::from(name);
        let admin = |admin: Option<Handle>, call: IProfAdmin| admin.map(|admin| Call::IProfAdmin(admin, call));
        match todo {
            Todo::Initialize if self.initialized => None,
            Todo::Initialize => {
                self.initialized = true;
                Some(Call::Mapi(Mapi::MAPIInitialize { version: 0, flags: InitFlags::empty() }))
            }
            Todo::Logon { profile, flags } => Some(Call::Mapi(Mapi::MAPILogonEx {
                ui_param: 0,
                profile_name: profile.map(text),
                password: None,
                flags,
                session: OutPtr::Given,
            })),
            Todo::Logoff(flags) => {
                self.session.map(|session| Call::IMAPISession(session, IMAPISession::Logoff { ui_param: 0, flags, reserved: 0 }))
            }
            Todo::Release => self.session.take().map(|session| Call::IUnknown(session, IUnknown::Release {})),
            Todo::Admin => Some(Call::Mapi(Mapi::MAPIAdminProfiles { flags: 0 })),
            Todo::Delete(name) => admin(self.admin, IProfAdmin::DeleteProfile { profile_name: Some(text(name)), flags: 0 }),
            Todo::Rename(name, new) => admin(
                self.admin,
                IProfAdmin::RenameProfile {
                    old_profile_name: Some(text(name)),
                    old_password: None,
                    new_profile_name: Some(Box::new(text(new))),
                    ui_param: 0,
                    flags: 0,
                },
            ),
            Todo::SetDefault(name) => admin(self.admin, IProfAdmin::SetDefaultProfile { profile_name: name.map(text), flags: 0 }),
            Todo::ReleaseAdmin => self.admin.take().map(|admin| Call::IUnknown(admin, IUnknown::Release {})),
        }
    }
}
