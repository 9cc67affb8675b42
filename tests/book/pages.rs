//! The pages, and how they hang together.

use std::{collections::BTreeSet, fs, path::Path};

/// A page of the book.
#[derive(Debug)]
pub(crate) struct Page {
    /// Its name in `docs/src`.
    pub(crate) name: String,
    pub(crate) text: String,
}

/// A block of code on a page.
#[derive(Debug)]
pub(crate) struct Block<'a> {
    pub(crate) language: &'a str,
    pub(crate) text: String,
    /// The line of the page on which it begins.
    pub(crate) line: usize,
}

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All pages, the summary among them.
pub(crate) fn pages() -> Vec<Page> {
    let directory = fs::read_dir(root().join("docs/src")).unwrap();
    let pages = directory.map(|entry| {
        let path = entry.unwrap().path();
        Page {
            name: path.file_name().unwrap().to_str().unwrap().to_owned(),
            text: fs::read_to_string(path).unwrap(),
        }
    });
    let mut pages: Vec<_> = pages.collect();
    pages.sort_by(|one, other| one.name.cmp(&other.name));
    pages
}

impl Page {
    pub(crate) fn blocks(&self) -> Vec<Block<'_>> {
        let mut blocks = Vec::new();
        let mut open: Option<Block<'_>> = None;
        for (number, line) in self.text.lines().enumerate() {
            match (line.trim_start().strip_prefix("```"), &mut open) {
                (Some(language), None) => {
                    open = Some(Block {
                        language,
                        text: String::new(),
                        line: number + 1,
                    });
                }
                (Some(_), Some(_)) => blocks.extend(open.take()),
                (None, Some(block)) => block.text += &[line, "\n"].concat(),
                (None, None) => {}
            }
        }
        assert!(open.is_none(), "{}: a block does not end", self.name);
        blocks
    }

    /// The page without its blocks of code.
    fn prose(&self) -> String {
        self.text.split("```").step_by(2).collect()
    }

    /// Where its links lead.
    fn links(&self) -> Vec<String> {
        let prose = self.prose();
        let targets = prose.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
        targets.map(|(target, _)| target.to_owned()).collect()
    }

    /// The names by which its headings can be linked to.
    fn anchors(&self) -> BTreeSet<String> {
        let prose = self.prose();
        let headings = prose.lines().filter_map(|line| line.strip_prefix('#'));
        headings
            .map(|heading| anchor(heading.trim_start_matches('#')))
            .collect()
    }
}

/// As GitHub and mdBook make it: lower case, words joined by `-`, and nothing but letters and digits in them.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().chars().filter_map(|c| match c {
        ' ' => Some('-'),
        '-' | '_' => Some(c),
        c => c.is_alphanumeric().then(|| c.to_ascii_lowercase()),
    });
    kept.collect()
}

#[test]
fn every_link_leads_somewhere() {
    let pages = pages();
    for page in &pages {
        for link in page.links() {
            if link.contains("://") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = if file.is_empty() { &page.name } else { file };
            let linked = pages.iter().find(|page| page.name == target);
            let linked = linked.unwrap_or_else(|| panic!("{}: {link} is no page of the book", page.name));
            let anchors = linked.anchors();
            let there = anchor.is_empty() || anchors.contains(anchor);
            assert!(there, "{}: {link}: there are {anchors:?}", page.name);
        }
    }
}

#[test]
fn the_summary_lists_each_page_once() {
    let pages = pages();
    let summary = pages.iter().find(|page| page.name == "SUMMARY.md").unwrap();
    let mut listed = summary.links();
    listed.sort();
    let there = pages
        .iter()
        .map(|page| page.name.clone())
        .filter(|name| name != "SUMMARY.md");
    assert_eq!(listed, there.collect::<Vec<_>>());
}

#[test]
fn the_readme_and_its_neighbours_lead_somewhere() {
    for name in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"] {
        let text = fs::read_to_string(root().join(name)).unwrap();
        for link in (Page {
            name: name.to_owned(),
            text,
        })
        .links()
        {
            let file = link.split('#').next().unwrap_or_default();
            assert!(
                link.contains("://") || root().join(file).exists(),
                "{name}: {link} leads nowhere"
            );
        }
    }
}
