//! What a sequence has kept so far.

use crate::json::Json;
use std::any::Any;
use std::cell::{Ref, RefCell, RefMut};
use std::rc::Rc;

/// The values that the calls of one sequence returned, and what the call under way has to tell besides its answer.
#[derive(Default)]
pub struct Values {
    kept: Vec<Option<Rc<dyn Any>>>,
    next: Option<Rc<dyn Any>>,
    changed: Vec<(&'static str, String)>,
    called: Vec<(&'static str, String)>,
}

/// A value that is kept, until a call uses it up.
pub struct Kept<T> {
    value: RefCell<Option<T>>,
}

impl Values {
    /// Keeps what the call under way returns.
    pub fn keep<T: 'static>(&mut self, value: T) {
        self.next = Some(Rc::new(Kept { value: RefCell::new(Some(value)) }));
    }

    /// What `{"$": n}` stands for.
    pub fn find<T: 'static>(&self, json: &Json) -> Result<Rc<Kept<T>>, String> {
        let index = match json.get("$") {
            Some(Json::Number(text)) => text.parse::<usize>().ok(),
            _ => None,
        };
        let index = index.ok_or_else(|| format!("no value that was kept: {}", json.to_text()))?;
        let kept = self.kept.get(index).and_then(Option::as_ref);
        let kept = kept.ok_or_else(|| format!("call {index} returned nothing that was kept"))?;
        Rc::clone(kept).downcast().map_err(|_| format!("what call {index} returned is of another type"))
    }

    /// An argument as the call has left it.
    pub fn changed(&mut self, name: &'static str, text: String) {
        self.changed.push((name, text));
    }

    /// The arguments of each call of a function that was given.
    pub fn called(&mut self, name: &'static str, text: String) {
        self.called.push((name, text));
    }

    /// Ends a call: what it keeps can be asked for from now on. What it changed and called.
    pub(crate) fn end_call(&mut self) -> [Vec<(&'static str, String)>; 2] {
        self.kept.push(self.next.take());
        [std::mem::take(&mut self.changed), std::mem::take(&mut self.called)]
    }
}

impl<T> Kept<T> {
    /// The value, to look at.
    pub fn shared(&self) -> Result<Ref<'_, T>, String> {
        let value = self.value.try_borrow().map_err(|_| IN_USE.to_owned())?;
        Ref::filter_map(value, Option::as_ref).map_err(|_| USED_UP.to_owned())
    }

    /// The value, to change.
    pub fn mutable(&self) -> Result<RefMut<'_, T>, String> {
        let value = self.value.try_borrow_mut().map_err(|_| IN_USE.to_owned())?;
        RefMut::filter_map(value, Option::as_mut).map_err(|_| USED_UP.to_owned())
    }

    /// The value itself, which is gone then.
    pub fn owned(&self) -> Result<T, String> {
        self.value.try_borrow_mut().map_err(|_| IN_USE.to_owned())?.take().ok_or_else(|| USED_UP.to_owned())
    }
}

const IN_USE: &str = "a value is given twice, and one of the two is to change it";
const USED_UP: &str = "a call before it has used the value up";
