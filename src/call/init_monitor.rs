//! IMAPIInitMonitor and IMAPIWaitResult.

use super::interface;

interface! {
    /// Methods of IMAPIInitMonitor, the object of CreateMAPIInitializationMonitor.
    IMAPIInitMonitor = "IMAPIInitMonitor" {
        /// IsInitialized: whether MAPI is initialised in the calling process (LOGON-047).
        IsInitialized {}
        /// Wait: blocks until it is, or until the time is over (LOGON-048, LOGON-049).
        Wait {
            /// dwTimeout in milliseconds; 0xFFFFFFFF waits without limit.
            timeout: u32,
        }
        /// BeginWait: begins to wait and returns at once (LOGON-050).
        BeginWait {
            /// dwTimeout in milliseconds.
            timeout: u32,
        }
    }
}

interface! {
    /// Methods of IMAPIWaitResult, the object of IMAPIInitMonitor::BeginWait.
    IMAPIWaitResult = "IMAPIWaitResult" {
        /// End: blocks until the wait that was begun is over (LOGON-051).
        End {}
    }
}
