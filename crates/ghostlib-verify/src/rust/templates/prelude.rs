//! What the code of operations and types refers to.

pub use crate::canon::*;
pub use crate::from_json::*;
pub use ghostlib_runtime::{field, quote, Json, Reply, Values};
pub use std::borrow::Cow;
pub use std::cell::{Cell, RefCell};
pub use std::cmp::Ordering;
pub use std::collections::hash_map::RandomState;
pub use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
pub use std::ffi::{CStr, CString, OsStr, OsString};
pub use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
pub use std::num::*;
pub use std::ops::{Bound, Range, RangeFrom, RangeFull, RangeInclusive, RangeTo};
pub use std::path::{Path, PathBuf};
pub use std::rc::Rc;
pub use std::sync::{Arc, Mutex};
pub use std::time::{Duration, Instant, SystemTime};
