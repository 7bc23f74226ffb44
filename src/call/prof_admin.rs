//! IProfAdmin.

use super::interface;
use crate::mapi::Text;

interface! {
    /// Methods of IProfAdmin that change what a logon sees.
    IProfAdmin = "IProfAdmin" {
        /// ChangeProfilePassword: succeeds and does nothing (LOGON-066).
        ChangeProfilePassword {
            /// lpszProfileName.
            profile_name: Option<Text>,
            /// lpszOldPassword.
            old_password: Option<Box<Text>>,
            /// lpszNewPassword.
            new_password: Option<Box<Text>>,
            /// ulFlags.
            flags: u32,
        }
        /// DeleteProfile: removes a profile, at once or with the last session on it (LOGON-112).
        DeleteProfile {
            /// lpszProfileName.
            profile_name: Option<Text>,
            /// ulFlags.
            flags: u32,
        }
        /// RenameProfile: gives a profile another name, at once or after the last session on it (LOGON-115).
        RenameProfile {
            /// lpszOldProfileName.
            old_profile_name: Option<Text>,
            /// lpszOldPassword.
            old_password: Option<Box<Text>>,
            /// lpszNewProfileName.
            new_profile_name: Option<Box<Text>>,
            /// ulUIParam.
            ui_param: u32,
            /// ulFlags.
            flags: u32,
        }
        /// SetDefaultProfile: moves or clears the default mark (LOGON-108).
        SetDefaultProfile {
            /// lpszProfileName; NULL leaves the machine without a default profile.
            profile_name: Option<Text>,
            /// ulFlags.
            flags: u32,
        }
    }
}
