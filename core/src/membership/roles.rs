//! The roles of a member, one of which names its data centre.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use serde::{Deserialize, Serialize, Serializer};

/// The longest role name, in bytes.
pub const ROLE_BYTES_MAX: usize = 64;
/// The most roles that one member can have, the one of its data centre included.
pub const ROLES_MAX: usize = 32;

const DATA_CENTER_PREFIX: &str = "dc-";
const DEFAULT_DATA_CENTER_ROLE: &str = "dc-default";

/// The name of a data centre.
pub type DataCenter = Arc<str>;

/// The roles of a member: names in ascending order, of which one starts with `dc-` and names the data centre (MDL-20).
#[derive(Clone, Eq, Deserialize)]
#[serde(try_from = "Vec<Arc<str>>")]
pub struct Roles(Arc<[Arc<str>]>);

/// Why names are no set of roles.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RolesError {
    /// A role name is empty.
    Empty,
    /// A role name is longer than [`ROLE_BYTES_MAX`].
    TooLong {
        /// Its length in bytes.
        bytes: usize,
    },
    /// There are more than [`ROLES_MAX`] roles.
    TooMany {
        /// How many there are.
        roles: usize,
    },
    /// More than one role starts with `dc-` (MDL-20).
    SeveralDataCenters {
        /// The first such role.
        first: Arc<str>,
        /// The second.
        second: Arc<str>,
    },
    /// A role given by a user starts with `dc-` (MDL-21).
    Reserved {
        /// The role.
        role: Arc<str>,
    },
}

impl fmt::Display for RolesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a role name is empty"),
            Self::TooLong { bytes } => write!(f, "a role name has {bytes} bytes, more than {ROLE_BYTES_MAX}"),
            Self::TooMany { roles } => write!(f, "a member has {roles} roles, more than {ROLES_MAX}"),
            Self::SeveralDataCenters { first, second } => {
                write!(f, "a member is in one data centre, not in `{first}` and `{second}` (MDL-20)")
            }
            Self::Reserved { role } => {
                write!(f, "the role `{role}` starts with `dc-`, which names a data centre (MDL-21)")
            }
        }
    }
}

impl core::error::Error for RolesError {}

impl Roles {
    /// The roles of a member as they travel: sorted, without doubles, and with `dc-default` when none names a data
    /// centre (MDL-20).
    ///
    /// # Errors
    /// A name that is empty or too long, too many of them, or two that name data centres.
    pub fn new<I: IntoIterator<Item = Arc<str>>>(names: I) -> Result<Self, RolesError> {
        let mut names: Vec<Arc<str>> = names.into_iter().collect();
        if !names.iter().any(|name| name.starts_with(DATA_CENTER_PREFIX)) {
            names.push(DEFAULT_DATA_CENTER_ROLE.into());
        }
        names.sort();
        names.dedup();
        if names.len() > ROLES_MAX {
            return Err(RolesError::TooMany { roles: names.len() });
        }
        for name in &names {
            match name.len() {
                0 => return Err(RolesError::Empty),
                bytes if bytes > ROLE_BYTES_MAX => return Err(RolesError::TooLong { bytes }),
                _ => {}
            }
        }
        let mut data_centers = names.iter().filter(|name| name.starts_with(DATA_CENTER_PREFIX));
        if let (Some(first), Some(second)) = (data_centers.next(), data_centers.next()) {
            return Err(RolesError::SeveralDataCenters { first: first.clone(), second: second.clone() });
        }
        Ok(Self(names.into()))
    }

    /// MDL-21, DC-1: the roles that a user gives a node, to which the one of its data centre is added.
    ///
    /// # Errors
    /// As [`Roles::new`], or a name that starts with `dc-`.
    pub fn of_user<I: IntoIterator<Item = Arc<str>>>(
        names: I,
        data_center: &str,
    ) -> Result<Self, RolesError> {
        let mut names: Vec<Arc<str>> = names.into_iter().collect();
        if let Some(role) = names.iter().find(|name| name.starts_with(DATA_CENTER_PREFIX)) {
            return Err(RolesError::Reserved { role: role.clone() });
        }
        names.push(alloc::format!("{DATA_CENTER_PREFIX}{data_center}").into());
        Self::new(names)
    }

