//! The tables of ICD-10-PCS, as CMS publishes them in XML: the product of the values of each row is the codes that exist.

use super::{
    Feed, Rejects, UNDATED,
    release::Calendar,
    xml::{Step, Walk, attribute},
};
use crate::CompileError;
use superbill_core::knowledge::pcs::{PcsAxis, PcsTable};

pub(crate) const FEED: Feed = Feed {
    name: "icd10pcs_tables",
    system: None,
    calendar: Calendar::FiscalYear,
    recognises: |head| head.text.contains("<ICD10PCS.tabular"),
    dated: UNDATED,
    take: |file, gathered, rejects| {
        let tables = read(file.name, file.text()?, rejects)?;
        let count: usize = tables.iter().map(|t| t.rows.len()).sum();
        if gathered.pcs.add_tables(file.effective, tables) {
            rejects.add(file.name, 0, "another file of the same release differs: one of the two was taken");
        }
        Ok(count.into())
    },
};

/// What is being read.
#[derive(Default)]
struct Reader {
    tables: Vec<PcsTable>,
    table: PcsTable,
    row: [PcsAxis; 4],
    in_row: bool,
    /// Of the row, as the file counts them.
    codes: String,
    axis: PcsAxis,
    position: usize,
    values: String,
    character: u8,
}

impl Reader {
    /// How messages name the table.
    fn name(&self) -> String {
        let prefix = self.table.axes.iter().filter_map(|a| a.values.first()).map(|v| char::from(v.0));
        format!("table {}", prefix.collect::<String>())
    }

    fn open(&mut self, name: &str, attributes: &[(String, String)]) -> Result<(), String> {
        match name {
            "pcsTable" => self.table = PcsTable::default(),
            "pcsRow" => {
                (self.row, self.in_row) = (<[PcsAxis; 4]>::default(), true);
                attribute(attributes, "codes").clone_into(&mut self.codes);
            }
            "axis" => {
                self.axis = PcsAxis::default();
                self.position = attribute(attributes, "pos").parse().unwrap_or_default();
                attribute(attributes, "values").clone_into(&mut self.values);
                let expected = if self.in_row { 4..=7 } else { 1..=3 };
                if !expected.contains(&self.position) {
                    return Err(format!("{}: axis {} at this place", self.name(), attribute(attributes, "pos")));
                }
            }
            "label" => {
                let [character] = attribute(attributes, "code").as_bytes() else {
                    self.character = 0;
                    return Err(format!("{}: a label without its character", self.name()));
                };
                self.character = *character;
            }
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, name: &str, text: String) -> Result<(), String> {
        match name {
            "title" if self.position > 0 => self.axis.title = text,
            "label" if self.character > 0 => self.axis.values.push((self.character, text)),
            "definition" if !self.in_row => self.table.definition = text,
            "axis" => {
                let (axis, position) = (std::mem::take(&mut self.axis), std::mem::take(&mut self.position));
                let problem = (!axis.is_well_formed()).then(|| "a character twice or one that is not in use".to_owned());
                let counted = axis.values.len().to_string();
                let problem = problem.or_else(|| (counted != self.values).then(|| format!("{counted} values, {} announced", self.values)));
                let problem = problem.map(|p| format!("{}: axis {position}: {p}", self.name()));
                let place = if self.in_row {
                    self.row.get_mut(position.wrapping_sub(4))
                } else {
                    self.table.axes.get_mut(position.wrapping_sub(1))
                };
                if let Some(place) = place {
                    *place = axis;
                }
                return problem.map_or(Ok(()), Err);
            }
            "pcsRow" => {
                self.in_row = false;
                let row = std::mem::take(&mut self.row);
                // At most 34 values an axis, since a character stands once.
                let codes = row.iter().map(|a| a.values.len() as u64).fold(1_u64, u64::saturating_mul);
                let number = self.table.rows.len() + 1;
                if codes.to_string() != self.codes || codes == 0 || !row.iter().all(PcsAxis::is_well_formed) {
                    return Err(format!("{} row {number}: {codes} codes, {} announced: left out", self.name(), self.codes));
                }
                self.table.rows.push(row);
            }
            "pcsTable" => {
                let table = std::mem::take(&mut self.table);
                if table.prefix().is_none() || !table.axes.iter().all(PcsAxis::is_well_formed) {
                    self.table = table;
                    return Err(format!("{}: its first three axes do not name it: left out", self.name()));
                }
                self.tables.push(table);
            }
            _ => {}
        }
        Ok(())
    }
}

/// Reads the tables. A row whose codes are not as many as it says is left out and named.
pub fn read(file: &str, text: &str, rejects: &mut Rejects) -> Result<Vec<PcsTable>, CompileError> {
    let mut walk = Walk::new(file, text, "ICD10PCS.tabular");
    let mut reader = Reader::default();
    while let Some(step) = walk.next()? {
        let done = match step {
            Step::Open { name, attributes } => reader.open(&name, &attributes),
            Step::Close { name, text } => reader.close(&name, text),
        };
        if let Err(problem) = done {
            rejects.add(file, walk.line(), problem);
        }
    }
    let mut tables = reader.tables;
    tables.sort_by_key(PcsTable::prefix);
    for pair in tables.windows(2).filter(|w| w[0].prefix() == w[1].prefix()) {
        let prefix: String = pair[0].prefix().unwrap_or_default().into_iter().map(char::from).collect();
        rejects.add(file, 0, format!("table {prefix} stands twice"));
    }
    tables.dedup_by_key(|t| t.prefix());
    if tables.is_empty() { Err(CompileError::new(file, "has no <pcsTable>: not the tables of ICD-10-PCS")) } else { Ok(tables) }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) const SMALL: &str = r#"<ICD10PCS.tabular><version>2026</version><title>Tables</title><pcsTable>
        <axis pos="1" values="1"><title>Section</title><label code="0">Hands on</label></axis>
        <axis pos="2" values="1"><title>Body System</title><label code="Q">Ears &amp; more</label></axis>
        <axis pos="3" values="1"><title>Operation</title><label code="Z">Mending</label><definition>Making whole</definition></axis>
        <pcsRow codes="6"><axis pos="4" values="3"><title>Body Part</title><label code="9">Ear</label><label code="B">Lobe</label>
        <label code="A">Drum</label></axis>
        <axis pos="5" values="1"><title>Approach</title><label code="X">External</label></axis>
        <axis pos="6" values="2"><title>Device</title><label code="Z">No Device</label><label code="1">Thread</label></axis>
        <axis pos="7" values="1"><title>Qualifier</title><label code="Z">No Qualifier</label></axis></pcsRow>
        </pcsTable></ICD10PCS.tabular>"#;

