//! What one crate uses of another one.
//!
//! Nothing is type-checked. Paths are followed by the names that imports give them, whatever module they stand in, and a
//! method counts where any type that can be reached has one of that name with as many arguments. So more may be found than is
//! used; what is used and not found is used by code that only a macro of the dependency makes, or that `build.rs` writes.

mod calls;
mod consumer;
mod imports;
mod items;

use crate::cut::{Extent, Wanted};
use crate::{Api, SourceTree};
use calls::Calls;
use consumer::Consumer;
use ghostlib_model::Place;
use items::Items;
use std::collections::{BTreeMap, BTreeSet};

/// What a crate uses of a dependency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// The items, by their paths.
    pub used: Vec<Used>,
    /// Paths into the dependency that its API does not have: what macros make, what other crates define, what features
    /// switch on.
    pub unknown: Vec<(String, Place)>,
}

/// One item that is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// Its path in the dependency.
    pub path: String,
    /// How much of it.
    pub extent: Extent,
    /// How it is used, each once.
    pub how: BTreeSet<How>,
    /// Where.
    pub places: Vec<Place>,
}

/// How an item is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// An import names it.
    Import,
    /// A path leads to it.
    Path,
    /// A method of that name is called, perhaps of another type.
    Method,
    /// The crate exports it again, so that others may use all of it.
    Export,
}

/// The code that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The library and its programs.
    Library,
    /// Also tests, examples, benches, and code in documentation.
    Everything,
}

impl Usage {
    /// What a slice has to have so that the crate still compiles.
    pub fn wanted(&self) -> Vec<Wanted> {
        self.used.iter().map(|used| Wanted { path: used.path.clone(), extent: used.extent }).collect()
    }
}

/// What a crate uses of the library that it calls `name`, whose API is `dependency`.
pub fn usage(consumer: &SourceTree, name: &str, dependency: &Api, part: Part) -> Usage {
    let consumer = Consumer::read(consumer, part);
    let items = Items::of(dependency);
    let mut found = Found { items: &items, used: BTreeMap::new(), unknown: vec![] };
    let bound = imports::bind(&consumer, name, &mut found);
    for code in consumer.texts() {
        let tokens = consumer.tokens(code);
        imports::paths(&bound, &tokens, |path, node| {
            found.record(path, How::Path, Extent::Alone, &code.place(node));
        });
    }
    Calls::of(&consumer).add_methods(&mut found);
    found.usage()
}

/// What has been found so far.
struct Found<'i, 'a> {
    items: &'i Items<'a>,
    used: BTreeMap<String, Used>,
    unknown: Vec<(String, Place)>,
}

impl Found<'_, '_> {
    /// Notes a path into the dependency.
    fn record(&mut self, path: &[String], how: How, extent: Extent, place: &Place) {
        if path.is_empty() {
            if extent == Extent::Subtree {
                for item in self.items.at_root() {
                    self.note(&item, how, extent, place);
                }
            }
            return;
        }
        let items = self.items.meant(path);
        if items.is_empty() {
            let path = path.join("::");
            if self.unknown.iter().all(|(known, _)| *known != path) {
                self.unknown.push((path, place.clone()));
            }
        }
        for item in items {
            self.note(&item, how, extent, place);
        }
    }

    fn note(&mut self, path: &str, how: How, extent: Extent, place: &Place) {
        let new = || Used { path: path.to_owned(), extent, how: BTreeSet::new(), places: vec![] };
        let used = self.used.entry(path.to_owned()).or_insert_with(new);
        used.extent = used.extent.max(extent);
        used.how.insert(how);
        if used.places.last() != Some(place) {
            used.places.push(place.clone());
        }
    }

    fn usage(self) -> Usage {
        Usage { used: self.used.into_values().collect(), unknown: self.unknown }
    }
}
