"""Small files in the publishers' formats, all invented, that releases are built from."""

from __future__ import annotations

import io
import zipfile


def order(lines: list[tuple[str, int, str]]) -> str:
    """An order file: code, whether it can be billed, title."""
    return "".join(f"{at:05} {code:<7} {flag} {title:<60} {title}\r\n" for at, (code, flag, title) in enumerate(lines, 1))


OCTOBER_2024 = order([("A00", 0, "Fevers"), ("A000", 1, "Red fever"), ("A001", 1, "Blue fever"), ("A01", 1, "Cough")])
OCTOBER_2025 = order(
    [("A00", 0, "Fevers"), ("A000", 1, "Red fever, revised"), ("A002", 1, "Green fever"), ("A01", 0, "Cough"), ("A010", 1, "Dry cough")]
)
PCS = order([("001", 0, "Table"), ("0016070", 1, "A bypass")])

PTP_HEADER = (
    "A notice\t\t\t\t\t\t\r\nColumn1/Column2 Edits\t\t\t\t\t\t\r\n"
    "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\r\n"
    "\t\tprior to 1996\tDate\tDate\t0=not allowed\t\r\n\t\t\t\t*=no data\t1=allowed\t\r\n\t\t\t\t\t9=not applicable\t\r\n"
)
PTP = (
    PTP_HEADER + "11111\t22222\t\t20200101\t*\t1\tMisuse\r\n"
    "11111\t33333\t\t20200101\t20251231\t0\tMisuse\r\n11111\t44444\t*\t19960101\t19960101\t9\tNone\r\n"
)

MUE = (
    '"A notice\n\nof the licence",,,\n"HCPCS/\nCPT Code",Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale\n'
    "11111,2,2 Date of Service Edit: Policy,CMS Policy\nG0001,0,3 Date of Service Edit: Clinical,CMS Policy\n"
)
ADD_ON = (
    "add_on_code\tprimary_code\taoc_edit_type\teffective_date\tend_date\n22222\t11111\t1\t20200101\t\n33333\tCCCCC\t2\t20200101\t20251231\n"
)
PFS = ",,A schedule,,,\n,,,STATUS,WORK,BILAT\nHCPCS,MOD,DESCRIPTION,CODE,RVU,SURG\n11111,,REDACTED,A,1.50,1\n11111,26,REDACTED,A,0.50,0\n"
OPPS = "hcpcs\tshort_descriptor_hcpcs2_only\tstatus_indicator\tpayment_rate\n11111\t\tJ1\t100.00\n"
HCPCS = (
    "HCPC,SEQNUM,RECID,LONG DESCRIPTION,SHORT DESCRIPTION,XREF1,COV,ADD DT,ACT EFF DT,TERM DT,ACTION CD\n"
    "   ZZ,0010,7,An invented circumstance,Invented,,C,20020701,20020701,,N\n"
    "G0001,0010,3,An invented service,Invented,,C,20200101,20200101,,N\n"
    "G0002,0010,3,A former service,Former,G0001,C,20200101,20210101,20211231,D\n"
)
POA = "Order26\tPOAexemptCode\tDescription\r\n00001\tA00.0\tRed fever\r\n"
MCE = '{"age_categories": {}, "codes": {"unacceptable_pdx": [{"code": "A002", "description": "x"}]}}'
HCC = "diagnosis_code,cc,model_name\nA000,2,A model\nA000,6,A model\n"
CONVERSION = "A notice,,\nCurrent code assignment,Effective,Previous Code(s) Assignment\nA00.2,2025,A00.1\n"
PLACES = "pos_code\tpos_type\tpos_name\n11\tNon-Facility\tOffice\n21\tFacility\tInpatient hospital\n98\tNon-Facility\tUnassigned\n"
CPT = "CPT Code\tLong Descriptor\tShort Descriptor\n11111\tLicensed words, whole\tLicensed words\n"
MONDO = (
    "# mapping_set_version: http://x/releases/2026-08-04/y.tsv\nsubject_id\tsubject_label\tpredicate_id\tobject_id\n"
    "M:1\tscarlet malady\tskos:exactMatch\tICD10CM:A00.0\n"
)

FILES = {
    "icd10cm-order-2025.txt": OCTOBER_2024,
    "icd10cm_order_2026.txt": OCTOBER_2025,
    "icd10pcs_order_2026.txt": PCS,
    "ccipra-v322r0-f1.txt": PTP,
    "MCR_MUE_PractitionerServices_Eff_04-01-2026.csv": MUE,
    "ncci_aoc_2026q3.tsv": ADD_ON,
    "PPRRVU2026_Apr_nonQPP.csv": PFS,
    "opps_addendumB_2026-04.tsv": OPPS,
    "HCPC2025_OCT_ANWEB.csv": HCPCS,
    "POAexemptCodesFY26.txt": POA,
    "mce_2026.json": MCE,
    "ra_dx_to_cc_2026.csv": HCC,
    "conversion-table-FY2026.csv": CONVERSION,
    "places_2026.tsv": PLACES,
    "mondo.sssom.tsv": MONDO,
}


def zipped(files: dict[str, str]) -> bytes:
    """A package, as publishers ship them."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in files.items():
            package.writestr(name, text)
    return buffer.getvalue()
