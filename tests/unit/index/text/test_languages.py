"""English is never called foreign; another language is named where it is clear."""

from __future__ import annotations

import pytest

from index.text.languages import detect_foreign_language

ENGLISH = """
    What is the context window of Scout?|When is LlamaCon?|scout ctx window|maverick experts|How big is it?|hi|
    Where is Guadalajara?|What is Bundesliga?|Define Zeitgeist|Who was Juan Carlos?|Tell me about El Niño|
    What does "laissez faire" mean?|What happened at Notre Dame de Paris?|Does it support Deutsch?|multimodal?|
    la llama 4 release date|How do I reset my password?|What does 誰が mean?|Who adopted the fuedel doctrines?
"""
FOREIGN = {
    "de": "Wie groß ist das Kontextfenster von Scout?|Wer hat den Artikel geschrieben?|Welche Modelle gibt es?",
    "es": "¿Cuál es la ventana de contexto de Scout?|cuantos parametros tiene scout|Quién escribió el artículo",
    "fr": "Quelle est la fenêtre de contexte de Scout ?|Qui a écrit l'article ?|Quels modèles sont disponibles ?",
    "it": "Qual è la finestra di contesto di Scout?|Chi ha scritto l'articolo?|Dove posso scaricare Llama 4?",
    "ja": "LlamaConはいつですか?|誰がOpenAIを設立しましたか?|何が新しい?",
    "ko": "라마콘은 언제입니까?",
    "nl": "Wie heeft het artikel geschreven?|Welke modellen zijn er?",
    "pt": "Qual é a janela de contexto do Scout?|Quem escreveu o artigo?|Onde posso baixar o Llama 4?",
    "ru": "Когда пройдёт LlamaCon?",
    "zh": "LlamaCon是什么时候?",
}


@pytest.mark.parametrize("question", [word.strip() for word in ENGLISH.split("|")])
def test_english_is_not_called_foreign_whatever_names_are_in_it(question):
    assert detect_foreign_language(question) == ""


@pytest.mark.parametrize(("code", "question"), [(code, word) for code in FOREIGN for word in FOREIGN[code].split("|")])
def test_a_question_clearly_in_another_language_is_known_by_it(code, question):
    assert detect_foreign_language(question) == code


@pytest.mark.parametrize("text", ["", "?", "🦙🦙", "\x00", "17*23", "Solve 3x + 5 = 20", "x" * 10_000, "a\nb"])
def test_what_is_in_no_language_is_not_called_foreign(text):
    assert detect_foreign_language(text) == ""
