//! The rows of the decision table of MAPILogonEx: one of each step applies to a call.

use crate::clause::ClauseId;

/// Declares the rows: variant, number in the table, whether it merely lets the call go on, its clauses, and what it says.
macro_rules! rows {
    ($( $row:ident $id:literal $quiet:ident [$($clause:literal),*] $says:literal; )*) => {
        /// A row of the decision table (`docs/clauses/logon-decision-table.md`).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(non_camel_case_types)] // The variants read as the table's numbers: 8.10 is `R8_10`.
        pub enum Row { $( #[doc = $says] $row, )* }

        impl Row {
            /// Every row, in the order of the table.
            pub const ALL: &'static [Row] = &[$(Row::$row),*];

            /// Its number in the table, such as `8.7` or `J.1`.
            pub const fn id(self) -> &'static str {
                match self { $(Row::$row => $id,)* }
            }

            /// The clauses it rests on, the deciding one first.
            pub const fn clauses(self) -> &'static [ClauseId] {
                match self { $(Row::$row => const { &[$(ClauseId::logon($clause)),*] },)* }
            }

            /// What it says, in a sentence that follows "because".
            pub const fn says(self) -> &'static str {
                match self { $(Row::$row => $says,)* }
            }

            /// Whether it merely lets the call go on, as in every ordinary call.
            pub const fn is_quiet(self) -> bool {
                match self { $(Row::$row => rows!(@$quiet),)* }
            }
        }
    };
    (@quiet) => { true };
    (@tells) => { false };
}

rows! {
    R1_1 "1.1" tells [4, 5] "the process (or, with strict_threads, the thread) has not called MAPIInitialize";
    R1_2 "1.2" quiet [1] "the process is initialised";
    R2_1 "2.1" tells [69, 164] "lppSession is NULL";
    R2_2 "2.2" quiet [70] "lppSession is a valid pointer";
    R3_1 "3.1" tells [89, 90, 164] "flFlags has a bit outside the documented set";
    R3_2 "3.2" tells [91, 92] "MAPI_LOGON_UI and MAPI_PASSWORD_UI exclude each other";
    R3_3 "3.3" tells [215, 216, 217, 218] "a Windows service has no user interface and logs on with MAPI_NO_MAIL";
    R3_4 "3.4" quiet [88, 93, 214] "the flags need no correction";
    R3_5 "3.5" tells [214, 211] "a Windows service has to set MAPI_NT_SERVICE (reading strict_service)";
    R4_1 "4.1" quiet [65] "lpszPassword is NULL";
    R4_2 "4.2" tells [67] "an empty lpszPassword counts as NULL";
    R4_3 "4.3" tells [65, 68, 164] "lpszPassword has to be NULL";
    R5_1 "5.1" quiet [155] "the logon mutex is free";
    R5_2 "5.2" tells [162] "the calling thread holds the logon mutex already";
    R5_3 "5.3" tells [157, 158] "the logon mutex became free within the short limit";
    R5_4 "5.4" tells [156, 157, 161] "another thread held the logon mutex for longer than the short limit, and MAPI_TIMEOUT_SHORT is set";
    R5_5 "5.5" tells [159, 155] "another thread held the logon mutex, and the call waited until it was free";
    R6_1 "6.1" tells [134, 135, 153, 142, 131, 165] "a shared session exists and MAPI_NEW_SESSION is not set, so it is joined and the profile name is not looked at";
    R6_2 "6.2" tells [94] "no shared session exists";
    R6_3 "6.3" tells [147] "the shared session was ended by MAPI_LOGOFF_SHARED and cannot be joined";
    R6_4 "6.4" tells [136, 94] "MAPI_NEW_SESSION is set, so no session is joined";
    J1 "J.1" tells [134, 71, 148, 192, 193, 194] "a messaging client joins";
    J2 "J.2" tells [210] "a messaging client joins, and messages are fetched before the call returns";
    J3 "J.3" tells [195, 151, 150] "a client with MAPI_NO_MAIL joins and keeps that nature to itself";
    R7_1 "7.1" tells [163, 166, 165] "the machine has as many sessions as its max_sessions allows";
    R7_2 "7.2" quiet [136, 116] "the session limit is not reached";
    R8_1 "8.1" tells [98, 99, 96, 97] "MAPI_USE_DEFAULT puts the default profile in the place of the name";
    R8_2 "8.2" tells [98, 99, 102, 103] "MAPI_USE_DEFAULT brings in the default profile also under MAPI_EXPLICIT_PROFILE";
    R8_3 "8.3" tells [104, 118] "MAPI_USE_DEFAULT is set but there is no default profile, so the user is asked";
    R8_4 "8.4" tells [104] "MAPI_USE_DEFAULT is set but there is no default profile, and MAPI_LOGON_UI is not set";
    R8_5 "8.5" tells [120, 96, 100, 107] "no profile was named and MAPI_LOGON_UI is set, so the user is asked";
    R8_6 "8.6" tells [105, 106, 102, 132] "no profile was named, and neither MAPI_USE_DEFAULT nor MAPI_LOGON_UI is set";
    R8_7 "8.7" tells [95, 101, 58, 118, 64] "the named profile exists";
    R8_8 "8.8" tells [99] "with the reading use_default_overrides_name = false a given name counts more than MAPI_USE_DEFAULT";
    R8_9 "8.9" tells [83] "the named profile is an app profile, for which MAPI_APP_PROFILE is not needed";
    R8_10 "8.10" tells [110] "the named profile does not exist and MAPI_LOGON_UI is not set";
    R8_11 "8.11" tells [111] "the named profile does not exist; MAPI_LOGON_UI brings up no dialog for an unknown name";
    R8_12 "8.12" tells [59, 60, 61] "the profile name has more than 64 characters";
    R8_13 "8.13" tells [77, 63, 79] "the profile name cannot be decoded or has characters that no profile name has";
    R8_14 "8.14" tells [112, 113] "the profile is marked for deletion, or was deleted while dialogs were open";
    R9_1 "9.1" tells [121] "the user picked an existing profile";
    R9_2 "9.2" tells [124] "the user named a profile that does not exist, was asked again, and picked an existing one";
    R9_3 "9.3" tells [125] "the user created a profile";
    R9_4 "9.4" tells [123] "the user cancelled the logon dialog";
    R9_5 "9.5" tells [126] "nobody answered the logon dialog, which counts as Cancel";
    R10_1 "10.1" quiet [127] "no configuration dialogs were asked for";
    R10_2 "10.2" tells [127, 128, 129, 130] "each service showed its configuration dialog";
    R10_3 "10.3" tells [130] "the user cancelled the configuration dialog of a service";
    R11_1 "11.1" quiet [222] "every message service is configured";
    R11_2 "11.2" tells [222, 227] "the user supplied what a message service lacked";
    R11_3 "11.3" tells [228, 230] "the entry point function of a message service supplied what was lacking";
    R11_4 "11.4" tells [225, 226, 233] "a message service could not be configured and is disabled for the session";
    R11_5 "11.5" tells [224, 226] "a message service that is required could not be configured";
    R12_1 "12.1" tells [140] "without MAPI_ALLOW_OTHERS the session is the client's own";
    R12_2 "12.2" tells [139, 143] "with MAPI_ALLOW_OTHERS the session becomes the shared one";
    R12_3 "12.3" tells [144, 145] "with MAPI_ALLOW_OTHERS the session takes the place of the shared one";
    R13_1 "13.1" tells [52, 208, 234] "a messaging client: the spooler is told of the session";
    R13_2 "13.2" tells [207, 209] "a messaging client: messages are fetched before the call returns";
    R13_3 "13.3" tells [173, 174, 186, 189] "with MAPI_NO_MAIL the spooler is not told of the session";
    R13_4 "13.4" tells [205] "with MAPI_NO_MAIL nothing is fetched, even with MAPI_FORCE_DOWNLOAD";
}

