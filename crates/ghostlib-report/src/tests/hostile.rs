//! Reports of a run in which every text is an attack on the page.

use super::{data, html, markup, sample};
use crate::markdown;
use ghostlib_model::RunSummary;
use pulldown_cmark::{Event, Options, Parser};
use serde_json::Value;

const HOSTILE: &str = "x</script><script>alert(1)</script>|`a|b` ``` \"'><img src=http://evil.example/ onerror=y>\
                       [z](http://evil.example) ![z](//evil.example) {{title}} {{{data}}} &lt; <!-- \u{2028}\u{202e}\n\
                       - y\n# y\n```\n|---|\n</pre></details>";
/// As many lines, as long, each of which begins alike.
const HARMLESS: &str = "x a text that goes on for as long as the other one does, since what is too long for one line is shown in two \
                        places, and says nothing, and says it in so many words that it takes up a whole line\n- y\nz y\nyyy\nyyyyy\ny";

/// The sample with every text, whatever its field, replaced by `text`.
fn sample_full_of(text: &str) -> RunSummary {
    let mut whole = serde_json::to_value(sample::run()).unwrap();
    let mut pointers = Vec::new();
    collect_strings(&whole, String::new(), &mut pointers);
    let mut n_replaced = 0;
    for pointer in pointers {
        let leaf = whole.pointer_mut(&pointer).unwrap();
        let before = std::mem::replace(leaf, Value::String(text.into()));
        // What cannot be replaced is the name of a variant.
        if serde_json::from_value::<RunSummary>(whole.clone()).is_ok() {
            n_replaced += 1;
        } else {
            *whole.pointer_mut(&pointer).unwrap() = before;
        }
    }
    assert!(n_replaced > 100, "{n_replaced}");
    serde_json::from_value(whole).unwrap()
}

fn collect_strings(value: &Value, pointer: String, found: &mut Vec<String>) {
    match value {
        Value::String(_) => found.push(pointer),
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                collect_strings(item, format!("{pointer}/{i}"), found);
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                collect_strings(member, format!("{pointer}/{key}"), found);
            }
        }
        _ => {}
    }
}

/// The page of a run that is full of `text`, as is what lies beside it.
fn page_full_of(text: &str) -> String {
    let run = sample_full_of(text);
    crate::html(&run, &sample::beside(&run, &|_| text.to_owned()))
}

/// Every tag of a page, with its attributes, in order, but for those that colour code.
fn tags(page: &str) -> Vec<&str> {
    let tags = page.split('<').skip(1).map(|rest| rest.split_inclusive('>').next().unwrap_or(rest));
    let is_colour = |tag: &&str| {
        ["/span>", "mark>", "/mark>"].contains(tag) || (tag.starts_with("span class=\"") && tag.len() == 15)
    };
    tags.filter(|tag| !is_colour(tag)).collect()
}

#[test]
fn no_text_changes_the_elements_of_the_page() {
    let (hostile, harmless) = (markup(&page_full_of(HOSTILE)), markup(&page_full_of(HARMLESS)));
    let (of_hostile, of_harmless) = (tags(&hostile), tags(&harmless));
    for (hostile, harmless) in of_hostile.iter().zip(&of_harmless) {
        assert_eq!(hostile, harmless);
    }
    assert_eq!(of_hostile.len(), of_harmless.len());
    assert_eq!(hostile.matches("<script").count(), 2);
    assert_eq!(hostile.matches("<noscript").count(), 1);
    for element in ["span", "mark"] {
        let n = |begin: &str| hostile.matches(&format!("{begin}{element}")).count();
        assert_eq!(n("<"), n("</"), "{element}");
    }
    assert!(hostile.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
}

#[test]
fn no_text_changes_the_blocks_of_the_markdown() {
    let blocks = |text: &str| -> Vec<String> {
        let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
        let block = |event: Event<'_>| match event {
            Event::Html(html) | Event::InlineHtml(html) => panic!("{html} is HTML"),
            Event::Start(tag @ (pulldown_cmark::Tag::Link { .. } | pulldown_cmark::Tag::Image { .. })) => {
                panic!("{tag:?}")
            }
            Event::Start(tag) => Some(format!("{tag:?}")),
            Event::End(tag) => Some(format!("end {tag:?}")),
            _ => None,
        };
        Parser::new_ext(text, options).filter_map(block).collect()
    };
    let (hostile, harmless) = (markdown(&sample_full_of(HOSTILE)), markdown(&sample_full_of(HARMLESS)));
    assert_eq!(blocks(&hostile), blocks(&harmless), "{hostile}");
}

#[test]
fn the_page_asks_for_nothing() {
    for page in [html(&sample::run()), page_full_of(HOSTILE), html(&RunSummary::default())] {
        for tag in tags(&markup(&page)) {
            for attribute in [" src=", " srcset=", " action=", " on", " style=", " xlink:"] {
                assert!(!tag.contains(attribute), "{tag}");
            }
            if let Some((_, target)) = tag.split_once(" href=\"") {
                assert!(target.starts_with('#') || target.starts_with("data:,\""), "{tag}");
            }
        }
        let style = &page[page.find("<style>").unwrap()..page.find("</style>").unwrap()];
        assert!(!style.contains("url(") && !style.contains("@import"));
        assert!(page.contains("default-src 'none'") && !page.contains("'unsafe"));
    }
}

#[test]
fn the_data_reads_back_as_the_run() {
    for run in [sample::run(), sample_full_of(HOSTILE)] {
        assert_eq!(serde_json::from_str::<RunSummary>(&data(&html(&run))).unwrap(), run);
    }
}