    /// MDL-24: whether a role is among them, spelled exactly so.
    #[must_use]
    pub fn contains(&self, role: &str) -> bool {
        self.0.binary_search_by(|name| (**name).cmp(role)).is_ok()
    }

    pub(super) fn names(&self) -> &[Arc<str>] {
        &self.0
    }

    /// The roles in ascending order, the one of the data centre included.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Arc<str>> + Clone {
        self.0.iter()
    }

    /// The roles without the one that names the data centre.
    pub fn without_data_center(&self) -> impl Iterator<Item = &Arc<str>> + Clone {
        self.0.iter().filter(|name| !name.starts_with(DATA_CENTER_PREFIX))
    }

    /// MDL-20, DC-2: the name of the data centre: what follows `dc-` in the one role with that prefix.
    #[must_use]
    pub fn data_center(&self) -> &str {
        self.0.iter().find_map(|name| name.strip_prefix(DATA_CENTER_PREFIX)).unwrap_or_default()
    }
}

impl Default for Roles {
    /// DC-3: no role but `dc-default`, which names a data centre as any other does.
    fn default() -> Self {
        Self([DEFAULT_DATA_CENTER_ROLE.into()].into())
    }
}

impl TryFrom<Vec<Arc<str>>> for Roles {
    type Error = RolesError;

    fn try_from(names: Vec<Arc<str>>) -> Result<Self, RolesError> {
        Self::new(names)
    }
}

impl Serialize for Roles {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl core::hash::Hash for Roles {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl PartialEq for Roles {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl fmt::Display for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, role) in self.0.iter().enumerate() {
            write!(f, "{}{role}", if place == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn names(list: &[&str]) -> Vec<Arc<str>> {
        list.iter().map(|name| Arc::from(*name)).collect()
    }

    /// MDL-20, DC-2, DC-3
    #[test]
    fn a_member_without_a_data_center_is_in_the_default_one() {
        let roles = Roles::new(names(&["web", "backend", "web"])).unwrap();
        assert_eq!(roles.to_string(), "backend dc-default web");
        assert_eq!(roles.data_center(), "default");
        assert_eq!(Roles::new(names(&["dc-blue"])).unwrap().data_center(), "blue");
        assert_eq!(Roles::default(), Roles::new([]).unwrap());
        assert_eq!(
            Roles::new(names(&["dc-red", "web", "dc-blue"])),
            Err(RolesError::SeveralDataCenters { first: "dc-blue".into(), second: "dc-red".into() })
        );
    }

    /// MDL-21, DC-1
    #[test]
    fn a_user_cannot_name_a_data_center_by_a_role() {
        assert_eq!(
            Roles::of_user(names(&["web", "dc-blue"]), "default"),
            Err(RolesError::Reserved { role: "dc-blue".into() })
        );
        assert!(Roles::of_user(names(&["dcx"]), "default").is_ok());
    }

    /// MDL-24
    #[test]
    fn a_role_is_found_by_its_exact_name() {
        let roles = Roles::new(names(&["web"])).unwrap();
        assert!(roles.contains("web") && roles.contains("dc-default"));
        assert!(!roles.contains("we") && !roles.contains("Web"));
        assert_eq!(roles.without_data_center().count(), 1);
    }

    #[test]
    fn limits_are_kept() {
        assert_eq!(Roles::new(names(&[""])), Err(RolesError::Empty));
        assert_eq!(Roles::new([Arc::from("x".repeat(65))]), Err(RolesError::TooLong { bytes: 65 }));
        let many = (0..40).map(|i| Arc::from(i.to_string()));
        assert_eq!(Roles::new(many), Err(RolesError::TooMany { roles: 41 }));
    }
}
