"""Reading the chart as a coder does: what was assessed in every layout, detail from elsewhere in the note, diseases that stay."""

from __future__ import annotations

import pytest

import superbill

DAY = "2026-05-04"


def coded(text: str, **more: object) -> superbill.CodedEncounter:
    encounter = {
        "id": "e",
        "type": "office_visit",
        "setting": "professional",
        "date_of_service": DAY,
        "documents": [{"id": "n", "text": text}],
    }
    return superbill.open().code(encounter | more)


def codes(text: str, **more: object) -> list[str]:
    return [d.code for d in coded(text, **more).diagnoses]


@pytest.mark.parametrize(
    "text",
    [
        "ASSESSMENT AND PLAN\n\nHypertension.\n- Stable on lisinopril.\n\nMigraine.\n- Continue sumatriptan.\n",
        "ASSESSMENT AND PLAN: Seen for chronic problems. Hypertension. Stable on lisinopril. Migraine. Continue sumatriptan.",
        "ASSESSMENT:\n1. Hypertension\n2. Migraine\nPLAN:\nSame medication.",
        "Seen for his pressure. No pain.\n\nHypertension.\nWill refer for a home cuff.\n\nMigraine.\nRecommend a diary.\n\nFather: gout.",
    ],
)
def test_problems_in_every_layout(text: str) -> None:
    assert sorted(codes(text)) == ["G43.909", "I10"]


def test_detail_elsewhere_in_the_note() -> None:
    note = "HPI\nSeen for chronic systolic heart failure. Breathing is better.\nASSESSMENT\nHeart failure.\n"
    (diagnosis,) = coded(note).diagnoses
    assert diagnosis.code == "I50.22"
    assert "elsewhere" in {step.kind for step in diagnosis.because}
    assert {e.text for e in diagnosis.evidence} == {"Heart failure", "chronic systolic heart failure"}


def test_two_details_that_differ_decide_nothing() -> None:
    note = "HPI\nChronic systolic heart failure in 2019. Acute diastolic heart failure last week.\nASSESSMENT\nHeart failure.\n"
    assert codes(note) == ["I50.9"]


def test_history_of_a_disease_that_stays() -> None:
    note = "PAST MEDICAL HISTORY\nHypertension. Pneumonia.\nASSESSMENT\nCough.\n"
    assert codes(note) == ["R05.9"]
    found = codes(note, scope="all")
    assert "I10" in found
    assert "J18.9" not in found


def test_a_name_that_goes_on_in_the_next_line() -> None:
    assert codes("ASSESSMENT\nThe patient has a displaced\nMaisonneuve's fracture of left leg.\n") == ["S82.862A"]
    assert sorted(codes("ASSESSMENT\nAnxiety\nDepression\n")) == ["F32.A", "F41.9"]


UNHEADED = """
Mrs. Hill is a 63 year old woman who presents today and reports knee pain. She states that she had migraine as a child. Her mother
had gout.

Lungs are clear to auscultation. No edema. There is tenderness of the knee, gait is normal.

X-rays of the knee show a small effusion.

{}
"""


@pytest.mark.parametrize(
    "plan",
    [
        "Hypertension is stable. Continue lisinopril.\n\nGout. Start colchicine and return in two weeks.",
        "Hypertension.\n\nGout.\n\nWe will continue lisinopril, start colchicine, and see her again. All questions were answered.",
        "1. Hypertension: continue lisinopril.\n2. Gout: start colchicine.",
    ],
)
def test_what_is_planned_is_the_assessment_of_a_note_without_headings(plan: str) -> None:
    found = coded(UNHEADED.format(plan)).diagnoses
    assert sorted(d.code for d in found) == ["I10", "M10.9"]
    assert all("no heading says so" in step.text for d in found for step in d.because if step.kind == "section")


def test_headings_spoken_within_a_paragraph() -> None:
    note = "Chief complaint: knee pain. Past medical history: migraine. Physical examination: no edema. Assessment and plan: Gout."
    assert codes(note) == ["M10.9"]
    assert sorted(codes("Assessment: Gout. Additional testing: uric acid. Hypertension. Patient education: diet.")) == ["I10", "M10.9"]


