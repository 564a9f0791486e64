
#[allow(warnings)]
mod __module__ {
    pub(crate) extern crate std;

    const ACTIVE: &[usize] = &[__numbers__];

    pub(crate) fn active(mutant: usize) -> bool {
        ACTIVE.contains(&mutant)
    }
}
