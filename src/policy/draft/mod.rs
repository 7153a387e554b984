//! Drafting: takes a privacy policy as a document, gives a policy file to be reviewed. Rules and words, no guessing:
//! every line names the place that it comes from, and what is unsure stands commented out with the reason.

use crate::category::{Categories, Standing};
use crate::error::{Error, Result};
use crate::lexicon::fold_str;

mod gather;
mod govern;
mod identity;
mod language;
mod outline;
mod read;
mod sentence;
mod stance;
mod terms;
mod write;

use language::{Language, Role};

/// Drafts a policy file from the bytes of the document `file`.
///
/// # Errors
/// A document that cannot be read, holds no text, or is no privacy policy.
pub fn draft(file: &str, bytes: &[u8], categories: &Categories) -> Result<String> {
    let text = read::read(file, bytes)?;
    let language = Language::builtin(categories)?;
    let passages = outline::outline(&text.paragraphs);
    let spoken =
        |role| passages.iter().any(|p| language.roles(&fold_str(&p.text)).iter().any(|found| found.what == role));
    if !spoken(Role::Policies) {
        return Err(Error::new("this is no privacy policy: it speaks nowhere of personal data").at(file));
    }
    let mut statements = stance::statements(&passages, &language);
    let is_personal = |id: &str| categories.get(id).is_some_and(|c| c.standing != Standing::NotPersonal);
    statements.retain(|statement| is_personal(&statement.category));
    let said = gather::categories(statements);
    let terms = gather::terms(terms::terms(&passages, &language), &said);
    let draft = gather::Draft {
        file: file.to_owned(),
        unit: text.unit,
        sha256: digest(bytes),
        identity: identity::identity(&passages, &language),
        categories: said,
        terms,
    };
    if draft.categories.iter().all(|category| !category.is_sure()) && draft.terms.retention.is_empty() {
        let message =
            "there is nothing to draft: the document tells of no data that is collected, and not how long it is kept";
        return Err(Error::new(message).at(file));
    }
    Ok(write::write(&draft, categories))
}

fn digest(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
