
#[doc(hidden)]
#[allow(warnings)]
pub mod __module__ {
    pub extern crate std;

    use self::std::sync::atomic::{AtomicUsize, Ordering};

    const UNKNOWN: usize = !0;
    static ACTIVE: AtomicUsize = AtomicUsize::new(UNKNOWN);

    // Deprecated, so that the compiler tells each use.
    #[deprecated]
    pub fn active(mutant: usize) -> bool {
        let mut active = ACTIVE.load(Ordering::Relaxed);
        if active == UNKNOWN {
            active = self::std::env::var("__variable__").ok().and_then(|text| text.parse().ok()).unwrap_or(0);
            ACTIVE.store(active, Ordering::Relaxed);
        }
        active == mutant
    }
}
