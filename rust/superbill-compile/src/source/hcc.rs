//! CMS-HCC risk adjustment: which ICD-10-CM codes count for which condition category of which model, and which categories are above which.

use super::{Feed, Opened, Rejects, Taken, UNDATED, number, release::Calendar, table::Table};
use crate::{CompileError, gather::Gathered};
use superbill_core::{
    code::{CodeKey, System},
    knowledge::attributes::Kind,
};

/// Mappings of several models, by name.
pub(crate) const MAPPINGS: Feed = Feed {
    name: "hcc_mapping",
    system: None,
    calendar: Calendar::CalendarYear,
    recognises: |head| head.has_columns(&["diagnosis_code", "cc", "model_name"]),
    dated: UNDATED,
    take: |file, gathered, rejects| {
        let rows = read(file.name, &*file.table()?, rejects)?;
        take(file, MAPPINGS.name, &rows, gathered);
        Ok(rows.len().into())
    },
};

/// The mapping of one model as its software carries it: `F2824T1N.TXT` is of model V28.
pub(crate) const FORMAT: Feed = Feed {
    name: "hcc_format",
    recognises: |head| {
        let lines: Vec<&str> = head.text.lines().take(20).collect();
        !lines.is_empty() && model(head.name).is_some() && lines.iter().all(|l| format_row(l).is_some())
    },
    take: |file, gathered, rejects| {
        let model =
            model(file.name).ok_or_else(|| CompileError::new(file.name, "its name does not say its model: expected F28..., F24..."))?;
        let rows = read_format(file.name, file.text()?, &model, rejects)?;
        take(file, FORMAT.name, &rows, gathered);
        Ok(rows.len().into())
    },
    ..MAPPINGS
};

/// Categories that drop others where both are present.
pub(crate) const HIERARCHIES: Feed = Feed {
    name: "hcc_hierarchies",
    recognises: |head| head.has_columns(&["cc_parent", "cc_child", "model_version"]),
    take: |file, gathered, rejects| {
        let rows = read_hierarchies(file.name, &*file.table()?, rejects)?;
        let count = rows.len();
        gathered.hierarchies.extend(rows.into_iter().map(|(model, above, below)| (model, file.effective.0, above, below)));
        Ok(count.into())
    },
    ..MAPPINGS
};

/// Titles of the categories.
pub(crate) const LABELS: Feed = Feed {
    name: "hcc_labels",
    recognises: |head| head.has_columns(&["cc", "label", "model_domain", "model_version"]),
    take: take_labels,
    ..MAPPINGS
};

/// A code, its category and model.
pub type Mapping = (CodeKey, u32, String);

/// The model of a file of the software, F28.. or F24..: its first two digits.
fn model(name: &str) -> Option<String> {
    let version = name.to_uppercase().strip_prefix('F')?.get(..2)?.to_owned();
    version.bytes().all(|b| b.is_ascii_digit()).then(|| format!("CMS-HCC Model V{version}"))
}

fn format_row(line: &str) -> Option<(CodeKey, u32)> {
    let mut cells = line.split_whitespace();
    let (code, category) = (cells.next()?, cells.next()?.parse().ok()?);
    // Some variants have a third column, M or D, which decides nothing here.
    cells.all(|c| matches!(c, "M" | "D")).then_some(())?;
    System::Icd10cm.parse(code).ok().map(|key| (key, category))
}

pub fn read_format(file: &str, text: &str, model: &str, rejects: &mut Rejects) -> Result<Vec<Mapping>, CompileError> {
    let mut rows = Vec::new();
    for (at, line) in (1_u64..).zip(text.lines()).filter(|l| !l.1.trim().is_empty()) {
        match format_row(line) {
            Some((key, category)) => rows.push((key, category, model.to_owned())),
            None => rejects.add(file, at, "not a code and a category"),
        }
    }
    if rows.is_empty() { Err(CompileError::new(file, "has no mapping")) } else { Ok(rows) }
}