@pytest.mark.parametrize(
    ("written", "code", "word"),
    [
        ("Pnuemonia", "J18.9", "pneumonia"),
        ("hypertention", "I10", "hypertension"),
        ("Migrane", "G43.909", "migraine"),
        ("Syringes", None, None),
        ("gouty", None, None),
    ],
)
def test_misspelt_words(written: str, code: str | None, word: str | None) -> None:
    found = coded(f"Assessment: {written}.").diagnoses
    read_as = [(s.id, s.span.text) for d in found for s in d.because if s.kind == "read_as" and s.span]
    assert read_as == ([(word, written)] if word else [])
    if code:
        assert [(d.code, d.evidence[0].text) for d in found] == [(code, written)]


def test_short_words_and_names_are_not_misspelt() -> None:
    # The first is short, the second a name.
    for text in ("Assessment: gaut.", "Assessment: seen with Hypertention Smith today."):
        assert codes(text) == []


def test_confidence_is_told_by_the_proof() -> None:
    def sure(text: str) -> int:
        (diagnosis,) = coded(f"ASSESSMENT\n{text}\n").diagnoses
        return diagnosis.confidence

    # The very code, the same by a slip of a letter, and one that the note leaves open.
    assert sure("Essential hypertension.") > sure("Essential hypertention.") > 0
    assert sure("Chronic systolic heart failure.") > sure("Heart failure.")


def test_what_the_assessment_establishes_of_a_suspected_problem() -> None:
    problem = "ASSESSMENT AND PLAN\n1. Right foot pain, consistent with a Lisfranc fracture.\n"
    assert codes(problem + "- We will order an MRI of the right foot.\n") == ["M79.671"]
    assert codes(problem + "- Her x-rays revealed a Lisfranc fracture. Surgery of the right foot is planned.\n") == ["S93.324A"]


@pytest.mark.parametrize(("side", "code"), [("Right", "S93.324A"), ("Left", "S93.325A")])
def test_a_term_says_all_that_its_default_says(side: str, code: str) -> None:
    assert codes(f"Assessment: {side} Lisfranc fracture.") == [code]


def test_the_proof_shows_where_side_and_site_are_told() -> None:
    [diagnosis] = coded("ASSESSMENT\n\nRight knee pain.\n").diagnoses
    assert diagnosis.code == "M25.561"
    assert [e.text for e in diagnosis.evidence] == ["knee pain", "Right"]
    [span] = [s.span for s in diagnosis.because if s.kind == "refine"]
    assert span is not None
    assert span.text == "Right"


def test_both_sides_rest_on_one_word() -> None:
    both = coded("ASSESSMENT\n\nMedial epicondylitis, bilateral.\n").diagnoses
    assert [d.code for d in both] == ["M77.01", "M77.02"]
    assert all([e.text for e in d.evidence] == ["Medial epicondylitis", "bilateral"] for d in both)


@pytest.mark.parametrize(
    ("examination", "code"),
    [
        ("Murmur at the left sternal border.", "Z98.49"),
        ("Vision in the left eye is 20/40.", "Z98.42"),
        ("Left eye clear, right eye clear.", "Z98.49"),
    ],
)
def test_a_side_is_of_what_it_is_said_of(examination: str, code: str) -> None:
    assert codes(f"EXAMINATION\n{examination}\n\nASSESSMENT\n\nStatus post cataract surgery.\n") == [code]


@pytest.mark.parametrize("same", ["Same.", "SAME AS ABOVE", "Same as preoperative diagnosis."])
def test_a_diagnosis_after_surgery_may_be_the_one_before(same: str) -> None:
    text = f"PREOPERATIVE DIAGNOSIS: Deviated nasal septum.\n\nPOSTOPERATIVE DIAGNOSIS: {same}\n\nPROCEDURE: Septoplasty."
    assert codes(text, type="operative_report") == ["J34.2"]
    changed = text.replace(same, "Deferred for pathology.")
    assert codes(changed, type="operative_report") == []


