"""Answers written by a fake language model over a real index, reader and grounder of words."""

from __future__ import annotations

import threading

import pytest

from index.domain.answers import Answer
from index.domain.generation import GenerationFault, Picture, Turn, WritingRequest
from index.generation.writer import Writer
from tests.support.generation_fakes import FakeGenerator, cut_off, draft, grounder, output
from tests.support.index_fakes import WordEmbedder, answerer, search_index

MODELS = """# Models

Scout has 17 billion active parameters. Maverick has 128 experts.

Bread is made of flour and water.
"""
INDEX = search_index(a_md=MODELS)
TEXT = next(iter(INDEX.documents.values())).text
QUESTION = "How many parameters does Scout have?"
SCOUT = "Scout has 17 billion active parameters."
MAVERICK = "Maverick has 128 experts."
GOOD = draft("Scout has 17 billion parameters.", SCOUT)
MORE = draft("Maverick has 128 experts, too.", MAVERICK)
WRONG = draft("Scout has 70 billion parameters.", SCOUT)
INVENTED = draft("Scout was trained in Paris by wizards.", "trained in Paris by wizards")


def write(
    *outputs, question: str = QUESTION, before: tuple[str, ...] = (), generator: FakeGenerator | None = None, **request
) -> Answer:
    return ask(writer(generator or FakeGenerator(*outputs)), question, before, **request)


def writer(generator: FakeGenerator, **options) -> Writer:
    return Writer(
        generator=generator,
        grounder=grounder(),
        answerer=answerer(WordEmbedder()),
        **({"timeout": 30.0, "max_tokens": 1000} | options),
    )


def ask(writing: Writer, question: str = QUESTION, before: tuple[str, ...] = (), **request) -> Answer:
    read = answerer(WordEmbedder()).read_and_answer(INDEX, question, before)
    return writing.write(INDEX, read, before, WritingRequest(**request))


def extractive(question: str = QUESTION) -> Answer:
    return answerer(WordEmbedder()).answer(INDEX, question)


def test_a_sentence_that_passes_is_the_answer_with_its_quotation():
    answer = write(output(GOOD))
    (sentence,), (citation,) = answer.sentences, answer.citations
    assert (sentence.text, sentence.citations, answer.text) == (GOOD.text, (1,), f"{GOOD.text} [1]")
    assert TEXT[citation.start : citation.end] == citation.quote == SCOUT
    assert (answer.generator, answer.fault, answer.dropped) == ("scripted", "", 0)
    assert answer.confidence == extractive().confidence


def test_sentences_that_do_not_pass_are_dropped_and_counted():
    answer = write(output(WRONG, GOOD, INVENTED))
    assert ([sentence.text for sentence in answer.sentences], answer.dropped) == ([GOOD.text], 2)


def test_if_none_passes_the_answer_quotes_and_tells_why():
    answer = write(output(WRONG, INVENTED))
    assert (answer.text, answer.generator, answer.sentences) == (extractive().text, "extractive", ())
    assert (answer.fault, answer.dropped) == (GenerationFault.UNVERIFIED, 2)


def test_quotations_are_numbered_by_first_use():
    answer = write(output(MORE, GOOD, draft("Scout and its 17 billion parameters are active.", SCOUT)))
    assert [citation.quote for citation in answer.citations] == [MAVERICK, SCOUT]
    assert [sentence.citations for sentence in answer.sentences] == [(1,), (2,), (2,)]


@pytest.mark.parametrize("fault", list(GenerationFault))
def test_a_fault_before_a_sentence_passes_leaves_the_answer_that_quotes(fault):
    for outputs in (fault, cut_off(output(WRONG, GOOD)[:-90], fault)):
        answer = write(outputs)
        assert (answer.text, answer.sentences, answer.fault) == (extractive().text, (), fault)


