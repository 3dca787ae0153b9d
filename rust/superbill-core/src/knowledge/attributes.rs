//! Properties of codes that official tables give: status, global days, indicators, units of service, lists that a code is on.

use super::layout::AttributeRecord;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Number,
    /// Up to four characters.
    Characters,
    /// An index into the names.
    Name,
    /// The code is on a list; there is no value.
    Member,
}

/// A kind of property. Numbers are in files and never change their meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u16)]
pub enum Kind {
    PfsStatus = 1,
    GlobalDays = 2,
    ProfessionalTechnical = 3,
    MultipleProcedures = 4,
    Bilateral = 5,
    AssistantSurgeon = 6,
    CoSurgeons = 7,
    TeamSurgeons = 8,
    EndoscopicBase = 9,
    Supervision = 10,
    ImagingFamily = 11,
    NonFacilityNotApplicable = 12,
    FacilityNotApplicable = 13,
    MueUnits = 20,
    MueAdjudication = 21,
    MueRationale = 22,
    OppsStatus = 30,
    PoaExempt = 40,
    UnacceptablePrincipal = 41,
    UnacceptablePrincipalUnlessSecondary = 42,
    ManifestationNotPrincipal = 43,
    AgeNewborn = 44,
    AgePediatric = 45,
    AgeMaternity = 46,
    AgeAdult = 47,
    Complication = 50,
    ComplicationExclusions = 51,
    Hcc = 52,
    FacilityRate = 70,
    HcpcsCoverage = 60,
    HcpcsPricing = 61,
    HcpcsAction = 62,
    Betos = 63,
    TypeOfService = 64,
}

/// Settings in which a number of units is published; the qualifier of [`Kind::MueUnits`].
pub const MUE_SETTINGS: [(u16, &str); 3] = [(1, "practitioner"), (2, "outpatient_hospital"), (3, "dme_supplier")];

impl Kind {
    /// Every kind with its name and the form of its values.
    pub const ALL: [(Self, &'static str, Form); 34] = [
        (Self::PfsStatus, "pfs_status", Form::Characters),
        (Self::GlobalDays, "global_days", Form::Characters),
        (Self::ProfessionalTechnical, "professional_technical", Form::Characters),
        (Self::MultipleProcedures, "multiple_procedures", Form::Characters),
        (Self::Bilateral, "bilateral", Form::Characters),
        (Self::AssistantSurgeon, "assistant_surgeon", Form::Characters),
        (Self::CoSurgeons, "co_surgeons", Form::Characters),
        (Self::TeamSurgeons, "team_surgeons", Form::Characters),
        (Self::EndoscopicBase, "endoscopic_base", Form::Name),
        (Self::Supervision, "supervision", Form::Characters),
        (Self::ImagingFamily, "imaging_family", Form::Characters),
        (Self::NonFacilityNotApplicable, "non_facility_not_applicable", Form::Member),
        (Self::FacilityNotApplicable, "facility_not_applicable", Form::Member),
        (Self::MueUnits, "mue_units", Form::Number),
        (Self::MueAdjudication, "mue_adjudication", Form::Number),
        (Self::MueRationale, "mue_rationale", Form::Name),
        (Self::OppsStatus, "opps_status", Form::Characters),
        (Self::PoaExempt, "poa_exempt", Form::Member),
        (Self::UnacceptablePrincipal, "unacceptable_principal", Form::Member),
        (Self::UnacceptablePrincipalUnlessSecondary, "unacceptable_principal_unless_secondary", Form::Member),
        (Self::ManifestationNotPrincipal, "manifestation_not_principal", Form::Member),
        (Self::AgeNewborn, "age_newborn", Form::Member),
        (Self::AgePediatric, "age_pediatric", Form::Member),
        (Self::AgeMaternity, "age_maternity", Form::Member),
        (Self::AgeAdult, "age_adult", Form::Member),
        (Self::Complication, "complication", Form::Characters),
        (Self::ComplicationExclusions, "complication_exclusions", Form::Name),
        (Self::Hcc, "hcc", Form::Number),
        (Self::FacilityRate, "facility_rate", Form::Member),
        (Self::HcpcsCoverage, "hcpcs_coverage", Form::Characters),
        (Self::HcpcsPricing, "hcpcs_pricing", Form::Characters),
        (Self::HcpcsAction, "hcpcs_action", Form::Characters),
        (Self::Betos, "betos", Form::Characters),
        (Self::TypeOfService, "type_of_service", Form::Name),
    ];

    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|k| k.0 == self).map_or("", |k| k.1)
    }

    pub fn form(self) -> Form {
        Self::ALL.iter().find(|k| k.0 == self).map_or(Form::Number, |k| k.2)
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|k| k.1 == name).map(|k| k.0)
    }

    pub fn numbered(number: u16) -> Option<Self> {
        Self::ALL.iter().find(|k| k.0 as u16 == number).map(|k| k.0)
    }
}

/// Packs up to four characters as a value.
pub fn characters(text: &str) -> Option<u32> {
    let (bytes, mut packed) = (text.as_bytes(), [0; 4]);
    packed.get_mut(..bytes.len())?.copy_from_slice(bytes);
    text.is_ascii().then_some(u32::from_be_bytes(packed))
}

/// The characters of a value.
pub fn text_of(value: u32) -> String {
    value.to_be_bytes().into_iter().take_while(|&b| b != 0).map(char::from).collect()
}

/// A value as its form says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    Number(u32),
    Characters(String),
    Name(&'a str),
    Member,
}

/// One property of a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute<'a> {
    pub kind: Kind,
    /// A setting, modifier or model; empty where the kind has none.
    pub qualifier: String,
    pub value: Value<'a>,
    /// First and last day, as of a version.
    pub from: u32,
    pub to: u32,
}

impl<'a> Attribute<'a> {
    /// Reads a record; `None` for a kind that this version does not know.
    pub(super) fn of(record: &AttributeRecord, names: &'a [String]) -> Option<Self> {
        let kind = Kind::numbered(record.kind.get())?;
        let name = |at: usize| names.get(at).map_or("", String::as_str);
        let value = match kind.form() {
            Form::Number => Value::Number(record.value.get()),
            Form::Characters => Value::Characters(text_of(record.value.get())),
            Form::Name => Value::Name(name(record.value.get() as usize)),
            Form::Member => Value::Member,
        };
        let qualifier = record.qualifier.get();
        let qualifier = match kind {
            Kind::Hcc => name(qualifier as usize).to_owned(),
            _ if qualifier == 0 => String::new(),
            Kind::MueUnits | Kind::MueAdjudication | Kind::MueRationale => {
                MUE_SETTINGS.iter().find(|s| s.0 == qualifier).map_or_else(String::new, |s| s.1.to_owned())
            }
            _ => text_of(u32::from(qualifier) << 16),
        };
        Some(Self { kind, qualifier, value, from: record.from.get(), to: record.to.get() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_are_unique() {
        for (at, (kind, name, _)) in Kind::ALL.iter().enumerate() {
            assert_eq!(Kind::numbered(*kind as u16), Some(*kind));
            assert!(Kind::ALL[..at].iter().all(|k| k.0 != *kind && k.1 != *name), "{name}");
        }
    }

    #[test]
    fn characters_come_back() {
        assert_eq!(text_of(characters("090").unwrap()), "090");
        assert_eq!(characters("12345"), None);
    }
}
