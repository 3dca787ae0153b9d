//! Which ICD-10-CM codes held when: order files, tabular lists and lists of valid codes joined by the day from which they hold.

use super::{
    codes::{Published, expand},
    timeline::Timeline,
};
use crate::source::{
    icd_order::OrderLine,
    icd10cm_tabular::{Node, Parent, Tabular},
    release::Calendar,
};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use superbill_core::{code::CodeKey, date::Date};

/// ICD-10-CM as its releases publish it.
#[derive(Default)]
pub(crate) struct Icd10cm {
    pub orders: BTreeMap<Date, Vec<OrderLine>>,
    /// With the file it came from.
    pub tabulars: BTreeMap<Date, (String, Tabular)>,
    /// Lists of valid codes.
    pub lists: BTreeMap<Date, HashSet<CodeKey>>,
}

/// Letters without their accents: order files are plain ASCII where the tabular list is not.
fn plain(text: &str) -> String {
    let fold = |c: char| match c {
        'à'..='å' => 'a',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'i',
        'ò'..='ö' | 'ø' => 'o',
        'ù'..='ü' => 'u',
        'ç' => 'c',
        'ñ' => 'n',
        'È'..='Ë' => 'E',
        other => other,
    };
    text.chars().map(fold).collect()
}

impl Icd10cm {
    /// The codes that can be billed by the release of a tabular list: its own list, else the newest order file of its fiscal year, with what the
    /// tabular list has anew since. None where neither is known: seventh characters cannot be told from the tabular list alone.
    pub(crate) fn valid(&self, effective: Date) -> Option<HashSet<CodeKey>> {
        if let Some(list) = self.lists.get(&effective) {
            return Some(list.clone());
        }
        let Some((date, order)) = self.orders.range(..=effective).next_back() else { return self.valid_before(effective) };
        if Calendar::FiscalYear.end(*date) != Calendar::FiscalYear.end(effective) {
            return None;
        }
        let mut valid: HashSet<CodeKey> = order.iter().filter(|l| l.billable).map(|l| l.code).collect();
        if *date != effective {
            let known: HashSet<CodeKey> = order.iter().map(|l| l.code).collect();
            let (_, tabular) = self.tabulars.get(&effective)?;
            // A seventh character of a code that the order file has under other characters only does not exist.
            let anew = expand(tabular).into_iter().filter(|(_, node, ..)| !known.contains(&tabular.nodes[*node].key));
            valid.extend(anew.map(|e| e.0));
        }
        Some(valid)
    }

    /// The codes of a tabular list that is older than every list of codes: where the oldest list knows a code, its seventh characters are those it had, and
    /// of any other code those that the tabular list gives.
    fn valid_before(&self, effective: Date) -> Option<HashSet<CodeKey>> {
        let (_, tabular) = self.tabulars.get(&effective)?;
        let of_order = self.orders.iter().next().map(|(day, order)| (*day, order.iter().filter(|l| l.billable).map(|l| l.code).collect()));
        let of_list = self.lists.iter().next().map(|(day, list)| (*day, list.iter().copied().collect()));
        let (day, known): (Date, BTreeSet<CodeKey>) = of_order.into_iter().chain(of_list).min_by_key(|l| l.0)?;
        if day <= effective {
            return None;
        }
        let expanded = expand(tabular);
        // A code that was divided since (T81.4, V29.9) is as unknown to the list as one that was deleted, though it may name it as a header.
        let divided = |key: CodeKey| known.range(key..key.end()).any(|k| *k != key);
        let tells = |key: CodeKey, extended: bool| known.contains(&key) && (extended || !divided(key));
        let told: HashSet<usize> = expanded.iter().filter(|e| tells(e.0, e.2.is_some())).map(|e| e.1).collect();
        let mut valid: Vec<CodeKey> =
            expanded.iter().filter(|e| e.2.is_none() || known.contains(&e.0) || !told.contains(&e.1)).map(|e| e.0).collect();
        valid.sort_unstable();
        // What has anything below it is a header.
        let leaf = |pair: &[CodeKey]| pair.get(1).is_none_or(|next| *next >= pair[0].end());
        Some((0..valid.len()).filter(|&at| leaf(&valid[at..])).map(|at| valid[at]).collect())
    }

