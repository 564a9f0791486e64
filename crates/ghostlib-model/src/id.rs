use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! string_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Wraps the text of an id as it stands.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

string_id! {
    /// The id of a requirement: `duration.parse.units`, or `section-name-1a2b3c4d` where the spec gives none.
    RequirementId
}
string_id! {
    /// The id of a vector: given by the spec, or `operation/name`.
    VectorId
}
string_id! {
    /// The id of a finding: stable over runs, made from its rule and its subject.
    FindingId
}
string_id! {
    /// The id of a run, and the name of its folder.
    RunId
}
string_id! {
    /// The id of an agent's session, unique within its project.
    SessionId
}