@pytest.mark.parametrize(
    ("text", "about", "evidence"),
    [
        (
            "HISTORY\nLeft knee pain for two weeks.\n\nASSESSMENT\nRight knee pain.\n",
            "the side of M25.56 Pain in knee",
            ["Left knee pain", "Right knee pain"],
        ),
        (
            "PAST MEDICAL HISTORY\nType 1 diabetes.\n\nASSESSMENT\nType 2 diabetes.\n",
            "the type of diabetes",
            ["Type 2 diabetes", "Type 1 diabetes"],
        ),
        (
            "HISTORY\nShe has chronic kidney disease stage 4.\n\nASSESSMENT\nChronic kidney disease stage 2.\n",
            "the stage of chronic kidney disease",
            ["Chronic kidney disease stage 2", "chronic kidney disease stage 4"],
        ),
        (
            "HISTORY\nHer asthma has been worse this month.\n\nASSESSMENT\nAsthma, stable.\n",
            "whether J45 Asthma is stable or worse",
            ["asthma has been worse", "Asthma, stable"],
        ),
    ],
)
def test_sections_that_contradict_each_other_are_for_review(text: str, about: str, evidence: list[str]) -> None:
    answer = coded(text)
    [contradiction] = answer.contradictions
    assert contradiction.about == about
    assert [e.text for e in contradiction.evidence] == evidence
    assert answer.disposition is not None
    assert f"the documentation contradicts itself: {about}" in answer.disposition.reasons


@pytest.mark.parametrize(
    "text",
    [
        "HISTORY\nRight knee pain for two weeks.\n\nASSESSMENT\nRight knee pain.\n",
        "HISTORY\nLeft knee pain, then right knee pain.\n\nASSESSMENT\nRight knee pain.\n",
        "HISTORY\nNo left knee pain.\n\nASSESSMENT\nRight knee pain.\n",
        "HISTORY\nAsthma was worse in the winter.\n\nASSESSMENT\nAsthma, stable.\n",
        "HISTORY\nNo worsening of heart failure.\n\nASSESSMENT\nHeart failure, stable.\n",
        "HISTORY\nHer mother has type 1 diabetes.\n\nASSESSMENT\nType 2 diabetes.\n",
        "HISTORY\nShe has diabetic neuropathy.\n\nASSESSMENT\nType 1 diabetes.\n",
        "HISTORY\nBlood pressure in the left arm high, hypertension.\n\nASSESSMENT\nRight arm: hypertension.\n",
    ],
)
def test_what_is_told_of_both_or_of_others_contradicts_nothing(text: str) -> None:
    assert coded(text).contradictions == ()


def test_what_is_prevented_is_not_there() -> None:
    assert codes("ASSESSMENT\n1. Hypertension\n2. Deep venous thrombosis prophylaxis\n") == ["I10"]


def test_a_long_review_of_systems_is_denied_to_its_end() -> None:
    symptoms = "fevers, chills, weight loss, anorexia, bone pain, headaches, seizures, angina, edema, orthopnea, rashes, cough"
    text = f"The patient has gout. She denies {symptoms}, {symptoms}, {symptoms}, hemoptysis, hoarseness."
    assert codes(text) == ["M10.9"]


def test_a_measured_value_is_a_question_and_no_code() -> None:
    answer = coded("ASSESSMENT\n\nHeart failure.\n\nRESULTS\nEjection fraction 35 %.\n")
    assert [d.code for d in answer.diagnoses] == ["I50.9"]
    [asked] = [q for q in answer.queries if "heart failure" in q.about]
    assert {"other", "unable to determine"} < set(asked.options)
    assert "Ejection fraction" in [e.text for e in asked.evidence]
    said = coded("ASSESSMENT\n\nHeart failure with reduced ejection fraction.\n")
    assert [d.code for d in said.diagnoses] == ["I50.20"]
    assert not [q for q in said.queries if "heart failure" in q.about]


@pytest.mark.parametrize(
    "heading", ["Meds: lisinopril, albuterol.", "Allergies: penicillin.", "Preoperative diagnosis: knee pain", "CC: knee pain"]
)
def test_a_list_on_its_heading_s_line_does_not_own_the_paragraph_below(heading: str) -> None:
    told = "The right knee was injected today with 40 mg of triamcinolone and she tolerated it well."
    assert "20610" in [p.code for p in coded(f"{heading}\n\n{told}").procedures]
    # It owns what goes on as a list, and a heading on its own line owns the paragraphs below it.
    assert not coded(f"{heading}\nright knee injection").procedures
    assert not coded(f"{heading.split(':')[0].upper()}\nnone\n\n{told}").procedures
