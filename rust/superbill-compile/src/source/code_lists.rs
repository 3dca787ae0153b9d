//! Lists of a code and a title: places of service, revenue centers, types of bill, discharge status, admission source and type, present on admission.

use super::{Feed, Head, Opened, Rejects, Taken, UNDATED, release::Calendar};
use crate::{CompileError, base::Published, gather::Gathered};
use superbill_core::{code::System, date::Date, knowledge::attributes::Kind};

/// A list: its system, and the names of its columns of code and title.
struct List {
    system: System,
    columns: &'static [[&'static str; 2]],
}

const PLACE: List = List { system: System::PlaceOfService, columns: &[["pos_code", "pos_name"], ["place_of_service_code", "description"]] };
const REVENUE: List = List { system: System::RevenueCenter, columns: &[["revenue_center_code", "revenue_center_description"]] };
const BILL: List = List { system: System::BillType, columns: &[["bill_type_code", "bill_type_description"]] };
const DISCHARGE: List = List { system: System::DischargeStatus, columns: &[["discharge_disposition_code", "description"]] };
const PRESENT: List = List { system: System::PresentOnAdmission, columns: &[["present_on_admit_code", "description"]] };
const ADMIT_TYPE: List = List { system: System::AdmitType, columns: &[["admit_type_code", "description"]] };
const ADMIT_SOURCE: List = List { system: System::AdmitSource, columns: &[["admit_source_code", "description"]] };

pub(crate) const PLACES_OF_SERVICE: Feed = Feed {
    name: "place_of_service",
    system: Some(System::PlaceOfService),
    calendar: Calendar::CalendarYear,
    recognises: |head| is(head, &PLACE),
    dated: UNDATED,
    take: |file, gathered, rejects| take(file, &PLACE, gathered, rejects),
};

pub(crate) const REVENUE_CENTERS: Feed = Feed {
    name: "revenue_center",
    system: Some(System::RevenueCenter),
    recognises: |head| is(head, &REVENUE),
    take: |file, gathered, rejects| take(file, &REVENUE, gathered, rejects),
    ..PLACES_OF_SERVICE
};

pub(crate) const BILL_TYPES: Feed = Feed {
    name: "bill_type",
    system: Some(System::BillType),
    recognises: |head| is(head, &BILL),
    take: |file, gathered, rejects| take(file, &BILL, gathered, rejects),
    ..PLACES_OF_SERVICE
};

pub(crate) const DISCHARGE_STATUS: Feed = Feed {
    name: "discharge_status",
    system: Some(System::DischargeStatus),
    recognises: |head| is(head, &DISCHARGE),
    take: |file, gathered, rejects| take(file, &DISCHARGE, gathered, rejects),
    ..PLACES_OF_SERVICE
};

pub(crate) const PRESENT_ON_ADMISSION: Feed = Feed {
    name: "present_on_admission",
    system: Some(System::PresentOnAdmission),
    recognises: |head| is(head, &PRESENT),
    take: |file, gathered, rejects| take(file, &PRESENT, gathered, rejects),
    ..PLACES_OF_SERVICE
};

pub(crate) const ADMIT_TYPES: Feed = Feed {
    name: "admit_type",
    system: Some(System::AdmitType),
    recognises: |head| is(head, &ADMIT_TYPE),
    take: |file, gathered, rejects| take(file, &ADMIT_TYPE, gathered, rejects),
    ..PLACES_OF_SERVICE
};

/// Its columns are called code and description alone: its name must say what it is.
pub(crate) const ADMIT_SOURCES: Feed = Feed {
    name: "admit_source",
    system: Some(System::AdmitSource),
    recognises: |head| is(head, &ADMIT_SOURCE) || head.name.contains("admit_source") && head.has_columns(&["code", "description"]),
    take: |file, gathered, rejects| take(file, &ADMIT_SOURCE, gathered, rejects),
    ..PLACES_OF_SERVICE
};

fn is(head: &Head<'_>, list: &List) -> bool {
    list.columns.iter().any(|c| head.has_columns(c))
}

fn take(file: &Opened<'_>, list: &List, gathered: &mut Gathered, rejects: &mut Rejects) -> Result<Taken, CompileError> {
    let table = file.table()?;
    let names = list.columns.iter().copied().find(|c| table.columns(file.name, c).is_ok()).unwrap_or(["code", "description"]);
    let columns = table.columns(file.name, &names)?;
    let system = list.system;
    let mut count = 0;
    for row in columns.rows() {
        let [code, title] = names.map(|n| columns.cell(row, n));
        // "23-32": numbers that nothing has been given to yet.
        if title.to_lowercase().starts_with("unassigned") {
            continue;
        }
        let published = Published { billable: true, title: title.to_owned(), short: String::new() };
        let key = match system.parse(code) {
            Ok(key) => key,
            Err(error) => {
                rejects.add(file.name, row.line, format!("{code:?}: {error}"));
                continue;
            }
        };
        // A code that the list itself calls given up is known, but cannot be used.
        let given_up =
            columns.cell(row, "deprecated") == "1" || Date::parse(columns.cell(row, "deprecated_date")).is_ok_and(|d| d <= file.effective);
        if given_up {
            gathered.mention(system, key);
        } else if gathered.list(system, file.effective, key, published) {
            count += 1;
        } else {
            rejects.add(file.name, row.line, format!("{code} stands twice, with another title"));
        }
        if system == System::PlaceOfService && columns.cell(row, "pos_type") == "Facility" {
            gathered.member(PLACES_OF_SERVICE.name, file.effective, (system, key), Kind::FacilityRate);
        }
    }
    if count == 0 { Err(CompileError::new(file.name, "has no code")) } else { Ok(count.into()) }
}