pub fn read(file: &str, table: &Table, rejects: &mut Rejects) -> Result<Vec<Mapping>, CompileError> {
    let columns = table.columns(file, &["diagnosis_code", "cc", "model_name"])?;
    let mut rows = Vec::new();
    for row in columns.rows() {
        let key = System::Icd10cm.parse(columns.cell(row, "diagnosis_code")).map_err(|e| e.to_string());
        match key.and_then(|key| Ok((key, number(columns.cell(row, "cc"))?))) {
            Ok((key, category)) => rows.push((key, category, columns.cell(row, "model_name").to_owned())),
            Err(problem) => rejects.add(file, row.line, problem),
        }
    }
    if rows.is_empty() { Err(CompileError::new(file, "has no mapping")) } else { Ok(rows) }
}

fn take(file: &Opened<'_>, feed: &'static str, rows: &[Mapping], gathered: &mut Gathered) {
    for (key, category, model) in rows {
        let model = gathered.name(model);
        gathered.one_of(feed, file.effective, (System::Icd10cm, *key), (Kind::Hcc, model as u16), *category);
    }
}

/// Model, category, and the category that it drops.
pub fn read_hierarchies(file: &str, table: &Table, rejects: &mut Rejects) -> Result<Vec<(String, u32, u32)>, CompileError> {
    let columns = table.columns(file, &["cc_parent", "cc_child", "model_domain", "model_version"])?;
    let mut rows = Vec::new();
    for row in columns.rows() {
        let model = format!("{} {}", columns.cell(row, "model_domain"), columns.cell(row, "model_version"));
        match number(columns.cell(row, "cc_parent")).and_then(|above| Ok((above, number(columns.cell(row, "cc_child"))?))) {
            Ok((above, below)) => rows.push((model, above, below)),
            Err(problem) => rejects.add(file, row.line, problem),
        }
    }
    if rows.is_empty() { Err(CompileError::new(file, "has no hierarchy")) } else { Ok(rows) }
}

fn take_labels(file: &Opened<'_>, gathered: &mut Gathered, rejects: &mut Rejects) -> Result<Taken, CompileError> {
    let table = file.table()?;
    let columns = table.columns(file.name, &["cc", "label", "model_domain", "model_version"])?;
    let mut count = 0;
    for row in columns.rows() {
        let model = format!("{} {}", columns.cell(row, "model_domain"), columns.cell(row, "model_version"));
        match number(columns.cell(row, "cc").trim_start_matches(|c: char| !c.is_ascii_digit())) {
            Ok(category) => {
                gathered.categories.insert((model, file.effective.0, category), columns.cell(row, "label").to_owned());
                count += 1;
            }
            Err(problem) => rejects.add(file.name, row.line, problem),
        }
    }
    Ok(count.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_forms_are_read() {
        let mut rejects = Rejects::default();
        let table = |text: &str| Table::delimited("x", text, b',').unwrap();
        let mapped = read("x", &table("diagnosis_code,cc,model_name\nA0104,39,Model V1\nA0104,x,Model V1\n"), &mut rejects).unwrap();
        assert_eq!(mapped, [(CodeKey::parse("A0104").unwrap(), 39, "Model V1".to_owned())]);
        let format = read_format("x", "A0104\t92\t\nA0105\t92 M\nA0107\t92\tD\nA0106\n", "V28", &mut rejects).unwrap();
        assert_eq!(format.iter().map(|m| m.1).collect::<Vec<_>>(), [92, 92, 92]);
        let above =
            read_hierarchies("x", &table("cc_parent,cc_child,model_domain,model_version\n8,9,D,V1\n8,,D,V1\n"), &mut rejects).unwrap();
        assert_eq!(above, [("D V1".to_owned(), 8, 9)]);
        assert_eq!(rejects.kept.iter().map(|r| r.line).collect::<Vec<_>>(), [3, 4, 3]);
        assert_eq!((model("F2824T1N.TXT").as_deref(), model("readme.txt")), (Some("CMS-HCC Model V28"), None));
    }
}