    #[test]
    fn rows_are_read_with_their_values() {
        let mut rejects = Rejects::default();
        let tables = read("x", SMALL, &mut rejects).unwrap();
        assert_eq!((rejects.count, tables.len(), tables[0].rows.len()), (0, 1, 1));
        assert_eq!((tables[0].prefix(), tables[0].definition.as_str()), (Some(*b"0QZ"), "Making whole"));
        assert_eq!(tables[0].axes[1].values, [(b'Q', "Ears & more".to_owned())]);
        assert_eq!(tables[0].rows[0][0].values[1], (b'B', "Lobe".to_owned()));
    }

    #[test]
    fn counts_that_do_not_agree_are_named_and_the_row_left_out() {
        for (from, to, problem, rows) in [
            ("codes=\"6\"", "codes=\"7\"", "table 0QZ row 1: 6 codes, 7 announced", 0),
            ("values=\"3\"", "values=\"4\"", "table 0QZ: axis 4: 3 values, 4 announced", 1),
            ("code=\"B\"", "code=\"9\"", "a character twice", 0),
            ("code=\"B\"", "code=\"I\"", "not in use", 0),
            ("pos=\"7\"", "pos=\"8\"", "axis 8 at this place", 0),
            ("code=\"X\"", "code=\"XX\"", "without its character", 0),
        ] {
            let mut rejects = Rejects::default();
            let tables = read("x", &SMALL.replace(from, to), &mut rejects).unwrap();
            let problems: Vec<&str> = rejects.kept.iter().map(|r| r.problem.as_str()).collect();
            assert_eq!(tables[0].rows.len(), rows, "{to}");
            assert!(problems.iter().any(|p| p.contains(problem)), "{problems:?}");
        }
    }

    #[test]
    fn every_truncation_is_an_error() {
        for end in 0..SMALL.len() {
            assert!(read("x", &SMALL[..end], &mut Rejects::default()).is_err(), "cut at {end}");
        }
    }
}