    /// What held of each code when.
    pub(crate) fn timeline(&self) -> Timeline<CodeKey, Published> {
        let mut timeline = Timeline::default();
        let mut previous: HashMap<CodeKey, Published> = HashMap::new();
        let days: BTreeSet<Date> = self.orders.keys().chain(self.tabulars.keys()).copied().collect();
        let named: HashSet<CodeKey> = self.newest_tabular().map(|t| expand(&t.2).into_iter().map(|e| e.0).collect()).unwrap_or_default();
        for day in days {
            let stated: HashMap<CodeKey, Published> = if let Some(order) = self.orders.get(&day) {
                let published = |l: &OrderLine| Published { billable: l.billable, title: l.long.clone(), short: l.short.clone() };
                order.iter().map(|l| (l.code, published(l))).collect()
            } else if let (Some(valid), Some((_, tabular))) = (self.valid(day), self.tabulars.get(&day)) {
                of_tabular(tabular, &valid, &previous, &named)
            } else {
                continue;
            };
            timeline.release(day);
            for (key, published) in &stated {
                timeline.state(day, *key, published.clone());
            }
            previous = stated;
        }
        timeline
    }

    /// The newest tabular list with its day and file; where there is none, the newest order file as one, without notes.
    pub(crate) fn newest_tabular(&self) -> Option<(Date, String, Tabular)> {
        let listed = self.tabulars.iter().rev().find(|(day, _)| self.valid(**day).is_some());
        listed.map(|(&day, (file, tabular))| (day, file.clone(), tabular.clone())).or_else(|| {
            let (&day, order) = self.orders.iter().next_back()?;
            Some((day, "order file".into(), of_order(order)))
        })
    }
}

/// A release known from its tabular list, whose words for codes that were there before are those of the release before; `named` are the codes that the
/// newest tabular list names, whose words are not repeated.
fn of_tabular(
    tabular: &Tabular,
    valid: &HashSet<CodeKey>,
    previous: &HashMap<CodeKey, Published>,
    named: &HashSet<CodeKey>,
) -> HashMap<CodeKey, Published> {
    let mut stated = HashMap::new();
    for (key, node, extension, _) in expand(tabular) {
        if extension.is_some() && !valid.contains(&key) {
            continue;
        }
        let own = &tabular.nodes[node].title;
        let known = previous.get(&key);
        let revised = |p: &&Published| extension.is_none() && !p.title.is_empty() && plain(own) != p.title;
        let (title, short) = match known.filter(|p| !revised(p)) {
            Some(before) => (before.title.clone(), before.short.clone()),
            None if known.is_some() => (plain(own), String::new()),
            None if named.contains(&key) => (String::new(), String::new()),
            None => (extension.as_ref().map_or_else(|| plain(own), |e| plain(&format!("{own}, {e}"))), String::new()),
        };
        stated.insert(key, Published { billable: valid.contains(&key), title, short });
    }
    let mut keys: Vec<CodeKey> = stated.keys().copied().collect();
    keys.sort_unstable();
    for above in keys.windows(2).filter(|w| w[1] < w[0].end()).map(|w| w[0]) {
        if let Some(header) = stated.get_mut(&above) {
            header.billable = false;
        }
    }
    stated
}

