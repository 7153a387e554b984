//! A placeholder to compile against, replaced at the merge by the policies themselves.

use std::sync::Arc;

use crate::category::Categories;
use crate::error::{Error, Result};

#[derive(Clone, Debug)]
pub struct Policy {
    pub id: Arc<str>,
}

pub struct Policies(Vec<Policy>);

impl Policies {
    pub fn builtin(_: &Categories) -> Result<Self> {
        Ok(Self(vec![Policy { id: "anysoft".into() }]))
    }
}

pub fn load(id_or_file: &str, categories: &Categories) -> Result<Policy> {
    let policies = Policies::builtin(categories)?.0;
    let unknown = || Error::new(format!("unknown policy `{id_or_file}`")).help("`derbes policy list` shows them");
    policies.into_iter().find(|policy| &*policy.id == id_or_file).ok_or_else(unknown)
}

pub fn list(policies: &Policies) -> String {
    policies.0.iter().map(|policy| format!("{}\n", policy.id)).collect()
}

pub fn show(policy: &Policy, _: &Categories) -> String {
    format!("{}\n", policy.id)
}
