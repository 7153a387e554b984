//! derbes finds personal data in code, logs, database dumps and backups, and holds what it finds against what an
//! organisation's privacy policy declares.
//!
//! The modules are the stages of one pipeline, in this order: [`source`] names what to scan, [`decode`] turns stored
//! bytes into text bytes, [`layout`] knows their shape, [`detect`] finds values, [`classify`] weighs and gathers them
//! into findings, [`policy`] judges them, [`suppress`] keeps quiet what is known, [`report`] writes them. [`pipeline`]
//! is the one place where they meet: it takes a [`pipeline::Plan`] and feeds [`finding::Event`]s to a report. The library
//! never prints and never exits.

pub mod category;
pub mod classify;
pub mod data;
pub mod decode;
pub mod detect;
pub mod error;
pub mod finding;
pub mod input;
pub mod layout;
pub mod lexicon;
pub mod limits;
pub mod pipeline;
pub mod policy;
pub mod report;
pub mod source;
pub mod suppress;
