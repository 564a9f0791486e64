//! The English words by which the reader tells what a clause is and what it is about.

use std::ops::{BitOr, Range};
use std::sync::LazyLock;

/// What a word can be; a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Class(u32);

impl Class {
    pub(crate) const NONE: Self = Self(0);
    /// must, shall, should, may, and the like.
    pub(crate) const MODAL: Self = Self(1);
    /// A form of be, have or do.
    pub(crate) const AUXILIARY: Self = Self(1 << 1);
    /// The base form of a verb: what an imperative starts with.
    pub(crate) const VERB: Self = Self(1 << 2);
    /// The third person of a verb: `returns`.
    pub(crate) const VERB_S: Self = Self(1 << 3);
    /// and, or, but.
    pub(crate) const CONJUNCTION: Self = Self(1 << 4);
    /// What a condition starts with: if, when, unless.
    pub(crate) const CONDITION: Self = Self(1 << 5);
    /// What starts any other subordinate clause: that, which, because.
    pub(crate) const SUBORDINATE: Self = Self(1 << 6);
    /// a, the, each, its.
    pub(crate) const DETERMINER: Self = Self(1 << 7);
    /// it, they, this.
    pub(crate) const PRONOUN: Self = Self(1 << 8);
    /// not, never.
    pub(crate) const NEGATION: Self = Self(1 << 9);
    /// in, of, to.
    pub(crate) const PREPOSITION: Self = Self(1 << 10);
    /// A word that everybody measures differently.
    pub(crate) const VAGUE: Self = Self(1 << 11);
    pub(crate) const ERROR: Self = Self(1 << 12);
    pub(crate) const DATA: Self = Self(1 << 13);
    pub(crate) const PERFORMANCE: Self = Self(1 << 14);
    pub(crate) const SECURITY: Self = Self(1 << 15);
    pub(crate) const OBSERVABILITY: Self = Self(1 << 16);
    pub(crate) const DOCUMENTATION: Self = Self(1 << 17);
    /// What the behaviour does not show: internally, architecture.
    pub(crate) const STRUCTURE: Self = Self(1 << 18);
    /// A code span.
    pub(crate) const CODE: Self = Self(1 << 19);
    /// A word in capital letters.
    pub(crate) const UPPER: Self = Self(1 << 20);
    /// An adverb that may stand between subject and verb: then, only, still.
    pub(crate) const ADVERB: Self = Self(1 << 21);
    /// What a clause about the document itself, an example or a reason starts with.
    pub(crate) const ASIDE: Self = Self(1 << 23);
    /// -ed and -en forms.
    pub(crate) const PARTICIPLE: Self = Self(1 << 22);

