"""Sentences of a language model's output, whole or broken, each as soon as it is complete."""

from __future__ import annotations

import json
from itertools import pairwise

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.generation.output import MAX_OUTPUT, OUTPUT_SCHEMA, DraftSentence, OutputParser

CANARY = "7f3a9c2e51d8b604"
FERRY = {"evidence": [{"number": 2, "quote": "leaves at 7:40"}], "text": "The ferry leaves at 7:40.", "english": ""}
FARE = {"evidence": [{"number": 1, "quote": "fare is 3 crowns"}], "text": "The fare is 3 crowns.", "english": ""}
FERRY_DRAFT = DraftSentence("The ferry leaves at 7:40.", ((2, "leaves at 7:40"),))
FARE_DRAFT = DraftSentence("The fare is 3 crowns.", ((1, "fare is 3 crowns"),))
WHOLE = json.dumps({"answers": True, "sentences": [FERRY, FARE]})


def read(*pieces: str, canary: str = "") -> list[DraftSentence]:
    parser = OutputParser(canary)
    return [draft for piece in pieces for draft in parser.feed(piece)] + parser.close()


def sentence(text: object, evidence: object = ((1, "q"),), english: object = "") -> str:
    if isinstance(evidence, tuple):
        evidence = [{"number": number, "quote": quote} for number, quote in evidence]
    return json.dumps({"answers": True, "sentences": [{"text": text, "evidence": evidence, "english": english}]})


def test_schema_takes_a_whole_output_and_no_other_field():
    jsonschema.validate(json.loads(WHOLE), OUTPUT_SCHEMA)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**json.loads(WHOLE), "tool": "ping"}, OUTPUT_SCHEMA)


def test_each_sentence_comes_with_the_piece_that_completes_it():
    parser = OutputParser()
    came = [(position, draft) for position, char in enumerate(WHOLE) for draft in parser.feed(char)]
    first = WHOLE.index("}, {", WHOLE.index("7:40."))
    assert came == [(first, FERRY_DRAFT), (len(WHOLE) - 3, FARE_DRAFT)]
    assert (parser.close(), parser.answers) == ([], True)


@given(st.lists(st.integers(1, len(WHOLE)), max_size=9))
def test_pieces_may_end_anywhere(ends):
    ends = sorted({0, len(WHOLE), *ends})
    pieces = [WHOLE[start:end] for start, end in pairwise(ends)]
    assert read(*pieces) == [FERRY_DRAFT, FARE_DRAFT]


@pytest.mark.parametrize(
    "output",
    [
        f"```json\n{WHOLE}\n```",
        f"Here is the answer you asked for:\n{WHOLE}\nI hope that helps [1]!",
        f"<think>{WHOLE.replace('ferry', 'train')}</think>{WHOLE}",
        WHOLE.replace('"', "'").replace("True", "true"),
        WHOLE[:-2],
        WHOLE[:-4],
        WHOLE.replace("}, {", "} {"),
        json.dumps([FERRY, FARE]),
        f"{json.dumps(FERRY)}\n{json.dumps(FARE)}",
        json.dumps({"answer": {"sentences": [FERRY, FARE, FERRY]}}),
        WHOLE.replace("leaves at 7:40.", "leaves\\u0000 at\\u200b 7:40.\\ud800"),
        WHOLE.replace("leaves at 7:40.", "leaves\n at 7:40. [2]"),
        WHOLE.replace('"number": 2', '"number": "[2]"').replace('"number": 1', '"number": 1.0'),
    ],
)
def test_output_in_another_form_is_read_all_the_same(output):
    assert read(output) == [FERRY_DRAFT, FARE_DRAFT]
    assert read(*output) == [FERRY_DRAFT, FARE_DRAFT]


def test_cut_output_gives_the_sentences_before_the_cut():
    assert read(WHOLE[: WHOLE.index("The fare")])[0] == FERRY_DRAFT


def test_quote_marks_that_are_not_escaped_are_repaired():
    drafts = read(WHOLE.replace("The fare is", 'The "Night Ferry" fare is'))
    assert drafts[1].text == 'The "Night Ferry" fare is 3 crowns.'


@pytest.mark.parametrize(
    "output",
    [
        "The ferry leaves at 7:40 [2]. The fare is 3 crowns. [1]",
        "- The ferry leaves at 7:40 [2].\n- The fare is 3 crowns [1].\n\nAnything else?",
        "1. The ferry leaves at 7:40 【2】.\n2. The fare is 3 crowns [1].",
    ],
)
def test_prose_with_markers_gives_sentences_without_quotations(output):
    expected = [
        DraftSentence("The ferry leaves at 7:40.", ((2, ""),)),
        DraftSentence("The fare is 3 crowns.", ((1, ""),)),
    ]
    assert read(output) == expected