@pytest.mark.parametrize("fault", list(GenerationFault))
def test_what_passed_before_a_fault_is_the_answer_with_the_fault(fault):
    answer = write(cut_off(output(GOOD, WRONG, MORE)[:-90], fault))
    assert ([sentence.text for sentence in answer.sentences], answer.fault) == ([GOOD.text], fault)
    assert (answer.generator, answer.dropped) == ("scripted", 1)
    assert [citation.quote for citation in answer.citations] == [SCOUT]


def test_what_passed_before_a_fault_but_was_not_asked_for_is_not_the_answer():
    answer = write(cut_off(output(MORE, GOOD)[:-90], GenerationFault.TIMEOUT))
    assert (answer.text, answer.sentences, answer.fault) == (extractive().text, (), GenerationFault.TIMEOUT)


def test_what_passed_before_a_fault_is_not_kept():
    writing = writer(FakeGenerator(cut_off(output(GOOD, MORE)[:-90], GenerationFault.TIMEOUT), output(GOOD, MORE)))
    assert [len(ask(writing).sentences) for _ in range(2)] == [1, 2]


@pytest.mark.parametrize("written", ["", "I cannot help with that.", "}{", output(answers=False), '{"answers": true}'])
def test_an_output_without_sentences_is_a_fault(written):
    assert write(written).fault == GenerationFault.UNUSABLE


def test_a_defect_of_ours_leaves_the_answer_that_quotes():
    class Broken(FakeGenerator):
        @property
        def context_tokens(self) -> int:
            raise ZeroDivisionError(QUESTION)

    assert write(generator=Broken(output(GOOD))).fault == GenerationFault.UNUSABLE


def test_the_question_is_not_in_the_log_of_a_defect(caplog):
    test_a_defect_of_ours_leaves_the_answer_that_quotes()
    assert "ZeroDivisionError" in caplog.text
    assert QUESTION not in caplog.text


def test_the_answer_grows_sentence_by_sentence_as_each_passes():
    seen: list[list[str]] = []

    def grow(answer: Answer) -> None:
        seen.append([sentence.text for sentence in answer.sentences])

    write(list(output(GOOD, WRONG, MORE)), on_answer=grow)
    assert seen == [[GOOD.text], [GOOD.text, MORE.text]]


def test_unverified_text_comes_only_to_who_asks_for_it():
    drafts: list[str] = []
    write(list(output(GOOD, WRONG)), on_text=drafts.append)
    assert (drafts[0], drafts[-1]) == ("", f"{GOOD.text} {WRONG.text}")
    assert drafts == sorted(drafts, key=len)


def test_a_stopped_answer_is_what_has_passed_until_then():
    stopped = threading.Event()
    answer = write(list(output(GOOD, MORE)), stopped=stopped, on_answer=lambda _: stopped.set())
    assert ([sentence.text for sentence in answer.sentences], answer.fault) == ([GOOD.text], "")


def test_stopped_before_a_sentence_passed_the_answer_quotes():
    stopped = threading.Event()
    answer = write(list(output(WRONG, GOOD)), stopped=stopped, on_text=lambda _: stopped.set())
    assert (answer.sentences, answer.fault) == ((), GenerationFault.STOPPED)


def test_the_model_is_about_to_be_asked_once():
    asked: list[int] = []
    write(output(GOOD), on_asked=lambda: asked.append(1))
    assert asked == [1]


def test_a_cut_sentence_is_not_shown():
    written = output(GOOD, draft("Maverick has 128 experts and more of them.", MAVERICK))
    cut = written[: written.index(" and more of them")]
    assert [sentence.text for sentence in write(cut).sentences] == [GOOD.text]


def test_small_talk_is_never_written():
    read = answerer(WordEmbedder()).read_and_answer(INDEX, QUESTION)
    generator = FakeGenerator()
    from dataclasses import replace

    for unwritten in (replace(read, read=None), replace(read, answer=replace(read.answer, conflict=True))):
        assert writer(generator).write(INDEX, unwritten, (), WritingRequest()) is unwritten.answer
    assert generator.asked == []