    /// Whether it shares a class with `other`.
    pub(crate) fn is(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// What makes a clause a sentence: a verb that has a person.
    pub(crate) fn is_finite(self) -> bool {
        self.is(Self::MODAL | Self::AUXILIARY | Self::VERB_S)
    }
}

impl BitOr for Class {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// No longer word is in the lexicon.
const MAX_LEN: usize = 16;

const WORDS: &[(Class, &str)] = &[
    (Class::MODAL, "must shall should may might cannot can could will would mustn't shouldn't won't can't"),
    (
        Class::AUXILIARY,
        "is are was were be been being has have had does do did isn't aren't doesn't don't didn't hasn't",
    ),
    (Class::CONJUNCTION, "and or but nor"),
    (
        Class::CONDITION,
        "given if when while where unless until once after before whenever wherever as for on during upon",
    ),
    (Class::SUBORDINATE, "that which who whose because since so although though whether"),
    (
        Class::DETERMINER,
        "a an the each every any all no its their this that these those some both another one two three either neither",
    ),
    (Class::PRONOUN, "it they this that these those you we he she there"),
    (Class::NEGATION, "not never no none nothing neither nor cannot"),
    (
        Class::PREPOSITION,
        "in of to by with from into onto via per under over within without between through across against about",
    ),
    (
        Class::ADVERB,
        "then only still also never always additionally therefore thus immediately first already just again",
    ),
    (
        Class::ASIDE,
        "background e.g eg example examples figure fixme how i.e likewise motivation rationale reason reference \
         remember see suggested tip todo what why recall purpose status comment covers needs depends scenario objective story \
         user date change author version",
    ),
    (
        Class::VAGUE,
        "appropriate appropriately reasonable reasonably adequate adequately easily quickly \
         efficiently robust robustly user-friendly intuitive gracefully idiomatic idiomatically suitable \
         suitably proper properly seamless seamlessly etc flexible scalable performant concise descriptive liberal \
         liberally nicely elegant elegantly smart smartly timely human-friendly leniently",
    ),
    (
        Class::ERROR,
        "error errors fail fails failed failure failures failing invalid malformed reject rejects rejected \
         exception exceptions panic panics abort aborts raise raises throw throws thrown unparseable unsupported \
         missing unknown fatal timeout timeouts err unauthorized corrupt corrupted overflow",
    ),
    (
        Class::DATA,
        "field fields type types default defaults format formats schema encoded encoding string strings integer \
         integers boolean booleans array arrays object objects map maps nullable null utf-8 json yaml key keys \
         column columns record records timestamp timestamps list lists value values normalized enum payload",
    ),
    (
        Class::PERFORMANCE,
        "latency throughput performance memory millisecond milliseconds microseconds complexity o(n) cpu \
         allocations allocation allocate quadratic linear-time bandwidth concurrently benchmark speed",
    ),
    (
        Class::SECURITY,
        "secret secrets credential credentials token-based authentication authenticate authenticated authorization \
         authorize authorized permission permissions sanitize sanitized sanitization escape escaping encrypt \
         encrypted encryption tls password passwords sandbox sandboxed untrusted trusted trust vulnerability \
         injection csrf xss signature signatures privilege privileges loopback traversal",
    ),
    (
        Class::OBSERVABILITY,
        "log logs logged logging metric metrics trace traces tracing telemetry dashboard observability \
         operator-visible snapshot monitor monitoring emit emits audit diagnostics status",
    ),
    (
        Class::DOCUMENTATION,
        "document documents documented documentation readme changelog docs documenting publish",
    ),
    (
        Class::STRUCTURE,
        "internally architecture module modules layer layers codebase refactor source-code maintainable \
         modular decoupled abstraction component components",
    ),
];

/// Verbs of specs, in their base form. The third person is made from it.
const VERBS: &str = "abort accept access accumulate acquire activate add adjust advertise aggregate allocate allow appear \
    append apply approve assign assume attach attempt authenticate avoid await become begin bind block bound break \
    bubble build cache calculate call cancel capture carry cascade catch change check choose clamp clean clear clone \
    close coalesce coerce collapse collect combine commit compare compile complete compose compute concatenate \
    configure confirm connect consider consist construct consume contain continue control convert copy count cover \
    create debounce decide declare decode deduplicate default defer define delay delegate delete deliver depend derive \
    describe detect determine differ disable discard disconnect dispatch display distinguish document downgrade drain \
    drive drop emit enable encode encounter end enforce enqueue ensure enter equal escape evaluate evict exceed exclude \
    execute exhaust exist exit expand expect expire expose extend extract fail fall fallback fetch fill filter find \
    finish fire fix flush follow force format forward free freeze generate get give go grow guarantee halt handle happen hash \
    hold honor host identify ignore implement import include increase increment indicate infer inherit initialize \
    inject insert install instruct interpret invalidate invoke issue iterate join keep kill know launch lead leave let \
    limit link list listen load lock log look lowercase maintain make manage map mark match maintain mean merge \
    migrate mint monitor move mutate name need negotiate normalize notify observe obtain occur offer omit open \
    operate order outlive output override own pad parse pass pause perform permit persist pick pin place poll pop \
    populate precede prefer prefix prepare presents preserve prevent print process produce prohibit prompt propagate \
    provide prune publish pull purge push put query queue raise randomize rank re-check re-read re-run re-validate \
    reach read rebuild receive reclaim recompute reconcile reconnect record recover redirect reduce refer reflect \
    refresh refuse register reject release rely reload remain remove rename render reopen repeat replace reply report \
    represent reproduce request require requeue reserve reset resolve respect respond restart restore restrict result \
    resume retain retry return reuse reveal reverse revert revoke rewrite roll rotate round route run sanitize satisfy \
    save scale scan schedule scope select send separate serialize serve set shut sign signal skip sleep sort spawn \
    specify split stall start state stay stop store stream strip submit substitute subtract succeed suffix suggest \
    supply support suppress surface suspend swap synchronize take target tell terminate test throttle throw \
    tolerate track transform transition translate transmit treat trigger trim truncate try turn unblock undergo \
    unlock update upgrade uppercase use validate vary verify wait wake want warn wrap write yield";

/// The words in a table with free places, found by a hash of their letters: a look-up must cost less than
/// finding the word did. The table is small enough for the processor's cache, which is why it keeps the hash
/// and not the word: of 64 bits no two words of a language share one.
struct Lexicon {
    slots: Vec<(u64, Class)>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let mut lexicon = Lexicon { slots: vec![(0, Class::NONE); N_SLOTS] };
    for &(class, list) in WORDS {
        list.split_whitespace().for_each(|word| lexicon.add(word, class));
    }
    for verb in VERBS.split_whitespace() {
        lexicon.add(verb, Class::VERB);
        lexicon.add(&third_person(verb), Class::VERB_S);
    }
    lexicon
});

/// A power of two, and about twice the number of words.
const N_SLOTS: usize = 2048;

impl Lexicon {
    fn add(&mut self, word: &str, class: Class) {
        let Some(key) = key(word.as_bytes(), 0..word.len()) else { return };
        let hash = hash(key);
        let slot = self.slot(hash);
        self.slots[slot] = (hash, self.slots[slot].1 | class);
    }