/// The rows that applied to one call, in order.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Path {
    rows: [Row; Path::LONGEST],
    len: u8,
}

impl Path {
    /// One row of each of the thirteen steps, and row 8.8 beside another row of step 8.
    const LONGEST: usize = 14;

    /// No rows yet.
    pub(crate) const fn new() -> Self {
        Path { rows: [Row::R1_1; Path::LONGEST], len: 0 }
    }

    pub(crate) fn push(&mut self, row: Row) {
        let at = usize::from(self.len);
        debug_assert!(at < Path::LONGEST, "a path has at most one row a step");
        if let Some(place) = self.rows.get_mut(at) {
            *place = row;
            self.len += 1;
        }
    }

    /// All rows, those that merely let the call go on too.
    pub fn rows(&self) -> &[Row] {
        &self.rows[..usize::from(self.len)]
    }

    /// The numbers of the rows that say something of this call.
    pub fn ids(&self) -> Vec<&'static str> {
        self.rows().iter().filter(|row| !row.is_quiet()).map(|row| row.id()).collect()
    }

    /// The row that decided: the one that refused, or the one that chose the profile or the session.
    pub fn deciding(&self) -> Row {
        let last = self.rows().last().copied().unwrap_or(Row::R1_1);
        match last.id().split('.').next() {
            Some("13" | "J") => self.rows().iter().rev().copied().find(|row| row.chooses()).unwrap_or(last),
            _ => last,
        }
    }
}

impl Row {
    /// Whether the row says which profile or session a successful call gets.
    fn chooses(self) -> bool {
        self == Row::R6_1 || (Row::R8_1 <= self && self <= Row::R9_3)
    }
}

impl std::fmt::Debug for Path {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.ids().join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_numbered_once() {
        let mut ids: Vec<_> = Row::ALL.iter().map(|row| row.id()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), Row::ALL.len());
        assert!(Row::ALL.iter().all(|row| !row.clauses().is_empty()));
    }
}