def test_earlier_questions_are_turns_if_none_are_given():
    generator = FakeGenerator(output(GOOD), output(GOOD))
    write(before=("What is Scout?",), generator=generator)
    write(before=("What is Scout?",), turns=(Turn("What is Scout?", "A small model."),), generator=generator)
    first, second = (messages[-1].text for messages in generator.asked)
    assert "What is Scout?" in first
    assert "A small model." in second


def test_pictures_go_to_a_model_that_reads_them():
    class Blind(FakeGenerator):
        reads_pictures = False

    picture = Picture("image/jpeg", b"x")
    for generator, sent in ((FakeGenerator(output(GOOD)), (picture,)), (Blind(output(GOOD)), ())):
        write(generator=generator, pictures=(picture,))
        assert generator.asked[0][-1].pictures == sent


def test_a_written_answer_is_kept_for_the_same_question():
    generator = FakeGenerator(output(GOOD))
    writing = writer(generator)
    first, seen = ask(writing), []
    again = ask(writing, f"hi,  {QUESTION.lower()}", on_answer=seen.append)
    assert (again.sentences, again.citations, len(generator.asked)) == (first.sentences, first.citations, 1)
    assert again.question == f"hi,  {QUESTION.lower()}"
    assert seen == [again]


def test_a_conversation_a_picture_and_a_fault_are_not_kept():
    generator = FakeGenerator(*[output(GOOD)] * 2, output(WRONG), output(GOOD))
    writing = writer(generator)
    ask(writing, turns=(Turn("What is Scout?"),))
    ask(writing, pictures=(Picture("image/jpeg", b"x"),))
    ask(writing)
    ask(writing)
    assert len(generator.asked) == 4


def test_an_unanswered_question_is_written_only_if_the_model_and_the_reader_say_so():
    question = "Why are Scout parameters pink, tall and fluffy?"
    assert extractive(question).abstained
    assert write(output(GOOD, answers=False), question=question).fault == ""
    assert write(output(GOOD), question=question).fault == GenerationFault.UNVERIFIED


def test_what_is_true_but_was_not_asked_for_is_not_the_answer():
    assert extractive().citations[0].quote == SCOUT
    answer = write(output(MORE))
    assert (answer.fault, answer.sentences) == (GenerationFault.UNVERIFIED, ())
    assert [sentence.text for sentence in write(output(MORE, GOOD)).sentences] == [MORE.text, GOOD.text]


def test_a_question_in_another_language_is_read_in_english():
    question = "¿Cuántos parámetros tiene el modelo Scout de la nueva versión?"
    spanish = draft("Scout tiene 17 mil millones de parámetros.", SCOUT, english="Scout has 17 billion parameters.")
    generator = FakeGenerator(QUESTION, output(spanish))
    answer = write(question=question, generator=generator)
    assert ([sentence.text for sentence in answer.sentences], answer.abstained) == ([spanish.text], False)
    assert answer.citations[0].quote == SCOUT


@pytest.mark.parametrize(
    ("text", "shown"),
    [("Yes, Scout has 17 billion parameters.", "Scout has 17 billion parameters."), ("Yes. No.", "")],
)
def test_a_yes_that_the_reader_does_not_say_is_taken_off(text, shown):
    answer = write(output(draft(text, SCOUT)))
    assert " ".join(sentence.text for sentence in answer.sentences) == shown


def test_a_fragment_is_shown_with_the_sentence_that_makes_it_whole():
    answer = write(output(draft("Scout parameters:", SCOUT), draft("17 billion are active.", SCOUT)))
    assert [sentence.text for sentence in answer.sentences] == ["Scout parameters: 17 billion are active."]


def test_a_sentence_in_other_words_is_not_repeated():
    answer = write(output(GOOD, draft("Parameters: Scout has 17 billion.", SCOUT), MORE))
    assert ([sentence.text for sentence in answer.sentences], answer.dropped) == ([GOOD.text, MORE.text], 1)