/// An order file as a tabular list without notes: each code under the nearest one that its characters begin with.
fn of_order(order: &[OrderLine]) -> Tabular {
    let mut tabular = Tabular::default();
    let mut open: Vec<usize> = Vec::new();
    let mut lines: Vec<&OrderLine> = order.iter().collect();
    lines.sort_by_key(|l| l.code);
    for line in lines {
        while open.last().is_some_and(|&above| tabular.nodes[above].key.end() <= line.code) {
            open.pop();
        }
        let parent = open.last().map_or(Parent::None, |&above| Parent::Node(above));
        let (inclusion_terms, notes, sevenths) = Default::default();
        open.push(tabular.nodes.len());
        tabular.nodes.push(Node { key: line.code, title: line.long.clone(), parent, inclusion_terms, notes, sevenths });
    }
    tabular
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(code: &str) -> CodeKey {
        CodeKey::parse(code).unwrap()
    }

    fn line(code: &str, billable: bool, title: &str) -> OrderLine {
        OrderLine { code: key(code), billable, short: title.into(), long: title.into() }
    }

    fn node(code: &str, title: &str, parent: Parent, sevenths: Vec<(u8, String)>) -> Node {
        Node { key: key(code), title: title.into(), parent, inclusion_terms: Vec::new(), notes: Vec::new(), sevenths }
    }

    #[test]
    fn an_april_list_adds_to_the_order_file_of_its_year() {
        let october = Date(2025_10_01);
        let april = Date(2026_04_01);
        let mut cm = Icd10cm::default();
        cm.orders.insert(
            october,
            vec![
                line("A00", false, "group"),
                line("A000", true, "one"),
                line("S00", false, "head"),
                line("S00XXXA", true, "head, initial"),
            ],
        );
        let sevenths = vec![(b'A', "initial".to_owned()), (b'S', "sequela".to_owned())];
        let nodes = vec![
            node("A00", "group", Parent::None, Vec::new()),
            node("A000", "one", Parent::Node(0), Vec::new()),
            node("A001", "new", Parent::Node(0), Vec::new()),
            node("S00", "head", Parent::None, sevenths),
        ];
        cm.tabulars.insert(april, ("x".into(), Tabular { version: "2026".into(), blocks: Vec::new(), nodes }));
        let valid = cm.valid(april).unwrap();
        assert!(valid.contains(&key("A001")) && valid.contains(&key("S00XXXA")));
        assert!(!valid.contains(&key("S00XXXS")), "the order file knows S00 without this seventh character");
        let held = cm.timeline().held();
        let of = |code: &str| held[&key(code)].iter().map(|h| (h.from, h.fact.billable)).collect::<Vec<_>>();
        assert_eq!(of("A000"), [(0, true)]);
        assert_eq!(of("A001"), [(2026_04_01, true)]);
        assert_eq!(of("S00XXXA"), [(0, true)]);
        // A list of another year says nothing of this one.
        assert!(cm.valid(Date(2026_10_01)).is_none());
    }

    #[test]
    fn a_tabular_list_before_every_list_of_codes() {
        let (then, october) = (Date(2016_10_01), Date(2025_10_01));
        let mut cm = Icd10cm::default();
        cm.orders.insert(
            october,
            vec![
                line("S00", false, "head"),
                line("S00XXXA", true, "head, initial"),
                line("T148XXA", true, "other"),
                line("T814", true, "infection, which a list names as well"),
                line("T8140XA", true, "infection, unspecified, initial"),
            ],
        );
        let sevenths = vec![(b'A', "initial".to_owned()), (b'S', "sequela".to_owned())];
        let nodes = vec![
            node("S00", "head", Parent::None, sevenths.clone()),
            node("S01", "wound", Parent::None, sevenths.clone()),
            node("T14", "group", Parent::None, Vec::new()),
            node("T148", "other", Parent::Node(2), Vec::new()),
            node("T81", "complications", Parent::None, sevenths),
            node("T814", "infection", Parent::Node(4), Vec::new()),
        ];
        cm.tabulars.insert(then, ("x".into(), Tabular { version: "2017".into(), blocks: Vec::new(), nodes }));
        let mut valid: Vec<String> = cm.valid(then).unwrap().iter().map(ToString::to_string).collect();
        valid.sort();
        assert_eq!(valid, ["S00XXXA", "S01XXXA", "S01XXXS", "T148", "T814XXA", "T814XXS"]);
        let nodes = vec![node("T81", "complications", Parent::None, Vec::new()), node("T814", "infection", Parent::Node(0), Vec::new())];
        cm.tabulars.insert(october, ("y".into(), Tabular { version: "2026".into(), blocks: Vec::new(), nodes }));
        let held = cm.timeline().held();
        assert_eq!(held[&key("T148")].iter().map(|h| h.fact.billable).collect::<Vec<_>>(), [true]);
        assert_eq!(held[&key("T814XXA")].iter().map(|h| h.fact.title.as_str()).collect::<Vec<_>>(), ["infection, initial"]);
        assert!(Icd10cm { tabulars: cm.tabulars, ..Icd10cm::default() }.valid(then).is_none());
    }
}