    fn class_of(&self, key: u128) -> Class {
        self.slots[self.slot(hash(key))].1
    }

    /// Where a hash is, or the free place where it would be.
    fn slot(&self, hash: u64) -> usize {
        let mut slot = usize::try_from(hash >> 40).unwrap_or(0) % N_SLOTS;
        while self.slots[slot].0 != hash && self.slots[slot].0 != 0 {
            slot = (slot + 1) % N_SLOTS;
        }
        slot
    }
}

fn hash(key: u128) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    #[expect(clippy::cast_possible_truncation, reason = "both halves are hashed")]
    let (low, high) = (key as u64, (key >> 64) as u64);
    let mixed = low.wrapping_mul(FACTOR) ^ high.rotate_left(32);
    (mixed ^ (mixed >> 29)).wrapping_mul(FACTOR) | 1
}

/// A word's bytes in one number, in lower case; `None` for words that are too long.
fn key(text: &[u8], word: Range<usize>) -> Option<u128> {
    let len = word.end - word.start;
    if len == 0 || len > MAX_LEN {
        return None;
    }
    let mask = u128::MAX >> (8 * (MAX_LEN - len));
    let whole =
        text.get(word.start..word.start + MAX_LEN).and_then(|bytes| <[u8; MAX_LEN]>::try_from(bytes).ok());
    let bytes = whole.unwrap_or_else(|| {
        // Near the end of the text there are not enough bytes behind the word.
        let mut bytes = [0; MAX_LEN];
        bytes[..len].copy_from_slice(&text[word]);
        bytes
    });
    // The bit that tells small letters from capitals; digits and hyphens have it anyway.
    Some((u128::from_le_bytes(bytes) | u128::from_le_bytes([0x20; MAX_LEN])) & mask)
}

fn third_person(verb: &str) -> String {
    const VOWELS: [char; 5] = ['a', 'e', 'i', 'o', 'u'];
    match verb.strip_suffix('y') {
        Some(stem) if !stem.ends_with(VOWELS) => format!("{stem}ies"),
        _ if verb.ends_with(['s', 'x', 'z', 'o']) || verb.ends_with("sh") || verb.ends_with("ch") => {
            format!("{verb}es")
        }
        _ => format!("{verb}s"),
    }
}

/// What a word of a text is, whatever its case.
pub(crate) fn class_of(text: &str, word: Range<usize>) -> Class {
    let bytes = &text.as_bytes()[word.clone()];
    let Some(key) = key(text.as_bytes(), word) else { return Class::NONE };
    let mut class = LEXICON.class_of(key);
    if bytes.len() > 4 && (bytes.ends_with(b"ed") || bytes.ends_with(b"wn")) {
        class = class | Class::PARTICIPLE;
    }
    if bytes.len() > 1
        && bytes[0].is_ascii_uppercase()
        && bytes.iter().all(|b| b.is_ascii_uppercase() || *b == b'-')
    {
        class = class | Class::UPPER;
    }
    class
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class_of(word: &str) -> Class {
        super::class_of(word, 0..word.len())
    }

    #[test]
    fn words_have_their_classes_whatever_their_case() {
        assert!(class_of("Must").is(Class::MODAL));
        assert!(class_of("retries").is(Class::VERB_S));
        assert!(class_of("dispatches").is(Class::VERB_S));
        assert!(class_of("Cancel").is(Class::VERB));
        assert!(class_of("cancelled").is(Class::PARTICIPLE));
        assert!(class_of("MUST").is(Class::UPPER));
        for nothing in ["", "zebra", "é", "99", "a-very-long-word-that-nobody-has"] {
            assert_eq!(class_of(nothing), Class::NONE, "{nothing}");
        }
    }
}
