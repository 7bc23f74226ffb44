//! IMAPIProp and IMAPIStatus.

use super::{Bytes, interface};
use crate::mapi::PropTag;

interface! {
    /// Methods of IMAPIProp that status objects, message stores and address books have.
    IMAPIProp = "IMAPIProp" {
        /// GetProps: the values of some properties, or with no tags of all.
        GetProps {
            /// lpPropTagArray; NULL is every property.
            prop_tag_array: Option<Vec<PropTag>>,
            /// ulFlags: MAPI_UNICODE.
            flags: u32,
        }
        /// GetPropList: the tags of all properties.
        GetPropList {
            /// ulFlags: MAPI_UNICODE.
            flags: u32,
        }
        /// SetProps: status objects are read-only (STATUS-127).
        SetProps {}
    }
}

interface! {
    /// Methods of IMAPIStatus.
    IMAPIStatus = "IMAPIStatus" {
        /// ValidateState: whether the resource is in order.
        ValidateState {
            /// ulUIParam.
            ui_param: u64,
            /// ulFlags.
            flags: u32,
        }
        /// SettingsDialog: the configuration of the resource.
        SettingsDialog {
            /// ulUIParam.
            ui_param: u64,
            /// ulFlags.
            flags: u32,
        }
        /// ChangePassword: not supported by any object so far.
        ChangePassword {}
        /// FlushQueues: works off the queues of transports.
        FlushQueues {
            /// ulUIParam.
            ui_param: u64,
            /// lpTargetTransport with cbTargetTransport.
            target_transport: Option<Bytes>,
            /// ulFlags.
            flags: u32,
        }
    }
}