@pytest.mark.parametrize(
    "output", ["", " ", "I'm sorry, but I can't help with that.", "{}", "[]", "null", "[[[[", "[1]"]
)
def test_output_without_sentences_gives_none(output):
    parser = OutputParser()
    assert (parser.feed(output), parser.close(), parser.answers) == ([], [], None)


@pytest.mark.parametrize("said", ['{"answers": false, "sentences": []}', "{'answers': False}", '{"answers" : false'])
def test_a_model_may_say_that_the_sources_do_not_answer(said):
    parser = OutputParser()
    assert (parser.feed(said), parser.close(), parser.answers) == ([], [], False)


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        ([1, "2", "[3]", 4.0], ((1, ""), (2, ""), (3, ""), (4, ""))),
        (2, ((2, ""),)),
        ([{"number": 1, "quote": ["a", "b"]}, {"number": 1, "quote": "a"}], ((1, "a"), (1, "b"))),
        ([{"number": 1}, {"quote": "a"}, {"number": True, "quote": "a"}], ((1, ""),)),
        ([{"number": float("nan"), "quote": "a"}, {"number": -1, "quote": "a"}, {"number": 1e300, "quote": "a"}], ()),
        ([{"number": 10**30, "quote": "a"}, {"number": "9" * 5000, "quote": "a"}, [[]], None], ()),
        ({"number": 1, "quote": "x" * 2_001}, ()),
        ([{"number": n, "quote": "a"} for n in range(1, 100)], tuple((n, "a") for n in range(1, 9))),
        (None, ()),
    ],
)
def test_evidence_of_any_type_is_read_or_left_out(evidence, expected):
    assert read(sentence("It is so.", evidence)) == [DraftSentence("It is so.", expected)]


def test_markers_in_a_text_stand_for_missing_evidence():
    assert read(sentence("It is so [2, 3].", [])) == [DraftSentence("It is so.", ((2, ""), (3, "")))]


@pytest.mark.parametrize("text", [None, 5, ["a"], {"a": "b"}, "", " \u200b", "x" * 1_001])
def test_text_of_another_type_or_length_is_no_sentence(text):
    assert read(sentence(text)) == []


def test_english_is_kept_only_of_a_sentence_in_another_language():
    assert read(sentence("Es ist so.", english="It is so. [1]"))[0].english == "It is so."
    assert read(sentence("It is so.", english="It is so."))[0].english == ""
    assert read(sentence("Es ist so.", english=7))[0].english == ""


def test_a_sentence_that_is_repeated_comes_once():
    assert read(json.dumps({"sentences": [FERRY, FARE, {**FERRY, "text": "the ferry  leaves at 7:40"}]})) == [
        FERRY_DRAFT,
        FARE_DRAFT,
    ]


def test_only_so_many_sentences_are_read_of_an_endless_output():
    parser = OutputParser()
    pieces = (f'{{"text": "Sentence {number}.", "evidence": [{number}]}},' for number in range(1, 5_000))
    drafts = [draft for piece in ['{"sentences": [', *pieces] for draft in parser.feed(piece)]
    assert (len(drafts), parser.full, parser.close()) == (40, True, [])


@pytest.mark.parametrize("piece", ["{", '{"a":', "[{", '{"sentences": [{"text": "a', '[1] "', "( ", "\\u0041", "é"])
def test_huge_nonsense_is_bounded(piece):
    parser = OutputParser()
    for _ in range(2 * MAX_OUTPUT // len(piece) // 100):
        parser.feed(piece * 100)
    assert parser.full
    assert len(parser.close()) <= 40


@pytest.mark.parametrize(
    "told",
    [CANARY, CANARY.upper(), "-".join(CANARY), " ".join(CANARY), CANARY.replace("a", "\\u0061"), f"\u200b{CANARY}"],
)
def test_nothing_is_read_of_an_output_that_holds_the_canary(told):
    output = sentence("The secret is X.").replace("X", told)
    parser = OutputParser(CANARY)
    assert ([draft for char in output for draft in parser.feed(char)], parser.close(), parser.leaked) == ([], [], True)
    assert read(f"The secret is {told} [1].", canary=CANARY) == [] or "\\u" in told


def test_sentences_after_the_canary_are_not_read():
    output = json.dumps({"sentences": [FERRY, {**FARE, "english": CANARY}, FARE]})
    assert read(*output, canary=CANARY) == [FERRY_DRAFT]


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(st.characters(), max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["answers", "sentences", "text", "evidence", "number", "quote"]), inner)
    ),
    max_leaves=12,
)


@given(JSON.map(json.dumps) | st.text(alphabet="{}[]\":,\\'`1aé\ud800 \n", max_size=60), st.integers(0, 60))
def test_any_output_is_read_without_an_error(output, cut):
    for draft in read(output[:cut], output[cut:]):
        assert isinstance(draft, DraftSentence)
        assert draft.text.encode()
